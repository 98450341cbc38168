package cli

import (
	"context"
	"fmt"
	"strconv"

	"xuedu/internal/app"
	"xuedu/internal/errs"
	"xuedu/internal/period"
	"xuedu/internal/statistic"
)

// returnCmd works with statistical returns (P2.3).
type returnCmd struct {
	List   returnListCmd   `cmd:"" help:"List what was sent out, or the returns of one collection."`
	Send   returnSendCmd   `cmd:"" help:"Send a registered form out for a period, pre-filled."`
	Export returnExportCmd `cmd:"" help:"Write returns as Excel workbooks."`
	Import returnImportCmd `cmd:"" help:"Take in workbooks that were filled in."`
	Status returnStatusCmd `cmd:"" help:"Who owes what, since when, at whose desk."`
}

type returnListCmd struct {
	Collection string `arg:"" optional:"" help:"Id of a collection: list its returns."`
	State      string `help:"Only returns in this state." placeholder:"STATE"`
	Late       bool   `help:"Only late ones."`
	formatFlag
}

func (returnListCmd) Help() string {
	return `Without an argument the collections, the newest first.

Examples:
  xuedu return list --db sqlite:city.db
  xuedu return list 0193… --late --format csv --db sqlite:city.db`
}

func (c returnListCmd) Run(ctx context.Context, env *Env) error {
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	defer a.Close()
	if c.Collection == "" {
		list, err := a.Returns.Collections(ctx)
		if err != nil {
			return err
		}
		rows := [][]string{{"id", "form", "period", "due", "state", "version"}}
		for _, x := range list {
			rows = append(rows, []string{x.ID, x.Form.Code, x.Period.Name, x.Due, x.State, strconv.FormatInt(x.Version, 10)})
		}
		return c.print(env, rows)
	}
	if _, err := a.Returns.Collection(ctx, c.Collection); err != nil {
		return err
	}
	list, err := a.Returns.Returns(ctx, statistic.ReturnQuery{Collection: c.Collection, State: c.State, Late: c.Late})
	if err != nil {
		return err
	}
	rows := [][]string{{"id", "area", "name", "state", "desk", "due", "late", "done", "cells", "reported", "expected"}}
	for _, r := range list {
		code, name := areaName(a, env, r.AreaID)
		rows = append(rows, []string{r.ID, code, name, r.State, r.Desk, r.Due, strconv.FormatBool(r.Late), strconv.Itoa(r.Done), strconv.Itoa(r.All),
			strconv.Itoa(r.Reported), strconv.Itoa(r.Expected)})
	}
	return c.print(env, rows)
}

func areaName(a *app.App, env *Env, id int64) (code, name string) {
	t := a.Areas.Tree()
	n, ok := t.ByID(id)
	if !ok {
		return "", ""
	}
	return t.At(n).Code, t.At(n).In(env.Lang)
}

type returnSendCmd struct {
	Form   string `arg:"" help:"Code of a registered form: base2."`
	Period string `help:"Year, quarter or month, as the form is asked." required:"" placeholder:"PERIOD"`
	Area   string `help:"Code of an area: only the units below it, for a pilot." placeholder:"CODE"`
	Due    string `help:"Day the units owe it by; default: as the form says." placeholder:"YYYY-MM-DD"`
}

func (returnSendCmd) Help() string {
	return `Makes a return for every area that has to answer the form and fills in every cell
that is known; the summary of the form goes along. A form without its legal head
is refused with the ground.

Example:
  xuedu return send base2 --period 2026-Q3 --db sqlite:city.db`
}

func (c returnSendCmd) Run(ctx context.Context, env *Env) error {
	p, err := period.Parse(c.Period)
	if err != nil {
		return err
	}
	a, err := openCounting(ctx, env)
	if err != nil {
		return err
	}
	defer a.Close()
	o := statistic.Order{Period: p, Due: c.Due}
	if c.Area != "" {
		n, ok := a.Areas.Tree().ByCode(c.Area)
		if !ok {
			return errs.InvalidField("area", "statistic.no_area", "Code", c.Area)
		}
		o.AreaID = a.Areas.Tree().At(n).ID
	}
	f, err := a.Forms.Current(ctx, c.Form)
	if err != nil {
		return err
	}
	o.FormID = f.ID
	set, end := env.Progress(env.T("statistic.sending"))
	coll, err := a.Returns.SendOrder(ctx, o, func(done, all int) { set(int64(done), int64(all)) })
	end()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.Out, env.T("statistic.sent", "ID", coll.ID, "Due", coll.Due))
	return err
}

type returnStatusCmd struct {
	Collection string `arg:"" optional:"" help:"Id of a collection; default: all."`
	formatFlag
}

func (returnStatusCmd) Help() string {
	return `One line for each desk on which returns lie.

Example:
  xuedu return status --db sqlite:city.db`
}

func (c returnStatusCmd) Run(ctx context.Context, env *Env) error {
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	defer a.Close()
	list, err := a.Returns.Debts(ctx, c.Collection, 0)
	if err != nil {
		return err
	}
	rows := [][]string{{"area", "name", "desk", "returns", "late", "since", "due"}}
	for _, d := range list {
		code, name := areaName(a, env, d.Holder)
		rows = append(rows, []string{code, name, d.Desk, strconv.Itoa(d.Returns), strconv.Itoa(d.Late), d.Since.Format("2006-01-02"), d.Due})
	}
	return c.print(env, rows)
}
