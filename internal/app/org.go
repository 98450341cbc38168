package app

import (
	"xuedu/internal/org/orghttp"
	"xuedu/internal/web"
)

// orgRoutes is the register of institutions.
func (a *App) orgRoutes() []web.Route {
	return orghttp.Routes(orghttp.Deps{Orgs: a.Orgs, Tree: a.Areas.Tree, Pack: a.Packs.Pack, Names: a.Accounts.Names})
}
