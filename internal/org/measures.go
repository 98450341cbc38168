package org

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// Measures offers what the register holds at the end of a period as a
// measure.Source. It is safe for concurrent use.
type Measures struct {
	*Service
	held Held
	text measure.Translate

	mu     sync.Mutex
	of     *pack.Pack // what follows was made from it
	decls  []measure.Decl
	digest string
}

// Held tells what institutions were at work for: the meetings they held in a
// period, by the institution's id. Version changes whenever the answer may.
type Held interface {
	HeldByOrg(ctx context.Context, p period.Period) (map[string]int64, error)
	HeldVersion(ctx context.Context, p period.Period) (string, error)
}

// NewMeasures returns the source over the register of s.
func NewMeasures(s *Service, held Held, text measure.Translate) *Measures {
	return &Measures{Service: s, held: held, text: text}
}

// counted says how a measure is counted. One of level, group, areas and fact
// is set.
type counted struct {
	code  string
	unit  formula.Unit
	level area.Level // institutions of the network that serve this level
	group string     // institutions of this group, "any" = all but bodies
	areas area.Level // areas of this level …
	have  bool       // … that an institution of the network serves
	fact  string     // the sum of a fact over the network, or how many have it
	scale int
	busy  bool // only those with enough meetings in the period
}

const anyGroup = "any"

// offered are the measures of this package (P2.1, and form 基1).
var offered = []counted{
	{code: "points", unit: "site", level: area.Community},
	{code: "points.active", unit: "site", level: area.Community, busy: true},
	{code: "schools", unit: "site", level: area.Street},
	{code: "colleges", unit: "site", level: area.District},
	{code: "spaces", unit: "site", group: network},
	{code: "orgs", unit: "site", group: anyGroup},
	{code: "network.communities", unit: "area", areas: area.Community, have: true},
	{code: "network.streets", unit: "area", areas: area.Street, have: true},
	{code: "network.districts", unit: "area", areas: area.District, have: true},
	{code: "areas.communities", unit: "area", areas: area.Community},
	{code: "areas.streets", unit: "area", areas: area.Street},
	{code: "areas.districts", unit: "area", areas: area.District},
	{code: "orgs.space", unit: "square_metre", fact: "space", scale: 1},
	{code: "orgs.shared", unit: "square_metre", fact: "shared", scale: 1},
	{code: "orgs.rooms", unit: "room", fact: "rooms"},
	{code: "orgs.ramp", unit: "site", fact: "ramp"},
	{code: "orgs.lift", unit: "site", fact: "lift"},
	{code: "orgs.toilet", unit: "site", fact: "toilet"},
	{code: "orgs.full_time", unit: "person", fact: "full_time"},
	{code: "orgs.part_time", unit: "person", fact: "part_time"},
	{code: "orgs.volunteers", unit: "person", fact: "volunteers"},
}

// Decls implements measure.Source.
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
	codes := make([]string, len(p.OrgTypes))
	for i, t := range p.OrgTypes {
		codes[i] = t.Code
	}
	m.of, m.digest, m.decls = p, p.Digest(), nil
	for _, o := range offered {
		d := measure.Decl{Code: o.code, Unit: o.unit, Scale: o.scale, Domain: "org", Area: formula.Sum, Time: formula.Last,
			Name: m.text.Text("org.measure." + o.code), Note: m.text.Text("org.measure_note."+o.code, "N", max(p.Params.ActiveMeetings, 1)),
			Periods: []period.Kind{period.Year, period.Quarter, period.Month, period.Range}}
		if o.areas == "" {
			d.Dims = []formula.Dim{{Name: "type", Values: codes, Add: formula.Sum}}
		}
		if o.busy { // at work in a quarter is not at work in the year
			d.Time = formula.Distinct
		}
		if o.fact != "" { // institutions are units: some have not said it yet
			d.Level = area.Community
		}
		m.decls = append(m.decls, d)
	}
}

// Version implements measure.Source.
func (m *Measures) Version(ctx context.Context, code string, p period.Period) (string, error) {
	n, err := serial(ctx, m.db.Read)
	if err != nil {
		return "", err
	}
	held := ""
	if code == "points.active" {
		if held, err = m.held.HeldVersion(ctx, p); err != nil {
			return "", err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.renew()
	return fmt.Sprintf("%d.%d.%s.%s", n, min(p.To, m.cityDay()), m.digest, held), nil
}

// Read implements measure.Source: the register as it was on the last day of
// the period. Before the first institution was registered, and for a period
// that has not begun, nothing is reported.
func (m *Measures) Read(ctx context.Context, a measure.Ask) (measure.Block, error) {
	o, err := m.asked(a)
	if err != nil {
		return measure.Block{}, err
	}
	list, err := m.at(ctx, a)
	if err != nil || list == nil && (o.areas == "" || o.have) {
		return measure.Unrecorded(a.Tree), err
	}
	switch {
	case o.areas != "":
		return m.areasOf(o, a, list), nil
	case o.fact != "":
		return m.factsOf(o, a, list), nil
	}
	own := make([]int64, a.Tree.Len())
	for i := range list {
		if n, ok := a.Tree.ByID(list[i].AreaID); ok && m.takes(o, a, &list[i]) {
			own[n]++
		}
	}
	return measure.Counted(a.Tree, a.Period, measure.AddUp(a.Tree, own)), nil
}

// at returns the institutions on the last day of the ask's period; nil where
// nothing was recorded yet.
func (m *Measures) at(ctx context.Context, a measure.Ask) ([]Org, error) {
	if a.Period.From > m.cityDay() {
		return nil, nil
	}
	p, err := m.asOf(ctx, a.Period.To)
	switch {
	case err != nil || len(p.list) == 0:
		return nil, err
	case a.Code != "points.active":
		return p.list, nil
	}
	return m.busy(ctx, p.list, a.Period)
}

// busy returns the institutions with enough meetings in a period; none where
// nobody has held any.
func (m *Measures) busy(ctx context.Context, list []Org, p period.Period) ([]Org, error) {
	held, err := m.held.HeldByOrg(ctx, p)
	if err != nil || len(held) == 0 {
		return nil, err
	}
	enough := max(m.pack().Params.ActiveMeetings, 1)
	out := make([]Org, 0, len(list))
	for i := range list {
		if held[list[i].ID] >= enough {
			out = append(out, list[i])
		}
	}
	return out, nil
}

func (m *Measures) asked(a measure.Ask) (*counted, error) {
	i := slices.IndexFunc(offered, func(o counted) bool { return o.code == a.Code })
	if i < 0 {
		return nil, errs.New(errs.NotFound, "error.not_found")
	}
	if v, ok := a.Filter["type"]; ok && !m.knownType(v) {
		var have []string
		for _, t := range m.pack().OrgTypes {
			have = append(have, t.Code)
		}
		return nil, errs.New(errs.Invalid, "measure.no_value", "Code", a.Code, "Dim", "type", "Value", v, "Have", strings.Join(have, ", "))
	}
	return &offered[i], nil
}

// takes reports whether an institution is one that a measure counts.
func (m *Measures) takes(o *counted, a measure.Ask, x *Org) bool {
	if v, ok := a.Filter["type"]; x.State != Active || ok && v != x.Type {
		return false
	}
	t := m.typeOf(x.Type)
	switch {
	case o.level != "":
		return t.Group == network && t.Level == string(o.level)
	case o.group == anyGroup:
		return t.Group != body && t.Code != ""
	}
	return t.Group == network
}

// areasOf counts areas of a level, or those that the network serves.
func (m *Measures) areasOf(o *counted, a measure.Ask, list []Org) measure.Block {
	has := m.covered(&register{tree: a.Tree, list: list})
	own := make([]int64, a.Tree.Len())
	last := a.Period.To.String()
	for n := range own {
		if at := a.Tree.At(n); at.Level == o.areas && at.Valid(last) && (has[n] || !o.have) {
			own[n] = 1
		}
	}
	return measure.Counted(a.Tree, a.Period, measure.AddUp(a.Tree, own))
}

// factsOf adds up a fact over the institutions of each area itself. Those that
// have not said it are missing, and show in the coverage.
func (m *Measures) factsOf(o *counted, a measure.Ask, list []Org) measure.Block {
	b := measure.Unrecorded(a.Tree)
	n := a.Tree.Len()
	b.Expected, b.Reported, b.NotApplicable = make([]int32, n), make([]int32, n), make([]int32, n)
	for i := range list {
		nr, ok := a.Tree.ByID(list[i].AreaID)
		if !ok || !m.takes(o, a, &list[i]) {
			continue
		}
		b.Expected[nr]++
		if v, ok := o.value(&list[i]); ok {
			b.Reported[nr]++
			b.Num[nr] += v
			b.State[nr] = formula.Value
		}
	}
	return b
}

// value is what an institution adds, at the measure's scale; ok is false where
// the fact is not known.
func (o *counted) value(x *Org) (v int64, ok bool) {
	if o.fact == "" {
		return 1, true
	}
	i := slices.IndexFunc(Facts, func(f Fact) bool { return f.Name == o.fact })
	switch text := Facts[i].Get(x.Profile); text {
	case "":
		return 0, false
	case "no":
		return 0, true
	case "yes", Ground:
		return 1, true
	default:
		r, ok := new(big.Rat).SetString(text)
		if !ok {
			return 0, false
		}
		for range o.scale {
			r.Mul(r, big.NewRat(10, 1))
		}
		return r.Num().Int64(), r.IsInt()
	}
}
