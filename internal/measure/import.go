package measure

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/sheet"
)

// ImportOptions say how a file of series is taken.
type ImportOptions struct {
	Name     string // of the file, for the audit trail
	Source   string // of rows that name none; "" = such rows are refused
	Vintage  string // edition of rows that name none
	DryRun   bool   // write nothing
	Strict   bool   // take all rows or none
	Rejected io.Writer
	T        func(key string, args ...any) string // language of Rejected
}

// Problem is a row that was not taken.
type Problem struct {
	Line   int
	Column string // "" = the whole row
	Value  string // what stands there
	Err    *errs.Error
}

// ImportReport tells what a file did, or would do.
type ImportReport struct {
	Rows, Added, Same, Refused int
	Revised                    int // of Added: figures that an edition replaces
	Series                     []string
	Problems                   []Problem // by line
	Written                    bool
}

// maxRows bounds a file: what is larger is no table of published figures.
const maxRows = 1_000_000

// errNothing ends a transaction that has nothing to write.
var errNothing = errors.New("nothing to write")

// Import adds figures from a table with the columns code, area, period, value
// and, as they are needed, age, sex and other dimensions, source, vintage,
// name, name_en, unit, level, time. Rows that break a rule are refused with
// line, column and reason and go to o.Rejected; the others are written in one
// transaction, or none if any was refused and the options are strict. The same
// file again changes nothing; a new edition replaces a figure and leaves the
// old one in sight. It fails with Invalid for a table that cannot be read.
func (s *Series) Import(ctx context.Context, src *sheet.Table, o ImportOptions) (ImportReport, error) {
	im := newImport(s, o)
	if err := im.read(src); err != nil {
		return im.rep, err
	}
	if err := im.lookUp(ctx); err != nil {
		return im.rep, err
	}
	err := s.db.InBulk(ctx, func(tx *sql.Tx, add db.CopyFunc) error {
		batch, err := db.Next(ctx, tx, "series", 1) // first: imports wait for each other here
		if err != nil {
			return err
		}
		if err := im.plan(ctx, tx); err != nil {
			return err
		}
		if o.DryRun || len(im.rows) == 0 || o.Strict && im.rep.Refused > 0 {
			return errNothing
		}
		return im.write(ctx, tx, add, batch)
	})
	if errors.Is(err, errNothing) {
		err = nil
	}
	if err != nil {
		return im.rep, err
	}
	return im.rep, im.reject()
}

// seriesImport is one import under way.
type seriesImport struct {
	s   *Series
	o   ImportOptions
	rep ImportReport

	head   *sheet.Header
	known  map[string]Decl    // what the catalogue has of the codes of the file
	raw    []seriesRow        // as they stand in the file
	by     map[string]*stored // the series of the file by code
	cells  map[cellKey]had    // what the database holds of them
	latest map[cellKey]string // newest edition of each cell, by its key without one
	seen   map[cellKey]int    // line of the file
	rows   [][]any            // to write
	bad    []rejectedRow
}

func newImport(s *Series, o ImportOptions) *seriesImport {
	return &seriesImport{s: s, o: o, known: map[string]Decl{}, cells: map[cellKey]had{}, seen: map[cellKey]int{}, by: map[string]*stored{},
		latest: map[cellKey]string{}}
}

// write adds the figures; the audit trail comes last.
func (im *seriesImport) write(ctx context.Context, tx *sql.Tx, add db.CopyFunc, batch int64) error {
	at := im.s.stamp()
	for _, code := range slices.Sorted(maps.Keys(im.by)) {
		if st := im.by[code]; st.isNew || st.dirty {
			if err := st.save(ctx, tx, at); err != nil {
				return err
			}
		}
	}
	for _, r := range im.rows {
		r[len(r)-1] = batch
	}
	if err := add("series_value", []string{"series", "period", "area_id", "filter", "vintage", "value", "state", "source", "batch"}, im.rows); err != nil {
		return fmt.Errorf("add figures: %w", err)
	}
	im.rep.Written = true // or the transaction fails, and the error says so
	return audit.Append(ctx, tx, at, audit.Entry{Verb: "series:import", Object: fmt.Sprint("series:", batch), Detail: map[string]any{
		"file": im.o.Name, "series": im.rep.Series, "rows": im.rep.Rows, "added": im.rep.Added, "same": im.rep.Same, "refused": im.rep.Refused}})
}

// reject writes the refused rows as they stood, each with its reason in front.
func (im *seriesImport) reject() error {
	if im.o.Rejected == nil || len(im.bad) == 0 {
		return nil
	}
	slices.SortStableFunc(im.bad, func(a, b rejectedRow) int { return a.line - b.line })
	w, skip := sheet.NewCSV(im.o.Rejected), im.skip()
	w.Write(append(slices.Clone(rejectColumns), im.head.Cells[skip:]...)...)
	for _, r := range im.bad {
		p := r.problem
		cells := []string{fmt.Sprint(p.Line), p.Column, p.Value, im.o.T(p.Err.Key, p.Err.Args...)}
		w.Write(append(cells, r.cells[min(skip, len(r.cells)):]...)...)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write refused rows: %w", err)
	}
	return nil
}

// skip is how many columns of a file are themselves from a file of refused rows.
func (im *seriesImport) skip() int {
	if n := len(rejectColumns); len(im.head.Cells) >= n && slices.EqualFunc(im.head.Cells[:n], rejectColumns, strings.EqualFold) {
		return n
	}
	return 0
}

func asError(err error) *errs.Error {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e
	}
	return &errs.Error{Kind: errs.Internal, Key: "error.internal", Err: err}
}

// stamp is the time to store: UTC, and no finer than both databases keep.
func (s *Series) stamp() time.Time { return s.now().UTC().Truncate(time.Millisecond) }
