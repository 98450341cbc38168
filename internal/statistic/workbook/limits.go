package workbook

import (
	"strconv"

	"xuedu/internal/pack"
	"xuedu/internal/sheet"
)

// limits gives the open cells the limits of their fields.
func (p *pageWriter) limits() error {
	if len(p.l.rows) == 0 {
		return nil
	}
	for j, f := range p.l.form.Fields {
		if err := p.limit(f, p.l.at(0, j), p.l.at(len(p.l.rows)-1, j)); err != nil {
			return err
		}
	}
	return nil
}

func (p *pageWriter) limit(f pack.Field, from, to sheet.At) error {
	if f.Numeric() {
		text := p.t("workbook.number", "Field", f.Name.In(p.lang), "Min", f.Min, "Max", f.Max)
		return p.g.Limit(p.page, from, to, f.Type == "count", bound(f.Min, f.Type == "count"), bound(f.Max, false), text)
	}
	var list []string
	for _, o := range p.s.options(p.lang, f) {
		list = append(list, o[1])
	}
	if len(list) == 0 {
		return nil
	}
	return p.g.Choices(p.page, from, to, list)
}

// bound reads a limit; a count has the limit 0 where none is given.
func bound(s string, atLeastZero bool) *float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil && !atLeastZero {
		return nil
	}
	return &v
}

// help writes the page of instructions: how to fill in, what each field means.
func (x *exporter) help(forms []pack.Form) error {
	page, err := x.g.Page(x.t("workbook.help"))
	if err != nil {
		return err
	}
	row := 0
	line := func(name, text string, look sheet.Look) error {
		row++
		if err := x.g.Set(page, sheet.At{Row: row, Col: 1}, name, look); err != nil {
			return err
		}
		return x.g.Set(page, sheet.At{Row: row, Col: 2}, text, sheet.Plain)
	}
	for _, key := range []string{"workbook.help.fill", "workbook.help.locked", "workbook.help.absent", "workbook.help.back"} {
		if err := line("", x.t(key), sheet.Plain); err != nil {
			return err
		}
	}
	for _, f := range forms {
		if err := line(f.Name.In(x.lang), f.Instructions.In(x.lang), sheet.Head); err != nil {
			return err
		}
		for _, fd := range f.Fields {
			if err := line(fd.Name.In(x.lang), fd.Note.In(x.lang), sheet.Plain); err != nil {
				return err
			}
		}
	}
	if err := x.g.Width(page, 1, 1, 30); err != nil {
		return err
	}
	return x.g.Width(page, 2, 2, 90)
}

// remember writes the hidden page.
func (x *exporter) remember() error {
	page, err := x.g.Page(memory)
	if err != nil {
		return err
	}
	for i, m := range x.memory {
		for j, s := range m {
			if err := x.g.Set(page, sheet.At{Row: i + 1, Col: j + 1}, s, sheet.Plain); err != nil {
				return err
			}
		}
	}
	return x.g.Hide(page)
}
