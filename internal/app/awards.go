package app

import (
	"context"
	"database/sql"
	"time"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/award"
	"xuedu/internal/accredit/award/awardhttp"
	"xuedu/internal/accredit/decide"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/i18n"
	"xuedu/internal/job"
	"xuedu/internal/pack"
	"xuedu/internal/plan"
	"xuedu/internal/web"
)

// wireAwards makes the register of awards, with what it asks of calls, experts
// and the plan (P1.6, P1.7).
func (a *App) wireAwards() {
	a.Awards = award.NewService(award.Deps{DB: a.DB, Pack: a.Packs.Pack, Tree: a.Areas.Tree, Days: a.Calendar, Calls: a.Calls,
		Watch: watch{a}, Bars: bars{a.Calls}, Ties: ties{a}, Now: a.now})
}

// grantAwards enters what was decided: new awards, and the scores of awards
// that were looked at again. It is what decide.Deps.Grant asks for.
func (a *App) grantAwards(ctx context.Context, tx *sql.Tx, list []decide.Awarded) error {
	var fresh []award.New
	for _, x := range list {
		if x.AwardID == "" {
			fresh = append(fresh, award.New{CallID: x.CallID, ApplicationID: x.ApplicationID, Programme: x.Programme, OrgID: x.OrgID, AreaID: x.AreaID,
				Holder: x.Holder, Document: x.Document, Day: x.Day, Sentence: x.Sentence})
			continue
		}
		err := a.Awards.Scored(ctx, tx, x.AwardID, x.Score)
		if err != nil && errs.KindOf(err) != errs.Conflict { // given up or revoked while it was looked at
			return err
		}
	}
	_, err := a.Awards.Grant(ctx, tx, fresh)
	return err
}

// watch finds core indicators that are behind the area's own target.
type watch struct{ app *App }

// Red implements award.Watch: an indicator is red where a target of the plan
// counts it and the area stands behind what it was to reach by the last full
// year.
func (x watch) Red(ctx context.Context, code string, areaID int64, _ int) (*award.Finding, error) {
	all, err := x.app.Plan().All(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		if p.Target.Measure != code {
			continue
		}
		for _, s := range append([]plan.Standing{p.Whole}, p.Split...) {
			if s.Area != nil && s.Area.ID == areaID && (s.Verdict == plan.Behind || s.Verdict == plan.Missed) {
				return x.finding(p, s), nil
			}
		}
	}
	return nil, nil
}

func (x watch) finding(p plan.Progress, s plan.Standing) *award.Finding {
	value, want := s.Now.State.String(), ""
	if v := s.Value(); s.Now.State == formula.Value && v != nil {
		value = v.FloatString(int(p.Code.Places))
	}
	if s.Want != nil {
		want = s.Want.FloatString(int(p.Code.Places))
	}
	return &award.Finding{Kind: award.FindingRed, Code: p.Target.Measure, Source: "/plan/targets/" + p.Target.Code,
		Text: x.app.Bundle.T(i18n.ZH, "award.red", "Name", p.Target.Name.In(i18n.ZH), "Value", value, "Want", want)}
}

// Upheld implements award.Watch: what is objected to before an award is settled
// before it, and later complaints are the office's to weigh.
func (watch) Upheld(context.Context, award.Award, string, string) ([]award.Finding, error) {
	return nil, nil
}

// bars are kept where applications are.
type bars struct{ calls *accredit.Service }

// Bar implements award.Bars. The last day of a bar is included, that of an
// award is not.
func (b bars) Bar(ctx context.Context, tx *sql.Tx, orgID string, areaID int64, from, to, source, reason string) error {
	if orgID != "" {
		areaID = 0
	}
	end, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return err
	}
	_, err = b.calls.BarIn(ctx, tx, accredit.Bar{OrgID: orgID, AreaID: areaID, From: from, To: end.AddDate(0, 0, -1).Format(time.DateOnly),
		Source: source, Reason: reason})
	return err
}

// Unbar implements award.Bars.
func (b bars) Unbar(ctx context.Context, tx *sql.Tx, source, reason string) error {
	return b.calls.LiftBarsIn(ctx, tx, source, reason)
}

// ties are kept where experts are.
type ties struct{ app *App }

// AddEdge implements award.Ties.
func (t ties) AddEdge(ctx context.Context, tx *sql.Tx, e expert.Edge) error {
	_, err := t.app.Experts.AddEdge(ctx, tx, e)
	return err
}

func (a *App) awardDeps() awardhttp.Deps {
	return awardhttp.Deps{Awards: a.Awards, Tree: a.Areas.Tree, Pack: a.Packs.Pack, Map: a.outlines(), Secure: a.Config.TLS, OrgName: a.Orgs.OrgName,
		FindOrg: a.OrgByCode, Experts: a.coaches, ExpertName: a.expertName, Draft: a.draftAgain,
		Call: a.callTitle, Links: a.awardLinks, Around: a.holderLinks, Printer: a.Printer, Credentials: a.Credentials.Ready}
}

// callTitle finds a call that is public.
func (a *App) callTitle(ctx context.Context, code string) (string, pack.Text, error) {
	c, err := a.Calls.CallByCode(ctx, code)
	if err == nil && !c.Public() {
		err = errs.New(errs.NotFound, "error.not_found")
	}
	return c.ID, c.Title, err
}

func (a *App) awardRoutes() []web.Route { return awardhttp.Routes(a.awardDeps()) }

// OrgByCode finds an institution of the register.
func (a *App) OrgByCode(ctx context.Context, code string) (string, int64, error) {
	o, err := a.Orgs.Get(ctx, code)
	return o.ID, o.AreaID, err
}

// coaches are the experts who may be asked to guide.
func (a *App) coaches(ctx context.Context) ([]awardhttp.Option, error) {
	pool, err := a.Experts.Pool(ctx)
	list := make([]awardhttp.Option, len(pool))
	for i, e := range pool {
		list[i] = awardhttp.Option{Value: e.ID, Text: e.Name + " " + e.OrgName}
	}
	return list, err
}

// expertName is the name of who guides: those who are guided know them.
func (a *App) expertName(ctx context.Context, id string) string {
	e, err := a.Experts.Get(audit.With(ctx, audit.Who{Actor: "system"}), id)
	if err != nil {
		return id
	}
	return e.Name
}

// draftAgain drafts the call of a re-evaluation.
func (a *App) draftAgain(ctx context.Context, programme string, n int) (string, error) {
	c, err := a.Calls.Draft(ctx, accredit.NewCall{Programme: programme, Kind: accredit.KindReevaluation, Places: n})
	return "/desk/calls/" + c.ID, err
}

const awardEvery = time.Hour

type awardArgs struct{}

func (awardArgs) Kind() string { return "award.tick" }

// awardJobs opens yearly checks, warns, and lets awards lapse.
func (a *App) awardJobs(q *job.Queue) {
	job.Handle(q, func(ctx context.Context, _ awardArgs) error {
		n, err := a.Awards.Tick(ctx)
		if n != (award.Ticked{}) {
			a.Log.InfoContext(ctx, "awards looked after", "checks", n.Checks, "moves", n.Moves)
		}
		return err
	})
	job.Every(q, awardEvery, awardArgs{})
}
