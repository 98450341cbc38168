package ledgerhttp

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"xuedu/internal/errs"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// apiVersion is that of the surface, not of the program: it grows when the
// OpenAPI document changes (api/openapi.json, checked by a test).
const apiVersion = "1.0.0"

const apiPath = "/api/v1"

type api struct {
	Parts
	mux   *http.ServeMux
	doc   *huma.OpenAPI
	paths map[string]bool
}

// newAPI mounts the JSON API on a mux of its own, so that the route table
// stays the one list of what can be called.
func newAPI(p Parts) *api {
	a := &api{Parts: p, mux: http.NewServeMux(), paths: map[string]bool{apiPath + "/openapi.json": true}}
	c := huma.DefaultConfig("Xuedu", apiVersion)
	c.Info.Description = "Exact participation figures of a learning city, for any area, period and group, with the way to the meetings behind each."
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = apiPath+"/openapi", "", ""
	c.CreateHooks = nil
	c.RejectUnknownQueryParameters = true
	c.Transformers = []huma.Transformer{translate}
	h := humago.New(a.mux, c)
	a.doc = h.OpenAPI()
	a.figures(h)
	a.sessions(h)
	a.lists(h)
	for path := range a.doc.Paths {
		a.paths[path] = true
	}
	return a
}

// routes are the API's lines of the route table.
func (a *api) routes() []web.Route {
	out := []web.Route{{Pattern: apiPath + "/", Perm: web.Public, Handler: a.unknown}}
	for path := range a.paths {
		out = append(out, web.Route{Pattern: "GET " + path, Perm: web.Public, Handler: a.serve})
	}
	return out
}

type pageKey struct{}

func (a *api) serve(w http.ResponseWriter, r *http.Request) error {
	w.Header().Add("Vary", "Accept, Accept-Language, Cookie")
	for name, v := range r.URL.Query() {
		if slices.Contains(v, "") { // an empty value is no value: say so instead of guessing
			return problem(w, http.StatusUnprocessableEntity, ui.NewPage(r, ui.Public, "explore.title").T("explore.api.empty", "Name", name))
		}
	}
	a.mux.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), pageKey{}, ui.NewPage(r, ui.Public, "explore.title"))))
	return nil
}

func pageOf(ctx context.Context) ui.Page {
	p, _ := ctx.Value(pageKey{}).(ui.Page)
	return p
}

// unknown answers a path or method that the API does not have.
func (a *api) unknown(w http.ResponseWriter, r *http.Request) error {
	e, status := errs.New(errs.NotFound, "error.not_found"), http.StatusNotFound
	if a.paths[r.URL.Path] {
		w.Header().Set("Allow", "GET, HEAD")
		e, status = errs.New(errs.Invalid, "error.method"), http.StatusMethodNotAllowed
	}
	p := ui.NewPage(r, ui.Public, "explore.title")
	return problem(w, status, p.T(e.Key))
}

// translate says in the caller's language what huma says in English; the
// technical part of each error stays as it is.
func translate(ctx huma.Context, _ string, v any) (any, error) {
	if m, ok := v.(*huma.ErrorModel); ok && m.Detail == "validation failed" {
		m.Detail = pageOf(ctx.Context()).T("explore.api.invalid")
	}
	return v, nil
}

// refuse turns err into a problem in the caller's language. What is not the
// caller's doing stays internal.
func refuse(ctx context.Context, err error) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || e.Kind == errs.Internal {
		return err
	}
	p := pageOf(ctx)
	m := &huma.ErrorModel{Status: web.Status(e), Title: http.StatusText(web.Status(e)), Detail: p.T(e.Key, e.Args...)}
	if e.Kind == errs.Invalid { // the form was checked: what it names is not there
		m.Status, m.Title = http.StatusNotFound, http.StatusText(http.StatusNotFound)
	}
	if e.Field != "" {
		m.Errors = []*huma.ErrorDetail{{Message: m.Detail, Location: "query." + e.Field}}
	}
	return m
}

// etag names an answer: the same question to the same ledger.
func etag(version, question string) string { return `W/"` + hash(version+"?"+question) + `"` }

func notModified(header, tag string) bool {
	for t := range strings.SplitSeq(header, ",") {
		if t = strings.TrimSpace(t); t == tag || t == "*" {
			return true
		}
	}
	return false
}
