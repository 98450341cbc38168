package planhttp

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"strings"

	"xuedu/internal/chart"
	"xuedu/internal/errs"
	"xuedu/internal/plan"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// deskPage lists the targets for those who set them.
type deskPage struct {
	ui.Page
	Defs  template.HTML
	Goals []goal
	Twice []twice
}

// twice is a holder that targets of different tasks count.
type twice struct {
	Holder, Where string
	Counts        []count
}

type count struct{ Name, Href, Clause, Holder, From string }

func (h *handler) desk(w http.ResponseWriter, r *http.Request) error {
	p := deskPage{Page: ui.NewPage(r, ui.Desk, "plan.desk").In("nav.targets"), Defs: chart.Defs}
	all, err := h.svc.All(r.Context())
	if err != nil {
		return err
	}
	for _, pr := range all {
		g := newGoal(p.Page, pr)
		g.Href = "/desk/targets/" + g.Code
		p.Goals = append(p.Goals, g)
	}
	if p.Twice, err = h.twice(r.Context(), p.Page); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, deskView, p)
}

func (h *handler) twice(ctx context.Context, p ui.Page) ([]twice, error) {
	found, err := h.svc.CountedTwice(ctx)
	if err != nil {
		return nil, err
	}
	var out []twice
	for _, f := range found {
		v := twice{Holder: f.Holder, Where: f.Area.In(p.Lang)}
		for _, c := range f.Counts {
			v.Counts = append(v.Counts, count{Name: c.Target.Name.In(p.Lang), Href: "/desk/targets/" + c.Target.Code, Clause: c.Target.Clause, Holder: c.Holder, From: dayOf(p, c.From)})
		}
		out = append(out, v)
	}
	return out, nil
}

// problem is what is wrong with a form: a text, and the field it belongs to.
type problem struct{ Form, Field, Text string }

// keepPage is one target for those who set it.
type keepPage struct {
	ui.Page
	standing
	Defs      template.HTML
	Version   int64
	Done      string
	Problem   *problem
	Typed     typed
	Areas     []option // the whole and the areas of the split
	Overrides []override
	Held      []option // areas with an override that holds
	Sums      []sumRow // years whose split does not hold yet
}

// form is one of the forms of the page, with what was typed into it.
type form struct {
	Page          ui.Page
	Form          string
	Areas         []option
	Reason, Wrong string
}

// Of is the form of a name.
func (p keepPage) Of(name string) form {
	f := form{Page: p.Page, Form: name, Areas: p.Areas, Reason: p.TypedIn(name, p.Typed.Reason), Wrong: p.Wrong(name + "-reason")}
	if name == "count" {
		f.Areas = p.Held
	}
	return f
}

// Wrong is what is wrong with a field, "" = nothing.
func (p keepPage) Wrong(field string) string {
	if p.Problem != nil && p.Problem.Field == field {
		return p.Problem.Text
	}
	return ""
}

// TypedIn is what a refused form held; the other forms are empty.
func (p keepPage) TypedIn(form, text string) string {
	if p.Problem != nil && p.Problem.Form == form {
		return text
	}
	return ""
}

// typed is what a refused form held.
type typed struct{ Area, Value, Reason string }

type option struct {
	Value, Text string
	On          bool
}

func (h *handler) keep(w http.ResponseWriter, r *http.Request) error {
	return h.renderKeep(w, r, http.StatusOK, nil)
}

var doneKeys = map[string]string{"set": "plan.done.set", "split": "plan.done.split", "override": "plan.done.override", "count": "plan.done.count"}

func (h *handler) renderKeep(w http.ResponseWriter, r *http.Request, status int, wrong *problem) error {
	p := keepPage{Page: ui.NewPage(r, ui.Desk, "plan.target").In("nav.targets"), Defs: chart.Defs, Problem: wrong}
	pr, err := h.svc.Progress(r.Context(), r.PathValue("code"))
	if err != nil {
		return err
	}
	if p.standing, err = h.standing(r.Context(), p.Page, pr); err != nil {
		return err
	}
	p.Desk = true
	p.Title, p.Version = p.Goal.Name, pr.Target.Version
	if key, ok := doneKeys[r.URL.Query().Get("done")]; ok && wrong == nil {
		p.Done = p.T(key)
	}
	if wrong != nil {
		p.Typed = typed{Area: r.PostFormValue("area"), Value: r.PostFormValue("value"), Reason: r.PostFormValue("reason")}
		p.Title = p.T("plan.error_prefix", "Title", p.Title)
	}
	p.areas(pr)
	p.Sums = open(p.Page, h.svc.SumsOf(pr.Target), pr.Code.Adds)
	if err := h.people(r.Context(), &p, pr); err != nil {
		return err
	}
	return web.Render(w, r, status, keepView, p)
}

// areas offers the whole and the split to be overridden.
func (p *keepPage) areas(pr plan.Progress) {
	if pr.Whole.Area == nil {
		return
	}
	for i, s := range append([]plan.Standing{pr.Whole}, pr.Split...) {
		o := option{Value: s.Area.Code, Text: s.Area.In(p.Lang), On: s.Area.Code == p.Typed.Area || i == 0 && p.Typed.Area == ""}
		p.Areas = append(p.Areas, o)
		if s.Override != nil {
			p.Held = append(p.Held, option{Value: o.Value, Text: o.Text + p.T("plan.space") + grouped(plan.Exact(s.Override.Value))})
		}
	}
}

// people fills in who did what: versions and overrides.
func (h *handler) people(ctx context.Context, p *keepPage, pr plan.Progress) error {
	list, err := h.svc.Overrides(ctx, pr.Target.Code)
	if err != nil {
		return err
	}
	var ids []string
	for _, v := range p.Versions {
		ids = append(ids, v.Who)
	}
	for _, o := range list {
		ids = append(ids, o.Author)
	}
	var names map[string]string
	if h.Names != nil && len(ids) > 0 {
		if names, err = h.Names(ctx, ids); err != nil {
			return err
		}
	}
	for i := range p.Versions {
		p.Versions[i].Who = who(p.Page, names, p.Versions[i].Who)
	}
	for _, o := range list {
		v := newOverride(p.Page, o, pr)
		v.Who, v.Area = who(p.Page, names, o.Author), h.areaName(p.Page, o.Area)
		p.Overrides = append(p.Overrides, v)
	}
	return nil
}

func (h *handler) areaName(p ui.Page, id int64) string {
	tree := h.svc.Tree()
	n, ok := tree.ByID(id)
	if !ok {
		return p.T("plan.unknown")
	}
	return tree.At(n).In(p.Lang)
}

func who(p ui.Page, names map[string]string, actor string) string {
	switch {
	case names[actor] != "":
		return names[actor]
	case actor == "system", strings.HasPrefix(actor, "cli:"):
		return p.T("org.by_system")
	}
	return p.T("org.by_unknown")
}

func (h *handler) override(w http.ResponseWriter, r *http.Request) error {
	code := r.PathValue("code")
	err := h.svc.SetOverride(r.Context(), code, r.PostFormValue("area"), r.PostFormValue("value"), r.PostFormValue("reason"))
	return h.after(w, r, err, "override")
}

func (h *handler) endOverride(w http.ResponseWriter, r *http.Request) error {
	return h.after(w, r, h.svc.EndOverride(r.Context(), r.PathValue("code"), r.PostFormValue("area"), r.PostFormValue("reason")), "count")
}

func (h *handler) drop(w http.ResponseWriter, r *http.Request) error {
	err := h.svc.Drop(r.Context(), r.PathValue("code"), version64(r), r.PostFormValue("reason"))
	if err == nil {
		http.Redirect(w, r, "/desk/targets", http.StatusSeeOther)
		return nil
	}
	return h.after(w, r, err, "drop")
}

// after goes back to the target; what was refused is said beside its form.
func (h *handler) after(w http.ResponseWriter, r *http.Request, err error, form string) error {
	if e, ok := errors.AsType[*errs.Error](err); ok && (e.Kind == errs.Invalid || e.Kind == errs.Conflict) {
		return h.renderKeep(w, r, web.Status(e), &problem{Form: form, Field: form + "-" + e.Field, Text: ui.NewPage(r, ui.Desk, "plan.target").T(e.Key, e.Args...)})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/desk/targets/"+r.PathValue("code")+"?done="+form, http.StatusSeeOther)
	return nil
}
