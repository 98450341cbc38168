package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xuedu/internal/errs"
	"xuedu/internal/sheet"
)

// parts of a workbook as other programs write it: a hidden first sheet, shared
// strings with runs and phonetics, styles of dates, and a relative target.
func parts() map[string]string {
	const ns = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	const rel = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	return map[string]string{
		"_rels/.rels":     `<Relationships><Relationship Id="r1" Type="` + rel + `/officeDocument" Target="/xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml": `<workbook ` + ns + `><workbookPr/><sheets><sheet name="a" sheetId="1" state="hidden" r:id="r1"/><sheet name="b" sheetId="2" r:id="r2"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="` + rel + `/worksheet" Target="worksheets/sheet1.xml"/>
			<Relationship Id="r2" Type="` + rel + `/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="r3" Type="` + rel + `/sharedStrings" Target="sharedStrings.xml"/>
			<Relationship Id="r4" Type="` + rel + `/styles" Target="styles.xml"/></Relationships>`,
		"xl/sharedStrings.xml": `<sst><si><t>课次</t></si><si><r><t xml:space="preserve">书 </t></r><r><t>法</t></r><rPh sb="0" eb="1"><t>シュ</t></rPh></si><si><t>&lt;&amp;&gt;</t></si></sst>`,
		"xl/styles.xml": `<styleSheet><numFmts><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/><numFmt numFmtId="177" formatCode="[Red]0.00&quot;days&quot;"/></numFmts>
			<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="176"/><xf numFmtId="177"/><xf numFmtId="31"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>`,
		"xl/worksheets/sheet2.xml": `<worksheet><cols/><sheetData>
			<row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c><c r="D2" t="s"><v>2</v></c><c r="E2" t="s"><v>99</v></c></row>
			<row r="3"/>
			<row r="5"><c r="A5"><v>110108001001</v></c><c r="B5"><v>1.10108001001E11</v></c><c r="C5"><v>0.30000000000000004</v></c><c r="D5" t="b"><v>1</v></c><c r="E5" t="e"><v>#N/A</v></c></row>
			<row r="6"><c r="A6" s="1"><v>45352</v></c><c r="B6" s="2"><v>45352.375</v></c><c r="C6" s="3"><v>45352</v></c><c r="D6" s="4"><v>0.5</v></c><c r="E6" t="d"><v>2024-03-01T00:00:00</v></c></row>
			<row><c t="str"><f>A1&amp;"x"</f><v>sum x</v></c><c t="inlineStr"><is><t>in</t><t>line</t></is></c><c><v></v></c><c s="1"><v>59</v></c></row>
			</sheetData><mergeCells/></worksheet>`,
	}
}

func pack(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for name, text := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestXLSXOfOthers(t *testing.T) {
	t.Parallel()
	rows, lines := readAll(t, pack(t, parts()))
	want := [][]string{
		{"课次", "", "书 法", "<&>", ""},
		{"110108001001", "110108001001", "0.3", "TRUE", "#N/A"},
		{"2024-03-01", "2024-03-01 09:00", "45352", "12:00", "2024-03-01"},
		{"sum x", "inline", "", "1900-02-28"},
	}
	if d := cmp.Diff(want, rows); d != "" {
		t.Errorf("rows (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]int{2, 5, 6, 7}, lines); d != "" {
		t.Errorf("lines (-want +got):\n%s", d)
	}
}

func TestDates1904(t *testing.T) {
	t.Parallel()
	p := parts()
	p["xl/workbook.xml"] = strings.Replace(p["xl/workbook.xml"], "<workbookPr/>", `<workbookPr date1904="1"/>`, 1)
	if rows, _ := readAll(t, pack(t, p)); rows[2][0] != "2028-03-02" {
		t.Errorf("got %s", rows[2][0])
	}
}

func TestSpoiltXLSX(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(map[string]string)
		want   string
	}{
		"a document": {func(p map[string]string) { delete(p, "_rels/.rels") }, "sheet.not_table"},
		"no sheet":   {func(p map[string]string) { delete(p, "xl/worksheets/sheet2.xml") }, "sheet.broken"},
		"all hidden": {func(p map[string]string) { p["xl/workbook.xml"] = `<workbook/>` }, "sheet.broken"},
		"cut off":    {func(p map[string]string) { p["xl/worksheets/sheet2.xml"] = `<worksheet><sheetData><row><c><v>1` }, "sheet.broken"},
		"far column": {func(p map[string]string) {
			p["xl/worksheets/sheet2.xml"] = `<sheetData><row><c r="ZZZ1"><v>1</v></c></row>`
		}, "sheet.too_large"},
		"bomb in styles": {func(p map[string]string) { p["xl/styles.xml"] = "<styleSheet>" + strings.Repeat(" ", 33<<20) }, "sheet.too_large"},
	} {
		p := parts()
		tt.change(p)
		tab, err := sheet.NewBytes(pack(t, p))
		if err == nil {
			_, err = tab.Read()
		}
		if e, ok := errors.AsType[*errs.Error](err); !ok || e.Kind != errs.Invalid || e.Key != tt.want {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

// FuzzTable: whatever the bytes, reading ends, gives clean text, and names
// lines that only go up.
func FuzzTable(f *testing.F) {
	f.Add([]byte("a,b\n1,\"2\n3\"\n\n4,5\n"))
	f.Add([]byte("\xef\xbb\xbfa;b\r\n\xca\xe9,\xb7\xa8\r\n"))
	f.Add([]byte("\xff\xfea\x00,\x00b\x00\n\x00"))
	f.Add([]byte("a,b\n\"x"))
	f.Add(pack(f, parts()))
	f.Fuzz(func(t *testing.T, b []byte) {
		tab, err := sheet.NewBytes(b)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Fatal(err)
			}
			return
		}
		for last := 0; ; {
			r, err := tab.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			if le, ok := errors.AsType[*sheet.LineError](err); ok {
				r.Line, r.Cells = le.Line, le.Cells
			} else if err != nil {
				if errs.KindOf(err) != errs.Invalid {
					t.Fatal(err)
				}
				return
			}
			if r.Line < last && !bytes.HasPrefix(b, []byte("PK")) {
				t.Fatalf("line %d after %d", r.Line, last)
			}
			last = r.Line
			for _, c := range r.Cells {
				if strings.ToValidUTF8(c, "") != c || strings.ContainsRune(c, 0) {
					t.Fatalf("line %d: %q", r.Line, c)
				}
			}
		}
	})
}
