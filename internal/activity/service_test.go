package activity_test

import (
	"slices"
	"strings"
	"testing"

	"xuedu/internal/account"
	"xuedu/internal/activity"
	"xuedu/internal/activity/activitytest"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
)

// each runs f in a fresh city on both databases.
func each(t *testing.T, f func(t *testing.T, w *activitytest.World)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, activitytest.New(t, d)) })
}

func wantKind(t *testing.T, what string, err error, want errs.Kind, field string) {
	t.Helper()
	if want == 0 {
		if err != nil {
			t.Errorf("%s = %v, want no error", what, err)
		}
		return
	}
	if err == nil || errs.KindOf(err) != want {
		t.Errorf("%s = %v, want kind %v", what, err, want)
	}
	if e, ok := err.(*errs.Error); field != "" && (!ok || e.Field != field) {
		t.Errorf("%s = %v, want field %s", what, err, field)
	}
}

func TestCreate(t *testing.T) {
	each(t, func(t *testing.T, w *activitytest.World) {
		good := activitytest.Input()
		bad := func(f func(*activity.Input)) activity.Input { in := good; f(&in); return in }
		for _, tt := range []struct {
			name  string
			who   account.Actor
			org   string
			in    activity.Input
			want  errs.Kind
			field string
		}{
			{"staff", activitytest.Staff, "o1", good, 0, ""},
			{"officer of the district", activitytest.Officer, "o1", good, 0, ""},
			{"staff of another institution", activitytest.Staff2, "o1", good, errs.Forbidden, ""},
			{"officer elsewhere", activitytest.Officer, "o2", good, errs.Forbidden, ""},
			{"teacher", activitytest.Teacher, "o1", good, errs.Forbidden, ""},
			{"public", activitytest.Public, "o1", good, errs.Forbidden, ""},
			{"no such institution", activitytest.Staff, "nope", good, errs.NotFound, ""},
			{"no title", activitytest.Staff, "o1", bad(func(in *activity.Input) { in.Title = " " }), errs.Invalid, "title"},
			{"long title", activitytest.Staff, "o1", bad(func(in *activity.Input) { in.Title = strings.Repeat("长", 101) }), errs.Invalid, "title"},
			{"unknown form", activitytest.Staff, "o1", bad(func(in *activity.Input) { in.Form = "x" }), errs.Invalid, "form"},
			{"unknown theme", activitytest.Staff, "o1", bad(func(in *activity.Input) { in.Theme = "x" }), errs.Invalid, "theme"},
			{"unknown tag", activitytest.Staff, "o1", bad(func(in *activity.Input) { in.Tags = []string{"x"} }), errs.Invalid, "tags"},
		} {
			a, err := w.Activity.Create(w.As(tt.who), tt.org, tt.in)
			wantKind(t, tt.name, err, tt.want, tt.field)
			if err != nil {
				continue
			}
			got, err := w.Activity.Get(w.As(tt.who), a.ID)
			if err != nil || got.Title != tt.in.Title || !slices.Equal(got.Tags, tt.in.Tags) {
				t.Errorf("%s: Get = %+v, %v", tt.name, got, err)
			}
			if n := w.Int("SELECT count(*) FROM audit_entry WHERE verb = 'activity:create' AND object = $1", "activity:"+a.ID); n != 1 {
				t.Errorf("%s: %d audit entries, want 1", tt.name, n)
			}
		}
	})
}

func TestClassIsSeenByItsOwn(t *testing.T) {
	each(t, func(t *testing.T, w *activitytest.World) {
		c, list, _ := w.Class(1)
		for _, tt := range []struct {
			name         string
			who          account.Actor
			sees, roster errs.Kind
		}{
			{"its teacher", activitytest.Teacher, 0, 0},
			{"its institution", activitytest.Staff, 0, 0},
			{"worker of the community", activitytest.Worker, 0, 0},
			{"officer of the district", activitytest.Officer, 0, errs.Forbidden},
			{"another teacher", activitytest.Teacher2, errs.NotFound, errs.NotFound},
			{"a colleague of the teacher", account.Actor{ID: "t9", Grants: []account.Grant{{Role: account.RoleTeacher, OrgID: "o1"}}}, errs.NotFound, errs.NotFound},
			{"another institution", activitytest.Staff2, errs.NotFound, errs.NotFound},
			{"auditor", activitytest.Auditor, errs.NotFound, errs.NotFound},
			{"public", activitytest.Public, errs.NotFound, errs.NotFound},
		} {
			_, _, err := w.Activity.Class(w.As(tt.who), c.ID)
			wantKind(t, tt.name+": Class", err, tt.sees, "")
			_, err = w.Activity.Roster(w.As(tt.who), list[0].ID)
			wantKind(t, tt.name+": Roster", err, tt.roster, "")
			_, n, err := w.Activity.Meetings(w.As(tt.who), activity.Query{})
			if seen := n > 0; err != nil || seen != (tt.sees == 0) && tt.name != "worker of the community" {
				t.Errorf("%s: Meetings = %d, %v", tt.name, n, err)
			}
		}
	})
}

func TestWeeklySkipsHolidays(t *testing.T) {
	each(t, func(t *testing.T, w *activitytest.World) {
		a, err := w.Activity.Create(w.As(activitytest.Staff), "o1", activitytest.Input())
		if err != nil {
			t.Fatal(err)
		}
		in := activity.ClassInput{Name: "班", Capacity: 5, Mode: activity.Online}
		c, err := w.Activity.Open(w.As(activitytest.Staff), a.ID, in, activitytest.Weekly(6)) // 1 December is off
		if err != nil {
			t.Fatal(err)
		}
		_, list, err := w.Activity.Class(w.As(activitytest.Staff), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"2026-11-16", "2026-11-17", "2026-11-23", "2026-11-24", "2026-11-30", "2026-12-07"}
		if got := days(list); !slices.Equal(got, want) {
			t.Errorf("days = %v, want %v", got, want)
		}
		next, err := w.Activity.Copy(w.As(activitytest.Staff), c.ID, activity.CopyInput{Name: "下一期", FirstDay: "2026-11-30"})
		if err != nil {
			t.Fatal(err)
		}
		_, list, err = w.Activity.Class(w.As(activitytest.Staff), next.ID)
		if want := []string{"2026-11-30", "2026-12-08", "2026-12-14", "2026-12-15", "2026-12-21", "2026-12-28"}; err != nil || !slices.Equal(days(list), want) {
			t.Errorf("copied days = %v, %v, want %v", days(list), err, want)
		}
		more := activitytest.Weekly(2)
		more.Day = "2026-12-21"
		if err := w.Activity.AddMeetings(w.As(activitytest.Staff), c.ID, more); err != nil {
			t.Fatal(err)
		}
		_, list, _ = w.Activity.Class(w.As(activitytest.Staff), c.ID)
		if last := list[len(list)-1]; last.No != 8 || last.Day != "2026-12-22" {
			t.Errorf("last meeting = %d on %s, want 8 on 2026-12-22", last.No, last.Day)
		}
	})
}

func days(list []activity.Meeting) []string {
	var out []string
	for _, m := range list {
		out = append(out, m.Day)
	}
	return out
}

func TestOpenRefuses(t *testing.T) {
	each(t, func(t *testing.T, w *activitytest.World) {
		a, err := w.Activity.Create(w.As(activitytest.Staff), "o1", activitytest.Input())
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			field string
			spoil func(*activity.ClassInput, *activity.Weekly)
		}{
			{"name", func(c *activity.ClassInput, _ *activity.Weekly) { c.Name = "" }},
			{"capacity", func(c *activity.ClassInput, _ *activity.Weekly) { c.Capacity = 0 }},
			{"mode", func(c *activity.ClassInput, _ *activity.Weekly) { c.Mode = "x" }},
			{"teacher", func(c *activity.ClassInput, _ *activity.Weekly) { c.TeacherID = "t2" }},
			{"day", func(_ *activity.ClassInput, w *activity.Weekly) { w.Day = "2026-02-30" }},
			{"starts", func(_ *activity.ClassInput, w *activity.Weekly) { w.Starts = "9:00" }},
			{"minutes", func(_ *activity.ClassInput, w *activity.Weekly) { w.Minutes = 1441 }},
			{"area", func(_ *activity.ClassInput, w *activity.Weekly) { w.AreaID = activitytest.District }},
			{"count", func(_ *activity.ClassInput, w *activity.Weekly) { w.Count = 201 }},
		} {
			in, weekly := activity.ClassInput{Name: "班", Capacity: 5, Mode: activity.Onsite}, activitytest.Weekly(2)
			tt.spoil(&in, &weekly)
			_, err := w.Activity.Open(w.As(activitytest.Staff), a.ID, in, weekly)
			wantKind(t, tt.field, err, errs.Invalid, tt.field)
		}
		if n := w.Int("SELECT count(*) FROM class"); n != 0 {
			t.Errorf("%d classes after refusals, want 0", n)
		}
	})
}

func TestMoveAndCancel(t *testing.T) {
	each(t, func(t *testing.T, w *activitytest.World) {
		c, list, people := w.Class(2)
		staff := w.As(activitytest.Staff)
		to := list[3].Slot
		to.Day, to.AreaID = "2026-11-27", activitytest.Far
		wantKind(t, "move without reason", w.Activity.Move(staff, list[3].ID, to, " "), errs.Invalid, "reason")
		wantKind(t, "move by another", w.Activity.Move(w.As(activitytest.Staff2), list[3].ID, to, "停电"), errs.NotFound, "")
		wantKind(t, "move", w.Activity.Move(staff, list[3].ID, to, "停电"), 0, "")
		wantKind(t, "tick", w.Activity.Tick(staff, list[2].ID, people[:1]), 0, "")
		wantKind(t, "move with ticks", w.Activity.Move(staff, list[2].ID, to, "停电"), errs.Conflict, "")
		wantKind(t, "cancel with ticks", w.Activity.CancelMeeting(staff, list[2].ID, "停电"), errs.Conflict, "")
		wantKind(t, "cancel meeting", w.Activity.CancelMeeting(staff, list[1].ID, "停电"), 0, "")
		wantKind(t, "tick a cancelled one", w.Activity.Tick(staff, list[1].ID, people), errs.Conflict, "")
		wantKind(t, "reinstate meeting", w.Activity.ReinstateMeeting(staff, list[1].ID, "来电"), 0, "")
		wantKind(t, "cancel class", w.Activity.CancelClass(staff, c.ID, "人太少"), 0, "")
		_, now, err := w.Activity.Class(staff, c.ID)
		if err != nil || now[0].State != activity.Planned || now[3].State != activity.Cancelled || now[3].Day != "2026-11-27" {
			t.Errorf("after cancelling the class: %+v, %v; want the past as it was, the future cancelled", now, err)
		}
		wantKind(t, "reinstate class", w.Activity.ReinstateClass(staff, c.ID, "够了"), 0, "")
		wantKind(t, "cancel activity", w.Activity.Cancel(staff, c.ActivityID, "停办"), 0, "")
		wantKind(t, "reinstate a class of it", w.Activity.ReinstateClass(staff, c.ID, "够了"), errs.Conflict, "")
		wantKind(t, "reinstate activity", w.Activity.Reinstate(staff, c.ActivityID, "续办"), 0, "")
		if got := w.Times(list[2].ID); got != 1 {
			t.Errorf("person-times = %d after all that, want 1", got)
		}
	})
}

func TestLearners(t *testing.T) {
	each(t, func(t *testing.T, w *activitytest.World) {
		c, _, people := w.Class(3)
		staff := w.As(activitytest.Staff)
		in := c.ClassInput
		in.Capacity = 2
		wantKind(t, "fewer places than learners", w.Activity.EditClass(staff, c.ID, in), errs.Invalid, "capacity")
		in.Capacity = 3
		wantKind(t, "edit", w.Activity.EditClass(staff, c.ID, in), 0, "")
		p := activity.NewPerson{Name: "李四", Phone: "13900000000", HomeID: activitytest.Far, Consent: "yes"}
		wantKind(t, "full", w.Activity.AddNewLearner(staff, c.ID, p), errs.Conflict, "")
		wantKind(t, "twice", w.Activity.AddLearner(staff, c.ID, people[0]), 0, "")
		wantKind(t, "remove without reason", w.Activity.RemoveLearner(staff, c.ID, people[0], ""), errs.Invalid, "reason")
		wantKind(t, "remove", w.Activity.RemoveLearner(staff, c.ID, people[0], "搬走"), 0, "")
		wantKind(t, "remove again", w.Activity.RemoveLearner(staff, c.ID, people[0], "搬走"), errs.NotFound, "")
		wantKind(t, "now there is a place", w.Activity.AddNewLearner(staff, c.ID, p), 0, "")
		before := w.Int("SELECT count(*) FROM person")
		wantKind(t, "the same person again", w.Activity.AddNewLearner(staff, c.ID, p), 0, "")
		if now := w.Int("SELECT count(*) FROM person"); now != before {
			t.Errorf("persons = %d, want %d: telephone and name are known", now, before)
		}
		list, err := w.Activity.Learners(staff, c.ID)
		if err != nil || len(list) != 4 || list[0].Name != "李四" {
			t.Errorf("Learners = %+v, %v; want 李四 first, in the order of pinyin", list, err)
		}
	})
}

func TestLists(t *testing.T) {
	each(t, func(t *testing.T, w *activitytest.World) {
		c, _, _ := w.Class(2)
		staff := w.As(activitytest.Staff)
		for _, tt := range []struct {
			name string
			q    activity.Query
			want int64
		}{
			{"all", activity.Query{}, 1},
			{"words", activity.Query{Text: "手机"}, 1},
			{"other words", activity.Query{Text: "太极"}, 0},
			{"theme", activity.Query{Theme: "skills"}, 1},
			{"other theme", activity.Query{Theme: "health"}, 0},
			{"state", activity.Query{State: activity.Draft}, 0},
			{"district", activity.Query{AreaID: activitytest.District}, 1},
			{"other district", activity.Query{AreaID: activitytest.Other}, 0},
			{"teacher", activity.Query{TeacherID: "t1"}, 1},
			{"institution", activity.Query{OrgID: "o2"}, 0},
			{"a page behind the last", activity.Query{Page: 1}, 1},
		} {
			list, n, err := w.Activity.List(staff, tt.q)
			if err != nil || n != tt.want || tt.q.Page == 0 && int64(len(list)) != n {
				t.Errorf("%s: List = %d of %d, %v; want %d", tt.name, len(list), n, err, tt.want)
			}
			if len(list) > 0 && (list[0].Next != "2026-11-23" || list[0].Learners != 2 || list[0].Classes != 1) {
				t.Errorf("%s: row = %+v", tt.name, list[0])
			}
		}
		for _, tt := range []struct {
			q    activity.Query
			want []int64
		}{
			{activity.Query{From: "2026-11-17", To: "2026-11-23"}, []int64{2, 3}},
			{activity.Query{ClassID: c.ID, Latest: true}, []int64{4, 3, 2, 1}},
			{activity.Query{AreaID: activitytest.Far}, nil},
			{activity.Query{TeacherID: "t1", State: activity.Planned, To: "2026-11-16"}, []int64{1}},
		} {
			list, _, err := w.Activity.Meetings(staff, tt.q)
			var got []int64
			for _, i := range list {
				got = append(got, i.No)
			}
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("Meetings(%+v) = %v, %v; want %v", tt.q, got, err, tt.want)
			}
		}
		rows, err := w.Activity.Classes(staff, c.ActivityID)
		if err != nil || len(rows) != 1 || rows[0].FirstDay != "2026-11-16" || rows[0].LastDay != "2026-11-24" || rows[0].Meetings != 4 {
			t.Errorf("Classes = %+v, %v", rows, err)
		}
		if orgs, err := w.Activity.Orgs(w.As(activitytest.Officer), 9); err != nil || len(orgs) != 1 || orgs[0].ID != "o1" {
			t.Errorf("Orgs of the district = %+v, %v", orgs, err)
		}
	})
}
