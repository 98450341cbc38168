package app

import (
	"context"
	"time"

	"xuedu/internal/activity"
	"xuedu/internal/activity/activityhttp"
	"xuedu/internal/errs"
	"xuedu/internal/ledger"
	"xuedu/internal/web"
)

// activities makes the service of activities over the city's ledger.
func (a *App) activities() *activity.Service {
	book := activityhttp.Book{Ledger: a.Ledger, Refresh: a.refresh}
	return activity.New(a.DB, activity.Deps{Tree: a.Areas.Tree, Pack: a.Packs.Pack, Calendar: a.Calendar, Book: book, People: book, Recount: a.recount}, a.now)
}

// recount brings the counts of rosters up to date. What changed is written
// down: it is counted next time if it fails.
func (a *App) recount(ctx context.Context) {
	if err := a.Rosters.CatchUp(ctx); err != nil && ctx.Err() == nil {
		a.Log.WarnContext(ctx, "rosters: count again", "err", err)
	}
}

// followRosters counts what other processes wrote, until ctx ends.
func (a *App) followRosters(ctx context.Context) {
	tick := time.NewTicker(recountEvery)
	defer tick.Stop()
	for {
		a.recount(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// recountEvery is how often somebody looks for what other processes wrote.
const recountEvery = 15 * time.Second

// refresh makes the figures take in what was just committed. The row is safe
// whatever comes of it: Watch tries again.
func (a *App) refresh(ctx context.Context) {
	a.recount(ctx)
	if a.Figures == nil {
		return
	}
	if err := a.Figures.Refresh(ctx); err != nil {
		a.Log.WarnContext(ctx, "figures: take in a roster", "err", err)
	}
}

func (a *App) activityRoutes() []web.Route {
	return activityhttp.Routes(activityhttp.Deps{Activity: a.activities(), Tree: a.Areas.Tree, Pack: a.Packs.Pack, Figure: a.figure, Text: a.Bundle.T, Now: a.now, Duties: a.allDuties})
}

// figure answers one cell.
func (a *App) figure(ctx context.Context, q ledger.Query) (ledger.Figure, error) {
	list, err := a.Figures.Query(ctx, q)
	if err == nil && len(list) != 1 {
		err = errs.New(errs.NotFound, "error.not_found")
	}
	if err != nil {
		return ledger.Figure{}, err
	}
	return list[0], nil
}
