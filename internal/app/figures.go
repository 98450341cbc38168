package app

import (
	"context"

	"xuedu/internal/ledger"
)

// figures makes the engine's Figures; they answer once StartFigures is done.
func (a *App) figures() *ledger.Figures {
	return ledger.NewFigures(a.DB, a.Areas.Tree, a.Packs.Pack, func() ledger.Populations { return a.Areas.Populations() },
		ledger.FiguresOptions{City: a.City.ID, Snapshot: ledger.SnapshotPath(a.Config.CacheDir, a.DB.SQLitePath(), a.City.ID), Log: a.Log})
}

// StartFigures makes a.Figures ready to answer. It takes as long as reading
// the snapshot, or the ledger where there is none.
func (a *App) StartFigures(ctx context.Context) error {
	if a.Figures == nil {
		a.Figures = a.figures()
	}
	return a.Figures.Start(ctx)
}
