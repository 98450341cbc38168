package paper_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"xuedu/internal/release"
)

// open reads an annex back with the library.
func open(t *testing.T, r *release.Release, lang string) (*excelize.File, []byte) {
	t.Helper()
	b, err := papers(t).Annex(r, lang)
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f, b
}

// Every number of the workbook is that of its cell, as a number with its
// places; what is not shown has no number, and says why; nothing is a formula.
func TestAnnexEqualsCells(t *testing.T) {
	t.Parallel()
	r := sample(t)
	f, _ := open(t, r, "zh-CN")
	if got := f.GetSheetList(); !slices.Equal(got, []string{"目录", "指标 B", "指标 D", "指标 其他", "指标解释", "地区"}) {
		t.Fatalf("sheets %v", got)
	}
	x, seen := release.NewIndex(r), 0
	for _, name := range []string{"指标 B", "指标 D", "指标 其他"} {
		raw, err := f.GetRows(name, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		shown, err := f.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := range raw[1:] {
			seen += equal(t, x, raw[i+1], shown[i+1])
		}
	}
	if seen != len(r.Cells) {
		t.Errorf("%d of %d cells", seen, len(r.Cells))
	}
	if formula, err := f.GetCellFormula("指标 B", "B2"); err != nil || formula != "" {
		t.Errorf("a formula %q, %v", formula, err)
	}
	if kind, _ := f.GetCellType("指标 B", "B2"); kind == excelize.CellTypeFormula || kind == excelize.CellTypeNumber {
		t.Errorf("a name is of type %v", kind)
	}
}

// equal compares one line with its cell.
func equal(t *testing.T, x *release.Index, raw, shown []string) int {
	t.Helper()
	at := map[string]string{"": "", "60 岁以上": "60+"}
	k := release.Key{Code: raw[0], Area: raw[2], Period: raw[4], Slice: at[raw[5]]}
	c, ok := x.Cell(k)
	if !ok {
		t.Errorf("no cell %s", k)
		return 0
	}
	want := c.Value
	if c.State == "nil" {
		want = "0"
	}
	d, _ := x.Definition(c.Code)
	if raw[6] != strings.TrimSuffix(want, ".0") {
		t.Errorf("%s: %q, want %q", k, raw[6], want)
	}
	if d.Places == 0 && strings.Contains(shown[6], ".") || d.Places == 1 && want != "" && !strings.Contains(shown[6], ".") {
		t.Errorf("%s is shown as %s", k, shown[6])
	}
	if word := map[string]string{"value": "有数据", "withheld": "不公布", "nil": "零报", "not_reported": "未报送"}[c.State]; raw[8] == "" || c.State == "withheld" && raw[8] == word && raw[6] != "" {
		t.Errorf("%s: state %q, value %q", k, raw[8], raw[6])
	}
	return 1
}

// LibreOffice opens the workbook and reads the same.
func TestAnnexInLibreOffice(t *testing.T) {
	t.Parallel()
	r, dir := sample(t), t.TempDir()
	_, b := open(t, r, "en")
	file := write(t, filepath.Join(dir, "a.xlsx"), b)
	office(t, dir, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1", file)
	list, err := filepath.Glob(filepath.Join(dir, "a-Figures*.csv"))
	if err != nil || len(list) != 3 {
		t.Fatalf("%v %v", list, err)
	}
	x, seen := release.NewIndex(r), 0
	for _, name := range list {
		in, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := csv.NewReader(in).ReadAll()
		_ = in.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines[1:] {
			k := release.Key{Code: l[0], Area: l[2], Period: l[4], Slice: map[string]string{"": "", "60 and over": "60+"}[l[5]]}
			c, ok := x.Cell(k)
			if want := strings.TrimSuffix(c.Value, ".0"); !ok || l[6] != want && !(c.State == "nil" && l[6] == "0") {
				t.Errorf("%s: %q, want %q", k, l[6], want)
			}
			if l[1] == "2" {
				t.Errorf("%s: a name was computed", k)
			}
			seen++
		}
	}
	if seen != len(r.Cells) {
		t.Errorf("%d of %d cells", seen, len(r.Cells))
	}
}
