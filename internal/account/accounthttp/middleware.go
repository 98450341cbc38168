package accounthttp

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"xuedu/internal/account"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/web"
)

// cookieName is the session cookie; over HTTPS the prefix makes the browser
// refuse it from a subdomain or without Secure.
func (d Deps) cookieName() string {
	if d.Secure {
		return "__Host-xd_session"
	}
	return "xd_session"
}

func (d Deps) token(r *http.Request) string {
	c, err := r.Cookie(d.cookieName())
	if err != nil {
		return ""
	}
	return c.Value
}

func (d Deps) setCookie(w http.ResponseWriter, token string) {
	c := &http.Cookie{Name: d.cookieName(), Value: token, Path: "/", HttpOnly: true, Secure: d.Secure, SameSite: http.SameSiteLaxMode}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// Middleware puts who asks into the context of a request: account.Actor, and
// audit.Who with the address. Who must change the password is led to that page
// from every other. fail writes the page of an error.
func Middleware(d Deps, fail func(http.ResponseWriter, *http.Request, error), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := audit.With(r.Context(), audit.Who{Actor: "public", Remote: d.Remote(r)})
		token := d.token(r)
		if token == "" || strings.HasPrefix(r.URL.Path, "/static/") {
			next.ServeHTTP(w, r.WithContext(ctx))
			return
		}
		a, err := d.Accounts.Resolve(ctx, token)
		if err != nil {
			if e, ok := errors.AsType[*errs.Error](err); !ok || e.Kind != errs.Unsigned {
				fail(w, r.WithContext(ctx), err)
				return
			}
			d.setCookie(w, "")
			next.ServeHTTP(w, r.WithContext(ctx))
			return
		}
		r = r.WithContext(signed(ctx, a, d.Remote(r)))
		w.Header().Set("Cache-Control", "private, no-store") // nothing stays on a shared computer
		if a.MustChange && !openBeforeChange(r.URL.Path) {
			mustChange(w, r, fail)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func signed(ctx context.Context, a account.Actor, remote string) context.Context {
	return account.With(audit.With(ctx, audit.Who{Actor: a.ID, Remote: remote}), a)
}

func openBeforeChange(path string) bool { return path == "/account/password" || path == "/signout" }

func mustChange(w http.ResponseWriter, r *http.Request, fail func(http.ResponseWriter, *http.Request, error)) {
	if r.Method == http.MethodGet && !web.Partial(r) && !strings.HasPrefix(r.URL.Path, "/api/") {
		http.Redirect(w, r, "/account/password", http.StatusSeeOther)
		return
	}
	fail(w, r, errs.New(errs.Forbidden, "account.must_change"))
}
