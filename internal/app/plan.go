package app

import (
	"xuedu/internal/plan"
	"xuedu/internal/plan/planhttp"
	"xuedu/internal/web"
)

// plan reads the city's plans and counts their progress from its registers.
func (a *App) plan() *plan.Service {
	return plan.New(a.Packs.Pack, plan.NewAwards(a.DB), a.now)
}

func (a *App) planRoutes() []web.Route { return planhttp.Routes(a.plan()) }
