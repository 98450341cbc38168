package app

import (
	"context"

	"xuedu/internal/account"
	"xuedu/internal/i18n"
	"xuedu/internal/indicator"
	"xuedu/internal/measure"
	"xuedu/internal/monitor"
	"xuedu/internal/pack"
	"xuedu/internal/publish"
)

// wireMonitor makes what composes reports and what publishes them (P1.8).
func (a *App) wireMonitor() {
	a.Publish = publish.New(publish.Deps{DB: a.DB, Key: a.Ring.Release, Deliver: a.deliver, Post: a.post, Now: a.now})
	a.Monitor = monitor.New(monitor.Deps{DB: a.DB, Pack: a.Packs.Pack, Tree: a.Areas.Tree, Figures: a.Indicators, Targets: a.Plan().All, Publish: a.Publish, Record: a.record, Protect: a.protect,
		Bundle: a.Bundle, Program: a.Config.Program, Synthetic: func() bool { return a.City.Synthetic }, Now: a.now})
	a.Publish.OnDecided(a.Monitor.Follow)
}

// record gives figures that write down all they are computed from.
func (a *App) record(ctx context.Context) (*indicator.Service, *measure.Tape, error) {
	e, tape, err := a.Engine.Record(ctx)
	return a.Indicators.Over(e), tape, err
}

// post is what somebody signs as: the place, or the role of one who holds it in
// the whole city; never a name.
func (a *App) post(who account.Actor) pack.Text {
	out := pack.Text{}
	for _, lang := range i18n.Langs {
		_, out[lang] = a.user(account.With(context.Background(), who), lang)
	}
	return out
}
