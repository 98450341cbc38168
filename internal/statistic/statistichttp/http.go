// Package statistichttp serves the pages of statistical returns: what one owes,
// the sheet to fill in, the review, the collections, and what was published
// (P2.3).
package statistichttp

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/calendar"
	"xuedu/internal/chart"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/pack"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/form"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// Permissions of this feature. Who may make which move, and where, is said by
// the workflow and checked by the service.
const (
	read   web.Perm = "return:read"
	fill   web.Perm = "return:fill"
	review web.Perm = "return:review"
	send   web.Perm = "form:send"
)

//go:embed templates/*.html
var files embed.FS

// Deps is what the pages are made of.
type Deps struct {
	Returns *statistic.Service
	Forms   *form.Service
	Tree    func() *area.Tree
	Pack    func() *pack.Pack
	Days    func() *calendar.Calendar
	Map     func() *chart.Outlines                                             // returns nil where the pack has no map
	Names   func(ctx context.Context, ids []string) (map[string]string, error) // of accounts, by id
	Zone    *time.Location
	Now     func() time.Time
}

type handler struct{ Deps }

// Routes returns the routes of this feature.
func Routes(d Deps) []web.Route {
	h := &handler{d}
	return slices.Concat(h.returnRoutes(), h.collectionRoutes(), h.publicRoutes())
}

func (h *handler) returnRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /desk/returns", Perm: read, Handler: h.mine},
		{Pattern: "GET /desk/returns/{id}", Perm: read, Handler: h.sheet},
		{Pattern: "POST /desk/returns/{id}", Perm: fill, Handler: h.save},
		{Pattern: "GET /desk/returns/{id}/cell", Perm: read, Handler: h.cell},
		{Pattern: "POST /desk/returns/{id}/cell", Perm: read, Handler: h.changeCell},
		{Pattern: "POST /desk/returns/{id}/note", Perm: read, Handler: h.say},
		{Pattern: "GET /desk/returns/{id}/back", Perm: review, Handler: h.backForm},
		{Pattern: "POST /desk/returns/{id}/back", Perm: review, Handler: h.back},
		{Pattern: "GET /desk/returns/{id}/move", Perm: read, Handler: h.moveForm},
		{Pattern: "POST /desk/returns/{id}/move", Perm: read, Handler: h.move},
		{Pattern: "POST /desk/returns/{id}/sign", Perm: read, Handler: h.sign},
		{Pattern: "GET /desk/returns/{id}/print", Perm: read, Handler: h.print},
	}
}

// page is what every page here is made from. Its methods turn codes and days
// into words.
type page struct {
	ui.Page
	h     *handler
	names map[string]string // of accounts, by id
}

func (h *handler) page(r *http.Request, front ui.Front, section, title string, args ...any) page {
	return page{Page: ui.NewPage(r, front, title, args...).In(section), h: h}
}

func (h *handler) deskPage(r *http.Request, title string, args ...any) page {
	return h.page(r, ui.Desk, "nav.returns", title, args...)
}

func view(name, fragment string) web.View {
	return web.View{Tmpl: figureview.Parse(files, "templates/"+name+".html", "templates/parts.html"), Fragment: fragment}
}

// option is one of the choices of a field.
type option struct {
	Value, Text string
	On          bool
}

// link is something that can be opened.
type link struct{ Text, Href, Note string }
