package app

import (
	"xuedu/internal/statistic/statistichttp"
	"xuedu/internal/web"
)

// returnRoutes are the pages of returns and collections.
func (a *App) returnRoutes() []web.Route {
	return statistichttp.Routes(statistichttp.Deps{Returns: a.Returns, Forms: a.Forms, Tree: a.Areas.Tree, Pack: a.Packs.Pack,
		Days: a.Calendar, Map: a.outlines(), Zone: a.Zone(), Now: a.now})
}
