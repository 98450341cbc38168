// Package form is the register of statistical forms: it lets a form be asked
// only with its legal head and before its end, keeps every field ever asked,
// and refuses to ask for what is known already (P2.3; Statistics Law art. 13,
// 14, 16, 17).
package form

import (
	"strings"
	"time"

	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// Form is a version of a form in the register.
type Form struct {
	pack.Form
	ID      string
	Version int64
	State   string // draft, registered, withdrawn
	Origin  string // FromPack, FromCity
	Reason  string // of the last act
	Author  string
	At      time.Time
}

// States of a form.
const (
	Draft      = "draft"
	Registered = "registered"
	Withdrawn  = "withdrawn"
)

// Where the content of a version comes from.
const (
	FromPack = "pack"
	FromCity = "city"
)

// In reports whether the form may be asked on a day: it is registered and the
// day is within its validity.
func (f Form) In(day string) bool {
	return f.State == Registered && f.Head.From <= day && day <= f.Head.Until
}

// Grounds on which a form is refused. The pack names the law behind each.
const (
	NoNumber        = "no_number" // 表号
	NoOrgan         = "no_organ"  // 制定机关
	NoBasisKind     = "no_basis_kind"
	NoApprover      = "no_approver" // 批准（备案）机关
	NoDocument      = "no_document" // 文号
	NoValidity      = "no_validity" // 有效期
	Order           = "order"       // ends before it begins
	NotYet          = "not_yet"
	Expired         = "expired"
	NoIssuer        = "no_issuer" // the owner is no known body
	MayNotIssue     = "may_not_issue"
	OrganDiffers    = "organ_differs"
	BasisNotAllowed = "basis_not_allowed"
	ApproverDiffers = "approver_differs"
	NotRegistered   = "not_registered"
	Taken           = "withdrawn"
	Changed         = "changed"
	NoOwner         = "no_owner"
	NoBasis         = "no_basis"
	FieldExpired    = "field_expired"
	Derivable       = "derivable"
	Collected       = "collected"
	BadFormula      = "formula" // a formula or a rule does not compile
	UnitDiffers     = "unit"    // a formula gives another unit than its field
	RowFilter       = "filter"  // no measure of the formula knows the row's filter
	NotNumber       = "no_number_value"
)

// Problem is what stands against a form, with its ground and what helps.
type Problem struct {
	Ground string // code, as above
	Field  string // code of a field or rule, or a name of the head: number, organ …
	Row    string // code of a row, "" = the whole field
	Key    string // i18n key of what is wrong and what helps
	Args   []any
	Where  string // form's field (base2.persons) or measure where the datum is already, "" if none
	Offset int    // of a fault within a formula, in bytes
}

// Head reports whether the problem is one of the legal head or of the day: a
// draft may have it.
func (p Problem) Head() bool {
	switch p.Ground {
	case NoNumber, NoOrgan, NoBasisKind, NoApprover, NoDocument, NoValidity, Order, NotYet, Expired, OrganDiffers,
		BasisNotAllowed, ApproverDiffers, NotRegistered, Taken, Changed:
		return true
	}
	return false
}

// Problems are what stands against a form, as the cause of a refusal.
type Problems []Problem

func (ps Problems) Error() string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = strings.TrimPrefix(p.Field+" "+p.Ground, " ")
	}
	return strings.Join(out, ", ")
}

// refusal is the error of a refusal: the first ground, and all as the cause.
func (ps Problems) refusal(k errs.Kind) error {
	return &errs.Error{Kind: k, Key: ps[0].Key, Args: ps[0].Args, Field: ps[0].Field, Err: ps}
}

// problem is a problem with the message of its ground.
func problem(ground, field string, args ...any) Problem {
	return Problem{Ground: ground, Field: field, Key: "form.ground." + ground, Args: args}
}

// Burden is what a form costs one unit, from its template: never from watching
// people (H01).
type Burden struct {
	Typed    int64  // cells to type
	Computed int64  // cells computed
	Minutes  string // Typed × CellMinutes, a decimal
}

// FieldAsked is a field of a version that was registered.
type FieldAsked struct {
	FormID, Form string
	FormVersion  int64
	State        string // of the version
	From, To     string // validity of the version, days
	Code         string
	Name         pack.Text
	Owner        string // org code
	Basis        pack.Text
	Until        string // last day it may be asked
	Derive       string // formula, "" = typed
	Typed        int64  // cells a unit types; of a repeating form: for each line
	Computed     int64
}

// Event is one act upon a version: draft, register, withdraw.
type Event struct {
	Version      int64
	Verb, Reason string
	Actor        string
	At           time.Time
}

// Refusal is an ask that was refused.
type Refusal struct {
	ID       string
	Form     string
	Verb     string // draft, register, send
	Problems Problems
	Reason   string
	Actor    string
	At       time.Time
}

// Place is where in the file of a form a problem stands, as pack.FormFile has
// it: "fields/persons/derive".
func Place(f pack.Form, p Problem) string {
	if _, ok := f.Field(p.Field); ok {
		switch p.Ground {
		case BadFormula, UnitDiffers, RowFilter, NotNumber:
			return "fields/" + p.Field + "/derive"
		}
		return "fields/" + p.Field
	}
	for _, r := range f.Rules {
		if r.Code == p.Field {
			return "rules/" + p.Field + "/check"
		}
	}
	return p.Field
}
