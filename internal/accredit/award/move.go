package award

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"xuedu/internal/accredit/award/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/workflow"
)

// In is what a move is made with.
type In struct {
	Reason string // public: it stands in the register
	Cause  string // of a revocation that is proposed: one of Causes
}

// Step of the procedure in which an award may be lost. The workflow of the pack
// names these states so.
const (
	stateHearing = "hearing"
	stateRevoked = "revoked"

	stateRectifying   = "rectifying"   // its last day may be put off
	stateReevaluating = "reevaluating" // its score is waited for
)

// turn is one award in a transaction, on a day.
type turn struct {
	*Service
	tx  *sql.Tx
	q   *gen.Queries
	a   Award
	r   rules
	in  In
	day string
}

// turn locks an award and reads it.
func (s *Service) turn(ctx context.Context, tx *sql.Tx, id string) (*turn, error) {
	q := gen.New(tx)
	if _, err := q.LockAward(ctx, id); err != nil {
		return nil, fmt.Errorf("lock award: %w", err)
	}
	a, err := s.get(ctx, q, id)
	if err != nil {
		return nil, err
	}
	r, err := s.rulesOf(ctx, a)
	return &turn{Service: s, tx: tx, q: q, a: a, r: r, day: s.Today()}, err
}

// Move makes a move of the workflow that an award follows. It fails as
// workflow.Machine.Step does, and with Invalid where a revocation is proposed
// without a cause.
func (s *Service) Move(ctx context.Context, id, move string, in In) error {
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		t, err := s.turn(ctx, tx, id)
		if err != nil {
			return err
		}
		t.in = in
		return t.move(ctx, move, s.hand(ctx, t.a))
	})
}

// Moves lists the moves that are the caller's, with what is still missing.
func (s *Service) Moves(ctx context.Context, a Award) ([]workflow.Open, error) {
	r, err := s.rulesOf(ctx, a)
	if err != nil {
		return nil, err
	}
	t := &turn{Service: s, q: gen.New(s.DB.Read), a: a, r: r, day: s.Today()}
	return r.Machine.Open(ctx, a.State, s.hand(ctx, a), t.guard)
}

// Flow returns the workflow of an award, for the names of its states and moves.
func (s *Service) Flow(ctx context.Context, a Award) (workflow.Definition, error) {
	r, err := s.rulesOf(ctx, a)
	if err != nil {
		return workflow.Definition{}, err
	}
	return r.Machine.Definition(), nil
}

func (t *turn) move(ctx context.Context, move string, h workflow.Hand) error {
	st, err := t.r.Machine.Step(ctx, t.a.State, move, t.in.Reason, h, t.guard)
	if err != nil {
		return err
	}
	if err := t.step(ctx, st); err != nil {
		return err
	}
	return audit.Append(ctx, t.tx, t.stamp(), audit.Entry{Verb: "award:" + st.Code, Object: "award:" + t.a.ID, AreaID: t.a.AreaID, Reason: st.Reason})
}

// step makes a move that was found lawful, with its effects.
func (t *turn) step(ctx context.Context, st workflow.Step) error {
	before := t.a
	t.a.State, t.a.Desk, t.a.Since, t.a.Final = st.To.Code, st.To.Desk, t.stamp(), st.To.Final
	t.a.Due = st.To.Due(date(t.day), t.Days())
	for _, name := range st.Does {
		if err := t.effect(ctx, name, st.Reason); err != nil {
			return err
		}
	}
	err := t.save(ctx)
	if err == nil {
		err = t.event(ctx, t.q, t.a, Event{Move: st.Code, From: before.State, To: t.a.State, Reason: st.Reason})
	}
	if err != nil {
		return fmt.Errorf("move award: %w", err)
	}
	return nil
}

// note adds to the history what is no move.
func (t *turn) note(ctx context.Context, code, reason string) error {
	err := t.event(ctx, t.q, t.a, Event{Move: code, From: t.a.State, To: t.a.State, Reason: reason})
	if err != nil {
		return fmt.Errorf("insert event: %w", err)
	}
	return audit.Append(ctx, t.tx, t.stamp(), audit.Entry{Verb: "award:" + code, Object: "award:" + t.a.ID, AreaID: t.a.AreaID, Reason: reason})
}

func (t *turn) save(ctx context.Context) error {
	a, state := t.a, standing
	if a.Earlier {
		state = pending
	}
	err := t.q.MoveAward(ctx, gen.MoveAwardParams{AwardID: a.ID, State: a.State, Desk: a.Desk, Since: a.Since, Due: a.Due, Final: flag(a.Final)})
	if err == nil {
		err = t.q.SetValid(ctx, gen.SetValidParams{ID: a.ID, State: state, ValidFrom: a.From, ValidTo: a.To})
	}
	if err == nil {
		err = t.q.SetLife(ctx, gen.SetLifeParams{AwardID: a.ID, Term: a.Term, Cause: a.Cause, Exempt: flag(a.Exempt), Score: a.Score, Failed: int64(a.Failed)})
	}
	return err
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// effect does what a move of the workflow says it does, by name.
func (t *turn) effect(ctx context.Context, name, reason string) error {
	life := t.r.Programme.Life
	switch name {
	case "set_deadline":
		t.a.Due, t.a.Cause = addDays(t.day, life.Rectify), ""
	case "hear":
		return t.hear()
	case "appeal_term":
		t.a.Due = t.workdays(life.Appeal)
	case "renew":
		return t.renew(ctx)
	case "carry":
		t.a.Exempt = false
		t.extend()
	case "begin_again":
		t.a.Score = ""
	case "fail":
		t.a.Failed++
	case "end_award":
		if t.a.To == "" || t.day < t.a.To {
			t.a.To = t.day
		}
	case "ban_if_fraud":
		return t.ban(ctx, reason)
	case "restore":
		return t.restore(ctx, reason)
	default:
		return errs.New(errs.Unavailable, "award.bad_workflow", "Name", name)
	}
	return nil
}

// hear opens the days in which the holder is heard.
func (t *turn) hear() error {
	if !slices.Contains(Causes, t.in.Cause) {
		return errs.InvalidField("cause", "award.no_cause")
	}
	t.a.Cause, t.a.Due = t.in.Cause, t.workdays(t.r.Programme.Life.Hearing)
	return nil
}

// workdays is the n-th working day from today on.
func (t *turn) workdays(n int) string {
	return t.Days().Add(date(t.day), n).Format(time.DateOnly)
}

func addDays(day string, n int) string { return date(day).AddDate(0, 0, n).Format(time.DateOnly) }

// renew extends an award after a re-evaluation. An earlier award that passed
// begins to count today and needs a place (P1.3).
func (t *turn) renew(ctx context.Context) error {
	if t.a.Earlier {
		if err := t.quotaLeft(ctx, t.tx, t.r, t.day, 1); err != nil {
			return err
		}
		t.a.Earlier, t.a.From, t.a.Term = false, t.day, t.day
	}
	t.a.Failed, t.a.Exempt = 0, reaches(t.a.Score, t.r.Programme.Life.Excellent)
	t.extend()
	return nil
}

// extend adds the programme's years to the term.
func (t *turn) extend() {
	if t.a.Term != "" {
		t.a.Term = termFrom(t.a.Term, t.r.Programme.Validity)
	}
	t.a.To = t.a.Term
}

// ban keeps who made up data from applying for the programme's years.
func (t *turn) ban(ctx context.Context, reason string) error {
	years := t.r.Programme.Life.Ban
	if t.a.Cause != CauseFraud || years == 0 || t.Bars == nil {
		return nil
	}
	return t.Bars.Bar(ctx, t.tx, t.a.OrgID, t.a.AreaID, t.day, termFrom(t.day, years), "award:"+t.a.ID, reason)
}

// restore gives a revoked award back as if it had never been lost.
func (t *turn) restore(ctx context.Context, reason string) error {
	barred := t.a.Cause == CauseFraud
	t.a.To, t.a.Cause = t.a.Term, ""
	if !barred || t.Bars == nil {
		return nil
	}
	return t.Bars.Unbar(ctx, t.tx, "award:"+t.a.ID, reason)
}
