package activity

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/activity/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/calendar"
	"xuedu/internal/errs"
)

// Weekly says when and where a class meets week after week.
type Weekly struct {
	Slot                    // Day is the first day from which to look
	Weekdays []time.Weekday // empty = that of Day
	Count    int            // meetings to make, 1 to 200
	Holidays bool           // meet on public holidays too
}

const maxMeetings = 200

// Days returns the days on which w meets: from its first day on, on its days
// of the week, without the holidays of cal, until there are enough.
func (w Weekly) Days(cal *calendar.Calendar) []string {
	first := w.Date()
	if first.IsZero() {
		return nil
	}
	on := w.Weekdays
	if len(on) == 0 {
		on = []time.Weekday{first.Weekday()}
	}
	var days []string
	for d, end := first, first.AddDate(5, 0, 0); len(days) < w.Count && d.Before(end); d = d.AddDate(0, 0, 1) {
		if slices.Contains(on, d.Weekday()) && (w.Holidays || !rests(cal, d)) {
			days = append(days, d.Format(time.DateOnly))
		}
	}
	return days
}

// rests reports whether a day is a public holiday. An ordinary weekend is not:
// many classes meet on it.
func rests(cal *calendar.Calendar, d time.Time) bool { return cal.Reason(d).Kind == calendar.Holiday }

func (s *Service) checkWeekly(w Weekly) error {
	if w.Count < 1 || w.Count > maxMeetings {
		return errs.InvalidField("count", "activity.bad_count", "N", maxMeetings)
	}
	return w.Slot.check(s.local)
}

// Open makes a class of an activity with its weekly meetings and returns it.
// The teacher must belong to the institution.
func (s *Service) Open(ctx context.Context, activityID string, in ClassInput, w Weekly) (Class, error) {
	in, w.Room = in.clean(), strings.TrimSpace(w.Room)
	a, err := s.owned(ctx, activityID)
	if err != nil {
		return Class{}, err
	}
	if a.State == Cancelled {
		return Class{}, errs.New(errs.Conflict, "activity.is_cancelled")
	}
	if err := s.checkClass(ctx, a.OrgID, in); err != nil {
		return Class{}, err
	}
	if err := s.checkWeekly(w); err != nil {
		return Class{}, err
	}
	days := w.Days(s.Calendar())
	c := Class{ID: newID(), ActivityID: a.ID, Title: a.Title, Theme: a.Theme, OrgID: a.OrgID, OrgName: a.OrgName, OrgArea: a.OrgArea,
		ClassInput: in, State: Planned, UpdatedAt: s.stamp()}
	e := audit.Entry{Verb: "activity:open_class", Object: "class:" + c.ID, AreaID: a.OrgArea, Detail: map[string]any{"name": in.Name, "meetings": w.Count}}
	return c, s.write(ctx, e, func(tx *sql.Tx) error {
		if err := insertClass(ctx, tx, c); err != nil {
			return err
		}
		return insertMeetings(ctx, tx, c.ID, 0, slots(w, days), s.stamp())
	}, days...)
}

func daysOf(list []Slot) []string {
	days := make([]string, len(list))
	for i, slot := range list {
		days[i] = slot.Day
	}
	return days
}

func slots(w Weekly, days []string) []Slot {
	list := make([]Slot, 0, len(days))
	for _, d := range days {
		slot := w.Slot
		slot.Day = d
		list = append(list, slot)
	}
	return list
}

func (s *Service) checkClass(ctx context.Context, orgID string, in ClassInput) error {
	if err := in.check(); err != nil {
		return err
	}
	if in.TeacherID == "" {
		return nil
	}
	list, err := teachers(ctx, s.db.Read, orgID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(list, func(t Teacher) bool { return t.ID == in.TeacherID }) {
		return errs.InvalidField("teacher", "activity.bad_teacher")
	}
	return nil
}

// Class returns a class the caller may see with its meetings; NotFound
// otherwise.
func (s *Service) Class(ctx context.Context, id string) (Class, []Meeting, error) {
	c, err := findClass(ctx, s.db.Read, id)
	if err != nil {
		return c, nil, err
	}
	list, err := meetingsOf(ctx, s.db.Read, id)
	if err != nil {
		return c, nil, err
	}
	if s.seesClass(ctx, c, list) {
		return c, list, nil
	}
	return Class{}, nil, errs.New(errs.NotFound, "activity.not_found")
}

func (s *Service) seesClass(ctx context.Context, c Class, list []Meeting) bool {
	if s.sees(ctx, c.OrgID, c.OrgArea, 0, c.TeacherID) {
		return true
	}
	return slices.ContainsFunc(list, func(m Meeting) bool { return s.sees(ctx, c.OrgID, c.OrgArea, m.AreaID, c.TeacherID) })
}

// ownedClass returns a class that the caller may change.
func (s *Service) ownedClass(ctx context.Context, id string) (Class, []Meeting, error) {
	c, list, err := s.Class(ctx, id)
	if err != nil {
		return c, nil, err
	}
	return c, list, s.mayEdit(ctx, c.OrgID, c.OrgArea)
}

// EditClass changes a class; its meetings stay. Capacity may not fall below
// the learners who are enrolled.
func (s *Service) EditClass(ctx context.Context, id string, in ClassInput) error {
	in = in.clean()
	c, _, err := s.ownedClass(ctx, id)
	if err != nil {
		return err
	}
	if c.State == Cancelled {
		return errs.New(errs.Conflict, "activity.is_cancelled")
	}
	if in.TeacherID != c.TeacherID {
		err = s.checkClass(ctx, c.OrgID, in)
	} else {
		err = in.check()
	}
	if err != nil {
		return err
	}
	e := audit.Entry{Verb: "activity:edit_class", Object: "class:" + id, AreaID: c.OrgArea, Detail: map[string]any{
		"teacher": []string{c.TeacherID, in.TeacherID}, "capacity": []int64{c.Capacity, in.Capacity}}}
	return s.rewrite(ctx, id, e, func(tx *sql.Tx) error {
		if err := lockClass(ctx, tx, id, s.stamp()); err != nil {
			return err
		}
		n, err := gen.New(tx).CountLearners(ctx, id)
		if err != nil {
			return err
		}
		if in.Capacity < n {
			return errs.InvalidField("capacity", "activity.capacity_below", "N", n)
		}
		return updateClass(ctx, tx, id, in, s.stamp())
	}, everyDay)
}

// AddMeetings adds weekly meetings to a class.
func (s *Service) AddMeetings(ctx context.Context, classID string, w Weekly) error {
	w.Room = strings.TrimSpace(w.Room)
	c, _, err := s.ownedClass(ctx, classID)
	if err != nil {
		return err
	}
	if c.State == Cancelled {
		return errs.New(errs.Conflict, "activity.is_cancelled")
	}
	if err := s.checkWeekly(w); err != nil {
		return err
	}
	days := w.Days(s.Calendar())
	e := audit.Entry{Verb: "activity:add_meetings", Object: "class:" + classID, AreaID: c.OrgArea, Detail: map[string]any{"meetings": w.Count}}
	return s.rewrite(ctx, classID, e, func(tx *sql.Tx) error {
		at := s.stamp()
		if err := lockClass(ctx, tx, classID, at); err != nil {
			return err
		}
		q := gen.New(tx)
		last, err := q.LastMeetingNo(ctx, classID)
		if err != nil {
			return err
		}
		if err := q.ReopenClass(ctx, gen.ReopenClassParams{ID: classID, UpdatedAt: at}); err != nil {
			return err
		}
		return insertMeetings(ctx, tx, classID, last, slots(w, days), at)
	}, days...)
}

// CopyInput says how a class is copied to a new term.
type CopyInput struct {
	Name     string
	FirstDay string // the first meeting; the others keep their distance
	Learners bool   // take the enrolled learners along
}

// Copy makes a new class with the meetings of another moved to a new term. A
// meeting that falls on a holiday is moved on by whole weeks.
func (s *Service) Copy(ctx context.Context, id string, in CopyInput) (Class, error) {
	c, list, err := s.ownedClass(ctx, id)
	if err != nil {
		return Class{}, err
	}
	next := c
	next.ID, next.State, next.Reason, next.UpdatedAt = newID(), Planned, "", s.stamp()
	next.Name = strings.TrimSpace(in.Name)
	if err := next.ClassInput.check(); err != nil {
		return Class{}, err
	}
	first, err := time.Parse(time.DateOnly, in.FirstDay)
	if err != nil {
		return Class{}, errs.InvalidField("day", "activity.bad_day")
	}
	if c.ActivityState == Cancelled {
		return Class{}, errs.New(errs.Conflict, "activity.is_cancelled")
	}
	moved := shift(list, first, s.Calendar())
	e := audit.Entry{Verb: "activity:copy_class", Object: "class:" + next.ID, AreaID: c.OrgArea, Detail: map[string]any{"from": id, "learners": in.Learners}}
	return next, s.write(ctx, e, func(tx *sql.Tx) error {
		if err := insertClass(ctx, tx, next); err != nil {
			return err
		}
		if in.Learners {
			if err := copyLearners(ctx, tx, id, next.ID, s.stamp()); err != nil {
				return err
			}
		}
		return insertMeetings(ctx, tx, next.ID, 0, moved, s.stamp())
	}, daysOf(moved)...)
}

// shift moves the slots of all meetings that are not cancelled so that the
// first one falls on first. The order of the meetings stays.
func shift(list []Meeting, first time.Time, cal *calendar.Calendar) []Slot {
	var out []Slot
	var by, late int // days to move, and days lost to holidays so far
	for _, m := range list {
		if m.State == Cancelled {
			continue
		}
		if out == nil {
			by = int(first.Sub(m.Date()).Hours() / 24)
		}
		d := m.Date().AddDate(0, 0, by+late)
		for tries := 0; rests(cal, d) && tries < 52; tries++ {
			late += 7
			d = d.AddDate(0, 0, 7)
		}
		slot := m.Slot
		slot.Day = d.Format(time.DateOnly)
		out = append(out, slot)
	}
	return out
}

// CancelClass cancels a class and its meetings from today on.
func (s *Service) CancelClass(ctx context.Context, id, reason string) error {
	c, _, err := s.ownedClass(ctx, id)
	if err != nil {
		return err
	}
	if reason, err = cleanReason(reason); err != nil {
		return err
	}
	if c.State == Cancelled {
		return errs.New(errs.Conflict, "activity.is_cancelled")
	}
	e := audit.Entry{Verb: "activity:cancel_class", Object: "class:" + id, AreaID: c.OrgArea, Reason: reason}
	return s.rewrite(ctx, id, e, func(tx *sql.Tx) error {
		q, at := gen.New(tx), s.stamp()
		if err := q.SetClassState(ctx, gen.SetClassStateParams{ID: id, State: string(Cancelled), Reason: reason, UpdatedAt: at}); err != nil {
			return err
		}
		return q.CancelMeetingsOfClass(ctx, gen.CancelMeetingsOfClassParams{ClassID: id, Day: s.Today(), Reason: reason, UpdatedAt: at})
	}, everyDay)
}

// ReinstateClass takes back the cancellation of a class; meetings are
// reinstated one by one, since their days may have passed.
func (s *Service) ReinstateClass(ctx context.Context, id, reason string) error {
	c, list, err := s.ownedClass(ctx, id)
	if err != nil {
		return err
	}
	if reason, err = cleanReason(reason); err != nil {
		return err
	}
	if c.State != Cancelled {
		return errs.New(errs.Conflict, "activity.not_cancelled")
	}
	if c.ActivityState == Cancelled {
		return errs.New(errs.Conflict, "activity.is_cancelled")
	}
	state := Planned
	if slices.ContainsFunc(list, func(m Meeting) bool { return m.State == Held }) {
		state = Running
	}
	e := audit.Entry{Verb: "activity:reinstate_class", Object: "class:" + id, AreaID: c.OrgArea, Reason: reason}
	return s.rewrite(ctx, id, e, func(tx *sql.Tx) error {
		return gen.New(tx).SetClassState(ctx, gen.SetClassStateParams{ID: id, State: string(state), UpdatedAt: s.stamp()})
	})
}

// MayTick reports whether the caller may keep the roster of a class at a place.
func (s *Service) MayTick(ctx context.Context, c Class, placeID int64) bool {
	return account.From(ctx).SignedIn() && s.ticks(ctx, c, placeID)
}
