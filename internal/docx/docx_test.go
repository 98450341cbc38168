package docx_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"xuedu/internal/docx"
)

// P1.7: a decision opens in an office suite, with its text whole and in order.
func TestDocumentOpensInLibreOffice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var b bytes.Buffer
	err := docx.Write(&b, docx.Document{
		Organ: "示例市学习办", Number: "示例〔2026〕1号", Title: "关于认定示范性学习型组织的决定",
		Blocks: []docx.Block{
			{Text: "经评审、公示，现予认定。"},
			{Heading: "一、名单"},
			{Table: &docx.Table{Head: []string{"编号", "单位"}, Rows: [][]string{{"XX-1", "某街道<社区>学校 & 图书馆"}}}},
		},
		Signed: []string{"示例市教育委员会", "2026年11月23日"},
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "a.docx")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "soffice", "--headless", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--convert-to", "pdf", "--outdir", dir, file)
	text := strings.Join(strings.Fields(run(t, "pdftotext", "-layout", filepath.Join(dir, "a.pdf"), "-")), "")
	at := 0
	for _, want := range []string{"示例市学习办", "示例〔2026〕1号", "关于认定示范性学习型组织的决定", "经评审、公示，现予认定。", "一、名单", "编号单位", "XX-1某街道<社区>学校&图书馆", "示例市教育委员会", "2026年11月23日"} {
		i := strings.Index(text[at:], want)
		if i < 0 {
			t.Fatalf("%q is not where it belongs in %q", want, text)
		}
		at += i
	}
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s (make test installs it): %v\n%s", name, err, out)
	}
	return string(out)
}
