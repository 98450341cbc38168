package formula

import (
	"slices"
	"strings"
)

// term is a reference that is added to others somewhere above it.
type term struct {
	Ref
	sym    *Symbol
	filter []part
	minus  bool
}

func negated(terms []term) []term {
	out := slices.Clone(terms)
	for i := range out {
		out[i].minus = !out[i].minus
	}
	return out
}

// merged returns the terms of both, each once.
func merged(a, b []term) []term {
	out := slices.Clip(a)
	for _, y := range b {
		if !slices.ContainsFunc(out, func(x term) bool { return x.Ref == y.Ref && x.minus == y.minus }) {
			out = append(out, y)
		}
	}
	return out
}

// clash returns what forbids adding x and y, as key and arguments of a
// problem; "" if nothing does. A difference is always allowed.
func (x term) clash(y term) (key string, args []any) {
	switch {
	case x.minus != y.minus || x.Op == Target || y.Op == Target || x.Ref == y.Ref:
	case x.Code != y.Code:
		if x.sym.Area == Distinct && y.sym.Area == Distinct && x.sym.Unit == y.sym.Unit {
			return "formula.sum_distinct", []any{"A", x.Code, "B", y.Code}
		}
	case x.Back != y.Back || x.Op != y.Op:
		if x.sym.Time == Distinct || x.sym.Time == None {
			return "formula.sum_time", []any{"Code", x.Code}
		}
	case !x.apart(y) && (x.sym.Area == Distinct || x.overlap(y) != ""):
		return "formula.sum_filter", []any{"Code", x.Code, "A", x.bracket(), "B", y.bracket()}
	}
	return "", nil
}

// apart reports whether nothing counts for both: some dimension whose values
// exclude each other has different values.
func (x term) apart(y term) bool {
	return slices.ContainsFunc(x.sym.Dims, func(d Dim) bool {
		a, b := valueOf(x.filter, d.Name), valueOf(y.filter, d.Name)
		return d.Add == Sum && a != "" && b != "" && a != b
	})
}

// overlap returns a dimension whose values do not exclude each other and
// differ; "" if there is none.
func (x term) overlap(y term) string {
	for _, d := range x.sym.Dims {
		a, b := valueOf(x.filter, d.Name), valueOf(y.filter, d.Name)
		if d.Add != Sum && a != "" && b != "" && a != b {
			return d.Name
		}
	}
	return ""
}

func valueOf(filter []part, dim string) string {
	for _, p := range filter {
		if p.dim == dim {
			return p.value
		}
	}
	return ""
}

// bracket shows x as it is written.
func (x term) bracket() string {
	var b strings.Builder
	b.WriteString(x.Code)
	printFilter(&b, x.filter)
	return b.String()
}
