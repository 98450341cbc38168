package measure

import (
	"slices"

	"xuedu/internal/formula"
	"xuedu/internal/period"
)

// plan says how a measure is had for a period: from the source as it is, or
// put together from parts. Without parts it cannot be had.
type plan struct {
	parts []period.Period // all of them the source answers itself
	how   formula.Additivity
}

// direct reports whether the source answers the whole.
func (p plan) direct() bool { return len(p.parts) == 1 }

// planFor says how d is had for p.
func planFor(d *Decl, p period.Period) plan {
	if slices.Contains(d.Periods, p.Kind()) {
		return plan{parts: []period.Period{p}}
	}
	if d.Time == formula.Distinct || d.Time == formula.None {
		return plan{}
	}
	parts := split(p, d.Periods)
	if d.Time == formula.Last && len(parts) > 0 {
		parts = parts[len(parts)-1:]
	}
	return plan{parts: parts, how: d.Time}
}

// splitKinds from the longest down.
var splitKinds = []period.Kind{period.Year, period.Quarter, period.Month}

// split cuts p into whole periods of the kinds, the longest first; nil if it
// cannot be cut so.
func split(p period.Period, kinds []period.Kind) (parts []period.Period) {
	for from := p.From; from <= p.To; {
		next, ok := longest(from, p.To, kinds)
		if !ok {
			return nil
		}
		parts = append(parts, next)
		from = period.DayOf(next.To.Time().AddDate(0, 0, 1))
	}
	return parts
}

// longest returns the longest period of the kinds that begins on from and ends
// by to.
func longest(from, to period.Day, kinds []period.Kind) (period.Period, bool) {
	for _, k := range splitKinds {
		if !slices.Contains(kinds, k) {
			continue
		}
		if p := period.At(k, from); p.From == from && p.To <= to {
			return p, true
		}
	}
	return period.Period{}, false
}

// resolve returns the period that op and back make of at.
func resolve(op formula.Op, back int, at period.Period) (period.Period, bool) {
	p, ok := at, true
	if back != 0 {
		p, ok = at.Add(-back)
	}
	if !ok || op != formula.YTD {
		return p, ok
	}
	return yearToDate(p)
}

// yearToDate returns the days from the beginning of p's year to its end.
func yearToDate(p period.Period) (period.Period, bool) {
	first := p.To - p.To%10000 + 101
	switch {
	case p.From == first:
		return p, true
	case p.From < first: // more than one year
		return period.Period{}, false
	}
	q, err := period.Parse(first.String() + ".." + p.To.String())
	return q, err == nil
}

// merge puts a whole together from its parts in time: their sum, or the mean
// of those that are there. The states follow the rule of stateOf, and a cell
// of which parts are missing gets a coverage that says so.
func merge(parts []formula.Loaded, how formula.Additivity) formula.Loaded {
	n := parts[0].Len()
	out := formula.Loaded{Column: formula.Column{State: make([]formula.State, n), Num: make([]int64, n)}}
	if parts[0].Den != nil || how == formula.Mean {
		out.Den = make([]int64, n)
	}
	gaps, covered := false, false
	for _, p := range parts {
		covered = covered || p.Expected != nil
	}
	for i := range n {
		bits := mergeCell(&out.Column, parts, i, how)
		gaps = gaps || bits&(hasMissing|hasWithheld|hasNC) != 0 && bits&(hasValue|hasNil) != 0
	}
	if covered || gaps {
		out.Coverage = mergeCoverage(parts, n)
	}
	return out
}

// mergeCell makes one cell of out, and returns the bits of its parts.
func mergeCell(out *formula.Column, parts []formula.Loaded, i int, how formula.Additivity) (bits uint8) {
	var sum total
	cause := formula.NoCause
	for _, p := range parts {
		s := p.State[i]
		bits |= bitOf[s]
		switch {
		case s.Known():
			sum.add(p.Column, i)
		case s == formula.NotComputable && p.Cause != nil:
			cause = max(cause, p.Cause[i])
		}
	}
	out.State[i] = summed(bits)
	switch {
	case out.State[i].Known():
		sum.put(out, i, how == formula.Mean)
	case out.Den != nil:
		out.Den[i] = 1
	}
	if out.State[i] == formula.NotComputable {
		if out.Cause == nil {
			out.Cause = make([]formula.Cause, len(out.State))
		}
		out.Cause[i] = cause
	}
	return bits
}

// mergeCoverage adds the coverage of the parts: who owes four quarters owes
// four values. A part without coverage counts as one unit.
func mergeCoverage(parts []formula.Loaded, n int) formula.Coverage {
	c := formula.Coverage{Expected: make([]int32, n), Reported: make([]int32, n), NotApplicable: make([]int32, n)}
	for _, p := range parts {
		for i := range n {
			if p.Expected == nil {
				countUnit(&c, i, bitOf[p.State[i]])
				continue
			}
			c.Expected[i] += p.Expected[i]
			c.Reported[i] += p.Reported[i]
			c.NotApplicable[i] += p.NotApplicable[i]
		}
	}
	return c
}
