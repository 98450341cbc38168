package assign

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// Group makes panels: experts are dealt out so that every panel gets its share
// of each category, applications so that panels are of one size and nobody
// sits in a panel that is tied to them, and some applications, percent of all,
// rounded up, are drawn as anchors that are judged across panels. It changes
// the Panel and Anchor of p.
func Group(p *Problem, panels, percent int) {
	if panels < 2 {
		return
	}
	rnd := rand.New(rand.NewPCG(p.Seed, 0x67726f7570))
	order := rnd.Perm(len(p.Experts))
	slices.SortStableFunc(order, func(x, y int) int {
		return slices.Compare(p.Experts[x].Categories, p.Experts[y].Categories)
	})
	for i, e := range order {
		p.Experts[e].Panel = i%panels + 1
	}
	p.deal(rnd, panels)
	for i, a := range rnd.Perm(len(p.Applications)) {
		p.Applications[a].Anchor = i*100 < len(p.Applications)*percent
	}
}

// deal gives applications to panels, those first that few panels can judge.
func (p *Problem) deal(rnd *rand.Rand, panels int) {
	free := make([][]int, len(p.Applications)) // experts of each panel who may judge
	for a := range p.Applications {
		free[a] = make([]int, panels+1)
		for e, x := range p.Experts {
			if p.Forbidden == nil || !p.Forbidden[e][a] {
				free[a][x.Panel]++
			}
		}
	}
	able := func(a int) (n int) {
		for _, f := range free[a][1:] {
			if f >= p.Each {
				n++
			}
		}
		return n
	}
	order := rnd.Perm(len(p.Applications))
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(able(x), able(y)) })
	size := make([]int, panels+1)
	for _, a := range order {
		best := 0
		for _, i := range rnd.Perm(panels) {
			g := i + 1
			if best == 0 || better(free[a], size, p.Each, g, best) {
				best = g
			}
		}
		size[best]++
		p.Applications[a].Panel = best
	}
}

// better reports whether panel g suits more than panel h: it has enough free
// experts, it is smaller.
func better(free, size []int, each, g, h int) bool {
	if x, y := free[g] >= each, free[h] >= each; x != y {
		return x
	}
	return size[g] < size[h]
}
