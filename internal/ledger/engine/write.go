package engine

import (
	"io"
	"slices"
)

// packed is a row of a settled person on its way into a month.
type packed struct {
	who, place   uint32
	cell, dayMin uint16
}

// source is everything a base is written from. Persons are in their final
// order: settled by home, then loose.
type source struct {
	dir       directory // City, Tree, Mark, Last, Areas, Themes, Settled
	areaIDs   []int64
	ids       []int64
	demo      []demo
	homeStart []uint32
	looseOff  []uint32
	looseRecs []rec
	heads     []head
	early     []earlyPerson
	days      []dayCount
	months    []int32 // in order
	// rows appends the settled persons' rows of a month, in any order.
	rows func(month int32, to []packed) []packed
	// step is told after each month how many of all are done.
	step func(done, all int)
}

// write writes the block of a base.
func (s *source) write(w io.Writer) error {
	b := newBlockWriter(w)
	d := s.dir
	d.AreaIDs, d.IDs, d.Demo = put(b, s.areaIDs), put(b, s.ids), put(b, s.demo)
	d.HomeStart = put(b, s.homeStart)
	keys, pages := index(s.ids)
	d.PageKeys, d.Pages = put(b, keys), put(b, pages)
	d.LooseOff, d.LooseRecs = put(b, s.looseOff), put(b, s.looseRecs)
	d.Heads, d.Early, d.Days = put(b, s.heads), put(b, s.early), put(b, s.days)
	mw := monthWriter{b: b, areas: d.Areas, settled: d.Settled, cells: 2 * len(d.Themes), homeStart: s.homeStart}
	for i, m := range s.months {
		mw.rows = s.rows(m, mw.rows[:0])
		d.Rows += int64(len(mw.rows))
		d.Months = append(d.Months, mw.write(m))
		if b.err != nil {
			return b.err
		}
		if s.step != nil {
			s.step(i+1, len(s.months))
		}
	}
	return b.finish(&d)
}

// index lays the numbers of persons out by id, in pages of ids that occur.
func index(ids []int64) (keys []int64, pages []uint32) {
	seen := make(map[int64]struct{}, len(ids)/pageSize+1)
	last := int64(-1)
	for _, id := range ids {
		if k := id >> pageBits; k != last {
			seen[k] = struct{}{}
			last = k
		}
	}
	keys = make([]int64, 0, len(seen))
	for k := range seen {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	pages = make([]uint32, len(keys)<<pageBits)
	for i := range pages {
		pages[i] = noPerson
	}
	at := make(map[int64]int, len(keys))
	for i, k := range keys {
		at[k] = i
	}
	for nr, id := range ids {
		pages[at[id>>pageBits]<<pageBits+int(id&(pageSize-1))] = uint32(nr)
	}
	return keys, pages
}

// monthWriter turns the rows of one month after the other into arrays.
type monthWriter struct {
	b                     *blockWriter
	areas, settled, cells int
	homeStart             []uint32
	rows, spare           []packed
}

func (w *monthWriter) write(m int32) monthDir {
	d := monthDir{Month: m}
	w.spare = slices.Grow(w.spare[:0], len(w.rows))[:len(w.rows)]
	w.sortByPerson()
	w.putSets(&d)
	d.Home = w.putHomeSums()
	off := w.sortByPlace()
	d.Off = put(w.b, off)
	d.Place = w.putPlaceSums(off)
	who, cell, dayMin := make([]uint32, len(w.rows)), make([]uint16, len(w.rows)), make([]uint16, len(w.rows))
	for i, r := range w.rows {
		who[i], cell[i], dayMin[i] = r.who, r.cell, r.dayMin
	}
	d.Who, d.Cell, d.DayMin = put(w.b, who), put(w.b, cell), put(w.b, dayMin)
	return d
}

// sortByPerson sorts by radix, 12 bits at a time.
func (w *monthWriter) sortByPerson() {
	const bits = 12
	for shift := 0; shift == 0 || w.settled>>shift > 0; shift += bits {
		var start [1<<bits + 1]int
		for i := range w.rows {
			start[w.rows[i].who>>shift&(1<<bits-1)+1]++
		}
		for i := range 1 << bits {
			start[i+1] += start[i]
		}
		for _, r := range w.rows {
			k := r.who >> shift & (1<<bits - 1)
			w.spare[start[k]] = r
			start[k]++
		}
		w.rows, w.spare = w.spare, w.rows
	}
}

// sortByPlace sorts by counting, keeps the order of persons inside a place and
// returns where each place starts.
func (w *monthWriter) sortByPlace() []uint32 {
	off := make([]uint32, w.areas+2)
	for i := range w.rows {
		off[w.rows[i].place+1]++
	}
	for i := range w.areas + 1 {
		off[i+1] += off[i]
	}
	next := slices.Clone(off)
	for _, r := range w.rows {
		w.spare[next[r.place]] = r
		next[r.place]++
	}
	w.rows, w.spare = w.spare, w.rows
	return off
}

// putSets writes who attended at all, and who by cell. A set of one person in
// sixteen or more is written as bits.
func (w *monthWriter) putSets(d *monthDir) {
	words := (w.settled + 63) / 64
	any := make([]uint64, words)
	lists := make([][]uint32, w.cells)
	for _, r := range w.rows {
		any[r.who>>6] |= 1 << (r.who & 63)
		l := lists[r.cell]
		if n := len(l); n == 0 || l[n-1] != r.who {
			lists[r.cell] = append(l, r.who)
		}
	}
	kind, at := make([]uint8, w.cells), make([]uint32, w.cells)
	var chunks []uint32
	var sparse []uint16
	var dense []uint64
	for c, l := range lists {
		switch {
		case len(l) == 0:
		case len(l) > w.settled/16:
			kind[c], at[c] = setDense, uint32(len(dense))
			dense = append(dense, make([]uint64, words)...)
			for _, p := range l {
				dense[int(at[c])+int(p>>6)] |= 1 << (p & 63)
			}
		default:
			kind[c], at[c] = setSparse, uint32(len(chunks))
			chunks, sparse = appendChunks(chunks, sparse, l, w.settled)
		}
	}
	d.Any, d.SetKind, d.SetAt = put(w.b, any), put(w.b, kind), put(w.b, append(at, chunks...))
	d.Sparse, d.Dense = put(w.b, sparse), put(w.b, dense)
}

func appendChunks(chunks []uint32, sparse []uint16, l []uint32, settled int) ([]uint32, []uint16) {
	i := 0
	for chunk := range (settled + 65535) / 65536 {
		chunks = append(chunks, uint32(len(sparse)))
		for ; i < len(l) && int(l[i]>>16) == chunk; i++ {
			sparse = append(sparse, uint16(l[i]))
		}
	}
	return append(chunks, uint32(len(sparse))), sparse
}

// sumsWriter adds rows area by area.
type sumsWriter struct {
	monthSums
	n     []uint32 // by cell
	min   []uint64
	cells []uint16 // that occur in the area at hand
}

func newSumsWriter(cells int) *sumsWriter {
	return &sumsWriter{n: make([]uint32, cells), min: make([]uint64, cells)}
}

func (s *sumsWriter) add(r packed) {
	if s.n[r.cell] == 0 {
		s.cells = append(s.cells, r.cell)
	}
	s.n[r.cell]++
	s.min[r.cell] += uint64(r.dayMin & maxMinutes)
}

// begin starts the next area; called once more it ends the last.
func (s *sumsWriter) begin() {
	slices.Sort(s.cells)
	for _, c := range s.cells {
		s.cell, s.rows, s.minutes = append(s.cell, c), append(s.rows, s.n[c]), append(s.minutes, s.min[c])
		s.n[c], s.min[c] = 0, 0
	}
	s.cells = s.cells[:0]
	s.off = append(s.off, uint32(len(s.cell)))
}

func (s *sumsWriter) put(b *blockWriter) sumsDir {
	return sumsDir{Off: put(b, s.off), Cell: put(b, s.cell), Rows: put(b, s.rows), Minutes: put(b, s.minutes)}
}

// putHomeSums needs the rows in the order of persons, which is that of homes.
func (w *monthWriter) putHomeSums() sumsDir {
	s, i := newSumsWriter(w.cells), 0
	for n := range w.areas + 1 {
		s.begin()
		for ; i < len(w.rows) && w.rows[i].who < w.homeStart[n+1]; i++ {
			s.add(w.rows[i])
		}
	}
	s.begin()
	return s.put(w.b)
}

func (w *monthWriter) putPlaceSums(off []uint32) sumsDir {
	s := newSumsWriter(w.cells)
	for n := range w.areas + 1 {
		s.begin()
		for _, r := range w.rows[off[n]:off[n+1]] {
			s.add(r)
		}
	}
	s.begin()
	return s.put(w.b)
}
