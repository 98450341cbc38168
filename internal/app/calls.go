package app

import (
	"xuedu/internal/accredit/callhttp"
	"xuedu/internal/web"
)

// callRoutes are the pages of calls.
func (a *App) callRoutes() []web.Route {
	return callhttp.Routes(callhttp.Deps{Service: a.Calls, Pack: a.Packs.Pack, Days: a.Calendar, Names: a.Accounts.Names, Links: a.callLinks,
		Zone: a.Zone(), Now: a.now})
}
