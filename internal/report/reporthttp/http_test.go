package reporthttp

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/jba/templatecheck"

	"xuedu/internal/chart"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/demo"
	"xuedu/internal/demo/demotest"
	"xuedu/internal/i18n"
	"xuedu/internal/ledger"
	"xuedu/internal/pack"
	"xuedu/internal/report"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// TestTemplates type-checks every template against its data.
func TestTemplates(t *testing.T) { // alone: it reads the trees that serving a page prepares
	for _, tt := range []struct {
		v    web.View
		data any
	}{{listView, listPage{}}, {pageView, bulletinPage{}}} {
		if err := templatecheck.CheckHTMLStrict(tt.v.Tmpl.Lookup("page"), tt.data); err != nil {
			t.Error(err)
		}
	}
}

// newServer serves the bulletins of a small city, or of one without records.
func newServer(t *testing.T, filled bool) (http.Handler, *report.Service) {
	t.Helper()
	var c *demotest.City
	if filled {
		c = demotest.Fill(t, dbtest.SQLite(t), "minimal", demo.Options{Scale: 0.0003, Seed: 1, Today: demotest.Today})
	} else {
		c = demotest.New(t, dbtest.SQLite(t), "minimal")
		if err := c.Figures.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	svc := report.New(report.Deps{DB: c.DB, Figures: c.Figures, Tree: c.Areas.Tree, Pack: func() *pack.Pack { return c.Pack },
		Map: func() *chart.Outlines { return nil }, Bundle: bundle, Synthetic: func() bool { return true },
		Today: func() ledger.Day { return ledger.DayOf(demotest.Today) }})
	env := &ui.Env{Bundle: bundle, City: func(string) string { return "市" }, Owners: func(string) []string { return nil },
		PackLine: func(string) string { return "" }, Synthetic: func() bool { return true },
		User: func(context.Context, string) (string, string) { return "", "" }, Can: func(context.Context, string) bool { return false }}
	link := func(q ledger.Query) string { return "/figures?measure=" + string(q.Measure) + "&area=" + q.Area }
	mux := web.Mux(web.Config{Log: slog.New(slog.DiscardHandler), ErrorPage: ui.ErrorPage,
		Can:      func(context.Context, web.Perm) bool { return false },
		SignedIn: func(context.Context) bool { return false }}, Routes(svc, link)...)
	return ui.Middleware(env, mux), svc
}

func get(t *testing.T, h http.Handler, target, lang string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest("GET", target, nil)
	r.Header.Set("Accept-Language", lang)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func page(t *testing.T, w *httptest.ResponseRecorder) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

var noText = regexp.MustCompile(`\b(report|figure)\.[a-z_.]+|\{\{|<no value>`)

func TestList(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t, true)
	for _, lang := range i18n.Langs {
		w := get(t, h, "/reports", lang)
		doc := page(t, w)
		if w.Code != 200 || doc.Find("tbody tr").Length() != 3 {
			t.Errorf("%s: status %d, %d years", lang, w.Code, doc.Find("tbody tr").Length())
		}
		if s := noText.FindString(doc.Text()); s != "" {
			t.Errorf("%s: text without translation: %s", lang, s)
		}
		if n := doc.Find(".xd-tag").Length(); n != 3 { // this year, this quarter, this month
			t.Errorf("%s: %d periods are marked as not complete, want 3", lang, n)
		}
		doc.Find("td a, tbody th a").Each(func(_ int, a *goquery.Selection) {
			if href, _ := a.Attr("href"); get(t, h, href, lang).Code != 200 {
				t.Errorf("%s leads nowhere", href)
			}
		})
	}
}

func TestEmptyCity(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t, false)
	if w := get(t, h, "/reports", "zh-CN"); w.Code != 200 || page(t, w).Find(".xd-empty").Length() != 1 {
		t.Errorf("status %d, want an empty state", w.Code)
	}
	if w := get(t, h, "/reports/2025", "zh-CN"); w.Code != 404 {
		t.Errorf("a bulletin of nothing: status %d", w.Code)
	}
}

// TestBulletin reads the city's page and one of a district: figures lead to
// their lineage, and no markup breaks the content security policy.
func TestBulletin(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t, true)
	for _, lang := range i18n.Langs {
		for target, area := range map[string]string{"/reports/2026-Q1": "QH", "/reports/2026-Q1/QH-1": "QH-1"} {
			w := get(t, h, target, lang)
			if w.Code != 200 {
				t.Fatalf("%s: status %d", target, w.Code)
			}
			doc := page(t, w)
			if s := noText.FindString(doc.Text()); s != "" {
				t.Errorf("%s %s: text without translation: %s", target, lang, s)
			}
			if href, _ := doc.Find("p a.xd-fig").First().Attr("href"); href != "/figures?measure=participants&area="+area {
				t.Errorf("%s: the first figure leads to %q", target, href)
			}
			if n := doc.Find("[style], script:not([src]), style").Length(); n > 0 {
				t.Errorf("%s: %d elements that the policy forbids", target, n)
			}
			if doc.Find("h1").Length() != 1 || doc.Find("td:empty").Length() > 0 {
				t.Errorf("%s: %d headings, %d empty cells", target, doc.Find("h1").Length(), doc.Find("td:empty").Length())
			}
		}
	}
}

// TestFiles: what is downloaded has the bytes that the command line writes.
func TestFiles(t *testing.T) {
	t.Parallel()
	h, svc := newServer(t, true)
	p, err := report.ParsePeriod("2025-Q4")
	if err != nil {
		t.Fatal(err)
	}
	b, err := svc.Build(t.Context(), report.BundleOptions{Period: p, Area: "QH-1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range i18n.Langs {
		doc := page(t, get(t, h, "/reports/2025-Q4/QH-1", lang))
		links := doc.Find(".xd-report__get a")
		if links.Length() != 3 {
			t.Fatalf("%d downloads", links.Length())
		}
		links.Each(func(_ int, a *goquery.Selection) {
			href, _ := a.Attr("href")
			w := get(t, h, href, lang)
			name := href[strings.LastIndex(href, "/")+1:]
			if w.Code != 200 || !bytes.Equal(w.Body.Bytes(), b.Files[name]) {
				t.Errorf("%s: status %d, %d bytes, want %d", href, w.Code, w.Body.Len(), len(b.Files[name]))
			}
			if !strings.Contains(w.Header().Get("Content-Disposition"), name) {
				t.Errorf("%s: disposition %q", href, w.Header().Get("Content-Disposition"))
			}
		})
	}
}

func TestNotFound(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t, true)
	for _, target := range []string{
		"/reports/2019", "/reports/2025-Q9", "/reports/x", "/reports/2025-01-01..2025-02-01", "/reports/2025/none", "/reports/2025/QH-1-1",
		"/reports/2025/QH/QH.fr.html", "/reports/2025/QH/QH-1.json", "/reports/2025/QH/passwd", "/reports/2025/QH/QH.en.exe",
	} {
		if w := get(t, h, target, "en"); w.Code != 404 {
			t.Errorf("%s: status %d, want 404", target, w.Code)
		}
	}
	r := httptest.NewRequest("POST", "/reports/2025", nil)
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code == 200 {
		t.Errorf("POST: status %d", w.Code)
	}
}
