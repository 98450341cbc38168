package app

import (
	"context"
	"errors"

	"xuedu/internal/activity"
	"xuedu/internal/disclosure"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
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
	rules := disclosure.Rules{Threshold: rule.Threshold, Dominance: rule.Dominance, Margin: rule.Margin, RoundTo: rule.RoundTo, Operand: b.count}
	if rule.Dominance > 0 {
		rules.Largest = (&largest{behind: b, taught: activity.NewMeasures(a.DB, a.Packs.Pack, a.Bundle.T), r: r, shares: map[measureOf]*activity.Shares{}}).of
	}
	rep, err := disclosure.Protect(r, earlier, rules)
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

// largest finds what the largest institution holds of a figure: of what is
// counted over classes exactly, of people and attendances by the attendances on
// the rosters of its classes there.
type largest struct {
	*behind
	taught *activity.Measures
	r      *release.Release
	shares map[measureOf]*activity.Shares // nil = nobody knows
}

type measureOf struct{ code, filter, period string }

func (l *largest) of(k release.Key) (percent int, ok bool) {
	n, ok := l.app.Areas.Tree().ByCode(k.Area)
	if !ok || l.err != nil {
		return 0, false
	}
	m, ok := l.measured(k)
	if !ok {
		return 0, false
	}
	s, ok := l.shares[m]
	if !ok {
		if s, ok = l.read(m); !ok {
			s = nil
		}
		l.shares[m] = s
	}
	if s == nil {
		return 0, false
	}
	return s.Largest(n)
}

// measured is the measure that a figure is, if it is one and no more.
func (l *largest) measured(k release.Key) (m measureOf, ok bool) {
	for _, d := range l.r.Measures {
		if d.Code != k.Code {
			continue
		}
		text := d.Formula
		if narrow, done := formula.Narrow(d.Formula, d.By, k.Slice); done && d.By != "" && k.Slice != "" {
			text = narrow
		}
		p := l.program(text)
		if p == nil || len(p.Refs()) != 1 {
			return m, false
		}
		ref := p.Refs()[0]
		return measureOf{ref.Code, ref.Filter, k.Period}, ref.Op != formula.Target && ref.Back == 0
	}
	return m, false
}

// attended is what stands for people and attendances.
const attended = "roster.attended"

func (l *largest) read(m measureOf) (*activity.Shares, bool) {
	at, err := period.Parse(m.period)
	if err != nil {
		return nil, false
	}
	filter, err := measure.ParseFilter(m.filter)
	if err != nil {
		return nil, false
	}
	ask := measure.Ask{Code: m.code, Filter: filter, Period: at, Tree: l.app.Areas.Tree()}
	s, err := l.taught.Shares(l.ctx, ask)
	if errs.KindOf(err) == errs.NotFound && l.isLedger(m.code) {
		ask.Code, ask.Filter = attended, nil
		s, err = l.taught.Shares(l.ctx, ask)
	}
	if k := errs.KindOf(err); err != nil && k != errs.NotFound && k != errs.Invalid {
		l.err = err
	}
	return s, err == nil
}

func (l *largest) isLedger(code string) bool {
	cat, err := l.app.Engine.Catalogue(l.ctx)
	if err != nil {
		l.err = err
		return false
	}
	d, ok := cat.Decl(code)
	return ok && d.Domain == "ledger"
}
