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

func view(fragment string, names ...string) web.View {
	paths := []string{"templates/part.html"}
	for _, n := range names {
		paths = append(paths, "templates/"+n+".html")
	}
	return web.View{Tmpl: ui.Parse(files, paths...), Fragment: fragment}
}

var (
	planView   = view("", "plan")
	bodyView   = view("", "body")
	targetView = view("", "target", "standing")
	deskView   = view("", "desk")
	keepView   = view("", "keep", "standing")
	formView   = view("", "form")
	splitView  = view("sums", "split")
)

// Set is the permission to set targets; the service checks where.
const Set web.Perm = plan.PermSet

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
		{Pattern: "GET /plan/targets/{code}", Perm: web.Public, Handler: h.target},
		{Pattern: "GET /desk/targets", Perm: Set, Handler: h.desk},
		{Pattern: "GET /desk/targets/new", Perm: Set, Handler: h.newForm},
		{Pattern: "POST /desk/targets", Perm: Set, Handler: h.create},
		{Pattern: "GET /desk/targets/{code}", Perm: Set, Handler: h.keep},
		{Pattern: "GET /desk/targets/{code}/edit", Perm: Set, Handler: h.editForm},
		{Pattern: "POST /desk/targets/{code}", Perm: Set, Handler: h.edit},
		{Pattern: "GET /desk/targets/{code}/split", Perm: Set, Handler: h.splitForm},
		{Pattern: "POST /desk/targets/{code}/split", Perm: Set, Handler: h.splitSave},
		{Pattern: "POST /desk/targets/{code}/override", Perm: Set, Handler: h.override},
		{Pattern: "POST /desk/targets/{code}/count", Perm: Set, Handler: h.endOverride},
		{Pattern: "POST /desk/targets/{code}/drop", Perm: Set, Handler: h.drop},
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
	all, err := h.svc.All(r.Context())
	if err != nil {
		return err
	}
	p := planPage{Page: ui.NewPage(r, ui.Public, "plan.title").In("nav.plan"), Defs: chart.Defs}
	for _, pl := range h.svc.Plans() {
		p.Plans = append(p.Plans, h.one(p.Page, pl, all))
	}
	if len(p.Plans) == 1 {
		p.Title = p.Plans[0].Title
	}
	for _, b := range h.svc.Bodies() {
		p.Bodies = append(p.Bodies, bodyRow{name: name{b.Code, b.Name.In(p.Lang)}, Issues: len(b.Issues) > 0, Tasks: int64(len(b.Tasks))})
	}
	return web.Render(w, r, http.StatusOK, planView, p)
}

func (h *handler) one(p ui.Page, pl pack.Plan, all []plan.Progress) onePlan {
	v := onePlan{Code: pl.Code, Title: pl.Title.In(p.Lang), Number: pl.Number, From: dayOf(p, pl.From), To: dayOf(p, pl.To),
		Issuers: h.names(p, pl.Issuers), Aims: h.clauses(p, pl.Goals, all), Document: h.clauses(p, pl.Document, all)}
	for _, g := range all {
		if g.Target.Plan == pl.Code {
			v.Goals = append(v.Goals, newGoal(p, g))
		}
	}
	for _, pr := range pl.Programmes {
		v.Programmes = append(v.Programmes, programme{Code: pr.Code, Title: pr.Title.In(p.Lang),
			Responsible: h.names(p, pr.Responsible), Clauses: h.clauses(p, pr.Clauses, all)})
	}
	return v
}

func (h *handler) clauses(p ui.Page, list []pack.Clause, all []plan.Progress) []clause {
	out := make([]clause, 0, len(list))
	for _, c := range list {
		out = append(out, clause{Code: c.Code, Text: c.Text.In(p.Lang), Own: h.names(p, c.Responsible), Targets: targetsOf(p, c.Code, all)})
	}
	return out
}

// targetsOf links the targets that a clause sets, each with how it stands.
func targetsOf(p ui.Page, code string, all []plan.Progress) []link {
	var out []link
	for _, pr := range all {
		if pr.Target.Clause == code {
			g := newGoal(p, pr)
			out = append(out, link{Href: g.Href, Text: p.T("plan.target_line", "Name", g.Name, "Now", orWord(g.Now), "Want", orWord(g.Want), "Unit", g.Unit, "Verdict", g.Verdict)})
		}
	}
	return out
}

func orWord(n num) string {
	if n.Word != "" {
		return n.Word
	}
	return n.Text
}

func (h *handler) names(p ui.Page, codes []string) []name {
	out := make([]name, len(codes))
	for i, c := range codes {
		out[i] = name{c, h.svc.Name(c, p.Lang)}
	}
	return out
}
