package app

import (
	"context"
	"sync"

	"xuedu/internal/accredit/award/awardhttp"
	"xuedu/internal/api"
	"xuedu/internal/audit"
	"xuedu/internal/chart"
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/ledger/ledgerhttp"
	"xuedu/internal/pack"
	"xuedu/internal/portalhttp"
	"xuedu/internal/publish/publishhttp"
	"xuedu/internal/web"
)

// mapFile is where a pack keeps the outlines of its areas.
const mapFile = "data/map.json"

// faceRoutes are what everybody sees: home, areas, help, figures, API.
func (a *App) faceRoutes() []web.Route {
	c := &figureview.City{Figures: a.Figures, Tree: a.Areas.Tree, Pack: a.Packs.Pack, Map: a.outlines(),
		Today: func() ledger.Day { return ledger.DayOf(a.now().In(a.Zone())) }}
	routes := portalhttp.Routes(portalhttp.Parts{City: c, Goals: a.Plan(), Classes: a.classes(), Reports: a.Reports()})
	figures := ledgerhttp.Parts{City: c, Lineage: a.Figures, SawRows: a.sawRows}
	routes = append(routes, ledgerhttp.Routes(figures)...)
	return append(routes, api.New(ledgerhttp.Operations(figures), a.indicatorPages().Operations, awardhttp.Operations(a.awardDeps()), a.applicationPages().Operations, publishhttp.Operations(a.releaseDeps())).Routes()...)
}

// outlines returns the map of the pack in force; it is read once a pack.
func (a *App) outlines() func() *chart.Outlines {
	var mu sync.Mutex
	var of *pack.Pack
	var drawn *chart.Outlines
	return func() *chart.Outlines {
		mu.Lock()
		defer mu.Unlock()
		p := a.Packs.Pack()
		if p == of {
			return drawn
		}
		of, drawn = p, nil
		text, ok := p.File(mapFile)
		if !ok {
			return nil
		}
		var err error
		if drawn, err = chart.ParseOutlines([]byte(text)); err != nil {
			a.Log.Error("pack: map", "pack", p.Name, "err", err)
			drawn = nil
		}
		return drawn
	}
}

// sawRows puts a look at pseudonymous rows into the trail.
func (a *App) sawRows(ctx context.Context, areaID int64, question string) error {
	return audit.Read(ctx, a.DB, a.now(), audit.Entry{Verb: "ledger:rows", Object: "figure:" + question, AreaID: areaID})
}

// classes finds classes for those who look around.
func (a *App) classes() portalhttp.Classes { return a.activities() }
