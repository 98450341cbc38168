package panelhttp

import (
	"net/http"
	"slices"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/assign"
	"xuedu/internal/accredit/panel"
	"xuedu/internal/web"
)

// assignPage shows an assignment before it is confirmed.
type assignPage struct {
	page
	X       panel.Proposal
	Seats   []seatRow
	Low     int // lowest and highest load
	High    int
	Lacking []accredit.Application // that lack experts together
	Linked  []link
	Across  []across // proposed scores across
	Manage  bool
}

type link struct{ Names, Shared string }

// across is a score that would link parts of the panel.
type across struct{ Seat, Application string }

func (h *handler) propose(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	p := assignPage{}
	var err error
	if p.page, err = h.page(r, "desk", id, "panel.assign.title"); err != nil {
		return err
	}
	p.Manage = p.Can(r, accredit.PermManage)
	seed, err := h.Panels.Seed(r.Context(), id)
	if err == nil {
		p.X, err = h.Panels.Assign(r.Context(), id, seed)
	}
	if err != nil {
		status, err := p.refuse(err)
		if err != nil {
			return err
		}
		return web.Render(w, r, status, assignView, p)
	}
	p.fill()
	return web.Render(w, r, http.StatusOK, assignView, p)
}

func (p *assignPage) fill() {
	for i, st := range p.X.Seats {
		e := p.X.Experts[st.ExpertID]
		st.Panel = p.X.Problem.Experts[i].Panel
		p.Seats = append(p.Seats, seatRow{Seat: st, Name: e.Name, Categories: p.Categories(e.Categories), Load: p.X.Loads[i]})
	}
	if len(p.X.Loads) > 0 {
		p.Low, p.High = slices.Min(p.X.Loads), slices.Max(p.X.Loads)
	}
	if l := p.X.Lack; l != nil {
		for _, a := range l.Applications {
			p.Lacking = append(p.Lacking, p.X.Applications[a])
		}
	}
	for _, x := range p.X.Meter.Links {
		p.Linked = append(p.Linked, link{p.T("panel.link", "A", x.A, "B", x.B), p.T("panel.link.shared", "N", x.Shared)})
	}
	for _, x := range p.X.Meter.Proposed {
		p.Across = append(p.Across, across{p.X.Seats[x[0]].Code(), p.X.Applications[x[1]].Code})
	}
}

// Why says in words why there is no assignment.
func (p assignPage) Why() string {
	switch l := p.X.Lack; {
	case l == nil:
		return ""
	case l.Apart:
		return p.T("panel.lack.apart")
	case l.Category != "":
		return p.T("panel.lack.category", "N", len(l.Applications), "Category", p.Category(l.Category), "Need", l.Need, "Have", l.Have)
	default:
		return p.T("panel.lack.any", "N", len(l.Applications), "Need", l.Need, "Have", l.Have)
	}
}

// Lack is why there is no assignment, nil if there is one.
func (p assignPage) Lack() *assign.Lack { return p.X.Lack }
