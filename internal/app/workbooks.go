package app

import (
	"xuedu/internal/statistic/workbook"
	"xuedu/internal/statistic/workbook/workbookhttp"
	"xuedu/internal/web"
)

// Workbooks takes returns to Excel and back.
func (a *App) Workbooks() *workbook.Service {
	return workbook.New(a.DB, a.Returns, workbook.City{Tree: a.Areas.Tree, Pack: a.Packs.Pack, Texts: a.Bundle, Now: a.now})
}

func (a *App) workbookRoutes() []web.Route {
	return workbookhttp.Routes(workbookhttp.Deps{Books: a.Workbooks(), Lists: a.Returns})
}
