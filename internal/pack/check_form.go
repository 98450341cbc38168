package pack

import (
	"fmt"
	"math/big"
	"path"
	"slices"
	"strings"

	"xuedu/internal/formula"
)

// checkForms checks each form against the rest of the pack. Whether its
// formulas compute, and whether it may be asked, is for the register of forms
// to say.
func (l *loader) checkForms() {
	first := map[string]string{}
	n := 0
	for _, f := range l.pack.files {
		if path.Dir(f.Path) != "forms" || !l.ok[f.Path] {
			continue
		}
		form := l.pack.Forms[n]
		n++
		where := l.docs[f.Path].problem("/code", "").Where()
		if before, twice := first[form.Code]; twice {
			l.say(f.Path, "/code", "pack.problem.code_twice_at", "Code", form.Code, "Where", before)
		} else {
			first[form.Code] = where
		}
		c := &formCheck{pack: l.pack, doc: l.docs[f.Path], orgs: l.orgs}
		c.check(form)
		l.bad = append(l.bad, c.bad...)
	}
}

// formCheck checks one form.
type formCheck struct {
	pack *Pack
	doc  *doc
	orgs map[string]bool // nil = not known
	bad  []Problem
}

func (c *formCheck) say(ptr, key string, args ...any) {
	c.bad = append(c.bad, c.doc.problem(ptr, key, args...))
}

func (c *formCheck) check(f Form) {
	if f.Owner != "" && c.orgs != nil && !c.orgs[f.Owner] {
		c.say("/owner", "pack.problem.no_org", "Code", f.Owner)
	}
	c.summary(f)
	c.rows(f)
	fields := map[string]bool{}
	for i, fd := range f.Fields {
		fields[fd.Code] = true
		if at := fmt.Sprintf("/fields/%d", i); c.doc.at[at] != nil { // not one that a summary takes over
			c.field(f, fd, at)
		}
	}
	c.twice("/fields", len(f.Fields), func(i int) string { return f.Fields[i].Code })
	c.twice("/rules", len(f.Rules), func(i int) string { return f.Rules[i].Code })
	for i, r := range f.Rules {
		c.rule(r, fmt.Sprintf("/rules/%d", i), fields)
	}
}

// twice says which codes of a list were there before.
func (c *formCheck) twice(ptr string, n int, code func(int) string) {
	first := map[string]int{}
	for i := range n {
		j, was := first[code(i)]
		if !was {
			first[code(i)] = i
			continue
		}
		before := c.doc.problem(fmt.Sprintf("%s/%d/code", ptr, j), "")
		c.say(fmt.Sprintf("%s/%d/code", ptr, i), "pack.problem.code_twice_at", "Code", code(i), "Where", before.Where())
	}
}

func (c *formCheck) summary(f Form) {
	if f.SummaryOf == "" {
		if f.Rows.Kind == "" || len(f.Fields) == 0 {
			c.say("", "pack.problem.required", "Names", "rows, fields")
		}
		return
	}
	base := c.pack.Form(f.SummaryOf)
	switch {
	case base == nil:
		c.say("/summary_of", "pack.problem.no_form", "Code", f.SummaryOf)
	case base.SummaryOf != "":
		c.say("/summary_of", "pack.problem.summary_of_summary", "Code", f.SummaryOf)
	case base.Period != f.Period || base.Kind != f.Kind:
		c.say("/period", "pack.problem.summary_period", "Code", f.SummaryOf)
	}
}

func (c *formCheck) rows(f Form) {
	if c.doc.at["/rows"] == nil {
		return
	}
	r := f.Rows
	switch {
	case r.Kind == "fixed" && len(r.Fixed) == 0:
		c.say("/rows", "pack.problem.no_rows")
	case r.Kind != "fixed" && len(r.Fixed) > 0:
		c.say("/rows/fixed", "pack.problem.rows_idle", "Kind", r.Kind)
	case r.Kind == "repeating" && r.From == "", r.From != "" && r.From != "orgs":
		c.say("/rows/from", "pack.problem.no_register", "Code", r.From)
	case r.From != "" && r.Kind != "repeating":
		c.say("/rows/from", "pack.problem.rows_idle", "Kind", r.Kind)
	}
	c.twice("/rows/fixed", len(r.Fixed), func(i int) string { return r.Fixed[i].Code })
	for i, row := range r.Fixed {
		at := fmt.Sprintf("/rows/fixed/%d", i)
		if t, ok := row.Filter["theme"]; ok && !slices.Contains(codesOf(c.pack.Themes), t) {
			c.say(at+"/filter/theme", "pack.problem.no_theme", "Code", t)
		}
		if row.Typed && (row.Total || len(row.Filter) > 0) {
			c.say(at+"/typed", "pack.problem.row_typed")
		}
	}
}

func (c *formCheck) field(f Form, fd Field, at string) {
	c.fieldType(fd, at)
	if fd.Unit != "" && len(c.pack.Indicators.Units) > 0 && !slices.Contains(unitCodes(c.pack.Indicators.Units), fd.Unit) {
		c.say(at+"/unit", "pack.problem.no_unit", "Code", fd.Unit)
	}
	for i, code := range fd.Indicators {
		if len(c.pack.Indicators.Definitions) > 0 && !c.pack.hasIndicator(code) {
			c.say(fmt.Sprintf("%s/indicators/%d", at, i), "pack.problem.no_indicator", "Code", code)
		}
	}
	for i, code := range fd.Rows {
		if !slices.ContainsFunc(f.Rows.Fixed, func(r Row) bool { return r.Code == code }) {
			c.say(fmt.Sprintf("%s/rows/%d", at, i), "pack.problem.no_row", "Code", code)
		}
	}
	if fd.Derive == "" {
		return
	}
	if fd.Carry || fd.SameAs != "" {
		c.say(at+"/derive", "pack.problem.derive_typed")
	}
	if strings.HasPrefix(fd.Derive, "org.") {
		if f.Rows.From != "orgs" {
			c.say(at+"/derive", "pack.problem.derive_rows")
		}
		return
	}
	c.formula(at+"/derive", fd.Derive)
}

func (p *Pack) hasIndicator(code string) bool {
	return slices.ContainsFunc(p.Indicators.Definitions, func(d Indicator) bool { return d.Code == code })
}

// fieldType checks that what is said of a field goes with its type.
func (c *formCheck) fieldType(fd Field, at string) {
	choice := fd.Type == "choice"
	switch {
	case choice != (len(fd.Choices) > 0):
		c.say(at+"/choices", "pack.problem.choices")
	case fd.Type != "decimal" && fd.Decimals > 0:
		c.say(at+"/decimals", "pack.problem.decimals", "Type", fd.Type)
	case !fd.Numeric() && (fd.Min != "" || fd.Max != ""):
		c.say(at, "pack.problem.min_max", "Type", fd.Type)
	case !fd.Numeric() && (fd.Unit != "" || fd.Area == "sum"):
		c.say(at, "pack.problem.no_number_field", "Type", fd.Type)
	}
	lo, okLo := new(big.Rat).SetString(fd.Min)
	hi, okHi := new(big.Rat).SetString(fd.Max)
	if okLo && okHi && hi.Cmp(lo) < 0 {
		c.say(at+"/max", "pack.problem.order", "From", fd.Min, "To", fd.Max)
	}
	c.twice(at+"/choices", len(fd.Choices), func(i int) string { return fd.Choices[i].Code })
}

func (c *formCheck) rule(r Rule, at string, fields map[string]bool) {
	paired := r.Kind == "compulsory" || r.Kind == "exclusive"
	switch {
	case paired && (len(r.Pair) != 2 || r.Check != ""):
		c.say(at, "pack.problem.rule_pair", "Kind", r.Kind)
	case !paired && (r.Check == "" || len(r.Pair) > 0):
		c.say(at, "pack.problem.rule_check")
	}
	for i, code := range r.Pair {
		if !fields[code] {
			c.say(fmt.Sprintf("%s/pair/%d", at, i), "pack.problem.no_field", "Code", code)
		}
	}
	if r.Check != "" {
		c.formula(at+"/check", r.Check)
	}
}

// formula says what is wrong with the spelling of a formula, at its place.
func (c *formCheck) formula(ptr, src string) {
	if bad := formula.Syntax(src); bad != nil {
		c.bad = append(c.bad, c.doc.within(ptr, bad.Offset, bad.Key, bad.Args...))
	}
}
