package experthttp

import (
	"net/http"
	"strconv"
	"strings"

	"xuedu/internal/accredit/expert"
	"xuedu/internal/errs"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

type showPage struct {
	ui.Page
	Expert      expert.Expert
	StateName   string
	Categories  string
	Fields      string
	Work, Home  string
	Linked      bool
	Manage      bool
	Done        bool
	Problem     *problem
	Ties        []tie
	Events      []event
	Invitations []invitation
	History     expert.History
	Calls       []option
	Kinds       []option
}

func (h *handler) show(w http.ResponseWriter, r *http.Request) error {
	return h.render(w, r, http.StatusOK, nil)
}

func (h *handler) render(w http.ResponseWriter, r *http.Request, status int, bad *problem) error {
	e, err := h.Experts.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	p := showPage{Page: ui.NewPage(r, ui.Desk, "expert.title").In("nav.experts"), Expert: e, Problem: bad, Done: r.URL.Query().Has("done")}
	p.Title, p.Manage, p.Linked = e.Name, p.Can(r, expert.PermManage), e.AccountID != ""
	p.StateName, p.Categories = p.T("expert.state."+e.State), h.categoryNames(p.Page, e.Categories)
	p.Fields = strings.Join(e.Fields, p.T("expert.and"))
	p.Work, p.Home = h.areaName(e.WorkArea, p.Lang), h.areaName(e.HomeArea, p.Lang)
	for _, k := range append([]string{expert.KindAny}, expert.Kinds...) {
		p.Kinds = append(p.Kinds, option{Value: k, Label: p.T("expert.kind." + k)})
	}
	if err := h.fill(r, &p); err != nil {
		return err
	}
	return web.Render(w, r, status, showView, p)
}

// fill reads what belongs to an expert.
func (h *handler) fill(r *http.Request, p *showPage) error {
	ctx, id := r.Context(), p.Expert.ID
	edges, err := h.Experts.EdgesOf(ctx, id)
	if err != nil {
		return err
	}
	var authors []string
	for _, e := range edges {
		authors = append(authors, e.Author)
	}
	who, err := h.Names(ctx, authors)
	if err != nil {
		return err
	}
	for _, e := range edges {
		p.Ties = append(p.Ties, h.tie(ctx, p.Page, e, who))
	}
	if p.Events, err = h.events(r, p.Page, id, map[string]string{id: p.Expert.Name}); err != nil {
		return err
	}
	if p.Invitations, err = h.invited(r, p.Page, id); err != nil {
		return err
	}
	histories, err := h.Experts.Histories(ctx)
	if err != nil {
		return err
	}
	p.History = histories[id]
	return h.calls(r, p)
}

// calls offers the calls an expert may be invited to, with how many of their
// applications they may not judge (c 1).
func (h *handler) calls(r *http.Request, p *showPage) error {
	if p.Expert.State == expert.Invited {
		p.Calls = []option{{Label: p.T("expert.to_pool")}}
	}
	if p.Expert.State != expert.Active {
		return nil
	}
	list, err := h.Calls.Calls(r.Context())
	if err != nil {
		return err
	}
	for _, c := range list {
		fits, err := h.Experts.Fits(r.Context(), c.ID, []string{p.Expert.ID})
		if err != nil {
			return err
		}
		f := fits[p.Expert.ID]
		p.Calls = append(p.Calls, option{Value: c.ID, Label: p.T("expert.fit", "Call", c.Title.In(p.Lang), "Tied", f.Conflicts, "All", f.Applications)})
	}
	return nil
}

func (h *handler) setState(r *http.Request, id string) error {
	reason := r.PostFormValue("reason")
	switch r.PostFormValue("do") {
	case expert.Resting:
		return h.Experts.Rest(r.Context(), id, reason)
	case expert.Active:
		return h.Experts.Activate(r.Context(), id, reason)
	case expert.Left:
		return h.Experts.Leave(r.Context(), id, reason)
	}
	return errs.InvalidField("do", "expert.no_decision")
}

func (h *handler) attach(r *http.Request, id string) error {
	_, err := h.Experts.Attach(r.Context(), id, r.PostFormValue("login"))
	return err
}

func (h *handler) invite(r *http.Request, id string) error {
	days, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("days")))
	if err != nil {
		days = 0 // refused with the bounds
	}
	_, err = h.Experts.Invite(r.Context(), id, r.PostFormValue("call"), days)
	return err
}

func (h *handler) decide(r *http.Request, _ string) error {
	ctx, edge, reason := r.Context(), r.PathValue("edge"), r.PostFormValue("reason")
	switch r.PostFormValue("do") {
	case "hold":
		return h.Experts.Hold(ctx, edge, reason)
	case "clear":
		return h.Experts.Clear(ctx, edge, reason)
	case "end":
		return h.Experts.End(ctx, edge, r.PostFormValue("day"), reason)
	case "unpin":
		return h.Experts.Unpin(ctx, edge, reason)
	}
	return errs.InvalidField("do", "expert.no_decision")
}

func (h *handler) pin(r *http.Request, id string) error {
	e, err := h.named(r)
	if err != nil {
		return err
	}
	e.ExpertID, e.Kind, e.State = id, r.PostFormValue("kind"), r.PostFormValue("state")
	_, err = h.Experts.Pin(r.Context(), e)
	return err
}

// named reads what an edge leads to: an institution by its code, or else an
// area, and the reason.
func (h *handler) named(r *http.Request) (expert.Edge, error) {
	e := expert.Edge{Reason: r.PostFormValue("reason")}
	id, err := h.orgID(r.Context(), "org", r.PostFormValue("org"))
	if err != nil || id != "" {
		e.Subject, e.SubjectID = expert.SubjectOrg, id
		return e, err
	}
	at, err := h.areaID("area", r.PostFormValue("area"))
	if err == nil && at == 0 {
		err = errs.InvalidField("org", "expert.no_subject")
	}
	e.Subject, e.SubjectID = expert.SubjectArea, strconv.FormatInt(at, 10)
	return e, err
}
