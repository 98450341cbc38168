package disclosure_test

import (
	"testing"

	"pgregory.net/rapid"

	"xuedu/internal/disclosure"
	"xuedu/internal/release"
)

// TestProtect: after Protect no small count can be worked out: linear
// programming finds it neither below the threshold for sure nor above what it
// is (P1.8).
func TestProtect(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := anyGrid(t)
		r := g.release()
		k := int64(rapid.IntRange(2, 6).Draw(t, "k"))
		rep, err := disclosure.Protect(r, nil, disclosure.Rules{Threshold: int(k)})
		if err != nil {
			t.Fatal(err)
		}
		guarded(t, g, r, k, nil)
		if rep.Hidden() != r.Disclosure.Hidden || r.Disclosure.Threshold != int(k) || r.Disclosure.Method != disclosure.Method {
			t.Fatalf("%+v %+v", rep, r.Disclosure)
		}
		if leaks := disclosure.Audit(r, nil, disclosure.Rules{Threshold: int(k)}); len(leaks) > 0 {
			t.Fatalf("%v", leaks)
		}
	})
}

// guarded fails where the oracle works a small count out.
func guarded(t *rapid.T, g *grid, r *release.Release, k int64, known map[release.Key]int64) {
	o := newOracle(g, r, known)
	for _, c := range r.Cells {
		v := g.value[c.Key()]
		if _, is := known[c.Key()]; is {
			continue
		}
		if c.Value != "" {
			if v > 0 && v < k {
				t.Fatalf("%s = %d is shown", c.Key(), v)
			}
			continue
		}
		if c != (release.Cell{Code: c.Code, Area: c.Area, Period: c.Period, Slice: c.Slice, State: "withheld"}) {
			t.Fatalf("a hidden cell tells: %+v", c)
		}
		low, high := o.between(t, c.Key())
		if v > 0 && v < k && (low > float64(v)-1+1e-6 || high < float64(k)-1e-6) {
			t.Fatalf("%s = %d lies between %g and %g", c.Key(), v, low, high)
		}
		if high-low < 0.5 {
			t.Fatalf("%s is hidden and can be worked out: %g", c.Key(), low)
		}
	}
}
