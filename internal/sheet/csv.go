package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"xuedu/internal/errs"
)

// csvSource reads text with separators.
type csvSource struct {
	r    *csv.Reader
	from *counter
	size int64
	gb   func() bool
}

func newCSV(r io.Reader, size int64) *csvSource {
	from := &counter{r: r}
	dec := newDecoder(from)
	text := bufio.NewReaderSize(dec, 1<<16)
	s := &csvSource{from: from, size: size, gb: func() bool { return dec.gb.Load() }}
	s.r = csv.NewReader(text)
	s.r.Comma = separator(text)
	s.r.FieldsPerRecord = -1
	s.r.ReuseRecord = true
	return s
}

// separator is the one of comma, tab and semicolon that the first line has most of.
func separator(text *bufio.Reader) rune {
	head, _ := text.Peek(4096) // a short file is no error
	if i := bytes.IndexByte(head, '\n'); i >= 0 {
		head = head[:i]
	}
	best := ','
	for _, c := range []rune{'\t', ';'} {
		if strings.Count(string(head), string(c)) > strings.Count(string(head), string(best)) {
			best = c
		}
	}
	return best
}

func (s *csvSource) done() (read, size int64) { return min(s.from.n.Load(), s.size), s.size }

func (s *csvSource) next() (Row, error) {
	cells, err := s.r.Read()
	if pe, ok := errors.AsType[*csv.ParseError](err); ok {
		return Row{}, badLine(pe, cells)
	}
	if err != nil {
		return Row{}, err
	}
	line, _ := s.r.FieldPos(0)
	for _, c := range cells {
		if !utf8.ValidString(c) || strings.IndexByte(c, 0) >= 0 || s.gb() && strings.ContainsRune(c, utf8.RuneError) {
			return Row{}, &LineError{Line: line, Cells: readable(cells), Err: errs.New(errs.Invalid, "sheet.encoding")}
		}
	}
	return Row{Line: line, Cells: cells}, nil
}

// badLine reports quotation marks that do not match. One that is never closed
// takes the rest of the file with it.
func badLine(pe *csv.ParseError, cells []string) error {
	return &LineError{Line: pe.StartLine, Cells: readable(cells), Err: errs.New(errs.Invalid, "sheet.quote")}
}

// readable makes cells that can be shown and stored of any bytes.
func readable(cells []string) []string {
	for i, c := range cells {
		cells[i] = clean(strings.ReplaceAll(strings.ToValidUTF8(c, "\uFFFD"), "\x00", "\uFFFD"))
	}
	return cells
}

// counter counts what was read.
type counter struct {
	r io.Reader
	n atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// clean trims white space, the wide space of Chinese typing included, and
// takes off the apostrophe that Safe put before a formula sign.
func clean(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 1 && s[0] == '\'' && strings.IndexByte(formulaSigns, s[1]) >= 0 {
		return s[1:]
	}
	return s
}

const formulaSigns = "=+-@"

var number = regexp.MustCompile(`^[+-]?\d+(\.\d+|/\d+)?$`)

// Safe returns s so that no spreadsheet program takes it for a formula: an
// apostrophe goes before a leading = + - or @, unless s is a number. Reading
// takes it off again.
func Safe(s string) string {
	if s != "" && strings.IndexByte(formulaSigns, s[0]) >= 0 && !number.MatchString(s) {
		return "'" + s
	}
	return s
}

// CSV writes rows that Excel opens well: UTF-8 with a mark, CRLF, and no cell
// that runs as a formula.
type CSV struct {
	w    io.Writer
	csv  *csv.Writer
	row  []string
	mark bool
}

// NewCSV returns a writer; nothing is written before the first row.
func NewCSV(w io.Writer) *CSV {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	return &CSV{w: w, csv: c}
}

// Write adds a row. Errors are kept and come from Flush.
func (c *CSV) Write(cells ...string) {
	if !c.mark {
		c.mark = true
		_, _ = c.w.Write(utf8BOM) // a broken writer fails again in Flush
	}
	c.row = c.row[:0]
	for _, s := range cells {
		c.row = append(c.row, Safe(s))
	}
	_ = c.csv.Write(c.row) // kept for Flush
}

// Flush writes what is buffered and returns the first error of all.
func (c *CSV) Flush() error {
	c.csv.Flush()
	return c.csv.Error()
}
