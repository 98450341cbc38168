package app

import (
	"net/http"

	"xuedu/internal/publish/publishhttp"
	"xuedu/internal/web"
)

// releaseRoutes are the public pages of reports that were published.
func (a *App) releaseRoutes() []web.Route {
	return publishhttp.Routes(publishhttp.Deps{Releases: a.Publish, Pack: a.Packs.Pack, Outlines: a.outlines(), AreaName: a.areaName, Base: a.site})
}

// areaName is the name of an area by its code, which it also is where there is
// no such area any more.
func (a *App) areaName(code, lang string) string {
	if n, ok := a.Areas.Tree().ByCode(code); ok {
		return a.Areas.Tree().At(n).In(lang)
	}
	return code
}

// site is the address under which a reader sees the program.
func (a *App) site(r *http.Request) string {
	if a.Config.TLS {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
