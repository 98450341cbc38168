package workbook_test

import (
	"archive/zip"
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"xuedu/internal/db/dbtest"
)

var update = flag.Bool("update", false, "make testdata again; needs LibreOffice")

// vector is one file as people send it back. want is a word of the fault that
// it has, or "" and the number of cells it changes. made by LibreOffice: the
// file went through it after the change.
type vector struct {
	name    string
	libre   bool
	change  func(t testing.TB, x *excelize.File, page string)
	want    string
	changed int
}

func put(at string, v any) func(testing.TB, *excelize.File, string) {
	return func(t testing.TB, x *excelize.File, page string) { set(t, x, page, at, v) }
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var vectors = []vector{
	{name: "good_unchanged", change: func(testing.TB, *excelize.File, string) {}},
	{name: "good_unchanged_libreoffice", libre: true, change: func(testing.TB, *excelize.File, string) {}},
	{name: "good_number", change: put("C7", 12), changed: 1},
	{name: "good_number_libreoffice", libre: true, change: put("C7", 12), changed: 1},
	{name: "good_float_noise", change: put("D7", 0.1+0.2), changed: 1},
	{name: "good_text_number", change: put("C7", "12"), changed: 1},
	{name: "good_full_width_digits", change: put("C7", "１，２３４"), changed: 1},
	{name: "good_thousands_separator", change: put("D7", "1,234.50"), changed: 1},
	{name: "good_nil_and_not_applicable", change: func(t testing.TB, x *excelize.File, p string) {
		set(t, x, p, "C7", "无")
		set(t, x, p, "C8", "n/a")
	}, changed: 2},
	{name: "good_formula_libreoffice", libre: true, change: func(t testing.TB, x *excelize.File, p string) { ok(t, x.SetCellFormula(p, "C7", "6*2")) }, changed: 1},
	{name: "good_page_renamed", change: func(t testing.TB, x *excelize.File, p string) {
		set(t, x, p, "C7", 12)
		ok(t, x.SetSheetName(p, "我们的"))
	}, changed: 1},
	{name: "good_row_put_in", change: func(t testing.TB, x *excelize.File, p string) {
		set(t, x, p, "C7", 12)
		ok(t, x.InsertRows(p, 2, 1))
		ok(t, x.InsertRows(p, 9, 1))
	}, changed: 1},
	{name: "good_column_put_in", change: func(t testing.TB, x *excelize.File, p string) {
		set(t, x, p, "C7", 12)
		ok(t, x.InsertCols(p, "C", 1))
		set(t, x, p, "C7", "草稿")
	}, changed: 1},
	{name: "good_page_deleted", change: func(t testing.TB, x *excelize.File, p string) {
		set(t, x, p, "C7", 12)
		ok(t, x.DeleteSheet("乙社区 teams"))
	}, changed: 1},
	{name: "good_memory_lost", change: func(t testing.TB, x *excelize.File, p string) {
		set(t, x, p, "C7", 12)
		ok(t, x.DeleteSheet("_xuedu"))
	}, changed: 1},
	{name: "fail_not_a_number", change: put("C7", "约十二"), want: "约十二"},
	{name: "fail_not_whole", change: put("C7", 1.5), want: "1.5"},
	{name: "fail_too_exact", change: put("D7", 1.234), want: "2"},
	{name: "fail_not_a_choice", change: put("F7", "远方"), want: "远方"},
	{name: "fail_locked_cell", change: put("H7", 99), want: "系统算出"},
	{name: "fail_locked_cell_libreoffice", libre: true, change: put("H7", 99), want: "系统算出"},
	{name: "fail_merged_cells", change: func(t testing.TB, x *excelize.File, p string) {
		set(t, x, p, "C8", 5)
		ok(t, x.SetCellValue("_xuedu", "D7", "5"))
		ok(t, x.MergeCell(p, "C7", "C8"))
	}, want: "合并"},
	{name: "fail_formula_without_value", change: func(t testing.TB, x *excelize.File, p string) { ok(t, x.SetCellFormula(p, "C7", "6*2")) }, want: "公式"},
	{name: "fail_formula_error_libreoffice", libre: true, change: func(t testing.TB, x *excelize.File, p string) { ok(t, x.SetCellFormula(p, "C7", "1/0")) }, want: "公式"},
	{name: "fail_date", change: func(t testing.TB, x *excelize.File, p string) {
		day, err := x.NewStyle(&excelize.Style{NumFmt: 14})
		ok(t, err)
		set(t, x, p, "C7", 45000)
		ok(t, x.SetCellStyle(p, "C7", "C7", day))
	}, want: "日期"},
	{name: "fail_row_deleted", change: func(t testing.TB, x *excelize.File, p string) { ok(t, x.RemoveRow(p, 8)) }, want: "删掉"},
	{name: "fail_column_deleted", change: func(t testing.TB, x *excelize.File, p string) { ok(t, x.RemoveCol(p, "C")) }, want: "删掉"},
	{name: "fail_row_of_ones_own", change: put("C9", 3), want: "不是报表里的行"},
	{name: "fail_same_return_twice", change: func(t testing.TB, x *excelize.File, p string) {
		from, err := x.GetSheetIndex(p)
		ok(t, err)
		to, err := x.NewSheet("副本")
		ok(t, err)
		ok(t, x.CopySheet(from, to))
	}, want: "两次"},
}

// filled is a city whose second row has values, so that deleting it is a loss.
func filledCity(t testing.TB) *city {
	t.Helper()
	c := newCity(t, dbtest.SQLite(t))
	enter(t, c, 0, map[string]string{"volunteers trained": "3", "volunteers paid": "2"})
	return c
}

// stand is the id that stands in the files for the i-th return.
func stand(i int) string { return fmt.Sprintf("00000000-0000-7000-8000-%012d", i) }

// TestVectors takes every file of testdata, as an office sent it.
func TestVectors(t *testing.T) { // P2.3
	if *update {
		makeVectors(t)
	}
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			c := filledCity(t)
			b, err := os.ReadFile(filepath.Join("testdata", v.name+".xlsx"))
			ok(t, err)
			r := c.take(t, rename(t, b, func(i int) (string, string) { return stand(i), c.ids[i] }))
			if v.want == "" && (len(r.Faults) > 0 || r.Changed != v.changed) {
				t.Errorf("changed %d, want %d; faults %+v", r.Changed, v.changed, r.Faults)
			}
			if v.want != "" && (len(r.Faults) == 0 || !strings.Contains(r.Faults[0].Text, v.want) || r.Marked == nil || r.Changed > 0) {
				t.Errorf("faults %+v, want one with %q", r.Faults, v.want)
			}
		})
	}
}

// TestForeignFiles: what is no return of ours is refused, and says what to do.
func TestForeignFiles(t *testing.T) {
	t.Parallel()
	c := filledCity(t)
	for _, name := range []string{"fail_no_return.xlsx", "fail_truncated.xlsx", "fail_old_format.xls"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		ok(t, err)
		if r, err := c.Import(ctx(t), b, "", "zh-CN"); err == nil {
			t.Errorf("%s: %+v", name, r)
		}
	}
	b, err := os.ReadFile(filepath.Join("testdata", "good_gb18030.csv"))
	ok(t, err)
	if r, err := c.Import(ctx(t), b, c.ids[0], "zh-CN"); err != nil || r.Changed != 2 {
		t.Errorf("good_gb18030.csv: %+v, %v", r, err)
	}
}

// What we write, LibreOffice opens and writes again, and nothing has changed.
func TestThroughLibreOffice(t *testing.T) {
	t.Parallel()
	c := filledCity(t)
	r := c.take(t, through(t, c.export(t, "zh-CN", c.ids...)))
	if r.Returns != 3 || r.Changed != 0 || len(r.Faults) > 0 {
		t.Errorf("report %+v", r)
	}
}

func makeVectors(t *testing.T) {
	for _, v := range vectors {
		c := filledCity(t)
		b := change(t, c.export(t, "zh-CN", c.ids...), func(x *excelize.File, page string) { v.change(t, x, page) })
		if v.libre {
			b = through(t, b)
		}
		write(t, v.name+".xlsx", rename(t, b, func(i int) (string, string) { return c.ids[i], stand(i) }))
	}
	x := excelize.NewFile()
	var own bytes.Buffer
	ok(t, x.Write(&own))
	write(t, "fail_no_return.xlsx", own.Bytes())
	write(t, "fail_truncated.xlsx", own.Bytes()[:own.Len()/2])
	write(t, "fail_old_format.xls", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 no workbook"))
	gb, err := simplifiedchinese.GB18030.NewEncoder().String("队伍,培训人数\n社区工作者,１２\n志愿者,无\n")
	ok(t, err)
	write(t, "good_gb18030.csv", []byte(gb))
}

func write(t *testing.T, name string, b []byte) {
	t.Helper()
	ok(t, os.MkdirAll("testdata", 0o755))
	ok(t, os.WriteFile(filepath.Join("testdata", name), b, 0o644))
}

// rename puts other ids of returns into a workbook.
func rename(t testing.TB, b []byte, ids func(i int) (from, to string)) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	ok(t, err)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		r, err := f.Open()
		ok(t, err)
		content, err := io.ReadAll(r)
		ok(t, err)
		for i := range 3 {
			from, to := ids(i)
			content = bytes.ReplaceAll(content, []byte(from), []byte(to))
		}
		part, err := w.Create(f.Name)
		ok(t, err)
		_, err = part.Write(content)
		ok(t, err)
	}
	ok(t, w.Close())
	return out.Bytes()
}

// through opens a workbook in LibreOffice and lets it write the file again.
func through(t testing.TB, b []byte) []byte {
	t.Helper()
	dir := t.TempDir()
	in := filepath.Join(dir, "in.xlsx")
	ok(t, os.WriteFile(in, b, 0o600))
	out := filepath.Join(dir, "out")
	cmd := exec.Command("soffice", "--headless", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"),
		"--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", out, in)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("LibreOffice (package libreoffice-calc-nogui; make test installs it): %v\n%s", err, text)
	}
	again, err := os.ReadFile(filepath.Join(out, "in.xlsx"))
	ok(t, err)
	return again
}
