package app

import (
	"xuedu/internal/draw/register"
)

// wireAccreditation makes what awards are given by, in the order in which each
// needs the others (P1.7).
func (a *App) wireAccreditation() {
	a.wireExperts()
	a.Draws = register.New(register.Deps{DB: a.DB, Now: a.now})
	a.wireApplications()
	a.wirePanels()
	a.wireBallots()
	a.wireVisits()
	a.wireAwards()
	a.wireDecisions()
}
