package pack

import "slices"

// Origins of a cell of a form.
const (
	CellNone    = ""        // the field is not asked in that row
	CellTyped   = "typed"   // by people; with Carry it starts with last period's value
	CellDerived = "derived" // from the registers, by the field's formula and the row's filter
	CellSummed  = "summed"  // from the rows above, or from the returns that a summary sums up
)

// Asked reports whether a field is asked in a row.
func (f *Form) Asked(r Row, fd Field) bool {
	return len(fd.Rows) == 0 || slices.Contains(fd.Rows, r.Code)
}

// Adds reports whether the values of a field may be added over rows and areas.
func (fd Field) Adds() bool {
	return fd.Area != "none" && (fd.Type == "count" || fd.Type == "decimal")
}

// Origin says where the content of a cell comes from.
//
// In an ordinary form: derived where the field has a formula, unless the row is
// Typed; in the row of totals the formula runs without a filter. A field
// without a formula is the sum in the row of totals, if it is asked in a row
// above and may be added; otherwise it is typed.
//
// In a summary: what is derived in the form below and may not be added, as
// people who count once, is derived anew for the larger area; everything else
// is the sum of the returns below, and what is neither is not there.
func (f *Form) Origin(r Row, fd Field) string {
	switch {
	case !f.Asked(r, fd):
		return CellNone
	case f.SummaryOf != "" && fd.Derive != "" && !r.Typed && !fd.Adds():
		return CellDerived
	case f.SummaryOf != "" && (fd.Adds() || r.Typed):
		return CellSummed
	case f.SummaryOf != "":
		return CellNone
	case fd.Derive != "" && !r.Typed:
		return CellDerived
	case r.Total && fd.Adds() && f.askedAbove(r, fd):
		return CellSummed
	}
	return CellTyped
}

// askedAbove reports whether a field is asked in a row before the total t.
func (f *Form) askedAbove(t Row, fd Field) bool {
	for _, r := range f.Rows.Fixed {
		if r.Code == t.Code {
			return false
		}
		if !r.Total && f.Asked(r, fd) {
			return true
		}
	}
	return false
}

// SingleRow is the code of the only row of a form of single rows.
const SingleRow = "all"

// FixedRows returns the rows that are known without a register: those of a
// fixed form, or the one of a single form; nil for a repeating one.
func (f *Form) FixedRows() []Row {
	switch f.Rows.Kind {
	case "single":
		return []Row{{Code: SingleRow, Name: f.Name}}
	case "fixed":
		return f.Rows.Fixed
	}
	return nil
}

// Numeric reports whether the field holds numbers.
func (fd Field) Numeric() bool { return fd.Type == "count" || fd.Type == "decimal" }

// Field returns a field by its code.
func (f *Form) Field(code string) (Field, bool) {
	for _, fd := range f.Fields {
		if fd.Code == code {
			return fd, true
		}
	}
	return Field{}, false
}

// completeForms gives each summary the rows and fields it does not write
// itself: those of the form it sums up. Repeating rows become one line, and
// what cannot be summed up there is left out.
func (p *Pack) completeForms() {
	for i := range p.Forms {
		f := &p.Forms[i]
		if f.SummaryOf == "" {
			continue
		}
		if base := p.Form(f.SummaryOf); base != nil && base.SummaryOf == "" {
			f.completeFrom(base)
		}
	}
}

func (f *Form) completeFrom(base *Form) {
	if f.Rows.Kind == "" {
		f.Rows = base.Rows
		if base.Rows.Kind == "repeating" {
			f.Rows = Rows{Kind: "single"}
		}
	}
	own := len(f.Fields)
	for _, fd := range base.Fields {
		lost := base.Rows.Kind == "repeating" && !fd.Adds()
		if slices.ContainsFunc(f.Fields[:own], func(x Field) bool { return x.Code == fd.Code }) || lost {
			continue
		}
		fd.Required, fd.Carry, fd.SameAs = false, false, ""
		f.Fields = append(f.Fields, fd)
	}
}

// Form returns a form of the pack by its code, nil if there is none.
func (p *Pack) Form(code string) *Form {
	for i := range p.Forms {
		if p.Forms[i].Code == code {
			return &p.Forms[i]
		}
	}
	return nil
}
