package activity

import (
	"context"
	"fmt"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/activity/internal/gen"
)

// Task is a roster that waits for somebody, with the day it is due.
type Task struct {
	Item
	Due      time.Time
	Late     int // working days past Due; 0 or less: not late
	Workdays int // working days from the meeting to Due
	Used     int // of these, gone by today
}

// Owed is what the caller has to do about rosters.
type Owed struct {
	Overdue, Today, Soon    []Task // Soon: due, but not late; the first of them
	OverdueN, TodayN, SoonN int64
	Coming                  []Item // the next two weeks
	ComingN                 int64
	HeldMonth               int64  // rosters of this month that are complete
	From, To                string // days of what is owed: from the oldest to the last that is coming
}

// aheadShown is how many days ahead somebody sees at once.
const aheadShown = 14

// Owe returns the rosters that the caller keeps and that are not complete.
func (s *Service) Owe(ctx context.Context) (Owed, error) {
	today := s.now().In(s.Zone())
	o := Owed{To: today.AddDate(0, 0, aheadShown).Format(time.DateOnly)}
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	past, n, err := s.Meetings(ctx, Query{Mine: true, State: Planned, To: day(today.AddDate(0, 0, -1))})
	if err != nil {
		return o, err
	}
	if n > int64(len(past)) { // the oldest fifty are shown; the rest is counted
		o.OverdueN = n - int64(len(past))
	}
	for _, i := range past {
		if o.From == "" {
			o.From = i.Day
		}
		if t := s.task(i, today); t.Late > 0 {
			o.Overdue = append(o.Overdue, t)
		} else {
			o.Soon = append(o.Soon, t)
		}
	}
	o.OverdueN += int64(len(o.Overdue))
	o.SoonN = int64(len(o.Soon))
	now, n, err := s.Meetings(ctx, Query{Mine: true, State: Planned, From: day(today), To: day(today)})
	if err != nil {
		return o, err
	}
	o.TodayN = n
	for _, i := range now {
		o.Today = append(o.Today, s.task(i, today))
	}
	if o.Coming, o.ComingN, err = s.Meetings(ctx, Query{Mine: true, State: Planned, From: day(today.AddDate(0, 0, 1)), To: o.To}); err != nil {
		return o, err
	}
	_, o.HeldMonth, err = s.Meetings(ctx, Query{Mine: true, State: Held, From: today.Format("2006-01") + "-01", To: day(today)})
	return o, err
}

func (s *Service) task(i Item, today time.Time) Task {
	cal, day := s.Calendar(), midnight(today)
	t := Task{Item: i, Due: s.due(i.Meeting)}
	t.Late = cal.Between(t.Due, day)
	t.Workdays = max(1, cal.Between(i.Date(), t.Due))
	t.Used = max(0, cal.Between(i.Date(), day))
	return t
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// Numbers is what an institution did.
type Numbers struct {
	Org                       Org
	Activities, Classes, Held int64 // open activities, running classes, meetings held this month
	From, To                  string
}

// Mine returns the numbers of the caller's institutions, this month.
func (s *Service) Mine(ctx context.Context) ([]Numbers, error) {
	today := s.now().In(s.Zone())
	from, to := today.Format("2006-01")+"-01", today.Format(time.DateOnly)
	var list []Numbers
	seen := map[string]bool{}
	for _, g := range account.From(ctx).Grants {
		if g.OrgID == "" || seen[g.OrgID] {
			continue
		}
		seen[g.OrgID] = true
		q := gen.New(s.db.Read)
		o, err := q.Org(ctx, g.OrgID)
		if err != nil {
			return nil, notFound(err, "org", g.OrgID)
		}
		n, err := q.OrgNumbers(ctx, gen.OrgNumbersParams{OrgID: g.OrgID, FromDay: from, ToDay: to})
		if err != nil {
			return nil, fmt.Errorf("count for org %s: %w", g.OrgID, err)
		}
		list = append(list, Numbers{Org: Org{ID: o.ID, Code: o.Code, Name: o.Name, AreaID: o.AreaID, Active: o.State == "active"},
			Activities: n.Activities, Classes: n.Classes, Held: n.Held, From: from, To: to})
	}
	return list, nil
}
