package disclosure

import (
	"cmp"
	"slices"
)

// Limits of swap.
const (
	atomsBelow  = 6  // places where people may be counted instead
	atomsBeside = 24 // places they may come from
)

// swap finds another table by moving people: d more are counted at one place
// below v and everywhere above that place, and as many fewer at another. Where
// both are counted nothing differs. With no other place, d more people are
// there in all. It costs more than a search, and finds a table wherever totals
// may be hidden.
func (t *table) swap(v int32, d int64) ([]move, bool) {
	var best []move
	cheapest := int64(-1)
	try := func(moves []move) {
		if cost, ok := t.price(v, d, moves); ok && (cheapest < 0 || cost < cheapest) {
			best, cheapest = moves, cost
		}
	}
	beside := t.beside(v)
	for _, a := range t.atoms(v, atomsBelow) {
		here := t.lineage(a)
		try(shift(here, nil, d))
		for _, b := range beside {
			if there := t.lineage(b); !slices.Contains(there, v) {
				try(shift(here, there, d))
			}
		}
	}
	return best, cheapest >= 0
}

// shift is d more here and d fewer there, nothing where both are.
func shift(here, there []int32, d int64) (moves []move) {
	for _, v := range here {
		if !slices.Contains(there, v) {
			moves = append(moves, move{v, d})
		}
	}
	for _, v := range there {
		if !slices.Contains(here, v) {
			moves = append(moves, move{v, -d})
		}
	}
	return moves
}

// price is what it costs to hide what a table needs hidden; false where it
// does not hold.
func (t *table) price(v int32, d int64, moves []move) (cost int64, ok bool) {
	if moved(moves, v) != d {
		return 0, false
	}
	for _, m := range moves {
		x := &t.vars[m.v]
		low, high := x.low, x.high
		if !x.hidden && low == high {
			if x.known {
				return 0, false
			}
			cost += x.cost
			low, high = t.bounds(m.v)
		}
		if n := x.value + m.by; n < low || n > high {
			return 0, false
		}
		cost++
	}
	return cost, t.weighed(attempt{moves: moves}).row < 0
}

// lineage is a place with all wholes that it is part of.
func (t *table) lineage(v int32) []int32 {
	list := []int32{v}
	for i := 0; i < len(list); i++ {
		for _, r := range t.rows.having(list[i]) {
			if w := t.rows.at(int(r))[0]; w != list[i] && !slices.Contains(list, w) {
				list = append(list, w)
			}
		}
	}
	return list
}

// atoms are up to n places below v that have no parts: hidden ones and large
// ones first.
func (t *table) atoms(v int32, n int) (out []int32) {
	row := int32(-1)
	for _, r := range t.rows.having(v) {
		if t.rows.at(int(r))[0] == v {
			row = r
			break
		}
	}
	if row < 0 {
		return []int32{v}
	}
	for _, p := range t.likely(t.rows.at(int(row))[1:], n) {
		if out = append(out, t.atoms(p, max(1, n/3))...); len(out) >= n {
			return out[:n]
		}
	}
	return out
}

// likely are the n parts best to count people at: hidden, then large.
func (t *table) likely(list []int32, n int) []int32 {
	rank := func(v int32) int64 {
		x := &t.vars[v]
		if x.hidden {
			return x.value + unbounded
		}
		return x.value
	}
	own := slices.Clone(list)
	slices.SortStableFunc(own, func(a, b int32) int { return cmp.Compare(rank(b), rank(a)) })
	return own[:min(n, len(own))]
}

// beside are places that share a whole with v, or with a whole of v.
func (t *table) beside(v int32) (out []int32) {
	for _, x := range t.lineage(v) {
		for _, r := range t.rows.having(x) {
			list := t.rows.at(int(r))
			if list[0] == x {
				continue
			}
			for _, p := range t.likely(list[1:], 5) {
				for _, a := range t.atoms(p, 2) {
					if !slices.Contains(out, a) {
						out = append(out, a)
					}
				}
			}
			if len(out) >= atomsBeside {
				return out[:atomsBeside]
			}
		}
	}
	return out
}
