package statistichttp

import (
	"cmp"
	"strings"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/formula"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/statistic"
	"xuedu/internal/workflow"
)

// The workflows of returns, of summaries, and of collections.
const (
	returnFlow     = "return"
	summaryFlow    = "summary"
	collectionFlow = "collection"
)

// flowOf is the workflow that a return of a form goes through.
func flowOf(f pack.Form) string {
	if f.SummaryOf != "" {
		return summaryFlow
	}
	return returnFlow
}

// flow is the definition of a workflow of the pack; empty where there is none.
func (p page) flow(code string) workflow.Definition {
	if p.h != nil {
		for _, w := range p.h.Pack().Workflows {
			if w.Code == code {
				return w
			}
		}
	}
	return workflow.Definition{}
}

// state names a state of a workflow.
func (p page) state(flow, code string) string {
	for _, s := range p.flow(flow).States {
		if s.Code == code {
			return cmp.Or(pack.Text(s.Name).In(p.Lang), code)
		}
	}
	return code
}

// State names the state that a return is in.
func (p page) State(r statistic.Return) string {
	return p.state(flowOf(r.Collection.Form.Form), r.State)
}

// StateTag is the class of the tag of a state: what waits for the reader is
// marked, what is finished is filled.
func (p page) StateTag(r statistic.Return, mine bool) string {
	switch {
	case r.Open > 0 || r.Stale:
		return "xd-tag--warn"
	case mine:
		return "xd-tag--go"
	case r.Desk == "":
		return "xd-tag--done"
	}
	return "xd-tag--off"
}

// moveName names a move of a workflow, as its button does.
func (p page) moveName(flow, code string) string {
	for _, m := range p.flow(flow).Moves {
		if m.Code == code {
			return cmp.Or(pack.Text(m.Name).In(p.Lang), code)
		}
	}
	return code
}

// Place names an area by its id.
func (p page) Place(id int64) string {
	if a := p.area(id); a != nil {
		return a.In(p.Lang)
	}
	return ""
}

// PlacePath names an area with its street and district, without the city.
func (p page) PlacePath(id int64) string {
	if p.h == nil {
		return ""
	}
	t := p.h.Tree()
	n, ok := t.ByID(id)
	if !ok {
		return ""
	}
	var names []string
	for _, i := range t.Path(n) {
		if t.Parent(i) >= 0 || i == n {
			names = append(names, t.At(i).In(p.Lang))
		}
	}
	return strings.Join(names, " ")
}

func (p page) area(id int64) *area.Area {
	if p.h == nil {
		return nil
	}
	t := p.h.Tree()
	if n, ok := t.ByID(id); ok {
		return t.At(n)
	}
	return nil
}

// Period names a period: 2026年第三季度.
func (p page) Period(d period.Period) string { return figureview.PeriodName(p.Page, d) }

// Stage names the kind and span of a form's figures: as at a day, or over a time.
func (p page) Stage(f pack.Form, d period.Period) string {
	if f.Kind == "point" {
		return p.T("returns.at_day", "Day", p.Date(d.To.Time()))
	}
	return p.Date(d.From.Time()) + "—" + p.Date(d.To.Time())
}

// DayOf prints a day "2026-10-16"; "" stays.
func (p page) DayOf(day string) string {
	t := dateOf(day)
	if t.IsZero() {
		return day
	}
	return p.Date(t)
}

func dateOf(day string) time.Time {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}
	}
	return t
}

// today is the day in the city.
func (h *handler) today() time.Time { return h.dayOf(h.Now()) }

// dayOf is the day of an instant in the city.
func (h *handler) dayOf(t time.Time) time.Time {
	if h.Zone != nil {
		t = t.In(h.Zone)
	}
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// Left counts the working days up to a day; negative = late by so many.
func (p page) Left(day string) int {
	t := dateOf(day)
	if p.h == nil || t.IsZero() {
		return 0
	}
	return p.h.Days().Between(p.h.today(), t)
}

// Late reports whether a day is over.
func (p page) Late(day string) bool {
	t := dateOf(day)
	return p.h != nil && !t.IsZero() && t.Before(p.h.today())
}

// DueIn says how much time there is: 剩 4 个工作日, 逾期 2 个工作日.
func (p page) DueIn(day string) string {
	n := p.Left(day)
	switch {
	case dateOf(day).IsZero():
		return p.T("returns.due.none")
	case p.Late(day):
		return p.T("returns.due.late", "N", max(1, -n))
	case n == 0:
		return p.T("returns.due.today")
	}
	return p.T("returns.due.in", "N", n)
}

// Unit names a unit of the pack; a code it does not know stays.
func (p page) Unit(code string) string {
	if p.h == nil || code == "" {
		return code
	}
	for _, u := range p.h.Pack().Indicators.Units {
		if u.Code == code {
			return u.Name.In(p.Lang)
		}
	}
	return code
}

// CellState names one of the six states of a cell.
func (p page) CellState(s formula.State) string { return p.T("figure.state." + s.String()) }

// legend explains the states that a sheet may show.
type legendItem struct {
	Cell figureview.Cell
	Text string
}

// Legend lists the six states with their marks.
func (p page) Legend() []legendItem {
	var list []legendItem
	for _, s := range []formula.State{formula.Value, formula.Nil, formula.NotApplicable, formula.NotReported, formula.Withheld, formula.NotComputable} {
		c := shownState(p, s)
		if s == formula.Value {
			c.Text, c.Exact = "1,284", "1284"
		}
		list = append(list, legendItem{Cell: c, Text: p.T("returns.legend." + s.String())})
	}
	return list
}

// Level names a level of areas.
func (p page) Level(l area.Level) string { return figureview.LevelName(p.Page, l) }

// Count prints how many there are: 7,535.
func (p page) Count(n int) string { return p.Num(int64(n)) }

// Part names a part of the signing: preparer, reviewer, head.
func (p page) Part(code string) string { return p.T("returns.part." + code) }
