package app

import (
	"context"
	"strings"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/pack"
	"xuedu/internal/plan"
	"xuedu/internal/plan/planhttp"
	"xuedu/internal/web"
)

// Plan keeps the city's targets and counts their progress.
func (a *App) Plan() *plan.Service {
	return plan.New(plan.Deps{DB: a.DB, Pack: a.Packs.Pack, Tree: a.Areas.Tree, Meter: &meter{engine: a.Engine, indicators: a.Indicators, pack: a.Packs.Pack}, Now: a.now})
}

func (a *App) planRoutes() []web.Route {
	return planhttp.Routes(planhttp.Deps{Plan: a.Plan(), Names: a.Accounts.Names})
}

// adoptTargets brings in the targets of a pack. It needs areas, but neither
// keys nor anything that counts.
func adoptTargets(ctx context.Context, s *plan.Service, p *pack.Pack, reason string) error {
	text := []rune(strings.TrimSpace(p.Name + " " + p.Version + " " + reason))
	_, err := s.Adopt(ctx, string(text[:min(len(text), plan.MostReason)]))
	return err
}

// countless is a plan that can adopt targets, but count nothing.
func countless(d *db.DB, tree func() *area.Tree, p *pack.Pack, now func() time.Time) *plan.Service {
	return plan.New(plan.Deps{DB: d, Pack: func() *pack.Pack { return p }, Tree: tree, Now: now})
}
