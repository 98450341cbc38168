package disclosure_test

import (
	"maps"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"xuedu/internal/disclosure"
	"xuedu/internal/errs"
	"xuedu/internal/release"
)

// TestEarlier: who has the release before too works nothing more out: linear
// programming over both finds no small count, but for those that the report
// names as given away already (P1.8).
func TestEarlier(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := anyGrid(t)
		rules := disclosure.Rules{Threshold: rapid.IntRange(2, 6).Draw(t, "k")}
		first := g.release()
		if _, err := disclosure.Protect(first, nil, rules); err != nil {
			t.Fatal(err)
		}
		later := &grid{areas: g.areas, slices: g.slices, periods: g.periods, value: maps.Clone(g.value)}
		for range rapid.IntRange(0, 2).Draw(t, "corrections") {
			later.add(rapid.SampledFrom(later.leaves()).Draw(t, "where"), rapid.SampledFrom(later.periods).Draw(t, "when"), rapid.SampledFrom(later.leafSlices()).Draw(t, "who"), 1)
		}
		second := later.release()
		rep, err := disclosure.Protect(second, []*release.Release{first}, rules)
		if errs.KindOf(err) == errs.Conflict {
			return // nothing is published
		}
		if err != nil {
			t.Fatal(err)
		}
		known := map[release.Key]int64{}
		for _, c := range first.Cells {
			if c.Value != "" && g.value[c.Key()] == later.value[c.Key()] {
				known[c.Key()] = g.value[c.Key()]
			}
		}
		given := map[release.Key]bool{}
		for _, e := range rep.Exposed {
			given[e.Key] = true
		}
		guardedSmall(t, later, second, int64(rules.Threshold), known, given)
	})
}

// guardedSmall fails where the oracle, with what it knows besides, works a small
// count out that was not given away already.
func guardedSmall(t *rapid.T, g *grid, r *release.Release, k int64, known map[release.Key]int64, given map[release.Key]bool) {
	o := newOracle(g, r, known)
	for _, c := range r.Cells {
		v := g.value[c.Key()]
		if _, is := known[c.Key()]; is || given[c.Key()] || v == 0 || v >= k {
			continue
		}
		if c.Value != "" {
			t.Fatalf("%s = %d is shown", c.Key(), v)
		}
		if low, high := o.between(t, c.Key()); low > float64(v)-1+1e-6 || high < float64(k)-1e-6 {
			t.Fatalf("%s = %d lies between %g and %g", c.Key(), v, low, high)
		}
	}
}

// Equal releases are hidden equally: a second protection of the same figures
// gives nothing away beside the first.
func TestProtectIsRepeatable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := anyGrid(t)
		a, b := g.release(), g.release()
		_, errA := disclosure.Protect(a, nil, disclosure.Rules{})
		_, errB := disclosure.Protect(b, nil, disclosure.Rules{})
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if list := release.Compare(a, b); len(list) > 0 {
			t.Fatalf("%+v", list[0])
		}
	})
}

// rates is a release of a rate in a city and three districts, whose counts stand
// in no column; people is how many learn where.
func rates(people map[string]int64) (*release.Release, func(formula, area, period string) (disclosure.Count, bool)) {
	r := &release.Release{Format: release.Format, Version: "1.0.0", Period: "2025", Areas: []release.Area{{Code: "0"}},
		Measures: []release.Definition{{Code: "R", Formula: "100 * participants / population", Kind: release.KindRatio, Places: 2}}}
	const residents = 1000
	for code, n := range people {
		if code != "0" {
			r.Areas = append(r.Areas, release.Area{Code: code, Parent: "0"})
		}
		den := int64(residents)
		if code == "0" {
			den = residents * int64(len(people)-1)
		}
		c := release.Cell{Code: "R", Area: code, Period: "2025", State: "value", Value: strconv.FormatFloat(100*float64(n)/float64(den), 'f', 2, 64)}
		c.Exact = strconv.FormatInt(100*n, 10) + "/" + strconv.FormatInt(den, 10)
		r.Cells = append(r.Cells, c)
	}
	r.Sort()
	return r, func(formula, area, _ string) (disclosure.Count, bool) {
		switch formula {
		case "participants":
			return disclosure.Count{Value: people[area], Kind: release.KindPersons}, true
		case "population":
			if area == "0" {
				return disclosure.Count{Value: residents * int64(len(people)-1), Kind: release.KindPersons}, true
			}
			return disclosure.Count{Value: residents, Kind: release.KindPersons}, true
		}
		return disclosure.Count{}, false
	}
}

// A rate whose residents everybody knows tells how many people stand behind it.
func TestRatio(t *testing.T) {
	t.Parallel()
	r, operand := rates(map[string]int64{"0": 303, "1": 3, "2": 100, "3": 200})
	rules := disclosure.Rules{Operand: operand}
	if list := disclosure.Audit(r, nil, rules); len(list) == 0 || list[0].Area != "1" {
		t.Errorf("the attacker does not see the rate of three people: %v", list)
	}
	rep, err := disclosure.Protect(r, nil, rules)
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]string{}
	for _, c := range r.Cells {
		shown[c.Area] = c.Value
	}
	if shown["1"] != "" || rep.Hidden() < 2 {
		t.Errorf("%+v %+v", shown, rep)
	}
	if list := disclosure.Audit(r, nil, rules); len(list) > 0 {
		t.Errorf("%v", list)
	}
}

// Shown counts are multiples; nobody disappears and nobody is invented.
func TestRounding(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := anyGrid(t)
		r := g.release()
		if _, err := disclosure.Protect(r, nil, disclosure.Rules{RoundTo: 5}); err != nil {
			if errs.KindOf(err) == errs.Conflict {
				return
			}
			t.Fatal(err)
		}
		for _, c := range r.Cells {
			if c.Value == "" {
				continue
			}
			n, err := strconv.ParseInt(c.Value, 10, 64)
			v := g.value[c.Key()]
			if err != nil || n%5 != 0 || n-v >= 5 || v-n >= 5 || n == 0 != (v == 0) {
				t.Fatalf("%s = %d is shown as %s", c.Key(), v, c.Value)
			}
		}
	})
}

// Large figures that are not whole are tied together as small ones are.
func TestDominanceOfLargeFigures(t *testing.T) {
	t.Parallel()
	g := &grid{areas: []release.Area{{Code: "0"}, {Code: "01", Parent: "0"}, {Code: "02", Parent: "0"}, {Code: "03", Parent: "0"}}, slices: []string{""}, periods: []string{"2025"}, value: map[release.Key]int64{}}
	for area, n := range map[string]int64{"01": 400_000_000, "02": 3_000_000, "03": 3_500_000_000} {
		g.add(area, "2025", "", n)
	}
	r := g.release()
	r.Measures[0].Kind = release.KindMoney
	for i := range r.Cells {
		r.Cells[i].Exact = r.Cells[i].Value + "00/100"
	}
	rep, err := disclosure.Protect(r, nil, disclosure.Rules{Dominance: 80, Margin: 10, Largest: func(k release.Key) (int, bool) { return map[string]int{"01": 95}[k.Area], true }})
	if err != nil || len(rep.Small) != 1 || len(rep.Beside) == 0 {
		t.Fatalf("%+v, %v", rep, err)
	}
	o := newOracle(g, r, nil)
	if low, high := o.between(t, rep.Small[0]); low > 360_000_000 || high < 440_000_000 {
		t.Errorf("between %g and %g", low, high)
	}
}

// A figure of which one institution holds nearly all is hidden, and cannot be
// worked out within the margin.
func TestDominance(t *testing.T) {
	t.Parallel()
	g := &grid{areas: []release.Area{{Code: "0"}, {Code: "01", Parent: "0"}, {Code: "02", Parent: "0"}, {Code: "03", Parent: "0"}}, slices: []string{""}, periods: []string{"2025"}, value: map[release.Key]int64{}}
	for area, n := range map[string]int64{"01": 400, "02": 300, "03": 500} {
		g.add(area, "2025", "", n)
	}
	r := g.release()
	rules := disclosure.Rules{Dominance: 80, Margin: 10, Largest: func(k release.Key) (int, bool) { return map[string]int{"01": 95}[k.Area], true }}
	rep, err := disclosure.Protect(r, nil, rules)
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Small) != 1 || rep.Small[0].Area != "01" || len(rep.Beside) == 0 {
		t.Fatalf("%+v", rep)
	}
	o := newOracle(g, r, nil)
	if low, high := o.between(t, rep.Small[0]); low > 360 || high < 440 {
		t.Errorf("between %g and %g", low, high)
	}
	for _, value := range []string{"80000000000000", "-3"} { // nothing is passed over that cannot be held
		odd := g.release()
		odd.Cells[0].Value = value
		if _, err := disclosure.Protect(odd, nil, disclosure.Rules{}); errs.KindOf(err) != errs.Conflict {
			t.Errorf("%s: %v", value, err)
		}
	}
	if _, err := disclosure.Protect(g.release(), nil, disclosure.Rules{Dominance: 80}); errs.KindOf(err) != errs.Invalid {
		t.Errorf("dominance without shares: %v", err)
	}
}
