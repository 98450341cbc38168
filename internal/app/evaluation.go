package app

import (
	"context"
	"time"

	"xuedu/internal/accredit/award"
	"xuedu/internal/accredit/decide"
	"xuedu/internal/evaluation"
	"xuedu/internal/evaluation/evaluationhttp"
	"xuedu/internal/pack"
	"xuedu/internal/web"
)

// wireEvaluation makes what judges the districts (P1.9).
func (a *App) wireEvaluation() {
	a.Evaluations = evaluation.New(evaluation.Deps{DB: a.DB, Pack: a.Packs.Pack, Tree: a.Areas.Tree, Releases: a.Publish, Collect: a.Monitor.Collect, Targets: a.Plan().All,
		Experts: a.publicResults, Days: func(from time.Time, n int) time.Time { return a.Calendar().Add(from, n) }, Zone: a.Zone, Now: a.now})
}

// publicResults is what accreditation made public up to a day: awards that held
// on it, and results that a notice published; with the band of the points where
// the notice said one.
func (a *App) publicResults(ctx context.Context, day string) ([]evaluation.Expert, error) {
	notices, err := a.Decisions.Notices(ctx)
	if err != nil {
		return nil, err
	}
	lines := map[string]decide.Line{} // by application
	for _, n := range notices {
		for _, l := range n.Lines {
			lines[l.ApplicationID] = l
		}
	}
	list, err := a.Awards.List(ctx, award.Filter{})
	var out []evaluation.Expert
	for _, x := range list {
		if !x.Holds(day) {
			continue
		}
		l := lines[x.ApplicationID]
		e := evaluation.Expert{Area: a.codeOf(x.AreaID), Holder: x.Holder, Number: x.Number, Day: x.Day, Band: l.Band, Sentence: x.Sentence, Programme: pack.Text{}}
		if p, ok := a.Packs.Pack().AwardProgramme(x.Programme); ok {
			e.Programme = p.Name
		}
		out = append(out, e)
	}
	return out, err
}

// codeOf is the code of an area, "" where there is none.
func (a *App) codeOf(id int64) string {
	if n, ok := a.Areas.Tree().ByID(id); ok {
		return a.Areas.Tree().At(n).Code
	}
	return ""
}

// evaluationRoutes are the pages of the evaluation, on the desk and in public.
func (a *App) evaluationRoutes() []web.Route {
	return evaluationhttp.Routes(evaluationhttp.Deps{Evaluations: a.Evaluations, Pack: a.Packs.Pack, Names: a.Accounts.Names, Zone: a.Zone(), Now: a.now})
}
