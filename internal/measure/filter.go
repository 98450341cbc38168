package measure

import (
	"maps"
	"slices"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/formula"
)

// ParseFilter reads the canonical text of formula.Ref: "age=60+,theme=health".
// It fails with Invalid where a part has no value or a dimension stands there
// twice.
func ParseFilter(s string) (map[string]string, error) {
	if s == "" {
		return nil, nil
	}
	out := map[string]string{}
	for part := range strings.SplitSeq(s, ",") {
		dim, value, ok := strings.Cut(part, "=")
		if _, twice := out[dim]; !ok || dim == "" || value == "" || twice {
			return nil, errs.New(errs.Invalid, "measure.bad_filter", "Filter", s)
		}
		out[dim] = value
	}
	return out, nil
}

// FilterText is the canonical text of a filter, sorted by dimension.
func FilterText(f map[string]string) string {
	parts := make([]string, 0, len(f))
	for _, dim := range slices.Sorted(maps.Keys(f)) {
		parts = append(parts, dim+"="+f[dim])
	}
	return strings.Join(parts, ",")
}

// filterOf reads the filter of a reference and checks it against the measure.
func (d *Decl) filterOf(text string) (map[string]string, error) {
	f, err := ParseFilter(text)
	if err != nil {
		return nil, err
	}
	for dim, value := range f {
		i := slices.IndexFunc(d.Dims, func(x formula.Dim) bool { return x.Name == dim })
		switch {
		case i < 0:
			return nil, errs.New(errs.Invalid, "measure.no_dim", "Code", d.Code, "Dim", dim, "Have", d.dimNames())
		case d.Dims[i].Values != nil && !slices.Contains(d.Dims[i].Values, value):
			return nil, errs.New(errs.Invalid, "measure.no_value", "Code", d.Code, "Dim", dim, "Value", value, "Have", strings.Join(d.Dims[i].Values, ", "))
		}
	}
	return f, nil
}

func (d *Decl) dimNames() string {
	var names []string
	for _, x := range d.Dims {
		names = append(names, x.Name)
	}
	if names == nil {
		return "–"
	}
	return strings.Join(names, ", ")
}

// narrow adds a filter to a reference as far as its measure knows the
// dimensions. ok is false where the reference already asks for another value:
// then no cell can answer both.
func narrow(d *Decl, r formula.Ref, more map[string]string) (formula.Ref, bool) {
	if r.Op == formula.Target {
		return r, true
	}
	f, err := ParseFilter(r.Filter)
	if err != nil {
		return r, true // Column says what is wrong with it
	}
	out := map[string]string{}
	maps.Copy(out, f)
	for dim, value := range more {
		if !slices.ContainsFunc(d.Dims, func(x formula.Dim) bool { return x.Name == dim }) {
			continue
		}
		if had, ok := f[dim]; ok && had != value {
			return r, false
		}
		out[dim] = value
	}
	r.Filter = FilterText(out)
	return r, true
}
