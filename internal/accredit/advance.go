package accredit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"xuedu/internal/accredit/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/workflow"
)

// Advance makes one of the program's own moves with applications of a call, in
// the transaction of what they follow from; that notes them in the trail. It
// fails with NotFound where one is not of the call, and as
// workflow.Machine.Step does: then nothing is moved.
func (s *Service) Advance(ctx context.Context, tx *sql.Tx, callID string, ids []string, move, reason string) error {
	q := gen.New(tx)
	if err := lockCall(ctx, q, callID); err != nil {
		return err
	}
	c, err := s.callIn(ctx, tx, callID)
	if err != nil {
		return err
	}
	m, err := flow(c)
	if err != nil {
		return err
	}
	ids = slices.Clone(ids)
	slices.Sort(ids) // one order of locks for all
	for _, id := range ids {
		if err := s.advance(ctx, &writing{tx: tx, q: q, call: c, flow: m}, id, move, reason); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) advance(ctx context.Context, w *writing, id, move, reason string) error {
	err := lockApplication(ctx, w.q, id)
	if err == nil {
		w.app, err = s.application(ctx, w.tx, id)
	}
	if err != nil {
		return err
	}
	if w.app.CallID != w.call.ID {
		return noApplication()
	}
	st, err := w.flow.Step(ctx, w.app.State, move, reason, workflow.Hand{}, s.guardsOf(w, w.tx))
	if err != nil {
		return err
	}
	return s.step(ctx, w, st, nil)
}

// callFor returns a call whose rules are needed for one of its applications.
func (s *Service) callFor(ctx context.Context, id string) (Call, error) {
	return s.callIn(ctx, s.DB.Read, id)
}

func (s *Service) callIn(ctx context.Context, q db.Querier, id string) (Call, error) {
	row, err := gen.New(q).Call(ctx, id)
	if errors.Is(err, sql.ErrNoRows) {
		return Call{}, noCall()
	}
	if err != nil {
		return Call{}, fmt.Errorf("read call: %w", err)
	}
	return s.readCall(gen.AwardCall(row))
}

// Expire makes the moves that follow from a day that is past: what was not
// completed or not submitted in time (P1.7). It returns how many. Each stands
// for itself: one that somebody else moves at the same moment is left alone.
func (s *Service) Expire(ctx context.Context) (int, error) {
	rows, err := gen.New(s.DB.Read).ListDue(ctx, s.today())
	if err != nil {
		return 0, fmt.Errorf("list overdue applications: %w", err)
	}
	n := 0
	for _, r := range rows {
		done, err := s.expire(ctx, r.CallID, r.ID)
		if err != nil {
			return n, err
		}
		if done {
			n++
		}
	}
	return n, nil
}

func (s *Service) expire(ctx context.Context, callID, id string) (done bool, err error) {
	err = s.DB.InTx(ctx, func(tx *sql.Tx) error {
		if err := lockCall(ctx, gen.New(tx), callID); err != nil {
			return err
		}
		a, err := s.application(ctx, tx, id)
		if err != nil {
			return err
		}
		c, err := s.callIn(ctx, tx, callID)
		if err != nil {
			return err
		}
		move, err := s.overdue(c, a)
		if err != nil || move == "" {
			return err
		}
		if err := s.Advance(ctx, tx, callID, []string{id}, move, ""); err != nil {
			return err
		}
		done = true
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "application:" + move, Object: "application:" + id, AreaID: a.AreaID})
	})
	if errs.KindOf(err) == errs.Conflict {
		return false, nil
	}
	return done, err
}

// overdue is the move that follows for an application whose day is past, "" if
// none does: the one its state names, or for what was never submitted, or was
// sent back after the end, the one that ends it.
func (s *Service) overdue(c Call, a Application) (string, error) {
	m, err := flow(c)
	if err != nil || !over(s.today(), a.Due) {
		return "", err
	}
	st, _ := m.State(a.State)
	if st.Then != "" && st.Then != workflow.Escalate {
		return st.Then, nil
	}
	if v, ok := m.Move(moveTooLate); ok && slices.Contains(v.From, a.State) {
		return moveTooLate, nil
	}
	return "", nil
}

// closeApplications ends what was never submitted when a call closes. What was
// sent back after it had been in time keeps the days it has for that.
func (s *Service) closeApplications(ctx context.Context, tx *sql.Tx, c *Call, reason string) error {
	ids, err := gen.New(tx).Unsubmitted(ctx, c.ID)
	if err != nil {
		return fmt.Errorf("find applications: %w", err)
	}
	if len(ids) == 0 {
		return nil
	}
	return s.Advance(ctx, tx, c.ID, ids, moveTooLate, reason)
}
