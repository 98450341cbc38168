package accredit

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"xuedu/internal/accredit/internal/gen"
	"xuedu/internal/errs"
)

// callEffect does what a move of a call says it does: what this package knows,
// then what another registered.
func (s *Service) callEffect(ctx context.Context, tx *sql.Tx, c *Call, name, reason string) error {
	mine := true
	var err error
	switch name {
	case "freeze":
		err = s.freeze(ctx, tx, c)
	case "close_applications":
		err = s.closeApplications(ctx, tx, c, reason)
	case "begin_review":
		err = s.advanceAll(ctx, tx, c, "begin_review", reason, "ready")
	case "cancel_applications":
		err = s.advanceAll(ctx, tx, c, "cancel", reason, cancellable(*c)...)
	default:
		mine = false
	}
	if err != nil {
		return err
	}
	if e := s.effects[name]; e != nil {
		return e(ctx, tx, *c, "")
	}
	if !mine {
		return errs.New(errs.Unavailable, "accredit.bad_workflow", "Name", name)
	}
	return nil
}

// freeze keeps all that the call is judged by, with its digest and the days
// that count from today on. What the pack says later does not touch it.
func (s *Service) freeze(ctx context.Context, tx *sql.Tx, c *Call) error {
	text, err := json.Marshal(c.Rules)
	if err != nil {
		return fmt.Errorf("write rules: %w", err)
	}
	c.Opens, c.OpenedAt, c.Digest = s.today(), c.Since, DigestOf(text)
	c.Timeline = s.timeline(c.Rules.Programme, c.Opens)
	days, err := json.Marshal(c.Timeline)
	if err != nil {
		return fmt.Errorf("write timeline: %w", err)
	}
	err = gen.New(tx).FreezeCall(ctx, gen.FreezeCallParams{ID: c.ID, Rules: string(text), Digest: c.Digest, Timeline: string(days),
		Opens: c.Opens, OpenedAt: nullTime(c.OpenedAt)})
	if err != nil {
		return fmt.Errorf("freeze call: %w", err)
	}
	return nil
}

// cancellable are the states from which the workflow cancels applications.
func cancellable(c Call) []string {
	m, err := c.Machine(flowApplication)
	if err != nil {
		return nil
	}
	v, _ := m.Move("cancel")
	return v.From
}

// advanceAll makes one of the program's own moves with all applications of the
// call that are in one of the states.
func (s *Service) advanceAll(ctx context.Context, tx *sql.Tx, c *Call, move, reason string, states ...string) error {
	var ids []string
	for _, state := range states {
		list, err := gen.New(tx).IDsIn(ctx, gen.IDsInParams{CallID: c.ID, State: state})
		if err != nil {
			return fmt.Errorf("find applications: %w", err)
		}
		ids = append(ids, list...)
	}
	if len(ids) == 0 {
		return nil
	}
	return s.Advance(ctx, tx, c.ID, ids, move, reason)
}
