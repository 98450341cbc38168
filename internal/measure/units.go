package measure

import (
	"cmp"
	"slices"

	"xuedu/internal/area"
	"xuedu/internal/formula"
	"xuedu/internal/period"
)

// Unit is one thing that a register counts: Key names it, Nr is the preorder
// number of an area where it was, and Value what it adds. A thing that was in
// many areas stands there once for each.
type Unit struct {
	Key   string
	Nr    int
	Value int64
}

// AddUp adds own values of areas up the tree, in place.
func AddUp(t *area.Tree, own []int64) []int64 {
	for n := t.Len() - 1; n >= 0; n-- {
		if p := t.Parent(n); p >= 0 {
			own[p] += own[n]
		}
	}
	return own
}

// Distinct counts units in every area of the tree, each key once, whatever the
// number of places it was in. All units of a key have one Value.
//
// A key counts in each of its areas. In the order of the tree, two successive
// areas of a key have counted it twice from the lowest area on that holds both:
// there one is taken away.
func Distinct(t *area.Tree, units []Unit) []int64 {
	slices.SortFunc(units, func(a, b Unit) int { return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Nr, b.Nr)) })
	own := make([]int64, t.Len())
	for i, u := range units {
		if i > 0 && units[i-1].Key == u.Key {
			was := units[i-1].Nr
			if was == u.Nr {
				continue
			}
			for was >= 0 && t.Last(was) <= u.Nr {
				was = t.Parent(was)
			}
			if was >= 0 {
				own[was] -= u.Value
			}
		}
		own[u.Nr] += u.Value
	}
	return AddUp(t, own)
}

// Counted makes the block of a register that records by itself: every area has
// its number, zero included, but those that did not exist in the period.
func Counted(t *area.Tree, p period.Period, num []int64) Block {
	b := Block{Num: num, State: make([]formula.State, t.Len())}
	from, to := p.From.String(), p.To.String()
	for n := range b.State {
		b.State[n] = formula.Value
		if a := t.At(n); num[n] == 0 && (a.ValidFrom > to || a.ValidTo != "" && a.ValidTo <= from) {
			b.State[n] = formula.NotApplicable
		}
	}
	return b
}

// Everywhere makes the block of a constant, such as the length of a list.
func Everywhere(t *area.Tree, v int64) Block {
	b := Unrecorded(t)
	for n := range b.State {
		b.Num[n], b.State[n] = v, formula.Value
	}
	return b
}

// Unrecorded makes the block of a period in which a register holds nothing at
// all: nobody has recorded, which is not the same as zero.
func Unrecorded(t *area.Tree) Block {
	return Block{Num: make([]int64, t.Len()), State: make([]formula.State, t.Len())}
}

// Impossible makes the block of a measure that is not defined for what was asked.
func Impossible(t *area.Tree, c formula.Cause) Block {
	b := Unrecorded(t)
	b.Cause = make([]formula.Cause, t.Len())
	for n := range b.State {
		b.State[n], b.Cause[n] = formula.NotComputable, c
	}
	return b
}
