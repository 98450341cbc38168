package measure_test

import (
	"testing"

	"xuedu/internal/area"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/period"
)

// A year, and the year to date, are made of quarters as the measure allows.
func TestTime(t *testing.T) {
	tree := city()
	for _, c := range []struct {
		time formula.Additivity
		ref  formula.Ref
		at   string
		want string // of area 1111: 1 in Q1, 2 in Q2, 4 in Q3, 8 in Q4
	}{
		{formula.Sum, formula.Ref{}, "2024", "15"},
		{formula.Sum, formula.Ref{}, "2024-Q2", "2"},
		{formula.Sum, formula.Ref{}, "2024-01-01..2024-06-30", "3"},
		{formula.Sum, formula.Ref{}, "2024-01-02..2024-06-30", "not_computable no_period"},
		{formula.Sum, formula.Ref{}, "2024-05", "not_computable no_period"},
		{formula.Sum, formula.Ref{Op: formula.YTD}, "2024-Q3", "7"},
		{formula.Sum, formula.Ref{Op: formula.YTD}, "2024", "15"},
		{formula.Sum, formula.Ref{Op: formula.YTD}, "2024-09", "7"},
		{formula.Sum, formula.Ref{Back: 1}, "2024-Q3", "2"},
		{formula.Sum, formula.Ref{Back: 1}, "2025-Q1", "8"},
		{formula.Sum, formula.Ref{Back: 1, Op: formula.YTD}, "2024-Q3", "3"},
		{formula.Sum, formula.Ref{Back: 1}, "2024-01-01..2024-01-02", "not_computable no_period"},
		{formula.Last, formula.Ref{}, "2024", "8"},
		{formula.Last, formula.Ref{Op: formula.YTD}, "2024-Q3", "4"},
		{formula.Mean, formula.Ref{}, "2024", "15/4"},
		{formula.Mean, formula.Ref{Op: formula.YTD}, "2024-Q2", "3/2"},
		{formula.Distinct, formula.Ref{}, "2024", "not_computable no_period"},
		{formula.Distinct, formula.Ref{Op: formula.YTD}, "2024-Q3", "not_computable no_period"},
		{formula.Distinct, formula.Ref{Op: formula.YTD}, "2024-Q1", "1"},
		{formula.None, formula.Ref{}, "2024", "not_computable no_period"},
		{formula.None, formula.Ref{}, "2024-Q4", "8"},
	} {
		d := counted("x")
		d.Time = c.time
		s := newSource(d)
		for i, q := range []string{"Q1", "Q2", "Q3", "Q4"} {
			v := int64(1) << i
			s.put("x  2024-"+q, "1", units(tree, v, v, v, v, v))
		}
		c.ref.Code = "x"
		if got := show(tree, load(t, engine(tree, s), c.ref, c.at), "1111"); got != c.want {
			t.Errorf("%s %+v in %s: %s, want %s", c.time, c.ref, c.at, got, c.want)
		}
	}
}

// Persons over the year to date are asked of the source, day by day.
func TestYearToDateOfPersons(t *testing.T) {
	tree := city()
	d := counted("x")
	d.Time, d.Periods = formula.Distinct, []period.Kind{period.Quarter, period.Range}
	s := newSource(d)
	s.put("x  2024-01-01..2024-06-30", "1", units(tree, 9, 9, 9, 9, 9))
	if got := show(tree, load(t, engine(tree, s), formula.Ref{Code: "x", Op: formula.YTD}, "2024-Q2"), "1111"); got != "9" {
		t.Error(got)
	}
}

// A quarter that is missing is not passed over: the year says that it is there
// in part, and the policy of the formula decides.
func TestMissingQuarter(t *testing.T) {
	tree := city()
	s := newSource(counted("x"))
	s.put("x  2024-Q1", "1", units(tree, 1, 1, 1, 1, 1))
	s.put("x  2024-Q2", "1", units(tree, 2, 2, 2, 2, 2))
	e := engine(tree, s)
	l := load(t, e, formula.Ref{Code: "x"}, "2024")
	n, _ := tree.ByCode("11")
	if show(tree, l, "11") != "9" || l.Expected[n] != 4 || l.Reported[n] != 2 {
		t.Errorf("%s, %d of %d quarters", show(tree, l, "11"), l.Reported[n], l.Expected[n])
	}
	c, err := e.Catalogue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p, bad := formula.Compile("x / 2", c)
	if bad != nil {
		t.Fatal(bad)
	}
	for policy, want := range map[formula.Missing]formula.State{
		{}: formula.NotReported, {Policy: formula.RequireShare, Share: "0.5"}: formula.Value, {Policy: formula.RequireShare, Share: "0.6"}: formula.NotReported,
	} {
		r, err := e.Eval(t.Context(), p, policy, at(t, "2024"))
		if err != nil || r.State[n] != want {
			t.Errorf("%+v: %s %v", policy, r.State[n], err)
		}
	}
}

// Below the level of a measure there is none; above it, the units of any level
// count.
func TestLevels(t *testing.T) {
	tree := city()
	d := counted("x")
	d.Level = area.Street
	s := newSource(d)
	b := measure.Block{Num: make([]int64, tree.Len()), State: make([]formula.State, tree.Len())}
	for code, v := range map[string]int64{"111": 5, "121": 7, "12": 1} {
		n, _ := tree.ByCode(code)
		b.Num[n], b.State[n] = v, formula.Value
	}
	s.put("x  2024-Q1", "1", b)
	l := load(t, engine(tree, s), formula.Ref{Code: "x"}, "2024-Q1")
	for code, want := range map[string]string{"1": "13", "12": "8", "11": "5", "112": "not_reported", "1111": "not_computable no_level"} {
		if got := show(tree, l, code); got != want {
			t.Errorf("area %s: %s, want %s", code, got, want)
		}
	}
}
