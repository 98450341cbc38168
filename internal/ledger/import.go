package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"golang.org/x/sync/errgroup"

	"xuedu/internal/db"
	"xuedu/internal/sheet"
)

// ImportSource is a file of attendances: CSV or XLSX, told by its content.
type ImportSource struct {
	Name string // for the record, without its folder
	R    sheet.ReaderAt
}

// ImportOptions says how to import. T is required.
type ImportOptions struct {
	DryRun   bool                                 // check only: write nothing to the database
	Strict   bool                                 // take all rows or none
	T        func(key string, args ...any) string // translates the reasons
	Rejected io.Writer                            // gets the refused rows as CSV; nothing is written if there are none
	Progress func(ImportReport)                   // called when rows have been taken for good
}

// ImportReport is what became of the rows so far.
type ImportReport struct {
	Rows        int64 // rows of the file, without its heading
	Recorded    int64 // new in the ledger
	Already     int64 // recorded before, or twice in the file: nothing was added
	Refused     int64
	Persons     int64           // new persons
	Sessions    int64           // new class meetings
	Unknown     []string        // headings that nobody knows; their cells were not read
	Warned      int64           // warnings of all
	Warnings    []ImportProblem // the first maxWarnings of them
	Problems    []ImportProblem // the first maxWarnings refusals
	Read, Size  int64           // bytes, for a progress bar
	DryRun      bool
	NothingDone bool // Strict, and a row was refused: nothing was recorded
}

// ImportProblem is a refused cell or a warning.
type ImportProblem struct {
	Line   int
	Column string // "" = the row as a whole
	Value  string
	Key    string
	Args   []any
}

// maxWarnings is how many warnings and refusals a report lists.
const maxWarnings = 100

// chunkRows is how many rows one transaction takes. Every chunk touches much
// of the index, so few large ones are faster; at this size a roster that is
// saved meanwhile waits for a third of a second.
const chunkRows = 40_000

// Import records the attendances of a file in chunks: each goes in whole or
// not at all, and is counted in Progress only when it is durable. The pair
// (session, person) is the identity of a row: what the ledger has already,
// reversed or not, is not added again, so the same file can be imported twice
// and an import that broke off can be started again.
//
// It fails with Invalid if the file is no table or a column is missing.
// Refused rows are no error: see ImportReport.
func (s *Service) Import(ctx context.Context, src ImportSource, opt ImportOptions) (ImportReport, error) {
	digest, err := digestOf(src.R)
	if err != nil {
		return ImportReport{}, err
	}
	im := &importer{s: s, src: src, opt: opt, digest: digest}
	if im.themes, err = s.importThemes(ctx, opt.DryRun); err != nil {
		return ImportReport{}, err
	}
	if opt.Strict || opt.DryRun {
		r, err := im.run(ctx, nil)
		if err != nil || opt.DryRun || r.Refused > 0 {
			r.DryRun, r.NothingDone = opt.DryRun, opt.Strict && r.Refused > 0
			return r, err
		}
		return im.strict(ctx)
	}
	return im.run(ctx, s.db.InIngest)
}

// importThemes returns the numbers of the pack's themes by code. To check only,
// those that have none yet get one below zero.
func (s *Service) importThemes(ctx context.Context, check bool) (map[string]int64, error) {
	if !check {
		if err := s.SyncThemes(ctx); err != nil {
			return nil, err
		}
	}
	ids, err := themeIDs(ctx, s.db.Read)
	if err != nil {
		return nil, err
	}
	out := make(map[string]int64, len(ids))
	for i, t := range s.pack().Themes {
		if out[t.Code] = ids[t.Code]; out[t.Code] == 0 {
			out[t.Code] = -1 - int64(i)
		}
	}
	return out, nil
}

// strict writes all chunks in one transaction.
func (im *importer) strict(ctx context.Context) (ImportReport, error) {
	im.opt.Rejected = nil // the first pass found none
	var r ImportReport
	err := im.s.db.InIngest(ctx, func(b *db.Bulk) error {
		var err error
		r, err = im.run(ctx, func(_ context.Context, f func(*db.Bulk) error) error { return f(b) })
		if err == nil && r.Refused > 0 {
			err = errors.New("the file changed while it was read")
		}
		return err
	})
	return r, err
}

// digestOf returns the SHA-256 of all of r, in hex.
func digestOf(r io.ReadSeeker) (string, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("rewind import: %w", err)
	}
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", fmt.Errorf("read import: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// importer is one import.
type importer struct {
	s      *Service
	src    ImportSource
	opt    ImportOptions
	digest string
	themes map[string]int64
}

// themeCode returns the code of a theme's number, "" if the pack has none.
func (im *importer) themeCode(id int64) string {
	for code, n := range im.themes {
		if n == id {
			return code
		}
	}
	return ""
}

// inTx runs a chunk in a transaction; nil stands for checking only.
type inTx func(context.Context, func(*db.Bulk) error) error

// importChunk is what the reader hands to the writer.
type importChunk struct {
	rows       []importRow
	from, to   int // lines
	read, all  int64
	total, bad int64                   // rows read and refused up to here
	persons    map[string]*knownPerson // those the database has, of the ones not seen before
	sessions   map[string]int64
}

// run reads in one goroutine, looks up in a second and writes in a third.
func (im *importer) run(ctx context.Context, in inTx) (ImportReport, error) {
	table, err := sheet.New(im.src.R)
	if err != nil {
		return ImportReport{}, err
	}
	rd, err := newImportReader(im, table)
	if err != nil {
		return ImportReport{}, err
	}
	read, found := make(chan *importChunk, 1), make(chan *importChunk, 1)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(read)
		return rd.readAll(ctx, read)
	})
	g.Go(func() error {
		defer close(found)
		return newImportFinder(im.s.db.Read).findAll(ctx, read, found)
	})
	wr := newImportWriter(im)
	g.Go(func() error {
		for c := range found {
			if err := wr.take(ctx, in, c); err != nil {
				return err
			}
			if im.opt.Progress != nil {
				im.opt.Progress(wr.report)
			}
		}
		return nil
	})
	err = g.Wait()
	r := wr.report
	r.Unknown, r.Problems, r.Rows, r.Refused = rd.header.Unknown, rd.problems, rd.rows, rd.refused
	return r, err
}
