package measure

import (
	"context"
	"fmt"
	"math/big"

	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// Origin lists what a reference's value in one area is made of (Source.Origin),
// in the period that r.Op and r.Back make of at. Where the period is put
// together from shorter ones, they are the parts. What comes from no source
// has none: a target, a measure without source, a period that cannot be had.
func (e *Engine) Origin(ctx context.Context, r formula.Ref, at period.Period, nr, limit int) (parts []Part, total int, err error) {
	c, err := e.begin(ctx)
	if err != nil {
		return nil, 0, err
	}
	if nr < 0 || nr >= c.axis.tree.Len() {
		return nil, 0, errs.New(errs.NotFound, "measure.no_area")
	}
	p, ok := resolve(r.Op, r.Back, at)
	if !ok || r.Op == formula.Target {
		return nil, 0, nil
	}
	en, err := c.entry(r.Code)
	if err != nil || en.Absent {
		return nil, 0, err
	}
	filter, err := en.filterOf(r.Filter)
	if err != nil {
		return nil, 0, err
	}
	plan := planFor(&en.Decl, p)
	switch len(plan.parts) {
	case 0:
		return nil, 0, nil
	case 1:
		a := Ask{Code: r.Code, Filter: filter, Period: plan.parts[0], Tree: c.axis.tree}
		if parts, total, err = en.source.Origin(ctx, a, nr, limit); err != nil {
			return nil, 0, fmt.Errorf("origin of %s: %w", r.Code, err)
		}
		return parts, total, nil
	}
	for _, p := range plan.parts[:min(limit, len(plan.parts))] {
		l, err := c.measure(en, filter, r.Filter, p)
		if err != nil {
			return nil, 0, err
		}
		parts = append(parts, Part{Name: pack.Text{"zh-CN": p.Name, "en": p.Name}, Value: inParts(l.Column, nr, en.den()), State: l.State[nr]})
	}
	return parts, len(plan.parts), nil
}

// inParts gives cell i as a whole number of 1/den; 0 where it has none or an
// int64 does not hold it.
func inParts(c formula.Column, i int, den int64) int64 {
	r := c.Big[i]
	switch {
	case !c.State[i].Known():
		return 0
	case r == nil && c.Den == nil:
		r = big.NewRat(c.Num[i], 1)
	case r == nil:
		r = big.NewRat(c.Num[i], c.Den[i])
	}
	r = new(big.Rat).Mul(r, big.NewRat(den, 1))
	if !r.IsInt() || !r.Num().IsInt64() {
		return 0
	}
	return r.Num().Int64()
}
