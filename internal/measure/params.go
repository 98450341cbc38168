package measure

import (
	"context"
	"slices"

	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// Params offers the counting rules of the pack as constants, so that a formula
// names them instead of repeating their numbers: param.credit_minutes.
type Params struct {
	pack  func() *pack.Pack
	decls []Decl
}

// params are the rules offered. 0 in the pack means that the place has no such
// rule: the cell is not applicable.
var params = []struct {
	code, key string
	unit      formula.Unit
	of        func(pack.Params) int64
}{
	{"param.regular_sessions", "measure.param.regular_sessions", "attendance", func(p pack.Params) int64 { return p.RegularSessions }},
	{"param.regular_credits", "measure.param.regular_credits", "credit", func(p pack.Params) int64 { return p.RegularCredits }},
	{"param.credit_minutes", "measure.param.credit_minutes", "minute/credit", func(p pack.Params) int64 { return p.CreditMinutes }},
	{"param.roster_days", "measure.param.roster_days", "day", func(p pack.Params) int64 { return max(p.RosterDays, 1) }},
}

// NewParams returns the source over the pack in force.
func NewParams(p func() *pack.Pack, text Translate) *Params {
	s := &Params{pack: p}
	for _, o := range params {
		s.decls = append(s.decls, Decl{Code: o.code, Name: text.Text(o.key), Note: text.Text("measure.param.note"), Unit: o.unit, Domain: "pack",
			Area: formula.None, Time: formula.None, Periods: kinds})
	}
	return s
}

// Decls implements Source.
func (s *Params) Decls(context.Context) ([]Decl, error) { return s.decls, nil }

// Version implements Source.
func (s *Params) Version(context.Context, string, period.Period) (string, error) {
	return s.pack().Digest(), nil
}

// Read implements Source: the same number everywhere.
func (s *Params) Read(_ context.Context, a Ask) (Block, error) {
	n := a.Tree.Len()
	for _, o := range params {
		if o.code != a.Code {
			continue
		}
		v, state := o.of(s.pack().Params), formula.Value
		if v == 0 {
			state = formula.NotApplicable
		}
		return Block{Num: slices.Repeat([]int64{v}, n), State: slices.Repeat([]formula.State{state}, n)}, nil
	}
	return Block{}, errs.New(errs.NotFound, "measure.unknown", "Code", a.Code)
}

// Origin implements Source: a rule has no parts.
func (s *Params) Origin(context.Context, Ask, int, int) ([]Part, int, error) { return nil, 0, nil }
