// Package planhttp serves the pages of the plan: programmes, clauses, who
// answers for them, and targets with their progress.
package planhttp

import (
	"context"
	"embed"
	"html/template"
	"net/http"

	"xuedu/internal/chart"
	"xuedu/internal/pack"
	"xuedu/internal/plan"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

//go:embed templates/*.html
var files embed.FS

var (
	planView = web.View{Tmpl: ui.Parse(files, "templates/plan.html", "templates/part.html")}
	bodyView = web.View{Tmpl: ui.Parse(files, "templates/body.html", "templates/part.html")}
)

// Deps is what the pages need from the rest of the program.
type Deps struct {
	Plan *plan.Service
	// Names returns the names of accounts by id, for the history.
	Names func(ctx context.Context, ids []string) (map[string]string, error)
}

type handler struct {
	Deps
	svc *plan.Service
}

// Routes returns the routes of this feature.
func Routes(d Deps) []web.Route {
	h := &handler{d, d.Plan}
	return []web.Route{
		{Pattern: "GET /plan", Perm: web.Public, Handler: h.plan},
		{Pattern: "GET /plan/bodies/{code}", Perm: web.Public, Handler: h.body},
	}
}

// planPage is the page of all plans of the pack.
type planPage struct {
	ui.Page
	Defs   template.HTML
	Plans  []onePlan
	Bodies []bodyRow
}

// onePlan is one plan.
type onePlan struct {
	Code, Title, Number string
	From, To            string
	Issuers             []name
	Goals               []goal
	Aims, Document      []clause
	Programmes          []programme
}

// goal is a target with its progress, ready to be shown.
type goal struct {
	Code, Name, Clause string
	Counted            bool
	Done               int64
	Want, Unit         string // with "about" where the plan says so
	Due, Note          string
	Squares            template.HTML
}

type programme struct {
	Code, Title string
	Responsible []name
	Clauses     []clause
}

// clause is a clause with the targets it sets and the units that answer for it
// besides the programme's.
type clause struct {
	Code, Text string
	Own        []name
	Targets    []link
}

type name struct{ Code, Name string }

type link struct{ Href, Text string }

// bodyRow is a body in the list of those with tasks.
type bodyRow struct {
	name
	Issues bool
	Tasks  int64
}

func (h *handler) plan(w http.ResponseWriter, r *http.Request) error {
	goals, err := h.svc.Goals(r.Context())
	if err != nil {
		return err
	}
	p := planPage{Page: ui.NewPage(r, ui.Public, "plan.title").In("nav.plan"), Defs: chart.Defs}
	for _, pl := range h.svc.Plans() {
		p.Plans = append(p.Plans, h.one(p.Page, pl, goals))
	}
	if len(p.Plans) == 1 {
		p.Title = p.Plans[0].Title
	}
	for _, b := range h.svc.Bodies() {
		p.Bodies = append(p.Bodies, bodyRow{name: name{b.Code, b.Name.In(p.Lang)}, Issues: len(b.Issues) > 0, Tasks: int64(len(b.Tasks))})
	}
	return web.Render(w, r, http.StatusOK, planView, p)
}

func (h *handler) one(p ui.Page, pl pack.Plan, goals []plan.Goal) onePlan {
	v := onePlan{Code: pl.Code, Title: pl.Title.In(p.Lang), Number: pl.Number, From: dayOf(p, pl.From), To: dayOf(p, pl.To),
		Issuers: h.names(p, pl.Issuers), Aims: h.clauses(p, pl, pl.Goals), Document: h.clauses(p, pl, pl.Document)}
	for _, g := range goals {
		if g.Plan.Code == pl.Code {
			v.Goals = append(v.Goals, newGoal(p, g))
		}
	}
	for _, pr := range pl.Programmes {
		v.Programmes = append(v.Programmes, programme{Code: pr.Code, Title: pr.Title.In(p.Lang),
			Responsible: h.names(p, pr.Responsible), Clauses: h.clauses(p, pl, pr.Clauses)})
	}
	return v
}

func newGoal(p ui.Page, g plan.Goal) goal {
	key, args := g.Note()
	v := goal{Code: g.Target.Code, Name: g.Target.Name.In(p.Lang), Clause: g.Target.Clause,
		Counted: g.Counted, Done: g.Progress.InForce, Want: g.Target.Value, Due: p.Date(g.Due()), Note: p.T(key, args...)}
	if g.Want() > 0 {
		v.Want = p.Num(g.Want())
	}
	v.Unit = g.Target.Unit.In(p.Lang)
	if g.Target.About {
		v.Want, v.Unit = p.T("plan.about.value", "Value", v.Want), p.T("plan.about.unit", "Unit", v.Unit)
	}
	if g.Counted && g.Want() > 0 {
		v.Squares = chart.Squares(chart.Goal{Done: int(g.Progress.InForce), Way: int(g.Progress.UnderWay), Target: int(g.Want())})
	}
	return v
}

func (h *handler) clauses(p ui.Page, pl pack.Plan, list []pack.Clause) []clause {
	out := make([]clause, 0, len(list))
	for _, c := range list {
		v := clause{Code: c.Code, Text: c.Text.In(p.Lang), Own: h.names(p, c.Responsible)}
		for _, t := range plan.TargetsOf(pl, c.Code) {
			v.Targets = append(v.Targets, targetLink(p, t))
		}
		out = append(out, v)
	}
	return out
}

func targetLink(p ui.Page, t pack.Target) link {
	return link{Href: "/plan#" + t.Code, Text: p.T("plan.target_line", "Name", t.Name.In(p.Lang), "Value", t.Value)}
}

func (h *handler) names(p ui.Page, codes []string) []name {
	out := make([]name, len(codes))
	for i, c := range codes {
		out[i] = name{c, h.svc.Name(c, p.Lang)}
	}
	return out
}
