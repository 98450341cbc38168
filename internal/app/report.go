package app

import (
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/report"
	"xuedu/internal/report/reporthttp"
	"xuedu/internal/web"
)

// Reports makes bulletins; call StartFigures before they are built.
func (a *App) Reports() *report.Service {
	return report.New(report.Deps{
		DB: a.DB, Figures: a.Figures, Tree: a.Areas.Tree, Pack: a.Packs.Pack, Map: a.outlines(), Bundle: a.Bundle,
		Synthetic: func() bool { return a.City.Synthetic },
		Today:     func() ledger.Day { return ledger.DayOf(a.now().In(a.Zone())) },
	})
}

func (a *App) reportRoutes() []web.Route {
	return reporthttp.Routes(a.Reports(), func(q ledger.Query) string { return figureview.Address("/figures", q) })
}
