package measure_test

import (
	"context"
	"fmt"
	"testing"

	"xuedu/internal/area"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/period"
)

// fullCity has the size of a real one: 16 districts, 349 streets, 7,535 communities.
func fullCity() *area.Tree {
	list := []area.Area{{ID: 1, Code: "0", Level: area.City}}
	for d := range 16 {
		list = append(list, area.Area{ID: int64(10 + d), Code: fmt.Sprintf("0%02d", d), Level: area.District, ParentID: 1})
	}
	for s := range 349 {
		list = append(list, area.Area{ID: int64(100 + s), Code: fmt.Sprintf("0%02d%03d", s%16, s), Level: area.Street, ParentID: int64(10 + s%16)})
	}
	for l := range 7535 {
		list = append(list, area.Area{ID: int64(1000 + l), Code: fmt.Sprintf("0%02d%03d%04d", l%349%16, l%349, l), Level: area.Community, ParentID: int64(100 + l%349)})
	}
	return area.NewTree(list)
}

// dense is a source of elements e000 … whose leaf values lie in memory.
type dense struct {
	decls  []measure.Decl
	blocks map[string][]measure.Block // by period, then element
}

func (s *dense) Decls(context.Context) ([]measure.Decl, error) { return s.decls, nil }
func (s *dense) Version(context.Context, string, period.Period) (string, error) {
	return "1", nil
}
func (s *dense) Read(_ context.Context, a measure.Ask) (measure.Block, error) {
	var e int
	_, err := fmt.Sscanf(a.Code, "e%d", &e)
	return s.blocks[a.Period.Name][e], err
}
func (s *dense) Origin(context.Context, measure.Ask, int, int) ([]measure.Part, int, error) {
	return nil, 0, nil
}

const (
	elements   = 120
	quarters   = 20
	indicators = 60
)

func newDense(tree *area.Tree, periods []period.Period) *dense {
	s := &dense{blocks: map[string][]measure.Block{}}
	for e := range elements {
		d := counted(fmt.Sprintf("e%03d", e))
		s.decls = append(s.decls, d)
	}
	for q, p := range periods {
		for e := range elements {
			b := measure.Block{Num: make([]int64, tree.Len()), State: make([]formula.State, tree.Len()), Given: true}
			for n := range tree.Len() {
				if tree.At(n).Level == area.Community {
					b.Num[n], b.State[n] = int64((n*31+e*17+q*7)%997+1), formula.Value
				}
			}
			s.blocks[p.Name] = append(s.blocks[p.Name], b)
		}
	}
	return s
}

func quartersFrom(t testing.TB, year, n int) []period.Period {
	var out []period.Period
	for q := range n {
		out = append(out, at(t, fmt.Sprintf("%d-Q%d", year+q/4, q%4+1)))
	}
	return out
}

// formulas are those of the benchmark against databases: percentages, rates,
// sums of ratios.
func formulas(i int) string {
	a, b, c := fmt.Sprintf("e%03d", 2*i), fmt.Sprintf("e%03d", 2*i+1), fmt.Sprintf("e%03d", (2*i+7)%elements)
	switch i % 4 {
	case 0:
		return "100 * " + a + " / " + b
	case 1:
		return "10000 * (" + a + " + " + b + ") / " + c
	case 2:
		return "100 * (" + a + " - " + b + ") / " + a
	}
	return a + " + " + b
}

func BenchmarkAll(b *testing.B) {
	tree := fullCity()
	periods := quartersFrom(b, 2020, quarters)
	s := newDense(tree, periods)
	for b.Loop() {
		e := engine(tree, s)
		e.Memory(1 << 30)
		c, err := e.Catalogue(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		var jobs []measure.Job
		for _, p := range periods {
			for i := range indicators {
				prog, bad := formula.Compile(formulas(i), c)
				if bad != nil {
					b.Fatal(bad)
				}
				jobs = append(jobs, measure.Job{Program: prog, At: p})
			}
		}
		if _, err := e.EvalAll(b.Context(), jobs); err != nil {
			b.Fatal(err)
		}
	}
}
