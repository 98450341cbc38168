package release

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// Columns are those of the tidy table of cells: one cell a row.
var Columns = []string{"code", "period", "area", "slice", "state", "cause", "value", "exact", "expected", "reported"}

// CSV writes the cells as a tidy table, in UTF-8 with lines ended as RFC 4180
// has them.
func (r *Release) CSV() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	if err := w.Write(Columns); err != nil {
		return nil, err
	}
	for _, c := range r.Cells {
		if err := w.Write([]string{c.Code, c.Period, c.Area, c.Slice, c.State, c.Cause, c.Value, c.Exact, count(c.Expected), count(c.Reported)}); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

func count(n int32) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(int(n))
}

// ParseCSV reads what CSV wrote. It fails at the first line that is no cell,
// and says which.
func ParseCSV(in []byte) (cells []Cell, err error) {
	r := csv.NewReader(bytes.NewReader(in))
	r.ReuseRecord = true
	head, err := r.Read()
	if err != nil || !slices.Equal(head, Columns) {
		return nil, fmt.Errorf("line 1: the columns are not %v", Columns)
	}
	for {
		row, err := r.Read()
		if err == io.EOF {
			return cells, nil
		}
		if err != nil {
			return cells, err
		}
		c, err := cellOf(row)
		if err != nil {
			line, _ := r.FieldPos(0)
			return cells, fmt.Errorf("line %d: %w", line, err)
		}
		cells = append(cells, c)
	}
}

func cellOf(row []string) (Cell, error) {
	c := Cell{Code: row[0], Period: row[1], Area: row[2], Slice: row[3], State: row[4], Cause: row[5], Value: row[6], Exact: row[7]}
	var err error
	if c.Expected, err = parseCount(row[8]); err != nil {
		return c, err
	}
	c.Reported, err = parseCount(row[9])
	return c, err
}

func parseCount(s string) (int32, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 32)
	return int32(n), err
}
