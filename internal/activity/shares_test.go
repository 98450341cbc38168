package activity_test

import (
	"testing"

	"xuedu/internal/activity"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
)

// What the largest institution holds equals the loops, in every area: the two
// institutions of the random city are of two types.
func TestLargestAgainstBruteForce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := randomClasses(t, d)
		m := activity.NewMeasures(d, func() *pack.Pack { return w.Pack }, keyText)
		year := spanOf(t, "2025")
		for _, code := range []string{"classes.run", "seats", "meetings.held", "teaching.credits", "teachers.active"} {
			s, err := m.Shares(t.Context(), measure.Ask{Code: code, Period: year, Tree: w.Tree})
			if err != nil {
				t.Fatal(err)
			}
			for nr := range w.Tree.Len() {
				one := w.brute(code, map[string]string{"type": "point"}, year, nr)
				other := w.brute(code, map[string]string{"type": "school"}, year, nr)
				got, ok := s.Largest(nr)
				if ok != (one+other > 0) {
					t.Fatalf("%s in %d: %v, %d and %d", code, nr, ok, one, other)
				}
				if ok && int64(got) != (100*max(one, other)+one+other-1)/(one+other) {
					t.Errorf("%s in %d: %d percent, %d and %d", code, nr, got, one, other)
				}
			}
		}
		if _, err := m.Shares(t.Context(), measure.Ask{Code: "participants", Period: year, Tree: w.Tree}); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a measure of the ledger: %v", err)
		}
	})
}
