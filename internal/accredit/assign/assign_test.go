package assign_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xuedu/internal/accredit/assign"
)

// Whatever the problem: nobody judges what is forbidden, nobody more than the
// load, everything has its experts and categories, and the same seed has the
// same answer.
func TestPlansKeepTheRules(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := small(t, 9, 12)
		plan, lack := assign.Solve(p)
		again, _ := assign.Solve(p)
		if d := cmp.Diff(plan, again); d != "" {
			t.Fatal("the same seed, another answer", d)
		}
		if lack == nil {
			checkPlan(t, p, plan)
		} else {
			checkLack(t, p, lack)
		}
	})
}

func checkPlan(t *rapid.T, p assign.Problem, plan assign.Plan) {
	load, judges, kept := make([]int, len(p.Experts)), make([][]int, len(p.Applications)), 0
	for _, x := range plan.Pairs {
		load[x[0]]++
		judges[x[1]] = append(judges[x[1]], x[0])
		if p.Forbidden[x[0]][x[1]] {
			t.Fatalf("a forbidden pair %v", x)
		}
		if slices.Contains(p.Keep, x) {
			kept++
		}
	}
	for e, n := range load {
		if n > p.Experts[e].Load {
			t.Fatalf("expert %d has %d of at most %d", e, n, p.Experts[e].Load)
		}
	}
	for a, list := range judges {
		checkJudges(t, p, a, list)
	}
	if plan.Moved != len(p.Keep)-kept {
		t.Fatalf("moved is %d, but %d of %d are kept", plan.Moved, kept, len(p.Keep))
	}
}

func checkJudges(t *rapid.T, p assign.Problem, a int, list []int) {
	sum := 0
	for _, b := range p.Categories {
		sum += b.Least
		n := 0
		for _, e := range list {
			if slices.Contains(p.Experts[e].Categories, b.Category) {
				n++
			}
		}
		if n < b.Least {
			t.Fatalf("application %d has %d of %d %s", a, n, b.Least, b.Category)
		}
	}
	if len(list) != max(sum, p.Each) || len(slices.Compact(slices.Sorted(slices.Values(list)))) != len(list) {
		t.Fatalf("application %d has %v", a, list)
	}
	for _, x := range p.Apart {
		if slices.Contains(list, x[0]) && slices.Contains(list, x[1]) {
			t.Fatalf("%v sit together on %d", x, a)
		}
	}
}

// A lack is one: the applications it names cannot be filled even alone, and
// without any of them the rest can.
func checkLack(t *rapid.T, p assign.Problem, l *assign.Lack) {
	if l.Apart {
		return
	}
	p.Apart, p.Keep = nil, nil
	if l.Have >= l.Need || len(l.Applications) == 0 {
		t.Fatalf("no lack: %+v", l)
	}
	if _, none := assign.Solve(part(p, l.Applications)); none == nil {
		t.Fatalf("%+v can be filled", l)
	}
	room := 0
	for _, e := range p.Experts {
		room += e.Load
	}
	if len(l.Applications) == len(p.Applications) && room < l.Need {
		return // all together lack room: the whole is named
	}
	for i := range l.Applications {
		if _, more := assign.Solve(part(p, slices.Delete(slices.Clone(l.Applications), i, i+1))); more != nil {
			t.Fatalf("%+v is not minimal: %d can be left out", l, i)
		}
	}
}

// part is a problem with some of its applications.
func part(p assign.Problem, list []int) assign.Problem {
	out := p
	out.Applications, out.Forbidden, out.Fit = nil, make([][]bool, len(p.Experts)), nil
	for _, a := range list {
		out.Applications = append(out.Applications, p.Applications[a])
		for e := range p.Experts {
			out.Forbidden[e] = append(out.Forbidden[e], p.Forbidden[e][a])
		}
	}
	return out
}

// A repair after one pair became forbidden changes no more than one would by
// hand: where another expert has room, that pair alone.
func TestRepairChangesLittle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := city(rapid.Uint64().Draw(t, "seed"), 12, 20, 3)
		before, lack := assign.Solve(p)
		if lack != nil {
			return
		}
		lost := rapid.SampledFrom(before.Pairs).Draw(t, "lost")
		p.Forbidden[lost[0]][lost[1]] = true
		p.Keep = slices.DeleteFunc(slices.Clone(before.Pairs), func(x [2]int) bool { return x == lost })
		after, lack := assign.Solve(p)
		if lack == nil && after.Moved > 2 {
			t.Fatalf("%d moved for one", after.Moved)
		}
	})
}

func TestPinnedStays(t *testing.T) {
	t.Parallel()
	p := city(7, 8, 10, 3)
	p.Forbidden[3][4] = false
	p.Pinned = [][2]int{{3, 4}}
	plan, lack := assign.Solve(p)
	if lack != nil || !slices.Contains(plan.Pairs, [2]int{3, 4}) {
		t.Fatalf("%+v %+v", plan, lack)
	}
}

// The lack names the category and how many there are.
func TestLackNamesTheCategory(t *testing.T) {
	t.Parallel()
	p := assign.Problem{Each: 2, Categories: []assign.Bound{{Category: "research", Least: 1}},
		Experts:      []assign.Expert{{Load: 9, Categories: []string{"research"}}, {Load: 9}, {Load: 9}},
		Applications: make([]assign.Application, 4), Forbidden: [][]bool{{false, false, true, false}, make([]bool, 4), make([]bool, 4)}}
	_, lack := assign.Solve(p)
	want := &assign.Lack{Applications: []int{2}, Category: "research", Need: 1, Have: 0}
	if d := cmp.Diff(want, lack); d != "" {
		t.Fatal(d)
	}
}

// Loads are even within one where nothing forbids it (P1.7).
func TestBalance(t *testing.T) {
	t.Parallel()
	p := city(3, 15, 60, 5)
	p.Forbidden, p.Categories = nil, nil
	plan, _ := assign.Solve(p)
	load := make([]int, 15)
	for _, x := range plan.Pairs {
		load[x[0]]++
	}
	if slices.Max(load)-slices.Min(load) > 0 {
		t.Fatal(load)
	}
}

// Panels are linked by their anchors, and told apart without any.
func TestComparable(t *testing.T) {
	t.Parallel()
	for _, percent := range []int{0, 10} {
		p := city(11, 18, 60, 5)
		p.Forbidden, p.Categories = nil, nil
		assign.Group(&p, 3, percent)
		plan, lack := assign.Solve(p)
		if lack != nil {
			t.Fatalf("%+v", lack)
		}
		m := assign.Comparable(p, plan.Pairs)
		if percent == 0 && (m.Parts != 3 || len(m.Proposed) != 2 || m.Weakest != 0) {
			t.Errorf("without anchors: %+v", m)
		}
		if percent == 10 && (!m.Connected() || m.Weakest == 0) {
			t.Errorf("with anchors: %+v", m)
		}
		if !assign.Comparable(p, append(plan.Pairs, m.Proposed...)).Connected() {
			t.Error("what is proposed does not link them")
		}
	}
}

// city draws a problem like a city's: districts, two categories, six
// conflicts in a hundred.
func city(seed uint64, experts, applications, each int) assign.Problem {
	rnd := rand.New(rand.NewPCG(seed, 1))
	p := assign.Problem{Each: each, Seed: seed, Categories: []assign.Bound{{Category: "practice", Least: 1}, {Category: "research", Least: 1}}}
	for e := range experts {
		c := []string{"practice", "research", "management"}[e%3]
		p.Experts = append(p.Experts, assign.Expert{ID: fmt.Sprint(e), Categories: []string{c}, Load: each*applications*13/experts/10 + 2})
		no, fit := make([]bool, applications), make([]float64, applications)
		for a := range no {
			no[a], fit[a] = rnd.IntN(100) < 6, float64(rnd.IntN(21))/20
		}
		p.Forbidden, p.Fit = append(p.Forbidden, no), append(p.Fit, fit)
	}
	p.Applications = make([]assign.Application, applications)
	return p
}

func benchmark(b *testing.B, experts, applications int, change func(*assign.Problem)) {
	p := city(1, experts, applications, 5)
	change(&p)
	for b.Loop() {
		if _, lack := assign.Solve(p); lack != nil {
			b.Fatalf("%+v", lack)
		}
	}
}

func BenchmarkCity(b *testing.B) { benchmark(b, 60, 150, func(*assign.Problem) {}) }
func BenchmarkCityApart(b *testing.B) {
	benchmark(b, 60, 150, func(p *assign.Problem) { p.Apart = [][2]int{{0, 1}, {2, 3}, {4, 8}} })
}
func BenchmarkProvince(b *testing.B) { benchmark(b, 800, 5000, func(*assign.Problem) {}) }
func BenchmarkProvinceAlike(b *testing.B) {
	benchmark(b, 800, 5000, func(p *assign.Problem) { p.Fit = nil })
}
