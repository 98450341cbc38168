package evaluation

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/evaluation/internal/gen"
)

// States of an action.
const (
	ActOpen    = "open"    // nobody said yet what will be done
	ActPlanned = "planned" // what, by whom, until when
	ActWorking = "working"
	ActDone    = "done"
	ActDropped = "dropped" // a revision found the cell red no more
)

// Action is what a red cell leads to.
type Action struct {
	ID, Round, Area, Code string
	State                 string
	Text, Owner           string // what will be done, and by which body or post
	Due                   string // day; while it is open, until when it is to be planned
	At                    time.Time
	Progress              []Progress
}

// Over reports whether nothing is left to do.
func (a Action) Over() bool { return a.State == ActDone || a.State == ActDropped }

// Late reports whether its day has passed and it is not over.
func (a Action) Late(today string) bool { return !a.Over() && today > a.Due }

// Progress is one note on an action, with its state from then on.
type Progress struct {
	State, Text, Actor string
	At                 time.Time
}

// Actions lists the actions of a round that the caller may see, by area and
// day, with their progress.
func (s *Service) Actions(ctx context.Context, r Round) ([]Action, error) {
	all, err := gen.New(s.DB.Read).AllActions(ctx)
	if err != nil {
		return nil, err
	}
	notes, err := gen.New(s.DB.Read).AllProgress(ctx, r.ID)
	var out []Action
	for _, x := range all {
		if x.RoundID != r.ID || !s.Sees(ctx, r, x.Area) {
			continue
		}
		a := action(x)
		for _, p := range notes {
			if p.ActionID == a.ID {
				a.Progress = append(a.Progress, Progress{p.State, p.Text, p.Actor, p.CreatedAt})
			}
		}
		out = append(out, a)
	}
	return out, err
}

func action(x gen.EvaluationAction) Action {
	return Action{ID: x.ID, Round: x.RoundID, Area: x.Area, Code: x.Code, State: x.State, Text: x.Text, Owner: x.Owner, Due: x.Due, At: x.CreatedAt}
}

// Plan says what will be done about a red cell, by which body or post, and
// until when. Whoever speaks for the area plans, or the office; an action that
// is over stays as it is. It fails with Invalid for a day that is not ahead.
func (s *Service) Plan(ctx context.Context, r Round, id, what, owner, due string) error {
	a, err := s.mine(ctx, r, id)
	if err != nil {
		return err
	}
	what, owner = strings.TrimSpace(what), strings.TrimSpace(owner)
	if err := text("text", what, maxText); err != nil {
		return err
	}
	if err := text("owner", owner, 60); err != nil {
		return err
	}
	if _, err := time.Parse(time.DateOnly, due); err != nil || due <= s.Today() {
		return errs.InvalidField("due", "evaluation.needs_due")
	}
	was := a.State
	a.Text, a.Owner, a.Due = what, owner, due
	if a.State == ActOpen {
		a.State = ActPlanned
	}
	return s.put(ctx, r, a, was, what)
}

// Report notes how far an action is: working or done. What was planned stays.
func (s *Service) Report(ctx context.Context, r Round, id, state, what string) error {
	a, err := s.mine(ctx, r, id)
	if err != nil {
		return err
	}
	if a.State == ActOpen {
		return errs.New(errs.Conflict, "evaluation.not_planned")
	}
	if state != ActWorking && state != ActDone {
		return errs.InvalidField("state", "evaluation.needs_state")
	}
	what = strings.TrimSpace(what)
	if err := text("text", what, maxText); err != nil {
		return err
	}
	was := a.State
	a.State = state
	return s.put(ctx, r, a, was, what)
}

// mine is an action that the caller may work at, and that is not over.
func (s *Service) mine(ctx context.Context, r Round, id string) (Action, error) {
	x, err := gen.New(s.DB.Read).GetAction(ctx, id)
	if errors.Is(err, sql.ErrNoRows) || err == nil && x.RoundID != r.ID {
		return Action{}, notFound()
	}
	if err != nil {
		return Action{}, err
	}
	if !s.covers(ctx, x.Area) && !account.From(ctx).Can(PermPrepare) {
		return Action{}, forbidden()
	}
	a := action(x)
	if a.Over() {
		return Action{}, errs.New(errs.Conflict, "evaluation.done")
	}
	return a, nil
}

func (s *Service) put(ctx context.Context, r Round, a Action, was, note string) error {
	now, who := s.stamp(), account.From(ctx).ID
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		q := gen.New(tx)
		n, err := q.PlanAction(ctx, gen.PlanActionParams{ID: a.ID, Was: was, State: a.State, Text: a.Text, Owner: a.Owner, Due: a.Due})
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "evaluation.moved")
		}
		if err := q.InsertProgress(ctx, gen.InsertProgressParams{ID: newID(), ActionID: a.ID, State: a.State, Text: note, Actor: who, CreatedAt: now}); err != nil {
			return err
		}
		return audit.Append(ctx, tx, now, audit.Entry{Verb: "evaluation:action", Object: "evaluation:" + r.ID,
			Detail: map[string]any{"area": a.Area, "code": a.Code, "state": a.State, "due": a.Due}})
	})
}

// Waiting are the actions of published rounds that wait for the caller: those
// of areas the caller speaks for that are not done, and for the office those
// that are late.
func (s *Service) Waiting(ctx context.Context) ([]Action, error) {
	rows, err := gen.New(s.DB.Read).AllActions(ctx)
	if err != nil {
		return nil, err
	}
	today := s.Today()
	var out []Action
	for _, x := range rows {
		a := action(x)
		if !a.Over() && (s.covers(ctx, a.Area) || a.Late(today) && account.From(ctx).Can(PermPrepare)) {
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b Action) int { return strings.Compare(a.Due, b.Due) })
	return out, nil
}
