package cli

import (
	"context"
	"fmt"
	"path/filepath"

	"xuedu/internal/accredit/award"
	"xuedu/internal/app"
	"xuedu/internal/area"
	"xuedu/internal/sheet"
)

type importAwardsCmd struct {
	File   string `arg:"" help:"CSV or XLSX file." type:"path"`
	DryRun bool   `help:"Check only, write nothing."`
}

func (importAwardsCmd) Help() string {
	return `Awards that were given before this program: programme,area,holder,document,day
[,number][,until][,org]. They stand in the register, to be checked again, and count
for no target until a re-evaluation renews them. All rows are taken or none; the same
file again adds nothing. docs/examples/earlier-awards.csv shows the form.

Example:
  xuedu import awards earlier-awards.csv --dry-run`
}

func (c importAwardsCmd) Run(ctx context.Context, env *Env) error {
	a, err := openAwards(ctx, env)
	if err != nil {
		return err
	}
	defer a.Close()
	t, err := sheet.Open(c.File)
	if err != nil {
		return err
	}
	defer t.Close()
	name := filepath.Base(c.File)
	r, err := a.Awards.ImportEarlier(ctx, t, award.ImportOptions{Name: name, DryRun: c.DryRun, Org: a.OrgByCode})
	if err != nil {
		return err
	}
	for _, j := range r.Rejects {
		fmt.Fprintln(env.Err, problemLine(env, c.File, area.Problem{Line: j.Line, Field: j.Column, Key: j.Err.Key, Args: j.Err.Args}))
	}
	what := "award.import.nothing"
	switch {
	case r.Written:
		what = "award.import.written"
	case c.DryRun:
		what = "award.import.dry"
	}
	fmt.Fprintln(env.Out, env.T("award.import.report", "File", name, "Rows", r.Rows, "Added", r.Added, "Same", r.Same))
	fmt.Fprintln(env.Out, env.T(what))
	if len(r.Rejects) > 0 {
		return ErrReported
	}
	return nil
}

// openAwards opens the city for commands of the register of awards.
func openAwards(ctx context.Context, env *Env) (*app.App, error) { return app.Open(ctx, env.Config) }
