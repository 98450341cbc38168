package engine

import (
	"fmt"
	"sort"

	"xuedu/internal/area"
)

// directory says what a base holds and where.
type directory struct {
	City    string  `json:"city"`   // id of the city
	Tree    string  `json:"tree"`   // digest of the tree the areas are numbered by
	Mark    string  `json:"mark"`   // proof that the ledger is the one it was built from
	Last    int64   `json:"last"`   // ledger number up to which it is complete
	Areas   int     `json:"areas"`  // length of the tree
	Themes  []int64 `json:"themes"` // theme ids by index; a cell is 2 × index + online
	Settled int     `json:"settled"`
	Rows    int64   `json:"rows"`    // of settled persons
	Strange bool    `json:"strange"` // a row names an area that the tree does not know

	AreaIDs   span       `json:"area_ids"`
	IDs       span       `json:"ids"`
	Demo      span       `json:"demo"`
	HomeStart span       `json:"home_start"`
	PageKeys  span       `json:"page_keys"`
	Pages     span       `json:"pages"`
	LooseOff  span       `json:"loose_off"`
	LooseRecs span       `json:"loose_recs"`
	Heads     span       `json:"heads"`
	Early     span       `json:"early"`
	Days      span       `json:"days"`
	Months    []monthDir `json:"months"`
}

type monthDir struct {
	Month   int32   `json:"month"` // 202403
	Off     span    `json:"off"`
	Who     span    `json:"who"`
	Cell    span    `json:"cell"`
	DayMin  span    `json:"daymin"`
	Any     span    `json:"any"`
	SetKind span    `json:"set_kind"`
	SetAt   span    `json:"set_at"`
	Sparse  span    `json:"sparse"`
	Dense   span    `json:"dense"`
	Home    sumsDir `json:"home"`
	Place   sumsDir `json:"place"`
}

type sumsDir struct {
	Off     span `json:"off"`
	Cell    span `json:"cell"`
	Rows    span `json:"rows"`
	Minutes span `json:"minutes"`
}

// base is the immutable part. Area number n = len(areaIDs) stands for areas
// that the tree does not know.
type base struct {
	block   block
	dir     directory
	areas   int
	settled int // persons 0..settled-1 are settled, in the order of homes; the rest are loose

	areaIDs   []int64
	ids       []int64  // person ids
	demo      []demo   // in ordinary memory: corrections are made in place
	homeStart []uint32 // first person of each area, areas+2 long
	homes     []uint32 // home of each settled person, in ordinary memory
	pageKeys  []int64
	pages     []uint32
	looseOff  []uint32
	looseRecs []rec
	heads     []head
	early     []earlyPerson
	days      []dayCount
	months    []month // in order
}

// month is one calendar month of rows of settled persons.
type month struct {
	month   int32
	off     []uint32 // rows of place p are off[p]..off[p+1], areas+2 long
	who     []uint32
	cell    []uint16
	dayMin  []uint16
	any     []uint64
	setKind []uint8  // by cell
	setAt   []uint32 // by cell: index into dense words, or into sparse chunk starts
	sparse  []uint16 // chunk by chunk of 65,536 persons
	chunks  []uint32 // per sparse cell: start of each chunk in sparse, and the end
	dense   []uint64
	byHome  monthSums
	byPlace monthSums
}

// monthSums are rows and minutes by area and cell.
type monthSums struct {
	off     []uint32 // by area, areas+2 long
	cell    []uint16
	rows    []uint32
	minutes []uint64
}

// The kinds of a set of persons.
const (
	setNone uint8 = iota
	setSparse
	setDense
)

// earlyPerson is a correction for somebody without rows yet.
type earlyPerson struct {
	id   int64
	demo uint64
}

// dayCount is the number of live rows of a day, head-counts included.
type dayCount struct {
	day, n int64
}

const (
	pageBits = 8
	pageSize = 1 << pageBits
	noPerson = ^uint32(0)
)

// find returns the number of a person.
func (b *base) find(id int64) (uint32, bool) {
	k := id >> pageBits
	i := sort.Search(len(b.pageKeys), func(i int) bool { return b.pageKeys[i] >= k })
	if i == len(b.pageKeys) || b.pageKeys[i] != k {
		return 0, false
	}
	nr := b.pages[i<<pageBits+int(id&(pageSize-1))]
	return nr, nr != noPerson
}

func (b *base) words() int { return (b.settled + 63) / 64 }

// looseRows returns the rows of the k-th loose person.
func (b *base) looseRows(k int) []rec { return b.looseRecs[b.looseOff[k]:b.looseOff[k+1]] }

// openBase checks a block and makes it a base for the tree.
func openBase(blk block) (b *base, err error) {
	defer func() {
		if p := recover(); p != nil { // a span outside the block
			b, err = nil, fmt.Errorf("%w: %v", errDamaged, p)
		}
	}()
	b = &base{block: blk}
	if err := readDir(blk.bytes, &b.dir); err != nil {
		return nil, err
	}
	d, raw := &b.dir, blk.bytes
	b.areas, b.settled = d.Areas, d.Settled
	b.areaIDs = view[int64](raw, d.AreaIDs)
	b.ids = view[int64](raw, d.IDs)
	b.demo = append([]demo(nil), view[demo](raw, d.Demo)...)
	b.homeStart = view[uint32](raw, d.HomeStart)
	b.pageKeys = view[int64](raw, d.PageKeys)
	b.pages = view[uint32](raw, d.Pages)
	b.looseOff = view[uint32](raw, d.LooseOff)
	b.looseRecs = view[rec](raw, d.LooseRecs)
	b.heads = view[head](raw, d.Heads)
	b.early = view[earlyPerson](raw, d.Early)
	b.days = view[dayCount](raw, d.Days)
	b.months = make([]month, len(d.Months))
	for i := range d.Months {
		b.months[i] = openMonth(raw, &d.Months[i])
	}
	if len(b.homeStart) != b.areas+2 || len(b.areaIDs) != b.areas || len(b.ids) < b.settled || len(b.looseOff) != len(b.ids)-b.settled+1 {
		return nil, errDamaged
	}
	b.homes = make([]uint32, b.settled)
	for n := range b.areas + 1 {
		for i := b.homeStart[n]; i < b.homeStart[n+1]; i++ {
			b.homes[i] = uint32(n)
		}
	}
	return b, nil
}

func openMonth(raw []byte, d *monthDir) month {
	m := month{
		month: d.Month, off: view[uint32](raw, d.Off), who: view[uint32](raw, d.Who), cell: view[uint16](raw, d.Cell),
		dayMin: view[uint16](raw, d.DayMin), any: view[uint64](raw, d.Any), setKind: view[uint8](raw, d.SetKind),
		sparse: view[uint16](raw, d.Sparse), dense: view[uint64](raw, d.Dense),
		byHome: openSums(raw, d.Home), byPlace: openSums(raw, d.Place),
	}
	at := view[uint32](raw, d.SetAt)
	m.setAt, m.chunks = at[:len(m.setKind)], at[len(m.setKind):]
	return m
}

func openSums(raw []byte, d sumsDir) monthSums {
	return monthSums{off: view[uint32](raw, d.Off), cell: view[uint16](raw, d.Cell), rows: view[uint32](raw, d.Rows), minutes: view[uint64](raw, d.Minutes)}
}

// numbering translates area ids to the numbers of a tree.
type numbering struct {
	tree   *area.Tree
	missed *bool // an id was not in the tree
}

func number(t *area.Tree) numbering { return numbering{tree: t, missed: new(bool)} }

// of returns the number of an area id; what the tree does not know is Len.
func (t numbering) of(id int64) uint32 {
	if n, ok := t.tree.ByID(id); ok {
		return uint32(n)
	}
	*t.missed = true
	return uint32(t.tree.Len())
}
