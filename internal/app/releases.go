package app

import (
	"net/http"
	"time"

	"xuedu/internal/monitor/monitorhttp"
	"xuedu/internal/publish/publishhttp"
	"xuedu/internal/web"
)

// releaseRoutes are the public pages of reports that were published.
func (a *App) releaseRoutes() []web.Route {
	return publishhttp.Routes(a.releaseDeps())
}

func (a *App) releaseDeps() publishhttp.Deps {
	return publishhttp.Deps{Releases: a.Publish, Pack: a.Packs.Pack, Outlines: a.outlines(), AreaName: a.areaName, Base: a.site, Zone: a.Zone(), Now: a.now, Printer: a.Printer, Letters: a.Subscriptions.Ready}
}

// reportDesk are the pages where reports are written and approved.
func (a *App) reportDesk() []web.Route {
	return monitorhttp.Routes(monitorhttp.Deps{Reports: a.Monitor, Tree: a.Areas.Tree, Releases: a.Publish, Pack: a.Packs.Pack, AreaName: a.areaName, Names: a.Accounts.Names, Outlines: a.outlines(), Papers: a.paperMaker(),
		Days: func(from time.Time, n int) time.Time { return a.Calendar().Add(from, n) }, Zone: a.Zone(), Now: a.now})
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
