package paper_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"xuedu/internal/pdf"
	"xuedu/internal/release"
)

// The same release gives the same bytes, of every paper in every language.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	p, r := papers(t), sample(t)
	for _, lang := range r.Languages {
		for name, make := range map[string]func() ([]byte, error){
			"page":     func() ([]byte, error) { return p.HTML(r, lang, false) },
			"document": func() ([]byte, error) { return p.DOCX(r, lang) },
			"annex":    func() ([]byte, error) { return p.Annex(r, lang) },
		} {
			a, err := make()
			if err != nil {
				t.Fatal(err)
			}
			if b, _ := make(); !bytes.Equal(a, b) {
				t.Errorf("%s in %s differs", name, lang)
			}
		}
	}
}

var (
	ids     = regexp.MustCompile(` id="([^"]+)"`)
	hrefs   = regexp.MustCompile(` href="([^"]+)"`)
	fetched = regexp.MustCompile(`<script|<link|<img|<iframe| src=|@import| on[a-z]+=|url\([^)#]`)
)

// A page needs nothing else: it fetches nothing, runs nothing, and every link
// in it leads to something in it.
func TestPage(t *testing.T) {
	t.Parallel()
	p, r := papers(t), sample(t)
	for _, lang := range r.Languages {
		b, err := p.HTML(r, lang, false)
		if err != nil {
			t.Fatal(err)
		}
		page := string(b)
		if bad := fetched.FindString(page); bad != "" {
			t.Errorf("%s: %s", lang, bad)
		}
		have := map[string]bool{}
		for _, m := range ids.FindAllStringSubmatch(page, -1) {
			if have[m[1]] {
				t.Errorf("%s: two things are called %s", lang, m[1])
			}
			have[m[1]] = true
		}
		for _, m := range hrefs.FindAllStringSubmatch(page, -1) {
			if to, inside := strings.CutPrefix(m[1], "#"); inside && !have[to] || !inside && m[1] != "https://example.org" {
				t.Errorf("%s: a link to %s", lang, m[1])
			}
		}
		if strings.Contains(page, "ZgotmplZ") || strings.Contains(page, "<监测>") || strings.Contains(page, "<Sample>") {
			t.Errorf("%s: something is not escaped", lang)
		}
	}
}

// The page says what the release says: title, period, version, stage, reason,
// sentences, definitions, who answered for it, and the digest to check.
func TestPageSays(t *testing.T) {
	t.Parallel()
	r := sample(t)
	b, err := papers(t).HTML(r, "zh-CN", false)
	if err != nil {
		t.Fatal(err)
	}
	canonical, err := r.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	tags := regexp.MustCompile(`(?s)<style>.*?</style>|<[^>]+>`)
	text := tags.ReplaceAllString(string(b), "")
	holds(t, text, "示例市学习办", "演示数据", "这是修订版。", "演示：更正一处", "统计时期2024年", "第 1.0.1 版，修订", "批准日期2025年3月3日", "目录", "一总体情况", "二各地情况", "三指标解释", "四签名与核对",
		"谁在学习", "全市参与率为10.4%，乙区为12.4%，比上年上升0.1个百分点", "12,345 人", "各区 &lt;参与率&gt;", "甲区11.4%", "开课1,058 班", "B05", "参与率", "占常住人口的比例。", "100 * a / b", "P2.7",
		"定稿学习办，2025年3月2日", "批准领导小组，2025年3月3日", release.Digest(canonical), "xuedu report verify yearly-2024-1.0.1.zip")
}

// A draft says so on every page and has no digest.
func TestDraft(t *testing.T) {
	t.Parallel()
	r := sample(t)
	r.Signoffs, r.Frozen, r.Version, r.Program = nil, "", "", ""
	b, err := papers(t).HTML(r, "en", true)
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	for _, want := range []string{`class="xd-mark"`, "Not approved", `@top-right{content:"Draft"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(page, "report verify") || strings.Contains(page, "SHA-256") {
		t.Error("a draft that can be checked")
	}
}

// The PDF has the sentences as text, its fonts, pages with numbers and a title.
func TestPDF(t *testing.T) {
	t.Parallel()
	b, err := papers(t).HTML(sample(t), "zh-CN", false)
	if err != nil {
		t.Fatal(err)
	}
	printed, err := pdf.New("").Print(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	file := write(t, filepath.Join(t.TempDir(), "a.pdf"), printed)
	holds(t, run(t, "pdftotext", "-layout", file, "-"), "示例市<监测>报告", "2024", "第 2 页 共", "全市参与率为10.4%，乙区为12.4%，比上年上升0.1个百分点")
	if !bytes.Contains(printed, []byte("/Outlines")) {
		t.Error("no bookmarks")
	}
	info := run(t, "pdfinfo", file)
	for _, want := range []string{"Tagged:          yes", "(A4)", "示例市<监测>报告"} {
		if !strings.Contains(info, want) {
			t.Errorf("no %q in\n%s", want, info)
		}
	}
	for _, l := range strings.Split(strings.TrimSpace(run(t, "pdffonts", file)), "\n")[2:] {
		if f := strings.Fields(l); f[len(f)-5] != "yes" || f[len(f)-3] != "yes" {
			t.Errorf("not embedded, or without text: %s", l)
		}
	}
}

// The document opens in an office suite: numbered headings, sentences, tables,
// and charts whose words stayed words.
func TestDocument(t *testing.T) {
	t.Parallel()
	dir, r := t.TempDir(), sample(t)
	b, err := papers(t).DOCX(r, "zh-CN")
	if err != nil {
		t.Fatal(err)
	}
	office(t, dir, "pdf", write(t, filepath.Join(dir, "a.docx"), b))
	text := run(t, "pdftotext", "-layout", filepath.Join(dir, "a.pdf"), "-")
	holds(t, text, "示例市<监测>报告（2024年）", "第1.0.1版，修订", "一、总体情况", "（一）谁在学习", "全市参与率为10.4%，乙区为12.4%，比上年上升0.1个百分点；共有12,345人参加。",
		"图1各区<参与率>", "甲区", "11.4", "图2", "图3", "二、各地情况", "（一）甲区", "开课1,058班。", "表1", "（三）丙区", "附件：", "附件1", "指标解释", "占常住人口的比例。", "附件2", "签名与核对")
	images := run(t, "pdfimages", "-list", filepath.Join(dir, "a.pdf"))
	if strings.Count(strings.TrimSpace(images), "\n") > 1 {
		t.Errorf("a chart became a raster picture:\n%s", images)
	}
}

// All papers are delivered by name; without a printer, or where it fails, all
// but the PDFs are; who goes away gets none.
func TestDeliver(t *testing.T) {
	t.Parallel()
	p, r := papers(t), sample(t)
	want := []string{"annex.en.xlsx", "annex.zh-CN.xlsx", "report.en.docx", "report.en.html", "report.zh-CN.docx", "report.zh-CN.html"}
	var missed []string
	miss := func(lang string, _ error) { missed = append(missed, lang) }
	broken := func(context.Context, []byte) ([]byte, error) { return nil, errors.New("no display") }
	for range 2 {
		got, err := p.Deliver(t.Context(), r, broken, miss)
		if names := slices.Sorted(maps.Keys(got)); err != nil || !slices.Equal(names, want) {
			t.Errorf("%v %v", names, err)
		}
		broken = nil
	}
	if !slices.Equal(missed, r.Languages) {
		t.Errorf("missed %v", missed)
	}
	got, err := p.Deliver(t.Context(), r, func(_ context.Context, page []byte) ([]byte, error) { return page[:15], nil }, miss)
	if err != nil || string(got["report.en.pdf"]) != "<!doctype html>" || len(got) != 8 {
		t.Errorf("%d files, %v", len(got), err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Deliver(gone, r, func(ctx context.Context, _ []byte) ([]byte, error) { return nil, ctx.Err() }, miss); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
