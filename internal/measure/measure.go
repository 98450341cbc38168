// Package measure declares what can be counted, and counts it for all areas at
// once: every domain offers its measures through Source, and indicators,
// targets, forms and reports ask the Engine (design 4.7).
package measure

import (
	"context"

	"xuedu/internal/area"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// Decl declares a measure.
type Decl struct {
	Code   string // lower case with dots: participants, classes.run, base4.paid
	Name   pack.Text
	Note   pack.Text // what exactly is counted, in one sentence
	Unit   formula.Unit
	Scale  int        // digits behind the point that Block.Num holds: 1234 with Scale 2 is 12.34
	Per    int64      // Block.Num counts 1/Per of the unit: minutes of a measure in hours are 1/60; 0 = 1
	Domain string     // who offers it: ledger, activity, org, award, population, series, return …
	Level  area.Level // where the units of an additive measure stand; "" = the source speaks for every level
	Area   formula.Additivity
	Time   formula.Additivity
	Dims   []formula.Dim
	// Periods are the kinds of period the source answers itself. A longer
	// period is put together from its parts as Time allows.
	Periods []period.Kind
	// Absent: the domain that will record it does not exist yet. Every cell is
	// not computable, cause NoSource.
	Absent bool
}

// Block holds the values of a measure in one period for all areas of a tree,
// by preorder number. With Area additivity Sum a source fills in its units
// alone, and the engine adds them up; otherwise it fills in every area it can.
type Block struct {
	Num      []int64 // at the measure's Scale
	State    []formula.State
	Cause    []formula.Cause // nil = none; every cell that is not computable has one
	Coverage                 // of the areas filled in; nil slices: nothing can be missing
	// Given: the engine may keep Num and write into the cells that are not
	// filled in; the source does not touch Num again. It saves a copy.
	Given bool
}

// Coverage is that of package formula. No count is below zero, and no more
// units have reported than were expected.
type Coverage = formula.Coverage

// Ask is what a source is asked for.
type Ask struct {
	Code   string
	Filter map[string]string // dimension to value; only declared dimensions
	Period period.Period
	Tree   *area.Tree
}

// Source offers the measures of one domain. It is safe for concurrent use.
type Source interface {
	// Decls lists its measures; the list may change with the pack or when
	// forms are registered.
	Decls(ctx context.Context) ([]Decl, error)
	// Version changes whenever an answer for the period may change. It must be
	// cheap: it is asked before every use of a kept answer.
	Version(ctx context.Context, code string, p period.Period) (string, error)
	// Read answers. It fails with Invalid for a filter value that does not
	// exist.
	Read(ctx context.Context, a Ask) (Block, error)
	// Origin lists what the value of one area is made of, at most limit
	// entries, greatest first; total is how many there are.
	Origin(ctx context.Context, a Ask, nr int, limit int) (parts []Part, total int, err error)
}

// Part is one thing that a value is made of: a unit, a class, a return's cell.
type Part struct {
	Name  pack.Text
	Value int64 // at the measure's Scale
	State formula.State
	Href  string // page where it can be opened, "" if there is none
}

// TargetScale is how many digits behind the point a block of Targets holds,
// whatever the scale of the measure: a target may be 12.5 where things are
// counted, and an indicator has no scale.
const TargetScale = 6

// Targets gives the column behind target(x): what was set for a measure or an
// indicator in a period, for the areas that have a target of their own; the
// others are not computable, cause NoTarget. Num is at TargetScale.
type Targets interface {
	Version(ctx context.Context) (string, error)
	Read(ctx context.Context, code string, p period.Period, t *area.Tree) (Block, error)
}
