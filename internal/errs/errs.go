// Package errs defines the one error type that crosses package boundaries with
// a meaning. Any other error is internal: it is logged and never shown.
package errs

import (
	"errors"
	"fmt"
)

// Kind says what went wrong in terms a caller can act on.
type Kind uint8

const (
	Internal    Kind = iota // zero value: anything not classified
	Invalid                 // the input breaks a rule
	NotFound                // there is no such thing, or not for this caller
	Forbidden               // signed in, but not allowed
	Unsigned                // nobody is signed in
	Conflict                // a concurrent change, or a uniqueness rule
	TooMany                 // locked out or over a limit: try later
	Unavailable             // a part that is needed is not ready
)

// Error carries a Kind and a message key that the edge translates. Args are
// name, value pairs for the placeholders of the message.
type Error struct {
	Kind  Kind
	Key   string // i18n key, e.g. "activity.full"
	Args  []any  // "name", value, "name", value …
	Field string // form field the error belongs to, or ""
	Err   error  // cause, for the log only
}

func (e *Error) Error() string {
	s := e.Key
	if len(e.Args) > 0 {
		s = fmt.Sprint(e.Key, " ", e.Args)
	}
	if e.Err != nil {
		s = fmt.Sprintf("%s: %v", s, e.Err)
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// New returns an Error of the given kind.
func New(k Kind, key string, args ...any) *Error { return &Error{Kind: k, Key: key, Args: args} }

// InvalidField returns an Invalid error that a form shows next to field.
func InvalidField(field, key string, args ...any) *Error {
	return &Error{Kind: Invalid, Key: key, Args: args, Field: field}
}

// KindOf returns the Kind of err, or Internal if it has none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}
