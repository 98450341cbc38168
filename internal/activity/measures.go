package activity

import (
	"context"
	"slices"
	"strings"
	"sync"

	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// Measures offers what was taught, by the area of the meetings, as a
// measure.Source. It is safe for concurrent use.
type Measures struct {
	db   *db.DB
	pack func() *pack.Pack
	text measure.Translate

	mu    sync.Mutex
	of    *pack.Pack // decls were made from it
	decls []measure.Decl
}

// NewMeasures returns the source.
func NewMeasures(d *db.DB, p func() *pack.Pack, text measure.Translate) *Measures {
	return &Measures{db: d, pack: p, text: text}
}

// taught says how a measure is counted: what is added up over the meetings of
// a state, or which key is counted once however many meetings it has.
type taught struct {
	code  string
	unit  formula.Unit
	state State  // "" = any
	value string // SQL of what one meeting, or one key, adds
	key   string // SQL of what is counted once; "" = every meeting counts
	per   bool   // counted in minutes
	dims  formula.Additivity

	listed bool // the length of the pack's list: the same everywhere

	join string // SQL of the table with the counts, beside taughtFrom
	rule bool   // value holds the percentage of the rule of completion
}

// The tables that Recounter keeps.
const (
	joinRoster = ` JOIN roster_count n ON n.meeting_id = m.id`
	joinFull   = joinRoster + ` JOIN class_count k ON k.class_id = c.id AND k.is_full = 1`
	// One meeting stands for the class: the last one held, once the class is over.
	joinEnded = ` JOIN class_count k ON k.class_id = c.id AND k.last_id = m.id JOIN completion f ON f.class_id = c.id`
)

// offered are the measures of this package. A class has one theme, one mode
// and one institution, so that its parts add up; a teacher may have many.
var offered = []taught{
	{code: "classes.run", unit: "class", state: Held, value: "1", key: "m.class_id", dims: formula.Sum},
	{code: "seats", unit: "seat", state: Held, value: "c.capacity", key: "m.class_id", dims: formula.Sum},
	{code: "meetings.planned", unit: "meeting", value: "1", dims: formula.Sum},
	{code: "meetings.held", unit: "meeting", state: Held, value: "1", dims: formula.Sum},
	{code: "meetings.cancelled", unit: "meeting", state: Cancelled, value: "1", dims: formula.Sum},
	{code: "teaching.credits", unit: "credit", state: Held, value: "m.minutes", per: true, dims: formula.Sum},
	{code: "themes.run", unit: "theme", state: Held, value: "1", key: "a.theme", dims: formula.Distinct},
	{code: "themes", unit: "theme", listed: true},
	{code: "roster.due", unit: "attendance", state: Held, value: "n.due", join: joinRoster, dims: formula.Sum},
	{code: "roster.attended", unit: "attendance", state: Held, value: "n.attended", join: joinRoster, dims: formula.Sum},
	{code: "fullclass.seats", unit: "seat", state: Held, value: "c.capacity", join: joinFull, dims: formula.Sum},
	{code: "fullclass.attended", unit: "seat", state: Held, value: "n.attended", join: joinFull, dims: formula.Sum},
	{code: "learners.enrolled", unit: "person", state: Held, value: "f.learners", join: joinEnded, dims: formula.Sum},
	{code: "learners.completed", unit: "person", state: Held, rule: true, join: joinEnded, dims: formula.Sum,
		value: "CASE WHEN f.attended * 100 >= k.held * %d THEN f.learners ELSE 0 END"},
	{code: "teachers.active", unit: "person", state: Held, value: "1", key: "c.teacher_id", dims: formula.Distinct},
}

// Decls implements measure.Source.
func (m *Measures) Decls(context.Context) ([]measure.Decl, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.pack(); m.of != p {
		m.of, m.decls = p, nil
		for i := range offered {
			m.decls = append(m.decls, m.decl(&offered[i], p))
		}
	}
	return m.decls, nil
}

func (m *Measures) decl(o *taught, p *pack.Pack) measure.Decl {
	d := measure.Decl{Code: o.code, Unit: o.unit, Domain: "activity", Area: formula.Sum, Time: formula.Sum,
		Name: m.text.Text("activity.measure." + o.code), Note: m.text.Text("activity.measure_note."+o.code, "Minutes", p.Params.CreditMinutes, "Percent", p.Params.Completion()),
		Periods: []period.Kind{period.Year, period.Quarter, period.Month, period.Range},
		Dims: []formula.Dim{{Name: "theme", Values: codes(p.Themes), Add: o.dims}, {Name: "mode", Values: []string{"onsite", "online"}, Add: o.dims},
			{Name: "type", Values: types(p), Add: o.dims}}}
	switch {
	case o.listed:
		d.Area, d.Time, d.Dims = formula.None, formula.None, nil
	case o.key != "":
		d.Area, d.Time = formula.Distinct, formula.Distinct
	}
	if o.per {
		d.Per = max(p.Params.CreditMinutes, 1)
	}
	return d
}

func codes(list []pack.Coded) []string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = c.Code
	}
	return out
}

func types(p *pack.Pack) []string {
	out := make([]string, len(p.OrgTypes))
	for i, t := range p.OrgTypes {
		out[i] = t.Code
	}
	return out
}

// Version implements measure.Source.
func (m *Measures) Version(ctx context.Context, code string, p period.Period) (string, error) {
	if code == "themes" {
		return m.pack().Digest(), nil
	}
	v, err := version(ctx, m.db.Read, p)
	if code == "learners.completed" {
		v += m.pack().Digest()
	}
	return v, err
}

// Read implements measure.Source. A period for which no meeting was ever
// planned is not reported.
func (m *Measures) Read(ctx context.Context, a measure.Ask) (measure.Block, error) {
	o, err := m.asked(a)
	if err != nil {
		return measure.Block{}, err
	}
	if o.listed {
		return measure.Everywhere(a.Tree, int64(len(m.pack().Themes))), nil
	}
	units, err := m.units(ctx, o, a)
	if err != nil {
		return measure.Block{}, err
	}
	if len(units) == 0 {
		any, err := m.planned(ctx, a.Period)
		if err != nil || !any {
			return measure.Unrecorded(a.Tree), err
		}
	}
	if o.key != "" {
		return measure.Counted(a.Tree, a.Period, measure.Distinct(a.Tree, units)), nil
	}
	own := make([]int64, a.Tree.Len())
	for _, u := range units {
		own[u.Nr] += u.Value
	}
	return measure.Counted(a.Tree, a.Period, measure.AddUp(a.Tree, own)), nil
}

// asked finds the measure, and checks the filter against the pack.
func (m *Measures) asked(a measure.Ask) (*taught, error) {
	decls, err := m.Decls(context.Background())
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(decls, func(d measure.Decl) bool { return d.Code == a.Code })
	if i < 0 {
		return nil, errs.New(errs.NotFound, "error.not_found")
	}
	for _, d := range decls[i].Dims {
		if v, ok := a.Filter[d.Name]; ok && !slices.Contains(d.Values, v) {
			return nil, errs.New(errs.Invalid, "measure.no_value", "Code", a.Code, "Dim", d.Name, "Value", v, "Have", strings.Join(d.Values, ", "))
		}
	}
	return &offered[i], nil
}
