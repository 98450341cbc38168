// Package area keeps the areas of a city through time: a tree of statistical
// codes with names, parents and validity, and the population series.
package area

// Level is the rank of an area. The order of the constants is from the top
// down; a tree may skip levels.
type Level string

// The levels of a tree. Nothing but this package reads digits of a code.
const (
	Country   Level = "country"
	Province  Level = "province"
	City      Level = "city"
	District  Level = "district"
	Street    Level = "street"    // street, town or township
	Community Level = "community" // community or village
)

// Area is one code with the name and parent it has at the tree's date.
type Area struct {
	ID        int64 // small, stable: used in the ledger
	Code      string
	Name      string
	NameEN    string // may be empty
	Level     Level
	ParentID  int64  // 0 = a root
	ValidFrom string // day, "" = always
	ValidTo   string // first day it no longer holds, "" = still holds
	Initials  string // hdq for 海淀区
	Pinyin    string // sort key
}

// In returns the name in lang, or the Chinese name where there is none.
func (a *Area) In(lang string) string {
	if lang == "en" && a.NameEN != "" {
		return a.NameEN
	}
	return a.Name
}

// Tree is an immutable tree numbered in preorder: the subtree of number n is
// the range [n, Last(n)). Ended areas stay, under their last parent, so that
// old records keep their place; Area.ValidTo tells. Safe for concurrent use.
type Tree struct {
	areas  []Area // by preorder number
	last   []int32
	parent []int32
	byCode map[string]int32
	byID   map[int64]int32

	day        string // the day it speaks of; "" if made by NewTree alone
	past       map[int64]*record
	successors map[int64][]Successor
}

// Len returns the number of areas.
func (t *Tree) Len() int { return len(t.areas) }

// At returns the area with preorder number n, which must be below Len.
func (t *Tree) At(n int) *Area { return &t.areas[n] }

// Last returns the first number behind the subtree of n.
func (t *Tree) Last(n int) int { return int(t.last[n]) }

// Parent returns the number of n's parent, or -1 for a root.
func (t *Tree) Parent(n int) int { return int(t.parent[n]) }

// ByCode returns the number of a code; false if the tree has no such code.
func (t *Tree) ByCode(code string) (int, bool) {
	n, ok := t.byCode[code]
	return int(n), ok
}

// ByID returns the number of an area id; false if the tree has no such id.
func (t *Tree) ByID(id int64) (int, bool) {
	n, ok := t.byID[id]
	return int(n), ok
}

// Below returns the numbers of all areas of a level in the subtree of n, n
// itself included if it is of that level, in preorder.
func (t *Tree) Below(n int, l Level) []int {
	var out []int
	for i := n; i < t.Last(n); i++ {
		if t.areas[i].Level == l {
			out = append(out, i)
		}
	}
	return out
}

// Children returns the numbers of the areas directly below n, in preorder.
func (t *Tree) Children(n int) []int {
	var out []int
	for i := n + 1; i < t.Last(n); i = t.Last(i) {
		out = append(out, i)
	}
	return out
}

// Path returns the numbers from the root down to n.
func (t *Tree) Path(n int) []int {
	if n < 0 {
		return nil
	}
	return append(t.Path(t.Parent(n)), n)
}

// NewTree numbers the areas in preorder; brothers stand in the order of their
// codes. An area whose parent is missing becomes a root.
func NewTree(areas []Area) *Tree {
	t := &Tree{byCode: make(map[string]int32, len(areas)), byID: make(map[int64]int32, len(areas))}
	known := make(map[int64]bool, len(areas))
	for i := range areas {
		known[areas[i].ID] = true
	}
	children := make(map[int64][]int, len(areas))
	for _, i := range sortedByCode(areas) {
		p := areas[i].ParentID
		if !known[p] {
			p = 0
		}
		children[p] = append(children[p], i)
	}
	t.number(areas, children, 0, -1)
	return t
}

func (t *Tree) number(areas []Area, children map[int64][]int, id int64, parent int32) {
	for _, i := range children[id] {
		n := int32(len(t.areas))
		t.areas = append(t.areas, areas[i])
		t.parent = append(t.parent, parent)
		t.last = append(t.last, 0)
		t.byCode[areas[i].Code] = n
		t.byID[areas[i].ID] = n
		t.number(areas, children, areas[i].ID, n)
		t.last[n] = int32(len(t.areas))
	}
}
