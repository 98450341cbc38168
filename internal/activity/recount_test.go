package activity_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"xuedu/internal/activity"
	"xuedu/internal/activity/activitytest"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// rolls is a class with its rosters as the test plays them.
type rolls struct {
	*activitytest.World
	t       *testing.T
	count   *activity.Recounter
	source  *activity.Measures
	class   activity.Class
	list    []activity.Meeting
	learner []int64
}

func newRolls(t *testing.T, d *db.DB, learners int) *rolls {
	w := activitytest.New(t, d)
	r := &rolls{World: w, t: t, count: activity.NewRecounter(d, w.Book), source: activity.NewMeasures(d, func() *pack.Pack { return w.Pack }, keyText)}
	r.class, r.list, r.learner = w.Class(learners)
	return r
}

func (r *rolls) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rolls) at(code string, p period.Period) int64 {
	r.t.Helper()
	r.must(r.count.CatchUp(r.t.Context()))
	b, err := r.source.Read(r.t.Context(), measure.Ask{Code: code, Period: p, Tree: r.Tree})
	r.must(err)
	return b.Num[0]
}

func (r *rolls) want(what string, want map[string]int64) {
	r.t.Helper()
	for code, n := range want {
		if got := r.at(code, spanOf(r.t, "2026")); got != n {
			r.t.Errorf("%s: %s = %d, want %d", what, code, got, n)
		}
	}
}

// A roster of four admitted learners of whom one was excused, with a walk-in
// and a head-count beside them; then what comes after. P2.7
func TestRosterMeasures(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRolls(t, d, 4)
		staff, p := r.As(activitytest.Staff), r.learner
		r.must(r.Activity.EditClass(staff, r.class.ID, activity.ClassInput{Name: "秋季班", TeacherID: "t1", Capacity: 4, Mode: activity.Onsite}))
		r.must(r.Activity.NoteLeave(staff, r.list[0].ID, p[3], true))
		_, err := r.Activity.WalkIn(staff, r.list[0].ID, activity.NewPerson{Name: "路过", HomeID: activitytest.Near, Consent: "test"})
		r.must(err)
		r.must(r.Activity.Save(staff, r.list[0].ID, activity.Sheet{Here: p[:2], Heads: 9, Complete: true}))
		r.want("first roster", map[string]int64{"roster.due": 3, "roster.attended": 2, "fullclass.seats": 4, "fullclass.attended": 2, "learners.enrolled": 0})

		before, err := r.source.Version(t.Context(), "roster.due", spanOf(t, "2026-11"))
		r.must(err)
		r.must(r.Activity.Untick(staff, r.list[0].ID, p[:1], "点错"))
		r.want("one taken back", map[string]int64{"roster.due": 3, "roster.attended": 1, "fullclass.attended": 1})
		after, err := r.source.Version(t.Context(), "roster.due", spanOf(t, "2026-11"))
		r.must(err)
		if before == after {
			t.Errorf("version stays %q after a reversal", after)
		}
		r.must(r.Activity.Tick(staff, r.list[0].ID, []int64{p[0], p[3]}))
		r.want("the excused one came after all", map[string]int64{"roster.due": 4, "roster.attended": 3})

		r.Travel(1)
		r.must(r.Activity.RemoveLearner(staff, r.class.ID, p[3], "搬走"))
		late := r.Learners(r.class.ID, 0)
		r.must(r.Activity.Save(staff, r.list[1].ID, activity.Sheet{Here: append(late, p[0]), Complete: true}))
		r.want("one left", map[string]int64{"roster.due": 7, "roster.attended": 4, "fullclass.seats": 8, "fullclass.attended": 4})
		for _, m := range r.list[2:] {
			r.must(r.Activity.Save(staff, m.ID, activity.Sheet{Here: p[:1], Complete: true}))
		}
		r.want("over", map[string]int64{"learners.enrolled": 3, "learners.completed": 1, "roster.due": 13})
		r.Pack.Params.CompletionPercent = 25
		r.want("a milder rule", map[string]int64{"learners.enrolled": 3, "learners.completed": 2})
		if n := r.at("learners.enrolled", spanOf(t, "2025")); n != 0 {
			t.Errorf("enrolled of 2025 = %d", n)
		}
	})
}

// Random rosters count as loops over the ledger's rows do, whether they were
// counted after every act or all at the end.
func TestRosterOracle(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRolls(t, d, 6)
		rnd, staff := rand.New(rand.NewPCG(5, 6)), r.As(activitytest.Staff)
		r.Travel(1)
		for range 40 {
			m, p := r.list[rnd.IntN(len(r.list))], r.learner[rnd.IntN(len(r.learner)):]
			switch rnd.IntN(5) {
			case 0, 1:
				r.must(r.Activity.Tick(staff, m.ID, p))
			case 2:
				r.must(r.Activity.Untick(staff, m.ID, p[:1], "点错"))
			case 3:
				r.must(r.Activity.NoteLeave(staff, m.ID, p[0], rnd.IntN(3) > 0))
			case 4:
				r.must(r.Activity.Save(staff, m.ID, activity.Sheet{Complete: true}))
			}
			if rnd.IntN(4) == 0 {
				r.compareCounts()
			}
		}
		r.compareCounts()
		r.must(d.InTx(t.Context(), func(tx *sql.Tx) error { return activity.MarkAll(t.Context(), tx) }))
		r.compareCounts()
	})
}

func (r *rolls) compareCounts() {
	r.t.Helper()
	var due, attended int64
	for _, m := range r.list {
		if r.Int(`SELECT count(*) FROM meeting WHERE id = $1 AND state = 'held'`, m.ID) == 0 {
			continue
		}
		for _, p := range r.learner {
			here := r.Int(`SELECT count(*) FROM attendance a JOIN session s ON s.id = a.session_id WHERE s.key = $1 AND a.person_id = $2
				AND a.id NOT IN (SELECT attendance_id FROM reversal)`, m.ID, p)
			if here > 0 || r.Int(`SELECT count(*) FROM leave_note WHERE meeting_id = $1 AND person_id = $2`, m.ID, p) == 0 {
				due++
			}
			attended += here
		}
	}
	r.want("loops", map[string]int64{"roster.due": due, "roster.attended": attended})
}

// Weeks of a longer class: who joins within two weeks is in, who leaves within
// them is not.
func TestRosterSecondWeek(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRolls(t, d, 3)
		staff := r.As(activitytest.Staff)
		w := activitytest.Weekly(4)
		w.Day, w.Weekdays = "2026-11-30", []time.Weekday{time.Monday}
		r.must(r.Activity.AddMeetings(staff, r.class.ID, w))
		_, list, err := r.Activity.Class(staff, r.class.ID)
		r.must(err)
		for i, m := range list {
			for r.Now().Format(time.DateOnly) < m.Day {
				r.Travel(1)
			}
			if i == 3 {
				r.must(r.Activity.RemoveLearner(staff, r.class.ID, r.learner[2], "退班"))
			}
			if i == 6 {
				r.must(r.Activity.RemoveLearner(staff, r.class.ID, r.learner[1], "退班"))
			}
			r.must(r.Activity.Save(staff, m.ID, activity.Sheet{Here: r.learner[:1], Complete: true}))
		}
		r.want(fmt.Sprint(len(list), " meetings"), map[string]int64{"learners.enrolled": 2, "learners.completed": 1, "fullclass.seats": 0})
	})
}
