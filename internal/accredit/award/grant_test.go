package award_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"xuedu/internal/accredit/award"
	"xuedu/internal/accredit/award/awardtest"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/plan"
)

// progress is what the plan's target of demonstration districts counts today.
func progress(t *testing.T, w *awardtest.World, at int64) string {
	t.Helper()
	m := plan.NewAwardMeasures(w.DB, func() *pack.Pack { return w.Pack }, func(_, key string, _ ...any) string { return key }, w.Now)
	p, err := period.Parse(w.Today()[:4])
	if err != nil {
		t.Fatal(err)
	}
	b, err := m.Read(t.Context(), measure.Ask{Code: "award.demonstration_district", Period: p, Tree: w.Tree})
	if err != nil {
		t.Fatal(err)
	}
	nr, _ := w.Tree.ByID(at)
	return fmt.Sprint(b.Num[nr])
}

// P1.3: an award counts for the plan's target by itself, on the days on which
// it holds and in the areas it lies in.
func TestGrantCounts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := awardtest.New(t, d)
		if got := progress(t, w, awardtest.City); got != "0" {
			t.Fatalf("before: %s", got)
		}
		list := w.Granted(t, awardtest.District, awardtest.District2)
		if got := progress(t, w, awardtest.City); got != "2" {
			t.Errorf("after two awards the city counts %s", got)
		}
		if got := progress(t, w, awardtest.District3); got != "0" {
			t.Errorf("a district without an award counts %s", got)
		}
		if list[0].Number != "SF2026-001" || list[1].Number != "SF2026-002" {
			t.Errorf("numbers %s, %s", list[0].Number, list[1].Number)
		}
		for day, want := range map[string]int{"2026-10-11": 0, "2026-10-12": 2, "2029-10-11": 2, "2029-10-12": 0} {
			n, err := w.InForce(t.Context(), awardtest.Programme, day)
			held, err2 := w.Held(t.Context(), awardtest.Programme, "", awardtest.District, day)
			if err != nil || err2 != nil || n != want || held != (want > 0) {
				t.Errorf("on %s: %d in force, held %v (%v, %v); want %d", day, n, held, err, err2, want)
			}
		}
	})
}

// P1.7: nothing is awarded without a decided call, an approved application,
// the number of the decision and a place.
func TestGrantRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tests := []struct {
			name   string
			change func(w *awardtest.World, list []award.New) []award.New
			kind   errs.Kind
			key    string
		}{
			{"no document", func(_ *awardtest.World, l []award.New) []award.New { l[0].Document = " "; return l }, errs.Invalid, "award.no_document"},
			{"no day", func(_ *awardtest.World, l []award.New) []award.New { l[0].Day = "2026-02-30"; return l }, errs.Invalid, "award.bad_day"},
			{"call not decided", func(w *awardtest.World, l []award.New) []award.New {
				w.Calls.Set(l[0].CallID, "noticed", "approved")
				return l
			}, errs.Conflict, "award.not_decided"},
			{"application struck", func(w *awardtest.World, l []award.New) []award.New {
				w.Calls.Set(l[0].CallID, "decided", "struck")
				return l
			}, errs.Conflict, "award.not_approved"},
			{"of another call", func(_ *awardtest.World, l []award.New) []award.New { l[0].ApplicationID = "other"; return l }, errs.Conflict, "award.not_approved"},
			{"to another area", func(_ *awardtest.World, l []award.New) []award.New { l[0].AreaID = awardtest.Street; return l }, errs.Conflict, "award.not_approved"},
			{"twice", func(_ *awardtest.World, l []award.New) []award.New { return append(l, l[0]) }, errs.Conflict, "award.twice"},
			{"no call", func(_ *awardtest.World, l []award.New) []award.New { l[0].CallID = "none"; return l[:1] }, errs.NotFound, "accredit.no_call"},
		}
		w := awardtest.New(t, d)
		for _, tt := range tests {
			_, err := w.Give(t.Context(), tt.change(w, w.Decided(awardtest.District)))
			if e, ok := err.(*errs.Error); !ok || e.Kind != tt.kind || e.Key != tt.key {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
		if _, err := w.Give(t.Context(), w.Decided(awardtest.District, awardtest.District2, awardtest.District3, awardtest.Street)); errs.KindOf(err) != errs.Conflict {
			t.Errorf("four of three places: %v", err)
		}
		if n, _ := w.List(t.Context(), award.Filter{}); len(n) != 0 {
			t.Errorf("%d awards were made by refused grants", len(n))
		}
		w.Granted(t, awardtest.District, awardtest.District2)
		if _, err := w.Give(t.Context(), w.Decided(awardtest.District3, awardtest.Street)); errs.KindOf(err) != errs.Conflict {
			t.Errorf("two for the last place: %v", err)
		}
	})
}

func TestList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := awardtest.New(t, d)
		w.Granted(t, awardtest.Street)
		w.Clock = w.Clock.Add(400 * 24 * time.Hour)
		w.Granted(t, awardtest.District2)
		tests := []struct {
			f    award.Filter
			want []string
		}{
			{award.Filter{}, []string{"SF2027-001", "SF2026-001"}},
			{award.Filter{AreaID: awardtest.District}, []string{"SF2026-001"}},
			{award.Filter{Year: "2027"}, []string{"SF2027-001"}},
			{award.Filter{Text: " sf2026 "}, []string{"SF2026-001"}},
			{award.Filter{State: award.StateInForce}, []string{"SF2027-001", "SF2026-001"}},
			{award.Filter{State: award.StateOver}, nil},
			{award.Filter{State: "active", Programme: "other"}, nil},
		}
		for _, tt := range tests {
			list, err := w.List(t.Context(), tt.f)
			var got []string
			for _, a := range list {
				got = append(got, a.Number)
			}
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("%+v: %v, %v; want %v", tt.f, got, err, tt.want)
			}
		}
		if a, err := w.ByNumber(t.Context(), " sf2026 -001"); err != nil || a.AreaID != awardtest.Street {
			t.Errorf("by number: %+v, %v", a, err)
		}
		if _, err := w.ByNumber(t.Context(), "SF2026-009"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a number nobody has: %v", err)
		}
	})
}
