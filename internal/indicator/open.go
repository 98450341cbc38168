package indicator

import (
	"context"

	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/period"
)

// Open shows what a cell is made of: the definition in force at the period's
// end, its formula in words, and each reference with its value there and at
// most limit parts. It fails with NotFound for a code that is not in force
// then, and with Invalid for an unknown area.
func (s *Service) Open(ctx context.Context, code, area string, at period.Period, lang string, limit int) (Lineage, error) {
	d, err := s.Get(ctx, code, at.To.String())
	if err != nil {
		return Lineage{}, err
	}
	cells, err := s.Eval(ctx, Query{Codes: []string{code}, Area: area, Periods: []period.Period{at}})
	if err != nil {
		return Lineage{}, err
	}
	l := Lineage{Cell: cells[0], Def: d}
	if l.Words, err = s.Explain(ctx, d.Indicator, lang); err != nil {
		return Lineage{}, err
	}
	x, err := s.set(ctx, at.To.String())
	if err != nil {
		return Lineage{}, err
	}
	prog := x.program(code).program
	if prog == nil {
		return l, nil
	}
	for _, r := range prog.Refs() {
		v, err := s.reference(ctx, x, r, at, l.Cell.Nr, limit)
		if err != nil {
			return Lineage{}, err
		}
		l.Refs = append(l.Refs, v)
	}
	return l, nil
}

// reference is one reference with its value in an area.
func (s *Service) reference(ctx context.Context, x *set, r formula.Ref, at period.Period, nr, limit int) (RefValue, error) {
	v := RefValue{Ref: r, At: at}
	if back, ok := at.Add(-r.Back); ok && r.Back != 0 {
		v.At = back
	}
	if r.Op != formula.Target {
		v.Decl, _ = x.cat.Decl(r.Code)
	}
	col, err := s.engine.Column(ctx, r, at)
	if err != nil {
		return v, err
	}
	v.State, v.Cause, v.Coverage = col.State[nr], causeAt(col.Column, nr), coverageAt(col.Coverage, nr)
	if v.State.Known() {
		v.Value = col.Round(nr, places(v.Decl, r.Op))
	}
	if limit > 0 && r.Op != formula.Target && !v.Decl.Absent {
		v.Parts, v.Total, err = s.engine.Origin(ctx, r, at, nr, limit)
	}
	return v, err
}

// places is how finely a measure is shown: as it is recorded, and where it is
// recorded in parts of its unit, such as minutes of hours, to two digits.
func places(d measure.Decl, op formula.Op) int32 {
	switch {
	case op == formula.Target:
		return measure.TargetScale
	case d.Per > 1:
		return int32(d.Scale) + 2
	}
	return int32(d.Scale)
}
