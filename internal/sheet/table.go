// Package sheet reads and writes tables: CSV in the encodings that offices
// use, and Excel workbooks. It knows rows and cells, and nothing of any domain.
package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"xuedu/internal/errs"
)

// Row is one row of a table. Cells are trimmed and valid UTF-8; they may be
// fewer or more than the header's. They hold until the next call of Read.
type Row struct {
	Line  int // line of the file on which the row begins, from 1; of a workbook: its row number
	Cells []string
}

// LineError says that one row cannot be read; the rows behind it still can.
type LineError struct {
	Line  int
	Cells []string // what could be read of the row
	Err   *errs.Error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

func (e *LineError) Unwrap() error { return e.Err }

// source is what a kind of file gives: rows that may be blank.
type source interface {
	next() (Row, error)
	done() (read, size int64) // for progress
}

// Table is an opened CSV file or the first visible sheet of a workbook. It is
// for one goroutine, but for Progress.
type Table struct {
	src    source
	closer io.Closer
}

// ReaderAt is an input that can be read from the start again and whose length
// is known: a file, or an uploaded part of a form.
type ReaderAt interface {
	io.Reader
	io.ReaderAt
	io.Seeker
}

// Open opens a file of any kind that New reads. It fails with NotFound if
// there is no such file.
func Open(path string) (*Table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &errs.Error{Kind: errs.NotFound, Key: "sheet.no_file", Args: []any{"Path", path}, Err: err}
	}
	t, err := New(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	t.closer = f
	return t, nil
}

// New reads r from its start as a table. The kind is told by the content, not
// by a name: an XLSX workbook, or text in UTF-8, UTF-16 with a mark, or
// GB18030, with commas, tabs or semicolons. Anything else fails with Invalid,
// and the message says what to do.
func New(r ReaderAt) (*Table, error) {
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("measure table: %w", err)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("rewind table: %w", err)
	}
	head := make([]byte, 4096)
	n, err := r.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read table: %w", err)
	}
	src, err := openKind(r, head[:n], size)
	if err != nil {
		return nil, err
	}
	return &Table{src: src}, nil
}

// What workbooks begin with: those of today, and those of before 2007 or with
// a password.
const (
	zipMark = "PK\x03\x04"
	oldMark = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
)

func openKind(r ReaderAt, head []byte, size int64) (source, error) {
	switch {
	case len(bytes.TrimSpace(bytes.TrimPrefix(head, utf8BOM))) == 0 && int64(len(head)) == size:
		return nil, errs.New(errs.Invalid, "sheet.empty")
	case bytes.HasPrefix(head, []byte(zipMark)):
		return openXLSX(r, size)
	case bytes.HasPrefix(head, []byte(oldMark)):
		return nil, oldOffice(r, size)
	case isBinary(head):
		return nil, errs.New(errs.Invalid, "sheet.not_table")
	}
	return newCSV(r, size), nil
}

// NewBytes is New for a table in memory.
func NewBytes(b []byte) (*Table, error) { return New(bytes.NewReader(b)) }

// oldOffice tells an encrypted workbook from one of before 2007: both lie in
// the same kind of container.
func oldOffice(r io.ReaderAt, size int64) error {
	b := make([]byte, min(size, 1<<20))
	if _, err := r.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read workbook: %w", err)
	}
	if bytes.Contains(b, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")) {
		return errs.New(errs.Invalid, "sheet.encrypted")
	}
	return errs.New(errs.Invalid, "sheet.old_xls")
}

func isBinary(head []byte) bool {
	if bytes.HasPrefix(head, utf16LE) || bytes.HasPrefix(head, utf16BE) {
		return false
	}
	return bytes.IndexByte(head, 0) >= 0 || bytes.HasPrefix(head, []byte("%PDF"))
}

// Read returns the next row that is not blank, io.EOF behind the last one, or
// a *LineError for a row that cannot be read, after which reading may go on.
func (t *Table) Read() (Row, error) {
	for {
		row, err := t.src.next()
		if err != nil {
			return row, err
		}
		blank := true
		for i, c := range row.Cells {
			row.Cells[i] = clean(c)
			blank = blank && row.Cells[i] == ""
		}
		if !blank {
			return row, nil
		}
	}
}

// Progress returns how many bytes of how many were read, for a progress bar.
// It may be called while another goroutine reads.
func (t *Table) Progress() (read, size int64) { return t.src.done() }

// Close closes the file that Open opened.
func (t *Table) Close() error {
	if t.closer == nil {
		return nil
	}
	return t.closer.Close()
}
