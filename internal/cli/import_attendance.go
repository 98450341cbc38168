package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"xuedu/internal/app"
	"xuedu/internal/errs"
	"xuedu/internal/ledger"
)

type importAttendanceCmd struct {
	File   string `arg:"" help:"CSV or XLSX file." type:"path"`
	DryRun bool   `help:"Check the file and tell what would be recorded; write nothing to the database."`
	Strict bool   `help:"Record all rows or none."`
}

func (importAttendanceCmd) Help() string {
	return `Columns, in any order: session, person, home, place, birth_year, sex, date, theme,
mode, minutes, and count. A row without a person and with a count is an anonymous
head-count. The pair (session, person) is the identity of a row: the same file again
adds nothing, and an import that broke off is started again with the same command.
Refused rows go to FILE.rejected.csv with the reasons; put them right there and import
that file. The exit status is 1 if any row was refused.

Examples:
  xuedu import attendance 2024-03.csv --dry-run
  xuedu import attendance 2024-03.xlsx
  xuedu import attendance 2024-03.csv --strict`
}

func (c importAttendanceCmd) Run(ctx context.Context, env *Env) error {
	f, err := os.Open(c.File)
	if err != nil {
		return &errs.Error{Kind: errs.Invalid, Key: "sheet.no_file", Args: []any{"Path", c.File}, Err: err}
	}
	defer f.Close()
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	defer a.Close()
	out, err := newRejectedFile(c.File + ".rejected.csv")
	if err != nil {
		return err
	}
	defer out.drop()
	progress, end := env.importProgress()
	r, err := a.Ledger.Import(ctx, ledger.ImportSource{Name: filepath.Base(c.File), R: f},
		ledger.ImportOptions{DryRun: c.DryRun, Strict: c.Strict, T: env.T, Rejected: out.part, Progress: progress})
	end()
	if err != nil {
		return err
	}
	if err := out.finish(r.Refused > 0); err != nil {
		return err
	}
	env.tellImport(r, out.path)
	if r.Refused > 0 {
		return ErrReported
	}
	return nil
}

// importProgress draws a bar on a terminal. Elsewhere each line tells what has
// been recorded for good.
func (e *Env) importProgress() (step func(ledger.ImportReport), end func()) {
	if !e.Terminal {
		return func(r ledger.ImportReport) { fmt.Fprintln(e.Err, e.importLine(r)) }, func() {}
	}
	set, end := e.Progress(e.T("ledger.import.label"))
	return func(r ledger.ImportReport) { set(r.Read, r.Size) }, end
}

func (e *Env) importLine(r ledger.ImportReport) string {
	return e.T("ledger.import.progress", "Rows", r.Rows, "Recorded", r.Recorded, "Already", r.Already, "Refused", r.Refused)
}

// tellImport prints what became of the file: problems to the error stream, the
// sum to the output.
func (e *Env) tellImport(r ledger.ImportReport, rejected string) {
	if len(r.Unknown) > 0 {
		fmt.Fprintln(e.Err, e.T("ledger.import.unknown", "Names", strings.Join(r.Unknown, ", ")))
	}
	if r.Warned > 0 {
		fmt.Fprintln(e.Err, e.T("ledger.import.warnings", "N", r.Warned))
		e.tellProblems(r.Warnings, r.Warned)
	}
	if r.Refused > 0 {
		fmt.Fprintln(e.Err, e.T("ledger.import.refusals"))
		e.tellProblems(r.Problems, max(r.Refused, int64(len(r.Problems))))
	}
	args := []any{"N", r.Rows, "Recorded", r.Recorded, "Already", r.Already, "Refused", r.Refused, "Good", r.Rows - r.Refused}
	switch {
	case r.DryRun:
		fmt.Fprintln(e.Out, e.T("ledger.import.dry", args...))
	case r.NothingDone:
		fmt.Fprintln(e.Out, e.T("ledger.import.strict", args...))
	default:
		fmt.Fprintln(e.Out, e.T("ledger.import.done", args...))
		fmt.Fprintln(e.Out, e.T("ledger.import.new", "Persons", r.Persons, "Sessions", r.Sessions))
	}
	if r.Refused > 0 {
		fmt.Fprintln(e.Out, e.T("ledger.import.rejected", "Path", rejected))
	}
}

// shownProblems is how many lines a terminal can bear.
const shownProblems = 20

func (e *Env) tellProblems(list []ledger.ImportProblem, total int64) {
	for i, p := range list {
		if i == shownProblems {
			break
		}
		key := "ledger.import.cell"
		if p.Column == "" {
			key = "ledger.import.line"
		}
		fmt.Fprintln(e.Err, " ", e.T(key, "Line", p.Line, "Column", p.Column, "Value", p.Value, "Reason", e.T(p.Key, p.Args...)))
	}
	if more := total - int64(min(len(list), shownProblems)); more > 0 {
		fmt.Fprintln(e.Err, " ", e.T("ledger.import.more", "N", more))
	}
}

// rejectedFile is written beside its place and gets its name only when it is
// whole; one of an earlier import goes when there is nothing to put there.
type rejectedFile struct {
	path string
	part *os.File
}

func newRejectedFile(path string) (*rejectedFile, error) {
	part, err := os.OpenFile(path+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, &errs.Error{Kind: errs.Invalid, Key: "ledger.import.no_write", Args: []any{"Path", path}, Err: err}
	}
	return &rejectedFile{path: path, part: part}, nil
}

func (f *rejectedFile) drop() {
	if f.part != nil {
		f.part.Close()
		os.Remove(f.path + ".part")
	}
}

func (f *rejectedFile) finish(any bool) error {
	if !any {
		f.drop()
		f.part = nil
		if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove old refused rows: %w", err)
		}
		return nil
	}
	err := errors.Join(f.part.Sync(), f.part.Close())
	if err == nil {
		err = os.Rename(f.path+".part", f.path)
	}
	f.part = nil
	if err != nil {
		return fmt.Errorf("write refused rows: %w", err)
	}
	return nil
}
