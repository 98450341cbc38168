package indicator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xuedu/internal/account"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/indicator"
	"xuedu/internal/pack"
)

func history(t testing.TB, k *desk, code string) string {
	t.Helper()
	list, err := k.History(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, d := range list {
		out = append(out, fmt.Sprintf("%d %s..%s %s", d.Version, d.From, d.ValidTo, d.Origin))
	}
	return strings.Join(out, "; ")
}

// A city takes its pack's definitions in once, and again only what is new
// (P1.8, P1.9).
func TestAdopt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d, base(def("A02", "people", "person"), def("B01", "people", "person", func(d *pack.Indicator) { d.Group = "B" }), def("A01", "people", "person")))
		if n := k.adopt(t); n != 3 {
			t.Errorf("Adopt = %d, want 3", n)
		}
		if n := k.adopt(t); n != 0 {
			t.Errorf("the same pack again: Adopt = %d, want 0", n)
		}
		defs, err := k.Definitions(t.Context(), "")
		var codes []string
		for _, d := range defs {
			codes = append(codes, d.Code)
		}
		if want := []string{"B01", "A01", "A02"}; err != nil || !slices.Equal(codes, want) {
			t.Errorf("Definitions = %v, %v; want the order of groups and codes %v", codes, err, want)
		}
		k.pack = base(def("A01", "people * 2", "person"), def("A02", "people", "person"), def("A02", "people * 7", "person", from("2024-01-01")))
		if n := k.adopt(t); n != 2 {
			t.Errorf("a correction and a new version: Adopt = %d, want 2", n)
		}
		if got, want := history(t, k, "A01"), "2 2021-01-01.. pack; 1 2021-01-01..2021-01-01 pack"; got != want {
			t.Errorf("corrected: %s, want %s", got, want)
		}
		if got, want := history(t, k, "A02"), "2 2024-01-01.. pack; 1 2021-01-01..2024-01-01 pack"; got != want {
			t.Errorf("new version: %s, want %s", got, want)
		}
		if got, want := history(t, k, "B01"), "1 2021-01-01.. pack"; got != want {
			t.Errorf("gone from the pack: %s, want %s", got, want)
		}
		if n := k.adopt(t); n != 0 {
			t.Errorf("again: Adopt = %d, want 0", n)
		}
		if _, err := k.Adopt(t.Context(), " "); errs.KindOf(err) != errs.Invalid {
			t.Errorf("without a reason: %v, want Invalid", err)
		}
	})
}

// What the city changed itself stays when the pack changes.
func TestAdoptKeepsTheCitysOwn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d, base(def("A01", "people", "person")))
		k.adopt(t)
		if _, err := k.Save(t.Context(), def("A01", "people * 5", "person", from("2025-01-01")), 1, "our own rule"); err != nil {
			t.Fatal(err)
		}
		k.pack = base(def("A01", "people * 3", "person"), def("A01", "people * 4", "person", from("2026-01-01")))
		if n := k.adopt(t); n != 0 {
			t.Errorf("Adopt = %d, want 0", n)
		}
		if got, want := history(t, k, "A01"), "2 2025-01-01.. city; 1 2021-01-01..2025-01-01 pack"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

// A past period keeps the definition of its time; each cell says which version
// it was computed with.
func TestVersionsThroughTime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d, base(def("A01", "people", "person")))
		k.adopt(t)
		ask := indicator.Query{Codes: []string{"A01"}, Area: "C", Periods: periods(t, "2023", "2024-Q1", "2024-Q2")}
		before := k.eval(t, ask)
		v, err := k.Save(t.Context(), def("A01", "people * 10", "person", from("2024-04-01")), 1, "tenfold")
		if err != nil || v.Version != 2 || v.Origin != indicator.FromCity || v.Reason != "tenfold" || v.Author == "" || v.At.IsZero() {
			t.Fatalf("Save = %+v, %v", v, err)
		}
		after := k.eval(t, ask)
		for i, want := range []int64{1, 1, 2} {
			if after[i].Version != want {
				t.Errorf("%s: version %d, want %d", after[i].Period.Name, after[i].Version, want)
			}
		}
		if show(after[0]) != show(before[0]) || show(after[1]) != show(before[1]) {
			t.Error("a past period changed")
		}
		if want := strings.TrimSuffix(show(before[2]), ".00") + "0.00"; show(after[2]) != want {
			t.Errorf("2024-Q2 is %s, want %s", show(after[2]), want)
		}
		for day, want := range map[string]int64{"2024-03-31": 1, "2024-04-01": 2, "": 2} {
			if d, err := k.Get(t.Context(), "A01", day); err != nil || d.Version != want {
				t.Errorf("Get on %q = version %d, %v; want %d", day, d.Version, err, want)
			}
		}
		if _, err := k.Get(t.Context(), "A01", "2020-12-31"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("before it began: %v, want NotFound", err)
		}
		if got := show(k.eval(t, indicator.Query{Codes: []string{"A01"}, Area: "C", Periods: periods(t, "2020")})[0]); got != "not_computable: no_period" {
			t.Errorf("before it began: %s", got)
		}
	})
}

func TestSaveRefuses(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d, base(def("A01", "people", "person", from("2024-01-01"))))
		k.adopt(t)
		teacher := account.With(t.Context(), account.Actor{ID: "u1", Grants: []account.Grant{{Role: account.RoleTeacher}}})
		analyst := account.With(t.Context(), account.Actor{ID: "u2", Grants: []account.Grant{{Role: account.RoleAnalyst}}})
		next := def("A01", "people * 7", "person", from("2025-01-01"))
		if _, err := k.Save(teacher, next, 1, "why"); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("a teacher: %v, want Forbidden", err)
		}
		for name, tt := range map[string]struct {
			d      pack.Indicator
			base   int64
			reason string
			want   errs.Kind
		}{
			"no reason":       {next, 1, " ", errs.Invalid},
			"problems":        {def("A01", "people +", "person", from("2025-01-01")), 1, "why", errs.Invalid},
			"old base":        {next, 0, "why", errs.Conflict},
			"the same":        {def("A01", "people", "person", from("2024-01-01")), 1, "why", errs.Conflict},
			"before":          {def("A01", "people * 7", "person", from("2023-01-01")), 1, "why", errs.Invalid},
			"no such version": {def("A09", "people * 7", "person"), 3, "why", errs.Conflict},
		} {
			if _, err := k.Save(analyst, tt.d, tt.base, tt.reason); errs.KindOf(err) != tt.want {
				t.Errorf("%s: %v, want kind %v", name, err, tt.want)
			}
		}
		if _, err := k.Save(analyst, next, 1, "why"); err != nil {
			t.Errorf("an analyst: %v", err)
		}
		if _, err := k.Save(analyst, next, 1, "why"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("the second of two: %v, want Conflict", err)
		}
		if _, err := k.Save(analyst, def("A09", "people", "person"), 0, "new"); err != nil {
			t.Errorf("a new code: %v", err)
		}
		if _, err := k.History(t.Context(), "X99"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("History of nothing: %v", err)
		}
	})
}

// However versions come in, at most one holds on a day, no day that had one
// loses it, and the newest wins the days from its first on.
func TestVersionsNeverOverlap(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		code := fmt.Sprintf("R%d", n)
		k := newDesk(t, d, base())
		days := rapid.SliceOfN(rapid.SampledFrom([]string{"2021-01-01", "2021-07-01", "2022-01-01", "2023-05-05", "2024-01-01"}), 1, 6).Draw(r, "days")
		had := map[string]bool{}
		for i, day := range days {
			k.pack = base(def(code, fmt.Sprintf("people * %d", i), "person", from(day)))
			k.adopt(t)
			list, err := k.History(t.Context(), code)
			if err != nil {
				r.Fatal(err)
			}
			for _, on := range []string{"2020-12-31", "2021-01-01", "2021-06-30", "2021-07-01", "2022-06-01", "2023-05-05", "2024-01-01", "2030-01-01"} {
				var holds []int64
				for _, v := range list {
					if v.Holds(on) {
						holds = append(holds, v.Version)
					}
				}
				if len(holds) > 1 || had[on] && len(holds) == 0 {
					r.Fatalf("after %v on %s: versions %v hold", days[:i+1], on, holds)
				}
				if on == day && (len(holds) != 1 || holds[0] != list[0].Version) {
					r.Fatalf("after %v: %v holds on its first day %s, want %d", days[:i+1], holds, day, list[0].Version)
				}
				had[on] = had[on] || len(holds) == 1
			}
		}
	})
}
