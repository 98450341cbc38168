// Package portalhttp is what everybody sees first: the home page, the page of
// each area and the help pages. Each number leads to the explorer, which opens it.
package portalhttp

import (
	"context"
	"embed"
	"net/http"

	"xuedu/internal/activity"
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/plan"
	"xuedu/internal/report"
	"xuedu/internal/web"
)

//go:embed templates
var files embed.FS

// Link is something that can be opened.
type Link struct{ Text, Href, Note string }

// Goals counts the targets of the plan; *plan.Service does.
type Goals interface {
	Goals(ctx context.Context) ([]plan.Goal, error)
}

// Classes finds classes near an area; *activity.Service does.
type Classes interface {
	Find(ctx context.Context, w activity.Wish) ([]activity.Offer, int64, error)
}

// Reports lists the bulletins there are; *report.Service does.
type Reports interface{ Periods() []report.Span }

// Parts is what the pages are made of.
type Parts struct {
	City    *figureview.City
	Goals   Goals
	Classes Classes
	Reports Reports
}

type handler struct{ Parts }

// Routes lists the public pages.
func Routes(p Parts) []web.Route {
	h := &handler{p}
	return []web.Route{
		{Pattern: "GET /{$}", Perm: web.Public, Handler: h.home},
		{Pattern: "GET /areas", Perm: web.Public, Handler: h.find},
		{Pattern: "GET /areas/{code}", Perm: web.Public, Handler: h.area},
		{Pattern: "GET /help/access", Perm: web.Public, Handler: help(accessView, "help.access")},
		{Pattern: "GET /help/privacy", Perm: web.Public, Handler: help(privacyView, "help.privacy")},
		{Pattern: "GET /help/desk", Perm: web.Public, Handler: help(deskView, "help.desk")},
	}
}

func view(page string) web.View {
	return web.View{Tmpl: figureview.Parse(files, "templates/"+page+".html", "templates/parts.html")}
}

// asker asks several questions and keeps the first error.
type asker struct {
	*figureview.City
	ctx context.Context
	err error
}

func ask(c *figureview.City, r *http.Request) *asker { return &asker{City: c, ctx: r.Context()} }

// one answers q for its own area.
func (a *asker) one(q ledger.Query) ledger.Figure {
	if a.err != nil {
		return ledger.Figure{}
	}
	f, err := a.One(a.ctx, q)
	a.err = err
	return f
}

// children answers q for the areas right below its own.
func (a *asker) children(q ledger.Query) []ledger.Figure {
	if a.err != nil {
		return nil
	}
	fs, err := a.Children(a.ctx, q)
	a.err = err
	return fs
}

// draw keeps the error of a chart.
func (a *asker) draw(c figureview.Chart, err error) figureview.Chart {
	if a.err == nil {
		a.err = err
	}
	return c
}
