package ledger

import (
	"github.com/cockroachdb/apd/v3"

	"xuedu/internal/area"
)

// Measure is what is counted.
type Measure string

const (
	Participants Measure = "participants" // distinct persons with at least one attendance
	Attendances  Measure = "attendances"  // person-times, head-counts included
	Headcount    Measure = "headcount"    // the person-times that are anonymous head-counts
	Hours        Measure = "hours"        // clock hours of 60 minutes, persons only
	CreditHours  Measure = "credit_hours" // 学时 of 45 minutes, persons only
	Regular      Measure = "regular"      // persons over the pack's yearly threshold; years only
	Rate         Measure = "rate"         // participants by home per 100 residents
)

// State is what a cell is. Missing is never zero (design 1.4).
type State string

const (
	Value         State = "value"
	Nil           State = "nil"
	NotApplicable State = "not_applicable"
	NotReported   State = "not_reported"
	Withheld      State = "withheld"
	NotComputable State = "not_computable"
)

// By says which area of an attendance counts: where the person lives or where
// the class is.
type By string

const (
	ByHome  By = "home"
	ByPlace By = "place"
)

// Filter restricts the attendances that are counted. The zero value takes all.
type Filter struct {
	Theme string // pack code, "" = all
	Age   string // code of a pack age band ("60-69", "80+") or any "a-b"/"a+", "" = all
	Sex   string // f, m, "" = all
	Mode  string // onsite, online, "" = all
}

// Query asks for one measure in one period for an area, or for all areas of a
// level below it.
type Query struct {
	Measure Measure
	Area    string     // code
	Level   area.Level // "" = the area itself
	Period  Period
	By      By // "" = ByHome
	Filter  Filter
}

// Figure is one cell of an answer.
type Figure struct {
	Area    *area.Area
	Nr      int // preorder number in the tree
	Period  Period
	Measure Measure
	Value   apd.Decimal // exact where it can be; undefined unless State is Value
	State   State
	Base    int64  // Rate: the residents divided by
	BaseAt  string // Rate: the day the population speaks of
	BaseBy  string // Rate: source and vintage of the population, for SourceIn
}

// Axis is a way to break a figure down.
type Axis string

const (
	AxisTheme  Axis = "theme"
	AxisAge    Axis = "age"
	AxisSex    Axis = "sex"
	AxisMode   Axis = "mode"
	AxisPeriod Axis = "period" // the quarters of a year, the months of a quarter
)

// Slice is one part of a breakdown; Code is the theme, band, sex, mode or period.
type Slice struct {
	Code string
	Figure
}
