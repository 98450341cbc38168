package orghttp_test

import (
	"bytes"
	"context"
	"io/fs"
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
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/i18n"
	"xuedu/internal/org"
	"xuedu/internal/org/orghttp"
	"xuedu/internal/pack"
	"xuedu/internal/sheet"
	"xuedu/internal/ui"
	"xuedu/internal/web"
	"xuedu/packs"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// site is the feature over a real SQLite city of the minimal pack.
type site struct {
	h     http.Handler
	orgs  *org.Service
	tree  *area.Tree
	actor account.Actor // who asks; the zero value is the public
	lang  string
}

func newSite(t *testing.T) *site {
	t.Helper()
	dir, err := packs.Open("minimal")
	if err != nil {
		t.Fatal(err)
	}
	p, err := pack.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	b, err := fs.ReadFile(dir, "data/areas.csv")
	if err != nil {
		t.Fatal(err)
	}
	tb, err := sheet.NewBytes(b)
	if err != nil {
		t.Fatal(err)
	}
	d, now := dbtest.SQLite(t), func() time.Time { return noon }
	areas := area.New(d, now)
	if _, err := areas.Import(t.Context(), tb, area.ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	packOf := func() *pack.Pack { return p }
	s := &site{orgs: org.New(d, areas.Tree, packOf, now), tree: areas.Tree(), lang: "en"}
	s.h = s.serve(t, orghttp.Routes(orghttp.Deps{Orgs: s.orgs, Tree: areas.Tree, Pack: packOf,
		Names: func(context.Context, []string) (map[string]string, error) {
			return map[string]string{"u1": "林一"}, nil
		}}))
	return s
}

func (s *site) serve(t *testing.T, routes []web.Route) http.Handler {
	t.Helper()
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	can := func(ctx context.Context, perm string) bool { return account.From(ctx).Can(perm) }
	none := func(string) []string { return nil }
	env := &ui.Env{
		Bundle: bundle, City: func(string) string { return "" }, Owners: none, PackLine: func(string) string { return "" },
		Synthetic: func() bool { return false }, Can: can, User: func(context.Context, string) (string, string) { return "", "" },
	}
	mux := web.Mux(web.Config{
		Log: slog.New(slog.DiscardHandler), ErrorPage: ui.ErrorPage,
		Can:      func(ctx context.Context, p web.Perm) bool { return can(ctx, string(p)) },
		SignedIn: func(ctx context.Context) bool { return account.From(ctx).SignedIn() },
	}, routes...)
	return ui.Middleware(env, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := "public"
		if s.actor.SignedIn() {
			who = s.actor.ID
		}
		ctx := audit.With(account.With(r.Context(), s.actor), audit.Who{Actor: who})
		mux.ServeHTTP(w, r.WithContext(ctx))
	}))
}

// as lets an account with one role in an area act.
func (s *site) as(t *testing.T, role, areaCode string) {
	t.Helper()
	g := account.Grant{Role: role}
	if areaCode != "" {
		n, ok := s.tree.ByCode(areaCode)
		if !ok {
			t.Fatalf("no area %s", areaCode)
		}
		g.AreaID = s.tree.At(n).ID
	}
	s.actor = account.Actor{ID: "u1", Login: "u1", Name: "林一", Grants: []account.Grant{g}}
}

func (s *site) do(t *testing.T, r *http.Request) (*httptest.ResponseRecorder, *goquery.Document) {
	t.Helper()
	r.Header.Set("Accept-Language", s.lang)
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	return w, doc
}

func (s *site) get(t *testing.T, target string) (*httptest.ResponseRecorder, *goquery.Document) {
	t.Helper()
	return s.do(t, httptest.NewRequest("GET", target, nil))
}

func (s *site) post(t *testing.T, target string, form url.Values) (*httptest.ResponseRecorder, *goquery.Document) {
	t.Helper()
	r := httptest.NewRequest("POST", target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(t, r)
}

func (s *site) mustCreate(t *testing.T, in org.Input) org.Org {
	t.Helper()
	o, err := s.orgs.Create(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

var house = org.Input{Code: "yunqiao-house", Type: "learning-house", Name: "云桥<学习坊>", NameEN: "Yunqiao House", Area: "QH-1-1"}

func TestRegister(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w, doc := s.get(t, "/orgs")
	if w.Code != 200 || doc.Find(".xd-empty").Length() != 1 {
		t.Errorf("empty register: status %d\n%s", w.Code, w.Body)
	}
	s.mustCreate(t, house)
	s.mustCreate(t, org.Input{Code: "old", Type: "learning-house", Name: "旧学习坊", Area: "QH-2-1"})
	if err := s.orgs.Deactivate(t.Context(), "old", "停办"); err != nil {
		t.Fatal(err)
	}
	w, doc = s.get(t, "/orgs?lang=") // an unknown language changes nothing
	if w.Code != 200 || doc.Find("#list > table tbody tr").Length() != 1 || doc.Find("#list th a").First().Text() != "Yunqiao House" {
		t.Errorf("register: status %d\n%s", w.Code, w.Body)
	}
	// P2.1: 9 streets, one has a house; the row of the city comes first.
	cells := doc.Find("#coverage").Closest("section").Find("tbody tr").First().Find("td")
	if got := strings.TrimSpace(cells.Eq(1).Contents().First().Text()); got != "1 / 9" {
		t.Errorf("coverage of the city's streets = %q, want 1 / 9", got)
	}
	for _, tt := range []struct {
		query string
		rows  int
	}{
		{"?q=yqxxf", 1}, {"?q=House", 1}, {"?area=QH-1", 1}, {"?area=QH-1-1", 1}, {"?area=QH-2", 0}, {"?type=learning-house", 1},
		{"?type=network", 1}, {"?type=partner", 0}, {"?state=inactive", 1}, {"?page=2", 0},
	} {
		if w, doc = s.get(t, "/orgs"+tt.query); w.Code != 200 || doc.Find("#list > table tbody tr").Length() != tt.rows {
			t.Errorf("%s: status %d, %d rows; want %d", tt.query, w.Code, doc.Find("#list > table tbody tr").Length(), tt.rows)
		}
	}
	for _, q := range []string{"?area=nowhere", "?page=x", "?page=0"} {
		if w, _ = s.get(t, "/orgs"+q); w.Code != 422 {
			t.Errorf("%s: status %d, want 422", q, w.Code)
		}
	}
	if _, doc = s.get(t, "/orgs?area=QH-1&gaps=street"); doc.Find("#gaps").Closest("section").Find("li").Length() != 2 {
		t.Errorf("gaps: %s", doc.Find("#gaps").Closest("section").Text())
	}
	r := httptest.NewRequest("GET", "/orgs?q=House", nil)
	r.Header.Set("HX-Request-Type", "partial")
	if w, doc = s.do(t, r); strings.Contains(w.Body.String(), "<html") || doc.Find("tbody tr").Length() != 1 {
		t.Errorf("fragment:\n%s", w.Body)
	}
	s.lang = "zh-CN"
	if w, doc = s.get(t, "/orgs/yunqiao-house"); w.Code != 200 || doc.Find("h1").Text() != house.Name {
		t.Errorf("institution: status %d, %q", w.Code, doc.Find("h1").Text())
	}
	if doc.Find(`a[href="/areas/QH-1-1"]`).Text() != "云桥街道" || doc.Find(`a[href^="/desk"]`).Length() != 0 {
		t.Errorf("institution, as the public sees it:\n%s", w.Body)
	}
	if w, _ = s.get(t, "/orgs/nobody"); w.Code != 404 {
		t.Errorf("unknown institution: status %d, want 404", w.Code)
	}
}

func TestDeskPermissions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustCreate(t, house)
	for _, path := range []string{"/desk/orgs", "/desk/orgs/new", "/desk/orgs/import", "/desk/orgs/export", "/desk/orgs/yunqiao-house", "/desk/orgs/yunqiao-house/edit"} {
		s.actor = account.Actor{}
		if w, _ := s.get(t, path); w.Code != http.StatusSeeOther {
			t.Errorf("%s unsigned: status %d, want the sign-in page", path, w.Code)
		}
		s.as(t, account.RoleTeacher, "")
		if w, _ := s.get(t, path); w.Code != 403 {
			t.Errorf("%s as a teacher: status %d, want 403", path, w.Code)
		}
		s.as(t, account.RoleCity, "")
		if w, _ := s.get(t, path); w.Code != 200 {
			t.Errorf("%s as a city officer: status %d\n%s", path, w.Code, w.Body)
		}
	}
	s.as(t, account.RoleDistrict, "QH-2") // not the district of the house
	if w, _ := s.get(t, "/desk/orgs/yunqiao-house/edit"); w.Code != 403 {
		t.Errorf("form of another district: status %d, want 403", w.Code)
	}
	if w, _ := s.post(t, "/desk/orgs/yunqiao-house/deactivate", url.Values{"reason": {"试"}}); w.Code != 403 {
		t.Errorf("deactivate in another district: status %d, want 403", w.Code)
	}
	if _, doc := s.get(t, "/desk/orgs"); doc.Find("tbody tr").Length() != 0 {
		t.Error("the desk of another district lists the house as its own")
	}
	if _, doc := s.get(t, "/desk/orgs?q="); doc.Find("tbody tr").Length() != 1 {
		t.Error("a search of the whole register does not find the house")
	}
}

// The whole life of an institution, without JavaScript.
func TestKeep(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.as(t, account.RoleDistrict, "QH-1")
	form := url.Values{"name": {"临江学习坊"}, "type": {"learning-house"}, "area": {"临江街道"}, "code": {"linjiang-house"}, "phone": {"010-2"}}
	bad := url.Values{"name": {"临江学习坊"}, "type": {"learning-house"}, "area": {"社区"}, "code": {"x"}, "phone": {"010-2"}}
	w, doc := s.post(t, "/desk/orgs", bad)
	if w.Code != 422 || doc.Find(".govuk-error-summary a").AttrOr("href", "") != "#f-area" || doc.Find("#f-area-error").Length() != 1 ||
		doc.Find("#f-name").AttrOr("value", "") != "临江学习坊" || doc.Find("#f-phone").AttrOr("value", "") != "010-2" {
		t.Errorf("a name of many areas: status %d\n%s", w.Code, w.Body)
	}
	bad.Set("area", "QH-2-1")
	if w, doc = s.post(t, "/desk/orgs", bad); w.Code != 403 || doc.Find("#f-area-error").Length() != 1 {
		t.Errorf("another district: status %d\n%s", w.Code, w.Body)
	}
	if w, _ = s.post(t, "/desk/orgs", form); w.Code != 303 || w.Header().Get("Location") != "/desk/orgs/linjiang-house?done=created" {
		t.Fatalf("create: status %d %s\n%s", w.Code, w.Header().Get("Location"), w.Body)
	}
	if _, err := s.orgs.Get(t.Context(), "x"); errs.KindOf(err) != errs.NotFound {
		t.Errorf("a refused form left something: %v", err)
	}
	w, doc = s.get(t, "/desk/orgs/linjiang-house/edit")
	seen := doc.Find(`input[name=seen]`).AttrOr("value", "")
	if w.Code != 200 || seen == "" || doc.Find("#f-code").Length() != 0 || doc.Find("#f-area").AttrOr("value", "") != "QH-1-2" {
		t.Fatalf("edit form: status %d\n%s", w.Code, w.Body)
	}
	form.Set("seen", seen)
	form.Set("name", "临江社区学习坊")
	if w, _ = s.post(t, "/desk/orgs/linjiang-house", form); w.Code != 303 {
		t.Fatalf("edit: status %d\n%s", w.Code, w.Body)
	}
	if w, doc = s.post(t, "/desk/orgs/linjiang-house", form); w.Code != 409 || doc.Find(".govuk-error-summary").Length() != 1 {
		t.Errorf("edit of an old page: status %d, want 409", w.Code)
	}
	if w, doc = s.post(t, "/desk/orgs/linjiang-house/deactivate", nil); w.Code != 422 || doc.Find("#f-reason-error").Length() != 1 {
		t.Errorf("no reason: status %d\n%s", w.Code, w.Body)
	}
	if w, _ = s.post(t, "/desk/orgs/linjiang-house/deactivate", url.Values{"reason": {"房屋收回"}}); w.Code != 303 {
		t.Fatalf("deactivate: status %d\n%s", w.Code, w.Body)
	}
	w, doc = s.get(t, "/desk/orgs/linjiang-house?done=off")
	text := doc.Find("#history").Closest("section").Text()
	for _, want := range []string{"林一", "房屋收回", "临江学习坊 → 临江社区学习坊", "At work → Out of work"} {
		if !strings.Contains(text, want) {
			t.Errorf("history lacks %q: %s", want, text)
		}
	}
	if doc.Find(`form[action$="/reactivate"]`).Length() != 1 || doc.Find(".xd-note--done").Length() != 1 {
		t.Errorf("no way back:\n%s", w.Body)
	}
	if w, _ = s.post(t, "/desk/orgs/linjiang-house/reactivate", url.Values{"reason": {"重新开放"}}); w.Code != 303 {
		t.Errorf("reactivate: status %d", w.Code)
	}
}

func upload(t *testing.T, name, content string, fields map[string]string) *http.Request {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for k, v := range fields {
		if err := m.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	if name != "" {
		f, err := m.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/desk/orgs/import", &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return r
}

func TestImport(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.as(t, account.RoleCity, "")
	const file = "code,name,type,area\na,甲坊,learning-house,QH-1-1\nb,<b>乙</b>,什么,QH-1-1\n"
	count := func() int {
		t.Helper()
		res, err := s.orgs.List(t.Context(), org.Query{})
		if err != nil {
			t.Fatal(err)
		}
		return res.Total
	}
	for _, tt := range []struct {
		name, file, content string
		fields              map[string]string
		status, rejects, n  int
	}{
		{"no file", "", "", nil, 422, 0, 0},
		{"not a table", "x.pdf", "%PDF-1.4", nil, 422, 0, 0},
		{"no column", "x.csv", "code,name\na,b\n", nil, 422, 0, 0},
		{"check only", "x.csv", file, map[string]string{"do": "check"}, 200, 1, 0},
		{"strict", "x.csv", file, map[string]string{"do": "write", "strict": "1"}, 200, 1, 0},
		{"write", "x.csv", file, map[string]string{"do": "write"}, 200, 1, 1},
		{"again", "x.csv", file, map[string]string{"do": "write"}, 200, 1, 1},
	} {
		w, doc := s.do(t, upload(t, tt.file, tt.content, tt.fields))
		if w.Code != tt.status || doc.Find("#refused").Closest("section").Find("tbody tr").Length() != tt.rejects || count() != tt.n {
			t.Errorf("%s: status %d, %d institutions; want %d, %d\n%s", tt.name, w.Code, count(), tt.status, tt.n, w.Body)
		}
		if strings.Contains(w.Body.String(), "<b>乙") {
			t.Errorf("%s: not escaped", tt.name)
		}
	}
	w, _ := s.get(t, "/desk/orgs/export")
	if body := w.Body.String(); w.Code != 200 || !strings.Contains(body, "a,甲坊,learning-house,QH-1-1,,,,") {
		t.Errorf("export: status %d\n%s", w.Code, body)
	}
	if w, _ = s.get(t, "/desk/orgs/template"); !strings.HasPrefix(strings.TrimPrefix(w.Body.String(), "\ufeff"), "code,name,type,area,") {
		t.Errorf("template: %q", w.Body)
	}
}
