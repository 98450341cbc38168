package ballot

import (
	"bytes"
	"context"
	"database/sql"
	"strconv"
	"strings"

	"xuedu/internal/audit"
	"xuedu/internal/pack"
	"xuedu/internal/sheet"
)

// Fault is a cell of a workbook that cannot be taken.
type Fault struct{ Page, Cell, Text string }

// Loaded is what came of a workbook.
type Loaded struct {
	Marks  int     // that were written
	Faults []Fault // with a single one nothing is written
	Marked []byte  // the file with every fault marked
}

// Import takes what the signed-in expert changed in a workbook since it was
// written out: all of it, or, with a single fault, nothing; then the report
// names the cells and holds the file with each of them marked. Invalid for a
// file that is none of ours, NotFound for one of somebody else's.
func (s *Service) Import(ctx context.Context, b []byte, lang string) (Loaded, error) {
	g, err := sheet.OpenGrid(b)
	if err != nil {
		return Loaded{}, err
	}
	im := &importer{s: s, g: g, lang: lang, seen: map[string]bool{}}
	out, err := im.all(ctx)
	if e := g.Close(); err == nil {
		err = e
	}
	return out, err
}

// importer collects what a file changes, and what is wrong with it.
type importer struct {
	s      *Service
	g      *sheet.Grid
	lang   string
	seen   map[string]bool
	writes []batch
	out    Loaded
	wrong  []wrong
}

// batch is what a file changes of one assignment.
type batch struct {
	a     Assignment
	marks []Mark
}

// wrong is a place with a fault.
type wrong struct {
	page, text string
	at         sheet.At
}

func (im *importer) all(ctx context.Context) (Loaded, error) {
	for _, page := range im.g.Pages() {
		if err := im.page(ctx, page); err != nil {
			return Loaded{}, err
		}
	}
	if len(im.seen) == 0 {
		return Loaded{}, errNoBook()
	}
	if len(im.wrong) > 0 {
		return im.refuse()
	}
	err := im.write(ctx)
	return im.out, err
}

func (im *importer) page(ctx context.Context, page string) error {
	rows, err := im.g.Rows(page)
	if err != nil {
		return err
	}
	id, ok := strings.CutPrefix(cell(rows, sheet.At{Row: keyRow, Col: 1}), bookMark)
	if !ok {
		return nil
	}
	if im.seen[id] || len(im.seen) >= mostPages {
		im.fault(page, sheet.At{Row: titleRow, Col: itemCol}, "ballot.book.twice")
		return nil
	}
	im.seen[id] = true
	a, err := im.s.Panel.Assignment(ctx, id)
	if err != nil {
		return err
	}
	sh, err := im.s.sheet(ctx, a)
	if err != nil {
		return err
	}
	if marks := im.marks(page, rows, sh); len(marks) > 0 {
		if a.State != Open {
			im.fault(page, sheet.At{Row: titleRow, Col: itemCol}, "ballot.not_open")
		}
		im.writes = append(im.writes, batch{a, marks})
	}
	return nil
}

// marks finds the rows that people changed.
func (im *importer) marks(page string, rows [][]string, sh Sheet) []Mark {
	var out []Mark
	found := map[string]bool{}
	p := sh.Call.Rules.Programme
	for row := firstRow; row <= len(rows); row++ {
		leaf, version, ok := strings.Cut(cell(rows, sheet.At{Row: row, Col: 1}), "#")
		if !ok {
			continue
		}
		if _, known := leafOf(p, leaf); !known || found[leaf] {
			im.fault(page, sheet.At{Row: row, Col: itemCol}, "ballot.book.strange_row")
			continue
		}
		found[leaf] = true
		if m, changed := im.mark(page, rows, row, sh.Marks[leaf], p); changed {
			m.Leaf = leaf
			if version != strconv.FormatInt(sh.Marks[leaf].Version, 10) {
				im.fault(page, sheet.At{Row: row, Col: itemCol}, "ballot.book.meanwhile")
			}
			out = append(out, m)
		}
	}
	for _, l := range p.Leaves() {
		if !found[l.Code] {
			im.fault(page, sheet.At{Row: headRow, Col: itemCol}, "ballot.book.cut", "Item", l.Code)
		}
	}
	return out
}

// mark reads a row; changed is false where it says what is kept already.
func (im *importer) mark(page string, rows [][]string, row int, was Mark, p pack.AwardProgramme) (m Mark, changed bool) {
	levelCol, commentCol, privateCol := markCols(len(p.Levels))
	at := func(col int) sheet.At { return sheet.At{Row: row, Col: col} }
	for _, col := range []int{levelCol, commentCol, privateCol} {
		if key := im.g.Fault(page, at(col)); key != "" {
			im.fault(page, at(col), key)
			return m, false
		}
	}
	m = Mark{Comment: cell(rows, at(commentCol)), Private: cell(rows, at(privateCol)), Version: was.Version}
	chosen := cell(rows, at(levelCol))
	if m.Level = levelCode(p, chosen); chosen != "" && m.Level == "" {
		im.fault(page, at(levelCol), "ballot.no_level")
		return m, false
	}
	if m.Level == was.Level && m.Comment == was.Comment && m.Private == was.Private {
		return m, false
	}
	for col, s := range map[int]string{commentCol: m.Comment, privateCol: m.Private} {
		if _, err := text("comment", s, maxText); err != nil {
			im.fault(page, at(col), "ballot.too_long", "N", maxText)
		}
	}
	return m, true
}

// levelCode finds a level by its code or by its name in any language.
func levelCode(p pack.AwardProgramme, s string) string {
	for _, l := range p.Levels {
		if s == l.Code {
			return l.Code
		}
		for _, name := range l.Name {
			if s == name {
				return l.Code
			}
		}
	}
	return ""
}

func cell(rows [][]string, at sheet.At) string {
	if at.Row > len(rows) || at.Col > len(rows[at.Row-1]) {
		return ""
	}
	return strings.TrimSpace(rows[at.Row-1][at.Col-1])
}

func (im *importer) fault(page string, at sheet.At, key string, args ...any) {
	im.wrong = append(im.wrong, wrong{page, im.s.Texts.T(im.lang, key, args...), at})
}

// refuse reports all faults and marks them in the file.
func (im *importer) refuse() (Loaded, error) {
	for _, w := range im.wrong {
		im.out.Faults = append(im.out.Faults, Fault{Page: w.page, Cell: w.at.Name(), Text: w.text})
		if err := im.g.Mark(w.page, w.at, w.text); err != nil {
			return Loaded{}, err
		}
	}
	var b bytes.Buffer
	_, err := im.g.WriteTo(&b)
	im.out.Marked = b.Bytes()
	return im.out, err
}

// write keeps all of it in one transaction.
func (im *importer) write(ctx context.Context) error {
	s := im.s
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		for _, b := range im.writes {
			if err := s.stillOpen(ctx, tx, b.a); err != nil {
				return err
			}
			for i := range b.marks {
				b.marks[i].Round, b.marks[i].At = 1, s.stamp()
				if err := put(ctx, tx, b.a.ID, &b.marks[i]); err != nil {
					return err
				}
			}
			im.out.Marks += len(b.marks)
		}
		for _, b := range im.writes {
			e := audit.Entry{Verb: "review:mark", Object: "assignment:" + b.a.ID, Detail: map[string]any{"leaves": leaves(b.marks), "from": "workbook"}}
			if err := audit.Append(ctx, tx, s.stamp(), e); err != nil {
				return err
			}
		}
		return nil
	})
}
