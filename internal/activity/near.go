package activity

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/errs"
)

// Ring is how near a class is. There is no distance in metres: an area is near
// that shares the community, the street or the district.
type Ring int

const (
	SameCommunity Ring = iota
	SameStreet
	SameDistrict
	Elsewhere
)

// Wish is what somebody looks for.
type Wish struct {
	AreaID  int64 // 0 = anywhere
	Theme   string
	Weekday string // "1" Monday … "7" Sunday, "" = any
	Mode    string
	Text    string // in the title
	Page    int
}

// Offer is a class to which somebody may come, with its next meeting.
type Offer struct {
	Item
	Summary string
	Ring    Ring
	Left    int64  // meetings still to come
	LastDay string // of the last meeting
}

// Free returns the seats that nobody on the list has taken.
func (o Offer) Free() int64 { return max(0, o.Capacity-o.Learners) }

// aheadDays is how far the public looks ahead.
const aheadDays = 182

// Find returns a page of the open classes with a meeting to come, the nearest
// first and then the soonest, and their number. It needs no sign-in.
func (s *Service) Find(ctx context.Context, w Wish) ([]Offer, int64, error) {
	limit, err := Query{Page: w.Page}.limit()
	if err != nil {
		return nil, 0, err
	}
	f, ring, err := s.wish(w)
	if err != nil {
		return nil, 0, err
	}
	next := `, row_number() OVER (PARTITION BY m.class_id ORDER BY m.day, m.starts, m.id) AS nth,
		count(*) OVER (PARTITION BY m.class_id) AS ahead, max(m.day) OVER (PARTITION BY m.class_id) AS last_day, a.summary AS summary, ` + ring + " AS ring"
	// Columns of the inner list get names, so that the outer one can speak of them.
	inner := `SELECT m.id AS id, m.class_id AS class_id, m.no AS no, m.day AS day, m.starts AS starts, m.minutes AS minutes, m.area_id AS area_id,
		m.room AS room, m.state AS state, m.reason AS reason, m.updated_at AS updated_at, a.title AS title, a.theme AS theme, a.id AS activity_id,
		c.name AS class_name, o.id AS org_id, o.name AS org_name, o.area_id AS org_area, c.mode AS mode, c.capacity AS capacity` + next + itemTables + f.where()
	total, err := s.count(ctx, "SELECT count(DISTINCT m.class_id)"+itemTables+f.where(), f.args)
	if err != nil || total == 0 {
		return nil, 0, err
	}
	const own = `id, class_id, no, day, starts, minutes, area_id, room, state, reason, updated_at, title, theme,
		activity_id, class_name, org_id, org_name, org_area, mode, capacity, `
	// Learners are counted for the page's classes alone.
	rows, err := s.db.Read.QueryContext(ctx, `SELECT `+own+`(SELECT count(*) FROM learner l WHERE l.class_id = p.class_id AND l.state = 'enrolled') AS learners, ahead, last_day, summary, ring
		FROM (SELECT `+own+`ahead, last_day, summary, ring FROM (`+inner+`) AS n WHERE nth = 1 ORDER BY ring, day, starts, id`+limit+`) AS p ORDER BY ring, day, starts, id`, f.args...)
	if err != nil {
		return nil, 0, fmt.Errorf("find classes: %w", err)
	}
	defer rows.Close()
	var list []Offer
	for rows.Next() {
		var o Offer
		err := rows.Scan(&o.ID, &o.ClassID, &o.No, &o.Day, &o.Starts, &o.Minutes, &o.AreaID, &o.Room, &o.State, &o.Reason, &o.UpdatedAt, &o.Title, &o.Theme,
			&o.ActivityID, &o.ClassName, &o.OrgID, &o.OrgName, &o.OrgArea, &o.Mode, &o.Capacity, &o.Learners, &o.Left, &o.LastDay, &o.Summary, &o.Ring)
		if err != nil {
			return nil, 0, fmt.Errorf("read classes: %w", err)
		}
		o.Day, o.LastDay = dayText(o.Day), dayText(o.LastDay)
		list = append(list, o)
	}
	return list, total, rows.Err()
}

// wish turns w into conditions and the expression of the ring.
func (s *Service) wish(w Wish) (*filter, string, error) {
	f := &filter{}
	f.and("m.state = ?", string(Planned))
	f.and("a.state = ?", string(Open))
	f.and("c.state IN ('planned', 'running')")
	today := s.now().In(s.Zone())
	if err := f.weekday(today, w.Weekday); err != nil {
		return nil, "", err
	}
	if w.Theme != "" {
		f.and("a.theme = ?", w.Theme)
	}
	if w.Mode != "" {
		f.and("c.mode = ?", w.Mode)
	}
	f.like(w.Text, "a.title")
	ring := strconv.Itoa(int(Elsewhere))
	if w.AreaID == 0 {
		return f, ring, nil
	}
	n, ok := s.Tree().ByID(w.AreaID)
	if !ok {
		return nil, "", errs.InvalidField("area", "activity.bad_area")
	}
	ring, top := s.rings(n)
	if cond := s.subtree("m.area_id", s.Tree().At(top).ID); cond != "" {
		f.and(cond)
	}
	return f, ring, nil
}

// weekday adds the days to come, all or those of one day of the week.
func (f *filter) weekday(today time.Time, day string) error {
	if day == "" {
		f.and("m.day >= ?", today.Format(time.DateOnly))
		f.and("m.day <= ?", today.AddDate(0, 0, aheadDays).Format(time.DateOnly))
		return nil
	}
	n, err := strconv.Atoi(day)
	if err != nil || n < 1 || n > 7 {
		return errs.InvalidField("weekday", "activity.bad_weekday")
	}
	var days []string
	for i := range aheadDays + 1 {
		if d := today.AddDate(0, 0, i); int(d.Weekday()) == n%7 {
			days = append(days, d.Format(time.DateOnly))
		}
	}
	f.in("m.day", days)
	return nil
}

// rings returns the expression of the ring around area n, and the area in
// which to look: its district, or n itself if it is higher.
func (s *Service) rings(n int) (expr string, top int) {
	t := s.Tree()
	path := t.Path(n)
	top = n
	expr = "CASE "
	for _, r := range []struct {
		level area.Level
		ring  Ring
	}{{area.Community, SameCommunity}, {area.Street, SameStreet}, {area.District, SameDistrict}} {
		i := slices.IndexFunc(path, func(i int) bool { return t.At(i).Level == r.level })
		if i < 0 {
			continue
		}
		top = path[i]
		expr += "WHEN " + inNumbers("m.area_id", s.idsOf(top, t.Last(top))) + " THEN " + strconv.Itoa(int(r.ring)) + " "
	}
	if expr == "CASE " {
		return strconv.Itoa(int(Elsewhere)), n
	}
	return expr + "ELSE " + strconv.Itoa(int(Elsewhere)) + " END", top
}

// Public returns a class that is open to everybody, with the meetings that are
// not cancelled, or were to be held from today on. NotFound for anything else.
func (s *Service) Public(ctx context.Context, classID string) (Offer, []Meeting, error) {
	c, err := findClass(ctx, s.db.Read, classID)
	if err != nil {
		return Offer{}, nil, err
	}
	a, err := findActivity(ctx, s.db.Read, c.ActivityID)
	if err != nil {
		return Offer{}, nil, err
	}
	if a.State == Draft {
		return Offer{}, nil, errs.New(errs.NotFound, "activity.not_found")
	}
	list, err := meetingsOf(ctx, s.db.Read, classID)
	if err != nil {
		return Offer{}, nil, err
	}
	n, err := s.count(ctx, "SELECT count(*) FROM learner WHERE class_id = $1 AND state = 'enrolled'", []any{classID})
	if err != nil {
		return Offer{}, nil, err
	}
	o := Offer{Summary: a.Summary, Item: Item{Title: c.Title, Theme: c.Theme, ClassName: c.Name, ActivityID: a.ID, OrgID: c.OrgID, OrgName: c.OrgName,
		OrgArea: c.OrgArea, Mode: c.Mode, Capacity: c.Capacity, Learners: n}}
	o.ClassID, o.State, o.Reason = c.ID, c.State, c.Reason
	if a.State == Cancelled {
		o.State, o.Reason = Cancelled, a.Reason
	}
	for _, m := range list {
		if m.State == Planned && m.Day >= s.Today() {
			if o.Left++; o.Left == 1 {
				o.Slot, o.ID = m.Slot, m.ID
			}
			o.LastDay = m.Day
		}
	}
	return o, list, nil
}
