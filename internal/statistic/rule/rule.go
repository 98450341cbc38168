// Package rule checks the cells of a return: types and ranges, the form's own
// rules, change against last period, outliers, what two sources say, and
// patterns that suggest invention. It reads and writes nothing.
package rule

import (
	"time"

	"xuedu/internal/formula"
	"xuedu/internal/pack"
)

// Key names a cell of a return.
type Key struct{ Row, Field string }

// Cell is what a rule sees of a cell.
type Cell struct {
	State   formula.State
	Num     int64 // at the field's decimals
	Text    string
	Origin  string // derived, summed, carried, typed
	Derived *int64 // what the registers say, where it is known
	At      time.Time
	By      string
}

// Sheet is a return with what it is compared with.
type Sheet struct {
	Form  pack.Form
	Rows  []pack.Row // fixed, or those of the register, or added by hand
	Cells map[Key]Cell
	Last  map[Key]Cell    // the return of the period before, nil = there is none
	Peers map[Key][]int64 // the same cell of other units of its kind, for outliers
}

// Finding is one thing that is wrong or odd.
type Finding struct {
	Rule string // code: type, range, required, change, outlier, sources, round, copied, same_minute, or the form's own
	Key  Key
	Hard bool   // must be mended; else it may be explained
	Text string // i18n key, or "" for a rule of the form
	Args []any
	Own  pack.Text // words of the form's own rule
}

// Params are the thresholds, from the pack.
type Params struct {
	Change  string // share by which a value may differ from last period: "0.5"
	RobustZ string // "3.5"
	Round   string // share of numbers that end in 0 or 5 above which they look invented: "0.8"
	Minimum int    // cells a return must have before patterns are looked for
}

// Check returns the findings of a sheet by row, field and rule.
func Check(s Sheet, p Params) []Finding { return nil }
