// Package form is the register of statistical forms: it lets a form be asked
// only with its legal head and before its end, keeps every field ever asked,
// and refuses to ask for what is known already (P2.3; Statistics Law art. 13-14).
package form

import (
	"time"

	"xuedu/internal/pack"
)

// Form is a version of a form in the register.
type Form struct {
	pack.Form
	ID      string
	Version int64
	State   string // draft, registered, withdrawn
	Reason  string
	Author  string
	At      time.Time
}

// States of a form.
const (
	Draft      = "draft"
	Registered = "registered"
	Withdrawn  = "withdrawn"
)

// Problem is what stands against a form, with its ground: law, place, remedy.
type Problem struct {
	Field string // code of a field, or a name of the head: number, organ …
	Key   string // i18n key of the ground
	Args  []any
	Where string // page or measure where the datum is already, "" if none
}

// Burden is what a form costs one unit, from its template: never from watching
// people (H01).
type Burden struct {
	Typed    int64  // cells to type
	Computed int64  // cells computed
	Minutes  string // Typed × CellMinutes, a decimal
}
