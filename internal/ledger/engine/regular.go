package engine

// Threshold makes a regular participant: at least Rows rows or at least
// Minutes minutes that pass. A bound of zero does not count.
type Threshold struct{ Rows, Minutes int64 }

func (t Threshold) met(rows, minutes int64) bool {
	return t.Rows > 0 && rows >= t.Rows || t.Minutes > 0 && minutes >= t.Minutes
}

// tally packs rows and minutes of a person.
type tally uint64

const oneRow = 1 << 40

func (t tally) met(th Threshold) bool { return th.met(int64(t>>40), int64(t&(oneRow-1))) }

// Regular returns the persons who meet the threshold within each area, by
// preorder number. By home all areas are answered; by place only those listed
// in areas, since a person may be regular in a district and in none of its
// streets.
func (e *Engine) Regular(a Ask, th Threshold, areas []int) []int64 {
	e.mu.RLock()
	defer e.mu.RUnlock()
	q := e.question(a)
	if a.ByPlace {
		return q.placeRegular(th, areas)
	}
	return q.homeRegular(th)
}

func (q *question) homeRegular(th Threshold) []int64 {
	out, sum := q.out(), make([]tally, q.b.settled)
	for i := range q.spans {
		s := &q.spans[i]
		for j, nr := range s.who {
			if q.takes(s, j) {
				sum[nr] += oneRow | tally(s.dayMin[j]&maxMinutes)
			}
		}
	}
	for i := range q.e.over.added {
		if a := &q.e.over.added[i]; q.takesAddition(a) {
			sum[a.who] += oneRow | tally(a.minutes)
		}
	}
	q.exclude(func(nr uint32) { sum[nr] = 0 })
	for n := q.first; n < q.last; n++ {
		for _, t := range sum[q.b.homeStart[n]:q.b.homeStart[n+1]] {
			if t != 0 && t.met(th) {
				out[n]++
			}
		}
	}
	q.eachLoose(func(rows []rec) {
		var t tally
		for i := range rows {
			if q.want[rows[i].cell] {
				t += oneRow | tally(rows[i].minutes)
			}
		}
		if t != 0 && t.met(th) {
			out[rows[len(rows)-1].home]++
		}
	})
	return q.rollUp(out)
}

func (q *question) placeRegular(th Threshold, areas []int) []int64 {
	out, sum := q.out(), make([]tally, q.b.settled)
	var touched []uint32
	excluded := make([]uint64, q.b.words())
	q.exclude(func(nr uint32) { excluded[nr>>6] |= 1 << (nr & 63) })
	add := func(nr uint32, minutes uint32) {
		if excluded[nr>>6]>>(nr&63)&1 == 1 {
			return
		}
		if sum[nr] == 0 {
			touched = append(touched, nr)
		}
		sum[nr] += oneRow | tally(minutes)
	}
	off, added := q.addedByPlace()
	for _, n := range areas {
		q.eachAt(n, add)
		for _, a := range added[off[n]:off[q.e.nums.tree.Last(n)]] {
			add(a.who, a.minutes)
		}
		for _, nr := range touched {
			if sum[nr].met(th) {
				out[n]++
			}
			sum[nr] = 0
		}
		touched = touched[:0]
	}
	q.looseRegular(th, areas, out)
	return out[:q.b.areas]
}

// eachAt calls f for the base's rows in the subtree of place n that pass.
func (q *question) eachAt(n int, f func(nr, minutes uint32)) {
	last := q.e.nums.tree.Last(n)
	for i := range q.spans {
		s := &q.spans[i]
		for j := s.off[n]; j < s.off[last]; j++ {
			if q.takes(s, int(j)) {
				f(s.who[j], uint32(s.dayMin[j]&maxMinutes))
			}
		}
	}
}

// looseRegular adds every row to all areas above its place.
func (q *question) looseRegular(th Threshold, areas []int, out []int64) {
	asked := make([]bool, q.b.areas+1)
	for _, n := range areas {
		asked[n] = true
	}
	t, sum := q.e.nums.tree, make(map[int]tally)
	q.eachLoose(func(rows []rec) {
		clear(sum)
		for i := range rows {
			r := &rows[i]
			if !q.want[r.cell] || int(r.place) == q.b.areas {
				continue
			}
			for n := int(r.place); n >= 0; n = t.Parent(n) {
				if asked[n] {
					sum[n] += oneRow | tally(r.minutes)
				}
			}
		}
		for n, s := range sum {
			if s.met(th) {
				out[n]++
			}
		}
	})
}
