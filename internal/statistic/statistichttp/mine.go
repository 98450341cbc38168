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
	list, err := h.Returns.Returns(r.Context(), q)
	if err != nil {
		return err
	}
	p.choices(list)
	list = slices.DeleteFunc(list, func(x statistic.Return) bool {
		return p.Q["form"] != "" && x.Collection.Form.Code != p.Q["form"]
	})
	p.fill(list)
	p.May, p.Fills = p.Can(r, string(review)), p.Can(r, string(fill))
	return web.Render(w, r, http.StatusOK, mineView, p)
}

// choices are the states and forms there are among the returns, and the two
// lists.
func (p *minePage) choices(list []statistic.Return) {
	for _, r := range list {
		if !slices.ContainsFunc(p.States, func(o option) bool { return o.Value == r.State }) {
			p.States = append(p.States, option{Value: r.State, Text: p.State(r), On: p.Q["state"] == r.State})
		}
		code := r.Collection.Form.Code
		if !slices.ContainsFunc(p.Forms, func(o option) bool { return o.Value == code }) {
			p.Forms = append(p.Forms, option{Value: code, Text: r.Collection.Form.Name.In(p.Lang), On: p.Q["form"] == code})
		}
	}
	slices.SortFunc(p.Forms, func(a, b option) int { return cmp.Compare(a.Value, b.Value) })
	p.Which = []choice{{Text: p.T("returns.which.mine"), Href: "/desk/returns", Here: p.Q["which"] == ""},
		{Text: p.T("returns.which.all"), Href: "/desk/returns?which=all", Here: p.Q["which"] == "all"}}
}

// fill groups the returns by when they are due, the most pressing first.
func (p *minePage) fill(list []statistic.Return) {
	p.Total = len(list)
	byDue(list)
	var late, soon, later, done []statistic.Return
	for _, r := range list {
		switch {
		case r.Desk == "" || r.Due == "":
			done = append(done, r)
		case p.Late(r.Due):
			late = append(late, r)
		case p.Left(r.Due) <= 5:
			soon = append(soon, r)
		default:
			later = append(later, r)
		}
	}
	p.LateN, p.WeekN, p.LaterN = len(late), len(soon), len(later)
	room := mostRows
	for _, g := range []returnGroup{{p.T("returns.group.late"), true, late}, {p.T("returns.group.week"), false, soon},
		{p.T("returns.group.later"), false, later}, {p.T("returns.group.done"), false, done}} {
		g.Rows = g.Rows[:min(room, len(g.Rows))]
		room -= len(g.Rows)
		if len(g.Rows) > 0 {
			p.Groups = append(p.Groups, g)
		}
	}
	p.More = max(0, p.Total-mostRows)
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
	list, err := h.Returns.Returns(ctx, statistic.ReturnQuery{Mine: true})
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
