// Package web has what every page and API handler shares: routing with a
// permission on each route, rendering, and the one place where an error
// becomes a response.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"xuedu/internal/errs"
)

// Perm is the permission a route requires: "domain:verb", or Public.
type Perm string

const (
	Public Perm = "public" // anyone may call
	Signed Perm = "signed" // any account may call
)

// HandlerFunc is an http.HandlerFunc that may fail before it has written.
type HandlerFunc func(w http.ResponseWriter, r *http.Request) error

// Route is one line of a feature's route table.
type Route struct {
	Pattern string // as in http.ServeMux: "GET /activities/{id}"
	Perm    Perm
	Handler HandlerFunc
}

// Config is what Mux needs from the rest of the program.
type Config struct {
	Log *slog.Logger
	// Can reports whether the caller of ctx has a permission.
	Can func(context.Context, Perm) bool
	// SignedIn reports whether the caller of ctx has an account.
	SignedIn func(context.Context) bool
	// ErrorPage writes the page or fragment of an error.
	ErrorPage func(w http.ResponseWriter, r *http.Request, status int, e *errs.Error)
}

// Mux builds the handler of the given routes. It panics on a route without a
// permission, so that none is open by omission.
func Mux(c Config, routes ...Route) *http.ServeMux {
	mux := http.NewServeMux()
	for _, rt := range routes {
		if rt.Perm == "" {
			panic("web: no permission on route " + rt.Pattern)
		}
		mux.HandleFunc(rt.Pattern, func(w http.ResponseWriter, r *http.Request) {
			setRoute(r.Context(), rt.Pattern)
			if err := c.allow(r.Context(), rt.Perm); err != nil {
				c.Fail(w, r, err)
				return
			}
			if err := rt.Handler(w, r); err != nil {
				c.Fail(w, r, err)
			}
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		c.Fail(w, r, errs.New(errs.NotFound, "error.not_found"))
	})
	return mux
}

func (c Config) allow(ctx context.Context, p Perm) error {
	switch {
	case p == Public, p == Signed && c.SignedIn(ctx), p != Signed && c.Can(ctx, p):
		return nil
	case !c.SignedIn(ctx):
		return errs.New(errs.Unsigned, "error.unsigned")
	}
	return errs.New(errs.Forbidden, "error.forbidden")
}

// status maps every Kind, and nothing else, to an HTTP status.
var status = map[errs.Kind]int{
	errs.Internal:    http.StatusInternalServerError,
	errs.Invalid:     http.StatusUnprocessableEntity,
	errs.NotFound:    http.StatusNotFound,
	errs.Forbidden:   http.StatusForbidden,
	errs.Unsigned:    http.StatusUnauthorized,
	errs.Conflict:    http.StatusConflict,
	errs.TooMany:     http.StatusTooManyRequests,
	errs.Unavailable: http.StatusServiceUnavailable,
}

// Status returns the HTTP status of err.
func Status(err error) int { return status[errs.KindOf(err)] }

// Fail logs err and answers with the page of its kind; of an internal error
// the caller sees a neutral text. A GET by somebody who is not signed in goes
// to the sign-in page and comes back after it.
func (c Config) Fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // the client has gone
	}
	shown := &errs.Error{Kind: errs.Internal, Key: "error.internal"}
	level, logged := slog.LevelError, err
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind != errs.Internal {
		shown, level = e, slog.LevelInfo
		logged = &errs.Error{Key: e.Key, Err: e.Err} // without its arguments: a person may have typed them
	}
	c.Log.Log(r.Context(), level, "request failed", "id", RequestID(r.Context()), "method", r.Method, "path", r.URL.Path, "status", status[shown.Kind], "err", logged)
	if shown.Kind == errs.Unsigned && r.Method == http.MethodGet && !Partial(r) {
		http.Redirect(w, r, "/signin?back="+escape(r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	if Partial(r) { // show it in the notice area, whatever the request's target
		w.Header().Set("HX-Retarget", "#notice")
		w.Header().Set("HX-Reswap", "innerHTML")
	}
	c.ErrorPage(w, r, status[shown.Kind], shown)
}

// Partial reports whether htmx wants a fragment rather than a page.
func Partial(r *http.Request) bool { return r.Header.Get("HX-Request-Type") == "partial" }
