package app

import (
	"context"

	"xuedu/internal/activity"
	"xuedu/internal/formula"
	"xuedu/internal/indicator"
	"xuedu/internal/ledger"
	"xuedu/internal/measure"
	"xuedu/internal/org"
	"xuedu/internal/plan"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/form"
)

// sources are the domains that offer measures, each one line.
func (a *App) sources() []measure.Source {
	taught := activity.NewMeasures(a.DB, a.Packs.Pack, a.Bundle.T)
	return []measure.Source{
		ledger.NewMeasures(func() *ledger.Figures { return a.Figures }, a.Packs.Pack, a.Bundle.T),
		taught,
		org.NewMeasures(a.Orgs, taught, a.Bundle.T),
		plan.NewAwardMeasures(a.DB, a.Packs.Pack, a.Bundle.T, a.now),
		measure.NewPopulation(a.Areas.Populations, a.Series, a.Bundle.T),
		measure.NewParams(a.Packs.Pack, a.Bundle.T),
		a.Series,
		statistic.NewMeasures(func() *statistic.Service { return a.Returns }, a.Bundle.T),
		measure.Absent{},
	}
}

// wireStatistics makes what counts: measures, indicators, forms and returns.
func (a *App) wireStatistics() {
	a.Series = measure.NewSeries(a.DB, a.Areas.Tree, a.measureOf, a.now)
	a.Engine = measure.New(a.Areas.Tree, plan.NewTargets(a.DB), a.sources()...)
	a.Indicators = indicator.New(a.DB, a.Engine, a.Packs.Pack, a.Bundle.T, a.now)
	symbols := func(ctx context.Context) (formula.Symbols, error) { return a.Engine.Catalogue(ctx) }
	a.Forms = form.New(a.DB, a.Packs.Pack, symbols, a.now)
	a.connectForms()
	a.Returns = statistic.New(statistic.Deps{
		DB: a.DB, Forms: a.Forms, Engine: a.Engine, Tree: a.Areas.Tree, Pack: a.Packs.Pack, Days: a.Calendar, Rows: registers{a.Orgs}, Now: a.now,
	})
}

// measureOf looks up what a code stands for, for the import of series.
func (a *App) measureOf(ctx context.Context, code string) (measure.Decl, bool, error) {
	c, err := a.Engine.Catalogue(ctx)
	if err != nil {
		return measure.Decl{}, false, err
	}
	d, ok := c.Decl(code)
	return d, ok, nil
}
