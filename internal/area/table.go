package area

import (
	"errors"
	"io"
	"strings"

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
	at   map[string]int // column → position
	row  sheet.Row
	bad  *problems
	fail error // the file cannot be read on
}

// aliases lets a sheet have its header in Chinese.
var aliases = map[string]string{
	"代码": "code", "名称": "name", "英文名": "name_en", "上级": "parent", "级别": "level",
	"起始日期": "valid_from", "终止日期": "valid_to",
	"人口": "persons", "年份": "year", "截至日期": "as_of", "来源": "source", "版本": "vintage",
	"继任代码": "successor", "份额": "share", "日期": "date",
}

// openTable reads the header. It reports columns that are missing.
func openTable(src *sheet.Table, bad *problems, need ...string) (*table, error) {
	head, err := src.Read()
	if errors.Is(err, io.EOF) {
		return nil, errs.New(errs.Invalid, "area.file_empty")
	}
	if err != nil {
		return nil, err
	}
	t := &table{src: src, at: map[string]int{}, bad: bad}
	for i, h := range head.Cells {
		h = strings.ToLower(h)
		if a, ok := aliases[h]; ok {
			h = a
		}
		t.at[h] = i
	}
	for _, n := range need {
		if !t.has(n) {
			bad.add(head.Line, n, "area.column_missing", "Column", n)
		}
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

func (t *table) has(col string) bool { _, ok := t.at[col]; return ok }

// get returns the cell of a column, "" where there is none.
func (t *table) get(col string) string {
	if i, ok := t.at[col]; ok && i < len(t.row.Cells) {
		return t.row.Cells[i]
	}
	return ""
}
