package app

import (
	"context"

	"xuedu/internal/plan"
	"xuedu/internal/plan/planhttp"
	"xuedu/internal/portalhttp"
	"xuedu/internal/web"
)

// plan reads the city's plans and counts their progress from its registers.
func (a *App) plan() *plan.Service {
	return plan.New(a.Packs.Pack, plan.NewAwards(a.DB), a.now)
}

func (a *App) planRoutes() []web.Route { return planhttp.Routes(a.plan()) }

// goals are the targets that the home page shows: those that a register counts
// in whole things.
func (a *App) goals(ctx context.Context, lang string) ([]portalhttp.Goal, error) {
	list, err := a.plan().Goals(ctx)
	if err != nil {
		return nil, err
	}
	var out []portalhttp.Goal
	for _, g := range list {
		if !g.Counted || g.Want() == 0 {
			continue
		}
		key, args := g.Note()
		out = append(out, portalhttp.Goal{Name: g.Target.Name.In(lang), Href: g.Href(), Note: a.Bundle.T(lang, key, args...),
			Done: int(g.Progress.InForce), Way: int(g.Progress.UnderWay), Target: int(g.Want()), About: g.Target.About})
	}
	return out, nil
}
