package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"xuedu/internal/app"
	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/workbook"
)

type returnExportCmd struct {
	Form   string `arg:"" help:"Code of a form that was sent out: base5."`
	Period string `help:"Period it was sent out for." required:"" placeholder:"PERIOD"`
	Area   string `help:"Code of an area: only the units in it." placeholder:"CODE"`
	Each   bool   `help:"A workbook for each unit, not for all units of a street."`
	Out    string `help:"Folder for the workbooks." default:"." type:"path" placeholder:"DIR"`
}

func (returnExportCmd) Help() string {
	return `Writes the returns of a form as Excel workbooks, one for each area above the units,
a page for each unit: to be filled in offline and brought back with return import.

Examples:
  xuedu return export base5 --period 2026-Q3 --out forms/ --db sqlite:city.db
  xuedu return export base5 --period 2026-Q3 --each --out forms/ --db sqlite:city.db`
}

func (c returnExportCmd) Run(ctx context.Context, env *Env) error {
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	defer a.Close()
	books, err := c.books(ctx, a)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	set, end := env.Progress(env.T("workbook.writing"))
	defer end()
	for i, b := range books {
		if err := c.write(ctx, a, env, b); err != nil {
			return err
		}
		set(int64(i+1), int64(len(books)))
	}
	return nil
}

// book is one workbook to write: the returns of the units below one area.
type book struct {
	code string // of the area
	ids  []string
}

// books puts the returns together by the area above their units.
func (c returnExportCmd) books(ctx context.Context, a *app.App) ([]book, error) {
	coll, err := c.collection(ctx, a)
	if err != nil {
		return nil, err
	}
	t := a.Areas.Tree()
	q := statistic.ReturnQuery{Collection: coll}
	if c.Area != "" {
		n, ok := t.ByCode(c.Area)
		if !ok {
			return nil, errs.InvalidField("area", "statistic.no_area", "Code", c.Area)
		}
		q.AreaID = t.At(n).ID
	}
	list, err := a.Returns.Returns(ctx, q)
	if err != nil {
		return nil, err
	}
	return booksOf(t, list, c.Each), nil
}

// booksOf puts the returns of one parent together, or each on its own. A parent
// with more than a workbook holds gets further ones, numbered.
func booksOf(t *area.Tree, list []statistic.Return, each bool) []book {
	var out []book
	last, more := map[string]int{}, map[string]int{} // by code of the area
	for _, r := range list {
		code := ""
		if n, ok := t.ByID(r.AreaID); ok && each {
			code = t.At(n).Code
		} else if ok && t.Parent(n) >= 0 {
			code = t.At(t.Parent(n)).Code
		}
		i, ok := last[code]
		if !ok || len(out[i].ids) == workbook.MaxPages {
			i, last[code] = len(out), len(out)
			out = append(out, book{code: code})
			if more[code]++; ok {
				out[i].code = fmt.Sprint(code, "-", more[code])
			}
		}
		out[i].ids = append(out[i].ids, r.ID)
	}
	return out
}

// collection finds what was sent out by form and period.
func (c returnExportCmd) collection(ctx context.Context, a *app.App) (string, error) {
	list, err := a.Returns.Collections(ctx)
	if err != nil {
		return "", err
	}
	for _, x := range list {
		if x.Form.Code == c.Form && x.Period.Name == c.Period {
			return x.ID, nil
		}
	}
	return "", errs.New(errs.NotFound, "workbook.not_sent", "Form", c.Form, "Period", c.Period)
}

func (c returnExportCmd) write(ctx context.Context, a *app.App, env *Env, b book) (err error) {
	name := filepath.Join(c.Out, fmt.Sprintf("%s-%s-%s.xlsx", c.Form, c.Period, b.code))
	f, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return a.Workbooks().Export(ctx, b.ids, env.Lang, f)
}

type returnImportCmd struct {
	Paths []string `arg:"" help:"Workbooks, or folders of them." type:"path"`
}

func (returnImportCmd) Help() string {
	return `Takes in what was filled in since the export. A file with a fault changes nothing; a
copy with the faults in red is written beside it as FILE.marked.xlsx, and the exit
status is 1. Files that were taken in are noted in .xuedu-imported beside them, so
that an interrupted import goes on where it was.

Example:
  xuedu return import received/ --db sqlite:city.db`
}

func (c returnImportCmd) Run(ctx context.Context, env *Env) error {
	files, err := workbooks(c.Paths)
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	defer a.Close()
	im := &returnImport{env: env, books: a.Workbooks(), noted: map[string]map[string]bool{}}
	set, end := env.Progress(env.T("workbook.reading"))
	for i, f := range files {
		if err := im.file(ctx, f); err != nil {
			end()
			return err
		}
		set(int64(i+1), int64(len(files)))
	}
	end()
	fmt.Fprintln(env.Out, env.T("workbook.imported", "Files", im.taken, "Changed", im.changed, "Skipped", im.skipped, "Bad", im.bad))
	if im.bad > 0 {
		return errs.New(errs.Invalid, "workbook.some_bad", "N", im.bad)
	}
	return nil
}

// workbooks lists the files to read, folders opened.
func workbooks(paths []string) ([]string, error) {
	var out []string
	for _, p := range paths {
		err := filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			if path == p || strings.HasSuffix(path, ".xlsx") && !strings.HasSuffix(path, markedEnd) {
				out = append(out, path)
			}
			return nil
		})
		if err != nil {
			return nil, &errs.Error{Kind: errs.NotFound, Key: "sheet.no_file", Args: []any{"Path", p}, Err: err}
		}
	}
	return out, nil
}

const (
	markedEnd = ".marked.xlsx"
	journal   = ".xuedu-imported"
)

type returnImport struct {
	env                          *Env
	books                        *workbook.Service
	noted                        map[string]map[string]bool // lines of the journals, by folder
	taken, changed, skipped, bad int
}

func (im *returnImport) file(ctx context.Context, path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return &errs.Error{Kind: errs.NotFound, Key: "sheet.no_file", Args: []any{"Path", path}, Err: err}
	}
	sum := sha256.Sum256(b)
	line := hex.EncodeToString(sum[:]) + " " + filepath.Base(path)
	done, err := im.journal(filepath.Dir(path))
	if err != nil {
		return err
	}
	if done[line] {
		im.skipped++
		return nil
	}
	r, err := im.books.Import(ctx, b, "", im.env.Lang)
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind != errs.Internal {
		im.bad++
		fmt.Fprintf(im.env.Err, "%s: %s\n", path, im.env.T(e.Key, e.Args...))
		return nil
	}
	if err != nil {
		return err
	}
	if len(r.Faults) > 0 {
		return im.refuse(path, r)
	}
	im.taken++
	im.changed += r.Changed
	done[line] = true
	return note(filepath.Dir(path), line)
}

// refuse tells the faults of a file and writes its marked copy.
func (im *returnImport) refuse(path string, r workbook.Report) error {
	im.bad++
	for _, f := range r.Faults {
		fmt.Fprintf(im.env.Err, "%s: %s: %s\n", path, f.Where(), f.Text)
	}
	if r.Marked == nil {
		return nil
	}
	return os.WriteFile(strings.TrimSuffix(path, ".xlsx")+markedEnd, r.Marked, 0o644)
}

// journal returns the lines of the journal of a folder, read once.
func (im *returnImport) journal(dir string) (map[string]bool, error) {
	if lines, ok := im.noted[dir]; ok {
		return lines, nil
	}
	b, err := os.ReadFile(filepath.Join(dir, journal))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	lines := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		lines[strings.TrimSuffix(line, "\n")] = true
	}
	im.noted[dir] = lines
	return lines, nil
}

func note(dir, line string) error {
	f, err := os.OpenFile(filepath.Join(dir, journal), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("note import: %w", err)
	}
	_, err = fmt.Fprintln(f, line)
	return errors.Join(err, f.Close())
}
