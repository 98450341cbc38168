package decidehttp

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/decide"
	"xuedu/internal/pack"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// pageRows is how many lines of a result are shown at once.
const pageRows = 100

// resultPage is the order of a call with what is still to be done.
type resultPage struct {
	page
	Call                accredit.Call
	Rows                []row
	All, In             int
	Show, Sort, Q       string
	State               string // of applications, "" = any
	District            int64  // 0 = any
	Districts           []int64
	States              []string
	Prev, Next          int
	Ties                [][]string
	Frozen              bool // a draw of the ties waits for its value
	Grey                int  // near the line and not read again
	Meeting             *decide.Meeting
	Candidates          []decide.Member
	Approval, Document  decide.Paper
	MayManage, MayApply bool
	MayDecide           bool
	Late                []accredit.Application // waiting after the call went on
}

// row is one application of the order.
type row struct {
	decide.Outcome
	App     accredit.Application
	Votes   string
	Flagged bool
}

func (h *handler) result(w http.ResponseWriter, r *http.Request) error {
	return h.showResult(w, r, nil)
}

func (h *handler) showResult(w http.ResponseWriter, r *http.Request, fault error) error {
	ctx := r.Context()
	p := &resultPage{page: h.page(r, ui.Desk, "decide.result", fault), Show: r.FormValue("show"), Sort: r.FormValue("sort"), Q: form(r, "q")}
	p.Page = p.Page.In("nav.calls")
	p.State = r.FormValue("state")
	p.District, _ = strconv.ParseInt(r.FormValue("district"), 10, 64)
	var err error
	if p.Call, err = h.Calls.Call(ctx, r.PathValue("id")); err != nil {
		return err
	}
	list, err := h.rows(r, p)
	if err != nil {
		return err
	}
	p.cut(r, list)
	p.MayManage, p.MayDecide = h.Can(ctx, Manage), h.Can(ctx, Decide)
	if err := h.todo(r, p); err != nil {
		return err
	}
	return web.Render(w, r, code(fault), resultView, p)
}

// rows joins outcomes with applications and votes.
func (h *handler) rows(r *http.Request, p *resultPage) ([]row, error) {
	ctx := r.Context()
	outcomes, err := h.Decisions.Outcomes(ctx, p.Call.ID)
	if err != nil {
		return nil, err
	}
	apps, err := h.Calls.OfCall(ctx, p.Call.ID)
	if err != nil {
		return nil, err
	}
	by := make(map[string]accredit.Application, len(apps))
	for _, a := range apps {
		by[a.ID] = a
		if a.State == "approving" && (p.Call.State == "decided" || p.Call.State == "closed") {
			p.Late = append(p.Late, a)
		}
	}
	if p.Meeting, err = h.lastMeeting(r, p.Call.ID); err != nil {
		return nil, err
	}
	list := make([]row, 0, len(outcomes))
	for _, o := range outcomes {
		x := row{Outcome: o, App: by[o.ApplicationID]}
		if p.Meeting != nil && p.Meeting.Votes[o.ApplicationID] != nil {
			t := p.Meeting.Tally(o.ApplicationID)
			x.Votes = strconv.Itoa(t.Yes) + " / " + strconv.Itoa(p.Meeting.Present()-t.Recused)
		}
		if o.Grey && o.Second == "" && x.App.State == "deliberation" {
			p.Grey++
		}
		p.All++
		if o.In {
			p.In++
		}
		list = append(list, x)
	}
	return list, nil
}

func (h *handler) lastMeeting(r *http.Request, callID string) (*decide.Meeting, error) {
	list, err := h.Decisions.Meetings(r.Context(), callID)
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Kind == decide.Deliberation && list[i].State != decide.MeetingVoid {
			return &list[i], err
		}
	}
	return nil, err
}

// cut filters, sorts and pages the lines.
func (p *resultPage) cut(r *http.Request, list []row) {
	p.choices(list)
	list = slices.DeleteFunc(list, func(x row) bool {
		if p.District != 0 && x.App.District != p.District || p.State != "" && x.App.State != p.State {
			return true
		}
		if p.Q != "" && !strings.Contains(x.App.Title, p.Q) && !strings.Contains(x.App.Code, p.Q) {
			return true
		}
		return p.Show == "in" && !x.In || p.Show == "out" && x.In || p.Show == "grey" && !x.Grey || p.Show == "changed" && x.Decision == ""
	})
	switch p.Sort {
	case "final":
		slices.SortStableFunc(list, func(a, b row) int { return cmp.Compare(number(b.Final), number(a.Final)) })
	case "district":
		t := p.h.Tree()
		at := func(x row) int { n, _ := t.ByID(x.App.District); return int(n) }
		slices.SortStableFunc(list, func(a, b row) int { return cmp.Compare(at(a), at(b)) })
	case "code":
		slices.SortStableFunc(list, func(a, b row) int { return strings.Compare(a.App.Code, b.App.Code) })
	case "spread":
		slices.SortStableFunc(list, func(a, b row) int { return cmp.Compare(number(b.Spread), number(a.Spread)) })
	}
	from, to, prev, next := window(r, len(list))
	p.Rows, p.Prev, p.Next = list[from:to], prev, next
}

// choices finds what the lines can be cut by.
func (p *resultPage) choices(list []row) {
	for _, x := range list {
		if !slices.Contains(p.Districts, x.App.District) {
			p.Districts = append(p.Districts, x.App.District)
		}
		if !slices.Contains(p.States, x.App.State) {
			p.States = append(p.States, x.App.State)
		}
	}
	slices.Sort(p.Districts)
	slices.Sort(p.States)
}

// StateName names a state of applications as the frozen workflow of the call does.
func (p *resultPage) StateName(code string) string {
	for _, st := range p.Call.Rules.Workflows["application"].States {
		if st.Code == code {
			return pack.Text(st.Name).In(p.Lang)
		}
	}
	return code
}

func number(s string) float64 {
	n, _ := strconv.ParseFloat(s, 64) // only for the order of lines
	return n
}

// todo finds what the call's state asks for.
func (h *handler) todo(r *http.Request, p *resultPage) (err error) {
	ctx := r.Context()
	if p.Call.State == "deliberating" {
		if p.Ties, err = h.Decisions.TiesShown(ctx, p.Call); err != nil {
			return err
		}
		if p.Frozen, err = h.Decisions.TieFrozen(ctx, p.Call.ID); err != nil {
			return err
		}
		if p.Meeting == nil {
			if p.Candidates, err = h.Candidates(ctx, p.Call.ID); err != nil {
				return err
			}
		}
	}
	if p.Approval, err = h.Decisions.Paper(ctx, p.Call.ID, decide.Approval); err != nil {
		return err
	}
	p.Document, err = h.Decisions.Paper(ctx, p.Call.ID, decide.Document)
	return err
}

func (h *handler) back(r *http.Request) string { return "/desk/calls/" + r.PathValue("id") + "/result" }

func (h *handler) again(w http.ResponseWriter, r *http.Request) func(error) error {
	return func(err error) error { return h.showResult(w, r, err) }
}

func (h *handler) tie(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	return act(w, r, func() (err error) {
		if v := form(r, "value"); v != "" {
			return h.Decisions.DrawTie(r.Context(), id, v)
		}
		_, err = h.Decisions.FreezeTie(r.Context(), id, form(r, "rule"))
		return err
	}, h.back(r), h.again(w, r))
}

func (h *handler) approval(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, func() error { return h.Decisions.RecordApproval(r.Context(), r.PathValue("id"), paperOf(r)) }, h.back(r), h.again(w, r))
}

func (h *handler) document(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, func() error { return h.Decisions.RecordDocument(r.Context(), r.PathValue("id"), paperOf(r)) }, h.back(r), h.again(w, r))
}

func (h *handler) late(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, func() error {
		return h.Decisions.ApproveLate(r.Context(), r.PathValue("id"), form(r, "application"), form(r, "number"))
	}, h.back(r), h.again(w, r))
}

func paperOf(r *http.Request) decide.Paper {
	return decide.Paper{Number: form(r, "number"), Day: form(r, "day"), Note: form(r, "note")}
}

// onePage is one application of the order.
type onePage struct {
	page
	Call accredit.Call
	row
	MayManage bool
	Estimate  decide.Estimate // advisory; N 0 = none
}

func (h *handler) one(w http.ResponseWriter, r *http.Request) error { return h.showOne(w, r, nil) }

func (h *handler) showOne(w http.ResponseWriter, r *http.Request, fault error) error {
	rp := &resultPage{page: h.page(r, ui.Desk, "decide.one", fault)}
	var err error
	if rp.Call, err = h.Calls.Call(r.Context(), r.PathValue("id")); err != nil {
		return err
	}
	list, err := h.rows(r, rp)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(x row) bool { return x.ApplicationID == r.PathValue("application") })
	if i < 0 {
		return notFound()
	}
	p := &onePage{page: rp.page, Call: rp.Call, row: list[i], MayManage: h.Can(r.Context(), Manage) && rp.Call.State == "deliberating"}
	p.Page = p.Page.In("nav.calls")
	a, err := h.Decisions.Advise(r.Context(), p.Call)
	if err != nil {
		return err
	}
	p.Estimate = a.Of[p.ApplicationID]
	return web.Render(w, r, code(fault), oneView, p)
}

func (h *handler) note(w http.ResponseWriter, r *http.Request) error {
	ctx, call, app := r.Context(), r.PathValue("id"), r.PathValue("application")
	return act(w, r, func() error {
		switch r.FormValue("what") {
		case "second":
			return h.Decisions.Read(ctx, call, app, form(r, "second"), form(r, "reason"))
		case "explain":
			return h.Decisions.Explain(ctx, call, app, form(r, "reason"))
		}
		return h.Decisions.Say(ctx, call, app, form(r, "sentence"))
	}, r.URL.Path, func(err error) error { return h.showOne(w, r, err) })
}

// Shows and Sorts are what the list can be cut and ordered by.
func (p resultPage) Shows() []string { return []string{"all", "in", "out", "grey", "changed"} }

// Sorts are the orders of the list.
func (p resultPage) Sorts() []string { return []string{"place", "final", "code", "spread", "district"} }
