package experthttp

import (
	"net/http"
	"strings"

	"xuedu/internal/accredit/expert"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// invitation is one as it is shown.
type invitation struct {
	expert.Invitation
	To, StateName, ReasonName, SentDay string
	Text                               []string // paragraphs of the terms
	Open                               bool
}

type invitesPage struct {
	ui.Page
	Problem     *problem
	Done        bool
	Invitations []invitation
	Reasons     []option
}

// invited lists the invitations of an expert. Of the call its title is shown,
// and nothing of who applies.
func (h *handler) invited(r *http.Request, p ui.Page, expertID string) ([]invitation, error) {
	list, err := h.Experts.Invitations(r.Context(), expertID)
	if err != nil {
		return nil, err
	}
	var out []invitation
	for _, inv := range list {
		x := invitation{Invitation: inv, To: p.T("expert.to_pool"), StateName: p.T("expert.invited." + inv.State), Open: inv.State == expert.Sent}
		x.Text, x.SentDay = strings.Split(p.T(inv.TermsKey), "\n"), p.DateTime(inv.SentAt)
		if inv.Reason != "" {
			x.ReasonName = p.T("expert.reason." + inv.Reason)
		}
		if inv.CallID != "" {
			c, err := h.Calls.Call(r.Context(), inv.CallID)
			if err != nil {
				return nil, err
			}
			x.To = c.Title.In(p.Lang)
		}
		out = append(out, x)
	}
	return out, nil
}

func (h *handler) invitations(w http.ResponseWriter, r *http.Request) error {
	return h.renderInvites(w, r, http.StatusOK, nil)
}

func (h *handler) renderInvites(w http.ResponseWriter, r *http.Request, status int, bad *problem) error {
	me, err := h.Experts.Me(r.Context())
	if err != nil {
		return err
	}
	p := invitesPage{Page: ui.NewPage(r, ui.Review, "expert.invitations").In("nav.invitations"), Problem: bad, Done: r.URL.Query().Has("done")}
	if p.Invitations, err = h.invited(r, p.Page, me.ID); err != nil {
		return err
	}
	for _, c := range expert.Reasons {
		p.Reasons = append(p.Reasons, option{Value: c, Label: p.T("expert.reason." + c)})
	}
	return web.Render(w, r, status, invitesView, p)
}

func (h *handler) answer(w http.ResponseWriter, r *http.Request) error {
	v := r.PostFormValue
	err := h.Experts.Answer(r.Context(), r.PathValue("id"), expert.Answer{Accept: v("do") == "accept", Terms: v("terms"), Reason: v("reason"), Note: v("note")})
	if err == nil {
		http.Redirect(w, r, "/review/invitations?done=1", http.StatusSeeOther)
		return nil
	}
	bad, ok := wrong(ui.NewPage(r, ui.Review, "expert.invitations"), err)
	if !ok {
		return err
	}
	return h.renderInvites(w, r, http.StatusUnprocessableEntity, bad)
}

type mePage struct {
	ui.Page
	Expert     expert.Expert
	Categories string
	Work, Home string
	Problem    *problem
	Done       bool
	Ties       []tie
	Org, Area  string
	Reason     string
}

func (h *handler) me(w http.ResponseWriter, r *http.Request) error {
	return h.renderMe(w, r, http.StatusOK, nil)
}

func (h *handler) renderMe(w http.ResponseWriter, r *http.Request, status int, bad *problem) error {
	e, err := h.Experts.Me(r.Context())
	if err != nil {
		return err
	}
	p := mePage{Page: ui.NewPage(r, ui.Review, "expert.me").In("nav.me"), Expert: e, Problem: bad, Done: r.URL.Query().Has("done")}
	p.Categories, p.Work, p.Home = h.categoryNames(p.Page, e.Categories), h.areaName(e.WorkArea, p.Lang), h.areaName(e.HomeArea, p.Lang)
	if bad != nil {
		p.Org, p.Area, p.Reason = r.PostFormValue("org"), r.PostFormValue("area"), r.PostFormValue("reason")
	}
	edges, err := h.Experts.EdgesOf(r.Context(), e.ID)
	if err != nil {
		return err
	}
	for _, x := range edges {
		if x.Subject != expert.SubjectApplication { // those are told where they were declared
			p.Ties = append(p.Ties, h.tie(r.Context(), p.Page, x, nil))
		}
	}
	return web.Render(w, r, status, meView, p)
}

// declare takes an expert's own word about an institution or an area.
func (h *handler) declare(w http.ResponseWriter, r *http.Request) error {
	e, err := h.named(r)
	if err == nil {
		e.Kind = r.PostFormValue("kind")
		_, err = h.Experts.Declare(r.Context(), e)
	}
	if err == nil {
		http.Redirect(w, r, "/review/me?done=1", http.StatusSeeOther)
		return nil
	}
	bad, ok := wrong(ui.NewPage(r, ui.Review, "expert.me"), err)
	if !ok {
		return err
	}
	return h.renderMe(w, r, http.StatusUnprocessableEntity, bad)
}
