package panelhttp

import (
	"net/http"
	"strconv"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/panel"
	"xuedu/internal/errs"
	"xuedu/internal/web"
)

// mostRows is how many applications the matrix shows.
const mostRows = 300

// Tags of steps.
const (
	tagDone = "xd-tag--done"
	tagAct  = "xd-tag--act"
	tagOff  = "xd-tag--off"
)

// panelPage shows where the panel of a call stands, and what is next.
type panelPage struct {
	page
	Steps     []step
	Step      string // that is next: freeze, draw, answer, assign, confirmed
	Pool      panel.Pool
	By        []bound
	Seats     []seatRow
	Draw      string // id of the draw
	Board     panel.Board
	Heads     []seatRow // of the matrix
	Rows      []row
	More      int
	Log       []panel.Assignment // ended
	Short     []panel.Short
	Plan      panel.Plan
	Confirmed bool
	Manage    bool // office
	Technical bool
}

type step struct{ Text, Note, State, Tag string }

// bound is a category with what is needed and there.
type bound struct {
	Name              string
	Least, Most, Have int
}

// seatRow is a seat with who sits on it.
type seatRow struct {
	panel.Seat
	Name, Categories, State, Tag string
	Load                         int
	Open                         bool // an answer may be noted
}

// row is an application of the matrix.
type row struct {
	accredit.Application
	Have, Need int
	Cells      []cell
}

type cell struct {
	panel.Assignment
	Tied bool
}

func (h *handler) show(w http.ResponseWriter, r *http.Request) error {
	p, err := h.panelPage(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, panelView, p)
}

func (h *handler) panelPage(r *http.Request) (p panelPage, err error) {
	id := r.PathValue("id")
	if p.page, err = h.page(r, "desk", id, "panel.title"); err != nil {
		return p, err
	}
	p.Manage, p.Technical = p.Can(r, accredit.PermManage), p.Can(r, accredit.PermCheck)
	if p.Board, err = h.Panels.Board(r.Context(), id); err != nil {
		return p, err
	}
	list, err := h.Panels.Seats(r.Context(), id)
	if err != nil {
		return p, err
	}
	if len(list) == 0 {
		if p.Pool, err = h.Panels.Pool(r.Context(), id); err != nil {
			return p, err
		}
		p.bounds()
	}
	if p.Plan, p.Confirmed, err = h.Panels.Plan(r.Context(), id); err != nil {
		return p, err
	}
	p.fill(list)
	p.steps(list)
	return p, nil
}

func (p *panelPage) bounds() {
	for _, k := range p.Call.Rules.Programme.Panel.Categories {
		p.By = append(p.By, bound{k.Name.In(p.Lang), k.Least, k.Most, p.Pool.By[k.Code]})
	}
}

// fill makes the tables of seats and applications.
func (p *panelPage) fill(list []panel.Seat) {
	load := map[string]int{}
	cells := map[[2]string]panel.Assignment{}
	for _, a := range p.Board.Given {
		if !a.Live() {
			p.Log = append(p.Log, a)
			continue
		}
		load[a.ExpertID]++
		cells[[2]string{a.ExpertID, a.ApplicationID}] = a
	}
	for _, st := range list {
		e := p.Board.Experts[st.ExpertID]
		x := seatRow{Seat: st, Name: e.Name, Categories: p.page.Categories(e.Categories), State: p.T("panel.seat." + st.State),
			Tag: seatTags[st.State], Load: load[st.ExpertID], Open: st.State == panel.Asked || st.State == panel.Seated}
		p.Draw = st.DrawID
		p.Seats = append(p.Seats, x)
		if x.Open || x.Load > 0 {
			p.Heads = append(p.Heads, x)
		}
	}
	if p.Short = p.Board.Short(); len(p.Board.Given) == 0 {
		p.Short = nil
		return
	}
	p.matrix(cells)
}

func (p *panelPage) matrix(cells map[[2]string]panel.Assignment) {
	for i, a := range p.Board.Applications {
		if i == mostRows {
			p.More = len(p.Board.Applications) - mostRows
			return
		}
		x := row{Application: a, Need: p.Call.Rules.Programme.Panel.Each}
		for _, st := range p.Heads {
			c := cell{cells[[2]string{st.ExpertID, a.ID}], p.Board.Ties.Conflicted(st.ExpertID, a.ID)}
			if c.ID != "" {
				x.Have++
			}
			x.Cells = append(x.Cells, c)
		}
		p.Rows = append(p.Rows, x)
	}
}

var seatTags = map[string]string{panel.Asked: tagAct, panel.Seated: tagDone, panel.Declined: tagOff, panel.Left: tagOff, panel.Excluded: tagOff}

// steps tells how far the panel is: what is done, what is next, what must wait.
func (p *panelPage) steps(list []panel.Seat) {
	count := map[string]int{}
	for _, st := range list {
		count[st.State]++
	}
	seats := p.Call.Rules.Programme.Panel.Seats
	done := []bool{len(list) > 0, len(list) > 0 && count[panel.Pooled] == 0,
		count[panel.Seated] >= seats && count[panel.Asked] == 0, p.Confirmed}
	for i, name := range []string{"freeze", "draw", "answer", "assign"} {
		x := step{Text: p.T("panel.step." + name), Note: p.T("panel.step."+name+".note", "N", seats), State: p.T("panel.waits"), Tag: tagOff}
		switch {
		case done[i]:
			x.State, x.Tag = p.T("panel.done"), tagDone
		case p.Step == "":
			p.Step, x.State, x.Tag = name, p.T("panel.now"), tagAct
		}
		p.Steps = append(p.Steps, x)
	}
	if p.Step == "" {
		p.Step = "confirmed"
	}
}

// act does what a form of the page asks for.
func (h *handler) act(w http.ResponseWriter, r *http.Request) error {
	id, value := r.PathValue("id"), func(name string) string { return r.PostFormValue(name) }
	var err error
	switch ctx := r.Context(); r.PathValue("act") {
	case "freeze":
		err = h.Panels.Freeze(ctx, id, value("rule"))
	case "draw":
		err = h.Panels.Draw(ctx, id, value("value"))
	case "void":
		err = h.Panels.Void(ctx, id, value("reason"))
	case "answer":
		err = h.Panels.Answer(ctx, panel.Answer{CallID: id, ExpertID: value("expert"), Yes: value("yes") == "1", Reason: value("reason")})
	case "recheck":
		err = h.Panels.Recheck(ctx, id)
	case "confirm":
		seed, bad := strconv.ParseUint(value("seed"), 10, 64)
		if bad != nil {
			return errs.New(errs.Invalid, "panel.changed")
		}
		err = h.Panels.Confirm(ctx, id, seed, value("digest"))
	default:
		return errs.New(errs.NotFound, "panel.not_found")
	}
	if err == nil {
		http.Redirect(w, r, "/desk/calls/"+id+"/panel", http.StatusSeeOther)
		return nil
	}
	p, bad := h.panelPage(r)
	if bad != nil {
		return bad
	}
	status, err := p.refuse(err)
	if err != nil {
		return err
	}
	return web.Render(w, r, status, panelView, p)
}
