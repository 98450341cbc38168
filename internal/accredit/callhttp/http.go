// Package callhttp serves the pages of calls: the public list and page of each
// call with its frozen criteria, and the desk where the office drafts,
// authorises, opens and moves them (P1.7).
package callhttp

import (
	"context"
	"embed"
	"net/http"
	"time"

	"xuedu/internal/accredit"
	"xuedu/internal/calendar"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// Permissions of the routes; the service checks the scope.
const (
	apply  web.Perm = accredit.PermApply
	read   web.Perm = accredit.PermRead
	manage web.Perm = accredit.PermManage
)

//go:embed templates/*.html
var files embed.FS

// Link is a part of a page with its name.
type Link struct{ Href, Text string }

// Deps is what the pages are made of. Links are further pages of a call for who
// asks, on the front of the page; it may be nil.
type Deps struct {
	Service *accredit.Service
	Pack    func() *pack.Pack
	Days    func() *calendar.Calendar
	Names   func(ctx context.Context, ids []string) (map[string]string, error) // of accounts, by id
	Links   func(r *http.Request, p ui.Page, c accredit.Call) ([]ui.Link, error)
	Zone    *time.Location
	Now     func() time.Time
}

type handler struct{ Deps }

// Routes returns the routes of this feature.
func Routes(d Deps) []web.Route {
	h := &handler{d}
	return []web.Route{
		{Pattern: "GET /calls", Perm: web.Public, Handler: h.list},
		{Pattern: "GET /calls/{code}", Perm: web.Public, Handler: h.show},
		{Pattern: "GET /calls/{code}/rules.json", Perm: web.Public, Handler: h.rules},
		{Pattern: "POST /calls/{code}/questions", Perm: apply, Handler: h.ask},
		{Pattern: "GET /desk/calls", Perm: read, Handler: h.desk},
		{Pattern: "GET /desk/calls/new", Perm: manage, Handler: h.draftForm},
		{Pattern: "POST /desk/calls/new", Perm: manage, Handler: h.draft},
		{Pattern: "GET /desk/calls/{id}", Perm: read, Handler: h.keep},
		{Pattern: "POST /desk/calls/{id}", Perm: manage, Handler: h.change},
		{Pattern: "POST /desk/calls/{id}/authorisation", Perm: manage, Handler: h.authorise},
		{Pattern: "POST /desk/calls/{id}/move", Perm: read, Handler: h.move},
		{Pattern: "POST /desk/calls/{id}/questions/{question}", Perm: manage, Handler: h.answer},
	}
}

var (
	listView  = view("list")
	showView  = view("show")
	deskView  = view("desk")
	draftView = view("new")
	keepView  = view("keep")
)

func view(name string) web.View {
	return web.View{Tmpl: ui.Parse(files, "templates/part.html", "templates/"+name+".html")}
}

// page is what every page here is made from.
type page struct {
	ui.Page
	h       *handler
	Problem string // what went wrong with the form that was sent
	Field   string // where
}

func (h *handler) page(r *http.Request, front ui.Front, title string) page {
	return page{Page: ui.NewPage(r, front, title).In("nav.calls"), h: h}
}

// refuse turns what the caller can mend into words on the page; all else is
// passed on.
func (p *page) refuse(err error) (int, error) {
	e, ok := err.(*errs.Error)
	if !ok || (e.Kind != errs.Invalid && e.Kind != errs.Conflict) {
		return 0, err
	}
	p.Problem, p.Field = p.T(e.Key, e.Args...), e.Field
	return web.Status(err), nil
}

// links are further pages of a call.
func (p page) links(r *http.Request, c accredit.Call) ([]ui.Link, error) {
	if p.h.Links == nil {
		return nil, nil
	}
	return p.h.Links(r, p.Page, c)
}

// today is the day in the city.
func (h *handler) today() string { return h.Now().In(h.Zone).Format(time.DateOnly) }

// DayOf prints a day, "" for none.
func (p page) DayOf(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return p.Date(t)
}

// DueIn says how many working days are left to a day.
func (p page) DueIn(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil || p.h == nil {
		return ""
	}
	today, err := time.Parse(time.DateOnly, p.h.today())
	if err != nil {
		return ""
	}
	switch n := p.h.Days().Between(today, t); {
	case today.After(t):
		return p.T("call.due.late", "N", max(1, -n))
	case today.Equal(t) || n == 0:
		return p.T("call.due.today")
	default:
		return p.T("call.due.in", "N", n)
	}
}
