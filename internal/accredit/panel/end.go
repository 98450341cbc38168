package panel

import (
	"context"
	"database/sql"
	"fmt"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/panel/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
)

// counter is locked while seats and assignments change: one change at a time.
const counter = "panel"

// change runs f in a transaction that no other change of a panel runs beside.
func (s *Service) change(ctx context.Context, f func(*sql.Tx) error) error {
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := db.Next(ctx, tx, counter, 1); err != nil {
			return err
		}
		return f(tx)
	})
}

// Recuse ends an assignment because of a conflict: by the expert whose it is,
// or by the office. The access is cut at once, what was written is sealed, and
// another expert takes the application as far as there is one. The reason is
// for the log (Invalid without); NotFound if it is not the caller's, Conflict
// if it has ended.
func (s *Service) Recuse(ctx context.Context, assignmentID, kind, reason string) error {
	a, err := assignment(ctx, s.DB.Read, assignmentID)
	if err != nil {
		return err
	}
	if err := s.mayEnd(ctx, a); err != nil {
		return err
	}
	if reason, err = needReason(reason); err != nil {
		return err
	}
	c, err := s.Calls.Call(ctx, a.CallID)
	if err != nil {
		return err
	}
	if !a.Live() {
		return errs.New(errs.Conflict, "panel.has_ended")
	}
	if s.Declare != nil && !isOffice(ctx) { // it is a tie from now on, and ends whatever it forbids
		if err := s.Declare(ctx, a.ApplicationID, kind, reason); err != nil {
			return err
		}
	}
	err = s.end(ctx, c, a, ending{state: Recused, verb: "panel:recuse", kind: kind, reason: reason})
	if s.Declare != nil && errs.KindOf(err) == errs.Conflict {
		return nil // it has ended with the tie
	}
	return err
}

// mayEnd lets the office, and the expert whose assignment it is.
func (s *Service) mayEnd(ctx context.Context, a Assignment) error {
	if isOffice(ctx) {
		return nil
	}
	me, ok, err := s.Experts.Of(ctx, account.From(ctx).ID)
	if err != nil {
		return err
	}
	if !ok || me.ID != a.ExpertID || a.State != Open && a.State != Submitted {
		return errs.New(errs.NotFound, "panel.not_found")
	}
	return nil
}

// Dismiss ends the assignment of an expert who stays silent, with a reason.
func (s *Service) Dismiss(ctx context.Context, assignmentID, reason string) error {
	if err := manage(ctx); err != nil {
		return err
	}
	reason, err := needReason(reason)
	if err != nil {
		return err
	}
	a, err := assignment(ctx, s.DB.Read, assignmentID)
	if err != nil {
		return err
	}
	if a.State == Submitted {
		return errs.New(errs.Conflict, "panel.has_submitted")
	}
	c, err := s.Calls.Call(ctx, a.CallID)
	if err != nil {
		return err
	}
	return s.end(ctx, c, a, ending{state: Replaced, verb: "panel:dismiss", reason: reason})
}

// ending is how an assignment ends.
type ending struct{ state, verb, kind, reason string }

// end ends an assignment and fills its place again.
func (s *Service) end(ctx context.Context, c accredit.Call, a Assignment, e ending) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		if err := s.stop(ctx, tx, a, e); err != nil {
			return err
		}
		if err := s.repair(ctx, tx, c); err != nil {
			return err
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: e.verb, Object: "assignment:" + a.ID, Reason: e.reason,
			Detail: map[string]any{"application": a.ApplicationCode, "seat": a.Seat, "kind": e.kind}})
	})
}

// stop ends an assignment and has what was written of it sealed.
func (s *Service) stop(ctx context.Context, tx *sql.Tx, a Assignment, e ending) error {
	n, err := gen.New(tx).EndAssignment(ctx, gen.EndAssignmentParams{ID: a.ID, State: e.state, Kind: e.kind, Reason: e.reason,
		EndedAt: sql.NullTime{Time: s.stamp(), Valid: true}})
	if err != nil {
		return fmt.Errorf("end assignment: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "panel.has_ended")
	}
	for _, h := range s.recuse {
		if err := h(ctx, tx, a.ID); err != nil {
			return err
		}
	}
	return nil
}

// Release ends all assignments of an application that is no more: withdrawn,
// or cancelled. It is the effect "release" of an application's move; nobody
// takes their place.
func (s *Service) Release(ctx context.Context, tx *sql.Tx, c accredit.Call, applicationID string) error {
	if _, err := db.Next(ctx, tx, counter, 1); err != nil {
		return err
	}
	list, err := assignments(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, a := range list {
		if a.ApplicationID != applicationID || !a.Live() {
			continue
		}
		if err := s.stop(ctx, tx, a, ending{state: Released}); err != nil {
			return err
		}
	}
	return nil
}
