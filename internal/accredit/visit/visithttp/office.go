package visithttp

import (
	"context"
	"net/http"
	"slices"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/visit"
	"xuedu/internal/errs"
	"xuedu/internal/web"
)

// listPage is what is to be visited, call by call.
type listPage struct {
	page
	Calls []callOf
	Code  string // of the only call that is listed, "" = all
}

type callOf struct {
	accredit.Call
	Cases []visit.Case
}

func (h *Pages) list(w http.ResponseWriter, r *http.Request) error {
	p := listPage{page: newPage(r, "visit.title", "nav.visits", nil)}
	calls, err := h.Calls(r.Context())
	if err != nil {
		return err
	}
	p.Code = r.URL.Query().Get("call")
	if p.Code != "" && !slices.ContainsFunc(calls, func(c accredit.Call) bool { return c.Code == p.Code }) {
		return errs.New(errs.NotFound, "error.not_found")
	}
	for _, c := range calls {
		if c.Rules.Programme.Visit.Team == 0 || p.Code != "" && c.Code != p.Code {
			continue
		}
		cases, err := h.Visits.Cases(r.Context(), c.ID)
		if err != nil {
			return err
		}
		if len(cases) > 0 {
			p.Calls = append(p.Calls, callOf{c, cases})
		}
	}
	return web.Render(w, r, http.StatusOK, listView, p)
}

// planPage asks for day and team.
type planPage struct {
	page
	D          accredit.Dossier
	Candidates []visit.Candidate
	First      string
	Typed      visit.NewVisit
	Chosen     map[string]bool
}

func (h *Pages) planForm(w http.ResponseWriter, r *http.Request) error {
	return h.showPlan(w, r, visit.NewVisit{ApplicationID: r.URL.Query().Get("application")}, nil)
}

func (h *Pages) showPlan(w http.ResponseWriter, r *http.Request, typed visit.NewVisit, failed error) error {
	d, list, err := h.Visits.Candidates(r.Context(), typed.ApplicationID)
	if err != nil {
		return err
	}
	p := planPage{page: newPage(r, "visit.plan.title", "nav.visits", failed), D: d, Candidates: list, First: h.Visits.FirstDay(d), Typed: typed, Chosen: map[string]bool{}}
	if p.Typed.Day == "" {
		p.Typed.Day = p.First
	}
	for _, e := range typed.Experts {
		p.Chosen[e] = true
	}
	return web.Render(w, r, status(failed), planView, p)
}

func (h *Pages) plan(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.New(errs.Invalid, "error.too_large")
	}
	n := visit.NewVisit{ApplicationID: r.PostForm.Get("application"), Day: r.PostForm.Get("day"), Experts: r.PostForm["expert"], Rule: r.PostForm.Get("rule")}
	v, err := h.Visits.Plan(r.Context(), n)
	if mendable(err) {
		return h.showPlan(w, r, n, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/desk/visits/"+v.ID, http.StatusSeeOther)
	return nil
}

// officePage is one visit as the office sees it.
type officePage struct {
	page
	D          visit.Detail
	Members    []memberOf
	Choice     visit.Choice
	Candidates []visit.Candidate
	Agreement  visit.Agreement
	OnTeam     bool
	Short      bool // a place of the team is free
	Leaves     int  // without a finding
	CallsLeft  int
}

// memberOf is a member with a name.
type memberOf struct {
	visit.Member
	Name string
}

func (h *Pages) office(w http.ResponseWriter, r *http.Request) error {
	return h.showOffice(w, r, nil)
}

func (h *Pages) showOffice(w http.ResponseWriter, r *http.Request, failed error) error {
	ctx := r.Context()
	d, err := h.Visits.Get(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	p := officePage{page: newPage(r, "visit.title", "nav.visits", failed), D: d, Agreement: d.Agreement()}
	p.Title = d.Code + " " + d.Title
	p.Leaves, p.CallsLeft = d.Missing()
	if p.Members, err = h.members(ctx, d.Team); err != nil {
		return err
	}
	if p.OnTeam, err = h.Visits.Member(ctx, d.Visit); err != nil {
		return err
	}
	if p.Short = d.Open() && short(d); p.Short {
		if _, p.Candidates, err = h.Visits.Candidates(ctx, d.ApplicationID); err != nil {
			return err
		}
	}
	if d.State == visit.Planned {
		if p.Choice, err = h.Visits.Choice(ctx, d.ID); err != nil {
			return err
		}
	}
	return web.Render(w, r, status(failed), officeView, p)
}

// short reports whether a place of the team is free.
func short(d visit.Detail) bool {
	n := 0
	for _, m := range d.Team {
		if m.State == visit.OnTeam && m.ExpertID != "" {
			n++
		}
	}
	return n < d.RuleOf.Team
}

func (h *Pages) members(ctx context.Context, list []visit.Member) ([]memberOf, error) {
	var ids []string
	for _, m := range list {
		ids = append(ids, m.AccountID)
	}
	names, err := h.Names(ctx, ids)
	if err != nil {
		return nil, err
	}
	var all []memberOf
	for _, m := range list {
		all = append(all, memberOf{m, names[m.AccountID]})
	}
	return all, nil
}

// act does what one of the buttons of the office's page says.
func (h *Pages) act(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.New(errs.Invalid, "error.too_large")
	}
	err := h.do(r.Context(), r.PathValue("id"), r.PostForm.Get("act"), r)
	if mendable(err) {
		return h.showOffice(w, r, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/desk/visits/"+r.PathValue("id"), http.StatusSeeOther)
	return nil
}

func (h *Pages) do(ctx context.Context, id, act string, r *http.Request) error {
	form := r.PostForm
	switch act {
	case "name":
		return h.Visits.Name(ctx, id, form["site"])
	case "draw":
		_, err := h.Visits.DrawSites(ctx, id, form.Get("value"))
		return err
	case "announce":
		return h.Visits.Announce(ctx, id, form.Get("note"))
	case "day":
		return h.Visits.Move(ctx, id, form.Get("day"))
	case "release":
		return h.Visits.Release(ctx, id, form.Get("member"), form.Get("reason"))
	case "add":
		return h.Visits.Add(ctx, id, form.Get("expert"))
	case "cancel":
		return h.Visits.Cancel(ctx, id, form.Get("reason"))
	case "recheck":
		d, err := h.Visits.Get(ctx, id)
		if err == nil {
			_, err = h.Visits.Recheck(ctx, d.CallID)
		}
		return err
	}
	return errs.New(errs.Invalid, "visit.no_act")
}
