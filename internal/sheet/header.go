package sheet

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"xuedu/internal/errs"
)

// Column is one column that an import knows.
type Column struct {
	Name     string   // as in the documentation: "session"
	Also     []string // other headings that mean the same: "课次"
	Required bool
}

// Header is the first row of a table, read.
type Header struct {
	Line    int
	Cells   []string // as they stand in the file
	Unknown []string // headings that no column has
	index   []int    // by position in the list of columns; -1 = not there
}

// ReadHeader reads the first row as headings, which may stand in any order and
// in capitals. It fails with Invalid where a required column is missing or a
// column stands there twice; columns that nobody knows are only listed.
func (t *Table) ReadHeader(cols ...Column) (*Header, error) {
	row, err := t.Read()
	if errors.Is(err, io.EOF) {
		return nil, errs.New(errs.Invalid, "sheet.empty")
	}
	if le, ok := errors.AsType[*LineError](err); ok {
		return nil, le.Err
	}
	if err != nil {
		return nil, fmt.Errorf("read header: %w", err)
	}
	h := &Header{Line: row.Line, Cells: append([]string(nil), row.Cells...), index: make([]int, len(cols))}
	byName := map[string]int{}
	for i, c := range cols {
		h.index[i] = -1
		for _, n := range append([]string{c.Name}, c.Also...) {
			byName[strings.ToLower(n)] = i
		}
	}
	for at, cell := range h.Cells {
		i, ok := byName[strings.ToLower(cell)]
		switch {
		case cell == "":
		case !ok:
			h.Unknown = append(h.Unknown, cell)
		case h.index[i] >= 0:
			return nil, errs.New(errs.Invalid, "sheet.column_twice", "Name", cols[i].Name)
		default:
			h.index[i] = at
		}
	}
	return h, h.missing(cols)
}

func (h *Header) missing(cols []Column) error {
	var names []string
	for i, c := range cols {
		if c.Required && h.index[i] < 0 {
			names = append(names, c.Name)
		}
	}
	if names == nil {
		return nil
	}
	return errs.New(errs.Invalid, "sheet.column_missing", "Names", strings.Join(names, ", "), "Found", strings.Join(h.Cells, ", "))
}

// Cell returns the cell of the i-th column of the list that ReadHeader was
// given; "" if the file lacks the column or the row ends before it.
func (h *Header) Cell(r Row, i int) string {
	if at := h.index[i]; at >= 0 && at < len(r.Cells) {
		return r.Cells[at]
	}
	return ""
}

// Has reports whether the file has the i-th column of the list.
func (h *Header) Has(i int) bool { return h.index[i] >= 0 }
