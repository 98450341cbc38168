package app

import (
	"context"

	"xuedu/internal/release"
	"xuedu/internal/release/paper"
)

// papers makes the papers of a release in each of its languages: page,
// document, workbook, and a PDF of the page where this machine prints. A PDF
// that does not come is left out and logged, so that nobody's approval waits
// for a browser; the page's own address prints it then.
func (a *App) papers(ctx context.Context, r *release.Release) (map[string][]byte, error) {
	p := a.paperMaker()()
	out := map[string][]byte{}
	for _, lang := range r.Languages {
		var err error
		if out[paper.HTMLName(lang)], err = p.HTML(r, lang, false); err != nil {
			return nil, err
		}
		if out[paper.DOCXName(lang)], err = p.DOCX(r, lang); err != nil {
			return nil, err
		}
		if out[paper.AnnexName(lang)], err = p.Annex(r, lang); err != nil {
			return nil, err
		}
		if !a.Printer.Ready() {
			continue
		}
		printed, err := a.Printer.Print(ctx, out[paper.HTMLName(lang)])
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			a.Log.Warn("a report is sealed without its PDF", "series", r.Series, "period", r.Period, "lang", lang, "error", err)
			continue
		}
		out[paper.PDFName(lang)] = printed
	}
	return out, nil
}

// paperMaker returns what makes papers by the pack in force.
func (a *App) paperMaker() func() paper.Papers {
	outlines := a.outlines()
	return func() paper.Papers { return paper.Papers{Texts: a.Bundle, Zone: a.Zone(), Outlines: outlines()} }
}
