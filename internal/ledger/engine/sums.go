package engine

import "math/bits"

func trailing(w uint64) int { return bits.TrailingZeros64(w) }

// Sums returns attendances, minutes and head-counts that pass. By home, all
// rows of a person count where the person lived last in the days asked for.
func (e *Engine) Sums(a Ask) Sums {
	e.mu.RLock()
	defer e.mu.RUnlock()
	q := e.question(a)
	s := Sums{Rows: q.out(), Minutes: q.out(), Heads: q.out()}
	q.baseSums(&s)
	q.addedSums(&s)
	q.eachLoose(func(rows []rec) {
		home := rows[len(rows)-1].home
		for i := range rows {
			r := &rows[i]
			if !q.want[r.cell] {
				continue
			}
			at := home
			if q.ByPlace {
				at = r.place
			}
			s.Rows[at]++
			s.Minutes[at] += int64(r.minutes)
		}
	})
	q.eachHead(func(h *head) {
		if q.ByPlace {
			s.Heads[h.place] += int64(h.n)
		} else {
			s.Heads[h.home] += int64(h.n)
		}
	})
	return Sums{Rows: q.rollUp(s.Rows), Minutes: q.rollUp(s.Minutes), Heads: q.rollUp(s.Heads)}
}

// baseSums takes whole months from the ready sums, less the rows of persons
// who are gone, and goes through the rows of everything else.
func (q *question) baseSums(s *Sums) {
	ready := !q.byPerson()
	var allowed []uint64
	if !ready {
		allowed = q.allowedSet()
	}
	for i := range q.spans {
		m := &q.spans[i]
		switch {
		case ready && m.whole:
			q.monthSums(m.month, s)
		case ready:
			q.rowSums(m, nil, s)
		default:
			q.rowSums(m, allowed, s)
		}
	}
	if !ready {
		return
	}
	for i := range q.e.over.ghosts {
		if a := &q.e.over.ghosts[i]; q.takesAddition(a) {
			at := q.areaOf(a)
			s.Rows[at]--
			s.Minutes[at] -= int64(a.minutes)
		}
	}
}

func (q *question) areaOf(a *addition) uint32 {
	if q.ByPlace {
		return a.place
	}
	return q.b.homes[a.who]
}

func (q *question) monthSums(m *month, s *Sums) {
	t := &m.byHome
	if q.ByPlace {
		t = &m.byPlace
	}
	for n := q.first; n < q.last; n++ {
		for i := t.off[n]; i < t.off[n+1]; i++ {
			if q.all || q.want[t.cell[i]] {
				s.Rows[n] += int64(t.rows[i])
				s.Minutes[n] += int64(t.minutes[i])
			}
		}
	}
}

// rowSums adds the rows of allowed persons; nil allows everybody.
func (q *question) rowSums(m *monthSpan, allowed []uint64, s *Sums) {
	from, to := 0, q.b.areas
	if q.ByPlace {
		from, to = q.first, q.last-1
	}
	for p := from; p <= to; p++ {
		for i := m.off[p]; i < m.off[p+1]; i++ {
			nr := m.who[i]
			if allowed != nil && allowed[nr>>6]>>(nr&63)&1 == 0 || !q.takes(m, int(i)) {
				continue
			}
			at := uint32(p)
			if !q.ByPlace {
				at = q.b.homes[nr]
			}
			s.Rows[at]++
			s.Minutes[at] += int64(m.dayMin[i] & maxMinutes)
		}
	}
}

func (q *question) addedSums(s *Sums) {
	allowed := q.allowedSet()
	for i := range q.e.over.added {
		a := &q.e.over.added[i]
		if !q.takesAddition(a) || allowed != nil && allowed[a.who>>6]>>(a.who&63)&1 == 0 {
			continue
		}
		at := q.areaOf(a)
		s.Rows[at]++
		s.Minutes[at] += int64(a.minutes)
	}
}
