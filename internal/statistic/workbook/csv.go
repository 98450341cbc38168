package workbook

import (
	"context"
	"errors"
	"io"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/sheet"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/rule"
)

// importCSV takes a table whose first column names the rows and whose heading
// names the fields, by code or by name. Cells it lacks stay as they are.
func (s *Service) importCSV(ctx context.Context, b []byte, into, lang string) (Report, error) {
	if into == "" {
		return Report{}, errs.New(errs.Invalid, "workbook.csv_needs_return")
	}
	sh, err := s.returns.Sheet(ctx, into, lang)
	if err != nil {
		return Report{}, err
	}
	t, err := sheet.NewBytes(b)
	if err != nil {
		return Report{}, err
	}
	im := s.newImporter(lang)
	im.report.Returns = 1
	im.places[into] = map[rule.Key]found{}
	c := &csvReader{importer: im, sh: sh, l: newLayout(sh)}
	if err := c.read(t); err != nil {
		return Report{}, err
	}
	if len(c.entries) > 0 {
		im.batch = []statistic.Batch{{ID: into, Entries: c.entries}}
	}
	return im.report, im.write(ctx)
}

type csvReader struct {
	*importer
	sh      statistic.Sheet
	l       layout
	fields  []*pack.Field // by column, nil = not one of the form
	entries []statistic.Entry
}

func (c *csvReader) read(t *sheet.Table) error {
	for {
		row, err := t.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if c.fields == nil {
			c.head(row)
			continue
		}
		c.row(row)
	}
}

func (c *csvReader) head(row sheet.Row) {
	c.fields = make([]*pack.Field, len(row.Cells))
	for i, name := range row.Cells {
		for j := range c.l.form.Fields {
			f := &c.l.form.Fields[j]
			if title, _, _ := strings.Cut(name, "("); name == f.Code || name == f.Name.In(c.lang) || strings.TrimSpace(title) == f.Name.In(c.lang) {
				c.fields[i] = f
			}
		}
		if c.fields[i] == nil && i > 0 && name != "" {
			c.fault("", sheet.At{Row: row.Line, Col: i + 1}, rule.Key{}, "workbook.csv_column", "Name", name)
		}
	}
}

func (c *csvReader) row(row sheet.Row) {
	code := ""
	for _, r := range c.l.rows {
		if r.Code == row.Cells[0] || r.Name == row.Cells[0] {
			code = r.Code
		}
	}
	if code == "" && !c.l.single {
		c.fault("", sheet.At{Row: row.Line, Col: 1}, rule.Key{}, "workbook.csv_row", "Name", row.Cells[0])
		return
	}
	if c.l.single && len(c.l.rows) == 1 {
		code = c.l.rows[0].Code
	}
	for i, text := range row.Cells {
		if i < len(c.fields) && c.fields[i] != nil {
			c.cell(rule.Key{Row: code, Field: c.fields[i].Code}, *c.fields[i], found{sheet.At{Row: row.Line, Col: i + 1}, text})
		}
	}
}

func (c *csvReader) cell(key rule.Key, f pack.Field, at found) {
	cell, ok := c.sh.Cells[key]
	if !ok {
		return
	}
	now := c.s.text(c.lang, f, cell)
	switch {
	case same(f, at.text, now):
	case cell.Locked:
		c.fault("", at.at, key, "workbook.locked", "Value", now)
	default:
		c.places[c.sh.ID][key] = at
		c.entries = append(c.entries, statistic.Entry{Key: key, Text: at.text})
	}
}
