package cli

import (
	"context"
	"fmt"
	"path/filepath"

	"xuedu/internal/app"
	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/org"
	"xuedu/internal/pack"
	"xuedu/internal/sheet"
)

type importOrgsCmd struct {
	File   string `arg:"" help:"CSV or XLSX file." type:"path"`
	DryRun bool   `help:"Check only, write nothing."`
	Strict bool   `help:"Write nothing if a single row is refused."`
}

func (importOrgsCmd) Help() string {
	return `Institutions whose code is known are changed, others are added; a column that the
file lacks stays as it is. Rows that break a rule are refused with line, column and
reason, and the exit status is 1.

Examples:
  xuedu import orgs schools.xlsx --dry-run
  xuedu import orgs schools.xlsx --strict`
}

func (c importOrgsCmd) Run(ctx context.Context, env *Env) error {
	d, err := db.Open(ctx, env.Config.DB)
	if err != nil {
		return err
	}
	defer d.Close()
	s, err := openOrgs(ctx, env, d)
	if err != nil {
		return err
	}
	t, err := sheet.Open(c.File)
	if err != nil {
		return err
	}
	defer t.Close()
	r, err := s.Import(ctx, t, org.ImportOptions{Name: filepath.Base(c.File), DryRun: c.DryRun, Strict: c.Strict})
	if err != nil {
		return err
	}
	for _, j := range r.Rejects {
		fmt.Fprintln(env.Err, problemLine(env, c.File, area.Problem{Line: j.Line, Field: j.Column, Key: j.Err.Key, Args: j.Err.Args}))
	}
	what := "org.import.nothing"
	switch {
	case r.Written:
		what = "org.import.written"
	case c.DryRun:
		what = "org.import.dry"
	}
	fmt.Fprintln(env.Out, env.T("org.import.report", "File", filepath.Base(c.File), "Rows", r.Rows, "Added", r.Added, "Changed", r.Changed, "Same", r.Same))
	fmt.Fprintln(env.Out, env.T(what))
	if len(r.Rejects) > 0 {
		return ErrReported
	}
	return nil
}

// openOrgs opens the register of the city in d.
func openOrgs(ctx context.Context, env *Env, d *db.DB) (*org.Service, error) {
	now, err := app.ClockOf(ctx, env.Config, d)
	if err != nil {
		return nil, err
	}
	areas := area.New(d, now)
	if err := areas.Reload(ctx); err != nil {
		return nil, err
	}
	p, err := pack.Stored(ctx, d.Read)
	if err != nil {
		return nil, err
	}
	return org.New(d, areas.Tree, func() *pack.Pack { return p }, now), nil
}
