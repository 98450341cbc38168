package measure

import (
	"slices"
	"sync"

	"xuedu/internal/area"
	"xuedu/internal/errs"
)

// axis is a tree laid out for columns.
type axis struct {
	tree   *area.Tree
	parent []int32
	last   []int32
	rank   []int8 // of the level, from the top down
	runs   []siblings
	inner  []int32 // areas with areas below them, from the last to the first

	mu  sync.Mutex
	anc map[area.Level][]int32
	of  map[area.Level][]bool
	den map[int64][]int64
}

// siblings are areas side by side that have one parent and nothing below them.
type siblings struct{ parent, from, to int32 }

func newAxis(t *area.Tree) *axis {
	n := t.Len()
	x := &axis{tree: t, parent: make([]int32, n), last: make([]int32, n), rank: make([]int8, n),
		anc: map[area.Level][]int32{}, of: map[area.Level][]bool{}, den: map[int64][]int64{}}
	for i := range n {
		x.parent[i], x.last[i], x.rank[i] = int32(t.Parent(i)), int32(t.Last(i)), int8(rankOf(t.At(i).Level))
	}
	x.findRuns()
	return x
}

func (x *axis) findRuns() {
	for i := len(x.parent) - 1; i >= 0; i-- {
		if x.last[i] > int32(i)+1 {
			x.inner = append(x.inner, int32(i))
			continue
		}
		if k := len(x.runs) - 1; k >= 0 && x.runs[k].parent == x.parent[i] && x.runs[k].from == int32(i)+1 {
			x.runs[k].from--
			continue
		}
		x.runs = append(x.runs, siblings{x.parent[i], int32(i), int32(i) + 1})
	}
}

// dens returns the denominators of a column: den everywhere, nil for 1.
func (x *axis) dens(den int64) []int64 {
	if den == 1 {
		return nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.den[den] == nil {
		x.den[den] = slices.Repeat([]int64{den}, len(x.parent))
	}
	return x.den[den]
}

func levelOf(name string) (area.Level, error) {
	if l := area.Level(name); rankOf(l) >= 0 {
		return l, nil
	}
	return "", errs.New(errs.Invalid, "measure.no_level", "Level", name)
}

// ancestor returns for each area the number of its ancestor at a level, or -1.
func (x *axis) ancestor(name string) ([]int32, error) {
	l, err := levelOf(name)
	if err != nil {
		return nil, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.anc[l] == nil {
		out := make([]int32, len(x.parent))
		for i := range out {
			switch {
			case x.tree.At(i).Level == l:
				out[i] = int32(i)
			case x.parent[i] >= 0:
				out[i] = out[x.parent[i]]
			default:
				out[i] = -1
			}
		}
		x.anc[l] = out
	}
	return x.anc[l], nil
}

// within returns for each area the first number behind its subtree, and
// whether it is of the level.
func (x *axis) within(name string) ([]int32, []bool, error) {
	l, err := levelOf(name)
	if err != nil {
		return nil, nil, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.of[l] == nil {
		out := make([]bool, len(x.parent))
		for i := range out {
			out[i] = x.tree.At(i).Level == l
		}
		x.of[l] = out
	}
	return x.last, x.of[l], nil
}
