package app

import (
	"net/http"

	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// Routes is every route of the program; docs/permissions.md is made from it.
func (a *App) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /static/", Perm: web.Public, Handler: ui.Static},
	}
}

// Handler serves the whole program.
func (a *App) Handler() http.Handler {
	return web.Mux(web.Config{Log: a.Log, ErrorPage: ui.ErrorPage}, a.Routes()...)
}
