package web_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"xuedu/internal/errs"
	"xuedu/internal/web"
)

type perms map[web.Perm]bool

func newMux(have perms, signedIn bool, routes ...web.Route) http.Handler {
	return web.Mux(web.Config{
		Log:      slog.New(slog.DiscardHandler),
		Can:      func(_ context.Context, p web.Perm) bool { return have[p] },
		SignedIn: func(context.Context) bool { return signedIn },
		ErrorPage: func(w http.ResponseWriter, _ *http.Request, status int, e *errs.Error) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(e.Key)) // a recorder cannot fail
		},
	}, routes...)
}

func answer(err error) web.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) error {
		if err == nil {
			w.WriteHeader(http.StatusOK)
		}
		return err
	}
}

func do(h http.Handler, method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestPermissionStandsBesideThePath(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		need     web.Perm
		have     perms
		signedIn bool
		want     int
	}{
		{"public", web.Public, nil, false, 200},
		{"held", "org:edit", perms{"org:edit": true}, true, 200},
		{"not held", "org:edit", perms{"org:read": true}, true, 403},
		{"nobody is signed in", "org:edit", nil, false, 303},
		{"any account", web.Signed, nil, true, 200},
		{"any account, but nobody", web.Signed, nil, false, 303},
	} {
		h := newMux(tt.have, tt.signedIn, web.Route{Pattern: "GET /x", Perm: tt.need, Handler: answer(nil)})
		if w := do(h, "GET", "/x?a=1"); w.Code != tt.want {
			t.Errorf("%s: status %d, want %d", tt.name, w.Code, tt.want)
		} else if w.Code == 303 && w.Header().Get("Location") != "/signin?back=%2Fx%3Fa%3D1" {
			t.Errorf("%s: sent to %q", tt.name, w.Header().Get("Location"))
		}
	}
}

func TestARouteWithoutPermissionPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("Mux accepted a route without a permission")
		}
	}()
	newMux(nil, false, web.Route{Pattern: "GET /x", Handler: answer(nil)})
}

func TestFail(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err  error
		code int
		text string
	}{
		{errs.New(errs.Invalid, "a.invalid"), 422, "a.invalid"},
		{errs.New(errs.NotFound, "a.gone"), 404, "a.gone"},
		{errs.New(errs.Conflict, "a.taken"), 409, "a.taken"},
		{errs.New(errs.TooMany, "a.locked"), 429, "a.locked"},
		{errs.New(errs.Unavailable, "a.away"), 503, "a.away"},
		{errors.New("secret of the database"), 500, "error.internal"},
	} {
		h := newMux(nil, true, web.Route{Pattern: "GET /x", Perm: web.Public, Handler: answer(tt.err)})
		w := do(h, "GET", "/x")
		if w.Code != tt.code || w.Body.String() != tt.text {
			t.Errorf("%v: %d %q, want %d %q", tt.err, w.Code, w.Body, tt.code, tt.text)
		}
		w = do(h, "GET", "/x", "HX-Request-Type", "partial")
		if w.Header().Get("HX-Retarget") != "#notice" {
			t.Errorf("%v: htmx would put the message into %q", tt.err, w.Header().Get("HX-Retarget"))
		}
	}
	if w := do(newMux(nil, false), "GET", "/nowhere"); w.Code != 404 {
		t.Errorf("unknown path: %d, want 404", w.Code)
	}
}

func TestGuard(t *testing.T) {
	t.Parallel()
	refuse := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	h := web.Guard(newMux(nil, true, web.Route{Pattern: "POST /x", Perm: web.Public, Handler: answer(nil)}), refuse)
	if w := do(h, "POST", "/x", "Sec-Fetch-Site", "cross-site"); w.Code != 403 {
		t.Errorf("a post from another site: %d, want 403", w.Code)
	}
	w := do(h, "POST", "/x", "Sec-Fetch-Site", "same-origin")
	if w.Code != 200 || !strings.Contains(w.Header().Get("Content-Security-Policy"), "script-src 'self'") {
		t.Errorf("a post from this site: %d, policy %q", w.Code, w.Header().Get("Content-Security-Policy"))
	}
}

func TestSafeBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ back, want string }{
		{"/desk?x=1", "/desk?x=1"},
		{"", "/"},
		{"desk", "/"},
		{"//evil.example/x", "/"},
		{"https://evil.example", "/"},
		{`/\evil.example`, "/"},
		{"javascript:alert(1)", "/"},
		{"/a\x00b", "/"},
	} {
		if got := web.SafeBack(tt.back, "/"); got != tt.want {
			t.Errorf("SafeBack(%q) = %q, want %q", tt.back, got, tt.want)
		}
	}
}
