package plan_test

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/plan"
	"xuedu/internal/plan/plantest"
)

var noon = time.Date(2025, 12, 1, 4, 0, 0, 0, time.UTC)

func beijing(t testing.TB) *pack.Pack { return plantest.Pack(t, "beijing-2021") }

// districts is the code of the plan's first target.
const districts = "demonstration-districts"

// The four numbers of the plan, counted from an empty register: 0 of 12
// districts (P1.3), of about 100 organisations and 15 projects (P1.7), and of
// 100 community projects (P2.8). No number that the plan has not.
func TestGoalsOfAnEmptyCity(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := plantest.New(t, d, "beijing-2021", noon)
		c.Adopt(t)
		for _, code := range c.Meter.List {
			c.Meter.Set(code.Code, 2025, c.Root, 0, 1)
		}
		goals, err := c.Goals(t.Context())
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
		all, err := c.All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range all {
			if len(p.Target.Numbers) != 1 || p.Target.SetBy != "京教职成〔2021〕19号" || len(p.Split) != 0 {
				t.Errorf("%s has %d numbers, set by %s", p.Target.Code, len(p.Target.Numbers), p.Target.SetBy)
			}
		}
	})
}

// What is under review is no progress, but is said.
func TestGoalsKnowWhatIsUnderWay(t *testing.T) { // P1.3
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := plantest.New(t, d, "beijing-2021", noon)
		c.Adopt(t)
		c.Meter.Set("award.demonstration_district", 2025, c.Root, 2, 1)
		c.Award(t, 1, "demonstration-district", "x", 1, "under_review", "", "")
		c.Award(t, 2, "other", "x", 1, "under_review", "", "")
		goals, err := c.Goals(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if g := goals[0]; g.Progress != (plan.Tally{InForce: 2, UnderWay: 1}) || g.Gap() != 10 {
			t.Errorf("progress = %+v, gap %d; want 2 in force, 1 under way, gap 10", g.Progress, g.Gap())
		}
		if goals[1].Counted {
			t.Error("what is not reported is counted")
		}
	})
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
		{plan.Goal{Counted: true, Override: &plan.Override{Value: big.NewRat(3, 1)}}, "plan.note.override"},
	} {
		if key, _ := tt.g.Note(); key != tt.want {
			t.Errorf("Note(%+v) = %s, want %s", tt.g.Progress, key, tt.want)
		}
	}
}

func TestBodies(t *testing.T) { // H1, H2, P1.5, P1.11
	t.Parallel()
	s := plantest.New(t, dbtest.SQLite(t), "beijing-2021", noon)
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
