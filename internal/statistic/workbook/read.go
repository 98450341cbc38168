package workbook

import (
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/sheet"
	"xuedu/internal/statistic/rule"
)

// found is one cell of a file: what stands there now.
type found struct {
	at   sheet.At
	text string
}

// filled is one page of a file that belongs to a return.
type filled struct {
	page  string
	id    string // of the return
	cells map[rule.Key]found
	// strange are codes of rows with something in them that cannot be placed.
	strange []sheet.At
	merged  map[sheet.At]sheet.At
}

// file is a workbook that somebody filled in.
type file struct {
	grid   *sheet.Grid
	pages  []filled
	memory map[string]map[rule.Key]string // by return: what was written into the cells
}

// open reads a workbook. It fails with Invalid where no page is one of ours.
func open(b []byte) (*file, error) {
	g, err := sheet.OpenGrid(b)
	if err != nil {
		return nil, err
	}
	f := &file{grid: g, memory: map[string]map[rule.Key]string{}}
	for _, page := range g.Pages() {
		rows, err := g.Rows(page)
		if err == nil && page == memory {
			f.recall(rows)
		} else if err == nil {
			err = f.read(page, rows)
		}
		if err != nil {
			_ = g.Close() // what is wrong with the file is said
			return nil, err
		}
	}
	if len(f.pages) == 0 {
		_ = g.Close()
		return nil, errs.New(errs.Invalid, "workbook.none")
	}
	return f, nil
}

func (f *file) recall(rows [][]string) {
	for _, r := range rows {
		if len(r) < 3 {
			continue
		}
		text := ""
		if len(r) > 3 {
			text = r[3]
		}
		if f.memory[r[0]] == nil {
			f.memory[r[0]] = map[rule.Key]string{}
		}
		f.memory[r[0]][rule.Key{Row: r[1], Field: r[2]}] = text
	}
}

// read takes a page in if it has the key of a return; the key may have moved
// with rows that people put in above.
func (f *file) read(page string, rows [][]string) error {
	top, id := keyOf(rows)
	if id == "" {
		return nil
	}
	merged, err := f.grid.Merged(page)
	if err != nil {
		return err
	}
	p := filled{page: page, id: id, cells: map[rule.Key]found{}, merged: merged}
	codes := rows[top]
	begun := false // the first row of the form was met: what stands above is its head
	for r := top + 1; r < len(rows); r++ {
		down := cell(rows[r], 0)
		begun = begun || down != ""
		for c := 1; begun && (c < len(rows[r]) || c < len(codes)); c++ {
			p.take(down, cell(codes, c), found{sheet.At{Row: r + 1, Col: c + 1}, cell(rows[r], c)})
		}
	}
	f.pages = append(f.pages, p)
	return nil
}

// take places one cell: by the code of its row and of its column. The form
// tells later which of them is the field.
func (p *filled) take(down, across string, c found) {
	switch {
	case down != "" && across != "":
		p.cells[rule.Key{Row: down, Field: across}] = c
	case across != "" && c.text != "":
		p.strange = append(p.strange, c.at)
	}
}

func keyOf(rows [][]string) (row int, id string) {
	for i, r := range rows {
		if i > 50 {
			break
		}
		if mark, id, ok := strings.Cut(cell(r, 0), " "); ok && mark == keyMark {
			return i, strings.TrimSpace(id)
		}
	}
	return 0, ""
}

func cell(row []string, i int) string {
	if i < len(row) {
		return row[i]
	}
	return ""
}
