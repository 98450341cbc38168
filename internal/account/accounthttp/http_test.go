package accounthttp_test

import (
	"context"
	"crypto/ed25519"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"xuedu/internal/account"
	"xuedu/internal/account/accounthttp"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/i18n"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

const good = "Shuxi-4417-lin"

var key = ed25519.NewKeyFromSeed([]byte("0123456789abcdef0123456789abcdef"))

// site is the feature behind its middleware over a real SQLite database.
type site struct {
	h   http.Handler
	svc *account.Service
	db  *db.DB
	now time.Time
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{db: dbtest.SQLite(t), now: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
	policy := account.DefaultPolicy()
	policy.Hash = account.HashParams{Memory: 64, Time: 1, Threads: 1}
	s.svc = account.New(s.db, func() account.Policy { return policy }, func() time.Time { return s.now })
	tree := area.NewTree([]area.Area{{ID: 1, Code: "110000000000", Name: "北京市", Level: area.City}, {ID: 2, Code: "110108000000", Name: "海淀区", NameEN: "Haidian", Level: area.District, ParentID: 1}})
	if _, err := s.db.Write.Exec("INSERT INTO area (id, code, level, valid_from, valid_to) VALUES (1, '110000000000', 'city', '', ''), (2, '110108000000', 'district', '', '')"); err != nil {
		t.Fatal(err)
	}
	deps := accounthttp.Deps{Accounts: s.svc, Audit: audit.New(s.db, key, func() time.Time { return s.now }), Tree: func() *area.Tree { return tree }, Remote: func(r *http.Request) string { return web.Remote(r, nil) }}
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	can := func(ctx context.Context, perm string) bool { return account.From(ctx).Can(perm) }
	c := web.Config{
		Log: slog.New(slog.DiscardHandler), ErrorPage: ui.ErrorPage,
		Can:      func(ctx context.Context, p web.Perm) bool { return can(ctx, string(p)) },
		SignedIn: func(ctx context.Context) bool { return account.From(ctx).SignedIn() },
	}
	none := func(string) []string { return nil }
	env := &ui.Env{
		Bundle: b, City: func(string) string { return "" }, Owners: none, PackLine: func(string) string { return "" },
		Synthetic: func() bool { return false }, Can: can,
		User: func(ctx context.Context, _ string) (string, string) { return account.From(ctx).Name, "" },
	}
	routes := append(accounthttp.Routes(deps), web.Route{Pattern: "GET /desk", Perm: web.Signed, Handler: func(w http.ResponseWriter, r *http.Request) error {
		_, err := w.Write([]byte("desk of " + account.From(r.Context()).Name))
		return err
	}})
	s.h = ui.Middleware(env, accounthttp.Middleware(deps, c.Fail, web.Mux(c, routes...)))
	return s
}

func (s *site) create(t *testing.T, login, role string, must bool) account.Account {
	t.Helper()
	n := account.NewAccount{Login: login, Name: "林" + login, Password: good, MustChange: must}
	if role != "" {
		n.Grants = []account.NewGrant{{Role: role}}
	}
	a, _, err := s.svc.Create(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// browser keeps the session cookie between requests.
type browser struct {
	s       *site
	cookie  *http.Cookie
	expired bool
}

func (b *browser) do(t *testing.T, method, target string, form url.Values) (*httptest.ResponseRecorder, *goquery.Document) {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Accept-Language", "en")
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	w := httptest.NewRecorder()
	b.s.h.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if strings.HasSuffix(c.Name, "xd_session") {
			b.cookie, b.expired = c, c.MaxAge < 0
		}
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	return w, doc
}

func (b *browser) signIn(t *testing.T, login string) {
	t.Helper()
	w, _ := b.do(t, "POST", "/signin", url.Values{"login": {login}, "password": {good}, "back": {"/desk"}})
	if w.Code != 303 {
		t.Fatalf("sign in %s: status %d\n%s", login, w.Code, w.Body)
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.create(t, "chen", account.RoleCity, false)
	b := &browser{s: s}
	if w, _ := b.do(t, "GET", "/desk", nil); w.Code != 303 || w.Header().Get("Location") != "/signin?back=%2Fdesk" {
		t.Errorf("GET /desk = %d to %s; want the sign-in page", w.Code, w.Header().Get("Location"))
	}
	w, doc := b.do(t, "GET", "/signin?back=//evil.example", nil)
	if got, _ := doc.Find("input[name=back]").Attr("value"); w.Code != 200 || got != "/desk" {
		t.Errorf("back to another site: %d, %q", w.Code, got)
	}
	w, doc = b.do(t, "POST", "/signin", url.Values{"login": {"<b>chen"}, "password": {"x"}, "back": {"/account"}})
	known, _ := b.do(t, "POST", "/signin", url.Values{"login": {"chen"}, "password": {"x"}})
	if w.Code != 422 || known.Code != 422 || doc.Find(".govuk-error-summary a[href='#f-login']").Length() != 1 {
		t.Errorf("wrong: status %d and %d\n%s", w.Code, known.Code, w.Body)
	}
	if got, _ := doc.Find("input[name=login]").Attr("value"); got != "<b>chen" {
		t.Errorf("what was typed is lost: %q", got)
	}
	if got, _ := doc.Find("input[name=password]").Attr("value"); got != "" {
		t.Errorf("the password comes back: %q", got)
	}
	w, _ = b.do(t, "POST", "/signin", url.Values{"login": {"Chen"}, "password": {good}, "back": {"/account"}})
	if w.Code != 303 || w.Header().Get("Location") != "/account" {
		t.Fatalf("sign in = %d to %q\n%s", w.Code, w.Header().Get("Location"), w.Body)
	}
	if c := b.cookie; !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge != 0 {
		t.Errorf("cookie %+v", c)
	}
	w, _ = b.do(t, "GET", "/desk", nil)
	if w.Body.String() != "desk of 林chen" || w.Header().Get("Cache-Control") != "private, no-store" {
		t.Errorf("desk: %q, %q", w.Body, w.Header().Get("Cache-Control"))
	}
	if w, _ := b.do(t, "GET", "/signin?back=/desk", nil); w.Code != 303 {
		t.Errorf("sign-in page when signed in = %d", w.Code)
	}
	token := b.cookie.Value
	if w, _ := b.do(t, "POST", "/signout", nil); w.Code != 303 || !b.expired {
		t.Errorf("sign out = %d, cookie %+v", w.Code, b.cookie)
	}
	if _, err := s.svc.Resolve(t.Context(), token); err == nil {
		t.Error("the token lives on after signing out")
	}
}

func TestSignInLocked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := &browser{s: s}
	for range 4 {
		b.do(t, "POST", "/signin", url.Values{"login": {"nobody"}, "password": {"x"}})
	}
	w, doc := b.do(t, "POST", "/signin", url.Values{"login": {"nobody"}, "password": {"x"}})
	if got := doc.Find(".govuk-error-summary").Text(); w.Code != 429 || !strings.Contains(got, "23 November 2026 08:15") {
		t.Errorf("locked: %d, %q", w.Code, got)
	}
}

func TestMustChange(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.create(t, "chen", account.RoleCity, true)
	b := &browser{s: s}
	b.signIn(t, "chen")
	if w, _ := b.do(t, "GET", "/desk", nil); w.Header().Get("Location") != "/account/password" {
		t.Errorf("GET /desk = %d to %q", w.Code, w.Header().Get("Location"))
	}
	if w, _ := b.do(t, "POST", "/account/sessions/x/end", nil); w.Code != 403 {
		t.Errorf("POST before the change = %d, want 403", w.Code)
	}
	for _, tt := range []struct{ old, new, again, field string }{
		{good, "Xinmi-2026-ab", "Xinmi-2026-ac", "again"},
		{"wrong", "Xinmi-2026-ab", "Xinmi-2026-ab", "old"},
		{good, "abc", "abc", "password"},
	} {
		w, doc := b.do(t, "POST", "/account/password", url.Values{"old": {tt.old}, "password": {tt.new}, "again": {tt.again}})
		if w.Code != 422 || doc.Find("#f-"+tt.field+"-error").Length() != 1 || doc.Find("#f-"+tt.field+"[aria-invalid]").Length() != 1 {
			t.Errorf("%+v: status %d\n%s", tt, w.Code, w.Body)
		}
	}
	w, _ := b.do(t, "POST", "/account/password", url.Values{"old": {good}, "password": {"Xinmi-2026-ab"}, "again": {"Xinmi-2026-ab"}})
	if w.Code != 303 || w.Header().Get("Location") != "/account?changed=1" {
		t.Fatalf("change = %d\n%s", w.Code, w.Body)
	}
	w, doc := b.do(t, "GET", "/account?changed=1", nil)
	if w.Code != 200 || doc.Find(".xd-note--done").Length() != 1 || doc.Find("tbody tr").Length() != 1 || doc.Find("tbody .xd-tag--go").Length() != 1 {
		t.Errorf("own account: %d\n%s", w.Code, w.Body)
	}
}

func TestAdministrators(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.create(t, "sys", account.RoleSystem, false)
	s.create(t, "sec", account.RoleSecurity, false)
	sys, sec := &browser{s: s}, &browser{s: s}
	sys.signIn(t, "sys")
	sec.signIn(t, "sec")

	if w, doc := sys.do(t, "GET", "/admin/accounts", nil); w.Code != 200 || doc.Find("tbody tr").Length() != 2 {
		t.Errorf("list: %d\n%s", w.Code, w.Body)
	}
	if w, _ := sec.do(t, "POST", "/admin/accounts", url.Values{"login": {"chen"}, "name": {"陈芳"}}); w.Code != 403 {
		t.Errorf("security opens an account: %d, want 403", w.Code)
	}
	if w, doc := sys.do(t, "POST", "/admin/accounts", url.Values{"login": {"a b"}, "name": {"陈芳"}}); w.Code != 422 || doc.Find("#f-login-error").Length() != 1 {
		t.Errorf("bad login: %d\n%s", w.Code, w.Body)
	}
	w, doc := sys.do(t, "POST", "/admin/accounts", url.Values{"login": {"chen"}, "name": {"陈<芳>"}})
	once := doc.Find("#once").Text()
	if w.Code != 200 || len(once) != 19 || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("create: %d, %q\n%s", w.Code, once, w.Body)
	}
	chen, err := s.svc.FindByLogin(t.Context(), "chen")
	if err != nil {
		t.Fatal(err)
	}
	page := "/admin/accounts/" + chen.ID
	if w, _ := sys.do(t, "POST", page+"/grants", url.Values{"role": {account.RoleDistrict}, "place": {"110108000000"}, "reason": {"任命"}}); w.Code != 403 {
		t.Errorf("system grants: %d, want 403", w.Code)
	}
	w, doc = sec.do(t, "POST", page+"/grants", url.Values{"role": {account.RoleDistrict}, "place": {"999"}, "reason": {"任命"}})
	if w.Code != 422 || doc.Find("#f-place-error").Length() != 1 || doc.Find("option[selected]").AttrOr("value", "") != account.RoleDistrict || doc.Find("#f-reason").Text() != "任命" {
		t.Errorf("no such place: %d\n%s", w.Code, w.Body)
	}
	if w, _ := sec.do(t, "POST", page+"/grants", url.Values{"role": {account.RoleDistrict}, "place": {"110108000000"}, "reason": {"任命"}}); w.Code != 303 {
		t.Errorf("grant: %d\n%s", w.Code, w.Body)
	}
	w, doc = sec.do(t, "GET", page, nil)
	if got := doc.Find("tbody td").First().Text(); w.Code != 200 || got != "Haidian" || !strings.Contains(doc.Find("h1").Text(), "陈<芳>") {
		t.Errorf("account: %d, place %q\n%s", w.Code, got, w.Body)
	}
	chen, _ = s.svc.FindByLogin(t.Context(), "chen")
	if w, _ := sec.do(t, "POST", page+"/grants/"+chen.Grants[0].ID+"/remove", url.Values{"reason": {""}}); w.Code != 422 {
		t.Errorf("withdraw without a reason: %d, want 422", w.Code)
	}
	if w, _ := sec.do(t, "POST", page+"/grants/"+chen.Grants[0].ID+"/remove", url.Values{"reason": {"换岗"}}); w.Code != 303 {
		t.Errorf("withdraw: %d", w.Code)
	}
	if w, doc := sys.do(t, "POST", page+"/reset", url.Values{"reason": {"忘了"}}); w.Code != 200 || len(doc.Find("#once").Text()) != 19 {
		t.Errorf("reset: %d\n%s", w.Code, w.Body)
	}
	if w, _ := sys.do(t, "POST", page+"/disable", url.Values{"reason": {"调离"}}); w.Code != 303 {
		t.Errorf("disable: %d", w.Code)
	}
	if w, _ := sys.do(t, "GET", "/admin/accounts/nope", nil); w.Code != 404 {
		t.Errorf("no such account: %d, want 404", w.Code)
	}
	if w, doc := sys.do(t, "GET", "/admin/accounts?state=disabled&q=chen", nil); w.Code != 200 || doc.Find("tbody tr").Length() != 1 || doc.Find(".xd-tag--off").Length() != 1 {
		t.Errorf("disabled accounts: %d\n%s", w.Code, w.Body)
	}
}

func TestSecureCookie(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.create(t, "chen", "", false)
	deps := accounthttp.Deps{Accounts: s.svc, Secure: true, Remote: func(*http.Request) string { return "" }, Tree: func() *area.Tree { return nil }}
	s.h = web.Mux(web.Config{Log: slog.New(slog.DiscardHandler), ErrorPage: ui.ErrorPage}, accounthttp.Routes(deps)...)
	b := &browser{s: s}
	b.signIn(t, "chen")
	if b.cookie.Name != "__Host-xd_session" || !b.cookie.Secure {
		t.Errorf("cookie %+v", b.cookie)
	}
}

func TestTrail(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.create(t, "sys", account.RoleSystem, false)
	s.create(t, "aud", account.RoleAuditor, false)
	sys, aud := &browser{s: s}, &browser{s: s}
	sys.signIn(t, "sys")
	aud.signIn(t, "aud")
	if w, _ := sys.do(t, "GET", "/admin/audit", nil); w.Code != 403 {
		t.Errorf("the system administrator reads the trail: %d, want 403", w.Code)
	}
	if w, _ := aud.do(t, "GET", "/admin/accounts", nil); w.Code != 403 {
		t.Errorf("the auditor reads the accounts: %d, want 403", w.Code)
	}
	w, doc := aud.do(t, "GET", "/admin/audit?actor=sys&verb=account", nil)
	if w.Code != 200 || doc.Find("tbody tr").Length() != 1 || doc.Find("tbody td").Eq(1).Text() != "林sys" {
		t.Errorf("acts of sys: %d\n%s", w.Code, w.Body)
	}
	if w, doc := aud.do(t, "GET", "/admin/audit?from=yesterday", nil); w.Code != 422 || doc.Find(".govuk-error-summary a[href='#f-from']").Length() != 1 {
		t.Errorf("bad day: %d\n%s", w.Code, w.Body)
	}
	if w, doc := aud.do(t, "GET", "/admin/audit?from=2026-11-24", nil); w.Code != 200 || doc.Find(".xd-empty").Length() != 1 {
		t.Errorf("tomorrow: %d\n%s", w.Code, w.Body)
	}
	if w, doc := aud.do(t, "POST", "/admin/audit/verify", nil); w.Code != 200 || doc.Find(".xd-note--done").Length() != 1 {
		t.Errorf("intact: %d\n%s", w.Code, w.Body)
	}
	if w, _ := aud.do(t, "GET", "/admin/audit/export?verb=account:create", nil); w.Code != 200 || strings.Count(w.Body.String(), "\n") != 2 {
		t.Errorf("export: %d\n%s", w.Code, w.Body)
	}
	if _, err := s.db.Write.Exec("UPDATE audit_entry SET reason = 'x' WHERE seq = 2"); err != nil {
		t.Fatal(err)
	}
	if w, doc := aud.do(t, "POST", "/admin/audit/verify", nil); w.Code != 200 || !strings.Contains(doc.Find(".xd-note--act").Text(), "Entry 2") {
		t.Errorf("broken: %d\n%s", w.Code, w.Body)
	}
}
