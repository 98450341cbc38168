// Package drawhttp shows every draw to everybody: what was fixed when, the
// order, and how to compute it again (design 4.5).
package drawhttp

import (
	"context"
	"embed"
	"net/http"

	"xuedu/internal/draw/register"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

//go:embed templates/*.html
var files embed.FS

var (
	listView = web.View{Tmpl: ui.Parse(files, "templates/part.html", "templates/list.html")}
	showView = web.View{Tmpl: ui.Parse(files, "templates/part.html", "templates/show.html")}
)

// Register is what the pages need from package register.
type Register interface {
	Get(ctx context.Context, id string) (register.Record, error)
	All(ctx context.Context, purpose string, most int) ([]register.Item, error)
}

// Pages serves the pages.
type Pages struct {
	Draws Register
	// Links lead from a draw to what it was made for; it may be nil.
	Links func(r *http.Request, p ui.Page, subject string) ([]ui.Link, error)
}

// Routes returns the routes of the pages.
func (h *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /draws", Perm: web.Public, Handler: h.list},
		{Pattern: "GET /draws/{id}", Perm: web.Public, Handler: h.show},
		{Pattern: "GET /draws/{id}/manifest.json", Perm: web.Public, Handler: h.file},
	}
}

// most is how many draws a list shows.
const most = 200

type listPage struct {
	ui.Page
	Items []item
}

// item is a draw as both pages show it.
type item struct {
	register.Item
	Name, Purpose string
	ui.Page
}

func newItem(p ui.Page, i register.Item) item {
	return item{Item: i, Name: i.Title.In(p.Lang), Purpose: purpose(p, i.Purpose), Page: p}
}

// purpose names what a draw is for; an unknown one by its code.
func purpose(p ui.Page, code string) string {
	switch code {
	case register.PurposeExperts:
		return p.T("draw.purpose.experts")
	case register.PurposeSites:
		return p.T("draw.purpose.sites")
	case register.PurposeTie:
		return p.T("draw.purpose.tie")
	case register.PurposeSeats:
		return p.T("draw.purpose.seats")
	}
	return code
}

func (h *Pages) list(w http.ResponseWriter, r *http.Request) error {
	p := listPage{Page: ui.NewPage(r, ui.Public, "draw.title").In("nav.awards")}
	items, err := h.Draws.All(r.Context(), "", most)
	if err != nil {
		return err
	}
	for _, i := range items {
		p.Items = append(p.Items, newItem(p.Page, i))
	}
	return web.Render(w, r, http.StatusOK, listView, p)
}

// file is the manifest as the register keeps it: the bytes that were hashed.
func (h *Pages) file(w http.ResponseWriter, r *http.Request) error {
	d, err := h.Draws.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="draw-`+d.ID+`.json"`)
	w.Header().Set("Cache-Control", "no-cache")
	_, err = w.Write(d.Manifest.Encode())
	return err
}
