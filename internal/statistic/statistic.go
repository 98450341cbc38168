// Package statistic runs lawful statistical collections: a form is sent out,
// pre-filled from the registers, entered, checked, signed, reviewed level by
// level, returned by cell, summed up, published and revised (P2.3).
//
// A cell has two numbers: what it is now, and what it was when its return was
// last accepted. Figures are made of accepted numbers alone; summaries show
// both, and are confirmed by their difference.
package statistic

import (
	"time"

	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/statistic/form"
	"xuedu/internal/statistic/rule"
)

// Collection is a form that was sent out for a period.
type Collection struct {
	ID      string
	Form    form.Form
	Period  period.Period
	AreaID  int64  // the areas below it owe it
	BaseID  string // of a summary: the collection it sums up
	Due     string // day
	State   string // of the workflow "collection": open, final, published
	Version int64  // of what is published, 0 = nothing yet
	SentBy  string
	SentAt  time.Time
	Changed int64 // grows when its accepted figures change
}

// Return is what one area owes for a collection.
type Return struct {
	ID         string
	Collection Collection
	AreaID     int64
	State      string // of the workflow "return", or "summary"
	Desk       string // unit, parent, "" = nobody's
	Holder     int64  // area at whose desk it lies, 0 = none
	Since      time.Time
	Due        string // day that desk has to be done by, "" = none
	Overdue    bool   // the desk's day is past
	Late       bool   // overdue, or first handed in after the collection's day
	DaysLate   int    // working days by which the desk's day is past
	Stale      bool   // figures moved after they were accepted
	Version    int64
	Done, All  int // cells with a state, and all
	Computed   int // of all cells, those that are derived or summed
	Open       int // cells returned and not yet corrected
	Revised    int // cells that changed after they were accepted
	Expected   int // returns of units below it, itself included
	Reported   int // of them accepted
	Submitted  time.Time
	Approved   time.Time // when it was last accepted; from then on it counts
	Reminded   time.Time // last reminder on this desk
	Prompted   bool      // a reminder before the desk's day was given
	Escalated  bool      // the desk's day passed and the desk above was told
}

// Origins of a cell.
const (
	OriginTyped   = pack.CellTyped
	OriginDerived = pack.CellDerived // from the registers, locked
	OriginSummed  = pack.CellSummed  // from the rows above, or from the returns below
	OriginCarried = "carried"        // last period's value, until somebody changes it
)

// Cell is a cell of a return.
type Cell struct {
	rule.Key
	State         formula.State
	Num           int64 // at the field's decimals
	Text          string
	Origin        string
	Derived       *int64 // what the registers say, where somebody reported another number
	Locked        bool   // may not be entered now, by nobody
	Approved      *int64 // when it was last accepted; nil = never
	ApprovedState formula.State
	Version       int64 // of the return when it was last changed
	Revised       bool  // it changed after it was accepted
	By            string
	At            time.Time
	Notes         []Note
	Last          *string // last period's value as printed, for a hint
}

// Moved reports whether a cell is not what it was when it was last accepted.
func (c Cell) Moved() bool {
	return c.Approved != nil && (c.ApprovedState != c.State || *c.Approved != c.Num)
}

// Kinds of notes.
const (
	NoteComment     = "comment"
	NoteReturn      = "return"      // what is wrong: the cell is to be corrected
	NoteExplanation = "explanation" // of a soft finding
)

// Note is what was said of a cell.
type Note struct {
	ID   string
	Key  rule.Key // zero = of the whole return
	Kind string
	Rule string // explanation: code of the rule
	Text string
	By   string
	At   time.Time
	Done bool // return: corrected
}

// Sheet is a return with its cells, ready to show or to print.
type Sheet struct {
	Return
	Rows       []Row
	Cells      map[rule.Key]Cell
	Findings   []rule.Finding
	Notes      []Note // all, those of cells too
	Explained  map[Explained]bool
	Signed     []Signature
	Parts      []Part // of the signing, in order
	Events     []Event
	Exceptions []Exception
	Moves      []Move // that the caller may make now, and those that lack something
	Difference Difference
	Enters     bool // the caller may enter cells now
	Signs      bool // the caller may sign now
	Reviews    bool // the caller sits at the desk above: may send back, open for correction
}

// Explained names a soft finding.
type Explained struct {
	Key  rule.Key
	Rule string
}

// Row is a row of a sheet, in one language.
type Row struct {
	Code  string
	Name  string
	Total bool
	Own   bool // added by hand: may be taken away
}

// Signature is one part of the signing of a return.
type Signature struct {
	Part, Name string
	Account    string
	At         time.Time
	Void       bool
}

// Part is a part that a return has to be signed in.
type Part struct {
	Part string // preparer, reviewer, head
	By   *Signature
	Mine bool   // the caller may sign it now
	Why  string // i18n key of why not, "" if Mine or signed
}

// Event is one step in the life of a return.
type Event struct {
	Move, From, To, Reason, By string
	At                         time.Time
}

// Move is a step the caller may make, with why not if a condition is missing.
type Move struct {
	Code   string
	Name   pack.Text // on the button
	Reason bool
	Why    string // i18n key of what is missing, "" = it may be made
}

// Exception is a lock opened for a while, for a reason, because somebody asked.
type Exception struct {
	ID        string
	Key       rule.Key
	Reason    string
	AskedBy   string
	GrantedBy string
	Until     string // last day
	At        time.Time
	Ended     bool
}

// Change is one entry in the history of a cell. Before and After are a state,
// and behind a space the number or text.
type Change struct {
	Before, After, Reason, By string
	At                        time.Time
}

// Difference is how far a return is from what was accepted.
type Difference struct {
	Cells []rule.Key // that moved, in the order of the sheet
	Share string     // the greatest change, in percent of the accepted number, with one digit; "" where none can be given
}
