package activity

import (
	"context"
	"fmt"
	"strconv"

	"xuedu/internal/errs"
)

// PageSize is the number of rows on a page of a list.
const PageSize = 50

const maxPage = 100_000

// Query narrows a list of activities or meetings. Its zero value takes all
// that the caller may see.
type Query struct {
	Text      string // in the title, the class or the institution
	OrgID     string
	TeacherID string
	ClassID   string
	Theme     string
	State     State // of the activity, or of the meeting
	AreaID    int64 // the institution's, or the meeting's; with all below
	From, To  string
	Mine      bool // only where the caller keeps the roster
	Latest    bool // the latest day first
	Page      int  // from 0
}

func (q Query) limit() (string, error) {
	if q.Page < 0 || q.Page > maxPage {
		return "", errs.InvalidField("page", "activity.bad_page")
	}
	return " LIMIT " + strconv.Itoa(PageSize) + " OFFSET " + strconv.Itoa(q.Page*PageSize), nil
}

// Row is an activity in a list.
type Row struct {
	ID, Title, Theme, Form string
	OrgID, OrgName         string
	OrgArea                int64
	State                  State
	Classes, Learners      int64
	Next                   string // day of the next meeting, "" = none
}

// List returns a page of the activities that the caller may see, the newest
// first, and their number.
func (s *Service) List(ctx context.Context, q Query) ([]Row, int64, error) {
	limit, err := q.limit()
	if err != nil {
		return nil, 0, err
	}
	var f filter
	s.scope(ctx, &f, permRead, false)
	s.narrow(&f, q, "o.area_id")
	f.like(q.Text, "a.title", "o.name")
	if q.State != "" {
		f.and("a.state = ?", string(q.State))
	}
	if q.TeacherID != "" {
		f.and("EXISTS (SELECT 1 FROM class x WHERE x.activity_id = a.id AND x.teacher_id = ?)", q.TeacherID)
	}
	from := " FROM activity a JOIN org o ON o.id = a.org_id " + f.where()
	total, err := s.count(ctx, "SELECT count(*)"+from, f.args)
	if err != nil || total == 0 {
		return nil, 0, err
	}
	today := f.arg(s.Today())
	rows, err := s.db.Read.QueryContext(ctx, `SELECT a.id, a.title, a.theme, a.form, a.org_id, o.name, o.area_id, a.state,
		(SELECT count(*) FROM class c WHERE c.activity_id = a.id AND c.state <> 'cancelled'),
		(SELECT count(*) FROM learner l JOIN class c ON c.id = l.class_id WHERE c.activity_id = a.id AND l.state <> 'left'),
		coalesce((SELECT min(m.day) FROM meeting m JOIN class c ON c.id = m.class_id
			WHERE c.activity_id = a.id AND m.state = 'planned' AND m.day >= `+today+`), '')`+
		from+" ORDER BY a.created_at DESC, a.id"+limit, f.args...)
	if err != nil {
		return nil, 0, fmt.Errorf("list activities: %w", err)
	}
	defer rows.Close()
	var list []Row
	for rows.Next() {
		var r Row
		if err := rows.Scan(&r.ID, &r.Title, &r.Theme, &r.Form, &r.OrgID, &r.OrgName, &r.OrgArea, &r.State, &r.Classes, &r.Learners, &r.Next); err != nil {
			return nil, 0, fmt.Errorf("read activities: %w", err)
		}
		r.Next = dayText(r.Next)
		list = append(list, r)
	}
	return list, total, rows.Err()
}

// narrow adds the conditions that lists have in common.
func (s *Service) narrow(f *filter, q Query, areaColumn string) {
	if q.OrgID != "" {
		f.and("o.id = ?", q.OrgID)
	}
	if q.Theme != "" {
		f.and("a.theme = ?", q.Theme)
	}
	if q.AreaID == 0 {
		return
	}
	if cond := s.subtree(areaColumn, q.AreaID); cond != "" {
		f.and(cond)
	}
}

func (s *Service) count(ctx context.Context, query string, args []any) (n int64, err error) {
	if err := s.db.Read.QueryRowContext(ctx, query, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count: %w", err)
	}
	return n, nil
}

// Item is a meeting in a list.
type Item struct {
	Meeting
	Title, Theme, ClassName string
	ActivityID, OrgID       string
	OrgName                 string
	OrgArea                 int64
	TeacherID, TeacherName  string
	Mode                    string
	Capacity, Learners      int64
}

const itemColumns = `m.id, m.class_id, m.no, m.day, m.starts, m.minutes, m.area_id, m.room, m.state, m.reason, m.updated_at,
	a.title, a.theme, a.id, c.name, o.id, o.name, o.area_id, coalesce(c.teacher_id, ''), coalesce(t.name, ''), c.mode, c.capacity,
	(SELECT count(*) FROM learner l WHERE l.class_id = c.id AND l.state <> 'left')`

const itemTables = ` FROM meeting m
	JOIN class c ON c.id = m.class_id
	JOIN activity a ON a.id = c.activity_id
	JOIN org o ON o.id = a.org_id
	LEFT JOIN account t ON t.id = c.teacher_id `

// Meetings returns a page of the meetings that the caller may see, in the
// order of their days, and their number.
func (s *Service) Meetings(ctx context.Context, q Query) ([]Item, int64, error) {
	limit, err := q.limit()
	if err != nil {
		return nil, 0, err
	}
	var f filter
	perm := permRead
	if q.Mine {
		perm = permTick
	}
	s.scope(ctx, &f, perm, true)
	s.narrow(&f, q, "m.area_id")
	f.like(q.Text, "a.title", "c.name", "o.name")
	if q.State != "" {
		f.and("m.state = ?", string(q.State))
	}
	if q.From != "" {
		f.and("m.day >= ?", q.From)
	}
	if q.To != "" {
		f.and("m.day <= ?", q.To)
	}
	if q.TeacherID != "" {
		f.and("c.teacher_id = ?", q.TeacherID)
	}
	if q.ClassID != "" {
		f.and("c.id = ?", q.ClassID)
	}
	total, err := s.count(ctx, "SELECT count(*)"+itemTables+f.where(), f.args)
	if err != nil || total == 0 {
		return nil, 0, err
	}
	order := " ORDER BY m.day, m.starts, m.id"
	if q.Latest {
		order = " ORDER BY m.day DESC, m.starts DESC, m.id"
	}
	list, err := s.items(ctx, "SELECT "+itemColumns+itemTables+f.where()+order+limit, f.args)
	return list, total, err
}

func (s *Service) items(ctx context.Context, query string, args []any) ([]Item, error) {
	rows, err := s.db.Read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list meetings: %w", err)
	}
	defer rows.Close()
	var list []Item
	for rows.Next() {
		var i Item
		err := rows.Scan(&i.ID, &i.ClassID, &i.No, &i.Day, &i.Starts, &i.Minutes, &i.AreaID, &i.Room, &i.State, &i.Reason, &i.UpdatedAt,
			&i.Title, &i.Theme, &i.ActivityID, &i.ClassName, &i.OrgID, &i.OrgName, &i.OrgArea, &i.TeacherID, &i.TeacherName, &i.Mode, &i.Capacity, &i.Learners)
		if err != nil {
			return nil, fmt.Errorf("read meetings: %w", err)
		}
		list = append(list, i)
	}
	return list, rows.Err()
}

// Classes returns the classes of an activity that the caller may see.
func (s *Service) Classes(ctx context.Context, activityID string) ([]ClassRow, error) {
	if _, err := s.Get(ctx, activityID); err != nil {
		return nil, err
	}
	return classesOf(ctx, s.db.Read, activityID)
}

// Orgs returns the active institutions for which the caller may make
// activities, at most limit, in the order of their names.
func (s *Service) Orgs(ctx context.Context, limit int) ([]Org, error) {
	var f filter
	f.and("o.state = ?", "active")
	s.editScope(ctx, &f)
	rows, err := s.db.Read.QueryContext(ctx, "SELECT o.id, o.code, o.name, o.area_id FROM org o "+f.where()+
		" ORDER BY o.pinyin, o.id LIMIT "+strconv.Itoa(limit), f.args...)
	if err != nil {
		return nil, fmt.Errorf("list orgs: %w", err)
	}
	defer rows.Close()
	var list []Org
	for rows.Next() {
		o := Org{Active: true}
		if err := rows.Scan(&o.ID, &o.Code, &o.Name, &o.AreaID); err != nil {
			return nil, fmt.Errorf("read orgs: %w", err)
		}
		list = append(list, o)
	}
	return list, rows.Err()
}
