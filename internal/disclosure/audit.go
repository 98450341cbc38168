package disclosure

import (
	"slices"

	"xuedu/internal/release"
)

// Audit is the attacker: it knows what r shows, what earlier releases showed,
// what is under the line of ratios and by which rules figures were hidden, and
// looks for hidden figures that it can work out or knows to be small; and for
// small ones that are not hidden at all. It narrows what is possible until
// nothing moves any more, then eliminates.
func Audit(r *release.Release, earlier []*release.Release, rules Rules) []Leak {
	if rules.check() != nil {
		return nil
	}
	if !slices.IsSortedFunc(r.Cells, byKey) {
		own := *r
		own.Cells = slices.SortedFunc(slices.Values(r.Cells), byKey)
		r = &own
	}
	t := newTable(r, rules, true)
	t.remember(earlier)
	t.listen()
	t.relate()
	a := &attack{table: t, from: map[int32][2]int32{}}
	a.narrow()
	a.eliminate()
	return a.leaks()
}

// listen takes from ratios and earlier releases what they tell.
func (t *table) listen() {
	for v := range t.vars {
		x := &t.vars[v]
		for i := range t.echoes[int32(v)] {
			e := &t.echoes[int32(v)][i]
			c := &t.r.Cells[e.cell]
			if !x.unknown || e.scale == nil || c.Value == "" {
				continue
			}
			if n, ok := e.exactly(c); ok && c.Exact != "" {
				x.set(n)
				continue
			}
			low, high := e.between(c, t.means[c.Code].digits)
			x.low, x.high = max(x.low, low), min(x.high, high)
		}
		if x.unknown && x.cell >= 0 && t.shownBefore(x.cell) {
			then := release.Cell{Value: t.before[x.cell].last}
			if n, ok := whole(&then, t.means[t.r.Cells[x.cell].Code].def); ok {
				x.set(n)
				x.known = true
			}
		}
	}
}

func (x *variable) set(n int64) { x.value, x.low, x.high, x.unknown = n, n, n, false }

// attack is what an attacker found out.
type attack struct {
	*table
	from   map[int32][2]int32 // rows that gave the lower and the upper bound, from 1
	solved map[int32][]int32  // figures that elimination gave, with the rows it took
}

// leaks lists what was found, by cell.
func (a *attack) leaks() (out []Leak) {
	for v := range a.vars {
		x := &a.vars[v]
		if l, ok := a.leak(int32(v), x); ok {
			out = append(out, l)
		}
	}
	for i := range a.small {
		if a.r.Cells[i].Value != "" {
			out = append(out, Leak{Key: a.r.Cells[i].Key(), High: a.k - 1, From: []Relation{{Kind: ByRatio, Whole: a.r.Cells[i].Key()}}})
		}
	}
	slices.SortFunc(out, func(x, y Leak) int { return x.Key.Compare(y.Key) })
	return out
}

func (a *attack) leak(v int32, x *variable) (Leak, bool) {
	small := people(a.kinds[x.what]) && x.high > 0 && x.high < a.k
	open := x.cell >= 0 && a.r.Cells[x.cell].Value != "" // shown
	told := x.low == x.high && !open && x.cell >= 0
	if open && a.rules.RoundTo > 1 {
		small = false
	}
	if !small && !told {
		return Leak{}, false
	}
	if x.low > x.high || x.cell >= 0 && !open && a.r.Cells[x.cell].State != withheld {
		return Leak{}, false // what is shown contradicts itself: nothing is known
	}
	l := Leak{Key: a.key(v), Low: x.low, High: x.high, From: a.because(v)}
	return l, true
}

// because names what gave a figure away.
func (a *attack) because(v int32) (out []Relation) {
	x := &a.vars[v]
	if x.known {
		return []Relation{{Kind: ByVintage, Whole: a.key(v)}}
	}
	list := a.solved[v]
	for _, r := range a.from[v] {
		if r > 0 && !slices.Contains(list, r-1) {
			list = append(list, r-1)
		}
	}
	for _, r := range list {
		out = append(out, a.relation(int(r)))
	}
	for _, e := range a.echoes[v] {
		if len(out) == 0 && e.scale != nil && a.r.Cells[e.cell].Value != "" {
			out = append(out, Relation{Kind: ByRatio, Whole: a.r.Cells[e.cell].Key()})
		}
	}
	return out
}

func (t *table) relation(r int) Relation {
	list := t.rows.at(r)
	x := Relation{Kind: t.rows.kind[r], Whole: t.key(list[0])}
	for i, v := range list[1:] {
		if i == partsNamed {
			x.More = len(list) - 1 - i
			break
		}
		x.Parts = append(x.Parts, t.key(v))
	}
	return x
}

// narrow tightens the bounds of figures, row by row, until nothing moves.
func (a *attack) narrow() {
	queue := make([]int32, 0, a.rows.len())
	waits := make([]bool, a.rows.len())
	for r := range a.rows.len() {
		if a.open(r) {
			queue, waits[r] = append(queue, int32(r)), true
		}
	}
	for n, bound := 0, 40*len(queue)+1000; n < len(queue) && n < bound; n++ {
		r := queue[n]
		waits[r] = false
		for _, v := range a.tighten(int(r)) {
			for _, s := range a.rows.having(v) {
				if !waits[s] {
					queue, waits[s] = append(queue, s), true
				}
			}
		}
	}
}

// open reports whether a row holds anything that is not seen.
func (a *attack) open(r int) bool {
	return slices.ContainsFunc(a.rows.at(r), func(v int32) bool { return a.vars[v].low < a.vars[v].high })
}

// span is a sum of bounds in which some are missing.
type spanned struct {
	low, high int64
	open      int // parts without an upper bound
}

func (a *attack) span(list []int32) (s spanned) {
	for _, v := range list {
		x := &a.vars[v]
		s.low += x.low
		if x.high >= unbounded {
			s.open++
		} else {
			s.high += x.high
		}
	}
	return s
}

// most is the upper bound of all parts but one.
func (s spanned) most(without int64) int64 {
	switch {
	case s.open == 0 && without < unbounded:
		return s.high - without
	case s.open == 1 && without >= unbounded:
		return s.high
	}
	return unbounded
}

func (s spanned) total() int64 {
	if s.open > 0 {
		return unbounded
	}
	return s.high
}

// tighten narrows the figures of a row and returns those that moved.
func (a *attack) tighten(r int) (changed []int32) {
	list, sense := a.rows.at(r), a.rows.sense[r]
	s, w := a.span(list[1:]), &a.vars[list[0]]
	low, high := w.low, w.high
	if sense != cover {
		low = s.low
	}
	if sense != within {
		high = s.total()
	}
	if a.limit(list[0], low, high, r) {
		changed = append(changed, list[0])
	}
	for _, v := range list[1:] {
		x := &a.vars[v]
		low, high := x.low, x.high
		if sense != within {
			if rest := s.most(x.high); rest < unbounded {
				low = w.low - rest
			}
		}
		if sense != cover && w.high < unbounded {
			high = w.high - (s.low - x.low)
		}
		if a.limit(v, low, high, r) {
			changed = append(changed, v)
			s = a.span(list[1:])
		}
	}
	return changed
}

// limit narrows one figure.
func (a *attack) limit(v int32, low, high int64, r int) (moved bool) {
	x := &a.vars[v]
	f := a.from[v]
	if low > x.low && low <= x.high {
		x.low, f[0], moved = low, int32(r+1), true
	}
	if high < x.high && high >= x.low {
		x.high, f[1], moved = high, int32(r+1), true
	}
	if moved {
		a.from[v] = f
	}
	return moved
}
