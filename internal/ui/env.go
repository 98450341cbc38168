package ui

import (
	"context"
	"net/http"
	"slices"

	"xuedu/internal/i18n"
)

const (
	langCookie = "xd_lang"
	viewCookie = "xd_view"
	yearInSecs = 365 * 24 * 3600
)

// Middleware puts env into each request and serves the two switches: ?lang=en
// and ?view=elder set a cookie and lead back to the same page.
func Middleware(env *Env, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && switched(w, r) {
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), envKey{}, env)))
	})
}

func switched(w http.ResponseWriter, r *http.Request) bool {
	q := r.URL.Query()
	lang, view := q.Get("lang"), q.Get("view")
	if !slices.Contains(i18n.Langs, lang) && view != "elder" && view != "normal" {
		return false
	}
	if slices.Contains(i18n.Langs, lang) {
		remember(w, langCookie, lang)
	}
	if view != "" {
		remember(w, viewCookie, view)
	}
	q.Del("lang")
	q.Del("view")
	u := *r.URL
	u.RawQuery = q.Encode()
	http.Redirect(w, r, u.RequestURI(), http.StatusSeeOther)
	return true
}

func remember(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: yearInSecs, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func prefs(r *http.Request, env *Env) (lang string, elder bool) {
	lang = env.Bundle.Match(r.Header.Get("Accept-Language"))
	if c, err := r.Cookie(langCookie); err == nil && slices.Contains(i18n.Langs, c.Value) {
		lang = c.Value
	}
	c, err := r.Cookie(viewCookie)
	return lang, err == nil && c.Value == "elder"
}
