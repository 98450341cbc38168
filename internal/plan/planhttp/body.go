package planhttp

import (
	"net/http"
	"time"

	"xuedu/internal/plan"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// bodyPage is what one body has to do.
type bodyPage struct {
	ui.Page
	Code   string
	Name   string
	Issues []link
	Groups []taskGroup
}

// taskGroup is the body's clauses of one programme.
type taskGroup struct {
	Code, Title, Plan string
	Clauses           []clause
}

func (h *handler) body(w http.ResponseWriter, r *http.Request) error {
	b, err := h.svc.Body(r.PathValue("code"))
	if err != nil {
		return err
	}
	p := bodyPage{Page: ui.NewPage(r, ui.Public, "plan.body_title").In("nav.plan"), Code: b.Code}
	p.Name = b.Name.In(p.Lang)
	p.Title = p.T("plan.body_title", "Name", p.Name)
	for _, pl := range b.Issues {
		p.Issues = append(p.Issues, link{Href: "/plan#" + pl.Code, Text: pl.Title.In(p.Lang)})
	}
	p.Groups = groups(p.Page, b)
	return web.Render(w, r, http.StatusOK, bodyView, p)
}

// groups puts the tasks of each programme together, in the plan's order.
func groups(p ui.Page, b plan.Body) []taskGroup {
	var out []taskGroup
	for _, t := range b.Tasks {
		g := taskGroup{Code: t.Programme.Code, Title: t.Programme.Title.In(p.Lang), Plan: t.Plan.Title.In(p.Lang)}
		if g.Code == "" {
			g.Title = p.T("plan.whole")
		}
		if n := len(out); n == 0 || out[n-1].Code != g.Code || out[n-1].Plan != g.Plan {
			out = append(out, g)
		}
		c := clause{Code: t.Clause.Code, Text: t.Clause.Text.In(p.Lang)}
		for _, target := range t.Targets {
			c.Targets = append(c.Targets, targetLink(p, target))
		}
		last := &out[len(out)-1]
		last.Clauses = append(last.Clauses, c)
	}
	return out
}

// dayOf prints a day of the pack for people.
func dayOf(p ui.Page, day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil { // a checked pack has only days
		return day
	}
	return p.Date(t)
}
