package engine

import (
	"math/bits"
	"time"
)

// question is an Ask made ready for the base and overlay at hand. It lives as
// long as the engine's read lock is held.
type question struct {
	Ask
	e     *Engine
	b     *base
	first int    // Root …
	last  int    // … and the end of its subtree
	all   bool   // every cell counts
	want  []bool // by cell
	cells []uint32
	spans []monthSpan
}

// monthSpan is a month of the base with the days asked for.
type monthSpan struct {
	*month
	whole  bool
	lo, hi uint16 // bounds of dayMin where not whole: lo <= x < hi
}

func (e *Engine) question(a Ask) *question {
	q := &question{Ask: a, e: e, b: e.base, first: a.Root, last: e.nums.tree.Last(a.Root), all: a.Theme == 0 && a.Mode == AnyMode}
	q.want = make([]bool, 2*len(e.themes.ids))
	for c := range q.want {
		theme, online := e.themes.ids[c/2], c%2 == 1
		q.want[c] = (a.Theme == 0 || a.Theme == theme) && (a.Mode == AnyMode || (a.Mode == Online) == online)
		if q.want[c] {
			q.cells = append(q.cells, uint32(c))
		}
	}
	for i := range e.base.months {
		if s, ok := spanOf(&e.base.months[i], a.From, a.To); ok {
			q.spans = append(q.spans, s)
		}
	}
	return q
}

func spanOf(m *month, from, to int32) (monthSpan, bool) {
	lo, hi := int32(1), int32(31)
	if m.month < from/100 || m.month > to/100 {
		return monthSpan{}, false
	}
	if m.month == from/100 {
		lo = from % 100
	}
	if m.month == to/100 {
		hi = to % 100
	}
	s := monthSpan{month: m, whole: lo <= 1 && hi >= daysIn(m.month)}
	s.lo, s.hi = uint16(lo)<<11, uint16(hi)<<11|maxMinutes
	return s, true
}

func daysIn(month int32) int32 {
	return int32(time.Date(int(month/100), time.Month(month%100)+1, 0, 0, 0, 0, 0, time.UTC).Day())
}

// takes reports whether the i-th row of a month passes the days and cells.
func (q *question) takes(s *monthSpan, i int) bool {
	if !s.whole && (s.dayMin[i] < s.lo || s.dayMin[i] > s.hi) {
		return false
	}
	return q.all || q.want[s.cell[i]]
}

func (q *question) takesAddition(a *addition) bool {
	return a.day >= q.From && a.day <= q.To && q.want[a.cell]
}

// takesPerson reports whether a person's attributes pass.
func (q *question) takesPerson(d demo) bool {
	return !q.byPerson() || q.who().takes(d)
}

func (q *question) who() who { return who{from: q.BornFrom, to: q.BornTo, sex: q.Sex} }

func (w who) takes(d demo) bool {
	if w.sex != Unknown && Sex(d&3) != w.sex {
		return false
	}
	born := int32(d >> 2)
	return w.from == 0 && w.to == 0 || born != 0 && born >= w.from && born <= w.to
}

// allowedSet returns the settled persons whose attributes pass and who are not
// gone to the overlay; nil means everybody.
func (q *question) allowedSet() []uint64 {
	gone := q.e.over.gone
	if !q.byPerson() {
		if gone == nil {
			return nil
		}
		out := make([]uint64, len(gone))
		for i, w := range gone {
			out[i] = ^w
		}
		return out
	}
	set := q.attributeSet()
	if gone == nil {
		return set
	}
	out := make([]uint64, len(set))
	for i, w := range set {
		out[i] = w &^ gone[i]
	}
	return out
}

func (q *question) attributeSet() []uint64 {
	w := q.who()
	if v, ok := q.e.allowed.Load(w); ok {
		return v.([]uint64)
	}
	set := make([]uint64, q.b.words())
	for i, d := range q.b.demo[:q.b.settled] {
		if w.takes(d) {
			set[i>>6] |= 1 << (i & 63)
		}
	}
	q.e.allowed.Store(w, set)
	return set
}

// eachLoose calls f for every loose person whose attributes pass with the rows
// in the days asked for, if there are any.
func (q *question) eachLoose(f func(rows []rec)) {
	q.eachLooseID(func(_ int64, rows []rec) { f(rows) })
}

// eachLooseID is eachLoose with the person's id.
func (q *question) eachLooseID(f func(id int64, rows []rec)) {
	for k := range len(q.b.looseOff) - 1 {
		if q.e.over.looseGone != nil && q.e.over.looseGone[k] {
			continue
		}
		if r := q.window(q.b.looseRows(k)); len(r) > 0 && q.takesPerson(q.b.demo[q.b.settled+k]) {
			f(q.b.ids[q.b.settled+k], r)
		}
	}
	for id, l := range q.e.over.loose {
		if r := q.window(l.recs); len(r) > 0 && q.takesPerson(l.demo) {
			f(id, r)
		}
	}
}

// window cuts rows, which are in the order of days, to the days asked for.
func (q *question) window(r []rec) []rec {
	lo, hi := 0, len(r)
	for lo < hi && r[lo].day < q.From {
		lo++
	}
	for hi > lo && r[hi-1].day > q.To {
		hi--
	}
	return r[lo:hi]
}

// eachHead calls f for every head-count that passes. Head-counts have no
// attributes of persons.
func (q *question) eachHead(f func(h *head)) {
	if q.byPerson() {
		return
	}
	for _, list := range [][]head{q.b.heads, q.e.over.heads} {
		for i := range list {
			if h := &list[i]; h.day >= q.From && h.day <= q.To && q.want[h.cell] {
				f(h)
			}
		}
	}
}

// out makes an answer; index areas stands for unknown areas.
func (q *question) out() []int64 { return make([]int64, q.b.areas+1) }

// rollUp turns counts of single areas into counts of subtrees.
func (q *question) rollUp(own []int64) []int64 {
	t := q.e.nums.tree
	for n := q.last - 1; n > q.first; n-- {
		if p := t.Parent(n); p >= 0 {
			own[p] += own[n]
		}
	}
	return own[:q.b.areas]
}

// Participants returns the distinct persons with at least one row that passes,
// by preorder number for whole subtrees, zero outside Root's.
func (e *Engine) Participants(a Ask) []int64 {
	e.mu.RLock()
	defer e.mu.RUnlock()
	q := e.question(a)
	if a.ByPlace {
		return q.placeParticipants()
	}
	return q.homeParticipants()
}

func (q *question) homeParticipants() []int64 {
	out := q.out()
	set := q.attended()
	for n := q.first; n < q.last; n++ {
		if a, b := q.b.homeStart[n], q.b.homeStart[n+1]; a < b {
			out[n] = countBits(set, a, b)
		}
	}
	q.e.putSet(set)
	q.eachLoose(func(rows []rec) {
		for i := range rows {
			if q.want[rows[i].cell] {
				out[rows[len(rows)-1].home]++
				break
			}
		}
	})
	return q.rollUp(out)
}

// attended returns the settled persons with a row that passes.
func (q *question) attended() []uint64 {
	set := q.e.getSet(q.b.words())
	var whole [][]uint64
	for i := range q.spans {
		s := &q.spans[i]
		switch {
		case !s.whole:
			q.scanMonth(s, set)
		case q.all:
			whole = append(whole, s.any)
		default:
			q.orCells(s.month, set)
		}
	}
	orAll(set, whole)
	for i := range q.e.over.added {
		if a := &q.e.over.added[i]; q.takesAddition(a) {
			set[a.who>>6] |= 1 << (a.who & 63)
		}
	}
	if ok := q.allowedSet(); ok != nil {
		for i, w := range ok {
			set[i] &= w
		}
	}
	return set
}

func (q *question) scanMonth(s *monthSpan, set []uint64) {
	for i, nr := range s.who {
		if q.takes(s, i) {
			set[nr>>6] |= 1 << (nr & 63)
		}
	}
}

func (q *question) orCells(m *month, set []uint64) {
	for _, c := range q.cells {
		if int(c) >= len(m.setKind) {
			continue // a theme that came after the base
		}
		switch at := int(m.setAt[c]); m.setKind[c] {
		case setDense:
			orAll(set, [][]uint64{m.dense[at : at+len(set)]})
		case setSparse:
			for k := 0; k<<16 < q.b.settled; k++ {
				part := set[k<<10:]
				if len(part) > 1024 {
					part = part[:1024]
				}
				for _, v := range m.sparse[m.chunks[at+k]:m.chunks[at+k+1]] {
					part[v>>6] |= 1 << (v & 63)
				}
			}
		}
	}
}

// orAll adds sets in one pass over the words.
func orAll(set []uint64, sets [][]uint64) {
	for len(sets) >= 4 {
		a, b, c, d := sets[0][:len(set)], sets[1][:len(set)], sets[2][:len(set)], sets[3][:len(set)]
		for i := range set {
			set[i] |= a[i] | b[i] | c[i] | d[i]
		}
		sets = sets[4:]
	}
	for _, s := range sets {
		s = s[:len(set)]
		for i := range set {
			set[i] |= s[i]
		}
	}
}

// countBits counts the bits from..to of a set; from < to.
func countBits(set []uint64, from, to uint32) int64 {
	a, b := from>>6, (to-1)>>6
	first, last := ^uint64(0)<<(from&63), ^uint64(0)>>(63-(to-1)&63)
	if a == b {
		return int64(bits.OnesCount64(set[a] & first & last))
	}
	n := bits.OnesCount64(set[a]&first) + bits.OnesCount64(set[b]&last)
	for _, w := range set[a+1 : b] {
		n += bits.OnesCount64(w)
	}
	return int64(n)
}

// getSet returns an empty set from the pool.
func (e *Engine) getSet(words int) []uint64 {
	if s, ok := e.pool.Get().(*[]uint64); ok && len(*s) == words {
		clear(*s)
		return *s
	}
	return make([]uint64, words)
}

func (e *Engine) putSet(s []uint64) { e.pool.Put(&s) }
