package cli

import (
	"context"
	"os"
	"strconv"

	"xuedu/internal/accredit/award"
	"xuedu/internal/errs"
)

// awardCmd looks at the register of awards.
type awardCmd struct {
	List   awardListCmd   `cmd:"" help:"List the register of awards."`
	Show   awardShowCmd   `cmd:"" help:"Show one award with its history."`
	Export awardExportCmd `cmd:"" help:"Write the whole register to a file."`
}

type awardListCmd struct {
	Programme string `help:"Code of a programme." placeholder:"CODE"`
	Area      string `help:"Code of an area: it and all below." placeholder:"CODE"`
	State     string `help:"in_force, over, earlier, or a state of the workflow." placeholder:"STATE"`
	Year      string `help:"Year of the decision." placeholder:"YEAR"`
	formatFlag
}

func (awardListCmd) Help() string {
	return `The newest first. Awards that lapsed, were given up or were revoked stay in the register.

Example:
  xuedu award list --state in_force --format csv`
}

func (c awardListCmd) Run(ctx context.Context, env *Env) error {
	rows, err := awardRows(ctx, env, award.Filter{Programme: c.Programme, State: c.State, Year: c.Year}, c.Area)
	if err != nil {
		return err
	}
	return c.print(env, rows)
}

func awardRows(ctx context.Context, env *Env, f award.Filter, area string) ([][]string, error) {
	a, err := openAwards(ctx, env)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	if area != "" {
		n, ok := a.Areas.Tree().ByCode(area)
		if !ok {
			return nil, errs.New(errs.NotFound, "award.no_area")
		}
		f.AreaID = a.Areas.Tree().At(n).ID
	}
	list, err := a.Awards.List(ctx, f)
	if err != nil {
		return nil, err
	}
	rows := [][]string{{"number", "programme", "holder", "area", "state", "in_force", "day", "valid_from", "valid_to", "document"}}
	for _, x := range list {
		code := ""
		if n, ok := a.Areas.Tree().ByID(x.AreaID); ok {
			code = a.Areas.Tree().At(n).Code
		}
		rows = append(rows, []string{x.Number, x.Programme, x.Holder, code, x.State, strconv.FormatBool(x.Holds(a.Awards.Today())), x.Day, x.From, x.To, x.Document})
	}
	return rows, nil
}

type awardShowCmd struct {
	Number string `arg:"" help:"Number of the certificate."`
	formatFlag
}

func (awardShowCmd) Help() string {
	return `One line for each move in the history of the award, the oldest first.

Example:
  xuedu award show SF2026-001`
}

func (c awardShowCmd) Run(ctx context.Context, env *Env) error {
	a, err := openAwards(ctx, env)
	if err != nil {
		return err
	}
	defer a.Close()
	x, err := a.Awards.ByNumber(ctx, c.Number)
	if err != nil {
		return err
	}
	events, err := a.Awards.Events(ctx, x.ID)
	if err != nil {
		return err
	}
	rows := [][]string{{"number", "holder", "day", "move", "state", "valid_to", "reason"}}
	for _, e := range events {
		rows = append(rows, []string{x.Number, x.Holder, e.Day, e.Move, e.To, e.ValidTo, e.Reason})
	}
	return c.print(env, rows)
}

type awardExportCmd struct {
	File string `arg:"" help:"File to write; it must not be there yet." type:"path"`
	formatFlag
}

func (awardExportCmd) Help() string {
	return `The whole register, as award list prints it.

Example:
  xuedu award export awards.csv --format csv`
}

func (c awardExportCmd) Run(ctx context.Context, env *Env) error {
	rows, err := awardRows(ctx, env, award.Filter{}, "")
	if err != nil {
		return err
	}
	f, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	to := *env
	to.Out = f
	if err := c.print(&to, rows); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
