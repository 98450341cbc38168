package statistichttp

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"xuedu/internal/statistic"
	"xuedu/internal/web"
)

var mineView = view("mine", "rows")

// minePage lists returns: those on the reader's desk, or all they may see.
type minePage struct {
	page
	Q      map[string]string
	Groups []returnGroup
	States []option
	Forms  []option
	LateN  int
	WeekN  int
	LaterN int
	Total  int
	More   int
	Which  []choice
	May    bool // sees collections
	Fills  bool // may upload workbooks
}

// choice is one of the lists that the page can show.
type choice struct {
	Text, Href string
	Here       bool
}

// returnGroup is the returns that are due at about the same time.
type returnGroup struct {
	Text string
	Act  bool
	Rows []statistic.Return
}

// mostRows is how many returns one page lists.
const mostRows = 100

// mine lists the returns on the reader's desk; which=all every return they
// may see.
func (h *handler) mine(w http.ResponseWriter, r *http.Request) error {
	p := minePage{page: h.deskPage(r, "returns.mine"), Q: map[string]string{}}
	for _, name := range []string{"which", "state", "form", "area"} {
		p.Q[name] = r.FormValue(name)
	}
	q := statistic.ReturnQuery{Mine: p.Q["which"] == "", State: p.Q["state"]}
	if n, ok := h.Tree().ByCode(p.Q["area"]); ok {
		q.AreaID = h.Tree().At(n).ID
	}
	heaps, err := h.Returns.Heaps(r.Context(), q)
	if err != nil {
		return err
	}
	p.choices(heaps)
	p.tally(heaps)
	q.Form, q.Most = p.Q["form"], mostRows
	list, err := h.Returns.Returns(r.Context(), q)
	if err != nil {
		return err
	}
	p.fill(list)
	p.May, p.Fills = p.Can(r, string(review)), p.Can(r, string(fill))
	return web.Render(w, r, http.StatusOK, mineView, p)
}

// choices are the states and forms there are among the returns, and the two
// lists.
func (p *minePage) choices(heaps []statistic.Heap) {
	for _, x := range heaps {
		if !slices.ContainsFunc(p.States, func(o option) bool { return o.Value == x.State }) {
			name := p.State(statistic.Return{Collection: x.Collection, State: x.State})
			p.States = append(p.States, option{Value: x.State, Text: name, On: p.Q["state"] == x.State})
		}
		code := x.Collection.Form.Code
		if !slices.ContainsFunc(p.Forms, func(o option) bool { return o.Value == code }) {
			p.Forms = append(p.Forms, option{Value: code, Text: x.Collection.Form.Name.In(p.Lang), On: p.Q["form"] == code})
		}
	}
	slices.SortFunc(p.Forms, func(a, b option) int { return cmp.Compare(a.Value, b.Value) })
	p.Which = []choice{{Text: p.T("returns.which.mine"), Href: "/desk/returns", Here: p.Q["which"] == ""},
		{Text: p.T("returns.which.all"), Href: "/desk/returns?which=all", Here: p.Q["which"] == "all"}}
}

// tally counts all the returns by when they are due.
func (p *minePage) tally(heaps []statistic.Heap) {
	for _, x := range heaps {
		if p.Q["form"] != "" && x.Collection.Form.Code != p.Q["form"] {
			continue
		}
		p.Total += x.N
		switch p.when(x.Due) {
		case dueLate:
			p.LateN += x.N
		case dueSoon:
			p.WeekN += x.N
		case dueLater:
			p.LaterN += x.N
		}
	}
	p.More = max(0, p.Total-mostRows)
}

// When a return is due, the most pressing first.
const (
	dueLate = iota
	dueSoon
	dueLater
	dueDone
)

// when says how pressing a day is, "" = nothing to be done.
func (p minePage) when(due string) int {
	switch {
	case due == "":
		return dueDone
	case p.Late(due):
		return dueLate
	case p.Left(due) <= 5:
		return dueSoon
	}
	return dueLater
}

// fill groups the returns that are shown by when they are due.
func (p *minePage) fill(list []statistic.Return) {
	byDue(list)
	groups := []returnGroup{{Text: p.T("returns.group.late"), Act: true}, {Text: p.T("returns.group.week")},
		{Text: p.T("returns.group.later")}, {Text: p.T("returns.group.done")}}
	for _, r := range list {
		at := dueDone
		if r.Desk != "" {
			at = p.when(r.Due)
		}
		groups[at].Rows = append(groups[at].Rows, r)
	}
	p.Groups = slices.DeleteFunc(groups, func(g returnGroup) bool { return len(g.Rows) == 0 })
}

// Href is the page of a return.
func (page) Href(r statistic.Return) string { return "/desk/returns/" + r.ID }

// Now says what is to be done with a return, in a few words.
func (p page) Now(r statistic.Return, mine bool) string {
	switch {
	case r.Open > 0:
		return p.T("returns.now.mend", "N", r.Open)
	case r.Stale:
		return p.T("returns.now.stale")
	case !mine || r.Desk == "":
		return p.T("returns.now.look")
	case r.Desk == "parent":
		return p.T("returns.now.review")
	case r.Done < r.All:
		return p.T("returns.now.fill")
	}
	return p.T("returns.now.check")
}

// Mine reports whether the list is that of the reader's desk.
func (p minePage) Mine() bool { return p.Q["which"] == "" }

// next returns the return after id on the reader's desk, "" if it is the last.
func (h *handler) next(ctx context.Context, id string) (string, error) {
	list, err := h.Returns.Returns(ctx, statistic.ReturnQuery{Mine: true, Most: 2})
	if err != nil {
		return "", err
	}
	list = slices.DeleteFunc(list, func(r statistic.Return) bool { return r.ID == id })
	if len(list) == 0 {
		return "", nil
	}
	byDue(list)
	return "/desk/returns/" + list[0].ID, nil
}
