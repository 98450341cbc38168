package accredit

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"xuedu/internal/accredit/internal/gen"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/workflow"
)

// States and moves of the workflow "application" that the program knows.
const (
	stateRecommending   = "recommending"
	stateNotRecommended = "not_recommended"
	stateWithdrawn      = "withdrawn"
	stateCancelled      = "cancelled"

	moveRecommend = "recommend"
	moveDecline   = "decline"
	moveTooLate   = "too_late"

	guardGates       = "gates_hold"
	effectSubmit     = "submit"
	effectSupplement = "count_supplement"
	effectRelease    = "release" // of the panel: assignments end; where nobody assigns there is nothing to do
)

// flow is the workflow that the applications of a call follow.
func flow(c Call) (*workflow.Machine, error) { return c.Machine(flowApplication) }

// ApplicationMoves lists the moves of an application that are the caller's, with
// what is still missing. Of the ways to submit only the one that the programme
// goes is shown.
func (s *Service) ApplicationMoves(ctx context.Context, id string) ([]workflow.Open, error) {
	a, err := s.Application(ctx, id)
	if err != nil {
		return nil, err
	}
	c, err := s.callFor(ctx, a.CallID)
	if err != nil {
		return nil, err
	}
	m, err := flow(c)
	if err != nil {
		return nil, err
	}
	w := &writing{q: gen.New(s.DB.Read), call: c, flow: m, app: a}
	open, err := m.Open(ctx, a.State, s.hand(ctx, a), s.guardsOf(w, s.DB.Read))
	on := routeGuard + s.route(c, a.AreaID)
	return slices.DeleteFunc(open, func(o workflow.Open) bool { return offRoute(on, o.Move) }), err
}

// offRoute reports whether a move goes another way than on.
func offRoute(on string, v workflow.Move) bool {
	return slices.ContainsFunc(v.Guards, func(g string) bool { return strings.HasPrefix(g, routeGuard) && g != on })
}

const routeGuard = "route_"

// route is where an application goes when it is submitted. One that lies in no
// street, as that of a district's own hospital, goes to the district at once.
func (s *Service) route(c Call, areaID int64) string {
	switch r := c.Rules.Programme.Recommend; {
	case r.Street && s.above(areaID, area.Street) != 0:
		return "street"
	case r.District:
		return "district"
	}
	return "city"
}

// MoveApplication makes a move of an application, with its effects here and in
// other packages, in one transaction. It fails as workflow.Machine.Step does.
// At its first submission its figures are counted once more and frozen.
func (s *Service) MoveApplication(ctx context.Context, id, move, reason string) error {
	fresh, err := s.beforeMove(ctx, id, move)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		a, err := s.application(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := lockCall(ctx, gen.New(tx), a.CallID); err != nil { // before the application, as a call's moves do
			return err
		}
		w, err := s.lock(ctx, tx, id)
		if err != nil {
			return err
		}
		st, err := w.flow.Step(ctx, w.app.State, move, reason, s.hand(ctx, w.app), s.guardsOf(w, tx))
		if err != nil {
			return err
		}
		if err := s.step(ctx, w, st, fresh); err != nil {
			return err
		}
		w.entry = audit.Entry{Verb: "application:" + move, Reason: st.Reason, Detail: map[string]any{"from": st.From.Code, "to": st.To.Code}}
		return s.trail(ctx, w)
	})
}

// beforeMove counts what a move is going to show for the last time or to freeze,
// outside of its transaction; nil where it does neither.
func (s *Service) beforeMove(ctx context.Context, id, move string) (*found, error) {
	a, err := s.Application(ctx, id)
	if err != nil || !a.Submitted.IsZero() {
		return nil, err
	}
	c, err := s.callFor(ctx, a.CallID)
	if err != nil {
		return nil, err
	}
	m, err := flow(c)
	if err != nil {
		return nil, err
	}
	v, ok := m.Move(move)
	counts := slices.Contains(v.Does, effectSubmit) || slices.Contains(v.Guards, guardGates)
	if !ok || !counts || !s.mayApply(ctx, a.OrgID, a.AreaID) {
		return nil, nil
	}
	f, err := s.fresh(ctx, a, c)
	return &f, err
}

// step makes a move that was found lawful.
func (s *Service) step(ctx context.Context, w *writing, st workflow.Step, fresh *found) error {
	if fresh != nil && w.app.Submitted.IsZero() {
		if _, failing := failed(fresh.gates); failing {
			return errs.New(errs.Conflict, "accredit.why.gates_hold")
		}
		if err := s.renew(ctx, w, *fresh); err != nil {
			return err
		}
	}
	due := s.dueIn(w.call, w.app, st.To, st.From)
	err := w.q.MoveApplication(ctx, gen.MoveApplicationParams{ID: w.app.ID, State: st.To.Code, Desk: st.To.Desk, Since: s.stamp(), Due: due})
	if err == nil {
		err = s.event(ctx, w.q, w.app.ID, st.Code, st.From.Code, st.To.Code, st.Reason)
	}
	if err == nil && st.Code == moveDecline { // the applicant reads why
		err = keepRecommendation(ctx, w.q, w.app, Recommendation{Reason: st.Reason, At: s.stamp()}, actor(ctx))
	}
	if err != nil {
		return fmt.Errorf("move application: %w", err)
	}
	for _, name := range st.Does {
		if err := s.effect(ctx, w, name, fresh); err != nil {
			return err
		}
	}
	return nil
}

// effect does what a move says it does: what this package knows, then what
// another registered.
func (s *Service) effect(ctx context.Context, w *writing, name string, fresh *found) error {
	var err error
	switch name {
	case effectSubmit:
		err = s.submit(ctx, w, fresh)
	case effectSupplement:
		err = w.q.CountSupplement(ctx, w.app.ID)
	case effectRelease:
	default:
		if s.effects[name] == nil {
			return errs.New(errs.Unavailable, "accredit.bad_workflow", "Name", name)
		}
	}
	if err == nil && s.effects[name] != nil {
		err = s.effects[name](ctx, w.tx, w.call, w.app.ID)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// submit freezes the figures at the first submission: from then on they never
// change.
func (s *Service) submit(ctx context.Context, w *writing, fresh *found) error {
	switch {
	case !w.app.Submitted.IsZero():
		return nil
	case fresh == nil: // somebody else moved it meanwhile
		return errs.New(errs.Conflict, "accredit.not_now")
	}
	return w.q.SetSubmitted(ctx, gen.SetSubmittedParams{ID: w.app.ID, SubmittedAt: nullTime(s.stamp())})
}

// dueIn is the last day of a state that follows from: its own limit; for what is
// being written the end of the call's stage. What was sent back after that has as
// many days as the desk had that sent it back, however often it is put aside and
// taken up again.
func (s *Service) dueIn(c Call, a Application, st, from workflow.State) string {
	if st.Days > 0 || st.Desk == "" || st.Final {
		return st.Due(s.date(), s.Days())
	}
	if st.Desk != deskApplicant {
		return stageEnd(c, st.Code)
	}
	end := stageEnd(c, stageApplying)
	switch {
	case a.Submitted.IsZero() || !over(s.today(), end):
		return end
	case from.Desk == deskApplicant:
		return a.Due
	}
	return s.Days().Add(s.date(), max(from.Days, 1)).Format(time.DateOnly)
}
