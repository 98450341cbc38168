package assign

import (
	"maps"
	"slices"
)

// effort bounds how often a problem with experts that must be apart is solved
// before the best so far is mended: less often the larger it is. rounds is how
// often a large one is mended.
const (
	effort = 200_000 // pairs
	rounds = 30
)

// branch is a problem with pairs taken out of it.
type branch struct {
	answer
	banned map[[2]int32]bool
}

// apart finds the best plan in which no two experts who must be apart sit on
// one application: branch and bound, the most promising branch first. Each
// branch is solved without a look at Apart, so none below it is better, and the
// first without a clash is the best of all. false = none, or none was found.
func (s *solver) apart() (Plan, bool) {
	first, ok := s.best(nil)
	if !ok {
		return Plan{}, false
	}
	if len(s.p.Apart) == 0 {
		return s.plan(first, true), true
	}
	if s.sample > 0 {
		return s.dive(branch{first, map[[2]int32]bool{}})
	}
	open := []branch{{first, map[[2]int32]bool{}}}
	most := min(400, max(8, effort/max(1, len(s.pairs))))
	for tries := 0; len(open) > 0 && tries < most; {
		b := open[0]
		open = open[1:]
		clash := s.clashes(b.pairs)
		if len(clash) == 0 {
			return s.plan(b.answer, true), true
		}
		for _, ban := range clash[0] {
			tries++
			if next, ok := s.without(b, ban); ok {
				at, _ := slices.BinarySearchFunc(open, next, func(x, y branch) int { return slices.Compare(x.score[:], y.score[:]) })
				open = slices.Insert(open, at, next)
			}
		}
	}
	if len(open) == 0 {
		return Plan{}, false
	}
	return s.dive(open[0])
}

func (s *solver) without(b branch, bans ...[2]int32) (branch, bool) {
	banned := maps.Clone(b.banned)
	for _, x := range bans {
		banned[x] = true
	}
	x, ok := s.best(banned)
	return branch{x, banned}, ok
}

// dive takes one of each clashing pair away, all at once, until none clashes.
func (s *solver) dive(b branch) (Plan, bool) {
	for range rounds {
		clash := s.clashes(b.pairs)
		if len(clash) == 0 {
			return s.plan(b.answer, false), true
		}
		var bans [][2]int32
		for _, c := range clash {
			bans = append(bans, c[s.rnd.IntN(2)])
		}
		next, ok := s.without(b, bans...)
		if !ok {
			return Plan{}, false
		}
		b = next
	}
	return Plan{}, false
}

// clashes lists the pairs of which two sit together that must not. Of a pinned
// and a free one only the free one can go; two pinned ones may stay.
func (s *solver) clashes(chosen []int) (out [][2][2]int32) {
	sits := make(map[[2]int32]*pair, len(chosen))
	for _, i := range chosen {
		sits[[2]int32{s.pairs[i].e, s.pairs[i].a}] = &s.pairs[i]
	}
	for a := range s.p.Applications {
		for _, x := range s.p.Apart {
			l, r := [2]int32{int32(x[0]), int32(a)}, [2]int32{int32(x[1]), int32(a)}
			p, q := sits[l], sits[r]
			switch {
			case p == nil || q == nil || p.pinned && q.pinned || x[0] == x[1]:
				continue
			case p.pinned:
				l = r
			case q.pinned:
				r = l
			}
			out = append(out, [2][2]int32{l, r})
		}
	}
	return out
}
