// Package statistic runs lawful statistical collections: a form is sent out,
// pre-filled from the registers, entered, checked, signed, reviewed level by
// level, returned by cell, summed up, published and revised (P2.3).
package statistic

import (
	"time"

	"xuedu/internal/formula"
	"xuedu/internal/period"
	"xuedu/internal/statistic/form"
	"xuedu/internal/statistic/rule"
)

// Collection is a form that was sent out for a period.
type Collection struct {
	ID      string
	Form    form.Form
	Period  period.Period
	Due     string // day
	State   string // open, final, published
	Version int64  // of what is published, 0 = nothing yet
	SentBy  string
	SentAt  time.Time
}

// Return is what one area owes for a collection.
type Return struct {
	ID         string
	Collection Collection
	AreaID     int64
	State      string // of the workflow "return"
	Desk       string
	Since      time.Time
	Due        string
	Stale      bool
	Version    int64
	Done, All  int // cells with a state, and all
	Open       int // cells returned and not yet corrected
}

// Cell is a cell of a return.
type Cell struct {
	rule.Key
	State    formula.State
	Num      int64 // at the field's decimals
	Text     string
	Origin   string // derived, summed, carried, typed
	Derived  *int64
	Locked   bool
	Approved *int64 // when it was last approved
	By       string
	At       time.Time
	Notes    []Note
	Last     *string // last period's value as printed, for a hint
}

// Note is what was said of a cell.
type Note struct {
	ID   string
	Key  rule.Key
	Kind string // comment, return, explanation
	Rule string
	Text string
	By   string
	At   time.Time
	Done bool
}

// Sheet is a return with its cells, ready to show or to print.
type Sheet struct {
	Return
	Rows     []Row
	Cells    map[rule.Key]Cell
	Findings []rule.Finding
	Signed   []Signature
	Events   []Event
	Moves    []Move // that the caller may make now
}

// Row is a row of a sheet, in one language.
type Row struct {
	Code  string
	Name  string
	Total bool
}

// Signature is one part of the signing of a return.
type Signature struct {
	Part, Name string
	At         time.Time
	Void       bool
}

// Event is one step in the life of a return.
type Event struct {
	Move, From, To, Reason, By string
	At                         time.Time
}

// Move is a step the caller may make, with why not if a condition is missing.
type Move struct {
	Code   string
	Reason bool
	Why    string // i18n key of what is missing, "" = it may be made
}
