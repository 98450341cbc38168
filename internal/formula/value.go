// Package formula is the language of indicators, derived cells and validation
// rules: exact arithmetic over measures, with typed absence (design 1.4, 4.7).
// docs/formula.md explains it to those who write formulas.
package formula

import "math/big"

// State is what a cell is. Missing is never zero. The zero value says that
// nobody has reported, so that a cell nobody filled in is never a number.
type State uint8

// The six states of a cell (design 1.4).
const (
	NotReported   State = iota // somebody owes it
	Value                      // a number
	Nil                        // a reported zero: "there was none"
	NotApplicable              // this unit cannot have it
	Withheld                   // known, not shown
	NotComputable              // Cause says why
)

// Names of the states, as exports, the API and the database write them.
var stateNames = [...]string{"not_reported", "value", "nil", "not_applicable", "withheld", "not_computable"}

func (s State) String() string { return stateNames[s] }

// Known reports whether a cell of state s has a number.
func (s State) Known() bool { return s == Value || s == Nil }

// ParseState reads what String writes.
func ParseState(s string) (State, bool) {
	for i, n := range stateNames {
		if n == s {
			return State(i), true
		}
	}
	return 0, false
}

// Cause says why a cell is not computable.
type Cause uint8

// The causes.
const (
	NoCause      Cause = iota
	DivideByZero       // the denominator is zero
	NoSource           // the source of a measure is not yet recorded here
	NoPopulation       // the area has no population figure of its own
	NoPeriod           // the measure is not defined for such a period
	NoLevel            // the measure is not defined at such a level
	NoTarget           // no target is set
)

var causeNames = [...]string{"", "divide_by_zero", "no_source", "no_population", "no_period", "no_level", "no_target"}

func (c Cause) String() string { return causeNames[c] }

// Column holds one value for each area of a tree, by preorder number. A known
// cell is the exact fraction Num/Den. Columns are never changed after they were
// handed out.
type Column struct {
	State []State
	Num   []int64
	Den   []int64          // nil = all 1; never zero or negative
	Big   map[int]*big.Rat // the known cells whose fraction does not fit in int64s; replaces Num and Den there
	Cause []Cause          // nil = NoCause everywhere
}

// Len returns the number of cells.
func (c Column) Len() int { return len(c.State) }

// Coverage says how many units stand behind each cell: those that owe a value,
// those of them that gave one (Nil included), and those it does not apply to,
// which owe nothing. nil slices: every unit is recorded by itself, and nothing
// can be missing.
type Coverage struct {
	Expected, Reported, NotApplicable []int32
}

// Missing says what a formula does where units have not reported.
type Missing struct {
	Policy string // "all" (default), "share", "zero"
	Share  string // of "share": at least this share of units must have reported, an exact decimal such as "0.8"
}

// The policies for missing values.
const (
	RequireAll   = "all"
	RequireShare = "share"
	TreatAsZero  = "zero" // the definition must say why this is just
)
