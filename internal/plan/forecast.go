package plan

import (
	"math/big"
	"time"
)

// Why there is no forecast.
const (
	NoForecastOver   = "over"   // the day it was due has passed
	NoForecastPoints = "points" // fewer than two points are known
	NoForecastShort  = "short"  // they are less than half a year apart
)

// Point is a known place of the way: a moment in years (2023.5 is the middle
// of 2023) and the value then.
type Point struct{ At, Value *big.Rat }

// Forecast is where the way leads if it goes on as it has gone: the straight
// line through the first and the last known point, drawn on to the end. It
// never falls below zero.
type Forecast struct {
	Value    *big.Rat // nil: none can be made, Why says why
	Why      string
	From, To Point // the two points of the line
}

var half = big.NewRat(1, 2)

// Extend draws the line through points, which are in the order of time, on to
// a later moment.
func Extend(points []Point, to *big.Rat) Forecast {
	if len(points) < 2 {
		return Forecast{Why: NoForecastPoints}
	}
	f := Forecast{From: points[0], To: points[len(points)-1]}
	span := sub(f.To.At, f.From.At)
	switch {
	case to.Cmp(f.To.At) <= 0:
		return Forecast{Why: NoForecastOver}
	case span.Cmp(half) < 0:
		return Forecast{Why: NoForecastShort}
	}
	slope := new(big.Rat).Quo(sub(f.To.Value, f.From.Value), span)
	f.Value = add(f.To.Value, slope.Mul(slope, sub(to, f.To.At)))
	if f.Value.Sign() < 0 {
		f.Value = new(big.Rat)
	}
	return f
}

// moment is the end of a day in years: that of 31 December 2023 is 2024.
func moment(day time.Time) *big.Rat {
	next := day.AddDate(0, 0, 1)
	first := time.Date(next.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	days := int64(first.AddDate(1, 0, 0).Sub(first) / (24 * time.Hour))
	return add(big.NewRat(int64(next.Year()), 1), big.NewRat(int64(next.Sub(first)/(24*time.Hour)), days))
}

func yearEnd(year int) *big.Rat { return big.NewRat(int64(year)+1, 1) }
