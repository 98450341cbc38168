package indicator

import (
	"context"
	"slices"

	"xuedu/internal/area"
	"xuedu/internal/formula"
)

// cells computes a plan and picks the cells of the areas that are asked for.
func (s *Service) cells(ctx context.Context, q Query, pl plan) ([]Cell, error) {
	t := s.engine.Tree()
	areas, err := q.areas(t)
	if err != nil {
		return nil, err
	}
	results, err := s.engine.EvalAll(ctx, pl.jobs)
	if err != nil {
		return nil, err
	}
	out := make([]Cell, 0, len(areas)*len(pl.lines))
	for _, n := range areas {
		level := string(t.At(n).Level)
		for _, l := range pl.lines {
			out = append(out, l.cell(results, n, level))
		}
	}
	return out, nil
}

// holds reports whether the definition holds at a level.
func (l line) holds(level string) bool {
	return len(l.def.Levels) == 0 || slices.Contains(l.def.Levels, level)
}

func (l line) cell(results []formula.Result, n int, level string) Cell {
	c := Cell{Code: l.code, Nr: n, Period: l.period, Slice: l.slice, Version: l.def.Version, State: formula.NotComputable, Cause: l.cause}
	switch {
	case l.job < 0:
		return c
	case !l.holds(level):
		c.Cause = formula.NoLevel
		return c
	}
	r := results[l.job]
	c.State, c.Cause, c.Coverage = r.State[n], causeAt(r.Column, n), coverageAt(r.Coverage, n)
	if c.State.Known() {
		c.Value, c.Exact = r.Round(n, l.def.Places), r.Rat(n).RatString()
	}
	return c
}

// column is the line for all areas of a tree.
func (l line) column(results []formula.Result, t *area.Tree) formula.Result {
	if l.job >= 0 && len(l.def.Levels) == 0 {
		return results[l.job]
	}
	n := t.Len()
	r := formula.Result{Column: formula.Column{State: make([]formula.State, n), Num: make([]int64, n), Cause: make([]formula.Cause, n)}}
	if l.job >= 0 {
		from := results[l.job]
		r.Coverage, r.Den, r.Big = from.Coverage, from.Den, from.Big
		copy(r.State, from.State)
		copy(r.Num, from.Num)
		copy(r.Cause, from.Cause)
	}
	for i := range n {
		switch {
		case l.job < 0:
			r.State[i], r.Cause[i] = formula.NotComputable, l.cause
		case !l.holds(string(t.At(i).Level)):
			r.State[i], r.Cause[i] = formula.NotComputable, formula.NoLevel
		}
	}
	return r
}

func causeAt(c formula.Column, n int) formula.Cause {
	if c.Cause == nil {
		return formula.NoCause
	}
	return c.Cause[n]
}

func coverageAt(c formula.Coverage, n int) Coverage {
	if c.Expected == nil {
		return Coverage{}
	}
	return Coverage{Expected: c.Expected[n], Reported: c.Reported[n], NotApplicable: c.NotApplicable[n]}
}
