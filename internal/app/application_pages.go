package app

import (
	"cmp"
	"net/http"
	"slices"

	"xuedu/internal/accredit/accredithttp"
	"xuedu/internal/activity/activityhttp"
)

// applicationPages are the pages of applications.
func (a *App) applicationPages() *accredithttp.Pages {
	return &accredithttp.Pages{Deps: accredithttp.Deps{Service: a.Calls, Tree: a.Areas.Tree, Days: a.Calendar, Orgs: applicantOrgs{a.Orgs},
		Names: a.Accounts.Names, Comments: a.Ballots, Links: a.applicationLinks, Zone: a.Zone(), Now: a.now}}
}

// allDuties lists what waits for somebody, whatever it is, the most pressing
// first: returns and applications.
func (a *App) allDuties(r *http.Request) (activityhttp.Duties, error) {
	out, err := a.duties(r)
	if err != nil {
		return out, err
	}
	d, err := a.applicationPages().Duties(r)
	if err != nil || len(d.List) == 0 {
		return out, err
	}
	if out.All == 0 {
		out.Links = nil
	}
	out.Title, out.Links = d.Title, append(out.Links, activityhttp.DutyLink{Href: d.Href, Text: d.HrefText})
	for _, x := range d.List {
		out.List = append(out.List, activityhttp.Duty(x))
	}
	out.All, out.Late = out.All+len(d.List), out.Late+d.Late
	slices.SortStableFunc(out.List, func(x, y activityhttp.Duty) int { return cmp.Compare(cmp.Or(x.Due, "9999"), cmp.Or(y.Due, "9999")) })
	out.List = out.List[:min(mostDuties, len(out.List))]
	return out, nil
}
