package main

import (
	"context"
	"fmt"
	"log"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/formula"
	counting "xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// The sizes of the second part: what communities report, and what is made of it.
const (
	elements   = 120
	quarters   = 20
	indicators = 60
)

// leafSource offers the elements e000 … whose values lie in memory, as the
// returns of communities do after they were read once.
type leafSource struct {
	decls   []counting.Decl
	nr      map[string]int
	blocks  map[string][]counting.Block // by quarter, then element
	changed map[string]int              // by quarter and element
}

func (s *leafSource) Decls(context.Context) ([]counting.Decl, error) { return s.decls, nil }

func (s *leafSource) Version(_ context.Context, code string, p period.Period) (string, error) {
	return fmt.Sprint(s.changed[p.Name+code]), nil
}

func (s *leafSource) Read(_ context.Context, a counting.Ask) (counting.Block, error) {
	return s.blocks[a.Period.Name][s.nr[a.Code]], nil
}

func (s *leafSource) Origin(context.Context, counting.Ask, int, int) ([]counting.Part, int, error) {
	return nil, 0, nil
}

func elementCode(e int) string { return fmt.Sprintf("e%03d", e) }

// leafValue is what a community reports: 1 … 997.
func leafValue(q, e, l int) int64 { return int64((l*31+e*17+q*7+l*e)%997 + 1) }

func quarterName(q int) string { return fmt.Sprintf("%d-Q%d", 2020+q/4, q%4+1) }

func newLeafSource(c *city) *leafSource {
	s := &leafSource{nr: map[string]int{}, blocks: map[string][]counting.Block{}, changed: map[string]int{}}
	for e := range elements {
		code := elementCode(e)
		s.nr[code] = e
		s.decls = append(s.decls, counting.Decl{Code: code, Name: pack.Text{"en": code}, Unit: "person", Domain: "bench", Level: area.Community,
			Area: formula.Sum, Time: formula.Sum, Periods: []period.Kind{period.Quarter}})
	}
	for q := range quarters {
		for e := range elements {
			b := counting.Block{Num: make([]int64, c.tree.Len()), State: make([]formula.State, c.tree.Len()), Given: true}
			for l, n := range c.leaf {
				b.Num[n], b.State[n] = leafValue(q, e, l), formula.Value
			}
			s.blocks[quarterName(q)] = append(s.blocks[quarterName(q)], b)
		}
	}
	return s
}

// indicator is one formula in our language and in SQL.
type indicator struct{ formula, sql string }

// indicatorList are percentages, rates and sums over the elements.
func indicatorList() (list []indicator) {
	for i := range indicators {
		a, b, c := elementCode(2*i), elementCode(2*i+1), elementCode((2*i+7)%elements)
		switch i % 4 {
		case 0:
			list = append(list, indicator{"100 * " + a + " / " + b, "100.0 * " + a + " / " + b})
		case 1:
			list = append(list, indicator{"10000 * (" + a + " + " + b + ") / " + c, "10000.0 * (" + a + " + " + b + ") / " + c})
		case 2:
			list = append(list, indicator{"100 * (" + a + " - " + b + ") / " + a, "100.0 * (" + a + " - " + b + ") / " + a})
		default:
			list = append(list, indicator{a + " + " + b, "1.0 * (" + a + " + " + b + ")"})
		}
	}
	return list
}

// grid is our side: the jobs of all indicators and quarters.
type grid struct {
	city   *city
	source *leafSource
	jobs   []counting.Job
	refs   []formula.Ref
	at     []period.Period
}

func newGrid() (*grid, error) {
	g := &grid{city: newCity(1, 0)}
	g.source = newLeafSource(g.city)
	cat, err := g.engine().Catalogue(context.Background())
	if err != nil {
		return nil, err
	}
	for q := range quarters {
		p, err := period.Parse(quarterName(q))
		if err != nil {
			return nil, err
		}
		g.at = append(g.at, p)
	}
	var programs []*formula.Program
	for _, i := range indicatorList() {
		p, bad := formula.Compile(i.formula, cat)
		if bad != nil {
			return nil, fmt.Errorf("%s: %v", i.formula, bad)
		}
		programs = append(programs, p)
	}
	for _, p := range g.at {
		for _, program := range programs {
			g.jobs = append(g.jobs, counting.Job{Program: program, At: p})
		}
	}
	for e := range elements {
		g.refs = append(g.refs, formula.Ref{Code: elementCode(e)})
	}
	return g, nil
}

func (g *grid) engine() *counting.Engine {
	return counting.New(func() *area.Tree { return g.city.tree }, nil, g.source)
}

// all computes everything from scratch.
func (g *grid) all(ctx context.Context) ([]formula.Result, *counting.Engine, error) {
	e := g.engine()
	r, err := e.EvalAll(ctx, g.jobs)
	return r, e, err
}

// rollUp adds all elements up, from scratch, on all processors.
func (g *grid) rollUp(ctx context.Context) error {
	e, n := g.engine(), runtime.GOMAXPROCS(0)
	fails := make(chan error, n)
	for w := range n {
		go func() {
			for q := w; q < quarters; q += n {
				for _, r := range g.refs {
					if _, err := e.Column(ctx, r, g.at[q]); err != nil {
						fails <- err
						return
					}
				}
			}
			fails <- nil
		}()
	}
	for range n {
		if err := <-fails; err != nil {
			return err
		}
	}
	return nil
}

// change corrects one community's value and brings all results up to date.
func (g *grid) change(ctx context.Context, e *counting.Engine, by int64) error {
	q := quarterName(quarters - 1)
	b := &g.source.blocks[q][0]
	b.Num = append([]int64(nil), b.Num...) // a block that was handed out stays as it is
	b.Num[g.city.leaf[0]] += by
	g.source.changed[q+elementCode(0)]++
	_, err := e.EvalAll(ctx, g.jobs)
	return err
}

// Names of what is measured in the second part.
const (
	askWide   = "60 indicators × 7,901 areas × 20 quarters, wide table"
	askNarrow = "the roll-up of 120 elements alone, narrow table"
	askChange = "one changed value, everything up to date"
)

// measureIndicators runs the second part: from leaf values to all indicators.
func measureIndicators(ctx context.Context, o options, r *report) error {
	log.Print("indicators: values of communities")
	g, err := newGrid()
	if err != nil {
		return err
	}
	r.grid = &gridReport{}
	var got []formula.Result
	var e *counting.Engine
	var took []float64
	for range o.runs {
		got, e = nil, nil
		runtime.GC() // what an earlier run left is not this run's work
		start := time.Now()
		if got, e, err = g.all(ctx); err != nil {
			return err
		}
		took = append(took, float64(time.Since(start).Microseconds())/1000)
	}
	slices.Sort(took)
	r.grid.all = took[len(took)/2]
	log.Printf("Xuedu: all indicators in %.1f ms", r.grid.all)
	if r.grid.change, err = median(max(o.runs, 3), func() error { return g.change(ctx, e, 1) }); err != nil {
		return err
	}
	if got, err = e.EvalAll(ctx, g.jobs); err != nil {
		return err
	}
	if r.grid.rollUp, err = median(o.runs, func() error { return g.rollUp(ctx) }); err != nil {
		return err
	}
	if o.alone {
		return nil
	}
	return g.peers(ctx, o, r, got)
}

// peers asks the databases the same, and compares every cell.
func (g *grid) peers(ctx context.Context, o options, r *report, got []formula.Result) error {
	list, err := openGridPeers(ctx, filepath.Join(o.dir, "grid.duckdb"))
	if err != nil {
		return err
	}
	for _, p := range list {
		log.Printf("%s: load %s values twice", p.name(), grouped(elements*quarters*leaves))
		if err := p.load(ctx, g); err != nil {
			return fmt.Errorf("%s: %w", p.name(), err)
		}
		t := gridTimes{name: p.name()}
		if t.wide, err = median(o.runs, func() error { return p.run(ctx, wideSQL()) }); err != nil {
			return fmt.Errorf("%s: %w", p.name(), err)
		}
		log.Printf("%s: wide %.0f ms", p.name(), t.wide)
		if err := p.compareWide(ctx, g, got); err != nil {
			return fmt.Errorf("%s: %w", p.name(), err)
		}
		if t.narrow, err = median(o.runs, func() error { return p.run(ctx, narrowSQL) }); err != nil {
			return fmt.Errorf("%s: %w", p.name(), err)
		}
		log.Printf("%s: narrow %.0f ms", p.name(), t.narrow)
		if err := p.compareNarrow(ctx, g); err != nil {
			return fmt.Errorf("%s: %w", p.name(), err)
		}
		r.grid.peers = append(r.grid.peers, t)
		if err := p.close(); err != nil {
			return err
		}
	}
	return nil
}

// number is cell n of a result as the databases compute it.
func number(c formula.Column, n int) float64 {
	if c.Den == nil {
		return float64(c.Num[n])
	}
	return float64(c.Num[n]) / float64(c.Den[n])
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(1, math.Abs(b)) }
