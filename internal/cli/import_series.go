package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"xuedu/internal/app"
	"xuedu/internal/area"
	"xuedu/internal/measure"
	"xuedu/internal/sheet"
)

type importSeriesCmd struct {
	File    string `arg:"" help:"CSV or XLSX file." type:"path"`
	Source  string `help:"Who published the figures and where, for rows that do not say." placeholder:"TEXT"`
	Vintage string `help:"Day of publication, for rows that do not say." placeholder:"DAY"`
	DryRun  bool   `help:"Check only, write nothing."`
	Strict  bool   `help:"Write nothing if a single row is refused."`
}

func (importSeriesCmd) Help() string {
	return `Figures that somebody else publishes, as measures for indicators. Columns, in any
order: code, area, period, value; age, sex, theme, mode, channel, type, residence,
education as they are needed; source, vintage. A series that is new also says name,
name_en, unit, level and time in its first row. A figure does not change within one
edition (vintage); a newer edition replaces it and leaves the old one in sight. The
same file again changes nothing. Refused rows go to FILE.rejected.csv with the
reasons; the exit status is then 1.

Examples:
  xuedu import series elders-2024.csv --dry-run
  xuedu import series elders-2024.csv --source "Statistical yearbook 2025, table 3-4" --vintage 2025-09-01`
}

func (c importSeriesCmd) Run(ctx context.Context, env *Env) error {
	t, err := sheet.Open(c.File)
	if err != nil {
		return err
	}
	defer t.Close()
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
	r, err := a.Series.Import(ctx, t, measure.ImportOptions{Name: filepath.Base(c.File), Source: c.Source, Vintage: c.Vintage,
		DryRun: c.DryRun, Strict: c.Strict, Rejected: out.part, T: env.T})
	if err != nil {
		return err
	}
	if err := out.finish(r.Refused > 0); err != nil {
		return err
	}
	return c.tell(env, r, out.path)
}

// tell prints what became of the file: problems to the error stream, the sum
// to the output.
func (c importSeriesCmd) tell(env *Env, r measure.ImportReport, rejected string) error {
	for _, p := range r.Problems[:min(len(r.Problems), shownProblems)] {
		fmt.Fprintln(env.Err, problemLine(env, c.File, area.Problem{Line: p.Line, Field: p.Column, Key: p.Err.Key, Args: p.Err.Args}))
	}
	if more := len(r.Problems) - shownProblems; more > 0 {
		fmt.Fprintln(env.Err, env.T("area.more_problems", "N", more))
	}
	fmt.Fprintln(env.Out, env.T("measure.series.report", "File", filepath.Base(c.File),
		"Rows", r.Rows, "Added", r.Added, "Revised", r.Revised, "Same", r.Same, "Refused", r.Refused))
	switch {
	case r.Written:
		fmt.Fprintln(env.Out, env.T("measure.series.written", "Codes", strings.Join(r.Series, ", ")))
	case c.DryRun:
		fmt.Fprintln(env.Out, env.T("measure.series.dry"))
	default:
		fmt.Fprintln(env.Out, env.T("measure.series.nothing"))
	}
	if r.Refused == 0 {
		return nil
	}
	fmt.Fprintln(env.Out, env.T("measure.series.rejected", "Path", rejected))
	return ErrReported
}
