package report_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/cockroachdb/apd/v3"
	"github.com/google/go-cmp/cmp"

	"xuedu/internal/chart"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/demo"
	"xuedu/internal/demo/demotest"
	"xuedu/internal/errs"
	"xuedu/internal/i18n"
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/pack"
	"xuedu/internal/report"
	"xuedu/internal/sheet"
	"xuedu/internal/ui"
)

var bundle = func() *i18n.Bundle {
	b, err := i18n.Load()
	if err != nil {
		panic(err)
	}
	return b
}()

func newReports(t testing.TB, c *demotest.City) *report.Service {
	t.Helper()
	outlines := c.Map(t)
	return report.New(report.Deps{
		DB: c.DB, Figures: c.Figures, Tree: c.Areas.Tree, Pack: func() *pack.Pack { return c.Pack }, Map: func() *chart.Outlines { return outlines },
		Bundle: bundle, Synthetic: func() bool { return true }, Today: func() ledger.Day { return ledger.DayOf(demotest.Today) },
	})
}

func period(t testing.TB, name string) ledger.Period {
	t.Helper()
	p, err := report.ParsePeriod(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func build(t testing.TB, s *report.Service, o report.BundleOptions) *report.Bundle {
	t.Helper()
	b, err := s.Build(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var small = demo.Options{Scale: 0.0005, Seed: 1, Today: demotest.Today}

// TestBulletin makes one city of Beijing's pack, since that takes its time,
// and looks at its bulletins from all sides.
func TestBulletin(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	s := newReports(t, demotest.Fill(t, d, "beijing-2021", small))
	t.Run("figures are true", func(t *testing.T) { figuresAreTrue(t, d, s) })
	t.Run("page", func(t *testing.T) { pagesStandAlone(t, s) })
	b := build(t, s, report.BundleOptions{Period: period(t, "2026-10"), Langs: []string{"en"}})
	if len(b.Files) != 17*3+2 {
		t.Errorf("the city and its districts have %d files", len(b.Files))
	}
}

// TestSameBytes builds bulletins from two databases of two kinds, and again:
// every file has the same bytes.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	lite := newReports(t, demotest.Fill(t, dbtest.SQLite(t), "minimal", small))
	pg := newReports(t, demotest.Fill(t, dbtest.Postgres(t), "minimal", small))
	for _, name := range []string{"2025", "2026-Q3", "2026-10"} {
		o := report.BundleOptions{Period: period(t, name)}
		want := build(t, lite, o)
		if len(want.Files) < 5+5+3 {
			t.Errorf("%s has %d files", name, len(want.Files))
		}
		for who, got := range map[string]*report.Bundle{"the second time": build(t, lite, o), "on PostgreSQL": build(t, pg, o)} {
			for file, content := range want.Files {
				if !bytes.Equal(content, got.Files[file]) {
					t.Errorf("%s: %s differs %s", name, file, who)
				}
			}
		}
	}
}

// figuresAreTrue compares the data of a bulletin with counts by SQL.
func figuresAreTrue(t *testing.T, d *db.DB, s *report.Service) {
	data, err := s.Collect(t.Context(), period(t, "2026-Q3"), "110000000000")
	if err != nil {
		t.Fatal(err)
	}
	const live = ` FROM attendance a WHERE a.day BETWEEN 20260701 AND 20260930 AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.attendance_id = a.id)`
	for measure, query := range map[string]string{
		"participants": "SELECT count(DISTINCT a.person_id)" + live + " AND a.person_id <> 0",
		"attendances":  "SELECT sum(a.heads)" + live,
		"headcount":    "SELECT sum(a.heads)" + live + " AND a.person_id = 0",
	} {
		if got := cell(data, report.TableSummary, measure, "now").Value; got != strconv.FormatInt(one(t, d, query), 10) {
			t.Errorf("%s = %s, counted %d", measure, got, one(t, d, query))
		}
	}
	if got := cell(data, report.TableSummary, "regular", "now"); got.State != "not_applicable" || got.Value != "" {
		t.Errorf("regular participants of a quarter: %+v", got)
	}
	c := data.Coverage
	if want := one(t, d, `SELECT count(*) FROM org WHERE code NOT LIKE 'DL-%'`); c.Registered != want {
		t.Errorf("registered = %d, want %d", c.Registered, want)
	}
	if want := one(t, d, `SELECT count(DISTINCT v.org_id) FROM meeting m JOIN class c ON c.id = m.class_id JOIN activity v ON v.id = c.activity_id
		WHERE m.state = 'held' AND m.day BETWEEN '2026-07-01' AND '2026-09-30'`); c.Recorded != want || want == 0 {
		t.Errorf("recorded = %d, want %d", c.Recorded, want)
	}
	if c.Days != 92 || c.DaysHeld < 30 || c.DaysHeld > 92 {
		t.Errorf("days %d, held %d", c.Days, c.DaysHeld)
	}
	for _, table := range []string{report.TableAge, report.TableSex} {
		if sum, want := column(data, table, "participants"), cell(data, report.TableSummary, "participants", "now").Value; sum != want {
			t.Errorf("%s adds up to %s participants, want %s", table, sum, want)
		}
	}
	if sum, want := column(data, report.TableAreas, "participants"), cell(data, report.TableSummary, "participants", "now").Value; sum != want {
		t.Errorf("districts by home add up to %s participants, want %s", sum, want)
	}
}

func one(t testing.TB, d *db.DB, query string) int64 {
	t.Helper()
	var n sql.NullInt64
	if err := d.Read.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(query, err)
	}
	return n.Int64
}

func table(d *report.Data, key string) *report.Table {
	for i := range d.Tables {
		if d.Tables[i].Key == key {
			return &d.Tables[i]
		}
	}
	return &report.Table{}
}

func cell(d *report.Data, key, row, col string) report.Cell {
	t := table(d, key)
	for _, r := range t.Rows {
		for i, c := range t.Columns {
			if r.Code == row && c == col {
				return r.Cells[i]
			}
		}
	}
	return report.Cell{}
}

func column(d *report.Data, key, col string) string {
	var sum int64
	for _, r := range table(d, key).Rows {
		n, _ := strconv.ParseInt(cell(d, key, r.Code, col).Value, 10, 64)
		sum += n
	}
	return strconv.FormatInt(sum, 10)
}

// pagesStandAlone checks that a page needs nothing else, has no text without
// translation, and says the same numbers as the data and the workbook.
func pagesStandAlone(t *testing.T, s *report.Service) {
	b := build(t, s, report.BundleOptions{Period: period(t, "2026-Q1"), Area: "110000000000"})
	for _, lang := range i18n.Langs {
		page := b.Files[report.PageFile("110000000000", lang)]
		doc, err := goquery.NewDocumentFromReader(bytes.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		standsAlone(t, doc, page)
		if got, _ := doc.Find("html").Attr("lang"); got != lang {
			t.Errorf("language of the page is %q, want %q", got, lang)
		}
		if n := doc.Find("figure svg[role=img]").Length(); n != 7 { // three charts for two widths, one map
			t.Errorf("%d drawings", n)
		}
		doc.Find("td").Each(func(_ int, td *goquery.Selection) {
			if strings.TrimSpace(td.Text()) == "" {
				t.Errorf("%s: empty cell in %s", lang, td.Closest("table").Find("caption").Text())
			}
		})
		if key := regexp.MustCompile(`\b(report|figure)\.[a-z_.]+`).Find(page); key != nil {
			t.Errorf("%s: text without translation: %s", lang, key)
		}
		data, err := report.ParseData(b.Files[report.DataFile("110000000000")])
		if err != nil {
			t.Fatal(err)
		}
		digest, err := data.Digest()
		if err != nil || !strings.Contains(doc.Text(), digest) || digest != b.Manifest.Data["110000000000"] {
			t.Errorf("%s: digest %s is not on the page: %v", lang, digest, err)
		}
		compareWorkbook(t, doc, b.Files[report.BookFile("110000000000", lang)])
	}
}

func standsAlone(t testing.TB, doc *goquery.Document, page []byte) {
	t.Helper()
	for _, sel := range []string{"script", "link", "img", "iframe", "[style]", "[onclick]"} {
		if doc.Find(sel).Length() > 0 {
			t.Errorf("the page has %s", sel)
		}
	}
	doc.Find("[href]").Each(func(_ int, a *goquery.Selection) {
		if href, _ := a.Attr("href"); strings.Contains(href, "/") {
			t.Errorf("the page leads to %s", href)
		}
	})
	if bytes.Contains(page, []byte("url(http")) || bytes.Contains(page, []byte("@import")) {
		t.Error("the style loads something")
	}
}

// compareWorkbook compares the first sheet with the first table of the page.
func compareWorkbook(t testing.TB, doc *goquery.Document, book []byte) {
	t.Helper()
	src, err := sheet.NewBytes(book)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var got, want [][]string
	for {
		r, err := src.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, slices.Clone(r.Cells[1:])) // the row is used again
	}
	doc.Find("table").First().Find("tr").Each(func(_ int, tr *goquery.Selection) {
		var cells []string
		tr.Find("th,td").Each(func(_ int, c *goquery.Selection) { cells = append(cells, strings.ReplaceAll(c.Text(), ",", "")) })
		want = append(want, cells)
	})
	for _, rows := range [][][]string{got, want} {
		for _, r := range rows {
			for i, c := range r {
				if f, err := strconv.ParseFloat(c, 64); err == nil {
					r[i] = strconv.FormatFloat(f, 'f', -1, 64) // 12.0 and 12 are one number
				}
			}
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("workbook differs from the page (-page +workbook):\n%s", d)
	}
}

// TestDraft: a period that has not ended says so, everywhere.
func TestDraft(t *testing.T) {
	t.Parallel()
	s := newReports(t, demotest.Fill(t, dbtest.SQLite(t), "minimal", small))
	for name, complete := range map[string]bool{"2026": false, "2026-Q4": false, "2026-11": false, "2026-10": true, "2025": true} {
		b := build(t, s, report.BundleOptions{Period: period(t, name), Langs: []string{"zh-CN"}})
		if b.Manifest.Complete != complete {
			t.Errorf("%s: complete = %v", name, b.Manifest.Complete)
		}
		if got := bytes.Contains(b.Files["QH.zh-CN.html"], []byte("未完：")); got == complete {
			t.Errorf("%s: the page says not complete: %v", name, got)
		}
	}
}

// TestComparison: a year before is compared with only where records cover it.
func TestComparison(t *testing.T) {
	t.Parallel()
	s := newReports(t, demotest.Fill(t, dbtest.SQLite(t), "minimal", small))
	for name, want := range map[string]string{"2025": "not_computable", "2026-Q1": "value", "2025-Q3": "not_computable", "2025-11": "value", "2025-10": "not_computable", "2026": "not_computable", "2026-11": "not_computable"} {
		d, err := s.Collect(t.Context(), period(t, name), "QH")
		if err != nil {
			t.Fatal(err)
		}
		if got := cell(d, report.TableSummary, "participants", "year_before").State; got != want {
			t.Errorf("%s: a year before is %s, want %s", name, got, want)
		}
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	s := newReports(t, demotest.Fill(t, dbtest.SQLite(t), "minimal", small))
	for _, name := range []string{"", "24", "2024-Q5", "2024-13", "2024-01-02", "2024-01-01..2024-02-01", "2024-q1", "20240"} {
		if _, err := report.ParsePeriod(name); errs.KindOf(err) != errs.Invalid {
			t.Errorf("ParsePeriod(%q): %v, want Invalid", name, err)
		}
	}
	for _, o := range []report.BundleOptions{
		{Period: period(t, "2019")}, {Period: period(t, "2030-Q1")},
		{Period: period(t, "2025"), Area: "none"}, {Period: period(t, "2025"), Area: "QH-1-1"},
	} {
		if _, err := s.Build(t.Context(), o); errs.KindOf(err) != errs.NotFound {
			t.Errorf("Build(%v): %v, want NotFound", o, err)
		}
	}
}

func TestSave(t *testing.T) {
	t.Parallel()
	s := newReports(t, demotest.Fill(t, dbtest.SQLite(t), "minimal", small))
	one := build(t, s, report.BundleOptions{Period: period(t, "2025"), Area: "QH"})
	two := build(t, s, report.BundleOptions{Period: period(t, "2026-Q1"), Langs: []string{"en"}})
	root := t.TempDir()
	fresh := filepath.Join(root, "fresh")
	for _, b := range []*report.Bundle{one, two, one} { // a bulletin gives way to another
		if err := b.Save(fresh, false); err != nil {
			t.Fatal(err)
		}
		holds(t, fresh, b)
	}
	write(t, filepath.Join(fresh, "mine.txt"))
	if err := two.Save(fresh, false); errs.KindOf(err) != errs.Conflict {
		t.Errorf("into a folder with a file of somebody: %v, want Conflict", err)
	}
	holds(t, fresh, one)
	foreign := filepath.Join(root, "foreign")
	if err := os.Mkdir(foreign, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := one.Save(foreign, false); err != nil {
		t.Errorf("into an empty folder: %v", err)
	}
	write(t, filepath.Join(foreign, "mine.txt"))
	if err := two.Save(foreign, true); err != nil {
		t.Errorf("by force: %v", err)
	}
	if _, err := os.Stat(filepath.Join(foreign, "mine.txt")); err != nil {
		t.Errorf("force took a file away: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(root, ".bulletin-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func write(t testing.TB, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func holds(t testing.TB, dir string, b *report.Bundle) {
	t.Helper()
	var m report.Manifest
	content, err := os.ReadFile(filepath.Join(dir, report.ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &m); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(b.Manifest, m); d != "" {
		t.Errorf("manifest (-want +got):\n%s", d)
	}
	for _, f := range m.Files {
		got, err := os.ReadFile(filepath.Join(dir, f.Path))
		if err != nil || !bytes.Equal(got, b.Files[f.Path]) {
			t.Errorf("%s: %v", f.Path, err)
		}
	}
}

// FuzzParseData reads the files of strangers.
func FuzzParseData(f *testing.F) {
	f.Add([]byte(`{"format":1,"tables":[{"key":"age","columns":["participants"],"rows":[{"code":"60-69","cells":[{"state":"value","value":"12"}]}]}]}`))
	f.Add([]byte(`{"tables":[{}]}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, in []byte) {
		d, err := report.ParseData(in)
		if err != nil {
			return
		}
		a, err := d.Canonical()
		if err != nil {
			return // text that is not UTF-8
		}
		again, err := report.ParseData(a)
		if err != nil {
			t.Fatalf("canonical form is not read again: %v", err)
		}
		if b, err := again.Canonical(); err != nil || !bytes.Equal(a, b) {
			t.Errorf("canonical form of the canonical form differs: %v", err)
		}
	})
}

// TestAgreesWithExplorer: a bulletin rounds as the explorer's pages do.
func TestAgreesWithExplorer(t *testing.T) {
	t.Parallel()
	for _, m := range []ledger.Measure{ledger.Participants, ledger.Attendances, ledger.Headcount, ledger.Hours, ledger.CreditHours, ledger.Regular, ledger.Rate} {
		for _, v := range []string{"0", "0.0004", "0.05", "0.099", "0.1", "0.25", "0.9999", "1", "14.4999", "14.45", "99.95", "1234567.05", "8", "12345678"} {
			d, _, err := apd.NewFromString(v)
			if err != nil {
				t.Fatal(err)
			}
			want := figureview.NewCell(ui.Page{}, ledger.Figure{Measure: m, State: ledger.Value, Value: *d}).Text
			if got := report.Number(d, m); got != want {
				t.Errorf("Number(%s, %s) = %s, the explorer says %s", v, m, got, want)
			}
		}
	}
}

// moving are figures that change while somebody counts, until they rest.
type moving struct {
	report.Figures
	moves, version int64
}

func (m *moving) Query(ctx context.Context, q ledger.Query) ([]ledger.Figure, error) {
	if m.moves > 0 {
		m.moves--
		m.version++
	}
	return m.Figures.Query(ctx, q)
}

func (m *moving) Version() int64 { return m.version }

// TestOneMoment: the figures of a bulletin are all of one moment.
func TestOneMoment(t *testing.T) {
	t.Parallel()
	s := newReports(t, demotest.Fill(t, dbtest.SQLite(t), "minimal", small))
	want, err := s.Collect(t.Context(), period(t, "2025"), "QH")
	if err != nil {
		t.Fatal(err)
	}
	deps := s.Deps
	deps.Figures = &moving{Figures: s.Figures, moves: 3}
	got, err := report.New(deps).Collect(t.Context(), period(t, "2025"), "QH")
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("after a change: %v\n%s", err, d)
	}
	deps.Figures = &moving{Figures: s.Figures, moves: 1 << 40}
	if _, err := report.New(deps).Collect(t.Context(), period(t, "2025"), "QH"); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("without rest: %v, want Unavailable", err)
	}
}
