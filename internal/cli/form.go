package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"xuedu/internal/app"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/statistic/form"
)

// formCmd works with the register of statistical forms (P2.3).
type formCmd struct {
	List     formListCmd     `cmd:"" help:"List the forms with their state, validity and burden."`
	Show     formShowCmd     `cmd:"" help:"Print the fields of a form."`
	Check    formCheckCmd    `cmd:"" help:"Check a form in a file; list all that stands against it."`
	Register formRegisterCmd `cmd:"" help:"Put the legal head on a draft and take it into the register."`
}

type formListCmd struct{ formatFlag }

func (formListCmd) Help() string {
	return `The newest version of each form. Cells and minutes are those of one unit, or of
one line where a form has a line for each institution.

Example:
  xuedu form list --db sqlite:city.db --format csv`
}

func (c formListCmd) Run(ctx context.Context, env *Env) error {
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	defer a.Close()
	list, err := a.Forms.List(ctx)
	if err != nil {
		return err
	}
	rows := [][]string{{"code", "name", "version", "state", "number", "document", "from", "until", "typed", "computed", "minutes"}}
	for _, f := range list {
		b := form.BurdenOf(f, 1)
		rows = append(rows, []string{f.Code, f.Name.In(env.Lang), strconv.FormatInt(f.Version, 10), f.State, f.Head.Number, f.Head.Document,
			f.Head.From, f.Head.Until, strconv.FormatInt(b.Typed, 10), strconv.FormatInt(b.Computed, 10), b.Minutes})
	}
	return c.print(env, rows)
}

type formShowCmd struct {
	Code string `arg:"" help:"Code of a form: base2."`
	formatFlag
}

func (formShowCmd) Help() string {
	return `The fields of the newest version: what each means, in which unit, and the formula
of those that are computed.

Example:
  xuedu form show base2 --db sqlite:city.db`
}

func (c formShowCmd) Run(ctx context.Context, env *Env) error {
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	defer a.Close()
	f, err := a.Forms.Current(ctx, c.Code)
	if err != nil {
		return err
	}
	rows := [][]string{{"field", "name", "type", "unit", "formula", "note"}}
	for _, fd := range f.Fields {
		rows = append(rows, []string{fd.Code, fd.Name.In(env.Lang), fd.Type, fd.Unit, fd.Derive, fd.Note.In(env.Lang)})
	}
	return c.print(env, rows)
}

type formCheckCmd struct {
	File string `arg:"" help:"YAML file of one form, as in a pack's forms/." type:"existingfile"`
	formatFlag
}

func (formCheckCmd) Help() string {
	return `Every problem is printed with its line and column: what is wrong with the file,
formulas that do not compute, and fields that are known or asked already, with
where to find them. The legal head is not looked at: a draft has none. The exit
status is 1 if there is any problem.

Example:
  xuedu form check my-form.yaml --db sqlite:city.db`
}

func (c formCheckCmd) Run(ctx context.Context, env *Env) error {
	b, err := os.ReadFile(c.File)
	if err != nil {
		return errs.InvalidField("file", "form.cli.no_file", "Path", c.File)
	}
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	defer a.Close()
	file, bad := a.Packs.Pack().ReadForm(c.File, string(b))
	rows := [][]string{{"where", "part", "problem", "found"}}
	for _, p := range bad {
		rows = append(rows, []string{p.Where(), p.Path, env.T(p.Key, p.Args...), ""})
	}
	if len(bad) == 0 {
		found, err := a.Forms.Check(ctx, file.Form, a.Now().In(a.Zone()).Format(time.DateOnly))
		if err != nil {
			return err
		}
		for _, p := range found {
			if !p.Head() {
				at := file.Problem(form.Place(file.Form, p), p.Offset, p.Key)
				rows = append(rows, []string{at.Where(), p.Field, env.T(p.Key, p.Args...), p.Where})
			}
		}
	}
	if len(rows) == 1 {
		_, err := fmt.Fprintln(env.Out, env.T("form.cli.good", "Code", file.Form.Code))
		return err
	}
	if err := c.print(env, rows); err != nil {
		return err
	}
	return ErrReported
}

type formRegisterCmd struct {
	Code       string `arg:"" help:"Code of a form whose newest version is a draft."`
	Number     string `help:"Number of the form, as the approval gives it." required:""`
	Organ      string `help:"Body that made the form, in full." required:""`
	OrganEN    string `help:"The same in English." name:"organ-en"`
	Basis      string `help:"approval or filing." enum:"approval,filing" default:"approval"`
	Approver   string `help:"Body that approved it, or took it on file." required:""`
	ApproverEN string `help:"The same in English." name:"approver-en"`
	Document   string `help:"Number of the document of approval or filing." required:""`
	From       string `help:"First day of validity: 2026-01-01." required:""`
	Until      string `help:"Last day of validity." required:""`
	Reason     string `help:"Why; kept in the audit trail." required:""`
}

func (formRegisterCmd) Help() string {
	return `Copy every part from the document of approval. A form that the law or the
register refuses is not registered; each ground is printed and kept in the log.

Example:
  xuedu form register base2 --db sqlite:city.db --number "…" --organ "…" --approver "…" \
    --document "…" --from 2026-01-01 --until 2027-12-31 --reason "approved"`
}

func (c formRegisterCmd) Run(ctx context.Context, env *Env) error {
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	defer a.Close()
	f, err := a.Forms.Current(ctx, c.Code)
	if err != nil {
		return err
	}
	head := pack.Head{Number: c.Number, Organ: pack.Text{"zh-CN": c.Organ, "en": c.OrganEN}, Basis: c.Basis,
		Approver: pack.Text{"zh-CN": c.Approver, "en": c.ApproverEN}, Document: c.Document, From: c.From, Until: c.Until}
	f, err = a.Forms.Register(ctx, f.ID, head, c.Reason)
	if bad, ok := errors.AsType[form.Problems](err); ok {
		for _, p := range bad {
			fmt.Fprintln(env.Err, env.T(p.Key, p.Args...))
		}
		return ErrReported
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.Out, env.T("form.cli.registered", "Code", f.Code, "Version", f.Version, "Until", f.Head.Until))
	return err
}
