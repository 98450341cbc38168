package app

import (
	"context"
	"math/big"
	"slices"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/indicator"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/plan"
)

// meter counts what targets speak of, from measures and indicators.
type meter struct {
	engine     *measure.Engine
	indicators *indicator.Service
	pack       func() *pack.Pack
}

// Codes implements plan.Meter.
func (m *meter) Codes(ctx context.Context) ([]plan.Code, error) {
	cat, err := m.engine.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	var out []plan.Code
	for _, d := range cat.List() {
		if len(d.Periods) > 0 && !slices.Contains(d.Periods, period.Year) && d.Time == formula.None {
			continue // nothing stands for a year
		}
		out = append(out, plan.Code{Code: d.Code, Name: d.Name, Note: d.Note, Places: d.Scale,
			Adds: d.Area == formula.Sum, Stock: d.Time == formula.Last, Things: d.Scale == 0})
	}
	defs, err := m.indicators.Definitions(ctx, "")
	if err != nil {
		return nil, err
	}
	for _, d := range defs {
		out = append(out, plan.Code{Code: d.Code, Name: d.Name, Note: d.Note, Unit: m.unit(d.Unit), Places: int(d.Places)})
	}
	slices.SortFunc(out, func(a, b plan.Code) int { return strings.Compare(a.Code, b.Code) })
	return out, nil
}

// unit is the name of a unit of the pack.
func (m *meter) unit(code string) pack.Text {
	for _, u := range m.pack().Indicators.Units {
		if u.Code == code {
			return u.Name
		}
	}
	return nil
}

// Read implements plan.Meter.
func (m *meter) Read(ctx context.Context, code string, at period.Period, nrs []int) ([]plan.Reading, error) {
	cat, err := m.engine.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	var col formula.Loaded
	if _, ok := cat.Decl(code); ok {
		col, err = m.engine.Column(ctx, formula.Ref{Code: code}, at)
	} else {
		var r formula.Result
		r, _, err = m.indicators.Column(ctx, code, at)
		col = formula.Loaded(r)
	}
	if errs.KindOf(err) == errs.NotFound { // no version of the indicator holds in that year
		return unread(len(nrs)), nil
	}
	if err != nil {
		return nil, err
	}
	out := make([]plan.Reading, len(nrs))
	for i, n := range nrs {
		out[i] = reading(col, n)
	}
	return out, nil
}

func unread(n int) []plan.Reading {
	return slices.Repeat([]plan.Reading{{State: formula.NotComputable, Cause: formula.NoPeriod}}, n)
}

// reading takes one cell out of a column.
func reading(c formula.Loaded, n int) plan.Reading {
	if n >= c.Len() { // the areas changed meanwhile
		return plan.Reading{State: formula.NotComputable, Cause: formula.NoLevel}
	}
	r := plan.Reading{State: c.State[n]}
	if c.Cause != nil {
		r.Cause = c.Cause[n]
	}
	if c.Expected != nil {
		r.Expected, r.Reported = c.Expected[n], c.Reported[n]
	}
	if !r.State.Known() {
		return r
	}
	if r.Value = c.Big[n]; r.Value != nil {
		return r
	}
	den := int64(1)
	if c.Den != nil {
		den = c.Den[n]
	}
	r.Value = big.NewRat(c.Num[n], den)
	return r
}
