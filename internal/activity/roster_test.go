package activity_test

import (
	"sync"
	"testing"

	"pgregory.net/rapid"

	"xuedu/internal/activity"
	"xuedu/internal/activity/activitytest"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
)

func TestTick(t *testing.T) {
	each(t, func(t *testing.T, w *activitytest.World) {
		_, list, people := w.Class(3)
		teacher := w.As(activitytest.Teacher)
		today, ahead := list[2].ID, list[3].ID
		wantKind(t, "tick", w.Activity.Tick(teacher, today, people[:2]), 0, "")
		wantKind(t, "tick again", w.Activity.Tick(teacher, today, people[:2]), 0, "")
		if got := w.Times(today); got != 2 {
			t.Errorf("person-times = %d, want 2", got)
		}
		wantKind(t, "the future", w.Activity.Tick(teacher, ahead, people), errs.Conflict, "")
		wantKind(t, "a stranger", w.Activity.Tick(teacher, today, []int64{999}), errs.Invalid, "")
		wantKind(t, "another's roster", w.Activity.Tick(w.As(activitytest.Teacher2), today, people), errs.NotFound, "")
		wantKind(t, "an officer's hand", w.Activity.Tick(w.As(activitytest.Officer), today, people), errs.Forbidden, "")
		wantKind(t, "heads", w.Activity.SetHeads(teacher, today, 3, ""), 0, "")
		wantKind(t, "negative heads", w.Activity.SetHeads(teacher, today, -1, ""), errs.Invalid, "heads")
		wantKind(t, "leave", w.Activity.NoteLeave(teacher, today, people[2], true), 0, "")
		wantKind(t, "leave ahead", w.Activity.NoteLeave(teacher, ahead, people[2], true), 0, "")
		r, err := w.Activity.Roster(teacher, today)
		if err != nil || r.Here() != 2 || r.Away() != 0 || r.Leave() != 1 || r.Times() != 5 || !r.Fresh {
			t.Fatalf("Roster = %d here, %d away, %d leave, %d times, fresh %v, %v", r.Here(), r.Away(), r.Leave(), r.Times(), r.Fresh, err)
		}
		if l := r.Lines[0]; !l.First || l.Band != "80+" || !l.Oldest {
			t.Errorf("line = first %v, band %s; want a newcomer of 80+", l.First, l.Band)
		}
		if w.Refresh.Load() == 0 {
			t.Error("the figures were not told")
		}
		if n := w.Int("SELECT count(*) FROM attendance WHERE home_id = $1 AND place_id = $2 AND day = 20261123 AND person_id > 0", activitytest.Near, activitytest.Near); n != 2 {
			t.Errorf("rows with home, place and day of the meeting = %d, want 2", n)
		}
	})
}

func TestUntickNeedsReasonLater(t *testing.T) {
	each(t, func(t *testing.T, w *activitytest.World) {
		_, list, people := w.Class(2)
		teacher, m := w.As(activitytest.Teacher), list[2].ID
		wantKind(t, "tick", w.Activity.Tick(teacher, m, people), 0, "")
		w.Travel(1) // Tuesday: the day on which it is due
		wantKind(t, "within the time", w.Activity.Untick(teacher, m, people[:1], ""), 0, "")
		wantKind(t, "undo", w.Activity.Undo(teacher, m, people[:1], false), 0, "")
		w.Travel(1) // Wednesday
		wantKind(t, "ticked yesterday", w.Activity.Untick(teacher, m, people[:1], ""), errs.Invalid, "reason")
		wantKind(t, "with a reason", w.Activity.Untick(teacher, m, people[:1], "记错人"), 0, "")
		wantKind(t, "late tick", w.Activity.Tick(teacher, m, people[:1]), 0, "")
		wantKind(t, "a slip of today", w.Activity.Untick(teacher, m, people[:1], ""), 0, "")
		if got := w.Times(m); got != 1 {
			t.Errorf("person-times = %d, want 1", got)
		}
		if n := w.Int("SELECT count(*) FROM reversal WHERE reason = '记错人'"); n != 1 {
			t.Errorf("reversals with the reason = %d, want 1", n)
		}
		wantKind(t, "first heads need none", w.Activity.SetHeads(teacher, m, 2, ""), 0, "")
		wantKind(t, "other heads", w.Activity.SetHeads(teacher, m, 4, ""), errs.Invalid, "reason")
	})
}

func TestSaveKeepsOtherHands(t *testing.T) {
	each(t, func(t *testing.T, w *activitytest.World) {
		c, list, people := w.Class(3)
		teacher, m := w.As(activitytest.Teacher), list[2].ID
		wantKind(t, "first", w.Activity.Tick(teacher, m, people[:1]), 0, "")
		// A form was made when only the first was ticked; meanwhile a colleague ticks the third.
		wantKind(t, "colleague", w.Activity.Tick(w.As(activitytest.Staff), m, people[2:]), 0, "")
		sh := activity.Sheet{Here: people[1:2], Was: people[:1], Heads: 1, Complete: true}
		wantKind(t, "save", w.Activity.Save(teacher, m, sh), 0, "")
		wantKind(t, "save again", w.Activity.Save(teacher, m, sh), 0, "")
		wantKind(t, "an older form", w.Activity.Save(teacher, m, activity.Sheet{Here: people, Was: people}), 0, "")
		r, err := w.Activity.Tally(teacher, m, 0)
		if err != nil || r.Here() != 2 || r.Times() != 3 || r.Meeting.State != activity.Held {
			t.Errorf("after save: %d here, %d times, %s, %v; want 2, 3, held", r.Here(), r.Times(), r.Meeting.State, err)
		}
		got, _, err := w.Activity.Class(teacher, c.ID)
		if err != nil || got.State != activity.Running {
			t.Errorf("class is %s, %v; want running", got.State, err)
		}
	})
}

func TestTwoHandsNeverCountTwice(t *testing.T) {
	each(t, func(t *testing.T, w *activitytest.World) {
		_, list, people := w.Class(4)
		m := list[2].ID
		var wg sync.WaitGroup
		for i := range 8 {
			ctx := w.As(activitytest.Teacher)
			if i%2 == 0 {
				ctx = w.As(activitytest.Staff)
			}
			wg.Go(func() {
				if err := w.Activity.Tick(ctx, m, people); err != nil {
					t.Errorf("Tick = %v", err)
				}
			})
		}
		wg.Wait()
		if got := w.Times(m); got != 4 {
			t.Errorf("person-times = %d after eight hands, want 4", got)
		}
	})
}

func TestWalkIn(t *testing.T) {
	each(t, func(t *testing.T, w *activitytest.World) {
		_, list, _ := w.Class(1)
		teacher, m := w.As(activitytest.Teacher), list[2].ID
		good := activity.NewPerson{Name: "赵长海", Phone: "13912345678", BirthYear: 1950, Sex: "m", HomeID: activitytest.Far, Consent: "told"}
		for _, tt := range []struct {
			field string
			edit  func(*activity.NewPerson)
		}{
			{"walkin_name", func(p *activity.NewPerson) { p.Name = " " }},
			{"walkin_phone", func(p *activity.NewPerson) { p.Phone = "12" }},
			{"walkin_birth", func(p *activity.NewPerson) { p.BirthYear = 3000 }},
			{"walkin_sex", func(p *activity.NewPerson) { p.Sex = "x" }},
			{"walkin_home", func(p *activity.NewPerson) { p.HomeID = activitytest.District }},
			{"walkin_consent", func(p *activity.NewPerson) { p.Consent = "" }},
		} {
			p := good
			tt.edit(&p)
			_, err := w.Activity.WalkIn(teacher, m, p)
			wantKind(t, tt.field, err, errs.Invalid, tt.field)
		}
		id, err := w.Activity.WalkIn(teacher, m, good)
		wantKind(t, "walk-in", err, 0, "")
		again, err := w.Activity.WalkIn(teacher, list[1].ID, activity.NewPerson{Name: good.Name, Phone: "139 1234 5678"})
		if err != nil || again != id {
			t.Errorf("walk-in of a known person = %d, %v; want %d", again, err, id)
		}
		r, err := w.Activity.Roster(teacher, m)
		if err != nil || r.Here() != 1 || len(r.Lines) != 2 || r.Lines[1].Name != "赵长海" || r.Lines[1].Phone != "139****5678" {
			t.Errorf("Roster = %+v, %v", r.Lines, err)
		}
		if n := w.Int("SELECT count(*) FROM attendance WHERE person_id = $1 AND home_id = $2", id, activitytest.Far); n != 2 {
			t.Errorf("rows with the person's own home = %d, want 2", n)
		}
	})
}

func TestOwe(t *testing.T) {
	each(t, func(t *testing.T, w *activitytest.World) {
		_, list, people := w.Class(1)
		teacher := w.As(activitytest.Teacher)
		wantKind(t, "save", w.Activity.Save(teacher, list[0].ID, activity.Sheet{Here: people, Complete: true}), 0, "")
		o, err := w.Activity.Owe(teacher)
		if err != nil || len(o.Overdue) != 1 || o.Overdue[0].ID != list[1].ID || o.TodayN != 1 || o.ComingN != 1 || o.HeldMonth != 1 {
			t.Fatalf("Owe = %+v, %v", o, err)
		}
		if got := o.Overdue[0]; got.Late != 3 || got.Due.Format("2006-01-02") != "2026-11-18" { // 17th + 1; late: 19, 20, 23
			t.Errorf("due %s, late %d; want 2026-11-18, 3 working days", got.Due, got.Late)
		}
		if o, err = w.Activity.Owe(w.As(activitytest.Staff2)); err != nil || o.OverdueN+o.TodayN != 0 {
			t.Errorf("another institution owes %+v, %v", o, err)
		}
		nums, err := w.Activity.Mine(w.As(activitytest.Staff))
		if err != nil || len(nums) != 1 || nums[0].Activities != 1 || nums[0].Classes != 1 || nums[0].Held != 1 {
			t.Errorf("Mine = %+v, %v", nums, err)
		}
	})
}

// TestRosterFollowsItsModel ticks, takes back and saves at random and compares
// with a set.
func TestRosterFollowsItsModel(t *testing.T) {
	t.Parallel()
	w := activitytest.New(t, dbtest.SQLite(t))
	_, list, people := w.Class(5)
	m, teacher := list[2].ID, w.As(activitytest.Teacher)
	here := map[int64]bool{}
	rapid.Check(t, func(rt *rapid.T) {
		some := rapid.SliceOfDistinct(rapid.SampledFrom(people), rapid.ID[int64]).Draw(rt, "persons")
		var err error
		switch rapid.SampledFrom([]string{"tick", "untick", "undo", "save"}).Draw(rt, "act") {
		case "tick":
			err = w.Activity.Tick(teacher, m, some)
			set(here, some, true)
		case "untick":
			err = w.Activity.Untick(teacher, m, some, "")
			set(here, some, false)
		case "undo":
			err = w.Activity.Undo(teacher, m, some, true)
			set(here, some, false)
		case "save":
			var was []int64
			for p, on := range here {
				if on {
					was = append(was, p)
				}
			}
			err = w.Activity.Save(teacher, m, activity.Sheet{Here: some, Was: was})
			set(here, was, false)
			set(here, some, true)
		}
		if err != nil {
			rt.Fatal(err)
		}
		r, err := w.Activity.Tally(teacher, m, 0)
		if err != nil {
			rt.Fatal(err)
		}
		for _, l := range r.Lines {
			if l.Here != here[l.ID] {
				rt.Fatalf("person %d here = %v, want %v", l.ID, l.Here, here[l.ID])
			}
		}
	})
}

func set(m map[int64]bool, ids []int64, on bool) {
	for _, id := range ids {
		m[id] = on
	}
}
