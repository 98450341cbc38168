package cli

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"xuedu/internal/app"
	"xuedu/internal/draw"
)

// drawCmd works with verifiable draws (design 4.5).
type drawCmd struct {
	Verify drawVerifyCmd `cmd:"" help:"Compute a draw again from its public file, offline."`
	List   drawListCmd   `cmd:"" help:"List the draws of the city."`
	Void   drawVoidCmd   `cmd:"" help:"Declare a draw void; the reason is public."`
}

type drawVerifyCmd struct {
	File string `arg:"" help:"Record of a draw, as downloaded from its page." type:"existingfile"`
}

func (drawVerifyCmd) Help() string {
	return `Needs nothing but the file. Exit status 0: all agrees; 1: something differs, each
is printed; 2: the file cannot be read as the record of a draw.

Example:
  xuedu draw verify draw-0195e1a0.json`
}

func (c drawVerifyCmd) Run(env *Env) error {
	file, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	m, err := draw.Parse(file)
	if err != nil {
		return err
	}
	found := draw.Verify(m)
	for _, f := range found {
		fmt.Fprintln(env.Out, env.T("draw.cli.differs", "Field", f.Field, "Want", f.Want, "Got", f.Got))
	}
	switch {
	case len(found) > 0:
		return ErrReported
	case m.Drawn():
		fmt.Fprintln(env.Out, env.T("draw.cli.agrees", "N", len(m.Entries), "Taken", len(m.Taken)))
	default:
		fmt.Fprintln(env.Out, env.T("draw.cli.frozen", "N", len(m.Entries)))
	}
	return nil
}

type drawListCmd struct {
	Purpose string `help:"Only draws for this: experts, sites, tie, seats." placeholder:"PURPOSE"`
	Most    int    `help:"At most so many, the newest first." default:"100"`
	formatFlag
}

func (drawListCmd) Help() string {
	return `The digest is that of the frozen list, or of the whole once it is drawn.

Example:
  xuedu draw list --db sqlite:city.db --purpose experts --format csv`
}

func (c drawListCmd) Run(ctx context.Context, env *Env) error {
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	defer a.Close()
	items, err := a.Draws.All(ctx, c.Purpose, max(c.Most, 1))
	if err != nil {
		return err
	}
	rows := [][]string{{"id", "title", "purpose", "state", "frozen_at", "drawn_at", "digest", "reason"}}
	for _, i := range items {
		drawn := ""
		if !i.DrawnAt.IsZero() {
			drawn = i.DrawnAt.Format("2006-01-02T15:04:05Z")
		}
		rows = append(rows, []string{i.ID, i.Title.In(env.Lang), i.Purpose, i.State, i.FrozenAt.Format("2006-01-02T15:04:05Z"), drawn, i.Digest, i.Reason})
	}
	return c.print(env, rows)
}

type drawVoidCmd struct {
	ID     string `arg:"" help:"Id of the draw, as in its address."`
	Reason string `help:"Why; shown to everybody." required:""`
}

func (drawVoidCmd) Help() string {
	return `A draw is never repeated or deleted. What rests on it must be drawn anew by whoever
it was for.

Example:
  xuedu draw void 0195e1a0-5f3c-7000-8000-000000000001 --reason "One name was missing" --db sqlite:city.db`
}

func (c drawVoidCmd) Run(ctx context.Context, env *Env) error {
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.Draws.Void(ctx, c.ID, c.Reason); err != nil {
		return err
	}
	fmt.Fprintln(env.Err, env.T("draw.cli.void", "ID", strconv.Quote(c.ID)))
	return nil
}
