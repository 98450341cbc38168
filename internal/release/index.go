package release

// Index finds things in a release by name. It does not change it, and is safe
// for concurrent use.
type Index struct {
	r       *Release
	cells   map[Key]int
	defs    map[string]int
	areas   map[string]int
	targets map[string]int
}

// NewIndex indexes a release.
func NewIndex(r *Release) *Index {
	x := &Index{r: r, cells: make(map[Key]int, len(r.Cells)), defs: map[string]int{}, areas: map[string]int{}, targets: map[string]int{}}
	for i := range r.Cells {
		x.cells[r.Cells[i].Key()] = i
	}
	for i := range r.Measures {
		x.defs[r.Measures[i].Code] = i
	}
	for i := range r.Areas {
		x.areas[r.Areas[i].Code] = i
	}
	for i := range r.Targets {
		x.targets[r.Targets[i].Code] = i
	}
	return x
}

func at[K comparable, T any](m map[K]int, k K, list []T) (v T, ok bool) {
	i, ok := m[k]
	if ok {
		v = list[i]
	}
	return v, ok
}

// Cell returns the cell of a name.
func (x *Index) Cell(k Key) (Cell, bool) { return at(x.cells, k, x.r.Cells) }

// Definition returns what a code means.
func (x *Index) Definition(code string) (Definition, bool) { return at(x.defs, code, x.r.Measures) }

// Area returns an area of the tree.
func (x *Index) Area(code string) (Area, bool) { return at(x.areas, code, x.r.Areas) }

// Target returns a target of the plan.
func (x *Index) Target(code string) (Target, bool) { return at(x.targets, code, x.r.Targets) }

// Words returns the phrases of a language.
func (x *Index) Words(lang string) Words { return x.r.Words[lang] }

// Below returns the areas of a level below an area, in the order of the tree.
func (x *Index) Below(code, level string) (out []Area) {
	for _, a := range x.r.Areas {
		if a.Level == level && x.isBelow(a, code) {
			out = append(out, a)
		}
	}
	return out
}

func (x *Index) isBelow(a Area, code string) bool {
	for a.Parent != "" {
		if a.Parent == code {
			return true
		}
		up, ok := x.Area(a.Parent)
		if !ok {
			return false
		}
		a = up
	}
	return false
}
