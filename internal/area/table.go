package area

import (
	"errors"
	"io"

	"xuedu/internal/errs"
	"xuedu/internal/sheet"
)

// Problem is one thing wrong with an imported file, with its remedy.
type Problem struct {
	Line  int    // 1 is the header
	Field string // column
	Key   string // i18n key
	Args  []any  // "name", value …
}

// keptProblems is how many problems of a file are listed; all are counted.
const keptProblems = 200

// problems collects what is wrong with a file.
type problems struct {
	list  []Problem
	total int
}

func (p *problems) add(line int, field, key string, args ...any) {
	if p.total++; len(p.list) < keptProblems {
		p.list = append(p.list, Problem{Line: line, Field: field, Key: key, Args: args})
	}
}

// err returns nil, or Invalid if anything was wrong.
func (p *problems) err() error {
	if p.total == 0 {
		return nil
	}
	return errs.New(errs.Invalid, "area.import_refused", "N", p.total)
}

// table reads rows by the names in the header, which may stand in any order.
type table struct {
	src  *sheet.Table
	head *sheet.Header
	at   map[string]int // column → its place in the list of columns
	row  sheet.Row
	bad  *problems
	fail error // the file cannot be read on
}

// openTable reads the header. It fails with Invalid where a column that is
// needed is missing.
func openTable(src *sheet.Table, bad *problems, cols []sheet.Column) (*table, error) {
	head, err := src.ReadHeader(cols...)
	if err != nil {
		return nil, err
	}
	t := &table{src: src, head: head, at: make(map[string]int, len(cols)), bad: bad}
	for i, c := range cols {
		t.at[c.Name] = i
	}
	return t, nil
}

// next goes to the next row; false at the end. A row that cannot be read is a
// problem of the file, like any other.
func (t *table) next() bool {
	for {
		row, err := t.src.Read()
		if le, ok := errors.AsType[*sheet.LineError](err); ok {
			t.bad.add(le.Line, "", le.Err.Key, le.Err.Args...)
			continue
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.fail = err
			}
			return false
		}
		t.row = row
		return true
	}
}

// has reports whether the file has a column; get returns its cell.
func (t *table) has(col string) bool { return t.head.Has(t.at[col]) }

func (t *table) get(col string) string { return t.head.Cell(t.row, t.at[col]) }
