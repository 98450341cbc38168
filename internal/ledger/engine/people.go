package engine

import "math/bits"

// Persons returns the ids of the distinct persons behind Root's figure; ok is
// false where there are more than limit.
func (e *Engine) Persons(a Ask, limit int) (ids []int64, ok bool) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	q := e.question(a)
	set := q.personSet()
	for i, w := range set {
		for ; w != 0; w &= w - 1 {
			if len(ids) == limit {
				return nil, false
			}
			ids = append(ids, q.b.ids[i<<6+bits.TrailingZeros64(w)])
		}
	}
	e.putSet(set)
	q.eachLooseID(func(id int64, rows []rec) {
		if q.hits(rows) {
			ids = append(ids, id)
		}
	})
	return ids, len(ids) <= limit
}

// personSet returns the settled persons behind Root's figure.
func (q *question) personSet() []uint64 {
	if !q.ByPlace {
		set := q.attended()
		cut(set, q.b.homeStart[q.first], q.b.homeStart[q.last])
		return set
	}
	set := q.e.getSet(q.b.words())
	q.eachAt(q.first, func(nr, _ uint32) { set[nr>>6] |= 1 << (nr & 63) })
	for i := range q.e.over.added {
		if a := &q.e.over.added[i]; q.takesAddition(a) && int(a.place) >= q.first && int(a.place) < q.last {
			set[a.who>>6] |= 1 << (a.who & 63)
		}
	}
	for i, w := range q.allowedSet() {
		set[i] &= w
	}
	return set
}

// cut empties a set outside from..to.
func cut(set []uint64, from, to uint32) {
	for i := range set {
		lo, hi := uint32(i)<<6, uint32(i)<<6+64
		if hi <= from || lo >= to {
			set[i] = 0
			continue
		}
		if lo < from {
			set[i] &= ^uint64(0) << (from - lo)
		}
		if hi > to {
			set[i] &= ^uint64(0) >> (hi - to)
		}
	}
}

// hits reports whether a loose person counts in Root's figure.
func (q *question) hits(rows []rec) bool {
	home := int(rows[len(rows)-1].home)
	for i := range rows {
		at := home
		if q.ByPlace {
			at = int(rows[i].place)
		}
		if q.want[rows[i].cell] && at >= q.first && at < q.last {
			return true
		}
	}
	return false
}
