// Package rule checks the cells of a return: types and ranges, the form's own
// rules, change against last period, outliers, what two sources say, and
// patterns that suggest invention. It reads and writes nothing (P2.3).
package rule

import (
	"cmp"
	"math/big"
	"slices"
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
	Key  Key    // zero = the return as a whole
	Hard bool   // must be mended; else it may be explained
	Text string // i18n key, or "" for a rule of the form
	Args []any
	Own  pack.Text // words of the form's own rule
}

// Params are the thresholds, from the pack.
type Params = pack.Validation

// Codes of the rules that every form has.
const (
	Type       = "type"
	Range      = "range"
	Required   = "required"
	Change     = "change"
	Outlier    = "outlier"
	Sources    = "sources"
	Round      = "round"
	Copied     = "copied"
	SameMinute = "same_minute"
)

// Check returns the findings of a sheet by row, field and rule, those on the
// return as a whole last. Cells that nobody fills in are held to the form's own
// rules alone. A rule of the form that cannot be told, since something it needs
// is missing, finds nothing; one that CheckForm refuses is passed over.
func Check(s Sheet, p Params) []Finding {
	c := &checker{Sheet: s, limits: limitsOf(p.OrDefault()), row: map[string]int{}, col: map[string]int{}}
	for i, r := range s.Rows {
		c.row[r.Code] = i
	}
	for i, f := range s.Form.Fields {
		c.col[f.Code] = i
	}
	for _, r := range s.Rows {
		for _, f := range s.Form.Fields {
			if o := s.Form.Origin(r, f); o != pack.CellNone {
				c.cell(r, f, o)
			}
		}
	}
	c.own()
	c.patterns()
	slices.SortStableFunc(c.found, c.order)
	return c.found
}

// checker collects the findings of one sheet.
type checker struct {
	Sheet
	limits
	row, col map[string]int
	found    []Finding
}

func (c *checker) order(a, b Finding) int {
	return cmp.Or(cmp.Compare(c.place(a), c.place(b)), cmp.Compare(a.Rule, b.Rule))
}

// place numbers the cells row by row.
func (c *checker) place(f Finding) int {
	if f.Key == (Key{}) {
		return len(c.row) * len(c.col)
	}
	return c.row[f.Key.Row]*len(c.col) + c.col[f.Key.Field]
}

func (c *checker) say(rule string, k Key, hard bool, text string, args ...any) {
	c.found = append(c.found, Finding{Rule: rule, Key: k, Hard: hard, Text: text, Args: args})
}

// limits are Params as numbers; nil = off.
type limits struct {
	change, least, robustZ, round *big.Rat
	peers, minimum                int
}

func limitsOf(p Params) limits {
	return limits{change: positive(p.Change), least: positive(p.Least), robustZ: positive(p.RobustZ), round: positive(p.Round),
		peers: p.Peers, minimum: p.Minimum}
}

func positive(s string) *big.Rat {
	r, ok := decimal(s)
	if !ok || r.Sign() <= 0 {
		return nil
	}
	return r
}
