package engine

import (
	"cmp"
	"maps"
	"slices"

	"xuedu/internal/area"
)

// Builder collects a whole ledger and makes an Engine of it. Rows must come in
// the order of recording.
type Builder struct {
	nums   numbering
	themes themes
	index  map[int64]*[pageSize]uint32 // person id → number in order of appearance, by page
	ids    []int64
	home   []uint32 // first home seen
	demo   []demo
	loose  []bool // moved, or has a row too long to pack
	stages map[int32]*stage
	heads  []head
	early  map[int64]demo
	days   map[int32]int64
}

// themes numbers theme ids in the order they are met.
type themes struct {
	ids []int64
	nr  map[int64]uint32
}

func newThemes(ids []int64) themes {
	t := themes{ids: slices.Clone(ids), nr: make(map[int64]uint32, len(ids))}
	for i, id := range ids {
		t.nr[id] = uint32(i)
	}
	return t
}

func (t *themes) cell(theme int64, online bool) uint32 {
	n, ok := t.nr[theme]
	if !ok {
		n = uint32(len(t.ids))
		t.ids = append(t.ids, theme)
		t.nr[theme] = n
	}
	if online {
		return 2*n + 1
	}
	return 2 * n
}

// stage holds one month's rows until the build; what a packed row cannot hold
// is in exceptions.
type stage struct {
	chunks     []*[stageSize]packed
	n          int
	exceptions []exception
}

const stageSize = 2048

type exception struct {
	at            int
	home, minutes uint32
}

// NewBuilder begins an empty ledger over a tree.
func NewBuilder(t *area.Tree) *Builder {
	return &Builder{
		nums: number(t), themes: newThemes(nil), index: map[int64]*[pageSize]uint32{}, stages: map[int32]*stage{},
		early: map[int64]demo{}, days: map[int32]int64{},
	}
}

// Add adds a row. Born and Sex of the row are not read: see SetPerson.
func (b *Builder) Add(r Row) {
	b.days[r.Day]++
	cell := b.themes.cell(r.Theme, r.Online)
	home, place := b.nums.of(r.Home), b.nums.of(r.Place)
	if r.Person == 0 {
		b.heads = append(b.heads, head{day: r.Day, home: home, place: place, cell: cell, n: r.Heads})
		return
	}
	who := b.person(r.Person, home)
	s := b.stages[r.Day/100]
	if s == nil {
		s = &stage{}
		b.stages[r.Day/100] = s
	}
	minutes := uint32(max(r.Minutes, 0))
	if home != b.home[who] || minutes > maxMinutes {
		b.loose[who] = true
		s.exceptions = append(s.exceptions, exception{at: s.n, home: home, minutes: minutes})
		minutes = 0
	}
	s.add(packed{who: who, place: place, cell: uint16(cell), dayMin: packDay(r.Day, minutes)})
}

func (s *stage) add(p packed) {
	if s.n%stageSize == 0 {
		s.chunks = append(s.chunks, new([stageSize]packed))
	}
	s.chunks[s.n/stageSize][s.n%stageSize] = p
	s.n++
}

func (b *Builder) lookup(id int64) (uint32, bool) {
	p := b.index[id>>pageBits]
	if p == nil {
		return 0, false
	}
	n := p[id&(pageSize-1)]
	return n - 1, n > 0 // 0 = nobody yet
}

func (b *Builder) person(id int64, home uint32) uint32 {
	if n, ok := b.lookup(id); ok {
		return n
	}
	p := b.index[id>>pageBits]
	if p == nil {
		p = new([pageSize]uint32)
		b.index[id>>pageBits] = p
	}
	b.ids, b.home = append(b.ids, id), append(b.home, home)
	b.demo, b.loose = append(b.demo, 0), append(b.loose, false)
	p[id&(pageSize-1)] = uint32(len(b.ids))
	return uint32(len(b.ids) - 1)
}

// SetPerson says what is known of a person. Call it after the rows, for every
// person once with what was known first, then with each correction in order;
// correction marks the latter, which are kept for people without rows too.
func (b *Builder) SetPerson(p Person, correction bool) {
	if n, ok := b.lookup(p.ID); ok {
		b.demo[n] = pack(p.Born, p.Sex)
	} else if correction {
		b.early[p.ID] = pack(p.Born, p.Sex)
	}
}

// Build makes the engine, writing its base to opt.Path. The builder is spent.
func (b *Builder) Build(opt Options) (*Engine, error) {
	s := source{dir: opt.directory(b.nums.tree, b.themes.ids), areaIDs: areaIDs(b.nums.tree), heads: b.heads, step: opt.Step}
	s.dir.Strange = *b.nums.missed
	final := b.number(&s)
	b.fillLoose(&s, final)
	slices.SortStableFunc(s.heads, func(x, y head) int { return cmp.Compare(x.day, y.day) })
	s.early, s.days = earlyList(b.early), dayList(b.days)
	s.months = slices.Sorted(maps.Keys(b.stages))
	s.rows = func(m int32, to []packed) []packed {
		st := b.stages[m]
		for i := range st.n {
			p := st.chunks[i/stageSize][i%stageSize]
			if n := final[p.who]; n < uint32(s.dir.Settled) {
				p.who = n
				to = append(to, p)
			}
		}
		delete(b.stages, m)
		return to
	}
	b.index, b.home, b.demo, b.ids = nil, nil, nil, nil
	return newEngine(&s, b.nums, opt)
}

// number puts settled persons into the order of their homes and loose ones
// behind; it returns the final number of each.
func (b *Builder) number(s *source) []uint32 {
	s.homeStart = make([]uint32, s.dir.Areas+2)
	for i, h := range b.home {
		if !b.loose[i] {
			s.homeStart[h+1]++
		}
	}
	for n := range s.dir.Areas + 1 {
		s.homeStart[n+1] += s.homeStart[n]
	}
	s.dir.Settled = int(s.homeStart[s.dir.Areas+1])
	next, loose := slices.Clone(s.homeStart), uint32(s.dir.Settled)
	final := make([]uint32, len(b.ids))
	s.ids, s.demo = make([]int64, len(b.ids)), make([]demo, len(b.ids))
	for i, h := range b.home {
		nr := &next[h]
		if b.loose[i] {
			nr = &loose
		}
		final[i], s.ids[*nr], s.demo[*nr] = *nr, b.ids[i], b.demo[i]
		*nr++
	}
	return final
}

// fillLoose lays out the rows of loose persons by day, then recording.
func (b *Builder) fillLoose(s *source, final []uint32) {
	settled, n := uint32(s.dir.Settled), len(b.ids)-s.dir.Settled
	s.looseOff = make([]uint32, n+1)
	b.eachLoose(final, settled, func(k uint32, _ rec) { s.looseOff[k+1]++ })
	for k := range n {
		s.looseOff[k+1] += s.looseOff[k]
	}
	s.looseRecs = make([]rec, s.looseOff[n])
	next := slices.Clone(s.looseOff)
	b.eachLoose(final, settled, func(k uint32, r rec) {
		s.looseRecs[next[k]] = r
		next[k]++
	})
	for k := range n {
		sortByDay(s.looseRecs[s.looseOff[k]:s.looseOff[k+1]])
	}
}

func (b *Builder) eachLoose(final []uint32, settled uint32, f func(k uint32, r rec)) {
	for _, m := range slices.Sorted(maps.Keys(b.stages)) {
		st, e := b.stages[m], 0
		for i := range st.n {
			p := &st.chunks[i/stageSize][i%stageSize]
			r := rec{day: m*100 + int32(p.dayMin>>11), home: b.home[p.who], place: p.place, cell: uint32(p.cell), minutes: uint32(p.dayMin & maxMinutes)}
			if e < len(st.exceptions) && st.exceptions[e].at == i {
				r.home, r.minutes = st.exceptions[e].home, st.exceptions[e].minutes
				e++
			}
			if n := final[p.who]; n >= settled {
				f(n-settled, r)
			}
		}
	}
}

func sortByDay(r []rec) {
	slices.SortStableFunc(r, func(x, y rec) int { return cmp.Compare(x.day, y.day) })
}

func areaIDs(t *area.Tree) []int64 {
	ids := make([]int64, t.Len())
	for n := range ids {
		ids[n] = t.At(n).ID
	}
	return ids
}

func earlyList(m map[int64]demo) []earlyPerson {
	out := make([]earlyPerson, 0, len(m))
	for _, id := range slices.Sorted(maps.Keys(m)) {
		out = append(out, earlyPerson{id: id, demo: uint64(m[id])})
	}
	return out
}

func dayList(m map[int32]int64) []dayCount {
	out := make([]dayCount, 0, len(m))
	for _, d := range slices.Sorted(maps.Keys(m)) {
		if m[d] != 0 {
			out = append(out, dayCount{day: int64(d), n: m[d]})
		}
	}
	return out
}
