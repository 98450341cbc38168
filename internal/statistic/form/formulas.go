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
	if s.out.Rules != nil {
		for _, b := range s.out.Rules(f) {
			out = append(out, faults(b.Rule, []formula.Problem{b.Problem})...)
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
