// Package experthttp serves the pool of experts to the office, and to experts
// their invitations and their own ties.
package experthttp

import (
	"context"
	"embed"
	"errors"
	"net/http"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/org"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

//go:embed templates/*.html
var files embed.FS

func view(names ...string) web.View {
	paths := []string{"templates/parts.html"}
	for _, n := range names {
		paths = append(paths, "templates/"+n+".html")
	}
	return web.View{Tmpl: ui.Parse(files, paths...)}
}

var (
	listView      = view("list")
	showView      = view("show")
	formView      = view("form")
	importView    = view("import")
	conflictsView = view("conflicts")
	invitesView   = view("invitations")
	meView        = view("me")
)

// Deps is what the pages need from the rest of the program.
type Deps struct {
	Experts *expert.Service
	Calls   *accredit.Service
	Tree    func() *area.Tree
	Orgs    *org.Service
	// Names returns the names of accounts by id.
	Names func(ctx context.Context, ids []string) (map[string]string, error)
}

type handler struct{ Deps }

// Routes returns the routes of this feature.
func Routes(d Deps) []web.Route {
	h := &handler{d}
	const read, manage, own = web.Perm(expert.PermRead), web.Perm(expert.PermManage), web.Perm(expert.PermReview)
	return []web.Route{
		{Pattern: "GET /desk/experts", Perm: read, Handler: h.list},
		{Pattern: "POST /desk/experts", Perm: manage, Handler: h.create},
		{Pattern: "GET /desk/experts/new", Perm: manage, Handler: h.newForm},
		{Pattern: "GET /desk/experts/import", Perm: manage, Handler: h.importForm},
		{Pattern: "POST /desk/experts/import", Perm: manage, Handler: h.importFile},
		{Pattern: "GET /desk/experts/{id}", Perm: read, Handler: h.show},
		{Pattern: "POST /desk/experts/{id}", Perm: manage, Handler: h.edit},
		{Pattern: "GET /desk/experts/{id}/edit", Perm: manage, Handler: h.editForm},
		{Pattern: "POST /desk/experts/{id}/state", Perm: manage, Handler: h.act(h.setState)},
		{Pattern: "POST /desk/experts/{id}/account", Perm: manage, Handler: h.act(h.attach)},
		{Pattern: "POST /desk/experts/{id}/invite", Perm: manage, Handler: h.act(h.invite)},
		{Pattern: "POST /desk/experts/{id}/pin", Perm: manage, Handler: h.act(h.pin)},
		{Pattern: "POST /desk/experts/{id}/ties/{edge}", Perm: manage, Handler: h.act(h.decide)},
		{Pattern: "GET /desk/conflicts", Perm: read, Handler: h.conflicts},
		{Pattern: "GET /review/invitations", Perm: own, Handler: h.invitations},
		{Pattern: "POST /review/invitations/{id}", Perm: own, Handler: h.answer},
		{Pattern: "GET /review/me", Perm: own, Handler: h.me},
		{Pattern: "POST /review/me", Perm: own, Handler: h.declare},
	}
}

// problem is what is wrong with a form: a text, and the field it belongs to.
type problem struct{ Field, Text string }

// wrong returns an error that a form can show, or false where it goes on to the
// error page.
func wrong(p ui.Page, err error) (*problem, bool) {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || e.Kind != errs.Invalid && e.Kind != errs.Conflict {
		return nil, false
	}
	return &problem{Field: e.Field, Text: p.T(e.Key, e.Args...)}, true
}

// act runs one act of the office on an expert and returns to the page; what is
// wrong with it is shown there.
func (h *handler) act(do func(*http.Request, string) error) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		id := r.PathValue("id")
		err := do(r, id)
		if err == nil {
			http.Redirect(w, r, "/desk/experts/"+id+"?done=1", http.StatusSeeOther)
			return nil
		}
		p, ok := wrong(ui.NewPage(r, ui.Desk, "expert.title"), err)
		if !ok {
			return err
		}
		return h.render(w, r, http.StatusUnprocessableEntity, p)
	}
}
