package web

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

// View is a page template and the name of its fragment for htmx.
type View struct {
	Tmpl     *template.Template
	Fragment string
}

// Render writes v with data: the fragment to htmx, else the whole page. It
// writes nothing if the template fails.
func Render(w http.ResponseWriter, r *http.Request, status int, v View, data any) error {
	name := "page"
	if Partial(r) && v.Fragment != "" {
		name = v.Fragment
	}
	var buf bytes.Buffer
	if err := v.Tmpl.ExecuteTemplate(&buf, name, data); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "HX-Request-Type, Cookie, Accept-Language")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-cache")
	}
	w.WriteHeader(status)
	_, err := buf.WriteTo(w)
	return err
}

// SafeBack returns back if it is a path of this site, else fallback.
func SafeBack(back, fallback string) string {
	u, err := url.Parse(back)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(back, "/") || strings.HasPrefix(back, "//") || strings.Contains(back, `\`) {
		return fallback
	}
	return back
}

func escape(s string) string { return url.QueryEscape(s) }
