package indicator_test

import (
	"math/big"
	"slices"
	"testing"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/formula"
	"xuedu/internal/indicator"
	"xuedu/internal/measure"
	"xuedu/internal/period"
)

// known is what brute force says of a cell: a number, or a state and cause.
type known struct {
	state formula.State
	cause formula.Cause
	rat   *big.Rat
}

func value(n, d int64) known {
	return known{state: formula.Value, rat: big.NewRat(n, d)}
}

// worse orders the states that are not known: the later one wins.
var worse = []formula.State{formula.NotApplicable, formula.NotReported, formula.Withheld, formula.NotComputable}

// with joins two values by an operation on their numbers.
func (a known) with(b known, f func(x, y *big.Rat) known) known {
	if a.rat != nil && b.rat != nil {
		return f(a.rat, b.rat)
	}
	if a.rat == nil && (b.rat != nil || slices.Index(worse, a.state) >= slices.Index(worse, b.state)) {
		return known{state: a.state, cause: a.cause}
	}
	return known{state: b.state, cause: b.cause}
}

func (a known) over(b known) known {
	return a.with(b, func(x, y *big.Rat) known {
		if y.Sign() == 0 {
			return known{state: formula.NotComputable, cause: formula.DivideByZero}
		}
		return known{state: formula.Value, rat: new(big.Rat).Quo(x, y)}
	})
}

func (a known) minus(b known) known {
	return a.with(b, func(x, y *big.Rat) known { return known{state: formula.Value, rat: new(big.Rat).Sub(x, y)} })
}

func (a known) least(b known) known {
	return a.with(b, func(x, y *big.Rat) known {
		if x.Cmp(y) > 0 {
			x = y
		}
		return known{state: formula.Value, rat: x}
	})
}

func (a known) times(k int64) known {
	return a.with(value(k, 1), func(x, y *big.Rat) known { return known{state: formula.Value, rat: new(big.Rat).Mul(x, y)} })
}

// parts are the quarters of a year, or the quarter itself.
func parts(p period.Period) []period.Period {
	if p.IsYear() {
		return p.Parts()
	}
	return []period.Period{p}
}

// leaves calls f for every community below n and every quarter of p.
func (w *town) each(n int, p period.Period, code, filter string, f func(leaf)) {
	for i := n; i < w.tree.Last(n); i++ {
		if w.tree.At(i).Level != area.Community {
			continue
		}
		for _, q := range parts(p) {
			f(w.leaves[key(code, filter, q.Name, w.tree.At(i).Code)])
		}
	}
}

func (w *town) people(n int, p period.Period, filter string) known {
	sum := int64(0)
	w.each(n, p, "people", filter, func(l leaf) { sum += l.num })
	return value(sum, 1)
}

func (w *town) residents(n int) known {
	if v := w.living[w.tree.At(n).Code]; v > 0 {
		return value(v, 1)
	}
	return known{state: formula.NotComputable, cause: formula.NoPopulation}
}

// money adds up returns in one quarter: enough says whether so many of those
// who owe are enough; zero counts what is missing as nothing.
func (w *town) money(n int, p period.Period, code string, enough func(got, owe int64) bool, zero bool) known {
	var sum, got, owe int64
	w.each(n, p, code, "", func(l leaf) {
		if l.state == formula.NotApplicable {
			return
		}
		owe++
		if l.state.Known() {
			got++
			sum += l.num
		}
	})
	switch {
	case owe == 0:
		return known{state: formula.NotApplicable}
	case zero || got > 0 && enough(got, owe):
		return value(sum, 100)
	}
	return known{state: formula.NotReported}
}

func all(got, owe int64) bool  { return got == owe }
func half(got, owe int64) bool { return 2*got >= owe }

// figures are twelve indicators and how brute force counts each.
var figures = []struct {
	code, formula, unit, policy, share string
	count                              func(w *town, n int, p period.Period) known
}{
	{"A01", "people", "person", "", "", func(w *town, n int, p period.Period) known { return w.people(n, p, "") }},
	{"A02", "100 * people / residents", "percent", "", "", func(w *town, n int, p period.Period) known {
		return w.people(n, p, "").times(100).over(w.residents(n))
	}},
	{"A03", "paid", "yuan", "all", "", func(w *town, n int, p period.Period) known { return w.money(n, p, "paid", all, false) }},
	{"A04", "paid", "yuan", "share", "0.5", func(w *town, n int, p period.Period) known { return w.money(n, p, "paid", half, false) }},
	{"A05", "paid", "yuan", "zero", "", func(w *town, n int, p period.Period) known { return w.money(n, p, "paid", all, true) }},
	{"A06", "100 * paid / budget", "percent", "share", "0.5", func(w *town, n int, p period.Period) known {
		return w.money(n, p, "paid", half, false).times(100).over(w.money(n, p, "budget", half, false))
	}},
	{"A07", "paid / residents", "yuan_per_person", "zero", "", func(w *town, n int, p period.Period) known {
		return w.money(n, p, "paid", all, true).over(w.residents(n))
	}},
	{"A08", "100 * people[sex=f] / people", "percent", "", "", func(w *town, n int, p period.Period) known {
		return w.people(n, p, "sex=f").times(100).over(w.people(n, p, ""))
	}},
	{"A09", "people - prev(people, 1)", "person", "", "", func(w *town, n int, p period.Period) known {
		before, _ := p.Add(-1)
		return w.people(n, p, "").minus(w.people(n, before, ""))
	}},
	{"A10", "count_units(people > 8, level=community)", "area", "", "", func(w *town, n int, p period.Period) known {
		many := int64(0)
		for i := n; i < w.tree.Last(n); i++ {
			if w.tree.At(i).Level == area.Community && w.people(i, p, "").rat.Cmp(big.NewRat(8, 1)) > 0 {
				many++
			}
		}
		return value(many, 1)
	}},
	{"A11", "A02 / 100", "percent", "", "", func(w *town, n int, p period.Period) known { return w.people(n, p, "").over(w.residents(n)) }},
	{"A12", "min(paid, budget)", "yuan", "all", "", func(w *town, n int, p period.Period) known {
		return w.money(n, p, "paid", all, false).least(w.money(n, p, "budget", all, false))
	}},
	{"A13", "later + people", "person", "", "", func(*town, int, period.Period) known {
		return known{state: formula.NotComputable, cause: formula.NoSource}
	}},
}

// Every cell of random cities is what counting by hand gives, on both
// databases: values, states and causes (P1.8, P1.9; design 1.4).
func TestEvalAgainstBruteForce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := base()
		for _, f := range figures {
			x := def(f.code, f.formula, f.unit, missing(f.policy, f.share))
			x.Places = 4
			p.Indicators.Definitions = append(p.Indicators.Definitions, x)
		}
		k := newDesk(t, d, p)
		k.adopt(t)
		q := indicator.Query{Periods: periods(t, "2023-Q2", "2024-Q1", "2024-Q4", "2024")}
		for seed := range uint64(8) {
			k.town.fill(seed)
			for _, level := range []string{"city", "district", "street", "community"} {
				q.Area, q.Level = "C", level
				compare(t, k.town, k.eval(t, q))
			}
		}
	})
}

func compare(t *testing.T, w *town, cells []indicator.Cell) {
	t.Helper()
	i := 0
	for _, c := range cells {
		f := figures[i%len(figures)]
		i++
		if c.Code != f.code {
			t.Fatalf("cell %d is %s, want %s: cells come by area, period, code", i, c.Code, f.code)
		}
		if c.Period.IsYear() && (f.policy != "" || f.code == "A09") {
			continue // money is owed each quarter; prev of a year that has no quarters
		}
		want := f.count(w, c.Nr, c.Period)
		where := f.code + " " + w.tree.At(c.Nr).Code + " " + c.Period.Name
		switch {
		case want.rat == nil && (c.State != want.state || c.Cause != want.cause):
			t.Errorf("%s: %s, want %s %s", where, show(c), want.state, want.cause)
		case want.rat != nil && (!c.State.Known() || c.Exact != want.rat.RatString()):
			t.Errorf("%s: %s %s, want %s", where, show(c), c.Exact, want.rat.RatString())
		case want.rat != nil && c.Value.Text('f') != want.rat.FloatString(4) && !halfway(want.rat):
			t.Errorf("%s: shown as %s, want %s", where, c.Value.Text('f'), want.rat.FloatString(4))
		}
	}
}

// halfway reports whether r lies between two numbers of four digits, where
// FloatString rounds up and indicators round half to even.
func halfway(r *big.Rat) bool {
	return new(big.Rat).Mul(r, big.NewRat(20000, 1)).IsInt()
}

// A ratio is computed anew from the numerator and denominator that are
// published beside it; no cell is without a state; coverage is at most whole.
func TestInvariants(t *testing.T) {
	t.Parallel()
	k := newDesk(t, dbtest.SQLite(t), base(def("N1", "paid", "yuan", missing("share", "0.5")), def("N2", "budget", "yuan", missing("share", "0.5")),
		def("N3", "100 * paid / budget", "percent", missing("share", "0.5")), def("N4", "people", "person")))
	k.adopt(t)
	for seed := range uint64(20) {
		k.town.fill(100 + seed)
		for _, level := range []string{"city", "district", "street", "community"} {
			cells := k.eval(t, indicator.Query{Codes: []string{"N1", "N2", "N3", "N4"}, Area: "C", Level: level, Periods: periods(t, "2024-Q1", "2024-Q2")})
			for i := 0; i < len(cells); i += 4 {
				num, den, ratio := cells[i], cells[i+1], cells[i+2]
				x, ok1 := new(big.Rat).SetString(num.Exact)
				y, ok2 := new(big.Rat).SetString(den.Exact)
				if ok1 && ok2 && y.Sign() != 0 {
					again := x.Quo(x, y)
					if again.Mul(again, big.NewRat(100, 1)); ratio.Exact != again.RatString() {
						t.Errorf("ratio %s, from its parts %s", ratio.Exact, again.RatString())
					}
				} else if ratio.State.Known() {
					t.Errorf("ratio %s of %s and %s", show(ratio), show(num), show(den))
				}
				for _, c := range cells[i : i+4] {
					if !c.State.Known() && c.Exact != "" || c.State == formula.NotComputable && c.Cause == formula.NoCause {
						t.Errorf("%s: state %s, cause %q, exact %q", c.Code, c.State, c.Cause, c.Exact)
					}
					if c.Reported > c.Expected {
						t.Errorf("%s: coverage %+v", c.Code, c.Coverage)
					}
				}
			}
		}
	}
}

// What is added up over areas adds up: Σ children = parent.
func TestChildrenAddUp(t *testing.T) {
	t.Parallel()
	k := newDesk(t, dbtest.SQLite(t), base(def("A01", "people", "person"), def("A02", "paid", "yuan", missing("zero", ""))))
	k.adopt(t)
	tree := k.town.tree
	for _, code := range []string{"A01", "A02"} {
		r, _, err := k.Column(t.Context(), code, at(t, "2024-Q3"))
		if err != nil {
			t.Fatal(err)
		}
		for n := range tree.Len() {
			if len(tree.Children(n)) == 0 {
				continue
			}
			sum := new(big.Rat)
			for _, c := range tree.Children(n) {
				if r.State[c].Known() {
					sum.Add(sum, r.Rat(c))
				}
			}
			if r.State[n].Known() && r.Rat(n).Cmp(sum) != 0 {
				t.Errorf("%s of %s is %s, its parts give %s", code, tree.At(n).Code, r.Rat(n), sum)
			}
		}
	}
}

var _ measure.Source = (*town)(nil)
