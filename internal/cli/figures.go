package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"xuedu/internal/app"
	"xuedu/internal/area"
	"xuedu/internal/ledger"
)

// figuresCmd prints participation figures.
type figuresCmd struct {
	Measure string `help:"participants, attendances, hours, credit_hours, regular, headcount or rate." required:"" placeholder:"MEASURE"`
	Area    string `help:"Code of the area; default: the city." placeholder:"CODE"`
	Level   string `help:"All areas of this level below it: city, district, street or community." placeholder:"LEVEL"`
	Period  string `help:"Year, quarter, month or days: 2024, 2024-Q1, 2024-03, 2024-03-05..2024-04-10." required:"" placeholder:"PERIOD"`
	By      string `help:"home (where people live) or place (where the class is)." default:"home"`
	Theme   string `help:"Only this theme, a code of the pack." placeholder:"THEME"`
	Age     string `help:"Only this age band: 60-69, 80+." placeholder:"BAND"`
	Sex     string `help:"Only f or m." placeholder:"SEX"`
	Mode    string `help:"Only onsite or online." placeholder:"MODE"`
	formatFlag
}

func (figuresCmd) Help() string {
	return `Persons are counted exactly, for any area and period. What is missing is never
zero: see the column state. The table says by which rule was counted.

Examples:
  xuedu figures --measure participants --level district --period 2024
  xuedu figures --measure rate --area 110108000000 --period 2024 --format json
  xuedu figures --measure attendances --period 2024-Q1 --by place --age 60-69 --format csv`
}

func (c figuresCmd) Run(ctx context.Context, env *Env) error {
	p, err := ledger.ParsePeriod(c.Period)
	if err != nil {
		return err
	}
	a, err := openCounting(ctx, env)
	if err != nil {
		return err
	}
	defer a.Close()
	q := ledger.Query{
		Measure: ledger.Measure(c.Measure), Area: c.Area, Level: area.Level(c.Level), Period: p, By: ledger.By(c.By),
		Filter: ledger.Filter{Theme: c.Theme, Age: c.Age, Sex: c.Sex, Mode: c.Mode},
	}
	if q.Area == "" {
		q.Area = a.Packs.Pack().RootArea
	}
	figures, err := a.Figures.Query(ctx, q)
	if err != nil {
		return err
	}
	if c.Format != "table" {
		return c.print(env, figureRows(figures))
	}
	if err := c.print(env, figureTable(env, figures)); err != nil {
		return err
	}
	return figureFooter(env, a, q, figures)
}

// figureRows are the rows for programs: the same in every language, with the
// official names.
func figureRows(figures []ledger.Figure) [][]string {
	rows := [][]string{{"area", "name", "period", "measure", "value", "state"}}
	for i := range figures {
		f := &figures[i]
		value := ""
		if f.State == ledger.Value {
			value = f.Value.Text('f')
		}
		rows = append(rows, []string{f.Area.Code, f.Area.Name, f.Period.Name, string(f.Measure), value, string(f.State)})
	}
	return rows
}

// figureTable are the rows for people.
func figureTable(env *Env, figures []ledger.Figure) [][]string {
	rows := [][]string{{env.T("figures.col.area"), env.T("figures.col.name"), env.T("figures.col.period"), env.T("figures.col.value")}}
	for i := range figures {
		f := &figures[i]
		value := env.T("figure.state." + string(f.State))
		if f.State == ledger.Value {
			value = f.Value.Text('f')
		}
		rows = append(rows, []string{f.Area.Code, f.Area.In(env.Lang), f.Period.Name, value})
	}
	return rows
}

// figureFooter says what was counted by which rule, and for rates by which
// population was divided.
func figureFooter(env *Env, a *app.App, q ledger.Query, figures []ledger.Figure) error {
	pa := a.Packs.Pack().Params
	by := q.By
	if by == "" {
		by = ledger.ByHome
	}
	lines := []string{env.T("figures.rule", "Measure", env.T("figure.measure."+string(q.Measure)),
		"Rule", env.T("figure.rule."+string(q.Measure), "Sessions", pa.RegularSessions, "Credits", pa.RegularCredits, "Minutes", pa.CreditMinutes)+env.T("figure.rule.by_"+string(by)))}
	var bases []string
	for i := range figures {
		if f := &figures[i]; f.Base > 0 {
			line := env.T("figures.base", "Source", ledger.SourceIn(f.BaseBy, env.Lang), "Day", f.BaseAt)
			if !slices.Contains(bases, line) {
				bases = append(bases, line)
			}
		}
	}
	for _, l := range append(lines, bases...) {
		if _, err := fmt.Fprintln(env.Out, l); err != nil {
			return err
		}
	}
	return nil
}

// openCounting opens the city with its engine ready to answer.
func openCounting(ctx context.Context, env *Env) (*app.App, error) {
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return nil, err
	}
	if err := a.StartFigures(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	if err := a.Rosters.CatchUp(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}
