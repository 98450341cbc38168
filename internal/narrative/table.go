package narrative

import (
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/release"
)

// axis is one direction of a table.
type axis struct {
	dim    string // code, area, period, slice
	values []string
	names  []string
}

func (a *axis) add(value, name string) {
	a.values, a.names = append(a.values, value), append(a.names, name)
}

// table fills in a bound table or chart: its rows are what there is several of
// first (areas, periods, slices), its columns what there is several of next.
func (x *filler) table(b *Binding) *Table {
	axes, ok := x.axes(b)
	if !ok {
		return nil
	}
	if !x.comparable(b) {
		return nil
	}
	var many []axis
	for _, a := range axes[1:] {
		if len(a.values) > 1 {
			many = append(many, a)
		}
	}
	columns := axes[0]
	switch {
	case len(many) == 0:
		many = []axis{axes[1]}
	case len(many) == 2 && len(columns.values) == 1:
		columns = many[1]
	case len(many) > 1:
		x.problem(b, "dims")
		return nil
	}
	return x.cross(b, many[0], columns)
}

// cross fills the cells in.
func (x *filler) cross(b *Binding, rows, columns axis) *Table {
	t := &Table{Caption: b.Args["caption"], Columns: append([]string{x.words["head."+rows.dim]}, columns.names...)}
	if t.Caption == "" {
		d, _ := x.Definition(b.Codes[0])
		t.Caption = d.Name[x.scope.Lang]
	}
	for i, v := range rows.values {
		row := Row{Name: rows.names[i]}
		for _, w := range columns.values {
			k := x.key(b, b.Codes[0])
			set(&k, rows.dim, v)
			set(&k, columns.dim, w)
			c, d, ok := x.cell(b, k)
			if !ok {
				return nil
			}
			cell := Cell{Key: k, State: c.State, Text: x.shown(c, d.Places)}
			if _, known := exact(c); known {
				cell.Value = c.Value
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func set(k *release.Key, dim, v string) {
	switch dim {
	case "code":
		k.Code = v
	case "area":
		k.Area = v
	case "period":
		k.Period = v
	case "slice":
		k.Slice = v
	}
}

// axes reads what a binding asks for in each direction: codes, areas, periods,
// slices.
func (x *filler) axes(b *Binding) ([]axis, bool) {
	codes := axis{dim: "code"}
	for _, c := range b.Codes {
		d, ok := x.Definition(c)
		if !ok {
			x.problem(b, "no_measure", "Code", c)
			return nil, false
		}
		codes.add(c, x.head(d))
	}
	areas, ok := x.areas(b)
	if !ok {
		return nil, false
	}
	periods := axis{dim: "period"}
	for _, p := range x.spread(b.Args["periods"]) {
		periods.add(p, x.period(p))
	}
	if len(periods.values) == 0 {
		p := x.key(b, "").Period
		periods.add(p, x.period(p))
	}
	return []axis{codes, areas, periods, x.slices(b)}, true
}

// head is the name of a figure with its unit, over a column.
func (x *filler) head(d release.Definition) string {
	u := d.UnitName[x.scope.Lang]
	if u == "" {
		return d.Name[x.scope.Lang]
	}
	return fill(x.words["head.unit"], "Name", d.Name[x.scope.Lang], "Unit", u)
}

// areas are those of a level below the area of the text, or listed by code.
func (x *filler) areas(b *Binding) (axis, bool) {
	a := axis{dim: "area"}
	self := x.key(b, "").Area
	list := strings.FieldsFunc(b.Args["areas"], func(r rune) bool { return r == ',' })
	if len(list) == 0 {
		list = []string{self}
	}
	for _, v := range list {
		if one, ok := x.Area(v); ok {
			a.add(v, one.Name[x.scope.Lang])
			continue
		}
		below := x.Below(self, v)
		if len(below) == 0 {
			x.problem(b, "no_area", "Code", v)
			return a, false
		}
		for _, one := range below {
			a.add(one.Code, one.Name[x.scope.Lang])
		}
	}
	return a, true
}

// slices are all of the dimension of the first code, where asked for.
func (x *filler) slices(b *Binding) axis {
	a := axis{dim: "slice"}
	d, _ := x.Definition(b.Codes[0])
	if b.Args["slices"] == "all" {
		for _, s := range d.Slices {
			a.add(s.Code, s.Name[x.scope.Lang])
		}
	}
	if len(a.values) == 0 {
		s := b.Args["slice"]
		a.add(s, s)
	}
	return a
}

// comparable refuses a table of persons beside person-times, and a chart of
// different units.
func (x *filler) comparable(b *Binding) bool {
	var kinds, units []string
	for _, c := range b.Codes {
		d, _ := x.Definition(c)
		kinds, units = append(kinds, d.Kind), append(units, d.Unit)
	}
	if slices.Contains(kinds, release.KindPersons) && slices.Contains(kinds, release.KindPersonTimes) {
		x.problem(b, "persons", "Codes", strings.Join(b.Codes, ", "))
		return false
	}
	slices.Sort(units)
	if b.Verb == VerbChart && len(slices.Compact(units)) > 1 {
		x.problem(b, "units", "Codes", strings.Join(b.Codes, ", "))
		return false
	}
	return true
}

// spread reads 2021..2024, 2024-Q1..2024-Q4, -3..0 and lists with commas.
func (x *filler) spread(s string) (out []string) {
	for part := range strings.SplitSeq(s, ",") {
		from, to, isRange := strings.Cut(part, "..")
		if part == "" {
			continue
		}
		from, to = x.at(from), x.at(to)
		if !isRange {
			out = append(out, from)
			continue
		}
		for p := from; len(out) < mostPeriods; p = shift(p, 1) {
			out = append(out, p)
			if p == to {
				break
			}
		}
	}
	return out
}

const mostPeriods = 200

// at is the period that a binding names: itself, or so many before that of the
// text: -1.
func (x *filler) at(p string) string {
	if n, err := strconv.Atoi(p); err == nil && n <= 0 && n > -mostPeriods {
		return shift(x.scope.Period, n)
	}
	return p
}

// shift is the period n after p, of the same kind.
func shift(p string, n int) string {
	year, rest, _ := strings.Cut(p, "-")
	y, _ := strconv.Atoi(year)
	at, _ := strconv.Atoi(strings.TrimPrefix(rest, "Q"))
	switch {
	case rest == "":
		return strconv.Itoa(y + n)
	case rest[0] == 'Q':
		q := y*4 + at - 1 + n
		return strconv.Itoa(q/4) + "-Q" + strconv.Itoa(q%4+1)
	}
	m := y*12 + at - 1 + n
	return strconv.Itoa(m/12) + "-" + strconv.Itoa(101 + m%12)[1:]
}
