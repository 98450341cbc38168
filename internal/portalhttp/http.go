// Package portalhttp is what everybody sees first: the home page, the page of
// each area and the help pages. Each number leads to the explorer, which opens it.
package portalhttp

import (
	"context"
	"embed"
	"net/http"

	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/web"
)

//go:embed templates
var files embed.FS

// Goal is a target of the plan with its progress, counted from registers.
type Goal struct {
	Name, Href, Note  string
	Done, Way, Target int
	About             bool // the plan says "about"
}

// Link is something that was published.
type Link struct{ Text, Href, Note string }

// Parts is what the pages are made of. Goals, Reports and Lately may be nil.
type Parts struct {
	City    *figureview.City
	Goals   func(ctx context.Context, lang string) ([]Goal, error)
	Reports func(ctx context.Context, lang string) ([]Link, error)
	Lately  func(ctx context.Context, q ledger.Query, lang string, limit int) ([]Session, error)
}

// Session is one class meeting with the attendances it added.
type Session struct {
	Day          ledger.Day
	Title, Place string
	Theme, Mode  string // codes
	Attendances  int64  // head-counts included
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
