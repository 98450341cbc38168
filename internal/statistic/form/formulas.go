package form

import (
	"maps"
	"slices"
	"strings"

	"xuedu/internal/formula"
	"xuedu/internal/pack"
)

// without are the measures that a derived cell may use: all but the answers of
// its own form, which are made of it.
type without struct {
	formula.Symbols
	form string
}

func (w without) Symbol(code string) (formula.Symbol, bool) {
	if strings.HasPrefix(code, w.form+".") {
		return formula.Symbol{}, false
	}
	return w.Symbols.Symbol(code)
}

// formulaProblems checks that every derived cell and every rule computes.
func (s *Service) formulaProblems(f pack.Form, symbols formula.Symbols) []Problem {
	var out []Problem
	for _, fd := range f.Fields {
		if fd.Derive != "" && !IsRegister(fd.Derive) {
			out = append(out, s.derive(f, fd, without{symbols, f.Code})...)
		}
	}
	rules := Symbols{&f}
	for _, r := range f.Rules {
		if r.Check != "" {
			out = append(out, ruleProblems(r, rules)...)
		}
	}
	return out
}

// IsRegister reports whether a derived cell names a value of the register that
// gives the rows (org.code) rather than measures.
func IsRegister(derive string) bool {
	rest, ok := strings.CutPrefix(derive, "org.")
	return ok && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz_") == ""
}

func (s *Service) derive(f pack.Form, fd pack.Field, symbols formula.Symbols) []Problem {
	if !fd.Numeric() {
		return []Problem{problem(NotNumber, fd.Code, "Type", fd.Type)}
	}
	prog, bad := formula.Compile(fd.Derive, symbols)
	if len(bad) > 0 {
		return faults(fd.Code, bad)
	}
	var out []Problem
	if prog.Type != formula.Number {
		return []Problem{problem(NotNumber, fd.Code, "Type", string(prog.Type))}
	}
	if want := s.unit(fd.Unit); prog.Unit != want {
		out = append(out, problem(UnitDiffers, fd.Code, "Got", unitName(prog.Unit), "Want", unitName(want)))
	}
	for _, r := range f.Rows.Fixed {
		if f.Origin(r, fd) != pack.CellDerived {
			continue
		}
		for _, dim := range slices.Sorted(maps.Keys(r.Filter)) {
			if !knowsDim(prog, symbols, dim) {
				p := problem(RowFilter, fd.Code, "Row", r.Code, "Dim", dim)
				p.Row = r.Code
				out = append(out, p)
			}
		}
	}
	return out
}

// knowsDim reports whether some measure of a program can be filtered by dim.
func knowsDim(p *formula.Program, symbols formula.Symbols, dim string) bool {
	for _, ref := range p.Refs() {
		sym, _ := symbols.Symbol(ref.Code)
		if slices.ContainsFunc(sym.Dims, func(d formula.Dim) bool { return d.Name == dim }) {
			return true
		}
	}
	return false
}

func ruleProblems(r pack.Rule, symbols formula.Symbols) []Problem {
	prog, bad := formula.Compile(r.Check, symbols)
	switch {
	case len(bad) > 0:
		return faults(r.Code, bad)
	case prog.Type != formula.Truth:
		return []Problem{problem(NotTruth, r.Code)}
	}
	return nil
}

func faults(field string, bad []formula.Problem) []Problem {
	out := make([]Problem, len(bad))
	for i, b := range bad {
		out[i] = Problem{Ground: BadFormula, Field: field, Key: b.Key, Args: b.Args, Offset: b.Offset}
	}
	return out
}

func unitName(u formula.Unit) string {
	if u == "" {
		return "1"
	}
	return string(u)
}

// Symbols are the fields of a form as the codes of its rules: plain numbers,
// for a rule compares what the form puts side by side, and [row=CODE] picks a
// row of a fixed form.
type Symbols struct{ Form *pack.Form }

// Symbol implements formula.Symbols.
func (s Symbols) Symbol(code string) (formula.Symbol, bool) {
	fd, ok := s.Form.Field(code)
	if !ok || !fd.Numeric() && fd.Type != "yesno" {
		return formula.Symbol{}, false
	}
	sym := formula.Symbol{Code: code, Area: formula.Sum, Time: formula.Sum, Span: true}
	var rows []string
	for _, r := range s.Form.FixedRows() {
		if s.Form.Origin(r, fd) != pack.CellNone {
			rows = append(rows, r.Code)
		}
	}
	if len(rows) > 0 {
		sym.Dims = []formula.Dim{{Name: "row", Values: rows, Add: formula.Sum}}
	}
	return sym, true
}

// Near implements formula.Symbols.
func (s Symbols) Near(code string) []string {
	var out []string
	for _, fd := range s.Form.Fields {
		if fd.Numeric() && len(out) < 3 && (strings.Contains(fd.Code, code) || strings.Contains(code, fd.Code)) {
			out = append(out, fd.Code)
		}
	}
	return out
}
