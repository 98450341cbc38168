package engine

import (
	"math"
	"slices"
)

// placeParticipants goes once through the rows in the order of places. For
// every person it remembers the last place seen. A person counts at each place
// once; at the lowest area that holds two successive places of a person, one
// is taken away again. Summed up the tree, every area has its distinct persons.
func (q *question) placeParticipants() []int64 {
	if q.b.areas < math.MaxUint16-1 {
		return placeParticipants[uint16](q)
	}
	return placeParticipants[uint32](q)
}

func placeParticipants[T uint16 | uint32](q *question) []int64 {
	out := q.out()
	seen := make([]T, q.b.settled) // place + 1; 0 = none yet; the highest = does not count
	q.exclude(func(nr uint32) { seen[nr] = ^T(0) })
	off, added := q.addedByPlace()
	for p := q.first; p < q.last; p++ {
		here, own := T(p+1), int64(0)
		visit := func(nr uint32) {
			was := seen[nr]
			if was >= here {
				return
			}
			seen[nr] = here
			own++
			if was != 0 {
				out[q.meet(int(was)-1, p)]--
			}
		}
		for i := range q.spans {
			s := &q.spans[i]
			a, b := s.off[p], s.off[p+1]
			if s.whole && q.all {
				for _, nr := range s.who[a:b] {
					was := seen[nr]
					if was >= here {
						continue
					}
					seen[nr] = here
					own++
					if was != 0 {
						out[q.meet(int(was)-1, p)]--
					}
				}
				continue
			}
			for j := a; j < b; j++ {
				if q.takes(s, int(j)) {
					visit(s.who[j])
				}
			}
		}
		for _, a := range added[off[p]:off[p+1]] {
			visit(a.who)
		}
		out[p] += own
	}
	q.loosePlaces(out)
	return q.rollUp(out)
}

// exclude calls f for the settled persons who do not count.
func (q *question) exclude(f func(nr uint32)) {
	set := q.allowedSet()
	for i, w := range set {
		for miss := ^w; miss != 0; miss &= miss - 1 {
			nr := uint32(i<<6) + uint32(trailing(miss))
			if int(nr) >= q.b.settled {
				break
			}
			f(nr)
		}
	}
}

// meet returns the lowest area that holds places a and b; a < b, and both lie
// in Root's subtree.
func (q *question) meet(a, b int) int {
	t := q.e.nums.tree
	for t.Last(a) <= b {
		a = t.Parent(a)
		if a < 0 {
			return q.b.areas // two trees: nothing holds both
		}
	}
	return a
}

// addedByPlace returns the overlay's rows of settled persons that pass the
// days and cells, by place; rows of persons who do not count are among them.
func (q *question) addedByPlace() (off []uint32, sorted []addition) {
	list := q.e.over.added
	off = make([]uint32, q.b.areas+2)
	for i := range list {
		if q.takesAddition(&list[i]) {
			off[list[i].place+1]++
		}
	}
	for i := range q.b.areas + 1 {
		off[i+1] += off[i]
	}
	sorted = make([]addition, off[q.b.areas+1])
	next := slices.Clone(off)
	for i := range list {
		if a := &list[i]; q.takesAddition(a) {
			sorted[next[a.place]] = *a
			next[a.place]++
		}
	}
	return off, sorted
}

// loosePlaces counts loose persons by the same rule.
func (q *question) loosePlaces(out []int64) {
	var places []int
	q.eachLoose(func(rows []rec) {
		places = places[:0]
		for i := range rows {
			if p := int(rows[i].place); q.want[rows[i].cell] && p >= q.first && p < q.last {
				places = append(places, p)
			}
		}
		slices.Sort(places)
		last := -1
		for _, p := range places {
			if p == last {
				continue
			}
			out[p]++
			if last >= 0 {
				out[q.meet(last, p)]--
			}
			last = p
		}
	})
}

// few is up to how many areas are counted one by one.
const few = 64

// ParticipantsAt is Participants for some areas only, which is faster by
// place; the others may be zero. areas lie in Root's subtree.
func (e *Engine) ParticipantsAt(a Ask, areas []int) []int64 {
	if !a.ByPlace || len(areas) > few {
		return e.Participants(a)
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	q := e.question(a)
	out, allowed := q.out(), q.allowedSet()
	off, added := q.addedByPlace()
	for _, n := range areas {
		set := e.getSet(q.b.words())
		q.attendedAt(n, set)
		for _, a := range added[off[n]:off[e.nums.tree.Last(n)]] {
			set[a.who>>6] |= 1 << (a.who & 63)
		}
		for i, w := range allowed {
			set[i] &= w
		}
		if q.b.settled > 0 {
			out[n] = countBits(set, 0, uint32(q.b.settled))
		}
		e.putSet(set)
	}
	q.looseAt(areas, out)
	return out[:q.b.areas]
}

// attendedAt adds the settled persons with a row of the base in the subtree of
// place n that passes.
func (q *question) attendedAt(n int, set []uint64) {
	last := q.e.nums.tree.Last(n)
	for i := range q.spans {
		s := &q.spans[i]
		a, b := s.off[n], s.off[last]
		if s.whole && q.all {
			for _, nr := range s.who[a:b] {
				set[nr>>6] |= 1 << (nr & 63)
			}
			continue
		}
		for j := a; j < b; j++ {
			if q.takes(s, int(j)) {
				nr := s.who[j]
				set[nr>>6] |= 1 << (nr & 63)
			}
		}
	}
}

// looseAt counts loose persons once in every listed area above their places.
func (q *question) looseAt(areas []int, out []int64) {
	stamp := make([]int, q.b.areas+1) // 0 = not listed, else 1 + the person counted last
	for _, n := range areas {
		stamp[n] = 1
	}
	t, person := q.e.nums.tree, 1
	q.eachLoose(func(rows []rec) {
		person++
		for i := range rows {
			r := &rows[i]
			if !q.want[r.cell] || int(r.place) == q.b.areas {
				continue
			}
			for n := int(r.place); n >= 0; n = t.Parent(n) {
				if stamp[n] != 0 && stamp[n] != person {
					stamp[n] = person
					out[n]++
				}
			}
		}
	})
}
