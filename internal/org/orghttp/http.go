// Package orghttp serves the public register of institutions and the pages on
// which staff keep it.
package orghttp

import (
	"context"
	"embed"

	"xuedu/internal/area"
	"xuedu/internal/org"
	"xuedu/internal/pack"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// Edit is the permission to keep the register; the service checks where.
const Edit web.Perm = "org:edit"

//go:embed templates/*.html
var files embed.FS

func view(fragment string, names ...string) web.View {
	paths := []string{"templates/parts.html"}
	for _, n := range names {
		paths = append(paths, "templates/"+n+".html")
	}
	return web.View{Tmpl: ui.Parse(files, paths...), Fragment: fragment}
}

var (
	listView   = view("list", "list")
	showView   = view("", "show")
	deskView   = view("list", "desk")
	keepView   = view("", "keep")
	formView   = view("", "form")
	importView = view("", "import")
)

// Deps is what the pages need from the rest of the program.
type Deps struct {
	Orgs *org.Service
	Tree func() *area.Tree
	Pack func() *pack.Pack
	// Names returns the names of accounts by id, for the history.
	Names func(ctx context.Context, ids []string) (map[string]string, error)
}

type handler struct{ Deps }

// Routes returns the routes of this feature.
func Routes(d Deps) []web.Route {
	h := &handler{d}
	return []web.Route{
		{Pattern: "GET /orgs", Perm: web.Public, Handler: h.list},
		{Pattern: "GET /orgs/{code}", Perm: web.Public, Handler: h.show},
		{Pattern: "GET /desk/orgs", Perm: Edit, Handler: h.desk},
		{Pattern: "POST /desk/orgs", Perm: Edit, Handler: h.create},
		{Pattern: "GET /desk/orgs/new", Perm: Edit, Handler: h.newForm},
		{Pattern: "GET /desk/orgs/import", Perm: Edit, Handler: h.importForm},
		{Pattern: "POST /desk/orgs/import", Perm: Edit, Handler: h.importFile},
		{Pattern: "GET /desk/orgs/template", Perm: Edit, Handler: h.template},
		{Pattern: "GET /desk/orgs/export", Perm: Edit, Handler: h.export},
		{Pattern: "GET /desk/orgs/{code}", Perm: Edit, Handler: h.keep},
		{Pattern: "POST /desk/orgs/{code}", Perm: Edit, Handler: h.edit},
		{Pattern: "GET /desk/orgs/{code}/edit", Perm: Edit, Handler: h.editForm},
		{Pattern: "POST /desk/orgs/{code}/deactivate", Perm: Edit, Handler: h.setState(org.Active)},
		{Pattern: "POST /desk/orgs/{code}/reactivate", Perm: Edit, Handler: h.setState(org.Inactive)},
	}
}

// typeName returns the name of a type in lang, or its code.
func (h *handler) typeName(code, lang string) string {
	for _, t := range h.Pack().OrgTypes {
		if t.Code == code {
			return t.Name.In(lang)
		}
	}
	return code
}

// crumb is one area on the way to a place.
type crumb struct{ Code, Name string }

// path returns the areas from the top down to an area.
func (h *handler) path(areaID int64, lang string) []crumb {
	t := h.Tree()
	n, ok := t.ByID(areaID)
	if !ok {
		return nil
	}
	var out []crumb
	for _, i := range t.Path(n) {
		out = append(out, crumb{Code: t.At(i).Code, Name: t.At(i).In(lang)})
	}
	return out
}

// place returns the names of an area and those above, but not the city's.
func (h *handler) place(areaID int64, lang string) string {
	path := h.path(areaID, lang)
	if len(path) > 1 {
		path = path[1:]
	}
	s := ""
	for i, c := range path {
		if i > 0 {
			s += " "
		}
		s += c.Name
	}
	return s
}
