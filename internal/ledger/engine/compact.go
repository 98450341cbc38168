package engine

import (
	"cmp"
	"maps"
	"slices"

	"xuedu/internal/area"
)

// Compact makes a new base of base and overlay and writes it to opt.Path. The
// engine goes on answering and taking batches while that runs. opt.Last is
// ignored: the base is complete up to the batch applied last.
func (e *Engine) Compact(opt Options) error {
	e.compact.Lock()
	defer e.compact.Unlock()
	e.mu.Lock()
	c := e.freeze(e.nums)
	e.log, e.logging = nil, true
	e.mu.Unlock()
	opt.Last = c.last
	b, err := c.write(opt)
	e.mu.Lock()
	defer e.mu.Unlock()
	log := e.log
	e.log, e.logging = nil, false
	if err != nil {
		return err
	}
	old := e.base.block
	e.setBase(b)
	for _, batch := range log {
		e.apply(batch)
	}
	return old.close()
}

// Renumber makes an engine for another tree from this one, which goes on as it
// was. Nothing must be applied to e after.
func (e *Engine) Renumber(t *area.Tree, opt Options) (*Engine, error) {
	e.compact.Lock()
	defer e.compact.Unlock()
	e.mu.Lock()
	c := e.freeze(number(t))
	e.mu.Unlock()
	opt.Last = c.last
	b, err := c.write(opt)
	if err != nil {
		return nil, err
	}
	out := &Engine{nums: number(t)}
	out.setBase(b)
	return out, nil
}

// frozen is the state of an engine while a new base is made of it.
type frozen struct {
	base    *base
	demo    []demo
	over    overlay
	themes  []int64
	days    map[int32]int64
	last    int64
	nums    numbering
	strange bool
	number  []uint32 // number in the new tree by number in the old one

	remap []uint32           // settled persons of the base: new number or noPerson
	fresh map[int32][]packed // rows that were in no month of the base, with new numbers
	moved []mover
}

// mover is a person who was loose.
type mover struct {
	id   int64
	demo demo
	recs []rec
	nr   uint32 // new number if settled now
}

// freeze copies what may change. Rows of loose persons are never changed in
// place, and lists only grow.
func (e *Engine) freeze(to numbering) *frozen {
	c := &frozen{base: e.base, demo: slices.Clone(e.base.demo), over: e.over, themes: slices.Clone(e.themes.ids), days: maps.Clone(e.days), last: e.last, nums: to, strange: e.strange()}
	c.over.gone, c.over.looseGone = slices.Clone(e.over.gone), slices.Clone(e.over.looseGone)
	c.over.loose, c.over.early = make(map[int64]*looser, len(e.over.loose)), maps.Clone(e.over.early)
	for id, l := range e.over.loose {
		copied := *l
		c.over.loose[id] = &copied
	}
	return c
}

func (c *frozen) write(opt Options) (*base, error) {
	t := c.nums.tree
	c.number = make([]uint32, c.base.areas+1)
	for n, id := range c.base.areaIDs {
		c.number[n] = c.nums.of(id)
	}
	c.number[c.base.areas] = uint32(t.Len()) // what the old tree did not know stays unknown: see Strange
	c.collectLoose()
	s := source{dir: opt.directory(t, c.themes), areaIDs: areaIDs(t), early: earlyList(c.over.early), days: dayList(c.days), step: opt.Step}
	s.dir.Strange = c.strange
	c.assign(&s)
	c.spread(&s)
	s.heads = c.headList()
	s.rows = c.rows
	e, err := newEngine(&s, c.nums, opt)
	if err != nil {
		return nil, err
	}
	return e.base, nil
}

func (c *frozen) collectLoose() {
	add := func(id int64, d demo, recs []rec) {
		if len(recs) == 0 {
			c.over.early[id] = d // keeps corrections of who has no rows left
			return
		}
		out := make([]rec, len(recs))
		for i, r := range recs {
			r.home, r.place = c.number[r.home], c.number[r.place]
			out[i] = r
		}
		c.moved = append(c.moved, mover{id: id, demo: d, recs: out, nr: noPerson})
	}
	for k := range len(c.base.looseOff) - 1 {
		if c.over.looseGone == nil || !c.over.looseGone[k] {
			add(c.base.ids[c.base.settled+k], c.demo[c.base.settled+k], c.base.looseRows(k))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.over.loose)) {
		add(id, c.over.loose[id].demo, c.over.loose[id].recs)
	}
}

// settles reports whether a loose person can be settled again.
func (m *mover) settles() bool {
	for i := range m.recs {
		if m.recs[i].home != m.recs[0].home || m.recs[i].minutes > maxMinutes {
			return false
		}
	}
	return true
}

// assign numbers the persons anew.
func (c *frozen) assign(s *source) {
	b, areas := c.base, s.dir.Areas
	s.homeStart = make([]uint32, areas+2)
	for nr := range uint32(b.settled) {
		if !c.over.isGone(nr) {
			s.homeStart[c.number[b.homes[nr]]+1]++
		}
	}
	var loose []*mover
	for i := range c.moved {
		if m := &c.moved[i]; m.settles() {
			s.homeStart[m.recs[0].home+1]++
		} else {
			loose = append(loose, m)
		}
	}
	for n := range areas + 1 {
		s.homeStart[n+1] += s.homeStart[n]
	}
	s.dir.Settled = int(s.homeStart[areas+1])
	next := slices.Clone(s.homeStart)
	s.ids, s.demo = make([]int64, s.dir.Settled+len(loose)), make([]demo, s.dir.Settled+len(loose))
	take := func(home uint32, id int64, d demo) uint32 {
		nr := next[home]
		next[home]++
		s.ids[nr], s.demo[nr] = id, d
		return nr
	}
	c.remap = make([]uint32, b.settled)
	for nr := range uint32(b.settled) {
		c.remap[nr] = noPerson
		if !c.over.isGone(nr) {
			c.remap[nr] = take(c.number[b.homes[nr]], b.ids[nr], c.demo[nr])
		}
	}
	for i := range c.moved {
		if m := &c.moved[i]; m.settles() {
			m.nr = take(m.recs[0].home, m.id, m.demo)
		}
	}
	s.looseOff = append(s.looseOff, 0)
	for k, m := range loose {
		s.ids[s.dir.Settled+k], s.demo[s.dir.Settled+k] = m.id, m.demo
		s.looseRecs = append(s.looseRecs, m.recs...)
		s.looseOff = append(s.looseOff, uint32(len(s.looseRecs)))
	}
}

// spread sorts the rows that are in no month of the base into months.
func (c *frozen) spread(s *source) {
	c.fresh = map[int32][]packed{}
	for i := range c.over.added {
		a := &c.over.added[i]
		if nr := c.remap[a.who]; nr != noPerson {
			m := a.day / 100
			c.fresh[m] = append(c.fresh[m], packed{who: nr, place: c.number[a.place], cell: uint16(a.cell), dayMin: packDay(a.day, a.minutes)})
		}
	}
	for i := range c.moved {
		m := &c.moved[i]
		if m.nr == noPerson {
			continue
		}
		for _, r := range m.recs {
			c.fresh[r.day/100] = append(c.fresh[r.day/100], packed{who: m.nr, place: r.place, cell: uint16(r.cell), dayMin: packDay(r.day, r.minutes)})
		}
	}
	months := maps.Clone(c.fresh)
	for i := range c.base.months {
		months[c.base.months[i].month] = nil
	}
	s.months = slices.Sorted(maps.Keys(months))
}

func (c *frozen) rows(when int32, to []packed) []packed {
	to = append(to, c.fresh[when]...)
	i, ok := slices.BinarySearchFunc(c.base.months, when, func(m month, at int32) int { return cmp.Compare(m.month, at) })
	if !ok {
		return to
	}
	m := &c.base.months[i]
	for p := range c.base.areas + 1 {
		place := c.number[p]
		for j := m.off[p]; j < m.off[p+1]; j++ {
			if nr := c.remap[m.who[j]]; nr != noPerson {
				to = append(to, packed{who: nr, place: place, cell: m.cell[j], dayMin: m.dayMin[j]})
			}
		}
	}
	return to
}

// headList cancels reversed head-counts against their originals and renumbers.
func (c *frozen) headList() []head {
	sum := map[head]int64{}
	var order []head
	for _, list := range [][]head{c.base.heads, c.over.heads} {
		for _, h := range list {
			k := head{day: h.day, home: c.number[h.home], place: c.number[h.place], cell: h.cell}
			if _, ok := sum[k]; !ok {
				order = append(order, k)
			}
			sum[k] += int64(h.n)
		}
	}
	out := make([]head, 0, len(order))
	for _, k := range order {
		for left := sum[k]; left > 0; left -= int64(k.n) {
			k.n = int32(min(left, 1<<30))
			out = append(out, k)
		}
	}
	slices.SortStableFunc(out, func(x, y head) int { return cmp.Compare(x.day, y.day) })
	return out
}
