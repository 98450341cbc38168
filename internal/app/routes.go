package app

import (
	"context"
	"net/http"

	"xuedu/internal/account"
	"xuedu/internal/account/accounthttp"
	"xuedu/internal/errs"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// Routes is every route of the program; docs/permissions.md is made from it.
func (a *App) Routes() []web.Route {
	routes := []web.Route{
		{Pattern: "GET /static/", Perm: web.Public, Handler: ui.Static},
	}
	routes = append(routes, a.opsRoutes()...)
	routes = append(routes, accounthttp.Routes(a.accountDeps())...)
	routes = append(routes, a.planRoutes()...)
	routes = append(routes, a.orgRoutes()...)
	routes = append(routes, a.faceRoutes()...)
	routes = append(routes, a.activityRoutes()...)
	routes = append(routes, a.reportRoutes()...)
	routes = append(routes, a.returnRoutes()...)
	routes = append(routes, a.formRoutes()...)
	routes = append(routes, a.indicatorPages().Routes()...)
	routes = append(routes, a.workbookRoutes()...)
	routes = append(routes, a.decisionRoutes()...)
	routes = append(routes, a.callRoutes()...)
	routes = append(routes, a.applicationPages().Routes()...)
	routes = append(routes, a.drawRoutes()...)
	routes = append(routes, a.panelRoutes()...)
	routes = append(routes, a.expertRoutes()...)
	routes = append(routes, a.awardRoutes()...)
	routes = append(routes, a.visitRoutes()...)
	routes = append(routes, a.reviewRoutes()...)
	routes = append(routes, a.releaseRoutes()...)
	routes = append(routes, a.credentialRoutes()...)
	routes = append(routes, a.subscriptionRoutes()...)
	routes = append(routes, a.reportDesk()...)
	routes = append(routes, a.evaluationRoutes()...)
	return routes
}

// Handler serves the whole program.
func (a *App) Handler() http.Handler {
	c := web.Config{
		Log:       a.Log,
		Can:       func(ctx context.Context, p web.Perm) bool { return account.From(ctx).Can(string(p)) },
		SignedIn:  func(ctx context.Context) bool { return account.From(ctx).SignedIn() },
		ErrorPage: ui.ErrorPage,
	}
	refuse := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.Fail(w, r, errs.New(errs.Forbidden, "error.cross_origin"))
	})
	var h http.Handler = web.Mux(c, a.Routes()...)
	h = accounthttp.Middleware(a.accountDeps(), c.Fail, h)
	h = web.Recover(a.Log, c.Fail, web.Guard(h, refuse))
	h = ui.Middleware(a.env(), h) // outside of what may show the page of an error
	return web.Observe(a.Log, a.Metrics, h)
}

func (a *App) accountDeps() accounthttp.Deps {
	return accounthttp.Deps{
		Accounts: a.Accounts,
		Audit:    a.Audit,
		Zone:     a.Zone(),
		Tree:     a.Areas.Tree,
		Secure:   a.Config.TLS,
		Remote:   a.remote,
	}
}

// env is what the pages need to know of the city.
func (a *App) env() *ui.Env {
	return &ui.Env{
		Bundle: a.Bundle,
		City:   func(lang string) string { return a.Packs.Pack().City.In(lang) },
		Owners: func(lang string) []string {
			var names []string
			for _, o := range a.Packs.Pack().Owner {
				names = append(names, o.In(lang))
			}
			return names
		},
		PackLine:  func(lang string) string { return a.Packs.Pack().Title.In(lang) + " " + a.Packs.Pack().Version },
		Synthetic: func() bool { return a.City.Synthetic },
		Clock:     a.clockDay,
		User:      a.user,
		Can:       func(ctx context.Context, perm string) bool { return account.From(ctx).Can(perm) },
		Nav:       nav,
		Zone:      a.Zone(),
		Secure:    a.Config.TLS,
	}
}

// user returns the name of who asks, and the first post: the place, or the
// role of one who holds it in the whole city.
func (a *App) user(ctx context.Context, lang string) (name, post string) {
	who := account.From(ctx)
	if len(who.Grants) == 0 {
		return who.Name, ""
	}
	g := who.Grants[0]
	if g.OrgID != "" {
		return who.Name, a.Orgs.OrgName(ctx, g.OrgID)
	}
	if n, ok := a.Areas.Tree().ByID(g.AreaID); ok {
		return who.Name, a.Areas.Tree().At(n).In(lang)
	}
	return who.Name, a.Bundle.T(lang, "account.role."+g.Role)
}
