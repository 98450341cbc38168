package sheet_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"xuedu/internal/errs"
	"xuedu/internal/sheet"
)

// readAll returns the cells and the lines of all rows; a row that cannot be
// read shows as its message key.
func readAll(t testing.TB, b []byte) (rows [][]string, lines []int) {
	t.Helper()
	tab, err := sheet.NewBytes(b)
	if err != nil {
		t.Fatal(err)
	}
	for {
		r, err := tab.Read()
		if errors.Is(err, io.EOF) {
			return rows, lines
		}
		if le, ok := errors.AsType[*sheet.LineError](err); ok {
			r = sheet.Row{Line: le.Line, Cells: []string{le.Err.Key}}
		} else if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, append([]string(nil), r.Cells...))
		lines = append(lines, r.Line)
	}
}

func TestCSV(t *testing.T) {
	t.Parallel()
	gb, err := simplifiedchinese.GB18030.NewEncoder().String("课次,姓名\n1,联通\n2,㐀\n")
	if err != nil {
		t.Fatal(err)
	}
	u16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("课次\t姓名\r\n1\t联通\r\n")
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("a,b\n", 50_000)
	for _, tt := range []struct {
		name, in string
		want     [][]string
		lines    []int
	}{
		{"plain", "a,b\n1,2\n", [][]string{{"a", "b"}, {"1", "2"}}, []int{1, 2}},
		{"mark", "\ufeff课次,b\r\n1,书法\r\n", [][]string{{"课次", "b"}, {"1", "书法"}}, []int{1, 2}},
		{"utf-8", "课次,b\n1,书法", [][]string{{"课次", "b"}, {"1", "书法"}}, []int{1, 2}},
		{"gb18030", gb, [][]string{{"课次", "姓名"}, {"1", "联通"}, {"2", "㐀"}}, []int{1, 2, 3}},
		{"utf-16", u16, [][]string{{"课次", "姓名"}, {"1", "联通"}}, []int{1, 2}},
		{"semicolons", "a;b\n1;2,5\n", [][]string{{"a", "b"}, {"1", "2,5"}}, []int{1, 2}},
		{"quoted lines", "a,b\n\"x\ny\",2\n\n3,4\n", [][]string{{"a", "b"}, {"x\ny", "2"}, {"3", "4"}}, []int{1, 2, 5}},
		{"blank rows", "a,b\n , \n,\n1,2\n", [][]string{{"a", "b"}, {"1", "2"}}, []int{1, 4}},
		{"wide space", "a,b\n\u30001\u3000, 2\n", [][]string{{"a", "b"}, {"1", "2"}}, []int{1, 2}},
		{"apostrophe", "a,b\n'=1+1,'x\n", [][]string{{"a", "b"}, {"=1+1", "'x"}}, []int{1, 2}},
		{"bad quote", "a,b\n1,x\"y\n3,4\n", [][]string{{"a", "b"}, {"sheet.quote"}, {"3", "4"}}, []int{1, 2, 3}},
		{"open quote", "a,b\n1,\"y\n3,4\n", [][]string{{"a", "b"}, {"sheet.quote"}}, []int{1, 2}},
		{"bad bytes", long[:8] + "书,\xff\n3,4\n", nil, nil},
	} {
		rows, lines := readAll(t, []byte(tt.in))
		if tt.want == nil {
			continue // must only not fail
		}
		if d := cmp.Diff(tt.want, rows); d != "" {
			t.Errorf("%s: rows (-want +got):\n%s", tt.name, d)
		}
		if d := cmp.Diff(tt.lines, lines); d != "" {
			t.Errorf("%s: lines (-want +got):\n%s", tt.name, d)
		}
	}
}

// The first Chinese letter may come after much plain text.
func TestLateChinese(t *testing.T) {
	t.Parallel()
	plain := strings.Repeat("a,b\n", 50_000)
	gb, err := simplifiedchinese.GB18030.NewEncoder().String("书法,诗词\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]string{"utf-8": plain + "书法,诗词\n", "gb18030": plain + gb} {
		rows, _ := readAll(t, []byte(in))
		if got := rows[len(rows)-1]; len(rows) != 50_001 || got[0] != "书法" || got[1] != "诗词" {
			t.Errorf("%s: %d rows, last %q", name, len(rows), got)
		}
	}
	rows, _ := readAll(t, []byte(strings.Repeat("书,法\n", 20_000)+"a,\xff\nb,c\n"))
	if got := rows[20_000][0]; got != "sheet.encoding" || rows[20_001][0] != "b" {
		t.Errorf("bad bytes far behind: %q, %q", got, rows[20_001])
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	cfb := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600)
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", "sheet.empty"},
		{"only a mark", "\ufeff\r\n", "sheet.empty"},
		{"xls", cfb, "sheet.old_xls"},
		{"password", cfb + strings.Join(strings.Split("EncryptedPackage", ""), "\x00") + "\x00", "sheet.encrypted"},
		{"pdf", "%PDF-1.7\n", "sheet.not_table"},
		{"picture", "\x89PNG\r\n\x1a\n\x00\x00", "sheet.not_table"},
		{"zip cut off", "PK\x03\x04\x00\x00", "sheet.broken"},
	} {
		_, err := sheet.NewBytes([]byte(tt.in))
		e, ok := errors.AsType[*errs.Error](err)
		if !ok || e.Kind != errs.Invalid || e.Key != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
	if _, err := sheet.Open(filepath.Join(t.TempDir(), "no")); errs.KindOf(err) != errs.NotFound {
		t.Errorf("no file: %v", err)
	}
}

func write(t testing.TB) []byte {
	t.Helper()
	b, err := sheet.NewBook(sheet.Info{Title: "公报", Author: "学都", At: time.Date(2024, 4, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for _, name := range []string{"一季度", "说明: a/b", "三"} {
		s, err := b.Sheet(name, sheet.Col{Title: "代码"}, sheet.Col{Title: "人数", Format: sheet.Integer},
			sheet.Col{Title: "率", Format: sheet.Percent, Places: 1}, sheet.Col{Title: "日期", Format: sheet.Date}, sheet.Col{Title: "小时", Format: sheet.Decimal, Places: 2})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range [][]any{
			{"110108001001", 1234567, 0.125, time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC), 0.1 + 0.2},
			{"=1+1", nil, 1.0, time.Date(2024, 3, 1, 9, 30, 0, 0, time.UTC), int64(5)},
			{"<&>\"", "–"},
		} {
			if err := s.Row(r...); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	var buf bytes.Buffer
	if _, err := b.WriteTo(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestBook(t *testing.T) {
	t.Parallel()
	b := write(t)
	for range 5 {
		if !bytes.Equal(b, write(t)) {
			t.Fatal("the same input gave other bytes")
		}
	}
	rows, lines := readAll(t, b)
	want := [][]string{
		{"代码", "人数", "率", "日期", "小时"},
		{"110108001001", "1234567", "0.125", "2024-03-01", "0.3"},
		{"=1+1", "", "1", "2024-03-01 09:30", "5"},
		{"<&>\"", "–"},
	}
	if d := cmp.Diff(want, rows); d != "" {
		t.Errorf("rows (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]int{1, 2, 3, 4}, lines); d != "" {
		t.Errorf("lines (-want +got):\n%s", d)
	}
	if err := os.WriteFile(filepath.Join(t.TempDir(), "a.xlsx"), b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCSVWriterIsSafe(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	w := sheet.NewCSV(&buf)
	in := []string{"=cmd()", "+1", "-2.5", "-x", "@a", "书,法", "'"}
	w.Write("a", "b", "c", "d", "e", "f", "g")
	w.Write(in...)
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if want := "\ufeffa,b,c,d,e,f,g\r\n'=cmd(),+1,-2.5,'-x,'@a,\"书,法\",'\r\n"; buf.String() != want {
		t.Errorf("wrote %q, want %q", buf.String(), want)
	}
	rows, _ := readAll(t, buf.Bytes())
	if d := cmp.Diff(in, rows[1]); d != "" {
		t.Errorf("read again (-want +got):\n%s", d)
	}
}

func TestHeader(t *testing.T) {
	t.Parallel()
	cols := []sheet.Column{{Name: "session", Also: []string{"课次"}, Required: true}, {Name: "home"}, {Name: "date", Required: true}}
	open := func(s string) (*sheet.Table, *sheet.Header, error) {
		tab, err := sheet.NewBytes([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		h, err := tab.ReadHeader(cols...)
		return tab, h, err
	}
	tab, h, err := open("Date,课次,note,\n2024-03-01,s1\n")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"note"}, h.Unknown); d != "" {
		t.Error(d)
	}
	r, err := tab.Read()
	if err != nil || h.Cell(r, 0) != "s1" || h.Cell(r, 1) != "" || h.Cell(r, 2) != "2024-03-01" || h.Has(1) || !h.Has(0) {
		t.Errorf("row %+v, %v", r, err)
	}
	for in, want := range map[string]string{"date,home\n": "sheet.column_missing", "date,session,课次\n": "sheet.column_twice", "\n": "sheet.empty"} {
		tab, err := sheet.NewBytes([]byte(in))
		if err == nil {
			_, err = tab.ReadHeader(cols...)
		}
		if e, ok := errors.AsType[*errs.Error](err); !ok || e.Key != want {
			t.Errorf("header %q: %v, want %s", in, err, want)
		}
	}
}
