// Package panelhttp serves the pages of the panel of a call: the pool, the
// draw, the seats, who judges what and why, and replacements (P1.7).
package panelhttp

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"strings"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/panel"
	"xuedu/internal/errs"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// Permissions of the pages: the office and the technical body read the pool of
// experts; what each of them may do is checked by the service.
const (
	read   web.Perm = "expert:read"
	review web.Perm = "review:use"
)

//go:embed templates/*.html
var files embed.FS

func view(name string) web.View {
	return web.View{Tmpl: ui.Parse(files, "templates/part.html", "templates/"+name+".html")}
}

var (
	panelView   = view("panel")
	assignView  = view("assign")
	replaceView = view("replace")
	seatsView   = view("seats")
	publicView  = view("public")
)

// Calls finds calls.
type Calls interface {
	Call(ctx context.Context, id string) (accredit.Call, error)
	CallByCode(ctx context.Context, code string) (accredit.Call, error)
}

// Deps is what the pages are made of.
type Deps struct {
	Panels *panel.Service
	Calls  Calls
}

type handler struct{ Deps }

// Routes returns the routes of this feature.
func Routes(d Deps) []web.Route {
	h := &handler{d}
	return []web.Route{
		{Pattern: "GET /desk/calls/{id}/panel", Perm: read, Handler: h.show},
		{Pattern: "POST /desk/calls/{id}/panel/{act}", Perm: read, Handler: h.act},
		{Pattern: "GET /desk/calls/{id}/panel/assign", Perm: read, Handler: h.propose},
		{Pattern: "GET /desk/assignments/{id}", Perm: read, Handler: h.replace},
		{Pattern: "POST /desk/assignments/{id}", Perm: read, Handler: h.change},
		{Pattern: "GET /review/seats", Perm: review, Handler: h.seats},
		{Pattern: "POST /review/seats/{id}", Perm: review, Handler: h.answer},
		{Pattern: "GET /calls/{code}/panel", Perm: web.Public, Handler: h.public},
	}
}

// page is what every page here is made from.
type page struct {
	ui.Page
	Call  accredit.Call
	Error string // of the last form
	Field string // it belongs to
}

func (h *handler) page(r *http.Request, front ui.Front, callID, title string) (page, error) {
	c, err := h.Calls.Call(r.Context(), callID)
	if err != nil {
		return page{}, err
	}
	return page{Page: ui.NewPage(r, front, title, "Call", c.Code).In("nav.calls"), Call: c}, nil
}

// refuse notes on a page why a form was refused; any other error is passed on.
func (p *page) refuse(err error) (int, error) {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || e.Kind != errs.Invalid && e.Kind != errs.Conflict && e.Kind != errs.Forbidden {
		return 0, err
	}
	p.Error, p.Field = p.T(e.Key, e.Args...), e.Field
	return web.Status(err), nil
}

// Category names a category of the programme.
func (p page) Category(code string) string {
	for _, k := range p.Call.Rules.Programme.Panel.Categories {
		if k.Code == code {
			return k.Name.In(p.Lang)
		}
	}
	return code
}

// Categories names several, for a sentence.
func (p page) Categories(codes []string) string {
	var names []string
	for _, k := range codes {
		if n := p.Category(k); n != k { // those of other programmes say nothing here
			names = append(names, n)
		}
	}
	return strings.Join(names, p.T("panel.and"))
}
