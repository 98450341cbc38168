package app

import (
	"context"

	"xuedu/internal/release"
	"xuedu/internal/release/paper"
)

// papers makes the papers that are sealed with a release.
func (a *App) papers(ctx context.Context, r *release.Release) (map[string][]byte, error) {
	var print paper.Print
	if a.Printer.Ready() {
		print = a.Printer.Print
	}
	return a.paperMaker()().Deliver(ctx, r, print, func(lang string, err error) {
		a.Log.Warn("a report is sealed without its PDF", "series", r.Series, "period", r.Period, "lang", lang, "error", err)
	})
}

// paperMaker returns what makes papers by the pack in force.
func (a *App) paperMaker() func() paper.Papers {
	outlines := a.outlines()
	return func() paper.Papers { return paper.Papers{Texts: a.Bundle, Zone: a.Zone(), Outlines: outlines()} }
}
