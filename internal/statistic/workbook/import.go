package workbook

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"

	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/sheet"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/rule"
)

// Import writes what people changed in a file since it was exported. An
// unchanged file changes nothing. With a single fault nothing is written, and
// the report names the cells and holds the file with every fault marked. into
// is the return of a file in CSV, which has no keys. It fails with Invalid for
// a file without a return, and with Forbidden or NotFound for a foreign one.
func (s *Service) Import(ctx context.Context, b []byte, into, lang string) (Report, error) {
	if !sheet.IsWorkbook(b) {
		return s.importCSV(ctx, b, into, lang)
	}
	f, err := open(b)
	if err != nil {
		return Report{}, err
	}
	r, err := s.take(ctx, f, lang)
	return r, errors.Join(err, f.grid.Close())
}

// importer collects what a file changes and what is wrong with it.
type importer struct {
	s      *Service
	lang   string
	report Report
	batch  []statistic.Batch
	places map[string]map[rule.Key]found // by return
	pages  map[string]string             // by return
}

func (s *Service) newImporter(lang string) *importer {
	return &importer{s: s, lang: lang, places: map[string]map[rule.Key]found{}, pages: map[string]string{}}
}

func (s *Service) take(ctx context.Context, f *file, lang string) (Report, error) {
	im := s.newImporter(lang)
	for _, p := range f.pages {
		if err := im.page(ctx, f, p); err != nil {
			return Report{}, err
		}
	}
	if err := im.write(ctx); err != nil || len(im.report.Faults) == 0 {
		return im.report, err
	}
	return im.report, im.mark(f.grid)
}

// page compares a page with its return.
func (im *importer) page(ctx context.Context, f *file, p filled) error {
	if _, twice := im.places[p.id]; twice {
		im.fault(p.page, sheet.At{}, rule.Key{}, "workbook.twice", "Page", im.pages[p.id])
		return nil
	}
	sh, err := im.s.returns.Sheet(ctx, p.id, im.lang)
	if err != nil {
		return err
	}
	im.report.Returns++
	im.pages[p.id] = p.page
	im.places[p.id] = map[rule.Key]found{}
	for _, at := range p.strange {
		im.fault(p.page, at, rule.Key{}, "workbook.strange_row")
	}
	entries := im.compare(f, p, sh)
	if len(entries) > 0 {
		im.batch = append(im.batch, statistic.Batch{ID: p.id, Entries: entries})
	}
	return nil
}

// compare finds the cells that people changed.
func (im *importer) compare(f *file, p filled, sh statistic.Sheet) []statistic.Entry {
	l := newLayout(sh)
	var entries []statistic.Entry
	for _, r := range l.rows {
		for _, fd := range l.form.Fields {
			key := rule.Key{Row: r.Code, Field: fd.Code}
			c, ok := sh.Cells[key]
			if !ok {
				continue
			}
			placed := key
			if l.single {
				placed = rule.Key{Row: fd.Code, Field: r.Code}
			}
			at, there := p.cells[placed]
			if !there {
				im.missing(f, p, key, c)
				continue
			}
			im.places[p.id][key] = at
			if e, ok := im.cell(f, p, fd, c, at); ok {
				entries = append(entries, e)
			}
		}
	}
	return entries
}

// missing notes a cell that the page no longer has; what was empty anyway is
// no loss.
func (im *importer) missing(f *file, p filled, key rule.Key, c statistic.Cell) {
	if was := f.memory[p.id][key]; was != "" && !c.Locked {
		im.fault(p.page, sheet.At{}, key, "workbook.cut", "Row", key.Row, "Field", key.Field)
	}
}

// cell returns the entry that a cell of the file makes, if any.
func (im *importer) cell(f *file, p filled, fd pack.Field, c statistic.Cell, at found) (statistic.Entry, bool) {
	now := im.s.text(im.lang, fd, c)
	was, known := f.memory[p.id][c.Key]
	if !known {
		was = now
	}
	key := f.grid.Fault(p.page, at.at)
	_, shadow := p.merged[at.at]
	switch {
	case key == "" && (same(fd, at.text, was) || same(fd, at.text, now)):
		return statistic.Entry{}, false
	case shadow:
		key = "workbook.merged"
	case c.Locked:
		im.fault(p.page, at.at, c.Key, "workbook.locked", "Value", now)
		return statistic.Entry{}, false
	case key == "" && !same(fd, was, now):
		im.fault(p.page, at.at, c.Key, "workbook.meanwhile", "Was", was, "Now", now, "Yours", at.text)
		return statistic.Entry{}, false
	}
	if key != "" {
		im.fault(p.page, at.at, c.Key, key)
		return statistic.Entry{}, false
	}
	return statistic.Entry{Key: c.Key, Text: at.text}, true
}

func (im *importer) fault(page string, at sheet.At, key rule.Key, text string, args ...any) {
	im.report.Faults = append(im.report.Faults, Fault{page, at, key, im.s.texts.T(im.lang, text, args...)})
}

// write hands the entries over, unless something is wrong with the file, and
// turns what is wrong with them into faults.
func (im *importer) write(ctx context.Context) error {
	if len(im.report.Faults) > 0 || len(im.batch) == 0 {
		return nil
	}
	err := im.s.returns.EnterAll(ctx, im.batch)
	bad, ok := errors.AsType[statistic.BatchErrors](err)
	if !ok {
		for _, b := range im.batch {
			im.report.Changed += len(b.Entries)
		}
		return err
	}
	for id, cells := range bad {
		for key, err := range cells {
			im.fault(im.pages[id], im.places[id][key].at, key, "workbook.refused", "Why", im.why(err))
		}
	}
	slices.SortFunc(im.report.Faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Page, b.Page), cmp.Compare(a.At.Row, b.At.Row), cmp.Compare(a.At.Col, b.At.Col))
	})
	return nil
}

func (im *importer) why(err error) string {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return im.s.texts.T(im.lang, e.Key, e.Args...)
	}
	return im.s.texts.T(im.lang, "error.internal")
}

// mark makes the copy of the file in which every fault is red, with a list of
// them as its last page.
func (im *importer) mark(g *sheet.Grid) error {
	page, err := g.Page(im.s.texts.T(im.lang, "workbook.faults"))
	if err != nil {
		return err
	}
	for i, f := range im.report.Faults {
		if f.At != (sheet.At{}) {
			if err := g.Mark(f.Page, f.At, f.Text); err != nil {
				return err
			}
		}
		for c, v := range []string{f.Where(), f.Text} {
			if err := g.Set(page, sheet.At{Row: i + 1, Col: c + 1}, v, sheet.Plain); err != nil {
				return err
			}
		}
	}
	if err := errors.Join(g.Width(page, 1, 1, 28), g.Width(page, 2, 2, 90)); err != nil {
		return err
	}
	var out bytes.Buffer
	if _, err := g.WriteTo(&out); err != nil {
		return err
	}
	im.report.Marked = out.Bytes()
	return nil
}
