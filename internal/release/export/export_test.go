package export_test

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xuedu/internal/release"
	"xuedu/internal/release/export"
)

func text(zh, en string) release.Text { return release.Text{"zh-CN": zh, "en": en} }

// sample has every state, a slice whose code SDMX does not allow, a negative
// value, and a name that a spreadsheet would run.
func sample() *release.Release {
	r := &release.Release{Format: release.Format, Series: "yearly", Area: "1", Period: "2024", Version: "1.2.3", Stage: release.Final, Title: text("监测报告", "Report"), Publisher: text("办公室", "Office"),
		Languages: []string{"zh-CN", "en"}, Frozen: "2025-03-01T02:00:00Z", Pack: release.Source{Name: "any.town", Version: "1"}, Inputs: []release.Source{{Name: "areas", SHA256: "ab"}},
		Areas: []release.Area{{Code: "1", Level: "city", Name: text("示例市", "Sample")}, {Code: "11", Level: "district", Name: text("甲区", "=1+1"), Parent: "1"}},
		Measures: []release.Definition{{Code: "D01", Version: 1, Unit: "percent", Places: 1, Name: text("参与率", "Rate"), UnitName: text("％", "%"), By: "age", Slices: []release.Slice{{Code: "80+", Name: text("80岁以上", "80 and over")}}},
			{Code: "D02", Version: 2, Unit: "count", Name: text("人次", "Times")}}}
	for i, state := range []string{"value", "nil", "not_reported", "not_applicable", "withheld", "not_computable"} {
		c := release.Cell{Code: "D01", Area: "1", Period: strconv.Itoa(2019 + i), State: state}
		switch state {
		case "value":
			c.Value, c.Exact, c.Expected, c.Reported = "-0.7", "-2/3", 16, 15
		case "nil":
			c.Value = "0.0"
		case "not_computable":
			c.Cause = "no_source"
		}
		r.Cells = append(r.Cells, c)
	}
	r.Cells = append(r.Cells, release.Cell{Code: "D01", Area: "11", Period: "2024", Slice: "80+", State: "value", Value: "12345678901234567890.1"},
		release.Cell{Code: "D02", Area: "11", Period: "2024-Q1", State: "value", Value: "7"})
	r.Sort()
	return r
}

func files(t testing.TB, r *release.Release) map[string][]byte {
	t.Helper()
	f, err := export.Files(r)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestSame: the same release gives the same bytes.
func TestSame(t *testing.T) {
	t.Parallel()
	if d := gocmp.Diff(files(t, sample()), files(t, sample())); d != "" {
		t.Error(d)
	}
}

func rows(t testing.TB, b []byte) [][]string {
	t.Helper()
	out, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestSDMX: every cell is read back exactly (P1.8).
func TestSDMX(t *testing.T) {
	t.Parallel()
	r := sample()
	var got []release.Cell
	for _, row := range rows(t, files(t, r)[export.SDMXFile])[1:] {
		if row[0] != "dataflow" || row[1] != "P_any_2Etown:YEARLY_1(1.2.3)" || row[2] != "I" {
			t.Errorf("%v", row[:3])
		}
		c := release.Cell{Period: row[6], Value: row[7], State: row[8], Cause: row[9], Exact: row[10], Expected: whole(t, row[11]), Reported: whole(t, row[12])}
		c.Code, c.Area, c.Slice = named(t, row[3]), named(t, row[4]), named(t, row[5])
		if c.Slice == export.Total {
			c.Slice = ""
		}
		got = append(got, c)
	}
	if d := gocmp.Diff(r.Cells, got); d != "" {
		t.Error(d)
	}
}

func named(t testing.TB, id string) string {
	t.Helper()
	s, err := export.Name(id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func whole(t testing.TB, s string) int32 {
	t.Helper()
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return int32(n)
}

// TestID: every code is read back, and what is written is what SDMX allows.
func TestID(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "code")
		id := export.ID(s)
		if strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@$-") != "" {
			t.Fatalf("ID(%q) = %q", s, id)
		}
		if back, err := export.Name(id); err != nil || back != s {
			t.Fatalf("Name(%q) = %q, %v; want %q", id, back, err, s)
		}
	})
	for _, bad := range []string{"$", "$4", "a$zz"} {
		if got, err := export.Name(bad); err == nil {
			t.Errorf("Name(%q) = %q", bad, got)
		}
	}
}

// TestStat: values are the decimals of the release, and a cell without a value
// has its state and no number (P1.8).
func TestStat(t *testing.T) {
	t.Parallel()
	r := sample()
	var doc struct {
		Link struct {
			Item []struct {
				Size      []int
				Value     []json.RawMessage
				Status    map[string]string
				Extension struct {
					Cells struct {
						Cause, Exact       map[string]string
						Expected, Reported map[string]int32
					}
				}
				Dimension map[string]struct{ Category struct{ Index []string } }
			}
		}
	}
	if err := json.Unmarshal(files(t, r)[export.StatFile], &doc); err != nil {
		t.Fatal(err)
	}
	var got []release.Cell
	for _, d := range doc.Link.Item {
		for n := range d.Size[0] * d.Size[1] * d.Size[2] * d.Size[3] {
			at := strconv.Itoa(n)
			value, state, more := strings.TrimPrefix(string(d.Value[n]), "null"), d.Status[at], d.Extension.Cells
			if value == "" && state == "" {
				continue
			}
			id := func(dim string, i int) string { return d.Dimension[dim].Category.Index[i] }
			got = append(got, release.Cell{Code: id("code", 0), Area: id("area", n/d.Size[3]/d.Size[2]), Period: id("period", n/d.Size[3]%d.Size[2]),
				Slice: strings.TrimPrefix(id("slice", n%d.Size[3]), export.Total), State: cmp.Or(state, "value"), Value: value,
				Cause: more.Cause[at], Exact: more.Exact[at], Expected: more.Expected[at], Reported: more.Reported[at]})
		}
	}
	back := release.Release{Cells: got}
	back.Sort()
	if d := gocmp.Diff(r.Cells, back.Cells); d != "" {
		t.Error(d)
	}
}

// TestSilent: a cell that is withheld leaves with nothing but its state, and one
// that says more stops the release (P1.8).
func TestSilent(t *testing.T) {
	t.Parallel()
	r := sample()
	i := slices.IndexFunc(r.Cells, func(c release.Cell) bool { return c.State == "withheld" })
	whole := r.Cells[i]
	for name, b := range files(t, r) {
		if bytes.Contains(b, []byte("31415")) {
			t.Errorf("%s has the number before it is hidden there", name)
		}
	}
	for _, more := range []release.Cell{{Value: "31415"}, {Exact: "31415/2"}, {Expected: 31415}, {Reported: 31415}, {Cause: "31415"}} {
		c := more
		c.Code, c.Area, c.Period, c.State = whole.Code, whole.Area, whole.Period, whole.State
		r.Cells[i] = c
		if f, err := export.Files(r); err == nil || f != nil || strings.Contains(err.Error(), "31415") {
			t.Errorf("%+v: %v", more, err)
		}
	}
	r.Cells[i] = whole
	r.Cells[i].State = "hidden"
	if _, err := export.Files(r); err == nil {
		t.Error("a state that nobody knows is written")
	}
}

// TestPackage: digests and sizes are those of the tables, and their columns are
// the ones described.
func TestPackage(t *testing.T) {
	t.Parallel()
	r := sample()
	f := files(t, r)
	f["cells.csv"], _ = r.CSV()
	var doc struct {
		Resources []struct {
			Path, Hash string
			Bytes      int
			Schema     struct{ Fields []struct{ Name string } }
		}
	}
	if err := json.Unmarshal(f[export.PackageFile], &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Resources) != 3 {
		t.Fatalf("%d tables", len(doc.Resources))
	}
	for _, p := range doc.Resources {
		if b := f[p.Path]; len(b) != p.Bytes || "sha256:"+release.Digest(b) != p.Hash {
			t.Errorf("%s: %d %s", p.Path, p.Bytes, p.Hash)
		}
		var names []string
		for _, c := range p.Schema.Fields {
			names = append(names, c.Name)
		}
		if head := rows(t, f[p.Path])[0]; !slices.Equal(head, names) {
			t.Errorf("%s: %v, described as %v", p.Path, head, names)
		}
	}
}

// TestNoFormula: no text of a table runs in a spreadsheet program.
func TestNoFormula(t *testing.T) {
	t.Parallel()
	if got := rows(t, files(t, sample())[export.AreasFile])[2][4]; got != "'=1+1" {
		t.Errorf("%q", got)
	}
}
