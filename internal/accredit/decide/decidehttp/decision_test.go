package decidehttp

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/decide"
	"xuedu/internal/area"
	"xuedu/internal/docx"
	"xuedu/internal/pack"
	"xuedu/internal/pdf"
	"xuedu/internal/ui"
)

// sample is the document of two awards in two districts, worded by a pack.
func sample(doc decide.Paper) *paperPage {
	tree := area.NewTree([]area.Area{{ID: 1, Code: "1", Name: "示例市"},
		{ID: 2, ParentID: 1, Code: "11", Name: "东区"}, {ID: 3, ParentID: 1, Code: "12", Name: "西区"}})
	h := &handler{Deps{Tree: func() *area.Tree { return tree }}}
	p := &paperPage{page: page{Page: ui.Page{Lang: "zh-CN"}, h: h}, Draft: doc.Number == ""}
	c := accredit.Call{Title: pack.Text{"zh-CN": "2026年评选"}}
	c.Rules.Programme.Name, c.Rules.Programme.Validity = pack.Text{"zh-CN": "学习基地"}, 3
	c.Rules.Programme.Authorisation = pack.Authorisation{Document: pack.Text{"zh-CN": "《关于保留项目的通知》"}, Number: "示例函〔2020〕1号"}
	c.Rules.Programme.Paper = pack.AwardPaper{Mark: pack.Text{"zh-CN": "示例市学习办文件"}, Organ: pack.Text{"zh-CN": "示例市学习办"},
		Title: pack.Text{"zh-CN": "关于公布“{{programme}}”的通知"}, Group: "district",
		Text: []pack.Text{{"zh-CN": "依据《{{authorisation}}》（{{authorisation_number}}），认定{{count}}项，自{{day}}起有效期{{years}}年。"}}, List: pack.Text{"zh-CN": "{{programme}}名单"}}
	d := draft{p: p, c: c, paper: c.Rules.Programme.Paper, apps: []accredit.Application{
		{Code: "JD-1", Title: "西区一<校>", AreaID: 3}, {Code: "JD-2", Title: "东区二校", AreaID: 2}}}
	d.bind(doc)
	p.Doc = d.document()
	p.Title = p.Doc.Title
	return p
}

// P1.7: the document says what the pack words, with what was decided; its list
// follows the districts, not a rank.
func TestDecisionWording(t *testing.T) {
	t.Parallel()
	d := sample(decide.Paper{Number: "示例〔2026〕5号", Day: "2026-06-10"}).Doc
	if d.Number != "示例〔2026〕5号" || d.Organ != "示例市学习办文件" || d.Title != "关于公布“学习基地”的通知" || d.Signed[0] != "示例市学习办" || d.Signed[1] != "2026年6月10日" {
		t.Errorf("head: %+v", d)
	}
	if got, want := d.Blocks[0].Text, "依据《关于保留项目的通知》（示例函〔2020〕1号），认定2项，自2026年6月10日起有效期3年。"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
	list := d.Annexes[0].Blocks
	if len(list) != 2 || list[0].Table.Rows[0][1] != "JD-2" || list[1].Table.Rows[0][1] != "JD-1" || list[1].Table.Rows[0][0] != "2" {
		t.Errorf("list %+v", list)
	}
	if p := sample(decide.Paper{}); p.Doc.Number != "decide.paper.no_number" || !p.Draft {
		t.Errorf("draft: number %q", p.Doc.Number)
	}
}

// The page, the PDF and the DOCX are one text, which can be found in each.
func TestDecisionInThreeForms(t *testing.T) {
	p := sample(decide.Paper{Number: "示例〔2026〕5号", Day: "2026-06-10"})
	html, err := ui.Sheet(paperView, p)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "<link", `src="/`} {
		if bytes.Contains(html, []byte(bad)) {
			t.Errorf("the page needs %s", bad)
		}
	}
	made, err := pdf.New("").Print(t.Context(), html)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	put(t, filepath.Join(dir, "page.pdf"), made)
	var b bytes.Buffer
	if err := docx.Write(&b, p.Doc); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "word.docx"), b.Bytes())
	run(t, "soffice", "--headless", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--convert-to", "pdf", "--outdir", dir, filepath.Join(dir, "word.docx"))
	for _, name := range []string{"page.pdf", "word.pdf"} {
		text := strings.Join(strings.Fields(run(t, "pdftotext", "-layout", filepath.Join(dir, name), "-")), "")
		at := 0
		for _, want := range []string{"示例市学习办文件", "示例〔2026〕5号", "关于公布“学习基地”的通知", "依据《关于保留项目的通知》", "示例市学习办", "2026年6月10日", "—1—",
			"学习基地名单", "JD-2", "东区二校", "JD-1", "西区一<校>", "—2—"} {
			i := strings.Index(text[at:], want)
			if i < 0 {
				t.Fatalf("%s: %q is not where it belongs in %q", name, want, text)
			}
			at += i
		}
	}
}

func put(t *testing.T, file string, b []byte) {
	t.Helper()
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
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
