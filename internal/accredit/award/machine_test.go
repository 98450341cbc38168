package award_test

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"xuedu/internal/account"
	"xuedu/internal/accredit/award"
	"xuedu/internal/accredit/award/awardtest"
	"xuedu/internal/db/dbtest"
)

// seen is what was seen of an award: the register forgets nothing.
type seen struct {
	events int
	day    string
}

// P1.3, P1.7: whatever is done to awards, and on whatever days, no more hold
// than there are places, the target counts exactly those that hold, and no
// event ever vanishes.
func TestMachine(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := awardtest.New(t, dbtest.SQLite(t))
		w.To("2026-03-02")
		city, leading := awardtest.As(t.Context(), account.RoleCity, 0), awardtest.As(t.Context(), account.RoleLeading, 0)
		holder := func(a award.Award) context.Context { return awardtest.As(t.Context(), account.RoleDistrict, a.AreaID) }
		known := map[string]seen{}
		for range rapid.IntRange(5, 25).Draw(rt, "steps") {
			list, err := w.List(t.Context(), award.Filter{})
			if err != nil {
				rt.Fatal(err)
			}
			switch act := rapid.IntRange(0, 4).Draw(rt, "act"); {
			case act == 0 || len(list) == 0:
				areas := rapid.SliceOfNDistinct(rapid.Int64Range(2, 5), 1, 4, rapid.ID[int64]).Draw(rt, "areas")
				_, _ = w.Give(t.Context(), w.Decided(areas...)) // above the quota it is refused
			case act == 1:
				w.Clock = w.Clock.AddDate(0, 0, rapid.IntRange(1, 500).Draw(rt, "days"))
				if _, err := w.Tick(t.Context()); err != nil {
					rt.Fatal(err)
				}
			case act == 2:
				a := rapid.SampledFrom(list).Draw(rt, "award")
				_ = w.Record(holder(a), a.ID, rapid.SampledFrom([]string{award.RecordWaiver, award.RecordAppeal}).Draw(rt, "kind"), "x")
				_ = w.Score(city, a.ID, fmt.Sprint(rapid.IntRange(30, 100).Draw(rt, "score")))
			default:
				a := rapid.SampledFrom(list).Draw(rt, "award")
				by := rapid.SampledFrom([]context.Context{city, leading, holder(a)}).Draw(rt, "by")
				moves, err := w.Moves(by, a)
				if err != nil {
					rt.Fatal(err)
				}
				if len(moves) == 0 {
					continue
				}
				m := rapid.SampledFrom(moves).Draw(rt, "move")
				err = w.Move(by, a.ID, m.Code, award.In{Reason: awardtest.Reason, Cause: award.CauseStandard})
				if (m.Why == "") != (err == nil) {
					rt.Fatalf("%s from %s: offered %q, made %v", m.Code, a.State, m.Why, err)
				}
			}
			check(t, rt, w, known)
		}
	})
}

// check compares the register with a count by hand.
func check(t *testing.T, rt *rapid.T, w *awardtest.World, known map[string]seen) {
	list, err := w.List(t.Context(), award.Filter{})
	if err != nil {
		rt.Fatal(err)
	}
	holds := 0
	for _, a := range list {
		if a.Holds(w.Today()) {
			holds++
		}
		events, err := w.Events(t.Context(), a.ID)
		if err != nil {
			rt.Fatal(err)
		}
		if was := known[a.ID]; len(events) < was.events || (was.day != "" && was.day != a.Day) {
			rt.Fatalf("the history of %s shrank from %+v to %d", a.Number, was, len(events))
		}
		if events[len(events)-1].To != a.State || a.Document == "" || a.CallID == "" {
			rt.Fatalf("%+v ends in %+v", a, events[len(events)-1])
		}
		known[a.ID] = seen{len(events), a.Day}
	}
	if len(list) < len(known) {
		rt.Fatalf("%d of %d awards are left", len(list), len(known))
	}
	n, err := w.InForce(t.Context(), awardtest.Programme, w.Today())
	if err != nil || n != holds || n > awardtest.Rule().Quota {
		rt.Fatalf("%d in force, %d by hand, %d places (%v)", n, holds, awardtest.Rule().Quota, err)
	}
	if got := progress(t, w, awardtest.City); got != fmt.Sprint(holds) {
		rt.Fatalf("the target counts %s, by hand %d", got, holds)
	}
}
