package ledger

import (
	"context"
	"strings"
	"sync"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// Measures offers the figures of the ledger as a measure.Source: participants,
// attendances, headcount, hours, credit_hours and regular by home, and each by
// place as CODE_by_place. It is safe for concurrent use.
type Measures struct {
	figures func() *Figures
	pack    func() *pack.Pack
	text    measure.Translate

	mu     sync.Mutex
	of     *pack.Pack // what follows was made from
	decls  []measure.Decl
	digest string
}

// NewMeasures returns the source. figures gives nil, or Figures that were not
// started, where nothing can be counted yet: then it fails with Unavailable.
func NewMeasures(figures func() *Figures, p func() *pack.Pack, text measure.Translate) *Measures {
	return &Measures{figures: figures, pack: p, text: text}
}

// placeSuffix ends the codes of measures by the place of the class.
const placeSuffix = "_by_place"

// offered are the measures by home; each is there by place as well.
var offered = []struct {
	Measure
	unit  formula.Unit
	time  formula.Additivity // by place; who moves carries a year's rows to another home
	heads bool               // head-counts alone, which have no age or sex
}{
	{Measure: Participants, unit: "person", time: formula.Distinct},
	{Measure: Attendances, unit: "attendance", time: formula.Sum},
	{Measure: Headcount, unit: "attendance", time: formula.Sum, heads: true},
	{Measure: Hours, unit: "hour", time: formula.Sum},
	{Measure: CreditHours, unit: "credit", time: formula.Sum},
	{Measure: Regular, unit: "person", time: formula.Distinct},
}

var anyPeriod = []period.Kind{period.Year, period.Quarter, period.Month, period.Range}

// Decls implements measure.Source. By home everybody has one area, so that the
// persons of areas add up, and the source speaks for every level because some
// homes are only known by street. By place one person may be in many areas.
func (m *Measures) Decls(context.Context) ([]measure.Decl, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.renew()
	return m.decls, nil
}

// renew makes what depends on the pack. m.mu is held.
func (m *Measures) renew() {
	p := m.pack()
	if m.of == p {
		return
	}
	m.of, m.digest, m.decls = p, p.Digest(), nil
	for _, by := range []By{ByHome, ByPlace} {
		for i := range offered {
			m.decls = append(m.decls, m.decl(i, by, p.Params))
		}
	}
}

func (m *Measures) decl(i int, by By, params pack.Params) measure.Decl {
	o := offered[i]
	d := measure.Decl{Code: string(o.Measure), Unit: o.unit, Domain: "ledger", Area: formula.Sum, Time: o.time, Periods: anyPeriod}
	persons := o.Measure == Participants || o.Measure == Regular
	switch {
	case by == ByPlace && persons:
		d.Area = formula.Distinct
	case by == ByHome:
		d.Time = formula.Distinct
	}
	if by == ByPlace {
		d.Code += placeSuffix
	}
	switch o.Measure {
	case Hours:
		d.Per = 60
	case CreditHours:
		d.Per = max(params.CreditMinutes, 1)
	case Regular:
		d.Periods = []period.Kind{period.Year}
	}
	d.Dims = dimsOf(persons, o.heads)
	d.Name = m.text.Text("ledger.measure." + d.Code)
	d.Note = m.text.Text("ledger.measure_note."+d.Code, "N", params.RegularSessions, "Credits", params.RegularCredits, "Minutes", params.CreditMinutes)
	return d
}

// dimsOf lists the filters: a person may learn under two themes and in both
// modes, while a row has one of each.
func dimsOf(persons, heads bool) []formula.Dim {
	add := formula.Sum
	if persons {
		add = formula.Distinct
	}
	dims := []formula.Dim{{Name: "theme", Add: add}, {Name: "mode", Values: []string{"onsite", "online"}, Add: add}}
	if heads {
		return dims
	}
	return append(dims, formula.Dim{Name: "age", Add: formula.Sum}, formula.Dim{Name: "sex", Values: []string{"f", "m"}, Add: formula.Sum})
}

// Version implements measure.Source.
func (m *Measures) Version(_ context.Context, _ string, p period.Period) (string, error) {
	f, err := m.ready()
	if err != nil {
		return "", err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.renew()
	return f.touched.version(p) + "." + m.digest, nil
}

func (m *Measures) ready() (*Figures, error) {
	if f := m.figures(); f != nil {
		return f, nil
	}
	return nil, errs.New(errs.Unavailable, "figures.not_ready")
}

// question is the query behind an ask.
func question(a measure.Ask) Query {
	code, place := strings.CutSuffix(a.Code, placeSuffix)
	q := Query{Measure: Measure(code), Period: a.Period, By: ByHome,
		Filter: Filter{Theme: a.Filter["theme"], Age: a.Filter["age"], Sex: a.Filter["sex"], Mode: a.Filter["mode"]}}
	if place {
		q.By = ByPlace
	}
	return q
}

// Read implements measure.Source. A period without a single row is not
// reported; an area that did not exist in it is not applicable.
func (m *Measures) Read(ctx context.Context, a measure.Ask) (measure.Block, error) {
	f, err := m.ready()
	if err != nil {
		return measure.Block{}, err
	}
	c, err := f.Column(ctx, question(a))
	if err != nil {
		return measure.Block{}, err
	}
	return c.block(a.Tree), nil
}

// stateOf is the state of a column in the words of formulas.
func stateOf(s State) (formula.State, formula.Cause) {
	switch s {
	case Value:
		return formula.Value, formula.NoCause
	case NotApplicable: // such a measure has no such period
		return formula.NotComputable, formula.NoPeriod
	}
	return formula.NotReported, formula.NoCause
}

// block lays the column out for a tree, which may be newer than the one it was
// counted by: an area that was not known then has no figure yet.
func (c Column) block(t *area.Tree) measure.Block {
	b := measure.Block{Num: make([]int64, t.Len()), State: make([]formula.State, t.Len())}
	state, cause := stateOf(c.State)
	if cause != formula.NoCause {
		b.Cause = make([]formula.Cause, t.Len())
	}
	for n := range b.State {
		b.State[n] = state
		if b.Cause != nil {
			b.Cause[n] = cause
		}
		if state != formula.Value {
			continue
		}
		from, ok := n, true
		if t != c.Tree {
			from, ok = c.Tree.ByID(t.At(n).ID)
		}
		switch {
		case !ok:
			b.State[n] = formula.NotReported
		case c.Absent[from]:
			b.State[n] = formula.NotApplicable
		default:
			b.Num[n] = c.Num[from]
		}
	}
	return b
}
