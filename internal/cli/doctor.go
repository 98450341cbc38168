package cli

import (
	"context"
	"fmt"

	"xuedu/internal/app"
	"xuedu/internal/errs"
	"xuedu/internal/ledger"
)

// doctorCmd examines a city.
type doctorCmd struct {
	RebuildEngine bool   `help:"Read the whole ledger again and write the engine's snapshot anew."`
	Sample        int    `help:"How many figures to count again with plain SQL." default:"20"`
	Seed          uint64 `help:"Which figures: the same seed draws the same." default:"1"`
	formatFlag
}

func (doctorCmd) Help() string {
	return `Looks for rows of the ledger that point nowhere, for numbers out of order, and
counts a sample of figures again with plain SQL. Exit status 1 if anything is wrong.

Examples:
  xuedu doctor --db sqlite:city.db
  xuedu doctor --db postgres://xuedu@localhost/xuedu --rebuild-engine`
}

func (c doctorCmd) Run(ctx context.Context, env *Env) error {
	a, err := openCounting(ctx, env)
	if err != nil {
		return err
	}
	defer a.Close()
	if c.RebuildEngine {
		if err := rebuild(ctx, env, a); err != nil {
			return err
		}
	}
	found, err := c.examine(ctx, env, a)
	if err != nil {
		return err
	}
	return c.report(env, found)
}

func rebuild(ctx context.Context, env *Env, a *app.App) error {
	set, end := env.Progress(env.T("figures.doctor.rebuild"))
	err := a.Figures.Rebuild(ctx, set)
	end()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.Err, env.T("figures.doctor.rebuilt", "Version", a.Figures.Version()))
	return err
}

func (c doctorCmd) examine(ctx context.Context, env *Env, a *app.App) ([]ledger.Finding, error) {
	set, end := env.Progress(env.T("figures.doctor.ledger"))
	found, err := ledger.CheckLedger(ctx, a.DB, set)
	end()
	if err != nil {
		return nil, err
	}
	set, end = env.Progress(env.T("figures.doctor.sample"))
	defer end()
	f, err := a.Figures.CheckSample(ctx, c.Sample, c.Seed, set)
	return append(found, f), err
}

func (c doctorCmd) report(env *Env, found []ledger.Finding) error {
	rows := [][]string{{"check", "wrong"}}
	if c.Format == "table" {
		rows[0] = []string{env.T("figures.doctor.check"), env.T("figures.doctor.wrong")}
	}
	bad := 0
	for _, f := range found {
		rows = append(rows, []string{env.T(f.Check), fmt.Sprint(f.Wrong)})
		if f.Wrong > 0 {
			bad++
		}
	}
	if err := c.print(env, rows); err != nil || bad == 0 {
		return err
	}
	return errs.New(errs.Conflict, "figures.doctor.bad", "N", bad)
}
