// Package reviewhttp serves the pages of experts: what they owe by when, the
// criteria with evidence and their own marks, the joint discussion, and the way
// out for who is tied to an applicant (P1.7).
package reviewhttp

import (
	"context"
	"embed"
	"net/http"
	"time"

	"xuedu/internal/accredit/ballot"
	"xuedu/internal/calendar"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// An expert's permission; the service checks whose assignment it is.
const use web.Perm = "review:use"

//go:embed templates/*.html
var files embed.FS

// Deps is what the pages are made of.
type Deps struct {
	Ballots *ballot.Service
	// Recuse ends an assignment because of a conflict.
	Recuse func(ctx context.Context, assignmentID, kind, reason string) error
	// Meetings are the addresses of open meetings that the caller sits in, by name.
	Meetings func(ctx context.Context, lang string) ([]Link, error)
	// Waits is what else waits for the caller; it may be nil.
	Waits func(r *http.Request) ([]ui.Link, error)
	Days  func() *calendar.Calendar
	Zone  *time.Location
	Now   func() time.Time
}

// Link is a page with its name.
type Link struct{ Href, Text string }

type handler struct{ Deps }

// Routes returns the routes of this feature.
func Routes(d Deps) []web.Route {
	h := &handler{d}
	return []web.Route{
		{Pattern: "GET /review", Perm: use, Handler: h.mine},
		{Pattern: "GET /review/cases/{assignment}", Perm: use, Handler: h.overview},
		{Pattern: "POST /review/cases/{assignment}/submit", Perm: use, Handler: h.submit},
		{Pattern: "GET /review/cases/{assignment}/print", Perm: use, Handler: h.print},
		{Pattern: "GET /review/cases/{assignment}/recuse", Perm: use, Handler: h.recuseForm},
		{Pattern: "POST /review/cases/{assignment}/recuse", Perm: use, Handler: h.recuse},
		{Pattern: "GET /review/cases/{assignment}/discussion", Perm: use, Handler: h.discussion},
		{Pattern: "POST /review/cases/{assignment}/say", Perm: use, Handler: h.say},
		{Pattern: "POST /review/cases/{assignment}/revise", Perm: use, Handler: h.revise},
		{Pattern: "GET /review/cases/{assignment}/file/{digest}", Perm: use, Handler: h.file},
		{Pattern: "GET /review/cases/{assignment}/{leaf}", Perm: use, Handler: h.leaf},
		{Pattern: "POST /review/cases/{assignment}/{leaf}", Perm: use, Handler: h.save},
		{Pattern: "GET /review/workbook/{call}", Perm: use, Handler: h.export},
		{Pattern: "POST /review/workbook", Perm: use, Handler: h.load},
		{Pattern: "GET /desk/calls/{id}/ballots", Perm: web.Signed, Handler: h.office},
		{Pattern: "POST /desk/calls/{id}/ballots", Perm: web.Signed, Handler: h.officeAct},
	}
}

func view(name string) web.View {
	return web.View{Tmpl: ui.Parse(files, "templates/"+name+".html", "templates/parts.html")}
}

// page is what every page here is made from.
type page struct {
	ui.Page
	h *handler
}

func (h *handler) page(r *http.Request, title string, args ...any) page {
	return page{Page: ui.NewPage(r, ui.Review, title, args...).In("nav.review"), h: h}
}

// DayOf prints a day "2026-10-16"; "" stays.
func (p page) DayOf(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return p.Date(t)
}

// DueIn says how much time there is.
func (p page) DueIn(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return p.T("review.due.none")
	}
	today := p.h.today()
	n := p.h.Days().Between(today, t)
	switch {
	case t.Before(today):
		return p.T("review.due.late", "N", max(1, -n))
	case n == 0:
		return p.T("review.due.today")
	}
	return p.T("review.due.in", "N", n)
}

// Late reports whether a day is over.
func (p page) Late(day string) bool {
	t, err := time.Parse(time.DateOnly, day)
	return err == nil && p.h != nil && t.Before(p.h.today())
}

func (h *handler) today() time.Time {
	y, m, d := h.Now().In(h.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
