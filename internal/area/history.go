package area

import "slices"

// version is what an area was called, and where it belonged, from a day on.
type version struct {
	from             string // "" = from the start of the area
	parentID         int64  // 0 = a root
	name, nameEN     string
	pinyin, initials string
}

// record is an area with its versions, oldest first.
type record struct {
	id       int64
	code     string
	level    Level
	from, to string
	versions []version
}

// on returns the area with the version that holds on day, or its first one.
func (r *record) on(day string) Area {
	v := r.versions[0]
	for _, w := range r.versions[1:] {
		if w.from <= day {
			v = w
		}
	}
	return Area{
		ID: r.id, Code: r.code, Level: r.level, ValidFrom: r.from, ValidTo: r.to,
		Name: v.name, NameEN: v.nameEN, ParentID: v.parentID, Pinyin: v.pinyin, Initials: v.initials,
	}
}

// Valid reports whether the area exists on day.
func (a *Area) Valid(day string) bool {
	return a.ValidFrom <= day && (a.ValidTo == "" || day < a.ValidTo)
}

// newTreeThrough numbers the areas as they are named and placed on day, and
// keeps what On and Recast need.
func newTreeThrough(all []record, succ []Successor, day string) *Tree {
	areas := make([]Area, len(all))
	past := map[int64]*record{}
	for i := range all {
		areas[i] = all[i].on(day)
		if len(all[i].versions) > 1 {
			past[all[i].id] = &all[i]
		}
	}
	t := NewTree(areas)
	t.past, t.day = past, day
	t.successors = map[int64][]Successor{}
	for _, s := range succ {
		t.successors[s.AreaID] = append(t.successors[s.AreaID], s)
	}
	return t
}

// On returns the tree as it was on day: only the areas that existed, with the
// names and parents of that day (“as it was then”).
func (t *Tree) On(day string) *Tree {
	var areas []Area
	for i := range t.areas {
		a := t.areas[i]
		if !a.Valid(day) {
			continue
		}
		if r, ok := t.past[a.ID]; ok {
			a = r.on(day)
		}
		areas = append(areas, a)
	}
	then := NewTree(areas)
	then.past, then.day, then.successors = t.past, day, t.successors
	return then
}

// Successor says which share of an ended area's people another area took.
type Successor struct {
	AreaID, SuccessorID int64
	Share               float64 // 0 < Share ≤ 1; the shares of an area add up to 1
}

// Successors returns where the people of an ended area went; empty if nobody
// said.
func (t *Tree) Successors(areaID int64) []Successor { return slices.Clone(t.successors[areaID]) }

// Share is a part of a figure that belongs to an area of today.
type Share struct {
	AreaID int64
	Share  float64
}

// Recast returns the areas of today that an area has become, through any
// number of splits and merges, and whether that is exact: shared out over
// several areas it is an estimate. An area of today is itself; an ended one
// without successors stays itself too, so that nothing is lost.
func (t *Tree) Recast(areaID int64) (parts []Share, exact bool) {
	sum := map[int64]float64{}
	var order []int64
	var walk func(id int64, share float64, seen []int64)
	walk = func(id int64, share float64, seen []int64) {
		next := t.successors[id]
		if n, ok := t.ByID(id); len(next) == 0 || ok && t.areas[n].Valid(t.day) || slices.Contains(seen, id) {
			if _, ok := sum[id]; !ok {
				order = append(order, id)
			}
			sum[id] += share
			return
		}
		for _, s := range next {
			walk(s.SuccessorID, share*s.Share, append(slices.Clone(seen), id))
		}
	}
	walk(areaID, 1, nil)
	for _, id := range order {
		parts = append(parts, Share{AreaID: id, Share: sum[id]})
	}
	return parts, len(parts) == 1
}

// Recasted is a figure in today's boundaries.
type Recasted struct {
	Value    float64
	Estimate bool // some of it came through a split: label it so
}

// RecastSum moves figures that add up over areas (person-times, hours) into
// the boundaries of the tree's day.
func (t *Tree) RecastSum(values map[int64]float64) map[int64]Recasted {
	out := make(map[int64]Recasted, len(values))
	for id, v := range values {
		parts, exact := t.Recast(id)
		for _, p := range parts {
			r := out[p.AreaID]
			r.Value += v * p.Share
			r.Estimate = r.Estimate || !exact
			out[p.AreaID] = r
		}
	}
	return out
}
