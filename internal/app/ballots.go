package app

import (
	"context"
	"database/sql"

	"xuedu/internal/accredit/ballot"
	"xuedu/internal/accredit/ballot/reviewhttp"
	"xuedu/internal/accredit/panel"
	"xuedu/internal/web"
)

// ballotPanel gives package ballot what it needs of the panel.
type ballotPanel struct{ panel *panel.Service }

func ballotAssignment(a panel.Assignment) ballot.Assignment {
	return ballot.Assignment{ID: a.ID, CallID: a.CallID, ApplicationID: a.ApplicationID, Application: a.ApplicationCode,
		ExpertID: a.ExpertID, Seat: a.Seat, State: a.State, SubmittedAt: a.SubmittedAt}
}

func ballotAssignments(list []panel.Assignment, err error) ([]ballot.Assignment, error) {
	out := make([]ballot.Assignment, len(list))
	for i, a := range list {
		out[i] = ballotAssignment(a)
	}
	return out, err
}

func (p ballotPanel) Mine(ctx context.Context) ([]ballot.Assignment, error) {
	return ballotAssignments(p.panel.Mine(ctx))
}

func (p ballotPanel) OfCall(ctx context.Context, callID string) ([]ballot.Assignment, error) {
	return ballotAssignments(p.panel.OfCall(ctx, callID))
}

func (p ballotPanel) Assignment(ctx context.Context, id string) (ballot.Assignment, error) {
	a, err := p.panel.Assignment(ctx, id)
	return ballotAssignment(a), err
}

func (p ballotPanel) Submit(ctx context.Context, tx *sql.Tx, id string) error {
	return p.panel.Submit(ctx, tx, id)
}

func (p ballotPanel) Reopen(ctx context.Context, tx *sql.Tx, id string) error {
	return p.panel.Reopen(ctx, tx, id)
}

// wireBallots keeps what experts write, seals it when an assignment ends, and
// answers for the guards that ask whether all is in (P1.7).
func (a *App) wireBallots() {
	a.Ballots = ballot.New(ballot.Deps{DB: a.DB, Panel: ballotPanel{a.Panels}, Calls: a.Calls, Texts: a.Bundle, Now: a.now})
	a.Panels.OnRecuse(a.Ballots.Seal)
	a.Calls.OnGuard("ballots_in", a.Ballots.BallotsIn)
	a.Calls.OnGuard("discussions_closed", a.Ballots.DiscussionsClosed)
}

func (a *App) reviewRoutes() []web.Route {
	return reviewhttp.Routes(reviewhttp.Deps{Ballots: a.Ballots, Recuse: a.Panels.Recuse, Meetings: a.openMeetings, Waits: a.reviewDuties, Days: a.Calendar, Zone: a.Zone(), Now: a.now})
}

// openMeetings are the deliberations under way that the caller sits in.
func (a *App) openMeetings(ctx context.Context, lang string) ([]reviewhttp.Link, error) {
	list, err := a.Decisions.Mine(ctx)
	var links []reviewhttp.Link
	for _, m := range list {
		c, err := a.Calls.Call(trusted(ctx), m.CallID)
		if err != nil {
			return nil, err
		}
		links = append(links, reviewhttp.Link{Href: "/review/meetings/" + m.ID, Text: c.Title.In(lang)})
	}
	return links, err
}
