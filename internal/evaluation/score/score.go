// Package score judges areas by their own targets and their own past, and
// computes an index over them with the range its ranks may lie in. It is pure:
// the same figures and the same method give the same result on every machine
// (P1.1, P1.9).
package score

import (
	"cmp"
	"math/big"
	"slices"
)

// Directions of an indicator.
const (
	Up      = "up"
	Down    = "down"
	Context = "context" // neither is better
)

// What is done with an indicator that has no value.
const (
	Out   = "out"   // no index for the area
	Mean  = "mean"  // it counts as the mean of its dimension, a dimension without any as the mean of the others
	Worst = "worst" // it counts as 0
)

// Method says how areas are judged. Versions of it are published.
type Method struct {
	Dimensions []Dimension
	Red, Amber int        // percent behind, from which a cell is red or amber
	Composite  *Composite // nil = no index
}

// Dimension groups indicators. Weights sum to 100 where there is an index.
type Dimension struct {
	Code   string
	Codes  []string
	Weight int
}

// Composite is the rule of the index. The seed is published with it, so that
// everybody can repeat the runs.
type Composite struct {
	Goalposts map[string]Goalpost // by indicator
	Missing   string              // Out, Mean or Worst
	Places    int                 // decimals of the index as it is shown
	Shake     int                 // percent by which weights are moved
	Runs      int
	Seed      string
}

// Goalpost maps Worst to 0 and Best to 100; Best may be the smaller one.
type Goalpost struct{ Worst, Best *big.Rat }

// Indicator is what is known of an indicator besides its values.
type Indicator struct {
	Direction string
	Places    int // decimals of its values
}

// Key names a figure.
type Key struct{ Area, Code string }

// Figure is the value of an indicator in an area.
type Figure struct {
	State  string     // of the value; it is never made up where there is none
	Value  *big.Rat   // nil = none
	Target *big.Rat   // of the area itself; nil = none
	Past   []*big.Rat // of the periods before, the newest first; nil = no value
}

// past is the value of the period before, nil if there is none.
func (f Figure) past() *big.Rat {
	if len(f.Past) == 0 {
		return nil
	}
	return f.Past[0]
}

// Data are the figures of all areas that are judged.
type Data struct {
	Areas      []string
	Indicators map[string]Indicator
	Figures    map[Key]Figure
}

// Median is the middle of the values of the other areas, nil where none has one.
func (d Data) Median(area, code string) *big.Rat {
	var list []*big.Rat
	for _, a := range d.Areas {
		if f := d.Figures[Key{a, code}]; a != area && f.Value != nil {
			list = append(list, f.Value)
		}
	}
	if len(list) == 0 {
		return nil
	}
	slices.SortFunc(list, (*big.Rat).Cmp)
	low, high := list[(len(list)-1)/2], list[len(list)/2]
	return new(big.Rat).Quo(new(big.Rat).Add(low, high), big.NewRat(2, 1))
}

// sorted are the areas by code: no result depends on the order they came in.
func (d Data) sorted() []string { return slices.Sorted(slices.Values(d.Areas)) }

func compare(a, b *big.Rat) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return cmp.Compare(b.Cmp(a), 0)
}
