package app

import (
	"xuedu/internal/draw/drawhttp"
	"xuedu/internal/web"
)

func (a *App) drawRoutes() []web.Route {
	return (&drawhttp.Pages{Draws: a.Draws, Links: a.drawLinks}).Routes()
}
