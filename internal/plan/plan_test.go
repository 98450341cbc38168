package plan_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/plan"
	"xuedu/packs"
)

var noon = time.Date(2025, 12, 1, 4, 0, 0, 0, time.UTC)

func beijing(t testing.TB) *pack.Pack {
	t.Helper()
	fsys, err := packs.Open("beijing-2021")
	if err != nil {
		t.Fatal(err)
	}
	p, err := pack.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func newService(t testing.TB, d *db.DB) *plan.Service {
	t.Helper()
	p := beijing(t)
	return plan.New(func() *pack.Pack { return p }, plan.NewAwards(d), func() time.Time { return noon })
}

// award writes an award as the register of awards holds it.
func award(t *testing.T, d *db.DB, n int, kind, state, from, to string) {
	t.Helper()
	for _, s := range []string{
		`INSERT INTO area (id, code, level, valid_from, valid_to) VALUES (1, '1', 'city', '', '') ON CONFLICT (id) DO NOTHING`,
		fmt.Sprintf(`INSERT INTO award (id, kind, holder, area_id, state, valid_from, valid_to, created_at)
			VALUES ('%d', '%s', 'x', 1, '%s', '%s', '%s', '2025-01-01 00:00:00Z')`, n, kind, state, from, to),
	} {
		if _, err := d.Write.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
}

// The four numbers of the plan are counted from an empty register: 0 of 12
// districts (P1.3), of about 100 organisations and 15 projects (P1.7), and of
// 100 community projects (P2.8).
func TestGoalsOfAnEmptyCity(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		goals, err := newService(t, d).Goals(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, g := range goals {
			got = append(got, fmt.Sprint(g.Target.Clause, " ", g.Progress.InForce, "/", g.Want(), " ", g.Target.About, " ", g.Gap(), " ", g.DaysLeft, " ", g.Counted))
		}
		want := "[P1.3 0/12 false 12 30 true P1.7 0/100 true 100 30 true P1.7 0/15 false 15 30 true P2.8 0/100 false 100 30 true]"
		if fmt.Sprint(got) != want {
			t.Errorf("Goals = %v, want %s", got, want)
		}
	})
}

func TestGoalsCountAwardsInForce(t *testing.T) { // P1.3
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const kind = "demonstration-district"
		award(t, d, 1, kind, "awarded", "2023-05-01", "")
		award(t, d, 2, kind, "awarded", "2020-01-01", "2025-12-02") // its last day is today
		award(t, d, 3, kind, "awarded", "2020-01-01", "2025-12-01") // ended today
		award(t, d, 4, kind, "awarded", "2025-12-02", "")           // begins tomorrow
		award(t, d, 5, kind, "revoked", "2023-05-01", "")
		award(t, d, 6, kind, "refused", "", "")
		award(t, d, 7, kind, "under_review", "", "")
		award(t, d, 8, "other", "awarded", "2023-05-01", "")
		goals, err := newService(t, d).Goals(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if g := goals[0]; g.Progress != (plan.Tally{InForce: 2, UnderWay: 1}) || g.Gap() != 10 {
			t.Errorf("progress = %+v, gap %d; want 2 in force, 1 under way, gap 10", g.Progress, g.Gap())
		}
	})
}

func TestUnknownSourceIsNotZero(t *testing.T) {
	t.Parallel()
	if _, ok, err := plan.NewAwards(dbtest.SQLite(t)).Count(t.Context(), "measure:participants", noon); ok || err != nil {
		t.Errorf("Count = %v, %v; want not counted", ok, err)
	}
}

type failing struct{}

func (failing) Count(context.Context, string, time.Time) (plan.Tally, bool, error) {
	return plan.Tally{}, false, errs.New(errs.Unavailable, "x")
}

func TestGoalsFail(t *testing.T) {
	t.Parallel()
	p := beijing(t)
	s := plan.New(func() *pack.Pack { return p }, failing{}, time.Now)
	if _, err := s.Goals(t.Context()); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("Goals = %v, want the counter's error", err)
	}
}

func TestNote(t *testing.T) {
	t.Parallel()
	goal := func(value string, counted bool, done int64, days int) plan.Goal {
		return plan.Goal{Target: pack.Target{Value: value}, Counted: counted, Progress: plan.Tally{InForce: done}, DaysLeft: days}
	}
	for _, tt := range []struct {
		g    plan.Goal
		want string
	}{
		{goal("12", false, 0, 5), "plan.note.uncounted"},
		{goal("12", true, 0, 5), "plan.note.open"},
		{goal("12", true, 0, 0), "plan.note.open"},
		{goal("12", true, 11, -1), "plan.note.overdue"},
		{goal("12", true, 12, -1), "plan.note.reached"},
		{goal("12", true, 14, 5), "plan.note.reached"},
	} {
		if key, _ := tt.g.Note(); key != tt.want {
			t.Errorf("Note(%+v) = %s, want %s", tt.g.Progress, key, tt.want)
		}
	}
}

func TestBodies(t *testing.T) { // H1, H2, P1.5, P1.11
	t.Parallel()
	s := newService(t, dbtest.SQLite(t))
	tasks := map[string]int{}
	issuers := 0
	for _, b := range s.Bodies() {
		tasks[b.Code] = len(b.Tasks)
		issuers += len(b.Issues)
	}
	if issuers != 16 {
		t.Errorf("issuers = %d, want 16", issuers)
	}
	for code, want := range map[string]int{"bj-finance": 11, "bj-education-academy": 12, "bj-open-university": 1, "bj-ageing-office": 0} {
		if tasks[code] != want {
			t.Errorf("tasks of %s = %d, want %d", code, tasks[code], want)
		}
	}
	if _, err := s.Body("nobody"); errs.KindOf(err) != errs.NotFound {
		t.Errorf("Body(nobody) = %v, want NotFound", err)
	}
}
