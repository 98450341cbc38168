package form

import (
	"context"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"xuedu/internal/formula"
	"xuedu/internal/pack"
)

// Offer is a measure that some source offers: what it means and where it is.
type Offer struct {
	Code string
	Name pack.Text
	Unit formula.Unit
}

// asked is a field that people type, with the rows they type it in.
type asked struct {
	pack.Field
	rows []pack.Row
}

// typedFields lists the fields of f that people type and no register knows.
func typedFields(f *pack.Form) []asked {
	var out []asked
	for _, fd := range f.Fields {
		if fd.Derive != "" {
			continue // typed only where the registers cannot tell
		}
		a := asked{Field: fd}
		for _, r := range rowsOf(f) {
			if f.Origin(r, fd) == pack.CellTyped {
				a.rows = append(a.rows, r)
			}
		}
		if len(a.rows) > 0 {
			out = append(out, a)
		}
	}
	return out
}

// known finds the fields of f that would ask for what is there already: a
// measure that a source offers, or a field of another form in force.
func (s *Service) known(ctx context.Context, f pack.Form, forms []Form, day string) ([]Problem, error) {
	if f.SummaryOf != "" {
		return nil, nil
	}
	offers, err := s.offers(ctx, f.Code)
	if err != nil {
		return nil, err
	}
	var out []Problem
	for _, a := range typedFields(&f) {
		if o, ok := s.offered(a.Field, offers); ok {
			p := problem(Derivable, a.Code, "Field", a.Code, "Where", o.Code)
			p.Where = o.Code
			out = append(out, p)
			continue
		}
		if p, ok := s.collected(f, a, forms, day); ok {
			out = append(out, p)
		}
	}
	return out, nil
}

// offers lists what the sources offer, but for the form's own answers.
func (s *Service) offers(ctx context.Context, form string) ([]Offer, error) {
	if s.out.Offered == nil {
		return nil, nil
	}
	all, err := s.out.Offered(ctx)
	if err != nil {
		return nil, err
	}
	var out []Offer
	for _, o := range all {
		if !strings.HasPrefix(o.Code, form+".") {
			out = append(out, o)
		}
	}
	return out, nil
}

// offered finds the measure that means what a field means: the one it says it
// is the same as, or one with its name and unit.
func (s *Service) offered(fd pack.Field, offers []Offer) (Offer, bool) {
	for _, o := range offers {
		if fd.SameAs == o.Code || fd.Numeric() && sameName(fd.Name, o.Name) && s.unit(fd.Unit) == o.Unit {
			return o, true
		}
	}
	return Offer{}, false
}

// unit is what a formula must give for a unit of the pack.
func (s *Service) unit(code string) formula.Unit {
	u, ok := s.pack().Indicators.UnitOf(code)
	if !ok {
		return formula.Unit(code)
	}
	return formula.Unit(u.Dim)
}

// collected finds a field of another form in force on the day that asks the
// same of the same: name, unit, and a row in common.
func (s *Service) collected(f pack.Form, a asked, forms []Form, day string) (Problem, bool) {
	for _, o := range forms {
		if o.Code == f.Code || o.SummaryOf != "" || !o.In(day) {
			continue
		}
		for _, fd := range o.Fields {
			code := o.Code + "." + fd.Code
			same := fd.Unit == a.Unit && sameName(fd.Name, a.Name) && sharesRow(&o.Form, fd, a)
			if !same && a.SameAs != code {
				continue
			}
			ground := Collected
			if fd.Derive != "" {
				ground = Derivable
			}
			p := problem(ground, a.Code, "Field", a.Code, "Where", code)
			p.Where = code
			return p, true
		}
	}
	return Problem{}, false
}

// sharesRow reports whether a field of another form is asked in a row of the
// same name, or either form has no rows of its own.
func sharesRow(o *pack.Form, fd pack.Field, a asked) bool {
	for _, r := range rowsOf(o) {
		if !o.Asked(r, fd) {
			continue
		}
		for _, mine := range a.rows {
			whole := r.Total || r.Name == nil || r.Code == pack.SingleRow
			mineWhole := mine.Total || mine.Name == nil || mine.Code == pack.SingleRow
			if whole && mineWhole || sameName(r.Name, mine.Name) {
				return true
			}
		}
	}
	return false
}

// sameName reports whether two names are the same in some language, but for
// spaces, marks, width and case.
func sameName(a, b pack.Text) bool {
	for lang, s := range a {
		if n := normal(s); n != "" && n == normal(b[lang]) {
			return true
		}
	}
	return false
}

// lead are words that begin a name and say nothing of the datum.
var lead = []string{"其中", "ofwhich", "numberof"}

func normal(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, width.Narrow.String(s))
	for _, l := range lead {
		s = strings.TrimPrefix(s, l)
	}
	return s
}
