package planhttp

import (
	"html/template"
	"net/http"
	"slices"
	"time"

	"xuedu/internal/chart"
	"xuedu/internal/plan"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// bodyPage is what one body has to do.
type bodyPage struct {
	ui.Page
	Code   string
	Name   string
	Defs   template.HTML
	Issues []link
	Goals  []goal // that it answers for or supports
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
	p := bodyPage{Page: ui.NewPage(r, ui.Public, "plan.body_title").In("nav.plan"), Code: b.Code, Defs: chart.Defs}
	p.Name = b.Name.In(p.Lang)
	p.Title = p.T("plan.body_title", "Name", p.Name)
	for _, pl := range b.Issues {
		p.Issues = append(p.Issues, link{Href: "/plan#" + pl.Code, Text: pl.Title.In(p.Lang)})
	}
	all, err := h.svc.All(r.Context())
	if err != nil {
		return err
	}
	for _, pr := range all {
		if slices.Contains(pr.Responsible(), b.Code) || slices.Contains(pr.Target.Supporting, b.Code) {
			g := newGoal(p.Page, pr)
			if !slices.Contains(pr.Responsible(), b.Code) {
				g.Note = p.T("plan.supports") + " " + g.Note
			}
			p.Goals = append(p.Goals, g)
		}
	}
	p.Groups = groups(p.Page, b, all)
	return web.Render(w, r, http.StatusOK, bodyView, p)
}

// groups puts the tasks of each programme together, in the plan's order.
func groups(p ui.Page, b plan.Body, all []plan.Progress) []taskGroup {
	var out []taskGroup
	for _, t := range b.Tasks {
		g := taskGroup{Code: t.Programme.Code, Title: t.Programme.Title.In(p.Lang), Plan: t.Plan.Title.In(p.Lang)}
		if g.Code == "" {
			g.Title = p.T("plan.whole")
		}
		if n := len(out); n == 0 || out[n-1].Code != g.Code || out[n-1].Plan != g.Plan {
			out = append(out, g)
		}
		c := clause{Code: t.Clause.Code, Text: t.Clause.Text.In(p.Lang), Targets: targetsOf(p, t.Clause.Code, all)}
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

func dueOf(t plan.Target) time.Time {
	due, err := time.Parse(time.DateOnly, t.Due)
	if err != nil { // a checked target has a day
		return time.Time{}
	}
	return due
}
