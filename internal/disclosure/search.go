package disclosure

import (
	"cmp"
	"container/heap"
	"slices"
)

// Limits of the search for another table.
const (
	breadth = 6   // ways tried to mend a row
	most    = 40  // figures that differ
	steps   = 120 // tables looked at
	partly  = 8   // what a figure costs that mends only some of a row
	unmet   = 6   // what a row weighs that does not hold yet
)

// move is a figure that differs by so much in another table.
type move struct {
	v  int32
	by int64
}

// attempt is another table that does not hold yet.
type attempt struct {
	moves []move
	cost  int64 // of hiding
	rank  int64 // with what is still to be mended
	nr    int
	row   int // that does not hold, -1 = all do
	need  int64
}

type queue []attempt

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(q[i].rank, q[j].rank), cmp.Compare(len(q[i].moves), len(q[j].moves)), cmp.Compare(q[i].nr, q[j].nr)) < 0
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(attempt)) }
func (q *queue) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}

// another finds a table in which figure v differs by d and all that readers see
// holds, at a low cost of hiding more; with free it
// hides nothing more. The figures that differ are what a reader
// cannot tell apart: they prove that v is protected that far.
func (t *table) another(v int32, d int64, free bool) ([]move, bool) {
	low, high := t.bounds(v)
	if x := t.vars[v].value + d; x < low || x > high {
		return nil, false
	}
	q := queue{t.weighed(attempt{moves: []move{{v, d}}})}
	for n, nr := 0, 1; len(q) > 0 && n < steps; n++ {
		a := heap.Pop(&q).(attempt)
		if a.row < 0 {
			return a.moves, true
		}
		if len(a.moves) == most {
			continue
		}
		for _, c := range t.mends(a, free) {
			b := attempt{moves: append(slices.Clone(a.moves), c.move), cost: a.cost + c.cost + 1, nr: nr}
			heap.Push(&q, t.weighed(b))
			nr++
		}
	}
	return nil, false
}

// weighed looks for the rows that do not hold.
func (t *table) weighed(a attempt) attempt {
	a.row, a.rank = -1, a.cost
	for i := len(a.moves) - 1; i >= 0; i-- {
		for _, r := range t.rows.having(a.moves[i].v) {
			if need := t.need(int(r), a.moves); need != 0 {
				a.rank += unmet
				if a.row < 0 {
					a.row, a.need = int(r), need
				}
			}
		}
	}
	return a
}

// moved is by how much a figure differs.
func moved(moves []move, v int32) int64 {
	for _, m := range moves {
		if m.v == v {
			return m.by
		}
	}
	return 0
}

// need is by how much the whole of a row would have to differ more.
func (t *table) need(row int, moves []move) int64 {
	list := t.rows.at(row)
	shift := moved(moves, list[0])
	for _, m := range moves {
		if m.v != list[0] && t.inRow(row, m.v) {
			shift -= m.by
		}
	}
	switch t.rows.sense[row] {
	case within:
		return max(0, -(t.rows.rest[row] + shift))
	case cover:
		return min(0, -(t.rows.rest[row] + shift))
	}
	return -shift
}

// inRow reports whether a figure is part of a row; it has few rows.
func (t *table) inRow(row int, v int32) bool { return slices.Contains(t.rows.having(v), int32(row)) }

type mend struct {
	move
	cost int64
}

// mends are the cheapest ways to mend the row of an attempt by one figure more.
func (t *table) mends(a attempt, free bool) []mend {
	var out []mend
	clean := 0
	for i, v := range t.rows.at(a.row) {
		want := a.need
		if i > 0 {
			want = -want
		}
		if moved(a.moves, v) != 0 {
			continue
		}
		m, ok := t.mend(v, want, free)
		if !ok {
			continue
		}
		out = append(out, m)
		if m.cost == 0 {
			if clean++; clean == breadth {
				break
			}
		}
	}
	slices.SortStableFunc(out, func(a, b mend) int { return cmp.Compare(a.cost, b.cost) })
	return out[:min(len(out), breadth)]
}

// mend is what figure v can do for a row that wants it to differ by so much.
func (t *table) mend(v int32, want int64, free bool) (m mend, ok bool) {
	x := &t.vars[v]
	low, high, cost := x.low, x.high, int64(0)
	if !x.hidden && low == high {
		if free || x.known {
			return m, false
		}
		cost = x.cost
		low, high = t.bounds(v)
	}
	by := min(max(want, low-x.value), high-x.value)
	if by == 0 || by > 0 != (want > 0) {
		return m, false
	}
	if by != want {
		cost += partly
	}
	return mend{move{v, by}, cost}, true
}

// bounds is what readers know of a figure once it is hidden.
func (t *table) bounds(v int32) (low, high int64) {
	x := &t.vars[v]
	if x.hidden || x.known {
		return x.low, x.high
	}
	low, high, _ = t.doubt(v)
	return low, high
}
