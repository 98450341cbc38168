package app

import (
	"net/http"

	"xuedu/internal/activity/activityhttp"
	"xuedu/internal/statistic/statistichttp"
	"xuedu/internal/web"
)

// returnDeps is what the pages of returns are made of.
func (a *App) returnDeps() statistichttp.Deps {
	return statistichttp.Deps{Returns: a.Returns, Forms: a.Forms, Tree: a.Areas.Tree, Pack: a.Packs.Pack, Days: a.Calendar,
		Map: a.outlines(), Names: a.Accounts.Names, Zone: a.Zone(), Now: a.now}
}

// returnRoutes are the pages of returns and collections.
func (a *App) returnRoutes() []web.Route { return statistichttp.Routes(a.returnDeps()) }

// mostDuties is how many returns the desk lists at once.
const mostDuties = 12

// duties lists the returns on somebody's desk, for its first page.
func (a *App) duties(r *http.Request) (activityhttp.Duties, error) {
	d, err := statistichttp.Duties(a.returnDeps(), r, mostDuties)
	out := activityhttp.Duties{All: d.All, Late: d.Late, Title: d.Title}
	if d.Href != "" {
		out.Links = []activityhttp.DutyLink{{Href: d.Href, Text: d.HrefText}}
	}
	for _, x := range d.List {
		out.List = append(out.List, activityhttp.Duty(x))
	}
	return out, err
}
