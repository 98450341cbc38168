package app

import (
	"context"
	"errors"

	"xuedu/internal/disclosure"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/monitor"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/release"
)

// protect hides what a release would tell about few people, by the rules of the
// pack, from readers who have all releases that went out before (P1.8).
func (a *App) protect(ctx context.Context, r *release.Release, rule pack.DisclosureRule) (disclosure.Report, error) {
	earlier, err := a.Publish.Approved(ctx)
	if err != nil {
		return disclosure.Report{}, err
	}
	b := &behind{app: a, ctx: ctx, programs: map[string]*formula.Program{}, columns: map[operand]formula.Result{}}
	rep, err := disclosure.Protect(r, earlier, disclosure.Rules{Threshold: rule.Threshold, Dominance: rule.Dominance, Margin: rule.Margin, RoundTo: rule.RoundTo, Operand: b.count})
	return rep, errors.Join(err, b.err)
}

// behind finds the counts that ratios are made of.
type behind struct {
	app      *App
	ctx      context.Context
	programs map[string]*formula.Program // nil = it cannot be computed
	columns  map[operand]formula.Result
	err      error // of the engine; the first
}

type operand struct{ text, period string }

// count is the value of a formula in an area and a period, if it is a whole
// number.
func (b *behind) count(text, areaCode, periodName string) (disclosure.Count, bool) {
	n, ok := b.app.Areas.Tree().ByCode(areaCode)
	if !ok {
		return disclosure.Count{}, false
	}
	p, column, ok := b.column(operand{text, periodName})
	if !ok || !column.State[n].Known() {
		return disclosure.Count{}, false
	}
	v := column.Rat(n)
	if !v.IsInt() || !v.Num().IsInt64() {
		return disclosure.Count{}, false
	}
	return disclosure.Count{Value: v.Num().Int64(), Kind: monitor.KindOf(string(p.Unit))}, true
}

func (b *behind) column(o operand) (*formula.Program, formula.Result, bool) {
	p := b.program(o.text)
	if p == nil || b.err != nil {
		return nil, formula.Result{}, false
	}
	column, ok := b.columns[o]
	if !ok {
		at, err := period.Parse(o.period)
		if err != nil {
			return nil, formula.Result{}, false
		}
		if column, err = b.app.Engine.Eval(b.ctx, p, formula.Missing{}, at); err != nil {
			if k := errs.KindOf(err); k != errs.Invalid && k != errs.NotFound {
				b.err = err
			}
			return nil, formula.Result{}, false
		}
		b.columns[o] = column
	}
	return p, column, true
}

func (b *behind) program(text string) *formula.Program {
	p, ok := b.programs[text]
	if ok || b.err != nil {
		return p
	}
	cat, err := b.app.Engine.Catalogue(b.ctx)
	if err != nil {
		b.err = err
		return nil
	}
	p, bad := formula.Compile(text, cat)
	if len(bad) > 0 {
		p = nil
	}
	b.programs[text] = p
	return p
}
