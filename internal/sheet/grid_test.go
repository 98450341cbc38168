package sheet_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"xuedu/internal/errs"
	"xuedu/internal/sheet"
)

func newGrid(t *testing.T) *sheet.Grid {
	t.Helper()
	g, err := sheet.NewGrid(sheet.Info{Title: "t", At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	return g
}

func bytesOf(t *testing.T, g *sheet.Grid) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := g.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func openGrid(t *testing.T, b []byte) *sheet.Grid {
	t.Helper()
	g, err := sheet.OpenGrid(b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	return g
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestGridComesBack(t *testing.T) {
	t.Parallel()
	g := newGrid(t)
	page, err := g.Page("朝外/街道")
	must(t, err)
	again, err := g.Page("朝外 街道")
	must(t, err)
	if page != "朝外 街道" || again != "朝外 街道 2" {
		t.Errorf("pages %q, %q", page, again)
	}
	must(t, g.Set(page, sheet.At{Row: 2, Col: 2}, "=1+1", sheet.Input))
	must(t, g.Set(page, sheet.At{Row: 2, Col: 3}, 0.1+0.2, sheet.Given))
	must(t, g.Set(page, sheet.At{Row: 3, Col: 2}, int64(1234567), sheet.Input))
	must(t, g.Protect(page, 1, sheet.At{Row: 2, Col: 2}))
	b := bytesOf(t, g)
	rows, err := openGrid(t, b).Rows(page)
	must(t, err)
	if rows[1][1] != "=1+1" || rows[1][2] != "0.3" || rows[2][1] != "1234567" {
		t.Errorf("rows = %q", rows)
	}
}

func TestGridLocksWhatIsNotInput(t *testing.T) {
	t.Parallel()
	g := newGrid(t)
	page, err := g.Page("p")
	must(t, err)
	looks := []sheet.Look{sheet.Plain, sheet.Title, sheet.Small, sheet.Head, sheet.Input, sheet.Given, sheet.Wrong}
	for i, l := range looks {
		must(t, g.Set(page, sheet.At{Row: 1, Col: i + 1}, "x", l))
	}
	must(t, g.Protect(page, 2, sheet.At{Row: 2, Col: 2}))
	f, err := excelize.OpenReader(bytes.NewReader(bytesOf(t, g)))
	must(t, err)
	defer func() { must(t, f.Close()) }()
	for i, l := range looks {
		id, err := f.GetCellStyle(page, sheet.At{Row: 1, Col: i + 1}.Name())
		must(t, err)
		st, err := f.GetStyle(id)
		must(t, err)
		free := st.Protection != nil && !st.Protection.Locked
		if want := l == sheet.Input || l == sheet.Wrong; free != want {
			t.Errorf("look %d is open: %v, want %v", l, free, want)
		}
	}
}

func TestGridFaults(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	must(t, err)
	must(t, f.SetCellFormula("Sheet1", "A1", "1+1"))
	must(t, f.SetCellValue("Sheet1", "A2", "#REF!"))
	must(t, f.SetCellValue("Sheet1", "A3", 45000))
	must(t, f.SetCellStyle("Sheet1", "A3", "A3", day))
	must(t, f.SetCellValue("Sheet1", "A4", 45000))
	must(t, f.MergeCell("Sheet1", "B1", "C2"))
	var b bytes.Buffer
	must(t, f.Write(&b))
	g := openGrid(t, b.Bytes())
	for row, want := range map[int]string{1: "sheet.cell.no_value", 2: "sheet.cell.error", 3: "sheet.cell.date", 4: "", 5: ""} {
		if got := g.Fault("Sheet1", sheet.At{Row: row, Col: 1}); got != want {
			t.Errorf("fault of row %d = %q, want %q", row, got, want)
		}
	}
	m, err := g.Merged("Sheet1")
	must(t, err)
	if len(m) != 3 || m[sheet.At{Row: 2, Col: 3}] != (sheet.At{Row: 1, Col: 2}) {
		t.Errorf("merged = %v", m)
	}
}

func TestNoGrid(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]string{"empty": "", "text": "a,b\n1,2\n", "zip": "PK\x03\x04rubbish", "old": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rubbish"} {
		if _, err := sheet.OpenGrid([]byte(b)); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzOpenGrid(f *testing.F) {
	g, err := sheet.NewGrid(sheet.Info{})
	if err != nil {
		f.Fatal(err)
	}
	if _, err := g.Page("p"); err != nil {
		f.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := g.WriteTo(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := sheet.OpenGrid(b)
		if err != nil {
			return
		}
		for _, p := range g.Pages() {
			_, _ = g.Rows(p)
			_, _ = g.Merged(p)
			g.Fault(p, sheet.At{Row: 1, Col: 1})
		}
		_ = g.Close()
	})
}
