package accounthttp

import (
	"errors"

	"xuedu/internal/account"
	"xuedu/internal/errs"
	"xuedu/internal/ui"
)

// problem is what is wrong with a form: a text, and the field it belongs to.
type problem struct{ Field, Text string }

// input is one labelled field of a form.
type input struct {
	Name, Label, Hint, Value string
	Type                     string // "" = text
	Autocomplete             string
	Narrow                   bool
	Error                    string
}

// problemOf returns how err is shown on the form it came from; false if it is
// not for the form but for the error page.
func problemOf(p ui.Page, err error) (*problem, bool) {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || e.Kind == errs.Internal || e.Kind == errs.NotFound || e.Kind == errs.Unsigned || e.Kind == errs.Unavailable {
		return nil, false
	}
	args := e.Args
	if len(args) == 2 && args[0] == account.LockedUntil {
		args = []any{args[0], clock(p, args[1])}
	}
	return &problem{Field: e.Field, Text: p.T(e.Key, args...)}, true
}

// mark puts the problem beside its field; a problem with a field the form does
// not have stays in the summary only.
func (pr *problem) mark(fields []input) []input {
	found := false
	for i := range fields {
		if pr != nil && fields[i].Name == pr.Field {
			fields[i].Error, found = pr.Text, true
		}
	}
	if pr != nil && !found {
		pr.Field = ""
	}
	return fields
}
