// Package api is the JSON API (design 6): what all its operations share. The
// operations themselves stand beside the pages of their domain, and app puts
// them together, so that there is one surface with one OpenAPI document.
package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"xuedu/internal/errs"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// Version is that of the surface, not of the program: it grows when the OpenAPI
// document changes (api/openapi.json, checked by a test).
const Version = "1.3.0"

// Path is where the API stands.
const Path = "/api/v1"

// API is the mounted API.
type API struct {
	mux   *http.ServeMux
	doc   *huma.OpenAPI
	paths map[string]bool
}

// New mounts operations on a mux of their own, so that the route table stays
// the one list of what can be called.
func New(operations ...func(huma.API)) *API {
	a := &API{mux: http.NewServeMux(), paths: map[string]bool{Path + "/openapi.json": true}}
	c := huma.DefaultConfig("Xuedu", Version)
	c.Info.Description = "Exact figures of a learning city: participation for any area, period and group, its indicators, with the way to the records behind each, and every published release."
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = Path+"/openapi", "", ""
	c.CreateHooks = nil
	c.RejectUnknownQueryParameters = true
	c.Transformers = []huma.Transformer{translate}
	h := humago.New(a.mux, c)
	a.doc = h.OpenAPI()
	for _, add := range operations {
		add(h)
	}
	for path := range a.doc.Paths {
		a.paths[path] = true
	}
	return a
}

// Routes are the API's lines of the route table.
func (a *API) Routes() []web.Route {
	out := []web.Route{{Pattern: Path + "/", Perm: web.Public, Handler: a.unknown}}
	for path := range a.paths {
		out = append(out, web.Route{Pattern: "GET " + path, Perm: web.Public, Handler: a.serve})
	}
	return out
}

type pageKey struct{}

func page(r *http.Request) ui.Page { return ui.NewPage(r, ui.Public, "explore.title") }

func (a *API) serve(w http.ResponseWriter, r *http.Request) error {
	w.Header().Add("Vary", "Accept, Accept-Language, Cookie")
	for name, v := range r.URL.Query() {
		if slices.Contains(v, "") { // an empty value is no value: say so instead of guessing
			return problem(w, http.StatusUnprocessableEntity, page(r).T("explore.api.empty", "Name", name))
		}
	}
	a.mux.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), pageKey{}, page(r))))
	return nil
}

// Page returns what an operation needs to speak the caller's language.
func Page(ctx context.Context) ui.Page {
	p, _ := ctx.Value(pageKey{}).(ui.Page)
	return p
}

// unknown answers a path or method that the API does not have.
func (a *API) unknown(w http.ResponseWriter, r *http.Request) error {
	e, status := errs.New(errs.NotFound, "error.not_found"), http.StatusNotFound
	if a.known(r.URL.Path) {
		w.Header().Set("Allow", "GET, HEAD")
		e, status = errs.New(errs.Invalid, "error.method"), http.StatusMethodNotAllowed
	}
	return problem(w, status, page(r).T(e.Key))
}

// known reports whether a path is one of the API's; {code} stands for any part.
func (a *API) known(path string) bool {
	if a.paths[path] {
		return true
	}
	_, pattern := a.mux.Handler(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}})
	return pattern != ""
}
