package app

import (
	"net/http"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/callhttp"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// callRoutes are the pages of calls.
func (a *App) callRoutes() []web.Route {
	return callhttp.Routes(callhttp.Deps{Service: a.Calls, Pack: a.Packs.Pack, Days: a.Calendar, Names: a.Accounts.Names, Links: callLinks,
		Zone: a.Zone(), Now: a.now})
}

// callLinks are the pages of other features about an open call, for who may
// see them.
func callLinks(r *http.Request, c accredit.Call) []callhttp.Link {
	if !c.Public() {
		return nil
	}
	p, who := ui.NewPage(r, ui.Desk, "call.one"), account.From(r.Context())
	list := []callhttp.Link{{Href: "/desk/applications?which=all&call=" + c.Code, Text: p.T("call.link.applications")}}
	if who.Can(accredit.PermCheck) {
		list = append(list, callhttp.Link{Href: "/desk/check/" + c.Code, Text: p.T("call.link.check")})
	}
	if who.Can("expert:read") {
		list = append(list, callhttp.Link{Href: "/desk/calls/" + c.ID + "/panel", Text: p.T("call.link.panel")})
	}
	if who.Can(accredit.PermManage) {
		list = append(list,
			callhttp.Link{Href: "/desk/calls/" + c.ID + "/ballots", Text: p.T("call.link.ballots")},
			callhttp.Link{Href: "/desk/visits?call=" + c.ID, Text: p.T("call.link.visits")})
	}
	if who.Can(accredit.PermManage) || who.Can(accredit.PermDecide) {
		list = append(list, callhttp.Link{Href: "/desk/calls/" + c.ID + "/result", Text: p.T("call.link.result")})
	}
	return list
}
