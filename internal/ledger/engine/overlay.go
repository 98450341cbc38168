package engine

import (
	"cmp"
	"math/bits"
	"slices"
)

// overlay is what was recorded since the base was built.
type overlay struct {
	added     []addition // rows of settled persons
	gone      []uint64   // settled persons who are now loose; nil = none
	nGone     int
	ghosts    []addition // their rows in the base, to take out of sums
	loose     map[int64]*looser
	looseGone []bool // loose persons of the base who are in loose now; nil = none
	heads     []head
	early     map[int64]demo
}

// looser is a loose person of the overlay. recs is replaced, never changed.
type looser struct {
	recs []rec
	demo demo
}

func newOverlay(b *base) overlay {
	o := overlay{loose: map[int64]*looser{}, early: make(map[int64]demo, len(b.early))}
	for _, p := range b.early {
		o.early[p.id] = demo(p.demo)
	}
	return o
}

func (o *overlay) isGone(nr uint32) bool { return o.gone != nil && o.gone[nr>>6]>>(nr&63)&1 == 1 }

func (o *overlay) size() int64 {
	n := len(o.added) + len(o.ghosts) + len(o.heads)
	for _, l := range o.loose {
		n += len(l.recs) + 1
	}
	return int64(n)
}

// Apply takes in what was recorded. Batches must come in the ledger's order.
func (e *Engine) Apply(b Batch) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.logging {
		e.log = append(e.log, b)
	}
	e.apply(b)
}

func (e *Engine) apply(b Batch) {
	e.loosen(e.moving(b))
	for _, r := range b.Rows {
		e.add(r)
	}
	for _, r := range b.HeadsGone {
		e.head(r, -r.Heads)
		e.days[r.Day]--
	}
	for i := range b.Redo {
		e.redo(&b.Redo[i])
	}
	for _, p := range b.People {
		e.correct(p)
	}
	e.last = max(e.last, b.Last)
}

// moving returns the settled persons that the batch makes loose.
func (e *Engine) moving(b Batch) []uint32 {
	var out []uint32
	for i := range b.Rows {
		r := &b.Rows[i]
		if r.Person == 0 {
			continue
		}
		nr, ok := e.base.find(r.Person)
		if ok && int(nr) < e.base.settled && !e.over.isGone(nr) && !e.fits(nr, r) {
			out = append(out, nr)
		}
	}
	for i := range b.Redo {
		if nr, ok := e.base.find(b.Redo[i].Person.ID); ok && int(nr) < e.base.settled && !e.over.isGone(nr) {
			out = append(out, nr)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// fits reports whether a row leaves a settled person settled.
func (e *Engine) fits(nr uint32, r *Row) bool {
	return r.Minutes <= maxMinutes && e.nums.of(r.Home) == e.base.homes[nr]
}

func (e *Engine) add(r Row) {
	e.days[r.Day]++
	if r.Person == 0 {
		e.head(r, r.Heads)
		return
	}
	if nr, ok := e.base.find(r.Person); ok && int(nr) < e.base.settled && !e.over.isGone(nr) {
		e.over.added = append(e.over.added, addition{
			who: nr, place: e.nums.of(r.Place), day: r.Day, cell: e.themes.cell(r.Theme, r.Online), minutes: uint32(max(r.Minutes, 0)),
		})
		return
	}
	l := e.looser(r.Person, pack(r.Born, r.Sex))
	l.recs = insertRec(l.recs, e.rec(r))
}

// insertRec puts a newly recorded row behind all others of its day, in a copy.
func insertRec(recs []rec, r rec) []rec {
	i, _ := slices.BinarySearchFunc(recs, r.day+1, func(x rec, day int32) int { return cmp.Compare(x.day, day) })
	out := make([]rec, 0, len(recs)+1)
	return append(append(append(out, recs[:i]...), r), recs[i:]...)
}

func (e *Engine) rec(r Row) rec {
	return rec{day: r.Day, home: e.nums.of(r.Home), place: e.nums.of(r.Place), cell: e.themes.cell(r.Theme, r.Online), minutes: uint32(max(r.Minutes, 0))}
}

func (e *Engine) head(r Row, n int32) {
	e.over.heads = append(e.over.heads, head{day: r.Day, home: e.nums.of(r.Home), place: e.nums.of(r.Place), cell: e.themes.cell(r.Theme, r.Online), n: n})
}

// looser returns the overlay's entry of a person who is not settled; first is
// what is known of somebody new.
func (e *Engine) looser(id int64, first demo) *looser {
	if l := e.over.loose[id]; l != nil {
		return l
	}
	l := &looser{demo: first}
	if nr, ok := e.base.find(id); ok { // loose in the base; settled ones were loosened before
		k := int(nr) - e.base.settled
		l.recs, l.demo = e.base.looseRows(k), e.base.demo[nr]
		if e.over.looseGone == nil {
			e.over.looseGone = make([]bool, len(e.base.looseOff)-1)
		}
		e.over.looseGone[k] = true
	} else if d, ok := e.over.early[id]; ok {
		l.demo = d
		delete(e.over.early, id)
	}
	e.over.loose[id] = l
	return l
}

func (e *Engine) redo(r *Redo) {
	l := e.looser(r.Person.ID, pack(r.Person.Born, r.Person.Sex))
	for i := range l.recs {
		e.days[l.recs[i].day]--
	}
	l.recs = make([]rec, 0, len(r.Rows))
	for _, row := range r.Rows {
		l.recs = append(l.recs, e.rec(row))
		e.days[row.Day]++
	}
	sortByDay(l.recs)
}

func (e *Engine) correct(p Person) {
	d := pack(p.Born, p.Sex)
	if l := e.over.loose[p.ID]; l != nil {
		l.demo = d
		return
	}
	if nr, ok := e.base.find(p.ID); ok {
		e.base.demo[nr] = d
		e.allowed.Clear()
		return
	}
	e.over.early[p.ID] = d
}

// loosen takes settled persons out of the base: their rows are collected, and
// they are masked from then on.
func (e *Engine) loosen(nrs []uint32) {
	if len(nrs) == 0 {
		return
	}
	mask := make([]uint64, e.base.words())
	people := make(map[uint32]*looser, len(nrs))
	for _, nr := range nrs {
		mask[nr>>6] |= 1 << (nr & 63)
		l := &looser{demo: e.base.demo[nr]}
		people[nr], e.over.loose[e.base.ids[nr]] = l, l
	}
	e.extract(mask, people)
	for i := range e.over.added {
		a := &e.over.added[i]
		if l := people[a.who]; l != nil && mask[a.who>>6]>>(a.who&63)&1 == 1 {
			l.recs = append(l.recs, rec{day: a.day, home: e.base.homes[a.who], place: a.place, cell: a.cell, minutes: a.minutes})
		}
	}
	for _, l := range people {
		sortByDay(l.recs)
	}
	if e.over.gone == nil {
		e.over.gone = make([]uint64, e.base.words())
	}
	for i, w := range mask {
		e.over.gone[i] |= w
		e.over.nGone += bits.OnesCount64(w)
	}
}

// extract copies the base's rows of the masked persons to people and ghosts.
func (e *Engine) extract(mask []uint64, people map[uint32]*looser) {
	for i := range e.base.months {
		m := &e.base.months[i]
		if !overlap(m.any, mask) {
			continue
		}
		place := 0
		for at, nr := range m.who {
			if mask[nr>>6]>>(nr&63)&1 == 0 {
				continue
			}
			for m.off[place+1] <= uint32(at) {
				place++
			}
			a := addition{who: nr, place: uint32(place), day: m.month*100 + int32(m.dayMin[at]>>11), cell: uint32(m.cell[at]), minutes: uint32(m.dayMin[at] & maxMinutes)}
			e.over.ghosts = append(e.over.ghosts, a)
			people[nr].recs = append(people[nr].recs, rec{day: a.day, home: e.base.homes[nr], place: a.place, cell: a.cell, minutes: a.minutes})
		}
	}
}

func overlap(a, b []uint64) bool {
	for i, w := range a {
		if w&b[i] != 0 {
			return true
		}
	}
	return false
}
