package rule

import (
	"slices"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
)

// own checks the rules of the form itself.
func (c *checker) own() {
	for _, r := range c.Form.Rules {
		switch r.Kind {
		case "compulsory":
			c.compulsory(r)
		case "exclusive":
			c.exclusive(r)
		default:
			c.condition(r)
		}
	}
}

func (c *checker) sayOwn(r pack.Rule, k Key) {
	c.found = append(c.found, Finding{Rule: r.Code, Key: k, Hard: r.Weight != "soft", Own: r.Text})
}

// condition evaluates a rule for every row. A rule that names the row of every
// field speaks of the whole form, and is evaluated once.
func (c *checker) condition(r pack.Rule) {
	p, faults := formula.Compile(r.Check, symbols{&c.Form})
	if faults != nil || p.Type != formula.Truth || len(c.Rows) == 0 {
		return
	}
	res, err := p.Eval(rows{&c.Sheet}, formula.Missing{})
	if err != nil {
		return
	}
	refs := p.Refs()
	at := slices.IndexFunc(refs, func(r formula.Ref) bool { return r.Filter == "" })
	for i, row := range c.Rows {
		if res.State[i] != formula.Value || res.True(i) {
			continue
		}
		if at >= 0 {
			c.sayOwn(r, Key{row.Code, refs[at].Code})
			continue
		}
		if len(refs) > 0 {
			c.sayOwn(r, Key{rowOf(refs[0]), refs[0].Code})
		}
		return
	}
}

// rowOf returns the row that a reference names.
func rowOf(r formula.Ref) string { return strings.TrimPrefix(r.Filter, "row=") }

// compulsory: who fills in one field of the pair fills in all.
func (c *checker) compulsory(r pack.Rule) {
	for _, row := range c.Rows {
		given, missing := 0, ""
		for _, code := range r.Pair {
			switch k := (Key{row.Code, code}); {
			case c.asks(row, code) && c.Cells[k].State != formula.NotReported:
				given++
			case c.asks(row, code) && missing == "":
				missing = code
			}
		}
		if given > 0 && missing != "" {
			c.sayOwn(r, Key{row.Code, missing})
		}
	}
}

// exclusive: at most one field of the pair has something other than nothing.
func (c *checker) exclusive(r pack.Rule) {
	for _, row := range c.Rows {
		given := 0
		for _, code := range r.Pair {
			x := c.Cells[Key{row.Code, code}]
			f, _ := c.Form.Field(code)
			if !c.asks(row, code) || x.State != formula.Value || (f.Numeric() || f.Type == "yesno") && x.Num == 0 {
				continue
			}
			if given++; given == 2 {
				c.sayOwn(r, Key{row.Code, code})
			}
		}
	}
}

func (c *checker) asks(row pack.Row, code string) bool {
	f, ok := c.Form.Field(code)
	return ok && c.Form.Origin(row, f) != pack.CellNone
}

// symbols are the fields of a form that hold numbers, and those that are
// answered by yes (1) or no (0). Their units do not matter: people may be
// compared with visits.
type symbols struct{ form *pack.Form }

// Symbol implements formula.Symbols.
func (s symbols) Symbol(code string) (formula.Symbol, bool) {
	f, ok := s.form.Field(code)
	if !ok || !f.Numeric() && f.Type != "yesno" {
		return formula.Symbol{}, false
	}
	sym := formula.Symbol{Code: code, Area: formula.Sum, Time: formula.Sum}
	var names []string
	for _, r := range s.form.FixedRows() {
		if s.form.Origin(r, f) != pack.CellNone {
			names = append(names, r.Code)
		}
	}
	if len(names) > 0 {
		sym.Dims = []formula.Dim{{Name: "row", Values: names, Add: formula.Sum}}
	}
	return sym, true
}

// Near implements formula.Symbols: fields that contain the code or lie in it.
func (s symbols) Near(code string) (near []string) {
	for _, f := range s.form.Fields {
		if _, ok := s.Symbol(f.Code); ok && (strings.Contains(f.Code, code) || strings.Contains(code, f.Code)) {
			near = append(near, f.Code)
		}
	}
	return near
}

// rows gives the cells of a sheet to a formula: its areas are the rows.
type rows struct{ *Sheet }

// Len implements formula.Env.
func (r rows) Len() int { return len(r.Rows) }

// Load implements formula.Env.
func (r rows) Load(ref formula.Ref) (formula.Loaded, error) {
	cells := r.Cells
	if ref.Back > 0 {
		cells = r.Last
	}
	f, ok := r.Form.Field(ref.Code)
	if !ok || ref.Op != formula.Plain || ref.Back > 1 {
		return formula.Loaded{}, errNotHere()
	}
	n := len(r.Rows)
	c := formula.Column{State: make([]formula.State, n), Num: make([]int64, n)}
	if p := power(places(f)); p > 1 {
		c.Den = make([]int64, n)
		for i := range c.Den {
			c.Den[i] = p
		}
	}
	for i, row := range r.Rows {
		if ref.Filter != "" {
			row = r.named(rowOf(ref))
		}
		c.State[i] = formula.NotApplicable
		if r.Form.Origin(row, f) == pack.CellNone {
			continue
		}
		x := cells[Key{row.Code, ref.Code}]
		if c.State[i] = x.State; x.State == formula.Value {
			c.Num[i] = x.Num
		}
	}
	return formula.Loaded{Column: c}, nil
}

func (r rows) named(code string) pack.Row {
	if i := slices.IndexFunc(r.Rows, func(x pack.Row) bool { return x.Code == code }); i >= 0 {
		return r.Rows[i]
	}
	return pack.Row{Code: code}
}

func errNotHere() error { return errs.New(errs.Invalid, "rule.not_here") }

// Ancestor implements formula.Env: rows have no areas.
func (r rows) Ancestor(string) ([]int32, error) { return nil, errNotHere() }

// Within implements formula.Env: rows have no areas.
func (r rows) Within(string) ([]int32, []bool, error) { return nil, nil, errNotHere() }
