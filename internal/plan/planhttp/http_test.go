package planhttp

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/jba/templatecheck"

	"xuedu/internal/account"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/i18n"
	"xuedu/internal/pack"
	"xuedu/internal/plan"
	"xuedu/internal/plan/plantest"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

var noText = regexp.MustCompile(`\bplan\.[a-z_.]+|\{\{|<no value>`)

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

// newServer serves the plan of a pack over a real, empty register.
func newServer(t *testing.T, name string) http.Handler {
	t.Helper()
	var svc *plan.Service
	if name == "" {
		svc = plan.New(plan.Deps{DB: dbtest.SQLite(t), Pack: func() *pack.Pack { return &pack.Pack{} }, Tree: func() *area.Tree { return area.NewTree(nil) },
			Meter: &plantest.Meter{}, Now: func() time.Time { return noon }})
	} else {
		c := plantest.New(t, dbtest.SQLite(t), name, noon)
		c.Adopt(t)
		for _, code := range c.Meter.List {
			c.Meter.Set(code.Code, noon.Year(), c.Root, 0, 1)
		}
		svc = c.Service
	}
	return serve(t, svc, account.Actor{})
}

// serve serves the pages of svc to one actor.
func serve(t *testing.T, svc *plan.Service, who account.Actor) http.Handler {
	t.Helper()
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	env := &ui.Env{Bundle: bundle, City: func(string) string { return "市" }, Owners: func(string) []string { return nil },
		PackLine: func(string) string { return "" }, Synthetic: func() bool { return false },
		User: func(context.Context, string) (string, string) { return who.Name, "" }, Can: func(_ context.Context, p string) bool { return who.Can(p) }}
	mux := web.Mux(web.Config{Log: slog.New(slog.DiscardHandler), ErrorPage: ui.ErrorPage,
		Can:      func(_ context.Context, p web.Perm) bool { return who.Can(string(p)) },
		SignedIn: func(context.Context) bool { return who.SignedIn() }}, Routes(Deps{Plan: svc})...)
	act := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := audit.With(account.With(r.Context(), who), audit.Who{Actor: cmp.Or(who.ID, "public")})
		mux.ServeHTTP(w, r.WithContext(ctx))
	})
	return ui.Middleware(env, act)
}

func get(t *testing.T, h http.Handler, target, lang string) (int, *goquery.Document) {
	t.Helper()
	r := httptest.NewRequest("GET", target, nil)
	r.Header.Set("Accept-Language", lang)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	doc, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, doc
}

func TestPlan(t *testing.T) {
	t.Parallel()
	h := newServer(t, "beijing-2021")
	for _, lang := range i18n.Langs {
		code, doc := get(t, h, "/plan", lang)
		if code != 200 {
			t.Fatalf("%s: status %d", lang, code)
		}
		if n := doc.Find(".xd-clause").Length(); n != 26 {
			t.Errorf("%s: %d clauses, want 26", lang, n)
		}
		if text := doc.Find("#demonstration-districts .xd-goal__value").Text(); !strings.HasPrefix(text, "0 / 12") {
			t.Errorf("%s: districts %q, want 0 / 12", lang, text) // P1.3
		}
		if n := doc.Find("#community-projects svg rect").Length(); n != 100 { // P2.8
			t.Errorf("%s: %d squares, want 100", lang, n)
		}
		if n := doc.Find(`#P1 .xd-names a[href="/orgs/bj-finance"]`).Length(); n != 1 { // P1.11
			t.Errorf("%s: the finance bureau is linked %d times from P1", lang, n)
		}
		if n := doc.Find(`a[href="/plan/bodies/bj-finance"]`).Length(); n != 1 {
			t.Errorf("%s: no tasks of the finance bureau", lang)
		}
		if body := doc.Find("main").Text(); noText.MatchString(body) {
			t.Errorf("%s: a text is missing", lang)
		}
		uniqueIDs(t, doc)
	}
}

func uniqueIDs(t *testing.T, doc *goquery.Document) {
	t.Helper()
	seen := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id, _ := s.Attr("id")
		if seen[id] {
			t.Errorf("id %s twice", id)
		}
		seen[id] = true
	})
	doc.Find(`main a[href^="#"]`).Each(func(_ int, s *goquery.Selection) {
		if href, _ := s.Attr("href"); !seen[href[1:]] {
			t.Errorf("%s leads nowhere", href)
		}
	})
}

func TestOtherPacks(t *testing.T) { // P1.4: another city, no programming
	t.Parallel()
	code, doc := get(t, newServer(t, "minimal"), "/plan", "en")
	if code != 200 || doc.Find(".xd-clause").Length() != 3 || doc.Find("#model-houses svg rect").Length() != 5 {
		t.Errorf("minimal: status %d, %d clauses", code, doc.Find(".xd-clause").Length())
	}
	code, doc = get(t, newServer(t, ""), "/plan", "en")
	if code != 200 || doc.Find(".xd-empty").Length() != 1 {
		t.Errorf("no plan: status %d", code)
	}
}

func TestBody(t *testing.T) { // H2, P1.5
	t.Parallel()
	h := newServer(t, "beijing-2021")
	code, doc := get(t, h, "/plan/bodies/bj-finance", "zh-CN")
	if code != 200 || doc.Find(".xd-clause").Length() != 11 || !strings.Contains(doc.Find("h1").Text(), "北京市财政局") {
		t.Errorf("status %d, %d clauses, %q", code, doc.Find(".xd-clause").Length(), doc.Find("h1").Text())
	}
	code, doc = get(t, h, "/plan/bodies/bj-ageing-office", "en")
	if code != 200 || doc.Find(".xd-empty").Length() != 1 || doc.Find(".xd-links a").Length() != 1 {
		t.Errorf("issuer without a programme: status %d", code)
	}
	if code, _ = get(t, h, "/plan/bodies/nobody", "en"); code != 404 {
		t.Errorf("nobody: status %d, want 404", code)
	}
}

// No t.Parallel: it reads the trees that serving prepares.
func TestTemplates(t *testing.T) {
	for _, tt := range []struct {
		view web.View
		name string
		data any
	}{
		{planView, "page", planPage{}}, {bodyView, "page", bodyPage{}}, {targetView, "page", targetPage{}}, {deskView, "page", deskPage{}},
		{keepView, "page", keepPage{}}, {formView, "page", formPage{}}, {splitView, "page", splitPage{}}, {splitView, "sums", splitPage{}},
		{planView, "clauses", []clause{}}, {planView, "names", []name{}}, {planView, "goals", []goal{}}, {planView, "num", num{}},
	} {
		if err := templatecheck.CheckHTMLStrict(tt.view.Tmpl.Lookup(tt.name), tt.data); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
