package formula_test

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xuedu/internal/formula"
)

// expr is a formula as the oracle knows it: the plainest thing that can be
// evaluated cell by cell.
type expr struct {
	fn    string // number, ref, an operator or a function
	text  string // number; code of a ref
	n     int    // of prev, round
	level string
	args  []*expr
}

// String writes e with a bracket around everything.
func (e *expr) String() string {
	arg := make([]string, len(e.args))
	for i, a := range e.args {
		arg[i] = a.String()
	}
	switch e.fn {
	case "number", "ref":
		return e.text
	case "neg":
		return "(-" + arg[0] + ")"
	case "not":
		return "(not " + arg[0] + ")"
	case "prev", "round":
		return fmt.Sprintf("%s(%s, %d)", e.fn, arg[0], e.n)
	case "share":
		return "share(" + arg[0] + ", " + e.level + ")"
	case "count_units":
		return "(count_units(" + arg[0] + ", level=" + e.level + ") / one)"
	case "reported":
		return "(reported(" + arg[0] + ") / one)"
	case "if", "coalesce", "min", "max", "abs", "missing":
		return e.fn + "(" + strings.Join(arg, ", ") + ")"
	}
	return "(" + arg[0] + " " + e.fn + " " + arg[1] + ")"
}

var (
	oracleCodes  = []string{"a", "b", "c", "d"}
	oracleLevels = []string{"city", "district", "street", "community"}
	sums         = []string{"+", "-", "*", "/"}
	comparisons  = []string{"<", "<=", "=", "!=", ">=", ">"}
)

// plain is a catalogue in which everything goes with everything; to divide by
// one takes the unit off a count.
var plain = symbols{"one": {Unit: "area"}, "a": {Area: formula.Sum}, "b": {Area: formula.Sum}, "c": {Area: formula.Sum}, "d": {Area: formula.Sum}}

func genRef(t *rapid.T) *expr {
	return &expr{fn: "ref", text: rapid.SampledFrom(oracleCodes).Draw(t, "code")}
}

func genNumber(t *rapid.T, depth int) *expr {
	leaf := func() *expr {
		if rapid.IntRange(0, 3).Draw(t, "leaf") > 0 {
			return genRef(t)
		}
		return &expr{fn: "number", text: rapid.SampledFrom([]string{"0", "1", "2", "100", "0.5", "0.3333", "999999999999999999"}).Draw(t, "number")}
	}
	if depth == 0 {
		return leaf()
	}
	num := func() *expr { return genNumber(t, depth-1) }
	switch fn := rapid.SampledFrom([]string{"leaf", "sum", "sum", "sum", "neg", "if", "coalesce", "min", "max", "abs", "round", "reported", "prev", "share", "count_units"}).Draw(t, "fn"); fn {
	case "leaf":
		return leaf()
	case "sum":
		return &expr{fn: rapid.SampledFrom(sums).Draw(t, "op"), args: []*expr{num(), num()}}
	case "neg", "abs":
		return &expr{fn: fn, args: []*expr{num()}}
	case "if":
		return &expr{fn: fn, args: []*expr{genTruth(t, depth-1), num(), num()}}
	case "coalesce", "min", "max":
		args := []*expr{num(), num()}
		if rapid.Bool().Draw(t, "three") {
			args = append(args, num())
		}
		return &expr{fn: fn, args: args}
	case "round":
		return &expr{fn: fn, args: []*expr{num()}, n: rapid.IntRange(0, 9).Draw(t, "places")}
	case "prev":
		return &expr{fn: fn, args: []*expr{num()}, n: 1}
	case "reported":
		return &expr{fn: fn, args: []*expr{genRef(t)}}
	case "share":
		return &expr{fn: fn, args: []*expr{num()}, level: rapid.SampledFrom(oracleLevels).Draw(t, "level")}
	}
	return &expr{fn: "count_units", args: []*expr{genTruth(t, depth-1)}, level: rapid.SampledFrom(oracleLevels).Draw(t, "level")}
}

func genTruth(t *rapid.T, depth int) *expr {
	num := func() *expr { return genNumber(t, max(depth-1, 0)) }
	fn := "compare"
	if depth > 0 {
		fn = rapid.SampledFrom([]string{"compare", "compare", "and", "or", "not", "missing", "if"}).Draw(t, "truth")
	}
	switch fn {
	case "compare":
		return &expr{fn: rapid.SampledFrom(comparisons).Draw(t, "op"), args: []*expr{num(), num()}}
	case "not":
		return &expr{fn: fn, args: []*expr{genTruth(t, depth-1)}}
	case "missing":
		return &expr{fn: fn, args: []*expr{num()}}
	case "if":
		return &expr{fn: fn, args: []*expr{genTruth(t, depth-1), genTruth(t, depth-1), genTruth(t, depth-1)}}
	}
	return &expr{fn: fn, args: []*expr{genTruth(t, depth-1), genTruth(t, depth-1)}}
}

func genValue(t *rapid.T) *big.Rat {
	num := rapid.OneOf(rapid.Int64Range(-20, 20), rapid.Int64Range(0, 100000), rapid.Int64(),
		rapid.SampledFrom([]int64{math.MaxInt64, math.MinInt64, math.MinInt64 + 1, 1 << 31, -1 << 31, 1<<32 - 1})).Draw(t, "num")
	den := rapid.OneOf(rapid.Just(int64(1)), rapid.Int64Range(1, 12), rapid.Int64Range(1, math.MaxInt64)).Draw(t, "den")
	r := big.NewRat(num, den)
	if rapid.IntRange(0, 20).Draw(t, "huge") == 0 {
		r.Mul(r, new(big.Rat).SetFrac(new(big.Int).Exp(big.NewInt(7), big.NewInt(40), nil), big.NewInt(11)))
	}
	return r
}

func genCell(t *rapid.T, whole, covered bool) cell {
	c := cell{state: formula.Value, covered: covered}
	if rapid.IntRange(0, 2).Draw(t, "odd") == 0 {
		c.state = formula.State(rapid.IntRange(0, 5).Draw(t, "state"))
	}
	switch c.state {
	case formula.Value:
		c.value = genValue(t)
		if whole {
			c.value = new(big.Rat).SetInt(new(big.Int).Quo(c.value.Num(), c.value.Denom()))
		}
	case formula.NotComputable:
		c.cause = formula.Cause(rapid.IntRange(1, 6).Draw(t, "cause"))
	}
	if covered {
		c.expected = int32(rapid.IntRange(0, 10).Draw(t, "expected"))
		c.na = int32(rapid.IntRange(0, 10).Draw(t, "na"))
		c.reported = int32(rapid.IntRange(0, int(c.expected)).Draw(t, "reported"))
	}
	return c
}

// genEnv makes a tree in preorder, and a column for every code of this and the
// last three periods.
func genEnv(t *rapid.T) (*env, map[formula.Ref][]cell) {
	e := &env{parent: []int{-1}, level: []string{"city"}, cols: map[formula.Ref]formula.Loaded{}}
	for i := 1; i < rapid.IntRange(1, 12).Draw(t, "areas"); i++ {
		p := i - 1
		for up := rapid.IntRange(0, 3).Draw(t, "up"); p > 0 && (up > 0 || e.level[p] == "community"); up-- {
			p = e.parent[p]
		}
		e.parent = append(e.parent, p)
		e.level = append(e.level, oracleLevels[1+indexOf(oracleLevels, e.level[p])])
	}
	cells := map[formula.Ref][]cell{}
	for back := range 5 {
		list := make([]cell, len(e.parent))
		for i := range list {
			list[i] = truth(true)
		}
		r := formula.Ref{Code: "one", Back: back}
		cells[r], e.cols[r] = list, column(list...)
	}
	for _, code := range oracleCodes {
		for back := range 5 {
			whole, covered := rapid.Bool().Draw(t, "whole"), rapid.Bool().Draw(t, "covered")
			list := make([]cell, len(e.parent))
			for i := range list {
				list[i] = genCell(t, whole, covered)
			}
			r := formula.Ref{Code: code, Back: back}
			cells[r], e.cols[r] = list, column(list...)
		}
	}
	return e, cells
}

func indexOf(list []string, s string) int {
	for i, x := range list {
		if x == s {
			return i
		}
	}
	return -1
}

// oracle evaluates cell by cell with big numbers.
type oracle struct {
	*env
	cells   map[formula.Ref][]cell
	missing formula.Missing
}

func known(r *big.Rat) cell { return cell{state: formula.Value, value: r} }

func truth(b bool) cell {
	if b {
		return known(big.NewRat(1, 1))
	}
	return known(new(big.Rat))
}

func isKnown(c cell) bool { return c.state == formula.Value || c.state == formula.Nil }

func num(c cell) *big.Rat {
	if c.value == nil {
		return new(big.Rat)
	}
	return c.value
}

var order = map[formula.State]int{formula.NotApplicable: 1, formula.NotReported: 2, formula.Withheld: 3, formula.NotComputable: 4}

// strongest returns the first of the cells whose state wins; ok is true if all
// are known.
func strongest(list ...cell) (win cell, ok bool) {
	ok = true
	for _, c := range list {
		if !isKnown(c) && (ok || order[c.state] > order[win.state]) {
			win, ok = cell{state: c.state, cause: c.cause}, false
		}
	}
	return win, ok
}

// enough asks the policy in the plainest words.
func (o *oracle) enough(reported, owing int) bool {
	switch o.missing.Policy {
	case formula.TreatAsZero:
		return true
	case formula.RequireShare:
		p, _ := new(big.Rat).SetString(o.missing.Share)
		return owing <= 0 || big.NewRat(int64(reported), int64(owing)).Cmp(p) >= 0
	}
	return reported >= owing
}

func (o *oracle) load(r formula.Ref, i int) cell {
	c := o.cells[r][i]
	switch {
	case isKnown(c) && c.covered && !o.enough(int(c.reported), int(c.expected)):
		return cell{state: formula.NotReported}
	case c.state == formula.NotReported && o.missing.Policy == formula.TreatAsZero:
		return known(new(big.Rat))
	}
	return cell{state: c.state, cause: c.cause, value: c.value}
}

func (o *oracle) eval(e *expr, i, back int) cell {
	switch e.fn {
	case "number":
		r, _ := new(big.Rat).SetString(e.text)
		return known(r)
	case "ref":
		return o.load(formula.Ref{Code: e.text, Back: back}, i)
	case "prev":
		return o.eval(e.args[0], i, back+e.n)
	case "reported":
		c := o.cells[formula.Ref{Code: e.args[0].text, Back: back}][i]
		if c.covered {
			return known(big.NewRat(int64(c.reported), 1))
		}
		return truth(isKnown(c))
	case "share":
		return o.share(e, i, back)
	case "count_units":
		return o.count(e, i, back)
	}
	arg := make([]cell, len(e.args))
	for k, a := range e.args {
		arg[k] = o.eval(a, i, back)
	}
	return o.apply(e, arg)
}

func (o *oracle) share(e *expr, i, back int) cell {
	j := i
	for j >= 0 && o.level[j] != e.level {
		j = o.parent[j]
	}
	x, whole := o.eval(e.args[0], i, back), cell{state: formula.NotComputable, cause: formula.NoLevel}
	if j >= 0 {
		whole = o.eval(e.args[0], j, back)
	}
	return o.apply(&expr{fn: "/"}, []cell{x, whole})
}

func (o *oracle) count(e *expr, i, back int) cell {
	all, told, yes := 0, 0, int64(0)
	worst := cell{state: formula.NotApplicable}
	for j := range o.parent {
		if o.level[j] != e.level || !o.under(i, j) {
			continue
		}
		c := o.eval(e.args[0], j, back)
		if c.state != formula.NotApplicable {
			all++
		}
		switch {
		case isKnown(c):
			told++
			if num(c).Sign() != 0 {
				yes++
			}
		case order[c.state] > order[worst.state]:
			worst = c
		}
	}
	if all > 0 && o.enough(told, all) {
		return known(big.NewRat(yes, 1))
	}
	return worst
}

// apply computes an operator or function from its arguments.
func (o *oracle) apply(e *expr, arg []cell) cell {
	switch e.fn {
	case "missing":
		return truth(!isKnown(arg[0]) && arg[0].state != formula.Withheld)
	case "coalesce":
		for _, c := range arg {
			if isKnown(c) {
				return known(num(c))
			} else if c.state == formula.Withheld {
				return c
			}
		}
		return arg[len(arg)-1]
	case "if":
		switch {
		case !isKnown(arg[0]):
			return arg[0]
		case num(arg[0]).Sign() != 0:
			return plainly(arg[1])
		}
		return plainly(arg[2])
	case "and", "or":
		for _, c := range arg {
			if isKnown(c) && (num(c).Sign() != 0) == (e.fn == "or") {
				return truth(e.fn == "or")
			}
		}
		if c, ok := strongest(arg...); !ok {
			return c
		}
		return truth(e.fn == "and")
	}
	if len(arg) == 3 && (e.fn == "min" || e.fn == "max") {
		return o.apply(e, []cell{o.apply(e, arg[:2]), arg[2]})
	}
	if c, ok := strongest(arg...); !ok {
		return c
	}
	x := num(arg[0])
	if len(arg) == 1 {
		return one(e, x)
	}
	return two(e, x, num(arg[1]))
}

func plainly(c cell) cell {
	if isKnown(c) {
		return known(num(c))
	}
	return c
}

func one(e *expr, x *big.Rat) cell {
	switch e.fn {
	case "neg":
		return known(new(big.Rat).Neg(x))
	case "not":
		return truth(x.Sign() == 0)
	case "round":
		return known(halfEven(x, e.n))
	}
	return known(new(big.Rat).Abs(x))
}

func two(e *expr, x, y *big.Rat) cell {
	z, k := new(big.Rat), x.Cmp(y)
	switch e.fn {
	case "+":
		return known(z.Add(x, y))
	case "-":
		return known(z.Sub(x, y))
	case "*":
		return known(z.Mul(x, y))
	case "/":
		if y.Sign() == 0 {
			return cell{state: formula.NotComputable, cause: formula.DivideByZero}
		}
		return known(z.Quo(x, y))
	case "min":
		if k < 0 {
			return known(x)
		}
		return known(y)
	case "max":
		if k > 0 {
			return known(x)
		}
		return known(y)
	}
	return truth(map[string]bool{"<": k < 0, "<=": k <= 0, "=": k == 0, "!=": k != 0, ">=": k >= 0, ">": k > 0}[e.fn])
}

// halfEven rounds by trying the two neighbours.
func halfEven(x *big.Rat, places int) *big.Rat {
	pow := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
	y := new(big.Rat).Mul(x, pow)
	low := new(big.Int).Div(y.Num(), y.Denom()) // floor, since the denominator is positive
	half := new(big.Rat).Sub(y, new(big.Rat).SetInt(low)).Cmp(big.NewRat(1, 2))
	if half > 0 || half == 0 && low.Bit(0) == 1 {
		low.Add(low, big.NewInt(1))
	}
	return new(big.Rat).Quo(new(big.Rat).SetInt(low), pow)
}

func genMissing(t *rapid.T) formula.Missing {
	return rapid.SampledFrom([]formula.Missing{{}, {Policy: formula.RequireAll}, {Policy: formula.TreatAsZero},
		{Policy: formula.RequireShare, Share: "0.8"}, {Policy: formula.RequireShare, Share: "1"}, {Policy: formula.RequireShare, Share: "0.000001"}}).Draw(t, "missing")
}

// Every cell of a column is what the oracle makes of it: exact value, state,
// cause. The loaded columns stay as they were.
func TestEvalAgainstOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, cells := genEnv(t)
		x := genNumber(t, 3)
		if rapid.IntRange(0, 4).Draw(t, "type") == 0 {
			x = genTruth(t, 3)
		}
		o := &oracle{e, cells, genMissing(t)}
		p, problems := formula.Compile(x.String(), plain)
		if problems != nil {
			t.Fatalf("%s: %v", x, problems)
		}
		res, err := p.Eval(e, o.missing)
		if err != nil {
			t.Fatal(err)
		}
		for i := range e.parent {
			want := o.eval(x, i, 0)
			if msg := differs(res.Column, i, want); msg != "" {
				t.Fatalf("%s in area %d: %s", x, i, msg)
			}
		}
		for r, list := range cells {
			if again := column(list...); !sameColumn(again, e.cols[r]) {
				t.Fatalf("%s changed the column %v", x, r)
			}
		}
	})
}

func differs(c formula.Column, i int, want cell) string {
	if c.State[i] != want.state {
		return fmt.Sprintf("is %v, not %v", c.State[i], want.state)
	}
	if want.state == formula.NotComputable {
		if got := c.Cause; got == nil || got[i] != want.cause {
			return fmt.Sprintf("is not computable because of %v, not %v", got, want.cause)
		}
	}
	if !isKnown(want) {
		return ""
	}
	if got := c.Rat(i); got.Cmp(num(want)) != 0 {
		return fmt.Sprintf("is %v, not %v", got, num(want))
	}
	if b := c.Big[i]; b != nil && b.Num().IsInt64() && b.Denom().IsInt64() {
		return fmt.Sprintf("keeps %v as a big number", b)
	}
	if c.Den != nil && c.Den[i] <= 0 {
		return fmt.Sprintf("has denominator %d", c.Den[i])
	}
	return ""
}

func sameColumn(a, b formula.Loaded) bool {
	for i := range a.State {
		if a.State[i] != b.State[i] || a.State[i].Known() && a.Rat(i).Cmp(b.Rat(i)) != 0 {
			return false
		}
	}
	return true
}

// Rounding for the eye is half even, once, and says the places.
func TestRoundForTheEye(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := genValue(t)
		places := rapid.IntRange(0, 12).Draw(t, "places")
		c := column(cell{state: formula.Value, value: r})
		want := halfEven(r, places).FloatString(places)
		got := c.Round(0, int32(places))
		if s := got.Text('f'); s != want && !(strings.Trim(want, "-0.") == "" && strings.TrimPrefix(want, "-") == s) {
			t.Fatalf("%v to %d places is %s, not %s", r, places, s, want)
		}
	})
}

// The coverage of a result is that of the reference covered worst.
func TestCoverage(t *testing.T) {
	e := oneArea(map[formula.Ref]cell{
		{Code: "a"}: {state: formula.Value, value: big.NewRat(1, 1)},
		{Code: "b"}: {state: formula.Value, value: big.NewRat(1, 1), covered: true, expected: 9, reported: 8, na: 1},
		{Code: "c"}: {state: formula.Value, value: big.NewRat(1, 1), covered: true, expected: 4, reported: 3, na: 0},
		{Code: "d"}: {state: formula.NotApplicable, covered: true, expected: 0, reported: 0, na: 2},
	})
	for src, want := range map[string]string{
		"a": "[] [] []", "a + d": "[0] [0] [2]", "a * b + d": "[9] [8] [1]", "b + c": "[4] [3] [0]", "c + b": "[4] [3] [0]", "if(a > 0, d, c)": "[4] [3] [0]",
	} {
		p, _ := formula.Compile(src, plain)
		res, err := p.Eval(e, formula.Missing{Policy: formula.RequireShare, Share: "0.5"})
		if got := fmt.Sprint(res.Expected, res.Reported, res.NotApplicable); got != want || err != nil {
			t.Errorf("%s: %s, %v", src, got, err)
		}
	}
}
