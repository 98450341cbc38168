package indicatorhttp

import (
	"html/template"
	"slices"
	"strings"

	"xuedu/internal/indicator"
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/period"
	"xuedu/internal/ui"
)

// axes of a board, in the order in which they make up the rows.
var axes = []string{"indicator", "area", "slice", "period"}

// pivot is a table with one axis across and the others down. An axis with one
// member stands in the caption instead.
type pivot struct {
	Caption string
	Heads   []string // of the columns that name a row
	Columns []string
	Rows    []pivotRow
	Linked  bool
}

// Body is the rows as markup. A board has up to 19,200 cells, for which a
// template alone takes most of a second.
func (t *pivot) Body() (template.HTML, error) {
	d := &drawer{states: map[cell]string{}}
	for _, r := range t.Rows {
		d.b.WriteString("<tr>")
		for _, n := range r.Names {
			d.b.WriteString(`<th scope="row">` + template.HTMLEscapeString(n) + "</th>")
		}
		for _, c := range r.Cells {
			if err := d.cell(c); err != nil {
				return "", err
			}
		}
		d.b.WriteString("</tr>\n")
	}
	return template.HTML(d.b.String()), nil // every text was escaped
}

// drawer writes cells; those without a number look alike, and each look is
// drawn by the template once.
type drawer struct {
	b      strings.Builder
	states map[cell]string
}

func (d *drawer) cell(c cell) error {
	d.b.WriteString(`<td class="n">`)
	if c.Href != "" {
		d.b.WriteString(`<a href="` + template.HTMLEscapeString(c.Href) + `">`)
	}
	if c.State == ledger.Value {
		d.b.WriteString(`<data value="` + template.HTMLEscapeString(c.Exact) + `">` + template.HTMLEscapeString(c.Text) + "</data>")
	} else if err := d.state(c); err != nil {
		return err
	}
	if c.Href != "" {
		d.b.WriteString("</a>")
	}
	for _, small := range []string{c.Cause, c.Coverage} {
		if small != "" {
			d.b.WriteString("<small>" + template.HTMLEscapeString(small) + "</small>")
		}
	}
	d.b.WriteString("</td>")
	return nil
}

func (d *drawer) state(c cell) error {
	look := cell{Cell: c.Cell}
	s, ok := d.states[look]
	if !ok {
		var b strings.Builder
		if err := boardView.Tmpl.ExecuteTemplate(&b, "cell", c.Cell); err != nil {
			return err
		}
		s = b.String()
		d.states[look] = s
	}
	d.b.WriteString(s)
	return nil
}

type pivotRow struct {
	Names []string
	Cells []cell
}

// place of a cell on the axes.
type coord struct {
	code, slice string
	nr          int
	at          period.Period
}

func (c coord) on(axis string) coord {
	switch axis {
	case "indicator":
		return coord{code: c.code}
	case "area":
		return coord{nr: c.nr}
	case "slice":
		return coord{slice: c.slice}
	}
	return coord{at: c.at}
}

func without(c coord, axis string) coord {
	switch axis {
	case "indicator":
		c.code = ""
	case "area":
		c.nr = 0
	case "slice":
		c.slice = ""
	default:
		c.at = period.Period{}
	}
	return c
}

func coordOf(c indicator.Cell) coord { return coord{c.Code, c.Slice, c.Nr, c.Period} }

// pivot arranges cells.
func (h *Pages) pivot(p ui.Page, q question, cells []indicator.Cell) *pivot {
	members := map[string][]coord{}
	seen := map[string]map[coord]bool{}
	for _, axis := range axes {
		seen[axis] = map[coord]bool{}
	}
	at := map[coord]indicator.Cell{}
	for _, c := range cells {
		k := coordOf(c)
		at[k] = c
		for _, axis := range axes {
			if m := k.on(axis); !seen[axis][m] {
				seen[axis][m] = true
				members[axis] = append(members[axis], m)
			}
		}
	}
	slices.SortFunc(members["period"], func(a, b coord) int { return int(a.at.From - b.at.From) })
	t := &pivot{Linked: len(cells) <= maxLinked}
	x := &arranger{h: h, p: p, q: q, members: members, at: at, t: t}
	x.heads()
	x.rows()
	return t
}

type arranger struct {
	h       *Pages
	p       ui.Page
	q       question
	members map[string][]coord
	at      map[coord]indicator.Cell
	t       *pivot
	down    []string // axes of the rows
}

func (x *arranger) heads() {
	var caption []string
	for _, axis := range axes {
		switch n := len(x.members[axis]); {
		case axis == x.q.cols:
			for _, m := range x.members[axis] {
				x.t.Columns = append(x.t.Columns, x.name(axis, m))
			}
		case n > 1 || axis == "indicator":
			x.down = append(x.down, axis)
			x.t.Heads = append(x.t.Heads, x.p.T("indicators.axis."+axis))
		case n == 1 && x.name(axis, x.members[axis][0]) != "":
			caption = append(caption, x.name(axis, x.members[axis][0]))
		}
	}
	x.t.Caption = strings.Join(caption, " · ")
}

// rows makes the rows in the order in which their cells came.
func (x *arranger) rows() {
	done := map[coord]bool{}
	x.each(coord{}, axes, func(k coord) {
		r := without(k, x.q.cols)
		if done[r] {
			return
		}
		done[r] = true
		row := pivotRow{}
		for _, axis := range x.down {
			row.Names = append(row.Names, x.name(axis, k.on(axis)))
		}
		any := false
		for _, m := range x.members[x.q.cols] {
			c, ok := x.at[with(r, x.q.cols, m)]
			if !ok {
				row.Cells = append(row.Cells, cell{Cell: figureview.Dash(x.p, ledger.NotApplicable)})
				continue
			}
			any = true
			row.Cells = append(row.Cells, x.cell(c))
		}
		if any {
			x.t.Rows = append(x.t.Rows, row)
		}
	})
}

// each calls f for every combination of members.
func (x *arranger) each(k coord, rest []string, f func(coord)) {
	if len(rest) == 0 {
		f(k)
		return
	}
	if rest[0] == x.q.cols { // goes across
		x.each(k, rest[1:], f)
		return
	}
	for _, m := range x.members[rest[0]] {
		x.each(with(k, rest[0], m), rest[1:], f)
	}
}

func with(k coord, axis string, m coord) coord {
	switch axis {
	case "indicator":
		k.code = m.code
	case "area":
		k.nr = m.nr
	case "slice":
		k.slice = m.slice
	default:
		k.at = m.at
	}
	return k
}

func (x *arranger) cell(c indicator.Cell) cell {
	d := x.def(c.Code)
	out := x.h.cellOf(x.p, c, d)
	if !x.t.Linked {
		out.Href = ""
	}
	return out
}

func (x *arranger) def(code string) indicator.Definition {
	for _, d := range x.q.defs {
		if d.Code == code {
			return d
		}
	}
	return indicator.Definition{}
}

func (x *arranger) name(axis string, m coord) string {
	switch axis {
	case "indicator":
		d := x.def(m.code)
		return d.Code + " " + d.Name.In(x.p.Lang) + x.p.T("indicators.in_unit", "Unit", x.h.unitName(x.p, d.Unit))
	case "area":
		return x.h.Tree().At(m.nr).In(x.p.Lang)
	case "slice":
		if m.slice == "" {
			return ""
		}
		return x.h.filterWords(x.p, x.q.By+"="+m.slice)
	}
	return figureview.PeriodName(x.p, m.at)
}
