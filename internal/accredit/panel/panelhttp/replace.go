package panelhttp

import (
	"net/http"
	"slices"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/panel"
	"xuedu/internal/errs"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// replacePage is about one assignment: to give it to somebody else.
type replacePage struct {
	page
	A       panel.Assignment
	Name    string // of the expert
	State   string
	Choices []seatRow
	Kinds   []kind
	Manage  bool
}

// kind is a kind of tie.
type kind struct{ Code, Text string }

func (h *handler) replace(w http.ResponseWriter, r *http.Request) error {
	p, err := h.replacePage(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, replaceView, p)
}

func (h *handler) replacePage(r *http.Request) (p replacePage, err error) {
	if p.A, err = h.Panels.OfOffice(r.Context(), r.PathValue("id")); err != nil {
		return p, err
	}
	if p.page, err = h.page(r, "desk", p.A.CallID, "panel.replace.title"); err != nil {
		return p, err
	}
	b, err := h.Panels.Board(r.Context(), p.A.CallID)
	if err != nil {
		return p, err
	}
	p.Name, p.State, p.Manage = b.Experts[p.A.ExpertID].Name, p.T("panel.state."+p.A.State), p.Can(r, accredit.PermManage)
	for _, st := range b.Choices(p.A) {
		e := b.Experts[st.ExpertID]
		p.Choices = append(p.Choices, seatRow{Seat: st, Name: e.Name, Categories: p.Categories(e.Categories)})
	}
	for _, k := range p.Call.Rules.Programme.Conflict.Kinds {
		p.Kinds = append(p.Kinds, kind{k, p.T("expert.kind." + k)})
	}
	return p, nil
}

func (h *handler) change(w http.ResponseWriter, r *http.Request) error {
	p, err := h.replacePage(r)
	if err != nil {
		return err
	}
	reason := r.PostFormValue("reason")
	switch ctx := r.Context(); r.PostFormValue("act") {
	case "recuse":
		err = h.Panels.Recuse(ctx, p.A.ID, r.PostFormValue("kind"), reason)
	case "dismiss":
		err = h.Panels.Dismiss(ctx, p.A.ID, reason)
	case "swap":
		err = h.Panels.Swap(ctx, p.A.ID, r.PostFormValue("expert"), reason)
	default:
		err = errs.InvalidField("act", "panel.choose")
	}
	if err == nil {
		http.Redirect(w, r, "/desk/calls/"+p.A.CallID+"/panel", http.StatusSeeOther)
		return nil
	}
	status, err := p.refuse(err)
	if err != nil {
		return err
	}
	return web.Render(w, r, status, replaceView, p)
}

// seatsPage asks an expert to take a seat.
type seatsPage struct {
	page
	Seats []mine
}

type mine struct {
	panel.Seat
	Call accredit.Call
	Name string // of the call
	Held bool
}

func (h *handler) seats(w http.ResponseWriter, r *http.Request) error {
	p, err := h.seatsPage(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, seatsView, p)
}

func (h *handler) seatsPage(r *http.Request) (p seatsPage, err error) {
	p.page = page{Page: ui.NewPage(r, ui.Review, "panel.seats.title")}
	list, err := h.Panels.MySeats(r.Context())
	if err != nil {
		return p, err
	}
	for _, st := range list {
		c, err := h.Calls.Call(r.Context(), st.CallID)
		if err != nil {
			return p, err
		}
		p.Seats = append(p.Seats, mine{st, c, c.Title.In(p.Lang), st.State == panel.Seated})
	}
	return p, nil
}

func (h *handler) answer(w http.ResponseWriter, r *http.Request) error {
	a := panel.Answer{CallID: r.PathValue("id"), Yes: r.PostFormValue("yes") == "1", Reason: r.PostFormValue("reason")}
	err := h.Panels.Answer(r.Context(), a)
	if err == nil {
		http.Redirect(w, r, "/review/seats", http.StatusSeeOther)
		return nil
	}
	p, bad := h.seatsPage(r)
	if bad != nil {
		return bad
	}
	status, err := p.refuse(err)
	if err != nil {
		return err
	}
	return web.Render(w, r, status, seatsView, p)
}

// publicPage shows who sat on a panel, once it is decided.
type publicPage struct {
	page
	C  panel.Composition
	By []bound
}

func (h *handler) public(w http.ResponseWriter, r *http.Request) error {
	c, err := h.Calls.CallByCode(r.Context(), r.PathValue("code"))
	if err != nil {
		return err
	}
	p := publicPage{}
	if p.page, err = h.page(r, ui.Public, c.ID, "panel.public.title"); err != nil {
		return err
	}
	if p.C, err = h.Panels.Composition(r.Context(), c.ID); err != nil {
		return err
	}
	for _, k := range c.Rules.Programme.Panel.Categories {
		p.By = append(p.By, bound{Name: k.Name.In(p.Lang), Have: p.C.By[k.Code]})
	}
	p.By = slices.DeleteFunc(p.By, func(b bound) bool { return b.Have == 0 })
	return web.Render(w, r, http.StatusOK, publicView, p)
}
