package activityhttp

import (
	"errors"
	"net/http"
	"slices"

	"xuedu/internal/errs"
	"xuedu/internal/web"
)

// option is one value of a select, a list of suggestions, or a set of boxes.
type option struct {
	Value, Text string
	On          bool
}

// field is one question of a form.
type field struct {
	Name, Label, Hint string
	Kind              string // text, number, date, time, area, select, radios, checks, textarea, file, check
	Value             string
	Width             string // 3, 5, 10, 20
	Options           []option
	Error             string
	Optional          bool
}

// form is a page with one form.
type form struct {
	page
	Back, BackText string
	Lede           string
	Facts          []string
	Fields         []field
	Submit         string
	Warn           bool   // the button does something that cannot be taken back lightly
	Upload         bool   // the form carries a file
	Also           string // a second address, and its words
	AlsoText       string
	Problem        string // what is wrong, where no field is
}

// Errors returns the fields with errors, for the summary.
func (f form) Errors() []field {
	var out []field
	for _, x := range f.Fields {
		if x.Error != "" {
			out = append(out, x)
		}
	}
	return out
}

var formView = view("form", "")

// show writes the form.
func (f form) show(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, formView, f)
}

// refuse writes the form again with what was typed and what is wrong with it.
// An error that the form can do nothing about is returned.
func (f form) refuse(w http.ResponseWriter, r *http.Request, err error) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || e.Kind != errs.Invalid && e.Kind != errs.Conflict {
		return err
	}
	text := f.T(e.Key, e.Args...)
	i := slices.IndexFunc(f.Fields, func(x field) bool { return x.Name == e.Field })
	if i >= 0 && e.Field != "" {
		f.Fields[i].Error = text
	} else {
		f.Problem = text
	}
	return web.Render(w, r, web.Status(err), formView, f)
}

// fill puts what was typed into the fields.
func (f *form) fill(r *http.Request) {
	for i := range f.Fields {
		x := &f.Fields[i]
		values := r.PostForm[x.Name]
		x.Value = ""
		if len(values) > 0 {
			x.Value = values[0]
		}
		for j := range x.Options {
			o := &x.Options[j]
			o.On = slices.Contains(values, o.Value)
		}
		if x.Kind == "check" && len(values) > 0 {
			x.Value = "1"
		}
	}
}

// parse reads a form and fails with Invalid where it is broken or too large.
func parse(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return &errs.Error{Kind: errs.Invalid, Key: "error.too_large", Err: err}
	}
	return nil
}
