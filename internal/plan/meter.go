package plan

import (
	"context"
	"math/big"

	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// Meter counts what targets speak of: measures and indicators. The app passes
// the one that does.
type Meter interface {
	// Codes lists what can be counted, by code.
	Codes(ctx context.Context) ([]Code, error)
	// Read counts a code in a period for the areas with the given preorder
	// numbers, in their order. It fails with Invalid for an unknown code.
	Read(ctx context.Context, code string, at period.Period, nrs []int) ([]Reading, error)
}

// Code is something that can be counted.
type Code struct {
	Code       string
	Name, Note pack.Text
	Unit       pack.Text
	Places     int    // digits behind the point that are shown
	Adds       bool   // the areas of a split add up to the whole
	Stock      bool   // it stands on a day; else it is gathered through a year
	Things     bool   // whole things, as a measure of no scale counts them
	Href       string // page that explains it, "" = none
}

// Reading is what was counted for one area and period.
type Reading struct {
	State              formula.State
	Cause              formula.Cause
	Value              *big.Rat // nil unless State is known
	Expected, Reported int32    // units that owe a value and that gave one; 0 where nothing can be missing
}

// Known reports whether there is a number.
func (r Reading) Known() bool { return r.State.Known() && r.Value != nil }
