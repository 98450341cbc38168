package disclosure_test

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"xuedu/internal/disclosure"
	"xuedu/internal/errs"
	"xuedu/internal/release"
)

// TestAudit: where only the small counts are hidden, the attacker finds all that
// linear programming can work out, and never concludes what is not so.
func TestAudit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := anyGrid(t)
		r := g.release()
		k := int64(rapid.IntRange(2, 6).Draw(t, "k"))
		hideSmall(r, g, k)
		found := map[release.Key]disclosure.Leak{}
		for _, l := range disclosure.Audit(r, nil, disclosure.Rules{Threshold: int(k)}) {
			found[l.Key] = l
			if v := g.value[l.Key]; v < l.Low || v > l.High || len(l.From) == 0 {
				t.Fatalf("%s is %d", l, v)
			}
		}
		o := newOracle(g, r, nil)
		for _, c := range r.Cells {
			if c.Value != "" {
				continue
			}
			low, high := o.between(t, c.Key())
			l, is := found[c.Key()]
			if !is && high-low < 1e-6 {
				t.Fatalf("%s is %g, and is not found", c.Key(), low)
			}
			if is && (float64(l.Low) > math.Ceil(low-1e-6)+1e-6 || float64(l.High) < math.Floor(high+1e-6)-1e-6) {
				t.Fatalf("%s, but it lies between %g and %g", l, low, high)
			}
		}
	})
}

// hideSmall hides small counts, and nothing beside them.
func hideSmall(r *release.Release, g *grid, k int64) {
	for i, c := range r.Cells {
		if v := g.value[c.Key()]; v > 0 && v < k {
			r.Cells[i] = release.Cell{Code: c.Code, Area: c.Area, Period: c.Period, Slice: c.Slice, State: "withheld"}
		}
	}
}

// TestRefuse: a release with a hidden figure that can be derived is refused
// with the figure and what gives it away.
func TestRefuse(t *testing.T) {
	t.Parallel()
	g := &grid{areas: []release.Area{{Code: "0"}, {Code: "01", Parent: "0"}, {Code: "02", Parent: "0"}}, slices: []string{""}, periods: []string{"2025"}, value: map[release.Key]int64{}}
	g.add("01", "2025", "", 3)
	g.add("02", "2025", "", 40)
	r := g.release()
	hideSmall(r, g, 5)
	list := disclosure.Audit(r, nil, disclosure.Rules{})
	if len(list) != 1 || list[0].String() != "P 01 2025: 3–3; areas: P 0 2025 ← P 01 2025, P 02 2025" {
		t.Fatal(list)
	}
	err := disclosure.Refuse(list)
	var e *errs.Error
	if !errors.As(err, &e) || e.Kind != errs.Conflict || e.Key != "disclosure.leak" {
		t.Error(err)
	}
	if err := disclosure.Refuse(nil); err != nil {
		t.Error(err)
	}
}

// TestAuditShown: a small count that is not hidden is found too.
func TestAuditShown(t *testing.T) {
	t.Parallel()
	g := &grid{areas: []release.Area{{Code: "0"}}, slices: []string{""}, periods: []string{"2025"}, value: map[release.Key]int64{}}
	g.add("0", "2025", "", 3)
	if list := disclosure.Audit(g.release(), nil, disclosure.Rules{}); len(list) != 1 {
		t.Error(list)
	}
}
