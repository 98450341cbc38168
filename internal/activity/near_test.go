package activity_test

import (
	"slices"
	"testing"

	"xuedu/internal/activity"
	"xuedu/internal/activity/activitytest"
	"xuedu/internal/errs"
)

// offers opens one class with a Monday meeting in each of several places.
func offers(t *testing.T, w *activitytest.World) {
	t.Helper()
	for _, x := range []struct {
		name string
		area int64
		mode string
	}{{"near", activitytest.Near, activity.Onsite}, {"far", activitytest.Far, activity.Onsite}, {"district", 10, activity.Online}} {
		in := activitytest.Input()
		in.Title = x.name
		if x.name == "far" {
			in.Theme = "health"
		}
		a, err := w.Activity.Create(w.As(activitytest.Staff), "o1", in)
		if err != nil {
			t.Fatal(err)
		}
		weekly := activitytest.Weekly(4)
		weekly.AreaID = x.area
		if _, err := w.Activity.Open(w.As(activitytest.Staff), a.ID, activity.ClassInput{Name: x.name, Capacity: 2, Mode: x.mode}, weekly); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFind(t *testing.T) {
	each(t, func(t *testing.T, w *activitytest.World) {
		offers(t, w)
		for _, tt := range []struct {
			name  string
			wish  activity.Wish
			want  []string
			rings []activity.Ring
		}{
			{"near home", activity.Wish{AreaID: activitytest.Near}, []string{"near", "far", "district"}, []activity.Ring{0, 1, 2}},
			{"from the other community", activity.Wish{AreaID: activitytest.Far}, []string{"far", "near", "district"}, []activity.Ring{0, 1, 2}},
			{"street", activity.Wish{AreaID: 9}, []string{"district", "far", "near"}, []activity.Ring{1, 2, 2}},
			{"another district", activity.Wish{AreaID: activitytest.OtherNear}, nil, nil},
			{"theme", activity.Wish{AreaID: activitytest.Near, Theme: "health"}, []string{"far"}, []activity.Ring{1}},
			{"mode", activity.Wish{Mode: activity.Online}, []string{"district"}, []activity.Ring{3}},
			{"words", activity.Wish{Text: "NEAR"}, []string{"near"}, []activity.Ring{3}},
			{"a sign of LIKE", activity.Wish{Text: "%"}, nil, nil},
			{"Tuesdays", activity.Wish{AreaID: activitytest.Near, Weekday: "2"}, []string{"near", "far", "district"}, []activity.Ring{0, 1, 2}},
			{"Sundays", activity.Wish{Weekday: "7"}, nil, nil},
		} {
			list, total, err := w.Activity.Find(t.Context(), tt.wish)
			var got []string
			var rings []activity.Ring
			for _, o := range list {
				got, rings = append(got, o.Title), append(rings, o.Ring)
			}
			if tt.name == "street" { // two in one ring on one day stand in the order of their numbers
				slices.Sort(got[1:])
			}
			if err != nil || !slices.Equal(got, tt.want) || !slices.Equal(rings, tt.rings) || total != int64(len(tt.want)) {
				t.Errorf("%s: Find = %v %v, total %d, %v; want %v %v", tt.name, got, rings, total, err, tt.want, tt.rings)
			}
		}
		list, _, err := w.Activity.Find(t.Context(), activity.Wish{})
		if err != nil || list[0].Day != "2026-11-23" || list[0].LastDay != "2026-11-24" || list[0].Left != 2 {
			t.Errorf("next and last day = %q, %q of %d, %v", list[0].Day, list[0].LastDay, list[0].Left, err)
		}
		_, _, err = w.Activity.Find(t.Context(), activity.Wish{Weekday: "8"})
		wantKind(t, "no such day", err, errs.Invalid, "weekday")
		_, _, err = w.Activity.Find(t.Context(), activity.Wish{Page: -1})
		wantKind(t, "no such page", err, errs.Invalid, "page")
		w.Travel(2) // no meeting is left
		if _, n, err := w.Activity.Find(t.Context(), activity.Wish{}); err != nil || n != 0 {
			t.Errorf("after the last meeting: %d, %v; want none", n, err)
		}
	})
}

func TestPublicHidesDrafts(t *testing.T) {
	each(t, func(t *testing.T, w *activitytest.World) {
		c, _, _ := w.Class(1)
		o, list, err := w.Activity.Public(t.Context(), c.ID)
		if err != nil || o.Free() != 29 || o.Left != 2 || len(list) != 4 || o.TeacherID != "" || o.TeacherName != "" {
			t.Errorf("Public = %+v, %d meetings, %v", o, len(list), err)
		}
		in := activitytest.Input()
		in.Draft = true
		wantKind(t, "to a draft", w.Activity.Edit(w.As(activitytest.Staff), c.ActivityID, in), 0, "")
		_, _, err = w.Activity.Public(t.Context(), c.ID)
		wantKind(t, "draft", err, errs.NotFound, "")
		if _, n, err := w.Activity.Find(t.Context(), activity.Wish{}); err != nil || n != 0 {
			t.Errorf("Find shows %d drafts, %v", n, err)
		}
	})
}

func TestPlace(t *testing.T) {
	each(t, func(t *testing.T, w *activitytest.World) {
		for _, tt := range []struct {
			text       string
			near, want int64
			several    int
		}{
			{"110108001001", 0, activitytest.Near, 0},
			{"二里庄社区", 0, activitytest.Near, 0},
			{"二里庄", 0, activitytest.Near, 0},
			{"elzsq", 0, activitytest.Near, 0},
			{"华清园社区", 0, 0, 2},
			{"华清园社区", activitytest.Other, activitytest.OtherNear, 0},
			{"华清园社区", activitytest.Near, 10, 0},
			{"昌平区 华清园社区", activitytest.Near, activitytest.OtherNear, 0},
			{"没有这里", 0, 0, 0},
			{" ", 0, 0, 0},
		} {
			got, several := w.Activity.Place(tt.text, tt.near)
			if got != tt.want || len(several) != tt.several {
				t.Errorf("Place(%q, %d) = %d, %v; want %d, %d candidates", tt.text, tt.near, got, several, tt.want, tt.several)
			}
		}
		for i := range w.Tree.Len() { // every name that is printed finds its area again
			id := w.Tree.At(i).ID
			if got, _ := w.Activity.Place(w.Activity.NearText(id, activitytest.Near), activitytest.Near); got != id {
				t.Errorf("NearText(%d) = %q finds %d", id, w.Activity.NearText(id, activitytest.Near), got)
			}
		}
	})
}
