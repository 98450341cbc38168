package cli

import (
	"context"
	"fmt"
	"strconv"

	"xuedu/internal/app"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// accreditCmd works with programmes of award and their calls.
type accreditCmd struct {
	List      accreditListCmd `cmd:"" help:"List the calls of the city."`
	Programme programmeCmd    `cmd:"" help:"Programmes of award: criteria and rules."`
	Verify    accreditVerify  `cmd:"" help:"Recompute a result from its sealed record."`
}

type accreditListCmd struct{ formatFlag }

func (accreditListCmd) Help() string {
	return `Examples:
  xuedu accredit list --db sqlite:city.db
  xuedu accredit list --format csv`
}

func (c accreditListCmd) Run(ctx context.Context, env *Env) error {
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	defer a.Close()
	calls, err := a.Calls.Calls(ctx)
	if err != nil {
		return err
	}
	rows := [][]string{{"code", "title", "programme", "kind", "state", "due", "places", "period", "digest"}}
	for _, k := range calls {
		rows = append(rows, []string{k.Code, k.Title.In(env.Lang), k.Programme, k.Kind, k.State, k.Due, strconv.Itoa(k.Places), k.Period, k.Digest})
	}
	return c.print(env, rows)
}

type programmeCmd struct {
	Show  programmeShowCmd  `cmd:"" help:"Show the criteria of a programme."`
	Check programmeCheckCmd `cmd:"" help:"Check the programmes of a pack; say what is wrong, with file and line."`
}

type programmeShowCmd struct {
	Code string `arg:"" help:"Code of the programme: community-project."`
	Pack string `help:"A pack instead of the city's: folder, or name of one that ships." placeholder:"PACK"`
	formatFlag
}

func (programmeShowCmd) Help() string {
	return `One line for each item: group, item, weight, whether a re-evaluation asks it, evidence.

Examples:
  xuedu accredit programme show community-project --pack beijing-2021`
}

func (c programmeShowCmd) Run(ctx context.Context, env *Env) error {
	p, err := packOf(ctx, env, c.Pack)
	if err != nil {
		return err
	}
	a, ok := p.AwardProgramme(c.Code)
	if !ok {
		return errs.New(errs.NotFound, "accredit.no_programme", "Code", c.Code)
	}
	rows := [][]string{{"code", "group", "item", "weight", "core", "evidence"}}
	for _, g := range a.Rubric {
		for _, l := range g.Leaves {
			rows = append(rows, []string{l.Code, g.Name.In(env.Lang), l.Name.In(env.Lang), strconv.Itoa(l.Weight), strconv.FormatBool(l.Core), slots(l)})
		}
	}
	return c.print(env, rows)
}

// slots names the evidence of an item: figures by their code.
func slots(l pack.Leaf) string {
	s := ""
	for i, e := range l.Evidence {
		if i > 0 {
			s += " "
		}
		if e.Figure != "" {
			s += e.Kind + ":" + e.Figure
		} else {
			s += e.Kind + ":" + e.Code
		}
	}
	return s
}

func packOf(ctx context.Context, env *Env, name string) (*pack.Pack, error) {
	if name == "" {
		return cityPack(ctx, env)
	}
	return checkPack(env, name)
}

type programmeCheckCmd struct {
	Pack string `arg:"" help:"Folder of a pack, or the name of one that ships."`
}

func (programmeCheckCmd) Help() string {
	return `It fails if anything is wrong with the pack. What is not known, such as the
authorisation, is listed: no call opens without it.

Examples:
  xuedu accredit programme check packs/beijing-2021`
}

func (c programmeCheckCmd) Run(_ context.Context, env *Env) error {
	p, err := checkPack(env, c.Pack)
	if err != nil {
		return err
	}
	for _, a := range p.Awards {
		key := "call.check.ready"
		switch {
		case a.Example:
			key = "call.check.example"
		case !a.Authorisation.Known():
			key = "call.check.no_authorisation"
		}
		fmt.Fprintln(env.Out, env.T(key, "Code", a.Code, "Name", a.Name.In(env.Lang), "N", len(a.Leaves())))
	}
	return nil
}
