package assign

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
)

// exactPairs is up to how many possible pairs a problem is solved exactly; of a
// larger one each application chooses among a sample, drawn by the seed, that
// grows until there is a plan.
const exactPairs = 200_000

// solver is a problem being solved.
type solver struct {
	p       *Problem
	rnd     *rand.Rand
	panels  int
	class   []int32 // of each expert
	classes []class
	order   []int // experts as drawn
	kept    map[[2]int]bool
	pinned  map[[2]int]bool
	sample  int // pairs of each application, 0 = all
	pairs   []pair
}

func newSolver(p *Problem) *solver {
	s := &solver{p: p, rnd: rand.New(rand.NewPCG(p.Seed, 0x9e3779b97f4a7c15)), kept: set(p.Keep), pinned: set(p.Pinned)}
	for _, e := range p.Experts {
		s.panels = max(s.panels, e.Panel)
		k := class{panel: e.Panel}
		for i, b := range p.Categories {
			if slices.Contains(e.Categories, b.Category) {
				k.cats |= 1 << i
			}
		}
		at := slices.Index(s.classes, k)
		if at < 0 {
			at, s.classes = len(s.classes), append(s.classes, k)
		}
		s.class = append(s.class, int32(at))
	}
	s.order = s.rnd.Perm(len(p.Experts))
	if len(p.Experts)*len(p.Applications) > exactPairs {
		s.sample = 4 * max(p.Each, 8)
	}
	s.candidates()
	return s
}

func set(list [][2]int) map[[2]int]bool {
	m := make(map[[2]int]bool, len(list))
	for _, x := range list {
		m[x] = true
	}
	return m
}

// widen lets applications choose among more experts; false if they already
// choose among all.
func (s *solver) widen() bool {
	if s.sample == 0 {
		return false
	}
	if s.sample *= 4; s.sample >= len(s.p.Experts) {
		s.sample = 0
	}
	s.candidates()
	return true
}

// candidates lists the pairs that may be, in an order drawn by the seed.
func (s *solver) candidates() {
	s.pairs = s.pairs[:0]
	for a := range s.p.Applications {
		s.pairs = append(s.pairs, s.some(s.of(a))...)
	}
	s.rnd.Shuffle(len(s.pairs), func(i, j int) { s.pairs[i], s.pairs[j] = s.pairs[j], s.pairs[i] })
}

// of lists the pairs of an application, in an order drawn by the seed where
// they are sampled.
func (s *solver) of(a int) []pair {
	open := make([]bool, len(s.classes))
	for _, x := range s.slots(a) {
		for c, k := range s.classes {
			open[c] = open[c] || s.fills(k, a, x)
		}
	}
	var out []pair
	for e := range s.p.Experts {
		if s.forbidden(e, a) || !open[s.class[e]] {
			continue
		}
		x := pair{e: int32(e), a: int32(a), fit: s.fit(e, a), kept: s.kept[[2]int{e, a}], pinned: s.pinned[[2]int{e, a}]}
		out = append(out, x)
	}
	return out
}

// some samples the pairs of an application: those that are, half of the sample
// the best, half any, and enough of each category.
func (s *solver) some(all []pair) []pair {
	if s.sample == 0 || len(all) <= s.sample {
		return all
	}
	s.rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	if s.p.Fit != nil {
		slices.SortStableFunc(all[:len(all)/2], func(x, y pair) int { return cmp.Compare(y.fit, x.fit) })
	}
	left := make([]int, len(s.p.Categories))
	for c, b := range s.p.Categories {
		left[c] = 4 * b.Least
	}
	var out []pair
	for i, x := range all {
		take := i < s.sample/2 || i >= len(all)-s.sample/2 || x.kept || x.pinned
		for c := range left {
			if left[c] > 0 && s.classes[s.class[x.e]].cats&(1<<c) != 0 {
				left[c]--
				take = true
			}
		}
		if take {
			out = append(out, x)
		}
	}
	return out
}

func (s *solver) forbidden(e, a int) bool { return s.p.Forbidden != nil && s.p.Forbidden[e][a] }

// fit is how well an expert fits, in Steps.
func (s *solver) fit(e, a int) int {
	if s.p.Fit == nil {
		return Steps
	}
	return int(math.Round(min(1, max(0, s.p.Fit[e][a])) * Steps))
}

// answer is a plan without a look at Apart, and how good it is: pinned pairs
// missing, changes, floor below the best, cost; less is better.
type answer struct {
	pairs []int // of solver.pairs
	score [4]int64
}

// best finds the best answer without some pairs; false if there is none.
func (s *solver) best(banned map[[2]int32]bool) (answer, bool) {
	free, ok := s.try(terms{banned: banned, cat: allSlots})
	if !ok {
		return answer{}, false
	}
	floor := 0
	if s.p.Fit != nil { // the highest floor with which no more is changed
		floor = sort.Search(Steps, func(i int) bool {
			x, ok := s.try(terms{floor: i + 1, banned: banned, cat: allSlots})
			return !ok || x.score[0] > free.score[0] || x.score[1] > free.score[1]
		})
	}
	return s.try(terms{floor: floor, rest: true, banned: banned, cat: allSlots})
}

func (s *solver) try(w terms) (answer, bool) {
	n := s.network(w)
	if flow, _ := n.run(n.s, n.t); flow < n.need {
		return answer{}, false
	}
	x := answer{pairs: n.chosen()}
	x.score = s.score(x.pairs)
	return x, true
}

func (s *solver) score(pairs []int) [4]int64 {
	load := make([]int64, len(s.p.Experts))
	pinned, kept, floor, cost := len(s.pinned), len(s.kept), Steps, int64(0)
	for _, i := range pairs {
		x := s.pairs[i]
		load[x.e]++
		cost += int64(Steps - x.fit)
		if x.pinned {
			pinned--
		}
		if x.kept {
			kept--
		}
		if !x.kept && !x.pinned {
			floor = min(floor, x.fit)
		}
	}
	for _, l := range load {
		cost += Balance * l * l
	}
	return [4]int64{int64(pinned), int64(kept), int64(Steps - floor), cost}
}

// plan is an answer in the terms of the problem.
func (s *solver) plan(x answer, exact bool) Plan {
	p := Plan{Floor: Steps - int(x.score[2]), Moved: int(x.score[1]), Cost: x.score[3], Exact: exact && s.sample == 0, Pairs: [][2]int{}}
	total := make([]float64, len(s.p.Applications))
	for _, i := range x.pairs {
		e, a := int(s.pairs[i].e), int(s.pairs[i].a)
		p.Pairs = append(p.Pairs, [2]int{e, a})
		f := 1.0
		if s.p.Fit != nil {
			f = s.p.Fit[e][a]
		}
		total[a] += f
	}
	if len(total) > 0 {
		p.Worst = slices.Min(total)
	}
	slices.SortFunc(p.Pairs, func(x, y [2]int) int { return slices.Compare(x[:], y[:]) })
	return p
}
