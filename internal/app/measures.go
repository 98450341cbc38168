package app

import (
	"context"

	"xuedu/internal/activity"
	"xuedu/internal/formula"
	"xuedu/internal/indicator"
	"xuedu/internal/ledger"
	"xuedu/internal/measure"
	"xuedu/internal/plan"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/form"
)

// sources are the domains that offer measures, each one line.
func (a *App) sources() []measure.Source {
	return []measure.Source{
		ledger.NewMeasures(func() *ledger.Figures { return a.Figures }, a.Packs.Pack, a.Bundle.T),
		activity.NewMeasures(a.DB, a.Packs.Pack, a.Bundle.T),
	}
}

// wireStatistics makes what counts: measures, indicators, forms and returns.
func (a *App) wireStatistics() {
	a.Engine = measure.New(a.Areas.Tree, plan.NewTargets(a.DB), a.sources()...)
	a.Indicators = indicator.New(a.DB, a.Engine, a.Packs.Pack, a.Bundle.T, a.now)
	symbols := func(ctx context.Context) (formula.Symbols, error) { return a.Engine.Catalogue(ctx) }
	a.Forms = form.New(a.DB, a.Packs.Pack, symbols, a.now)
	a.connectForms()
	a.Returns = statistic.New(statistic.Deps{
		DB: a.DB, Forms: a.Forms, Engine: a.Engine, Tree: a.Areas.Tree, Pack: a.Packs.Pack, Days: a.Calendar, Now: a.now,
	})
}
