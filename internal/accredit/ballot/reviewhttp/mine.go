package reviewhttp

import (
	"cmp"
	"net/http"
	"slices"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/ballot"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

var mineView = view("mine")

// minePage is what an expert owes, by call, what is due first before.
type minePage struct {
	page
	Meetings []Link
	Waits    []ui.Link
	Calls    []dutyCall
	Owed     int // assignments that are not submitted
}

// dutyCall is a call with what an expert has of it.
type dutyCall struct {
	Call accredit.Call
	Name string
	Due  string // of what is still owed; "" when nothing is
	Rows []dutyRow
}

type dutyRow struct {
	ballot.Duty
	Href, Discuss string
	Open          bool
}

func (h *handler) mine(w http.ResponseWriter, r *http.Request) error {
	p := minePage{page: h.page(r, "review.mine.title")}
	list, err := h.Ballots.Mine(r.Context())
	if err != nil {
		return err
	}
	for _, d := range list {
		if n := len(p.Calls); n == 0 || p.Calls[n-1].Call.ID != d.CallID {
			p.Calls = append(p.Calls, dutyCall{Call: d.Call, Name: d.Call.Title.In(p.Lang)})
		}
		row := dutyRow{Duty: d, Href: base(d.ID), Open: d.State == ballot.Open}
		if d.Discussion != "" {
			row.Discuss = base(d.ID) + "/discussion"
		}
		if row.Open || d.Discussion == ballot.DiscussionOpen {
			p.Owed++
			p.Calls[len(p.Calls)-1].Due = d.Due
		}
		c := &p.Calls[len(p.Calls)-1]
		c.Rows = append(c.Rows, row)
	}
	slices.SortStableFunc(p.Calls, func(a, b dutyCall) int { return cmp.Compare(cmp.Or(a.Due, "9999"), cmp.Or(b.Due, "9999")) })
	if h.Meetings != nil {
		if p.Meetings, err = h.Meetings(r.Context(), p.Lang); err != nil {
			return err
		}
	}
	if h.Waits != nil {
		if p.Waits, err = h.Waits(r); err != nil {
			return err
		}
	}
	return web.Render(w, r, http.StatusOK, mineView, p)
}
