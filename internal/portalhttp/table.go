package portalhttp

import (
	"xuedu/internal/area"
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/ui"
)

// areaTable shows the parts of an area in the order of their codes.
type areaTable struct {
	Caption, Sub, Head, Label string
	HasRate                   bool // some part has a population
	HasTimes                  bool // there is room for the attendances
	Rows                      []areaRow
	Total                     areaRow
	Notes                     []string
	Words                     words
}

// words head the columns.
type words struct{ People, Persons, Rate, Change, Points, Times, Visits, More string }

func newWords(p ui.Page) words {
	return words{People: figureview.Name(p, ledger.Participants), Persons: figureview.Unit(p, ledger.Participants),
		Rate: figureview.Name(p, ledger.Rate), Change: p.T("place.change"), Points: p.T("place.points"),
		Times: figureview.Name(p, ledger.Attendances), Visits: figureview.Unit(p, ledger.Attendances), More: p.T("explore.more")}
}

type areaRow struct {
	Name, Href                 string
	People, Rate, Change, Time figureview.Cell
}

// newAreaTable asks participants, rate, change on the year and attendances of
// the parts of q.Area; nil where it has none.
func newAreaTable(p ui.Page, a *asker, q ledger.Query) *areaTable {
	with := func(m ledger.Measure, d ledger.Period) ledger.Query { n := q; n.Measure, n.Period = m, d; return n }
	people := a.children(with(ledger.Participants, q.Period))
	if a.err != nil || len(people) == 0 {
		return nil
	}
	rates := byCode(a.children(with(ledger.Rate, q.Period)))
	times := byCode(a.children(with(ledger.Attendances, q.Period)))
	was := map[string]ledger.Figure{}
	last, comparable := figureview.YearBefore(q.Period)
	from, _, _ := a.Figures.Span()
	comparable = comparable && from <= last.From
	if comparable {
		was = byCode(a.children(with(ledger.Rate, last)))
	}
	t := &areaTable{Head: figureview.LevelName(p, people[0].Area.Level), Caption: p.T("place.table", "Period", figureview.PeriodName(p, q.Period)), Sub: p.T("place.parts.order"), Words: newWords(p)}
	t.Label = t.Caption
	for _, f := range people {
		code := f.Area.Code
		t.HasRate = t.HasRate || rates[code].Base > 0
		t.Rows = append(t.Rows, newAreaRow(p, f.Area, f, rates[code], was[code], times[code]))
	}
	t.total(p, a, q, last, comparable)
	t.notes(p, comparable)
	return t
}

func (t *areaTable) total(p ui.Page, a *asker, q ledger.Query, last ledger.Period, comparable bool) {
	with := func(m ledger.Measure, d ledger.Period) ledger.Query { n := q; n.Measure, n.Period = m, d; return n }
	var was ledger.Figure
	if comparable {
		was = a.one(with(ledger.Rate, last))
	}
	f := a.one(with(ledger.Participants, q.Period))
	t.Total = newAreaRow(p, f.Area, f, a.one(with(ledger.Rate, q.Period)), was, a.one(with(ledger.Attendances, q.Period)))
	t.Total.Name = p.T("place.total")
}

func (t *areaTable) notes(p ui.Page, comparable bool) {
	t.Notes = append(t.Notes, p.T("place.note.home"))
	if !t.HasRate {
		t.Notes = append(t.Notes, p.T("place.note.no_population", "Level", t.Head))
	} else if !comparable {
		t.Notes = append(t.Notes, p.T("place.note.no_year_before"))
	}
}

func newAreaRow(p ui.Page, ar *area.Area, people, rate, was, times ledger.Figure) areaRow {
	r := areaRow{People: figureview.NewCell(p, people), Rate: figureview.NewCell(p, rate),
		Change: figureview.Change(p, rate, was), Time: figureview.NewCell(p, times)}
	if ar != nil {
		r.Name, r.Href = ar.In(p.Lang), "/areas/"+ar.Code
	}
	return r
}

func byCode(fs []ledger.Figure) map[string]ledger.Figure {
	m := make(map[string]ledger.Figure, len(fs))
	for _, f := range fs {
		m[f.Area.Code] = f
	}
	return m
}
