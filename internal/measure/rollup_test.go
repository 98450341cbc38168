package measure_test

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"xuedu/internal/area"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/period"
)

// anyTree draws a tree of up to 40 areas whose levels go down, some of them
// skipped, some branches short.
func anyTree(t *rapid.T) *area.Tree {
	levels := []area.Level{area.City, area.District, area.Street, area.Community}
	list := []area.Area{{ID: 1, Code: "1", Level: area.City}}
	rank := map[int64]int{1: 0}
	for id := int64(2); id <= int64(rapid.IntRange(1, 40).Draw(t, "areas")); id++ {
		parent := int64(rapid.IntRange(1, int(id)-1).Draw(t, "parent"))
		if rank[parent] == len(levels)-1 {
			parent = 1
		}
		rank[id] = rapid.IntRange(rank[parent]+1, len(levels)-1).Draw(t, "level")
		list = append(list, area.Area{ID: id, Code: fmt.Sprint(id), ParentID: parent, Level: levels[rank[id]]})
	}
	return area.NewTree(list)
}

// anyBlock draws units in every state, mostly at the level of the measure,
// some above it; with or without coverage.
func anyBlock(t *rapid.T, tree *area.Tree) measure.Block {
	n := tree.Len()
	b := measure.Block{Num: make([]int64, n), State: make([]formula.State, n), Cause: make([]formula.Cause, n)}
	covered := rapid.Bool().Draw(t, "covered")
	if covered {
		b.Coverage = formula.Coverage{Expected: make([]int32, n), Reported: make([]int32, n), NotApplicable: make([]int32, n)}
	}
	huge := rapid.Bool().Draw(t, "huge")
	whole := rapid.Bool().Draw(t, "whole")
	for i := range n {
		leaf := tree.At(i).Level == area.Community
		if !leaf && rapid.IntRange(0, 9).Draw(t, "above") > 0 {
			continue
		}
		s := formula.State(rapid.IntRange(0, 5).Draw(t, "state"))
		if whole && !covered {
			s = formula.Value
		}
		b.State[i] = s
		switch {
		case s == formula.Value && huge:
			b.Num[i] = rapid.Int64Range(math.MaxInt64/3, math.MaxInt64).Draw(t, "num")
		case s == formula.Value:
			b.Num[i] = rapid.Int64Range(-1000, 1000).Draw(t, "num")
		case s == formula.NotComputable:
			b.Cause[i] = formula.NoTarget
		case s != formula.Nil:
			b.Num[i] = rapid.Int64().Draw(t, "rubbish") // a number of a cell without one means nothing
		}
		if covered {
			cover(b, i, s)
		}
	}
	return b
}

func cover(b measure.Block, i int, s formula.State) {
	switch {
	case s.Known():
		b.Expected[i], b.Reported[i] = 1, 1
	case s == formula.NotApplicable:
		b.NotApplicable[i] = 1
	default:
		b.Expected[i] = 1
	}
}

// below are the units of a block in the subtree of an area, found without the
// numbering of the tree.
func below(tree *area.Tree, b measure.Block, n int) (units []int) {
	for i := range tree.Len() {
		for p := i; p >= 0; p = tree.Parent(p) {
			if p == n {
				if b.State[i] != formula.NotReported || b.Expected != nil && b.Expected[i] > 0 {
					units = append(units, i)
				}
				break
			}
		}
	}
	return units
}

// oracle says what an area must be, unit by unit, with numbers of any size.
func oracle(tree *area.Tree, d measure.Decl, b measure.Block, n int) (formula.State, *big.Rat) {
	units := below(tree, b, n)
	have := map[formula.State]int{}
	sum := new(big.Int)
	for _, u := range units {
		have[b.State[u]]++
		if b.State[u].Known() {
			sum.Add(sum, big.NewInt(b.Num[u]))
		}
	}
	value := new(big.Rat).SetFrac(sum, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.Scale)), nil))
	switch {
	case len(units) == 0 && tree.At(n).Level == area.Community && d.Level != area.Community:
		return formula.NotComputable, nil
	case len(units) == 0 && b.Expected != nil:
		return formula.NotApplicable, nil
	case len(units) == 0:
		return formula.NotReported, nil
	case have[formula.Nil] > 0 && have[formula.Nil]+have[formula.NotApplicable] == len(units):
		return formula.Nil, value
	case have[formula.Value]+have[formula.Nil] > 0:
		return formula.Value, value
	case have[formula.Withheld] > 0:
		return formula.Withheld, nil
	case have[formula.NotComputable] > 0:
		return formula.NotComputable, nil
	case have[formula.NotReported] > 0:
		return formula.NotReported, nil
	}
	return formula.NotApplicable, nil
}

func rat(c formula.Column, i int) *big.Rat {
	switch {
	case c.Big[i] != nil:
		return c.Big[i]
	case c.Den != nil:
		return big.NewRat(c.Num[i], c.Den[i])
	}
	return big.NewRat(c.Num[i], 1)
}

// Σ children = parent, a cell always has a state, coverage is at most 100 %:
// every column equals the count by hand (peers-monitoring §6).
func TestRollUpOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := anyTree(t)
		d := counted("x")
		d.Scale = rapid.IntRange(0, 3).Draw(t, "scale")
		b := anyBlock(t, tree)
		s := newSource(d)
		s.put("x  2024-Q1", "1", b)
		l, err := engine(tree, s).Column(t.Context(), formula.Ref{Code: "x"}, period.Period{Name: "2024-Q1", From: 20240101, To: 20240331})
		if err != nil {
			t.Fatal(err)
		}
		for n := range tree.Len() {
			state, value := oracle(tree, d, b, n)
			if l.State[n] != state {
				t.Fatalf("area %d is %s, want %s", n, l.State[n], state)
			}
			if state.Known() && rat(l.Column, n).Cmp(value) != 0 {
				t.Fatalf("area %d is %s, want %s", n, rat(l.Column, n), value)
			}
			if state == formula.NotComputable && (l.Cause == nil || l.Cause[n] == formula.NoCause) {
				t.Fatalf("area %d is not computable without a cause", n)
			}
			checkCoverage(t, tree, b, l, n)
		}
	})
}

func checkCoverage(t *rapid.T, tree *area.Tree, b measure.Block, l formula.Loaded, n int) {
	units := below(tree, b, n)
	var expected, reported, na int32
	for _, u := range units {
		switch s := b.State[u]; {
		case s.Known():
			expected++
			reported++
		case s == formula.NotApplicable:
			na++
		default:
			expected++
		}
	}
	if l.Expected == nil {
		if l.State[n].Known() && expected != reported {
			t.Fatalf("area %d lacks %d units and does not say so", n, expected-reported)
		}
		return
	}
	if l.Expected[n] != expected || l.Reported[n] != reported || l.NotApplicable[n] != na {
		t.Fatalf("area %d: %d of %d (%d), want %d of %d (%d)", n, l.Reported[n], l.Expected[n], l.NotApplicable[n], reported, expected, na)
	}
	if l.Reported[n] > l.Expected[n] {
		t.Fatalf("area %d is covered by more than 100 %%", n)
	}
}

// The plain case and the general one give the same column.
func TestWholeColumnsAreTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := anyTree(t)
		b := measure.Block{Num: make([]int64, tree.Len()), State: make([]formula.State, tree.Len())}
		c := b
		c.Num, c.State = make([]int64, tree.Len()), make([]formula.State, tree.Len())
		c.Coverage = formula.Coverage{Expected: make([]int32, tree.Len()), Reported: make([]int32, tree.Len()), NotApplicable: make([]int32, tree.Len())}
		for n := range tree.Len() {
			if tree.Last(n) == n+1 || rapid.Bool().Draw(t, "own") {
				b.Num[n], b.State[n] = rapid.Int64Range(-1<<40, 1<<40).Draw(t, "num"), formula.Value
				c.Num[n], c.State[n] = b.Num[n], b.State[n]
				cover(c, n, formula.Value)
			}
		}
		b.Given = rapid.Bool().Draw(t, "given")
		s := newSource(counted("b"), counted("c"))
		s.put("b  2024-Q1", "1", b)
		s.put("c  2024-Q1", "1", c)
		e, q := engine(tree, s), period.Period{Name: "2024-Q1", From: 20240101, To: 20240331}
		x, err := e.Column(t.Context(), formula.Ref{Code: "b"}, q)
		if err != nil {
			t.Fatal(err)
		}
		y, err := e.Column(t.Context(), formula.Ref{Code: "c"}, q)
		if err != nil {
			t.Fatal(err)
		}
		for n := range tree.Len() {
			if x.State[n] != y.State[n] || x.Num[n] != y.Num[n] {
				t.Fatalf("area %d: %s %d, %s %d", n, x.State[n], x.Num[n], y.State[n], y.Num[n])
			}
		}
	})
}
