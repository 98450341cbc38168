package ui

import (
	"net/http"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/web"
)

var errorView = web.View{Tmpl: Parse(files, "templates/pages/error.html"), Fragment: "notice"}

type errorPage struct {
	Page
	Status  int
	Message string
	Request string // number of the request in the log; only where the fault is ours
}

var titles = map[errs.Kind]string{
	errs.Internal:    "error.title.internal",
	errs.Invalid:     "error.title.invalid",
	errs.NotFound:    "error.title.not_found",
	errs.Forbidden:   "error.title.forbidden",
	errs.Unsigned:    "error.title.unsigned",
	errs.Conflict:    "error.title.conflict",
	errs.TooMany:     "error.title.too_many",
	errs.Unavailable: "error.title.unavailable",
}

// front is the face whose page failed, so that the way back is the right one.
func front(r *http.Request) Front {
	for path, f := range map[string]Front{"/desk": Desk, "/admin": Admin, "/review": Review} {
		if r.URL.Path == path || strings.HasPrefix(r.URL.Path, path+"/") {
			return f
		}
	}
	return Public
}

// ErrorPage writes the page of an error, or its notice to htmx.
func ErrorPage(w http.ResponseWriter, r *http.Request, status int, e *errs.Error) {
	p := errorPage{Page: NewPage(r, front(r), titles[e.Kind]), Status: status}
	p.Message = p.T(e.Key, e.Args...)
	if status >= http.StatusInternalServerError {
		p.Request = web.RequestID(r.Context())
	}
	if err := web.Render(w, r, status, errorView, p); err != nil {
		http.Error(w, http.StatusText(status), status)
	}
}
