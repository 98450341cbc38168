package statistichttp

import (
	"cmp"
	"slices"

	"xuedu/internal/statistic"
	"xuedu/internal/statistic/rule"
)

// gridCell is a cell with what its template needs of page and column.
type gridCell struct {
	P   page
	C   cell
	Col col
}

// GridCell gives the template of a cell what it needs.
func (p page) GridCell(c cell, of col) gridCell { return gridCell{p, c, of} }

// More is the small line under a cell: where its value comes from, or what it
// was last period.
func (g gridCell) More() string {
	switch {
	case g.C.Kind == "" && g.C.Origin == "derived":
		return g.P.T("returns.origin.derived")
	case g.C.Kind == "" && g.C.Origin == "summed":
		return g.P.T("returns.origin.summed")
	case g.C.Noted > 0:
		return g.P.T("returns.noted", "N", g.C.Noted)
	case g.C.Last != "":
		return g.P.T("returns.last", "Value", g.C.Last)
	case g.C.Origin == "carried":
		return g.P.T("returns.origin.carried")
	}
	return g.P.T("returns.note.link")
}

// gridSay is a remark with what its template needs of the page.
type gridSay struct {
	P page
	S say
}

// GridSay gives the template of a remark what it needs.
func (p page) GridSay(s say) gridSay { return gridSay{p, s} }

// Word says of what kind a remark is, so that colour is not the only sign.
func (g gridSay) Word() string { return g.P.T("returns.say." + g.S.Kind) }

// Width is the number of columns of the table.
func (g grid) Width() int { return len(g.Cols) + 1 }

// Key names a cell in the form that sends cells back.
func (c cell) Key() string { return c.Name[len("c:"):] }

// Desk names whose turn it is.
func (p page) Desk(r statistic.Return) string {
	if r.Desk == "" {
		return ""
	}
	return p.T("returns.desk." + r.Desk)
}

// noteLine is a remark on the whole sheet or on a cell.
type noteLine struct{ Text, Kind, By, At, Where, Href string }

// Notes lists what was said, the newest first.
func (p sheetPage) Notes() []noteLine {
	all := slices.Clone(p.S.Notes)
	slices.SortFunc(all, func(a, b statistic.Note) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.ID, b.ID))
	})
	var list []noteLine
	for _, n := range all {
		l := noteLine{Text: n.Text, Kind: p.T("returns.note.kind." + n.Kind), By: p.who(n.By), At: p.DateTime(n.At)}
		if n.Key != (rule.Key{}) {
			l.Where, l.Href = p.cellName(p.S, n.Key), cellHref(p.S.ID, n.Key)
		}
		list = append(list, l)
	}
	return list
}

// cellName names a cell by its row and field.
func (p page) cellName(s statistic.Sheet, k rule.Key) string {
	row := ""
	for _, r := range s.Rows {
		if r.Code == k.Row {
			row = r.Name
		}
	}
	f, _ := fieldOf(s, k.Field)
	return gridder{p: p}.label(line{Name: row}, f)
}

// eventLine is a step in the life of a return.
type eventLine struct {
	What, When, By, Reason string
	Last                   bool
}

// reminders are events that move nothing.
var reminders = []string{"prompt", "remind", "escalate"}

// Events tells the life of the return, the latest last.
func (p sheetPage) Events() []eventLine {
	flow := flowOf(p.S.Collection.Form.Form)
	var list []eventLine
	for _, e := range p.S.Events {
		what := p.moveName(flow, e.Move) + p.T("returns.to", "State", p.state(flow, e.To))
		if slices.Contains(reminders, e.Move) {
			what = p.T("returns.event." + e.Move)
		}
		list = append(list, eventLine{What: what, When: p.DateTime(e.At), By: p.who(e.By), Reason: e.Reason})
	}
	now := eventLine{What: p.State(p.S.Return), Last: true}
	if p.S.Desk != "" {
		now.When = p.T("returns.desk_since", "Desk", p.Desk(p.S.Return), "Time", p.DateTime(p.S.Since))
	}
	return append(list, now)
}
