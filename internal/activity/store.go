package activity

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"xuedu/internal/activity/internal/gen"
	"xuedu/internal/db"
	"xuedu/internal/errs"
)

// notFound turns a missing row into NotFound and wraps the rest.
func notFound(err error, what, id string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return errs.New(errs.NotFound, "activity.not_found")
	}
	return fmt.Errorf("find %s %s: %w", what, id, err)
}

func findOrg(ctx context.Context, q db.Querier, id string) (Org, error) {
	r, err := gen.New(q).Org(ctx, id)
	if err != nil {
		return Org{}, notFound(err, "org", id)
	}
	if r.State != "active" {
		return Org{}, errs.New(errs.Conflict, "activity.org_inactive")
	}
	return Org{ID: r.ID, Code: r.Code, Name: r.Name, AreaID: r.AreaID, Active: true}, nil
}

func teachers(ctx context.Context, q db.Querier, orgID string) ([]Teacher, error) {
	rows, err := gen.New(q).Teachers(ctx, sql.NullString{String: orgID, Valid: true})
	if err != nil {
		return nil, fmt.Errorf("list teachers of %s: %w", orgID, err)
	}
	list := make([]Teacher, 0, len(rows))
	for _, r := range rows {
		list = append(list, Teacher{ID: r.ID, Login: r.Login, Name: r.Name})
	}
	return list, nil
}

func encodeTags(tags []string) string {
	if len(tags) == 0 {
		return "[]"
	}
	b, _ := json.Marshal(tags) // strings: cannot fail
	return string(b)
}

func decodeTags(s string) []string {
	var tags []string
	if err := json.Unmarshal([]byte(s), &tags); err != nil {
		return nil // a row from another hand: show the activity without its tags
	}
	return tags
}

func insertActivity(ctx context.Context, q db.Querier, a Activity) error {
	err := gen.New(q).InsertActivity(ctx, gen.InsertActivityParams{ID: a.ID, OrgID: a.OrgID, Title: a.Title, Form: a.Form, Theme: a.Theme,
		Tags: encodeTags(a.Tags), Summary: a.Summary, State: string(a.State), CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt})
	if err != nil {
		return fmt.Errorf("insert activity %s: %w", a.ID, err)
	}
	return nil
}

func updateActivity(ctx context.Context, q db.Querier, a Activity) error {
	g := gen.New(q)
	err := g.UpdateActivity(ctx, gen.UpdateActivityParams{ID: a.ID, Title: a.Title, Form: a.Form, Theme: a.Theme,
		Tags: encodeTags(a.Tags), Summary: a.Summary, UpdatedAt: a.UpdatedAt})
	if err == nil {
		err = g.SetActivityState(ctx, gen.SetActivityStateParams{ID: a.ID, State: string(a.State), UpdatedAt: a.UpdatedAt})
	}
	if err != nil {
		return fmt.Errorf("update activity %s: %w", a.ID, err)
	}
	return nil
}

func findActivity(ctx context.Context, q db.Querier, id string) (Activity, error) {
	r, err := gen.New(q).Activity(ctx, id)
	if err != nil {
		return Activity{}, notFound(err, "activity", id)
	}
	in := Input{Title: r.Title, Form: r.Form, Theme: r.Theme, Tags: decodeTags(r.Tags), Summary: r.Summary, Draft: State(r.State) == Draft}
	return Activity{ID: r.ID, OrgID: r.OrgID, OrgName: r.OrgName, OrgArea: r.OrgArea, Input: in,
		State: State(r.State), Reason: r.Reason, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt}, nil
}

func nullable(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }

func insertClass(ctx context.Context, q db.Querier, c Class) error {
	err := gen.New(q).InsertClass(ctx, gen.InsertClassParams{ID: c.ID, ActivityID: c.ActivityID, Name: c.Name, TeacherID: nullable(c.TeacherID),
		Capacity: c.Capacity, Mode: c.Mode, State: string(c.State), CreatedAt: c.UpdatedAt, UpdatedAt: c.UpdatedAt})
	if err != nil {
		return fmt.Errorf("insert class %s: %w", c.ID, err)
	}
	return nil
}

func updateClass(ctx context.Context, q db.Querier, id string, in ClassInput, at time.Time) error {
	err := gen.New(q).UpdateClass(ctx, gen.UpdateClassParams{ID: id, Name: in.Name, TeacherID: nullable(in.TeacherID),
		Capacity: in.Capacity, Mode: in.Mode, UpdatedAt: at})
	if err != nil {
		return fmt.Errorf("update class %s: %w", id, err)
	}
	return nil
}

// lockClass makes concurrent changes of a class queue until the transaction
// ends.
func lockClass(ctx context.Context, q db.Querier, id string, at time.Time) error {
	n, err := gen.New(q).LockClass(ctx, gen.LockClassParams{ID: id, UpdatedAt: at})
	if err == nil && n == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		return notFound(err, "class", id)
	}
	return nil
}

func findClass(ctx context.Context, q db.Querier, id string) (Class, error) {
	r, err := gen.New(q).Class(ctx, id)
	if err != nil {
		return Class{}, notFound(err, "class", id)
	}
	return Class{ID: r.ID, ActivityID: r.ActivityID, Title: r.Title, Theme: r.Theme, ActivityState: State(r.ActivityState),
		OrgID: r.OrgID, OrgName: r.OrgName, OrgArea: r.OrgArea, TeacherName: r.TeacherName,
		ClassInput: ClassInput{Name: r.Name, TeacherID: r.TeacherID.String, Capacity: r.Capacity, Mode: r.Mode},
		State:      State(r.State), Reason: r.Reason, UpdatedAt: r.UpdatedAt}, nil
}

// ClassRow is a class in the list of its activity.
type ClassRow struct {
	ID, Name, TeacherID, TeacherName, Mode string
	State                                  State
	Capacity, Meetings, Held, Learners     int64
	FirstDay, LastDay                      string // "" = no meeting
}

func classesOf(ctx context.Context, q db.Querier, activityID string) ([]ClassRow, error) {
	rows, err := gen.New(q).ClassesOf(ctx, activityID)
	if err != nil {
		return nil, fmt.Errorf("list classes of %s: %w", activityID, err)
	}
	list := make([]ClassRow, 0, len(rows))
	for _, r := range rows {
		list = append(list, ClassRow{ID: r.ID, Name: r.Name, TeacherID: r.TeacherID.String, TeacherName: r.TeacherName, Mode: r.Mode,
			State: State(r.State), Capacity: r.Capacity, Meetings: r.Meetings, Held: r.Held, Learners: r.Learners,
			FirstDay: dayText(r.FirstDay), LastDay: dayText(r.LastDay)})
	}
	return list, nil
}

func insertMeetings(ctx context.Context, q db.Querier, classID string, last int64, list []Slot, at time.Time) error {
	g := gen.New(q)
	for i, s := range list {
		err := g.InsertMeeting(ctx, gen.InsertMeetingParams{ID: newID(), ClassID: classID, No: last + int64(i) + 1, Day: s.Day, Starts: s.Starts,
			Minutes: s.Minutes, AreaID: s.AreaID, Room: s.Room, UpdatedAt: at})
		if err != nil {
			return fmt.Errorf("insert meeting %d of %s: %w", i+1, classID, err)
		}
	}
	return nil
}

func findMeeting(ctx context.Context, q db.Querier, id string) (Meeting, error) {
	r, err := gen.New(q).Meeting(ctx, id)
	if err != nil {
		return Meeting{}, notFound(err, "meeting", id)
	}
	return Meeting{ID: r.ID, ClassID: r.ClassID, No: r.No, Total: r.Total, State: State(r.State), Reason: r.Reason, UpdatedAt: r.UpdatedAt,
		Slot: Slot{Day: r.Day, Starts: r.Starts, Minutes: r.Minutes, AreaID: r.AreaID, Room: r.Room}}, nil
}

func meetingsOf(ctx context.Context, q db.Querier, classID string) ([]Meeting, error) {
	rows, err := gen.New(q).MeetingsOf(ctx, classID)
	if err != nil {
		return nil, fmt.Errorf("list meetings of %s: %w", classID, err)
	}
	list := make([]Meeting, 0, len(rows))
	for _, r := range rows {
		list = append(list, Meeting{ID: r.ID, ClassID: r.ClassID, No: r.No, State: State(r.State), Reason: r.Reason, UpdatedAt: r.UpdatedAt,
			Slot: Slot{Day: r.Day, Starts: r.Starts, Minutes: r.Minutes, AreaID: r.AreaID, Room: r.Room}})
	}
	return list, nil
}

// setMeetingState moves a meeting from one state to another; Conflict if it is
// no longer in the first.
func setMeetingState(ctx context.Context, q db.Querier, id string, was, to State, reason string, at time.Time) error {
	n, err := gen.New(q).SetMeetingState(ctx, gen.SetMeetingStateParams{ID: id, Was: string(was), State: string(to), Reason: reason, UpdatedAt: at})
	switch {
	case err != nil:
		return fmt.Errorf("set state of meeting %s: %w", id, err)
	case n == 0:
		return errs.New(errs.Conflict, "activity.changed_meanwhile")
	}
	return nil
}

func copyLearners(ctx context.Context, q db.Querier, from, to string, at time.Time) error {
	g := gen.New(q)
	rows, err := g.LearnersOf(ctx, from)
	if err != nil {
		return fmt.Errorf("list learners of %s: %w", from, err)
	}
	for _, r := range rows {
		if r.State != string(Enrolled) {
			continue
		}
		if err := g.PutLearner(ctx, gen.PutLearnerParams{ClassID: to, PersonID: r.PersonID, State: r.State, AddedAt: at}); err != nil {
			return fmt.Errorf("copy learner to %s: %w", to, err)
		}
	}
	return nil
}

// learnersOf lists who is or was in a class, without names.
func learnersOf(ctx context.Context, q db.Querier, classID string) ([]Learner, error) {
	rows, err := gen.New(q).LearnersOf(ctx, classID)
	if err != nil {
		return nil, fmt.Errorf("list learners of %s: %w", classID, err)
	}
	list := make([]Learner, 0, len(rows))
	for _, r := range rows {
		list = append(list, Learner{Person: Person{ID: r.PersonID}, State: State(r.State), AddedAt: r.AddedAt})
	}
	return list, nil
}

// dayText is a day that an expression made. SQLite's driver takes the text of
// a day for a time where the column has no type of its own.
func dayText(s string) string { return s[:min(len(s), len(time.DateOnly))] }
