package activity

import (
	"context"
	"database/sql"

	"xuedu/internal/account"
	"xuedu/internal/activity/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

// Create makes an activity of an institution. It fails with Forbidden outside
// the caller's scope, with NotFound for an unknown institution, with Conflict
// for one that is not active, and with Invalid for a broken rule.
func (s *Service) Create(ctx context.Context, orgID string, in Input) (Activity, error) {
	in = in.clean()
	org, err := findOrg(ctx, s.db.Read, orgID)
	if err != nil {
		return Activity{}, err
	}
	if err := s.mayEdit(ctx, org.ID, org.AreaID); err != nil {
		return Activity{}, err
	}
	if err := in.check(s.Pack()); err != nil {
		return Activity{}, err
	}
	a := Activity{ID: newID(), OrgID: org.ID, OrgName: org.Name, OrgArea: org.AreaID, Input: in, State: Open, CreatedAt: s.stamp()}
	a.UpdatedAt = a.CreatedAt
	if in.Draft {
		a.State = Draft
	}
	e := audit.Entry{Verb: "activity:create", Object: "activity:" + a.ID, AreaID: org.AreaID, Detail: map[string]any{"title": in.Title}}
	return a, s.write(ctx, e, func(tx *sql.Tx) error { return insertActivity(ctx, tx, a) })
}

// Get returns an activity the caller may see; NotFound otherwise.
func (s *Service) Get(ctx context.Context, id string) (Activity, error) {
	a, err := findActivity(ctx, s.db.Read, id)
	if err != nil {
		return a, err
	}
	if s.sees(ctx, a.OrgID, a.OrgArea, 0, "") {
		return a, nil
	}
	classes, err := classesOf(ctx, s.db.Read, id)
	if err != nil {
		return Activity{}, err
	}
	me := account.From(ctx).ID
	for _, c := range classes {
		if me != "" && c.TeacherID == me {
			return a, nil
		}
	}
	return Activity{}, errs.New(errs.NotFound, "activity.not_found")
}

// MayEdit reports whether the caller may change what an institution offers.
func (s *Service) MayEdit(ctx context.Context, orgID string, orgArea int64) bool {
	return s.mayEdit(ctx, orgID, orgArea) == nil
}

// owned returns an activity that the caller may change: NotFound if it is not
// visible, Forbidden if it is visible but not the caller's to change.
func (s *Service) owned(ctx context.Context, id string) (Activity, error) {
	a, err := s.Get(ctx, id)
	if err != nil {
		return a, err
	}
	return a, s.mayEdit(ctx, a.OrgID, a.OrgArea)
}

// Edit changes an activity. What the ledger has counted keeps the theme it was
// recorded with. It fails with Conflict for a cancelled activity.
func (s *Service) Edit(ctx context.Context, id string, in Input) error {
	in = in.clean()
	a, err := s.owned(ctx, id)
	if err != nil {
		return err
	}
	if a.State == Cancelled {
		return errs.New(errs.Conflict, "activity.is_cancelled")
	}
	if err := in.check(s.Pack()); err != nil {
		return err
	}
	changed := a.Input
	a.Input, a.UpdatedAt, a.State = in, s.stamp(), Open
	if in.Draft {
		a.State = Draft
	}
	e := audit.Entry{Verb: "activity:edit", Object: "activity:" + id, AreaID: a.OrgArea,
		Detail: map[string]any{"title": []string{changed.Title, in.Title}, "theme": []string{changed.Theme, in.Theme}}}
	return s.write(ctx, e, func(tx *sql.Tx) error { return updateActivity(ctx, tx, a) }, everyDay)
}

// Cancel cancels an activity with its classes and every meeting still to come.
// Held meetings and what the ledger knows of them stay.
func (s *Service) Cancel(ctx context.Context, id, reason string) error {
	a, err := s.owned(ctx, id)
	if err != nil {
		return err
	}
	if reason, err = cleanReason(reason); err != nil {
		return err
	}
	if a.State == Cancelled {
		return errs.New(errs.Conflict, "activity.is_cancelled")
	}
	e := audit.Entry{Verb: "activity:cancel", Object: "activity:" + id, AreaID: a.OrgArea, Reason: reason}
	return s.write(ctx, e, func(tx *sql.Tx) error {
		q, at := gen.New(tx), s.stamp()
		if err := q.SetActivityState(ctx, gen.SetActivityStateParams{ID: id, State: string(Cancelled), Reason: reason, UpdatedAt: at}); err != nil {
			return err
		}
		if err := q.CancelClasses(ctx, gen.CancelClassesParams{ActivityID: id, Reason: reason, UpdatedAt: at}); err != nil {
			return err
		}
		return q.CancelMeetingsOfActivity(ctx, gen.CancelMeetingsOfActivityParams{ActivityID: id, Day: s.Today(), Reason: reason, UpdatedAt: at})
	}, everyDay)
}

// Reinstate opens a cancelled activity again. Its classes stay cancelled until
// each is reinstated on its own.
func (s *Service) Reinstate(ctx context.Context, id, reason string) error {
	a, err := s.owned(ctx, id)
	if err != nil {
		return err
	}
	if reason, err = cleanReason(reason); err != nil {
		return err
	}
	if a.State != Cancelled {
		return errs.New(errs.Conflict, "activity.not_cancelled")
	}
	e := audit.Entry{Verb: "activity:reinstate", Object: "activity:" + id, AreaID: a.OrgArea, Reason: reason}
	return s.write(ctx, e, func(tx *sql.Tx) error {
		return gen.New(tx).SetActivityState(ctx, gen.SetActivityStateParams{ID: id, State: string(Open), UpdatedAt: s.stamp()})
	})
}

// Org is an institution as far as activities need it.
type Org struct {
	ID, Code, Name string
	AreaID         int64
	Active         bool
}

// Person of an institution who can be put before a class.
type Teacher struct{ ID, Login, Name string }

// Org returns an institution for which the caller may make activities.
func (s *Service) Org(ctx context.Context, id string) (Org, error) {
	o, err := findOrg(ctx, s.db.Read, id)
	if err != nil {
		return o, err
	}
	return o, s.mayEdit(ctx, o.ID, o.AreaID)
}

// Teachers returns the active accounts of an institution.
func (s *Service) Teachers(ctx context.Context, orgID string) ([]Teacher, error) {
	return teachers(ctx, s.db.Read, orgID)
}
