package accredit

import (
	"context"
	"database/sql"
	"fmt"

	"xuedu/internal/accredit/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/workflow"
)

// Machine is the compiled workflow that something of a call follows (call,
// application, objection, award): the frozen one, of a draft that of the pack.
func (c Call) Machine(what string) (*workflow.Machine, error) {
	d, ok := c.Rules.Workflows[what]
	if !ok {
		return nil, errs.New(errs.Unavailable, "accredit.no_workflow", "Code", what)
	}
	return workflow.Compile(d)
}

// callHand is the caller as the workflow of a call sees it: all its desks are
// the city's, the permission decides.
func (s *Service) callHand(ctx context.Context) workflow.Hand {
	return workflow.Hand{May: func(_, perm string) bool { return s.covers(ctx, perm, s.cityID()) }}
}

// CallMoves lists the moves of a call that are the caller's, with what is
// still missing.
func (s *Service) CallMoves(ctx context.Context, c Call) ([]workflow.Open, error) {
	m, err := c.Machine(flowCall)
	if err != nil {
		return nil, err
	}
	return m.Open(ctx, c.State, s.callHand(ctx), s.callGuards(c))
}

// MoveCall makes a move of a call with all that follows from it, in one
// transaction. It fails as workflow.Machine.Step does: Conflict with the ground
// where something is missing.
func (s *Service) MoveCall(ctx context.Context, callID, move, reason string) error {
	return s.DB.InTx(ctx, func(tx *sql.Tx) error { return s.moveCall(ctx, tx, callID, move, reason) })
}

func (s *Service) moveCall(ctx context.Context, tx *sql.Tx, callID, move, reason string) error {
	q := gen.New(tx)
	if err := s.lockProgramme(ctx, tx, callID); err != nil {
		return err
	}
	row, err := q.Call(ctx, callID)
	c, err := s.seen(ctx, gen.AwardCall(row), err)
	if err != nil {
		return err
	}
	m, err := c.Machine(flowCall)
	if err != nil {
		return err
	}
	st, err := m.Step(ctx, c.State, move, reason, s.callHand(ctx), s.callGuards(c))
	if err != nil {
		return err
	}
	now := s.stamp()
	c.State, c.Since = st.To.Code, now
	for _, name := range st.Does {
		if err := s.callEffect(ctx, tx, &c, name, st.Reason); err != nil {
			return err
		}
	}
	if err := s.keepMove(ctx, q, &c, st); err != nil {
		return err
	}
	return audit.Append(ctx, tx, now, audit.Entry{Verb: "call:" + move, Object: "call:" + c.ID, AreaID: s.cityID(), Reason: st.Reason,
		Detail: map[string]any{"code": c.Code, "from": st.From.Code, "to": st.To.Code, "digest": c.Digest}})
}

func (s *Service) keepMove(ctx context.Context, q *gen.Queries, c *Call, st workflow.Step) error {
	c.Due = s.dueOf(*c, st.To)
	err := q.MoveCall(ctx, gen.MoveCallParams{ID: c.ID, State: c.State, Since: c.Since, Due: c.Due})
	if err == nil {
		err = q.InsertCallEvent(ctx, gen.InsertCallEventParams{CallID: c.ID, Move: st.Code, FromState: st.From.Code, ToState: st.To.Code,
			Reason: st.Reason, Actor: actor(ctx), At: c.Since})
	}
	if err != nil {
		return fmt.Errorf("move call: %w", err)
	}
	return nil
}

// lockProgramme locks a call, and with it all calls of its programme in the
// order of their ids: two calls must not both take what is left of a quota.
func (s *Service) lockProgramme(ctx context.Context, tx *sql.Tx, callID string) error {
	q := gen.New(tx)
	ids, err := q.SiblingCalls(ctx, callID)
	if err != nil {
		return fmt.Errorf("find calls: %w", err)
	}
	if len(ids) == 0 {
		return noCall()
	}
	for _, id := range ids {
		if _, err := q.LockCall(ctx, id); err != nil {
			return fmt.Errorf("lock call: %w", err)
		}
	}
	return nil
}

// CallEvents lists the moves of a call, the first first.
func (s *Service) CallEvents(ctx context.Context, id string) ([]Event, error) {
	if _, err := s.Call(ctx, id); err != nil {
		return nil, err
	}
	rows, err := gen.New(s.DB.Read).CallEvents(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read events of call: %w", err)
	}
	list := make([]Event, len(rows))
	for i, r := range rows {
		list[i] = Event{Move: r.Move, From: r.FromState, To: r.ToState, Reason: r.Reason, Actor: r.Actor, At: r.At.UTC()}
	}
	return list, nil
}
