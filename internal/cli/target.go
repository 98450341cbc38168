package cli

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/plan"
	"xuedu/internal/sheet"
)

// targetCmd looks at the targets of the plan and brings in their numbers.
type targetCmd struct {
	List   targetListCmd   `cmd:"" help:"List the targets in force with their progress."`
	Show   targetShowCmd   `cmd:"" help:"Show one target: its path, its split, what was counted."`
	Import targetImportCmd `cmd:"" help:"Bring in numbers of paths and splits from a file."`
}

type targetListCmd struct{ formatFlag }

func (targetListCmd) Help() string {
	return `Progress is counted, never typed. A number set by hand stands in a column of its own.

Example:
  xuedu target list --format csv`
}

func (c targetListCmd) Run(ctx context.Context, env *Env) error {
	s, done, err := openPlan(ctx, env)
	if err != nil {
		return err
	}
	defer done()
	all, err := s.All(ctx)
	if err != nil {
		return err
	}
	rows := [][]string{{"code", "clause", "name", "measure", "due", "want", "now", "state", "by_hand", "gap", "expected", "stands"}}
	for _, p := range all {
		w := p.Whole
		rows = append(rows, []string{p.Target.Code, p.Target.Clause, p.Target.Name.In(env.Lang), p.Target.Measure, p.Target.Due,
			exact(w.Want), rounded(w.Now.Value, p), w.Now.State.String(), byHand(w), rounded(w.Gap, p), rounded(w.Forecast.Value, p), string(w.Verdict)})
	}
	return c.print(env, rows)
}

type targetShowCmd struct {
	Code string `arg:"" help:"Code of the target."`
	formatFlag
}

func (targetShowCmd) Help() string {
	return `One line for each area and year: the whole first, then the areas of its split in
the order of their codes.

Example:
  xuedu target show demonstration-districts`
}

func (c targetShowCmd) Run(ctx context.Context, env *Env) error {
	s, done, err := openPlan(ctx, env)
	if err != nil {
		return err
	}
	defer done()
	p, err := s.Progress(ctx, c.Code)
	if err != nil {
		return err
	}
	rows := [][]string{{"area", "name", "year", "baseline", "want", "counted", "state", "by_hand"}}
	for _, st := range append([]plan.Standing{p.Whole}, p.Split...) {
		if st.Area == nil {
			continue
		}
		for _, y := range st.Years {
			row := []string{st.Area.Code, st.Area.In(env.Lang), strconv.Itoa(y.Year), exact(y.Began), exact(y.Want), "", "ahead", ""}
			if !y.Ahead {
				row[5], row[6] = rounded(y.Got.Value, p), y.Got.State.String()
			}
			if y.Year == st.NowYear {
				row[7] = byHand(st)
			}
			rows = append(rows, row)
		}
	}
	return c.print(env, rows)
}

func exact(r *big.Rat) string {
	if r == nil {
		return ""
	}
	return plan.Exact(r)
}

func rounded(r *big.Rat, p plan.Progress) string {
	if r == nil {
		return ""
	}
	return plan.Rounded(r, p.Code.Places)
}

func byHand(s plan.Standing) string {
	if s.Override == nil {
		return ""
	}
	return plan.Exact(s.Override.Value)
}

type targetImportCmd struct {
	File   string `arg:"" help:"CSV, XLSX or YAML file." type:"path"`
	Reason string `help:"Why; it is kept with the version and in the audit trail." required:""`
	DryRun bool   `help:"Check only, write nothing."`
}

func (targetImportCmd) Help() string {
	return `A table has the columns target, area (empty: the whole), year, kind (path or
baseline; empty: path) and value; an empty value takes a number away. Other numbers
stay. A YAML file says the same:

  demonstration-districts:
    baseline: {2025: "0"}
    path: {2026: "6", 2027: "12"}
    split:
      "110101000000": {2026: "1"}

All is taken or nothing. What is wrong is printed as FILE:LINE, and the status is 1.

Examples:
  xuedu target import split.csv --reason "notice no. 8" --dry-run
  xuedu target import split.yaml --reason "notice no. 8"`
}

func (c targetImportCmd) Run(ctx context.Context, env *Env) error {
	s, done, err := openPlan(ctx, env)
	if err != nil {
		return err
	}
	defer done()
	rows, bad, err := readNumbers(c.File)
	if err != nil {
		return err
	}
	rep, err := s.Import(ctx, rows, c.Reason, c.DryRun || len(bad) > 0)
	if err != nil {
		return err
	}
	bad = append(bad, rep.Rejects...)
	for _, b := range bad {
		line := fmt.Sprintf("%s:%d: ", c.File, b.Line)
		if b.Err.Field != "" {
			line += b.Err.Field + ": "
		}
		fmt.Fprintln(env.Err, line+env.T(b.Err.Key, b.Err.Args...))
	}
	what := "target.import.nothing"
	switch {
	case len(bad) > 0:
		what = "target.import.refused"
	case rep.Written:
		what = "target.import.written"
	case c.DryRun:
		what = "target.import.dry"
	}
	fmt.Fprintln(env.Out, env.T("target.import.report", "File", filepath.Base(c.File), "Rows", len(rows), "Targets", rep.Targets, "Changed", rep.Changed))
	fmt.Fprintln(env.Out, env.T(what))
	if len(bad) > 0 {
		return ErrReported
	}
	return nil
}

// mostYAML is far above what a file of numbers needs.
const mostYAML = 4 << 20

func readNumbers(file string) ([]plan.Row, []plan.Reject, error) {
	if ext := strings.ToLower(filepath.Ext(file)); ext == ".yaml" || ext == ".yml" {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, nil, &errs.Error{Kind: errs.NotFound, Key: "target.no_file", Args: []any{"File", file}, Err: err}
		}
		if len(b) > mostYAML {
			return nil, nil, errs.New(errs.Invalid, "target.too_big", "File", file)
		}
		rows, bad := plan.ReadYAML(b)
		return rows, bad, nil
	}
	t, err := sheet.Open(file)
	if err != nil {
		return nil, nil, err
	}
	rows, bad, err := plan.ReadTable(t)
	return rows, bad, errors.Join(err, t.Close())
}

// openPlan opens the city with all that counts.
func openPlan(ctx context.Context, env *Env) (*plan.Service, func() error, error) {
	a, err := openCounting(ctx, env)
	if err != nil {
		return nil, nil, err
	}
	return a.Plan(), a.Close, nil
}
