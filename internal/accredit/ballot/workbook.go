package ballot

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"

	"xuedu/internal/accredit"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/sheet"
)

// Rows and columns of a workbook's page. Row 1 and column 1 are hidden: they
// hold the assignment, and each item with the version that was written out.
const (
	keyRow     = 1
	titleRow   = 2
	helpRow    = 3
	headRow    = 4
	firstRow   = 5
	itemCol    = 2
	weightCol  = 3
	claimCol   = 4
	figureCol  = 5
	levelsCol  = 6 // first of the descriptors, one a level
	bookMark   = "xuedu-review "
	mostPages  = 200
	inputWidth = 36
)

// markCols are the columns to fill in: level, comment, private notes.
func markCols(levels int) (level, comment, private int) {
	return levelsCol + levels, levelsCol + levels + 1, levelsCol + levels + 2
}

// Export writes what the signed-in expert judges in a call as one workbook, a
// page for each application: the items with their descriptors, locked, and
// open cells for level, comment and notes. NotFound where there is nothing.
func (s *Service) Export(ctx context.Context, callID, lang string, w io.Writer) (err error) {
	mine, err := s.Panel.Mine(ctx)
	if err != nil {
		return err
	}
	mine = slices.DeleteFunc(mine, func(a Assignment) bool { return a.CallID != callID })
	if len(mine) == 0 || len(mine) > mostPages {
		return noAssignment()
	}
	g, err := sheet.NewGrid(sheet.Info{Title: s.Texts.T(lang, "ballot.book.title"), At: s.Now(), Lang: lang})
	if err != nil {
		return err
	}
	defer func() {
		if e := g.Close(); err == nil {
			err = e
		}
	}()
	for _, a := range mine {
		sh, err := s.sheet(ctx, a)
		if err != nil {
			return err
		}
		if err := (&bookPage{s: s, g: g, lang: lang, sh: sh}).write(); err != nil {
			return err
		}
	}
	_, err = g.WriteTo(w)
	return err
}

// bookPage is a page that is being written.
type bookPage struct {
	s    *Service
	g    *sheet.Grid
	lang string
	sh   Sheet
	name string
	err  error
}

func (p *bookPage) t(key string, args ...any) string { return p.s.Texts.T(p.lang, key, args...) }

// set writes a cell; the first error stays.
func (p *bookPage) set(row, col int, v any, look sheet.Look) {
	if p.err == nil {
		p.err = p.g.Set(p.name, sheet.At{Row: row, Col: col}, v, look)
	}
}

func (p *bookPage) write() (err error) {
	if p.name, err = p.g.Page(p.sh.Application); err != nil {
		return err
	}
	a := p.sh.Call.Rules.Programme
	p.head(a)
	look := sheet.Input
	if p.sh.State != Open {
		look = sheet.Given
	}
	for i, l := range a.Leaves() {
		p.leaf(firstRow+i, l, look)
	}
	if p.err != nil {
		return p.err
	}
	return p.finish(a)
}

func (p *bookPage) head(a pack.AwardProgramme) {
	level, comment, private := markCols(len(a.Levels))
	p.set(keyRow, 1, bookMark+p.sh.ID, sheet.Plain)
	p.set(titleRow, itemCol, p.sh.Dossier.Title, sheet.Title)
	p.set(helpRow, itemCol, p.t("ballot.book.help", "N", a.Scoring.Comment), sheet.Small)
	for _, h := range []struct {
		col int
		key string
	}{{itemCol, "item"}, {weightCol, "weight"}, {claimCol, "claim"}, {figureCol, "figures"}, {level, "level"}, {comment, "comment"}, {private, "private"}} {
		p.set(headRow, h.col, p.t("ballot.book."+h.key), sheet.Head)
	}
	for i, l := range a.Levels {
		p.set(headRow, levelsCol+i, l.Name.In(p.lang)+" "+strconv.Itoa(l.Percent)+"%", sheet.Head)
	}
}

func (p *bookPage) leaf(row int, l pack.Leaf, look sheet.Look) {
	a, m := p.sh.Call.Rules.Programme, p.sh.Marks[l.Code]
	level, comment, private := markCols(len(a.Levels))
	p.set(row, 1, l.Code+"#"+strconv.FormatInt(m.Version, 10), sheet.Plain)
	p.set(row, itemCol, l.Code+" "+l.Name.In(p.lang), sheet.Plain)
	p.set(row, weightCol, int64(l.Weight), sheet.Plain)
	c := p.sh.Dossier.Claims[l.Code]
	p.set(row, claimCol, levelName(a, c.Level, p.lang)+" "+c.Reason, sheet.Plain)
	p.set(row, figureCol, figuresOf(p.sh.Dossier.Evidence, l.Code, p.lang), sheet.Plain)
	for i, lv := range a.Levels {
		p.set(row, levelsCol+i, l.Levels[lv.Code].In(p.lang), sheet.Plain)
	}
	p.set(row, level, levelName(a, m.Level, p.lang), look)
	p.set(row, comment, m.Comment, look)
	p.set(row, private, m.Private, look)
}

func (p *bookPage) finish(a pack.AwardProgramme) error {
	level, comment, private := markCols(len(a.Levels))
	names := make([]string, len(a.Levels))
	for i, l := range a.Levels {
		names[i] = l.Name.In(p.lang)
	}
	last := firstRow + len(a.Leaves()) - 1
	for _, f := range []func() error{
		func() error {
			return p.g.Choices(p.name, sheet.At{Row: firstRow, Col: level}, sheet.At{Row: last, Col: level}, names)
		},
		func() error {
			return p.g.Merge(p.name, sheet.At{Row: helpRow, Col: itemCol}, sheet.At{Row: helpRow, Col: private})
		},
		func() error { return p.g.Width(p.name, itemCol, itemCol, 26) },
		func() error { return p.g.Width(p.name, claimCol, levelsCol+len(a.Levels)-1, 22) },
		func() error { return p.g.Width(p.name, comment, private, inputWidth) },
		func() error { return p.g.Protect(p.name, keyRow, sheet.At{Row: firstRow, Col: weightCol}) },
	} {
		if err := f(); err != nil {
			return fmt.Errorf("write page: %w", err)
		}
	}
	return nil
}

func levelName(a pack.AwardProgramme, code, lang string) string {
	for _, l := range a.Levels {
		if l.Code == code {
			return l.Name.In(lang)
		}
	}
	return code
}

// figuresOf says our own figures of an item in one line each.
func figuresOf(list []accredit.Evidence, leaf, lang string) string {
	out := ""
	for _, e := range list {
		if e.Leaf == leaf && e.Figure != nil {
			out += e.Figure.Name.In(lang) + " " + e.Figure.Value + " " + e.Figure.Unit.In(lang) + "\n"
		}
	}
	return out
}

// errNoBook is what a file gets that is none of ours.
func errNoBook() error { return errs.New(errs.Invalid, "ballot.book.none") }
