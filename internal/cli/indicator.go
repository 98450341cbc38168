package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"xuedu/internal/app"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/indicator"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// indicatorCmd works with indicators: what is computed, and the figures.
type indicatorCmd struct {
	List  indicatorListCmd  `cmd:"" help:"List the indicators in force."`
	Show  indicatorShowCmd  `cmd:"" help:"Show one definition: in words, as a file, through time."`
	Eval  indicatorEvalCmd  `cmd:"" help:"Compute indicators for areas and periods."`
	Check indicatorCheckCmd `cmd:"" help:"Check definitions in a file, or all of a pack."`
	Save  indicatorSaveCmd  `cmd:"" help:"Bring new versions of definitions in from a file."`
}

type indicatorListCmd struct {
	Day   string `help:"In force on this day; default: today." placeholder:"DAY"`
	Group string `help:"Only this group." placeholder:"GROUP"`
	Core  bool   `help:"Only the core indicators."`
	formatFlag
}

func (indicatorListCmd) Help() string {
	return `Examples:
  xuedu indicator list --core
  xuedu indicator list --group D --day 2024-12-31 --format csv`
}

func (c indicatorListCmd) Run(ctx context.Context, env *Env) error {
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	defer a.Close()
	defs, err := a.Indicators.Definitions(ctx, c.Day)
	if err != nil {
		return err
	}
	rows := [][]string{{"code", "group", "name", "unit", "formula", "direction", "core", "version", "from"}}
	for _, d := range defs {
		if c.Core && !d.Core || c.Group != "" && d.Group != c.Group {
			continue
		}
		rows = append(rows, []string{d.Code, d.Group, d.Name.In(env.Lang), unitName(a, d.Unit, env.Lang), d.Formula, d.Direction,
			strconv.FormatBool(d.Core), strconv.FormatInt(d.Version, 10), d.From})
	}
	return c.print(env, rows)
}

func unitName(a *app.App, code, lang string) string {
	u, ok := a.Packs.Pack().Indicators.UnitOf(code)
	if !ok {
		return code
	}
	return u.Name.In(lang)
}

type indicatorShowCmd struct {
	Code string `arg:"" help:"Code of the indicator: D01."`
	Day  string `help:"In force on this day; default: today." placeholder:"DAY"`
	YAML bool   `help:"The definition as a file that save reads." name:"yaml" xor:"how"`
	formatFlag
}

func (indicatorShowCmd) Help() string {
	return `Without --yaml: one line for each version, the newest first, below the formula in
words.

Examples:
  xuedu indicator show D01
  xuedu indicator show D01 --yaml > d01.yaml`
}

func (c indicatorShowCmd) Run(ctx context.Context, env *Env) error {
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	defer a.Close()
	d, err := a.Indicators.Get(ctx, c.Code, c.Day)
	if err != nil {
		return err
	}
	if c.YAML {
		_, err := fmt.Fprint(env.Out, pack.FormatDefinitions([]pack.Indicator{d.Indicator}))
		return err
	}
	if c.Format == "table" {
		words, err := a.Indicators.Explain(ctx, d.Indicator, env.Lang)
		if err != nil {
			return err
		}
		fmt.Fprintf(env.Out, "%s %s (%s)\n%s\n%s\n\n", d.Code, d.Name.In(env.Lang), unitName(a, d.Unit, env.Lang), words, d.Note.In(env.Lang))
	}
	history, err := a.Indicators.History(ctx, c.Code)
	if err != nil {
		return err
	}
	rows := [][]string{{"version", "from", "to", "formula", "origin", "author", "reason"}}
	for _, v := range history {
		rows = append(rows, []string{strconv.FormatInt(v.Version, 10), v.From, v.ValidTo, v.Formula, v.Origin, v.Author, v.Reason})
	}
	return c.print(env, rows)
}

type indicatorEvalCmd struct {
	Code   []string `help:"Code of an indicator; again for more. Default: all." placeholder:"CODE"`
	Area   string   `help:"Code of the area; default: the city." placeholder:"AREA"`
	Level  string   `help:"All areas of this level below it: city, district, street or community." placeholder:"LEVEL"`
	Period []string `help:"Year, quarter or month: 2024, 2024-Q1, 2024-03; again for more." required:"" placeholder:"PERIOD"`
	By     string   `help:"Break down by a dimension that the definitions allow: age, sex, theme, mode." placeholder:"DIMENSION"`
	formatFlag
}

func (indicatorEvalCmd) Help() string {
	return `Each period is computed with the definition in force at its end. What is missing
is never zero: see the column state. Where units owe returns, expected and
reported say how many have given them.

Examples:
  xuedu indicator eval --code D01 --level district --period 2024
  xuedu indicator eval --code D01 --code B05 --period 2024-Q1 --period 2024-Q2 --format csv
  xuedu indicator eval --code D02 --area 110108000000 --period 2024 --by age`
}

func (c indicatorEvalCmd) Run(ctx context.Context, env *Env) error {
	q := indicator.Query{Codes: c.Code, Area: c.Area, Level: c.Level, By: c.By}
	for _, name := range c.Period {
		p, err := period.Parse(name)
		if err != nil {
			return err
		}
		q.Periods = append(q.Periods, p)
	}
	a, err := openCounting(ctx, env)
	if err != nil {
		return err
	}
	defer a.Close()
	if q.Area == "" {
		q.Area = a.Packs.Pack().RootArea
	}
	cells, err := a.Indicators.Eval(ctx, q)
	if err != nil {
		return err
	}
	if c.Format != "table" {
		return c.print(env, cellRows(a, cells, c.By))
	}
	return c.print(env, cellTable(env, a, cells, c.By))
}

// cellRows are the rows for programs: the same in every language.
func cellRows(a *app.App, cells []indicator.Cell, by string) [][]string {
	rows := [][]string{{"area", "name", "period", "code", "value", "exact", "state", "cause", "expected", "reported", "not_applicable", "version"}}
	if by != "" {
		rows[0] = append(rows[0], by)
	}
	t := a.Areas.Tree()
	for i := range cells {
		c := &cells[i]
		value := ""
		if c.State.Known() {
			value = c.Value.Text('f')
		}
		row := []string{t.At(c.Nr).Code, t.At(c.Nr).Name, c.Period.Name, c.Code, value, c.Exact, c.State.String(), c.Cause.String(),
			count(c.Expected), count(c.Reported), count(c.NotApplicable), strconv.FormatInt(c.Version, 10)}
		if by != "" {
			row = append(row, c.Slice)
		}
		rows = append(rows, row)
	}
	return rows
}

func count(n int32) string { return strconv.Itoa(int(n)) }

// cellTable are the rows for people.
func cellTable(env *Env, a *app.App, cells []indicator.Cell, by string) [][]string {
	rows := [][]string{{env.T("figures.col.area"), env.T("figures.col.name"), env.T("figures.col.period"), env.T("indicators.one")}}
	if by != "" {
		rows[0] = append(rows[0], env.T("indicator.by"))
	}
	rows[0] = append(rows[0], env.T("figures.col.value"))
	t := a.Areas.Tree()
	names := map[string]string{}
	for i := range cells {
		c := &cells[i]
		if names[c.Code] == "" {
			names[c.Code] = c.Code
			if d, err := a.Indicators.Get(context.Background(), c.Code, c.Period.To.String()); err == nil {
				names[c.Code] = c.Code + " " + d.Name.In(env.Lang) + " (" + unitName(a, d.Unit, env.Lang) + ")"
			}
		}
		row := []string{t.At(c.Nr).Code, t.At(c.Nr).In(env.Lang), c.Period.Name, names[c.Code]}
		if by != "" {
			row = append(row, a.Indicators.SliceName(by, c.Slice, env.Lang))
		}
		rows = append(rows, append(row, cellText(env, c)))
	}
	return rows
}

// cellText is a figure, or why there is none.
func cellText(env *Env, c *indicator.Cell) string {
	s := env.T("figure.state." + c.State.String())
	switch {
	case c.State.Known():
		s = c.Value.Text('f')
	case c.Cause != formula.NoCause:
		s += ": " + env.T("indicators.cause."+c.Cause.String())
	}
	if c.Reported < c.Expected {
		s += " " + env.T("indicator.coverage", "Reported", c.Reported, "Owing", c.Expected)
	}
	return s
}

type indicatorCheckCmd struct {
	File string `arg:"" help:"YAML file of definitions, or folder of a pack." type:"path"`
}

func (indicatorCheckCmd) Help() string {
	return `A file is checked against the measures and the pack of the city; a folder against
a city that is made of it for the purpose and thrown away. Every problem is
printed as FILE:LINE:COLUMN. The exit status is 1 if there is any.

Examples:
  xuedu indicator check my-indicators.yaml
  xuedu indicator check my-city/`
}

func (c indicatorCheckCmd) Run(ctx context.Context, env *Env) error {
	st, err := os.Stat(c.File)
	if err != nil {
		return &errs.Error{Kind: errs.NotFound, Key: "indicator.no_file", Args: []any{"File", c.File}, Err: err}
	}
	if st.IsDir() {
		return c.folder(ctx, env)
	}
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	defer a.Close()
	defs, err := checkedFile(ctx, env, a, c.File)
	if err != nil {
		return err
	}
	return inOrder(env, len(defs))
}

func inOrder(env *Env, n int) error {
	_, err := fmt.Fprintln(env.Out, env.T("indicator.in_order", "N", n))
	return err
}

// folder checks the definitions of a pack in a city of its own.
func (c indicatorCheckCmd) folder(ctx context.Context, env *Env) error {
	p, err := checkPack(env, c.File)
	if err != nil {
		return err
	}
	a, done, err := app.OpenScratch(ctx, p)
	if err != nil {
		return err
	}
	defer done()
	var bad []pack.Problem
	n := 0
	for _, f := range p.Files() {
		if filepath.Dir(f.Path) != "indicators" {
			continue
		}
		found, defs, err := problems(ctx, a, f.Path, f.Content)
		if err != nil {
			return err
		}
		bad, n = append(bad, found...), n+len(defs)
	}
	if len(bad) > 0 {
		return printProblems(env, c.File, bad)
	}
	return inOrder(env, n)
}

// checkedFile reads a file of definitions; it prints all that is wrong with
// them and then returns ErrReported.
func checkedFile(ctx context.Context, env *Env, a *app.App, file string) ([]pack.Indicator, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, &errs.Error{Kind: errs.NotFound, Key: "indicator.no_file", Args: []any{"File", file}, Err: err}
	}
	bad, defs, err := problems(ctx, a, file, string(b))
	if err != nil {
		return nil, err
	}
	if len(bad) > 0 {
		return nil, printProblems(env, "", bad)
	}
	return defs, nil
}

// problems checks the definitions of a file against the measures of a city.
func problems(ctx context.Context, a *app.App, name, content string) ([]pack.Problem, []pack.Indicator, error) {
	f, bad := a.Packs.Pack().ReadDefinitions(name, content)
	if len(f.List) == 0 {
		return bad, nil, nil
	}
	all, err := a.Indicators.CheckAll(ctx, f.List)
	if err != nil {
		return nil, nil, err
	}
	bad = nil
	for i, list := range all {
		for _, p := range list {
			bad = append(bad, f.Problem(i, p.Field, p.Offset, p.Key, p.Args...))
		}
	}
	return bad, f.List, nil
}

type indicatorSaveCmd struct {
	File   string `arg:"" help:"YAML file of definitions." type:"path"`
	Reason string `help:"Why; it is kept with the version and in the audit trail." required:""`
}

func (indicatorSaveCmd) Help() string {
	return `Each definition becomes a new version from its day on; earlier periods keep the
version they had. Nothing is saved if one of them has a problem.

Example:
  xuedu indicator show D01 --yaml > d01.yaml
  xuedu indicator save d01.yaml --reason "new threshold from 2025 on"`
}

func (c indicatorSaveCmd) Run(ctx context.Context, env *Env) error {
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	defer a.Close()
	defs, err := checkedFile(ctx, env, a, c.File)
	if err != nil {
		return err
	}
	saved, err := a.Indicators.SaveAll(ctx, defs, strings.TrimSpace(c.Reason))
	if err != nil {
		return err
	}
	for _, v := range saved {
		if _, err := fmt.Fprintln(env.Out, env.T("indicator.saved", "Code", v.Code, "Version", v.Version, "From", v.From)); err != nil {
			return err
		}
	}
	return nil
}
