package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"xuedu/internal/accredit/expert"
	"xuedu/internal/app"
	"xuedu/internal/area"
	"xuedu/internal/sheet"
)

// expertCmd looks at the pool of experts.
type expertCmd struct {
	List expertListCmd `cmd:"" help:"List the pool of experts."`
}

type expertListCmd struct {
	Category string `help:"Code of a category." placeholder:"CODE"`
	State    string `help:"active, invited, resting or left." placeholder:"STATE"`
	formatFlag
}

func (expertListCmd) Help() string {
	return `By number in the pool.

Example:
  xuedu expert list --state active --format csv`
}

func (c expertListCmd) Run(ctx context.Context, env *Env) error {
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	defer a.Close()
	list, err := a.Experts.Experts(ctx)
	if err != nil {
		return err
	}
	rows := [][]string{{"code", "name", "title", "state", "categories", "fields", "org_name"}}
	for _, e := range a.Experts.Select(list, expert.Filter{Category: c.Category, State: c.State}) {
		rows = append(rows, []string{e.Code, e.Name, e.Title, e.State, strings.Join(e.Categories, ";"), strings.Join(e.Fields, ";"), e.OrgName})
	}
	return c.print(env, rows)
}

type importExpertsCmd struct {
	File   string `arg:"" help:"CSV or XLSX file." type:"path"`
	DryRun bool   `help:"Check only, write nothing."`
}

func (importExpertsCmd) Help() string {
	return `Experts whose number is known are changed, others are added as active. All rows are
taken or none: if one breaks a rule, nothing is written and the exit status is 1.

Example:
  xuedu import experts experts.xlsx --dry-run`
}

func (c importExpertsCmd) Run(ctx context.Context, env *Env) error {
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	defer a.Close()
	t, err := sheet.Open(c.File)
	if err != nil {
		return err
	}
	defer t.Close()
	r, err := a.Experts.Import(ctx, t, expert.ImportOptions{Name: filepath.Base(c.File), DryRun: c.DryRun})
	if err != nil {
		return err
	}
	for _, j := range r.Rejects {
		fmt.Fprintln(env.Err, problemLine(env, c.File, area.Problem{Line: j.Line, Field: j.Column, Key: j.Err.Key, Args: j.Err.Args}))
	}
	what := "expert.import.nothing"
	switch {
	case r.Written:
		what = "expert.import.written"
	case c.DryRun:
		what = "expert.import.dry"
	}
	fmt.Fprintln(env.Out, env.T("expert.import.report", "File", filepath.Base(c.File), "Rows", r.Rows, "Added", r.Added, "Changed", r.Changed, "Same", r.Same))
	fmt.Fprintln(env.Out, env.T(what))
	if len(r.Rejects) > 0 {
		return ErrReported
	}
	return nil
}
