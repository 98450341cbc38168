package cli

import (
	"context"
	"fmt"

	"xuedu/internal/db"
	"xuedu/internal/job"
)

type migrateCmd struct{}

func (migrateCmd) Help() string {
	return `Examples:
  xuedu migrate --db sqlite:city.db
  xuedu migrate --db 'postgres://xuedu@localhost/xuedu?search_path=beijing'`
}

func (migrateCmd) Run(ctx context.Context, env *Env) error {
	d, err := db.Open(ctx, env.Config.DB)
	if err != nil {
		return err
	}
	defer d.Close()
	n, err := d.Migrate(ctx)
	if err != nil {
		return err
	}
	if _, err := job.Migrate(ctx, d); err != nil {
		return err
	}
	now, _, err := d.Version(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.Out, env.T("cli.migrated", "N", n, "Version", now))
	return err
}
