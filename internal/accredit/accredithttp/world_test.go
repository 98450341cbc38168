package accredithttp_test

import (
	"bytes"
	"context"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/accredithttp"
	"xuedu/internal/accredit/accredittest"
	"xuedu/internal/accredit/attach"
	"xuedu/internal/api"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/calendar"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/i18n"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// world is the small city of accredittest with its pages and real files.
type world struct {
	*accredittest.World
	h        http.Handler
	comments comments
}

// comments are what experts wrote, by application and leaf.
type comments map[string]map[string][]string

func (c comments) Comments(_ context.Context, id string) (map[string][]string, error) {
	return c[id], nil
}

func newWorld(t testing.TB) *world {
	t.Helper()
	d := dbtest.SQLite(t)
	w := &world{World: accredittest.New(t, d), comments: comments{}}
	deps := w.Service.Deps
	deps.Files = attach.New(d, attach.Options{Dir: t.TempDir(), Now: w.Now})
	w.Service = accredit.New(deps)
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	pages := &accredithttp.Pages{Deps: accredithttp.Deps{Service: w.Service, Tree: func() *area.Tree { return w.Tree }, Days: func() *calendar.Calendar { return w.Calendar },
		Orgs: w.Orgs, Names: names, Comments: w.comments, Zone: time.UTC, Now: w.Now}}
	c := web.Config{Log: slog.New(slog.DiscardHandler), ErrorPage: ui.ErrorPage,
		Can:      func(ctx context.Context, p web.Perm) bool { return account.From(ctx).Can(string(p)) },
		SignedIn: func(ctx context.Context) bool { return account.From(ctx).SignedIn() }}
	mux := web.Mux(c, append(pages.Routes(), api.New(pages.Operations).Routes()...)...)
	env := &ui.Env{Bundle: b, City: func(string) string { return "城" }, Owners: func(string) []string { return nil }, PackLine: func(string) string { return "" },
		Synthetic: func() bool { return false }, User: func(ctx context.Context, _ string) (string, string) { return account.From(ctx).Name, "" },
		Can: func(ctx context.Context, perm string) bool { return account.From(ctx).Can(perm) }, Zone: time.UTC}
	w.h = ui.Middleware(env, mux)
	return w
}

func names(_ context.Context, ids []string) (map[string]string, error) {
	out := map[string]string{}
	for _, id := range ids {
		out[id] = "名" + id
	}
	return out, nil
}

func (w *world) get(a account.Actor, target string) (int, *goquery.Document) {
	w.T.Helper()
	return w.do(a, httptest.NewRequest("GET", target, nil))
}

func (w *world) post(a account.Actor, target string, form url.Values) (int, *goquery.Document) {
	w.T.Helper()
	return w.do(a, posting(target, form))
}

func posting(target string, form url.Values) *http.Request {
	r := httptest.NewRequest("POST", target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// upload sends a file as a browser does.
func (w *world) upload(a account.Actor, target, name string, content []byte) (int, *goquery.Document) {
	w.T.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	if name != "" {
		f, err := m.CreateFormFile("file", name)
		if err != nil {
			w.T.Fatal(err)
		}
		if _, err := f.Write(content); err != nil {
			w.T.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		w.T.Fatal(err)
	}
	r := httptest.NewRequest("POST", target, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return w.do(a, r)
}

func (w *world) raw(a account.Actor, r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r.WithContext(audit.With(account.With(r.Context(), a), audit.Who{Actor: a.ID})))
	return rec
}

// do follows one redirect, as a browser does, and checks what holds for every page.
func (w *world) do(a account.Actor, r *http.Request) (int, *goquery.Document) {
	w.T.Helper()
	rec := w.raw(a, r)
	if to := rec.Header().Get("Location"); rec.Code == http.StatusSeeOther && !strings.HasPrefix(to, "/signin") {
		to, _, _ = strings.Cut(to, "#")
		return w.get(a, to)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(rec.Body.String()))
	if err != nil {
		w.T.Fatal(err)
	}
	if doc.Find("[style], script:not([src])").Length() != 0 {
		w.T.Errorf("%s: inline style or script", r.URL)
	}
	seen := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		if id := s.AttrOr("id", ""); seen[id] {
			w.T.Errorf("%s: id %s stands twice", r.URL, id)
		} else {
			seen[id] = true
		}
	})
	doc.Find("main input:not([type=hidden]), main textarea, main select").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if s.AttrOr("aria-label", "") == "" && doc.Find(`label[for="`+id+`"]`).Length() == 0 {
			w.T.Errorf("%s: field %s has no label", r.URL, id)
		}
	})
	if key := doc.Find("main").Text(); strings.Contains(key, "apply.") || strings.Contains(key, "accredit.") {
		w.T.Errorf("%s: a key is shown: %q", r.URL, around(key))
	}
	return rec.Code, doc
}

func around(s string) string {
	i := max(strings.Index(s, "apply."), strings.Index(s, "accredit."))
	return s[max(0, i-40):min(len(s), i+60)]
}

func text(doc *goquery.Document, sel string) string {
	return strings.Join(strings.Fields(doc.Find(sel).Text()), " ")
}

func value(doc *goquery.Document, sel string) string { return doc.Find(sel).AttrOr("value", "") }

// pdf is a small file that is what it says.
func pdf() []byte { return []byte("%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n") }
