package plan

import (
	"math/big"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/pack"
)

// Verdict says in one word how an area stands against its own target.
type Verdict string

// The verdicts.
const (
	Reached Verdict = "reached"
	OnTrack Verdict = "on_track" // what had to be there by the last full year is there
	Behind  Verdict = "behind"   // it is not, even with the tolerance
	Missed  Verdict = "missed"   // the day it was due has passed
	Open    Verdict = "open"     // no year with a number of its own has passed yet
	Unknown Verdict = "unknown"  // nothing counts it, or not yet
)

// Progress is how a target stands today: counted, never typed.
type Progress struct {
	Target   Target
	Plan     pack.Plan   // zero if the pack has it no more
	Clause   pack.Clause // zero if the plan has it no more
	Code     Code        // what counts it; only Code.Code is set where nothing does
	Today    time.Time
	DaysLeft int   // until the day it is due, negative when that has passed
	UnderWay int64 // awards applied for and not decided
	Whole    Standing
	Split    []Standing // areas with a path of their own, in the order of the tree; never ranked
}

// Standing is how one area stands against its own target.
type Standing struct {
	Area     *area.Area
	Years    []Year
	Now      Reading   // of the year NowYear
	NowYear  int       // the running year, or the year it was due if that has passed and what is counted is gathered through a year
	Override *Override // set against Now, nil = none
	Want     *big.Rat  // in the year it is due; nil = nothing was set
	Gap      *big.Rat  // how much is missing, never below zero; nil where it cannot be said
	Forecast Forecast
	Verdict  Verdict
	Step     *Year // the last full year with a number: the verdict's ground; nil = none
}

// Value is what stands for today: the override where there is one, else what
// is counted; nil where neither is there.
func (s Standing) Value() *big.Rat {
	switch {
	case s.Override != nil:
		return s.Override.Value
	case s.Now.Known():
		return s.Now.Value
	}
	return nil
}

// Year is one year of a way.
type Year struct {
	Year    int
	Began   *big.Rat // baseline
	Want    *big.Rat
	Got     Reading // meaningless if Ahead
	Running bool
	Ahead   bool
}

// meets reports whether a value is as good as want, given a tolerance.
func (t Target) meets(value, want, tolerance *big.Rat) bool {
	if t.Direction == Down {
		return value.Cmp(add(want, tolerance)) <= 0
	}
	return value.Cmp(sub(want, tolerance)) >= 0
}

// judge fills in what follows from the years and the value of today.
func (s *Standing) judge(t Target, stock bool, today, due time.Time) {
	s.Want = t.Want(s.Area.ID, t.DueYear())
	s.Forecast = s.forecast(stock, today, due)
	s.Step = s.step(stock)
	s.Verdict = Unknown
	if v := s.Value(); v != nil {
		s.Verdict = s.verdict(t, v, stock, today.After(due))
	}
}

func (s *Standing) verdict(t Target, v *big.Rat, stock, over bool) Verdict {
	end := new(big.Rat)
	if t.About {
		end = t.Tolerance
	}
	if s.Want != nil {
		s.Gap = t.gap(v, s.Want)
	}
	if s.Want != nil && t.meets(v, s.Want, end) && (stock || s.NowYear == t.DueYear()) {
		return Reached
	}
	if over {
		return Missed
	}
	if s.Step == nil {
		return Open
	}
	if !stock {
		v = s.Step.Got.Value
	}
	if t.meets(v, s.Step.Want, t.Tolerance) {
		return OnTrack
	}
	return Behind
}

func (t Target) gap(v, want *big.Rat) *big.Rat {
	g := sub(want, v)
	if t.Direction == Down {
		g.Neg(g)
	}
	if g.Sign() < 0 {
		return new(big.Rat)
	}
	return g
}

// step finds the last full year with a number; what is gathered through a year
// must be known for it.
func (s *Standing) step(stock bool) *Year {
	for i := len(s.Years) - 1; i >= 0; i-- {
		y := &s.Years[i]
		if !y.Ahead && !y.Running && y.Want != nil && (stock || y.Got.Known()) {
			return y
		}
	}
	return nil
}

// forecast takes the known ends of full years, and for a stock today as well.
// The baseline is the first point where nothing was counted then.
func (s *Standing) forecast(stock bool, today, due time.Time) Forecast {
	if today.After(due) {
		return Forecast{Why: NoForecastOver}
	}
	var points []Point
	for _, y := range s.Years {
		at, v := yearEnd(y.Year), y.Began
		switch {
		case y.Ahead || y.Running && !stock:
			continue
		case y.Got.Known():
			v = y.Got.Value
		}
		if y.Running {
			at = moment(today)
		}
		if v != nil {
			points = append(points, Point{At: at, Value: v})
		}
	}
	to := moment(due)
	if !stock {
		to = yearEnd(due.Year())
	}
	return Extend(points, to)
}
