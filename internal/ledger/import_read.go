package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"xuedu/internal/sheet"
)

// importReader turns rows of a table into chunks of checked rows, and writes
// down those that it refuses.
type importReader struct {
	table    *sheet.Table
	header   *sheet.Header
	check    *rowChecker
	reject   *rejects
	rows     int64
	refused  int64
	problems []ImportProblem
}

func newImportReader(im *importer, table *sheet.Table) (*importReader, error) {
	h, err := table.ReadHeader(importColumns...)
	if err != nil {
		return nil, err
	}
	h.Unknown = slices.DeleteFunc(h.Unknown, func(n string) bool { return slices.Contains(rejectColumns, strings.ToLower(n)) })
	return &importReader{table: table, header: h, check: newRowChecker(im.s, im.themes), reject: newRejects(im.opt, h)}, nil
}

func (rd *importReader) readAll(ctx context.Context, out chan<- *importChunk) error {
	for end := false; !end; {
		c := &importChunk{rows: make([]importRow, 0, chunkRows)}
		var err error
		if end, err = rd.fill(c); err != nil {
			return err
		}
		c.total, c.bad = rd.rows, rd.refused
		c.read, c.all = rd.table.Progress()
		select {
		case out <- c:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return rd.reject.flush()
}

// fill reads until the chunk is full and reports whether the table is at its end.
func (rd *importReader) fill(c *importChunk) (end bool, err error) {
	for len(c.rows) < chunkRows {
		row, err := rd.table.Read()
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if le, ok := errors.AsType[*sheet.LineError](err); ok {
			rd.rows++
			rd.refuse(sheet.Row{Line: le.Line, Cells: le.Cells}, []ImportProblem{{Line: le.Line, Key: le.Err.Key, Args: le.Err.Args}})
			continue
		}
		if err != nil {
			return false, fmt.Errorf("read row: %w", err)
		}
		rd.rows++
		in, bad := rd.check.row(rd.header, row)
		if len(bad) > 0 {
			rd.refuse(row, bad)
			continue
		}
		if c.rows = append(c.rows, in); c.from == 0 {
			c.from = row.Line
		}
		c.to = row.Line
	}
	return false, nil
}

func (rd *importReader) refuse(row sheet.Row, bad []ImportProblem) {
	rd.refused++
	if len(rd.problems) < maxWarnings {
		rd.problems = append(rd.problems, bad...)
	}
	rd.reject.add(row, bad)
}

// rejectColumns stand before the columns of the file in a file of refused
// rows. An import passes them over, so that file can be put right and
// imported itself.
var rejectColumns = []string{"line", "column", "value", "reason"}

// rejects writes the refused rows.
type rejects struct {
	w    *sheet.CSV // nil = not wanted
	t    func(string, ...any) string
	cols []string
	n    int
	skip int // leading columns that are themselves from a file of refused rows
}

func newRejects(opt ImportOptions, h *sheet.Header) *rejects {
	r := &rejects{t: opt.T, cols: h.Cells}
	if opt.Rejected != nil {
		r.w = sheet.NewCSV(opt.Rejected)
	}
	for r.skip < len(rejectColumns) && r.skip < len(h.Cells) && strings.EqualFold(h.Cells[r.skip], rejectColumns[r.skip]) {
		r.skip++
	}
	if r.skip < len(rejectColumns) {
		r.skip = 0
	}
	return r
}

// add writes one line a row; where several cells are wrong it names them all.
func (r *rejects) add(row sheet.Row, bad []ImportProblem) {
	if r.w == nil {
		return
	}
	if r.n++; r.n == 1 {
		r.w.Write(append(slices.Clone(rejectColumns), r.cols[r.skip:]...)...)
	}
	var columns, values, reasons []string
	for _, p := range bad {
		columns = append(columns, p.Column)
		values = append(values, p.Value)
		reasons = append(reasons, r.t(p.Key, p.Args...))
	}
	cells := []string{fmt.Sprint(row.Line), strings.Join(columns, "; "), strings.Join(values, "; "), strings.Join(reasons, " ")}
	r.w.Write(append(cells, row.Cells[min(r.skip, len(row.Cells)):]...)...)
}

func (r *rejects) flush() error {
	if r.w == nil || r.n == 0 {
		return nil
	}
	if err := r.w.Flush(); err != nil {
		return fmt.Errorf("write refused rows: %w", err)
	}
	return nil
}
