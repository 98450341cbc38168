package app

import (
	"context"
	"net/http"

	"xuedu/internal/account"
	"xuedu/internal/accredit/decide"
	"xuedu/internal/accredit/decide/decidehttp"
	"xuedu/internal/accredit/panel"
	"xuedu/internal/audit"
	"xuedu/internal/web"
)

// wireDecisions makes what decides calls; it needs ballots, visits, draws and
// the register of awards.
func (a *App) wireDecisions() {
	a.Decisions = decide.New(decide.Deps{
		DB: a.DB, Calls: a.Calls, Draws: a.Draws, Checker: a.Experts, Tree: a.Areas.Tree, Days: a.Calendar, Zone: a.Zone,
		Key: a.Ring.Contact, Now: a.now,
		Ballots: a.Ballots.Ballots, Visits: a.Visits.Found, Judges: a.judges, Grant: a.grantAwards, Keep: a.Attachments.Put,
	})
}

// members are the experts of a call who may sit in its meeting; one without an
// account votes on paper.
func (a *App) members(ctx context.Context, callID string) ([]decide.Member, error) {
	seats, err := a.Panels.Seats(ctx, callID)
	if err != nil {
		return nil, err
	}
	pool, err := a.Experts.Experts(ctx)
	if err != nil {
		return nil, err
	}
	var list []decide.Member
	for _, s := range seats {
		if s.State != panel.Seated {
			continue
		}
		for _, e := range pool {
			if e.ID != s.ExpertID {
				continue
			}
			m := decide.Member{AccountID: e.AccountID, ExpertID: e.ID, Name: e.Name}
			if m.AccountID == "" {
				m.AccountID = "expert:" + e.ID
			}
			list = append(list, m)
		}
	}
	return list, nil
}

// judges are the accounts of all who had a seat in a call or visited for it.
func (a *App) judges(ctx context.Context, callID string) ([]string, error) {
	list, err := a.Visits.Visitors(ctx, callID)
	if err != nil {
		return nil, err
	}
	seats, err := a.Panels.Seats(trusted(ctx), callID)
	if err != nil {
		return nil, err
	}
	pool, err := a.Experts.Pool(trusted(ctx))
	for _, s := range seats {
		for _, e := range pool {
			if e.ID == s.ExpertID && e.AccountID != "" {
				list = append(list, e.AccountID)
			}
		}
	}
	return list, err
}

// trusted is a context in which the program itself asks.
func trusted(ctx context.Context) context.Context {
	return audit.With(account.With(ctx, account.Actor{}), audit.Who{Actor: "system"})
}

func (a *App) decisionRoutes() []web.Route {
	return decidehttp.Routes(decidehttp.Deps{
		Decisions: a.Decisions, Calls: a.Calls, Tree: a.Areas.Tree, Candidates: a.members,
		File: a.evidenceFile,
		Can:  func(ctx context.Context, p web.Perm) bool { return account.From(ctx).Can(string(p)) }, MostBytes: 20 << 20,
		Links: a.noticeLinks, FindCall: a.Calls.CallByCode, Printer: a.Printer,
	})
}

// evidenceFile returns a file that came with an objection, and what it is.
func (a *App) evidenceFile(ctx context.Context, digest string) ([]byte, string, error) {
	content, err := a.Attachments.Get(ctx, digest)
	return content, http.DetectContentType(content), err
}
