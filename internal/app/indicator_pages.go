package app

import (
	"context"

	"xuedu/internal/indicator/indicatorhttp"
	"xuedu/internal/ledger"
	"xuedu/internal/measure"
)

// indicatorPages are the pages of the indicators.
func (a *App) indicatorPages() *indicatorhttp.Pages {
	return &indicatorhttp.Pages{
		Indicators: a.Indicators,
		Measures: func(ctx context.Context) ([]measure.Decl, error) {
			c, err := a.Engine.Catalogue(ctx)
			if err != nil {
				return nil, err
			}
			return c.List(), nil
		},
		Tree: a.Areas.Tree, Pack: a.Packs.Pack,
		Today: func() ledger.Day { return ledger.DayOf(a.now().In(a.Zone())) },
	}
}
