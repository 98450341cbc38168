package accredit

import (
	"context"
	"database/sql"

	"xuedu/internal/accredit/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/workflow"
)

// Acts that a state of the workflow allows its desk.
const (
	actWrite     = "write"
	actVerify    = "verify"
	actRecommend = "recommend"
	actCheck     = "check"
)

// writing is a change of an application that is under way; its row is locked.
type writing struct {
	tx    *sql.Tx
	q     *gen.Queries
	call  Call
	flow  *workflow.Machine
	app   Application
	entry audit.Entry // what the trail says of it
}

// change runs f on an application whose desk is the caller's and whose state
// allows act, and notes it in the trail. It fails with NotFound where the
// caller may not read it, Forbidden where it lies on another desk and Conflict
// where its state does not allow the act.
func (s *Service) change(ctx context.Context, id, act string, f func(*writing) error) error {
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		w, err := s.lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.allows(ctx, w, act); err != nil {
			return err
		}
		if err := f(w); err != nil {
			return err
		}
		return s.trail(ctx, w)
	})
}

// trail notes what was done to an application.
func (s *Service) trail(ctx context.Context, w *writing) error {
	w.entry.Object, w.entry.AreaID = "application:"+w.app.ID, w.app.AreaID
	return audit.Append(ctx, w.tx, s.stamp(), w.entry)
}

// lock takes an application for a change.
func (s *Service) lock(ctx context.Context, tx *sql.Tx, id string) (*writing, error) {
	w := &writing{tx: tx, q: gen.New(tx)}
	if err := lockApplication(ctx, w.q, id); err != nil {
		return nil, err
	}
	var err error
	if w.app, err = s.application(ctx, tx, id); err != nil {
		return nil, err
	}
	if !s.mayRead(ctx, w.app) {
		return nil, noApplication()
	}
	if w.call, err = s.callFor(ctx, w.app.CallID); err != nil {
		return nil, err
	}
	w.flow, err = flow(w.call)
	return w, err
}

func (s *Service) allows(ctx context.Context, w *writing, act string) error {
	if !w.flow.Allows(w.app.State, act) {
		return errs.New(errs.Conflict, "accredit.not_now")
	}
	if !s.sits(ctx, w.app, act) {
		return errs.New(errs.Forbidden, "accredit.not_your_desk")
	}
	return nil
}

// sits reports whether an act is the caller's.
func (s *Service) sits(ctx context.Context, a Application, act string) bool {
	switch act {
	case actWrite:
		return s.mayApply(ctx, a.OrgID, a.AreaID)
	case actVerify:
		return s.covers(ctx, PermVerify, a.AreaID)
	case actRecommend:
		return s.covers(ctx, PermRecommend, a.AreaID)
	}
	return s.covers(ctx, PermCheck, a.AreaID)
}
