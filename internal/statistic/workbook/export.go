package workbook

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/sheet"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/rule"
)

// Rows and columns of a page. Row 1 and column 1 are hidden: they hold the
// codes of fields and rows, by which reading finds its way.
const (
	keyRow   = 1
	titleRow = 2
	headRow  = 3
	unitRow  = 4
	groupRow = 5
	nameRow  = 6
	firstRow = 7
	nameCol  = 2
	firstCol = 3
)

// memory is the hidden page with what was written, so that reading knows what
// people changed.
const memory = "_xuedu"

// keyMark begins the key of a page: KEY RETURN-ID.
const keyMark = "xuedu-return"

// Export writes the returns as one workbook, a page each. It fails with
// Invalid for none or more than MaxPages, and with what reading a return
// fails with.
func (s *Service) Export(ctx context.Context, ids []string, lang string, w io.Writer) error {
	if len(ids) == 0 || len(ids) > MaxPages {
		return errs.New(errs.Invalid, "workbook.too_many", "Max", MaxPages, "N", len(ids))
	}
	g, err := sheet.NewGrid(sheet.Info{Title: s.texts.T(lang, "workbook.title"), At: s.now(), Lang: lang})
	if err != nil {
		return err
	}
	x := &exporter{s: s, g: g, lang: lang}
	err = x.all(ctx, ids)
	if err == nil {
		_, err = g.WriteTo(w)
	}
	if closeErr := g.Close(); err == nil {
		err = closeErr
	}
	return err
}

type exporter struct {
	s      *Service
	g      *sheet.Grid
	lang   string
	memory [][4]string // return, row, field, text
	front  string
}

func (x *exporter) t(key string, args ...any) string { return x.s.texts.T(x.lang, key, args...) }

func (x *exporter) all(ctx context.Context, ids []string) error {
	var forms []pack.Form
	for _, id := range ids {
		sh, err := x.s.returns.Sheet(ctx, id, x.lang)
		if err != nil {
			return err
		}
		if err := x.page(sh); err != nil {
			return err
		}
		f := sh.Collection.Form.Form
		if !containsForm(forms, f.Code) {
			forms = append(forms, f)
		}
	}
	if err := x.help(forms); err != nil {
		return err
	}
	if err := x.remember(); err != nil {
		return err
	}
	return x.g.Front(x.front)
}

func containsForm(list []pack.Form, code string) bool {
	for _, f := range list {
		if f.Code == code {
			return true
		}
	}
	return false
}

// layout places the cells of a return: rows down and fields across, or, for a
// form with one line of cells, fields down.
type layout struct {
	form   pack.Form
	single bool
	rows   []statistic.Row
}

func newLayout(sh statistic.Sheet) layout {
	l := layout{form: sh.Collection.Form.Form, rows: sh.Rows}
	l.single = l.form.Rows.Kind == "single"
	return l
}

func (l layout) at(row, field int) sheet.At {
	if l.single {
		return sheet.At{Row: firstRow + field, Col: firstCol + row}
	}
	return sheet.At{Row: firstRow + row, Col: firstCol + field}
}

func (l layout) last() sheet.At {
	return l.at(max(len(l.rows)-1, 0), len(l.form.Fields)-1)
}

func (x *exporter) page(sh statistic.Sheet) error {
	name := sh.Collection.Form.Name.In(x.lang)
	if n, ok := x.s.tree().ByID(sh.AreaID); ok {
		name = x.s.tree().At(n).In(x.lang) + " " + sh.Collection.Form.Code
	}
	page, err := x.g.Page(name)
	if err != nil {
		return err
	}
	if x.front == "" {
		x.front = page
	}
	l := newLayout(sh)
	p := &pageWriter{exporter: x, page: page, l: l, sh: sh}
	for _, step := range []func() error{p.top, p.heads, p.cells, p.limits} {
		if err := step(); err != nil {
			return fmt.Errorf("page %s: %w", page, err)
		}
	}
	return x.g.Protect(page, keyRow, sheet.At{Row: firstRow, Col: firstCol})
}

type pageWriter struct {
	*exporter
	page string
	l    layout
	sh   statistic.Sheet
}

func (p *pageWriter) set(at sheet.At, v any, look sheet.Look) error {
	return p.g.Set(p.page, at, v, look)
}

// top writes the key, the title, the legal head and the unit.
func (p *pageWriter) top() error {
	f := p.sh.Collection.Form
	wide := max(p.l.last().Col, firstCol+3)
	h := f.Head
	lines := []struct {
		row  int
		text string
		look sheet.Look
	}{
		{titleRow, f.Name.In(p.lang), sheet.Title},
		{headRow, p.t("workbook.head", "Number", h.Number, "Organ", h.Organ.In(p.lang), "Approver", h.Approver.In(p.lang),
			"Document", h.Document, "Until", h.Until), sheet.Small},
		{unitRow, p.t("workbook.unit", "Area", p.areaPath(), "Period", p.sh.Collection.Period.Name, "Due", p.sh.Due), sheet.Small},
	}
	if err := p.set(sheet.At{Row: keyRow, Col: 1}, keyMark+" "+p.sh.ID, sheet.Plain); err != nil {
		return err
	}
	for _, l := range lines {
		if err := p.set(sheet.At{Row: l.row, Col: nameCol}, l.text, l.look); err != nil {
			return err
		}
		if err := p.g.Merge(p.page, sheet.At{Row: l.row, Col: nameCol}, sheet.At{Row: l.row, Col: wide}); err != nil {
			return err
		}
	}
	if err := p.g.Width(p.page, nameCol, nameCol, 26); err != nil {
		return err
	}
	return p.g.Width(p.page, firstCol, wide, 14)
}

func (p *pageWriter) areaPath() string {
	t := p.s.tree()
	n, ok := t.ByID(p.sh.AreaID)
	if !ok {
		return ""
	}
	var names []string
	for _, i := range t.Path(n) {
		names = append(names, t.At(i).In(p.lang))
	}
	return strings.Join(names, " ")
}

// heads writes the names and the hidden codes of fields and rows.
func (p *pageWriter) heads() error {
	for i, f := range p.l.form.Fields {
		at := p.l.at(0, i)
		if err := p.fieldHead(f, at); err != nil {
			return err
		}
	}
	for i, r := range p.l.rows {
		at := p.l.at(i, 0)
		code, name := sheet.At{Row: at.Row, Col: 1}, sheet.At{Row: at.Row, Col: nameCol}
		if p.l.single {
			code, name = sheet.At{Row: keyRow, Col: at.Col}, sheet.At{Row: nameRow, Col: at.Col}
		}
		if err := p.set(code, r.Code, sheet.Plain); err != nil {
			return err
		}
		if err := p.set(name, r.Name, sheet.Head); err != nil {
			return err
		}
	}
	if p.l.single {
		return nil
	}
	return p.set(sheet.At{Row: nameRow, Col: nameCol}, p.l.form.Rows.Name.In(p.lang), sheet.Head)
}

func (p *pageWriter) fieldHead(f pack.Field, at sheet.At) error {
	title := f.Name.In(p.lang)
	if u := p.unitName(f.Unit); u != "" {
		title += p.t("workbook.in_unit", "Unit", u)
	}
	code, name, group := sheet.At{Row: keyRow, Col: at.Col}, sheet.At{Row: nameRow, Col: at.Col}, sheet.At{Row: groupRow, Col: at.Col}
	if p.l.single {
		code, name = sheet.At{Row: at.Row, Col: 1}, sheet.At{Row: at.Row, Col: nameCol}
	}
	if err := p.set(code, f.Code, sheet.Plain); err != nil {
		return err
	}
	if g := f.Group.In(p.lang); g != "" && !p.l.single {
		if err := p.set(group, g, sheet.Head); err != nil {
			return err
		}
	}
	return p.set(name, title, sheet.Head)
}

func (p *pageWriter) unitName(code string) string {
	for _, u := range p.s.pack().Indicators.Units {
		if u.Code == code {
			return u.Name.In(p.lang)
		}
	}
	return ""
}

// cells writes what is known, and remembers it.
func (p *pageWriter) cells() error {
	for i, r := range p.l.rows {
		for j, f := range p.l.form.Fields {
			key := rule.Key{Row: r.Code, Field: f.Code}
			c, ok := p.sh.Cells[key]
			if !ok {
				continue
			}
			if err := p.cell(p.l.at(i, j), f, c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *pageWriter) cell(at sheet.At, f pack.Field, c statistic.Cell) error {
	text := p.s.text(p.lang, f, c)
	p.memory = append(p.memory, [4]string{p.sh.ID, c.Row, c.Field, text})
	look := sheet.Input
	switch {
	case c.Locked:
		look = sheet.Given
	case hasOpenReturn(c.Notes):
		look = sheet.Wrong
	}
	var v any
	if text != "" {
		v = text
	}
	if n, err := strconv.ParseFloat(text, 64); err == nil && f.Numeric() && len(text) <= 15 {
		v = n
	}
	if err := p.set(at, v, look); err != nil {
		return err
	}
	if note := p.note(c); note != "" {
		return p.g.Note(p.page, at, note)
	}
	return nil
}

func hasOpenReturn(notes []statistic.Note) bool {
	for _, n := range notes {
		if n.Kind == "return" && !n.Done {
			return true
		}
	}
	return false
}

// note is what hangs on a cell: why it was returned, and last period's value.
func (p *pageWriter) note(c statistic.Cell) string {
	var lines []string
	for _, n := range c.Notes {
		if n.Kind == "return" && !n.Done {
			lines = append(lines, p.t("workbook.returned", "By", n.By, "Text", n.Text))
		}
	}
	if c.Last != nil && !c.Locked && *c.Last != "" {
		lines = append(lines, p.t("workbook.last", "Value", *c.Last))
	}
	return strings.Join(lines, "\n")
}
