package cli

import (
	"context"
	"fmt"

	"xuedu/internal/app"
)

type filesCmd struct {
	Verify filesVerifyCmd `cmd:"" help:"Check that every attachment is there and whole."`
	Sweep  filesSweepCmd  `cmd:"" help:"Remove files that nothing names and that are older than a day."`
}

type filesVerifyCmd struct{}

func (filesVerifyCmd) Help() string {
	return `After a restore, or when in doubt about a disk. Exit status 0: all are there and whole; 1: some are not, and are listed.

Examples:
  xuedu files verify`
}

func (filesVerifyCmd) Run(ctx context.Context, env *Env) error {
	return withTrail(ctx, env, func(a *app.App) error {
		n, lost, err := a.Attachments.Verify(ctx)
		if err != nil {
			return err
		}
		for _, l := range lost {
			key := "attach.cli.lost"
			if l.Damaged {
				key = "attach.cli.damaged"
			}
			fmt.Fprintln(env.Err, env.T(key, "Digest", l.Digest))
		}
		if len(lost) > 0 {
			return ErrReported
		}
		_, err = fmt.Fprintln(env.Out, env.T("attach.cli.whole", "N", n))
		return err
	})
}

type filesSweepCmd struct{}

func (filesSweepCmd) Help() string {
	return `The server does this every day by itself.

Examples:
  xuedu files sweep`
}

func (filesSweepCmd) Run(ctx context.Context, env *Env) error {
	return withTrail(ctx, env, func(a *app.App) error {
		n, err := a.Attachments.Sweep(ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(env.Out, env.T("attach.cli.swept", "N", n))
		return err
	})
}
