package paper

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"xuedu/internal/release"
	"xuedu/internal/sheet"
)

// Annex writes the figures of a release as a workbook: what is in it, a sheet
// for each group of figures, how they are counted, the areas. A figure that is
// not shown is the word of its state. Numbers are numbers, all else is text.
func (p Papers) Annex(r *release.Release, lang string) ([]byte, error) {
	w, err := p.of(r, lang, false)
	if err != nil {
		return nil, err
	}
	at, err := time.Parse(time.RFC3339, r.Frozen)
	if err != nil {
		return nil, fmt.Errorf("write %s: time of the freeze: %w", AnnexName(lang), err)
	}
	book, err := sheet.NewBook(sheet.Info{Title: w.title(), Author: w.in(r.Publisher), Lang: lang, At: at})
	if err != nil {
		return nil, err
	}
	a := &annex{paper: w, book: book}
	var b bytes.Buffer
	if err = a.write(); err == nil {
		_, err = book.WriteTo(&b)
	}
	if e := book.Close(); err == nil {
		err = e
	}
	if err != nil {
		return nil, fmt.Errorf("write %s of %s: %w", AnnexName(lang), r.Series, err)
	}
	return b.Bytes(), nil
}

type annex struct {
	*paper
	book *sheet.Book
}

// group is a set of figures that share a sheet: their codes begin alike.
type group struct {
	name  string
	defs  []release.Definition
	cells int
}

func (a *annex) write() error {
	groups := a.groups()
	if err := a.contents(groups); err != nil {
		return err
	}
	for _, g := range groups {
		if err := a.figures(g); err != nil {
			return err
		}
	}
	if err := a.defined(); err != nil {
		return err
	}
	return a.areas()
}

// groups sorts figures by the group that the release gives them, in the order
// of their codes; those without one stand together under the name of none.
func (a *annex) groups() (out []group) {
	at, of := map[string]int{}, map[string]int{}
	for _, d := range a.r.Measures {
		n, ok := at[d.Group]
		if !ok {
			name := d.Group
			if name == "" {
				name = a.T("paper.sheet.others")
			}
			n, out = len(out), append(out, group{name: a.T("paper.sheet.group", "Group", name)})
			at[d.Group] = n
		}
		out[n].defs, of[d.Code] = append(out[n].defs, d), n
	}
	for _, c := range a.r.Cells {
		if n, ok := of[c.Code]; ok {
			out[n].cells++
		}
	}
	return out
}

// sheet writes one sheet.
func (a *annex) sheet(name string, cols []sheet.Col, rows func(put func(...any) error) error) error {
	s, err := a.book.Sheet(name, cols...)
	if err != nil {
		return err
	}
	if err := rows(s.Row); err != nil {
		return err
	}
	return s.Flush()
}

// contents say what the workbook is and what its sheets hold.
func (a *annex) contents(groups []group) error {
	cols := []sheet.Col{{Title: a.in(a.r.Title), Width: 36}, {Title: a.period(), Width: 64}, {Title: a.T("paper.rows"), Format: sheet.Integer, Width: 12}}
	return a.sheet(a.T("publish.contents"), cols, func(put func(...any) error) error {
		head := append([]fact{{Term: a.T("paper.publisher"), Text: a.in(a.r.Publisher)}}, append(a.cover(), a.proof()...)...)
		if s := a.in(a.r.Reason); s != "" {
			head = append(head, fact{Term: a.T("publish.changes.why"), Text: s})
		}
		if a.r.Synthetic {
			head = append(head, fact{Term: a.T("ui.demo"), Text: a.T("ui.demo.text")})
		}
		for _, f := range head {
			if err := put(f.Term, f.Text); err != nil {
				return err
			}
		}
		for _, g := range groups {
			if err := put(g.name, a.T("paper.sheet.holds", "N", len(g.defs), "First", a.in(g.defs[0].Name)), g.cells); err != nil {
				return err
			}
		}
		if err := put(a.T("paper.definitions"), "", len(a.r.Measures)); err != nil {
			return err
		}
		return put(a.T("paper.areas"), "", len(a.r.Areas))
	})
}

// figures are tidy: a line for each figure of an area and a period.
func (a *annex) figures(g group) error {
	cols := []sheet.Col{{Title: a.T("paper.code"), Width: 10}, {Title: a.T("publish.figure"), Width: 32}, {Title: a.T("paper.area_code"), Width: 16}, {Title: a.T("publish.place"), Width: 18},
		{Title: a.T("publish.period"), Width: 12}, {Title: a.T("paper.slice"), Width: 16}, {Title: a.T("publish.value"), Format: sheet.Decimal, Width: 16}, {Title: a.T("paper.unit"), Width: 12},
		{Title: a.T("paper.state"), Width: 14}, {Title: a.T("paper.reported"), Format: sheet.Integer, Width: 10}, {Title: a.T("paper.expected"), Format: sheet.Integer, Width: 10}}
	has := map[string]bool{}
	for _, d := range g.defs {
		has[d.Code] = true
	}
	return a.sheet(g.name, cols, func(put func(...any) error) error {
		for _, c := range a.r.Cells {
			if !has[c.Code] {
				continue
			}
			if err := put(a.row(c)...); err != nil {
				return err
			}
		}
		return nil
	})
}

// row is a figure. A value is a number; where there is none the place is empty
// and the state says why, so that nobody counts it as zero.
func (a *annex) row(c release.Cell) []any {
	d, _ := a.x.Definition(c.Code)
	at, _ := a.x.Area(c.Area)
	unit := a.in(d.UnitName)
	if unit == "" && d.Unit == "percent" {
		unit = "%"
	}
	out := []any{c.Code, a.in(d.Name), c.Area, a.in(at.Name), c.Period, a.slice(d, c.Slice), nil, unit, a.T("figure.state." + c.State), nil, nil}
	switch v, err := strconv.ParseFloat(c.Value, 64); {
	case err == nil:
		out[6] = sheet.Number{Value: v, Places: int(d.Places)}
	case c.State == "nil":
		out[6] = sheet.Number{Places: int(d.Places)}
	}
	if c.Expected > 0 {
		out[9], out[10] = int64(c.Reported), int64(c.Expected)
	}
	return out
}

func (a *annex) slice(d release.Definition, code string) any {
	for _, s := range d.Slices {
		if s.Code == code {
			return a.in(s.Name)
		}
	}
	if code == "" {
		return nil
	}
	return code
}

func (a *annex) defined() error {
	cols := []sheet.Col{{Title: a.T("paper.code"), Width: 10}, {Title: a.T("publish.figure"), Width: 32}, {Title: a.T("paper.unit"), Width: 24}, {Title: a.T("publish.definition"), Width: 60},
		{Title: a.T("publish.formula"), Width: 40}, {Title: a.T("publish.clauses"), Width: 16}}
	return a.sheet(a.T("paper.definitions"), cols, func(put func(...any) error) error {
		for _, d := range a.definitions() {
			if err := put(d.Code, d.Name, d.Unit, d.Note, d.Formula, d.Clauses); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *annex) areas() error {
	cols := []sheet.Col{{Title: a.T("paper.area_code"), Width: 16}, {Title: a.T("publish.place"), Width: 24}, {Title: a.T("paper.within"), Width: 16}}
	return a.sheet(a.T("paper.areas"), cols, func(put func(...any) error) error {
		for _, x := range a.r.Areas {
			if err := put(x.Code, a.in(x.Name), x.Parent); err != nil {
				return err
			}
		}
		return nil
	})
}
