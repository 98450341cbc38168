package docx_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"xuedu/internal/docx"
)

// long is a list of more than a page.
func long() [][]string {
	rows := [][]string{{"XX-1", "某街道<社区>学校 & 图书馆"}}
	for range 60 {
		rows = append(rows, []string{"XX-2", "另一所学校"})
	}
	return rows
}

func decision() docx.Document {
	return docx.Document{
		Organ: "示例市学习办文件", Number: "示例〔2026〕1号", Title: "关于认定示范性学习型组织的决定", To: "各区教育委员会：",
		Blocks:  []docx.Block{{Text: "经评审、公示，现予认定。"}, {Heading: "一、要求", Text: "“示范”要真示范。"}},
		Annexed: []string{"附件：名单"},
		Signed:  []string{"示例市教育委员会", "2026年11月23日"},
		Annexes: []docx.Annex{{Mark: "附件", Title: "学习型组织名单", Blocks: []docx.Block{{Table: &docx.Table{Head: []string{"编号", "单位"}, Rows: long()}}}}},
		Imprint: []string{"抄送：市政府办公厅。", "示例市教育委员会办公室　2026年11月23日印发"},
	}
}

// P1.7: a decision opens in an office suite, with its text whole and in order,
// its pages numbered and the head of its list on every page.
func TestDocumentOpensInLibreOffice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var b bytes.Buffer
	if err := docx.Write(&b, decision()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "a.docx")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "soffice", "--headless", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--convert-to", "pdf", "--outdir", dir, file)
	text := strings.Join(strings.Fields(run(t, "pdftotext", "-layout", filepath.Join(dir, "a.pdf"), "-")), "")
	at := 0
	for _, want := range []string{"示例市学习办文件", "示例〔2026〕1号", "关于认定示范性学习型组织的决定", "各区教育委员会：", "经评审、公示，现予认定。", "一、要求", "附件：名单",
		"示例市教育委员会", "2026年11月23日", "—1—", "附件", "学习型组织名单", "编号单位", "XX-1某街道<社区>学校&图书馆", "—2—", "编号单位", "抄送：", "印发"} {
		i := strings.Index(text[at:], want)
		if i < 0 {
			t.Fatalf("%q is not where it belongs in %q", want, text)
		}
		at += i
	}
}

// Layout is in styles, not in empty paragraphs; headings are headings, and the
// fonts are those the standard names.
func TestParts(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := docx.Write(&b, decision()); err != nil {
		t.Fatal(err)
	}
	body := part(t, b.Bytes(), "word/document.xml")
	if n := strings.Count(body, "<w:p>"); n == 0 || n != strings.Count(body, "<w:t ")+strings.Count(body, "<w:t>") {
		t.Errorf("%d paragraphs, %d texts: one is empty", n, strings.Count(body, "<w:t"))
	}
	for _, want := range []string{`w:val="Title"`, `w:val="Heading1"`, `w:tblHeader`, `w:footerReference`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	look := part(t, b.Bytes(), "word/styles.xml")
	for _, want := range []string{"方正小标宋简体", "仿宋", "黑体", `w:outlineLvl w:val="0"`, `w:line="560"`, `w:lineRule="exact"`, `w:firstLineChars="200"`, `w:pageBreakBefore`, `w:insideH`} {
		if !strings.Contains(look, want) {
			t.Errorf("styles without %s", want)
		}
	}
	if s := part(t, b.Bytes(), "docProps/core.xml"); !strings.Contains(s, "关于认定示范性学习型组织的决定") || strings.Contains(s, "gomutex") {
		t.Errorf("core: %s", s)
	}
	part(t, b.Bytes(), "word/footer1.xml")
}

func part(t *testing.T, file []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s (make test installs it): %v\n%s", name, err, out)
	}
	return string(out)
}
