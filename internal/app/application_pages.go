package app

import "xuedu/internal/accredit/accredithttp"

// applicationPages are the pages of applications.
func (a *App) applicationPages() *accredithttp.Pages {
	return &accredithttp.Pages{Deps: accredithttp.Deps{Service: a.Calls, Tree: a.Areas.Tree, Days: a.Calendar, Orgs: applicantOrgs{a.Orgs},
		Names: a.Accounts.Names, Comments: a.Ballots, Links: a.applicationLinks, Zone: a.Zone(), Now: a.now}}
}
