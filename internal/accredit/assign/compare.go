package assign

import (
	"cmp"
	"slices"
)

// Meter says whether scores of different panels can be compared at all: only
// where applications are judged by experts of both (P1.7).
type Meter struct {
	Parts    int      // groups of experts that no application links; 1 = all are linked
	Links    []Link   // between panels, grouped mode only
	Weakest  int      // fewest shared applications of a panel, grouped mode only
	Proposed [][2]int // expert, application: scores across that would link the parts
}

// Link is how many applications two panels share.
type Link struct{ A, B, Shared int }

// Connected reports whether every expert is linked with every other.
func (m Meter) Connected() bool { return m.Parts <= 1 }

// Comparable measures a plan. Where it falls into parts it proposes the pairs
// that would link them: an expert of another part with the least load who may
// judge the application.
func Comparable(p Problem, pairs [][2]int) Meter {
	judges := make([][]int, len(p.Applications))
	load := make([]int, len(p.Experts))
	u := newUnion(len(p.Experts))
	for _, x := range pairs {
		judges[x[1]] = append(judges[x[1]], x[0])
		u.join(judges[x[1]][0], x[0])
		load[x[0]]++
	}
	m := Meter{Parts: u.parts(load)}
	m.Links, m.Weakest = p.links(judges)
	for a, list := range judges {
		if e := p.linker(u, load, list, a); e >= 0 {
			m.Proposed = append(m.Proposed, [2]int{e, a})
			u.join(list[0], e)
		}
	}
	return m
}

// linker returns the least busy expert of another part who may judge an
// application, -1 if there is none.
func (p *Problem) linker(u *union, load, list []int, a int) int {
	best := -1
	for e := range p.Experts {
		if len(list) == 0 || load[e] == 0 || u.root(e) == u.root(list[0]) || p.Forbidden != nil && p.Forbidden[e][a] {
			continue
		}
		if best < 0 || load[e] < load[best] {
			best = e
		}
	}
	return best
}

// links counts the applications that each two panels share.
func (p *Problem) links(judges [][]int) (out []Link, weakest int) {
	shared, panels := map[[2]int]int{}, 0
	of := map[int]int{} // applications of a panel that another judges too
	for _, list := range judges {
		var in []int
		for _, e := range list {
			in = append(in, p.Experts[e].Panel)
		}
		slices.Sort(in)
		in = slices.Compact(in)
		for i, x := range in {
			for _, y := range in[i+1:] {
				shared[[2]int{x, y}]++
			}
			if len(in) > 1 {
				of[x]++
			}
		}
	}
	for _, e := range p.Experts {
		panels = max(panels, e.Panel)
	}
	for x := 1; x <= panels; x++ {
		for y := x + 1; y <= panels; y++ {
			out = append(out, Link{x, y, shared[[2]int{x, y}]})
		}
		if x == 1 || of[x] < weakest {
			weakest = of[x]
		}
	}
	slices.SortFunc(out, func(x, y Link) int { return cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B)) })
	return out, weakest
}

// union is a set of sets.
type union struct{ up []int }

func newUnion(n int) *union { return &union{indexes(n, nil)} }

func (u *union) root(x int) int {
	for u.up[x] != x {
		u.up[x] = u.up[u.up[x]]
		x = u.up[x]
	}
	return x
}

func (u *union) join(x, y int) { u.up[u.root(x)] = u.root(y) }

// parts counts the sets of who has work.
func (u *union) parts(load []int) int {
	seen := map[int]bool{}
	for e, n := range load {
		if n > 0 {
			seen[u.root(e)] = true
		}
	}
	return len(seen)
}
