package panel

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/panel/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

// Confirm stores the assignment that was shown: it is computed again from the
// seed and must be the same (Conflict where a conflict, seat or application
// changed since). Until the review begins it may be confirmed anew.
func (s *Service) Confirm(ctx context.Context, callID string, seed uint64, digest string) error {
	if err := manage(ctx); err != nil {
		return err
	}
	x, err := s.Assign(ctx, callID, seed)
	switch {
	case err != nil:
		return err
	case x.Lack != nil:
		return errs.New(errs.Conflict, "panel.lacking")
	case x.Digest != digest:
		return errs.New(errs.Conflict, "panel.changed")
	case x.Call.State != checking:
		return errs.New(errs.Conflict, "panel.not_checking")
	}
	return s.change(ctx, func(tx *sql.Tx) error { return s.confirm(ctx, tx, x) })
}

func (s *Service) confirm(ctx context.Context, tx *sql.Tx, x Proposal) error {
	q, id := gen.New(tx), x.Call.ID
	if err := errors.Join(q.DropPlanned(ctx, id), q.DropPlan(ctx, id)); err != nil {
		return fmt.Errorf("drop plan: %w", err)
	}
	for i, st := range x.Seats {
		if st.Panel = x.Problem.Experts[i].Panel; st.Panel != x.Seats[i].Panel {
			if err := s.setSeat(ctx, tx, st); err != nil {
				return err
			}
		}
	}
	for _, p := range x.Plan.Pairs {
		a := x.Applications[p[1]]
		n := Assignment{CallID: id, ApplicationID: a.ID, ApplicationCode: a.Code, ExpertID: x.Seats[p[0]].ExpertID,
			State: Planned, Anchor: x.Problem.Applications[p[1]].Anchor}
		if err := s.give(ctx, tx, n); err != nil {
			return err
		}
	}
	who := audit.From(ctx).Actor
	seed := strconv.FormatUint(x.Seed, 10)
	err := q.InsertPlan(ctx, gen.InsertPlanParams{CallID: id, Seed: seed, Digest: x.Digest, Author: who, At: s.stamp()})
	if err != nil {
		return fmt.Errorf("keep plan: %w", err)
	}
	return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "panel:confirm", Object: "call:" + id,
		Detail: map[string]any{"seed": seed, "digest": x.Digest, "pairs": len(x.Plan.Pairs), "exact": x.Plan.Exact}})
}

// give adds an assignment.
func (s *Service) give(ctx context.Context, tx *sql.Tx, a Assignment) error {
	err := gen.New(tx).InsertAssignment(ctx, gen.InsertAssignmentParams{ID: uuid.Must(uuid.NewV7()).String(), CallID: a.CallID,
		ApplicationID: a.ApplicationID, Code: a.ApplicationCode, ExpertID: a.ExpertID, State: a.State, Anchor: bit(a.Anchor),
		Pinned: bit(a.Pinned), Reason: a.Reason, Author: audit.From(ctx).Actor, CreatedAt: s.stamp()})
	if err != nil {
		return fmt.Errorf("assign: %w", err)
	}
	return nil
}

// Plan returns the confirmed assignment; false if there is none.
func (s *Service) Plan(ctx context.Context, callID string) (Plan, bool, error) {
	r, err := gen.New(s.DB.Read).Plan(ctx, callID)
	if errors.Is(err, sql.ErrNoRows) {
		return Plan{}, false, nil
	}
	if err != nil {
		return Plan{}, false, fmt.Errorf("read plan: %w", err)
	}
	return Plan{CallID: r.CallID, Seed: r.Seed, Digest: r.Digest, Author: r.Author, At: r.At.UTC()}, true, nil
}

// begin is the effect of the call's move into review: what is planned opens;
// the call has moved its applications on.
func (s *Service) begin(ctx context.Context, tx *sql.Tx, c accredit.Call, _ string) error {
	if err := s.lock(ctx, tx); err != nil {
		return err
	}
	if _, err := gen.New(tx).OpenAssignments(ctx, c.ID); err != nil {
		return fmt.Errorf("open assignments: %w", err)
	}
	return nil
}
