// Package indicator keeps the definitions of indicators through time and
// computes them for all areas at once from the measures of every domain
// (P1.8, P1.9; design 4.7).
package indicator

import (
	"time"

	"github.com/cockroachdb/apd/v3"

	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// Definition is one version of an indicator.
type Definition struct {
	pack.Indicator
	Version int64
	ValidTo string // first day it no longer holds, "" = still holds
	Origin  string // pack, city
	Reason  string // for the change
	Author  string
	At      time.Time
}

// Cell is the value of one indicator in one area and period.
type Cell struct {
	Code   string
	Nr     int // preorder number of the area
	Period period.Period
	State  formula.State
	Cause  formula.Cause
	Value  apd.Decimal // rounded half even to the definition's Places; undefined unless State is known
	Exact  string      // the exact fraction, such as 2/3; "" unless State is known
	Slice  string      // value of Query.By, "" = all
	// Version is that of the definition it was computed with, 0 if none holds.
	Version int64
	Coverage
}

// Lineage opens a cell: definition, references with their values, what each is
// made of.
type Lineage struct {
	Cell  Cell
	Def   Definition
	Words string // the formula in words
	Refs  []RefValue
}

// RefValue is one reference of a formula with its value in the cell's area.
type RefValue struct {
	Ref   formula.Ref
	Decl  measure.Decl // zero for a target
	At    period.Period
	State formula.State
	Cause formula.Cause
	Value apd.Decimal
	Coverage
	Parts []measure.Part
	Total int // of parts
}

// Coverage is that of one cell: the units that owe, that gave, that it does not
// apply to. All 0 where nothing can be missing.
type Coverage struct{ Expected, Reported, NotApplicable int32 }

// Problem is what is wrong with a definition, at its field.
type Problem struct {
	Code  string // of the indicator
	Field string // formula, unit, missing …
	formula.Problem
}
