// Package subscriptionhttp is where people ask to be told of new reports by
// e-mail, say that it was they, and end it (P1.8).
package subscriptionhttp

import (
	"context"
	"embed"
	"errors"
	"net/http"

	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/subscription"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

//go:embed templates/*.html
var files embed.FS

func view(name string) web.View {
	return web.View{Tmpl: ui.Parse(files, "templates/"+name+".html")}
}

var (
	askView  = view("ask")
	linkView = view("link")
)

// Service is what the pages need of package subscription.
type Service interface {
	Ready() bool
	Ask(ctx context.Context, address, series, lang string) error
	Find(ctx context.Context, token string) (subscription.Subscription, error)
	Confirm(ctx context.Context, token string) error
	Stop(ctx context.Context, token string) error
}

// Deps are what the pages need.
type Deps struct {
	Subscriptions Service
	Pack          func() *pack.Pack
}

type handler struct{ Deps }

// Routes returns the routes of this feature.
func Routes(d Deps) []web.Route {
	h := &handler{d}
	return []web.Route{
		{Pattern: "GET /releases/subscribe", Perm: web.Public, Handler: h.form},
		{Pattern: "POST /releases/subscribe", Perm: web.Public, Handler: h.ask},
		{Pattern: "GET /releases/subscription/{token}", Perm: web.Public, Handler: h.link},
		{Pattern: "POST /releases/subscription/{token}", Perm: web.Public, Handler: h.act},
	}
}

// askPage asks for an address.
type askPage struct {
	ui.Page
	Ready          bool
	Reports        []choice
	Address        string
	Problem, Field string
	Asked          bool
}

type choice struct {
	Value, Text string
	On          bool
}

func (h *handler) page(r *http.Request) askPage {
	p := askPage{Page: ui.NewPage(r, ui.Public, "subscription.title").In("nav.reports"), Ready: h.Subscriptions.Ready(), Address: r.PostFormValue("address")}
	p.Reports = []choice{{Text: p.T("subscription.all")}}
	for _, x := range h.Pack().Reports {
		p.Reports = append(p.Reports, choice{x.Code, x.Name.In(p.Lang), r.PostFormValue("series") == x.Code})
	}
	return p
}

func (h *handler) form(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, askView, h.page(r))
}

func (h *handler) ask(w http.ResponseWriter, r *http.Request) error {
	p := h.page(r)
	series := r.PostFormValue("series")
	if _, ok := h.Pack().Report(series); !ok {
		series = ""
	}
	err := h.Subscriptions.Ask(r.Context(), p.Address, series, p.Lang)
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind == errs.Invalid {
		p.Problem, p.Field = p.T(e.Key), e.Field
		return web.Render(w, r, http.StatusUnprocessableEntity, askView, p)
	}
	if err != nil {
		return err
	}
	p.Asked, p.Address = true, ""
	return web.Render(w, r, http.StatusOK, askView, p)
}

// linkPage is where a letter leads: to confirm, or to end.
type linkPage struct {
	ui.Page
	Confirmed, Ended, Begun bool
	What                    string
	Action                  string
}

func (h *handler) linkPage(r *http.Request) (linkPage, error) {
	p := linkPage{Page: ui.NewPage(r, ui.Public, "subscription.title").In("nav.reports"), Action: r.URL.Path}
	x, err := h.Subscriptions.Find(r.Context(), r.PathValue("token"))
	if errs.KindOf(err) == errs.NotFound {
		p.Ended = true
		return p, nil
	}
	p.Confirmed, p.What = x.Confirmed, p.T("subscription.all")
	if rep, ok := h.Pack().Report(x.Series); ok {
		p.What = rep.Name.In(p.Lang)
	}
	return p, err
}

func (h *handler) link(w http.ResponseWriter, r *http.Request) error {
	p, err := h.linkPage(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, linkView, p)
}

// act confirms or ends. A mail program ends it with one request of its own
// (RFC 8058).
func (h *handler) act(w http.ResponseWriter, r *http.Request) error {
	token := r.PathValue("token")
	do := h.Subscriptions.Stop
	if r.PostFormValue("do") == "confirm" {
		do = h.Subscriptions.Confirm
	}
	if err := do(r.Context(), token); err != nil && errs.KindOf(err) != errs.NotFound {
		return err
	}
	p, err := h.linkPage(r)
	if err != nil {
		return err
	}
	p.Begun = p.Confirmed
	return web.Render(w, r, http.StatusOK, linkView, p)
}
