package app

import (
	"context"
	"net/http"
	"slices"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/award"
	"xuedu/internal/accredit/decide"
	"xuedu/internal/draw/register"
	"xuedu/internal/errs"
	"xuedu/internal/ui"
)

// Links between the pages of a call. Each is given only where its page is
// there and answers to who asks.

// aboutCall are the public pages about a call: its notices, who judged, its
// draws, the awards it gave.
func (a *App) aboutCall(ctx context.Context, p ui.Page, c accredit.Call) ([]ui.Link, error) {
	var list []ui.Link
	notices, err := a.Decisions.Notices(ctx)
	if err != nil {
		return nil, err
	}
	for _, n := range notices {
		if n.CallID == c.ID {
			list = append(list, ui.Link{Href: "/notices/" + n.ID, Text: p.T("link.notice"), Note: noteOf(p, a.Decisions.Open(n), "link.notice.open")})
		}
	}
	rest, err := a.proofOf(ctx, p, c)
	if err != nil {
		return nil, err
	}
	doc, err := a.Decisions.Paper(ctx, c.ID, decide.Document)
	if err != nil {
		return nil, err
	}
	if doc.Number != "" {
		rest = append(rest, ui.Link{Href: "/calls/" + c.Code + "/decision", Text: p.T("decide.paper.see"), Note: doc.Number})
	}
	given, err := a.Awards.List(ctx, award.Filter{CallID: c.ID})
	if err == nil && len(given) > 0 {
		rest = append(rest, ui.Link{Href: "/awards?call=" + c.Code, Text: p.T("link.awards"), Note: p.T("link.awards.note", "N", len(given))})
	}
	return append(list, rest...), err
}

func noteOf(p ui.Page, yes bool, key string) string {
	if yes {
		return p.T(key)
	}
	return ""
}

// proofOf are the pages by which everybody can check how a call was judged.
func (a *App) proofOf(ctx context.Context, p ui.Page, c accredit.Call) ([]ui.Link, error) {
	var list []ui.Link
	switch _, err := a.Panels.Composition(ctx, c.ID); errs.KindOf(err) {
	case errs.NotFound:
	default:
		if err != nil {
			return nil, err
		}
		list = append(list, ui.Link{Href: "/calls/" + c.Code + "/panel", Text: p.T("link.panel")})
	}
	draws, err := a.Draws.List(ctx, c.ID)
	for _, d := range draws {
		list = append(list, ui.Link{Href: "/draws/" + d.ID, Text: p.T("draw.purpose." + d.Purpose), Note: drawNote(p, d)})
	}
	return list, err
}

// drawNote says how far a draw is: several of one call have the same name.
func drawNote(p ui.Page, d register.Item) string {
	switch {
	case d.State == register.Void:
		return p.T("link.draw.void", "Reason", d.Reason)
	case d.DrawnAt.IsZero():
		return p.T("link.draw.frozen")
	}
	return p.T("link.draw.drawn", "Time", p.DateTime(d.DrawnAt))
}

// callLinks are the pages of other features about a call: at the desk what the
// reader may do with it, and what is public of it.
func (a *App) callLinks(r *http.Request, p ui.Page, c accredit.Call) ([]ui.Link, error) {
	if !c.Public() {
		return nil, nil
	}
	public, err := a.aboutCall(r.Context(), p, c)
	if err != nil || p.Front == ui.Public {
		return public, err
	}
	return append(workOn(p, account.From(r.Context()), c), public...), nil
}

// atLeast reports whether a call came as far as a state, by the order of its
// workflow's states. A cancelled call came nowhere.
func atLeast(c accredit.Call, state string) bool {
	list := c.Rules.Workflows["call"].States
	at := func(code string) int {
		for i, s := range list {
			if s.Code == code {
				return i
			}
		}
		return -1
	}
	from := at(state)
	return from >= 0 && at(c.State) >= from && c.State != "cancelled"
}

// workOn are the desks at which something is done for all of a call.
func workOn(p ui.Page, who account.Actor, c accredit.Call) []ui.Link {
	var list []ui.Link
	add := func(may bool, href, key string) {
		if may {
			list = append(list, ui.Link{Href: href, Text: p.T(key)})
		}
	}
	desk, checking := "/desk/calls/"+c.ID, c.State == "open" || c.State == "checking"
	manages, decides := who.Can(accredit.PermManage), who.Can(accredit.PermDecide)
	add(who.Can(accredit.PermDesk), "/desk/applications?which=all&call="+c.Code, "call.link.applications")
	add(who.Can(accredit.PermCheck) && checking, "/desk/check/"+c.Code, "call.link.check")
	add(who.Can(accredit.PermRecommend) && checking && c.Rules.Programme.Recommend.District, "/desk/recommend/"+c.Code, "link.board")
	add(who.Can("expert:read"), desk+"/panel", "call.link.panel")
	add(manages && atLeast(c, "reviewing"), desk+"/ballots", "call.link.ballots")
	add(manages && c.Rules.Programme.Visit.Team > 0 && atLeast(c, "shortlisted"), "/desk/visits?call="+c.Code, "call.link.visits")
	add((manages || decides || who.Can(accredit.PermCheck)) && atLeast(c, "reviewing"), desk+"/result", "call.link.result")
	add(who.Can(accredit.PermHandle) && atLeast(c, "noticed"), "/desk/objections", "nav.objections")
	return list
}

// applicationLinks are the pages of other features about an application, for
// who reads it: visits to the applicant, and the notice once it stands there.
func (a *App) applicationLinks(r *http.Request, p ui.Page, x accredit.Application, own bool) ([]ui.Link, error) {
	ctx, who := r.Context(), account.From(r.Context())
	var list []ui.Link
	if own && who.Can(accredit.PermApply) {
		visits, err := a.Visits.OfApplication(ctx, x.ID)
		if err != nil {
			return nil, err
		}
		if len(visits) > 0 {
			list = append(list, ui.Link{Href: "/desk/visited/" + x.ID, Text: p.T("visit.notice.title"), Note: p.T("link.visited.note")})
		}
	}
	c, err := a.Calls.Call(trusted(ctx), x.CallID)
	if err != nil {
		return nil, err
	}
	if who.Can(accredit.PermManage) && c.Rules.Programme.Visit.Team > 0 && atLeast(c, "shortlisted") {
		list = append(list, ui.Link{Href: "/desk/visits?call=" + c.Code, Text: p.T("call.link.visits")})
	}
	public, err := a.aboutCall(ctx, p, c)
	if err != nil {
		return nil, err
	}
	given, err := a.Awards.List(ctx, award.Filter{CallID: c.ID})
	i := slices.IndexFunc(given, func(g award.Award) bool { return g.ApplicationID == x.ID })
	if i >= 0 && a.Awards.Sees(ctx, given[i]) {
		list = append(list, ui.Link{Href: "/desk/awards/" + given[i].ID, Text: p.T("link.award"), Note: given[i].Number})
	}
	return append(list, public...), err
}

// noticeLinks are the pages about the call of a notice, without the notice.
func (a *App) noticeLinks(r *http.Request, p ui.Page, n decide.Notice) ([]ui.Link, error) {
	c, err := a.Calls.Call(trusted(r.Context()), n.CallID)
	if err != nil {
		return nil, err
	}
	return a.proofOf(r.Context(), p, c)
}

// awardLinks are the pages about how an award came to be.
func (a *App) awardLinks(r *http.Request, p ui.Page, x award.Award) ([]ui.Link, error) {
	if x.CallID == "" {
		return nil, nil
	}
	c, err := a.Calls.Call(trusted(r.Context()), x.CallID)
	if err != nil {
		return nil, err
	}
	list, err := a.aboutCall(r.Context(), p, c)
	return append([]ui.Link{{Href: "/calls/" + c.Code, Text: c.Title.In(p.Lang)}}, list...), err
}

// holderLinks are what the desk of an award leads to: guidance, and the
// application to be re-evaluated while such a call is open.
func (a *App) holderLinks(r *http.Request, p ui.Page, x award.Award) ([]ui.Link, error) {
	ctx := r.Context()
	cases, err := a.Awards.Cases(ctx)
	if err != nil {
		return nil, err
	}
	var list []ui.Link
	for _, c := range cases {
		if c.OrgID == x.OrgID && c.AreaID == x.AreaID && c.Programme == x.Programme {
			list = append(list, ui.Link{Href: "/desk/guidance/" + c.ID, Text: p.T("link.guidance"), Note: noteOf(p, c.To != "", "award.case.closed")})
		}
	}
	again, err := a.againCall(ctx, x)
	if err == nil && again.Code != "" && a.Awards.Holds(ctx, x) {
		href := "/desk/applications/new?award=" + x.ID + "&call=" + again.Code
		list = append(list, ui.Link{Href: href, Text: p.T("link.again"), Note: again.Title.In(p.Lang)})
	}
	return list, err
}

// againCall is the open call that re-evaluates an award; its zero value where
// there is none.
func (a *App) againCall(ctx context.Context, x award.Award) (accredit.Call, error) {
	if x.State != "reevaluating" {
		return accredit.Call{}, nil
	}
	calls, err := a.Calls.Calls(trusted(ctx))
	for _, c := range calls {
		if c.State == "open" && c.Kind == accredit.KindReevaluation && c.Programme == x.Programme {
			return c, err
		}
	}
	return accredit.Call{}, err
}

// drawLinks leads from a draw to the call it was made for.
func (a *App) drawLinks(r *http.Request, p ui.Page, subject string) ([]ui.Link, error) {
	c, err := a.Calls.Call(trusted(r.Context()), subject)
	if errs.KindOf(err) == errs.NotFound { // of a visit, or of something else
		return nil, nil
	}
	if err != nil || !c.Public() {
		return nil, err
	}
	return []ui.Link{{Href: "/calls/" + c.Code, Text: c.Title.In(p.Lang)}}, nil
}
