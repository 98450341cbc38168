package activity

import (
	"context"
	"database/sql"
	"strings"

	"xuedu/internal/activity/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

// Meeting returns a meeting with its class, if the caller may see it.
func (s *Service) Meeting(ctx context.Context, id string) (Class, Meeting, error) {
	m, err := findMeeting(ctx, s.db.Read, id)
	if err != nil {
		return Class{}, m, err
	}
	c, err := findClass(ctx, s.db.Read, m.ClassID)
	if err != nil {
		return c, m, err
	}
	if !s.sees(ctx, c.OrgID, c.OrgArea, m.AreaID, c.TeacherID) {
		return Class{}, Meeting{}, errs.New(errs.NotFound, "activity.not_found")
	}
	return c, m, nil
}

// ownedMeeting returns a meeting that the caller may move or cancel: the
// institution's staff, and the teacher of the class.
func (s *Service) ownedMeeting(ctx context.Context, id string) (Class, Meeting, error) {
	c, m, err := s.Meeting(ctx, id)
	if err != nil {
		return c, m, err
	}
	return c, m, s.mayEdit(ctx, c.OrgID, c.OrgArea)
}

// Move gives a planned meeting another time or place. It fails with Conflict
// for a meeting that is held or cancelled, or that has somebody ticked.
func (s *Service) Move(ctx context.Context, id string, to Slot, reason string) error {
	to.Room = strings.TrimSpace(to.Room)
	c, m, err := s.ownedMeeting(ctx, id)
	if err != nil {
		return err
	}
	if err := to.check(s.local); err != nil {
		return err
	}
	if reason, err = cleanReason(reason); err != nil {
		return err
	}
	if err := s.untouched(ctx, m); err != nil {
		return err
	}
	e := audit.Entry{Verb: "activity:move_meeting", Object: "meeting:" + id, AreaID: c.OrgArea, Reason: reason,
		Detail: map[string]any{"day": []string{m.Day, to.Day}, "starts": []string{m.Starts, to.Starts}, "area": []int64{m.AreaID, to.AreaID}}}
	return s.write(ctx, e, func(tx *sql.Tx) error {
		n, err := gen.New(tx).MoveMeeting(ctx, gen.MoveMeetingParams{ID: id, Day: to.Day, Starts: to.Starts, Minutes: to.Minutes,
			AreaID: to.AreaID, Room: to.Room, Reason: reason, UpdatedAt: s.stamp()})
		if err == nil && n == 0 {
			return errs.New(errs.Conflict, "activity.not_planned")
		}
		return err
	}, m.Day, to.Day)
}

// untouched fails with Conflict unless m is planned and nobody is ticked: the
// ledger's rows hold the day and place under which they were recorded.
func (s *Service) untouched(ctx context.Context, m Meeting) error {
	if m.State != Planned {
		return errs.New(errs.Conflict, "activity.not_planned")
	}
	list, err := learnersOf(ctx, s.db.Read, m.ClassID)
	if err != nil {
		return err
	}
	a, err := s.Book.Present(ctx, m.ID, ids(list))
	if err != nil {
		return err
	}
	if len(a.At) > 0 || a.Heads > 0 {
		return errs.New(errs.Conflict, "activity.has_ticks")
	}
	return nil
}

// CancelMeeting cancels a planned meeting for which nobody is ticked.
func (s *Service) CancelMeeting(ctx context.Context, id, reason string) error {
	c, m, err := s.ownedMeeting(ctx, id)
	if err != nil {
		return err
	}
	if reason, err = cleanReason(reason); err != nil {
		return err
	}
	if err := s.untouched(ctx, m); err != nil {
		return err
	}
	e := audit.Entry{Verb: "activity:cancel_meeting", Object: "meeting:" + id, AreaID: c.OrgArea, Reason: reason}
	return s.rewrite(ctx, c.ID, e, func(tx *sql.Tx) error {
		if err := setMeetingState(ctx, tx, id, Planned, Cancelled, reason, s.stamp()); err != nil {
			return err
		}
		return gen.New(tx).FinishClass(ctx, gen.FinishClassParams{ID: c.ID, UpdatedAt: s.stamp()})
	}, m.Day)
}

// ReinstateMeeting takes back the cancellation of a meeting whose class and
// activity go on.
func (s *Service) ReinstateMeeting(ctx context.Context, id, reason string) error {
	c, m, err := s.ownedMeeting(ctx, id)
	if err != nil {
		return err
	}
	if reason, err = cleanReason(reason); err != nil {
		return err
	}
	switch {
	case m.State != Cancelled:
		return errs.New(errs.Conflict, "activity.not_cancelled")
	case c.State == Cancelled || c.ActivityState == Cancelled:
		return errs.New(errs.Conflict, "activity.is_cancelled")
	}
	e := audit.Entry{Verb: "activity:reinstate_meeting", Object: "meeting:" + id, AreaID: c.OrgArea, Reason: reason}
	return s.rewrite(ctx, c.ID, e, func(tx *sql.Tx) error {
		if err := setMeetingState(ctx, tx, id, Cancelled, Planned, "", s.stamp()); err != nil {
			return err
		}
		return gen.New(tx).ReopenClass(ctx, gen.ReopenClassParams{ID: c.ID, UpdatedAt: s.stamp()})
	}, m.Day)
}
