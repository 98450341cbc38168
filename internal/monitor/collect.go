package monitor

import (
	"context"
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/account"
	"xuedu/internal/area"
	"xuedu/internal/disclosure"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/indicator"
	"xuedu/internal/narrative"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/plan"
	"xuedu/internal/publish"
	"xuedu/internal/release"
)

// collector puts the figures of one report together.
type collector struct {
	*Service
	report pack.Report
	pack   *pack.Pack
	tree   *area.Tree
	at     period.Period
	top    int // number of the area it is about
	out    *release.Release
	defs   map[string]indicator.Definition
	seen   map[release.Key]bool

	measures map[string]int // places in out.Measures
	hidden   disclosure.Report
}

// Collect computes the figures that a report holds, for an area and a period,
// without its texts. Counts of persons are protected. It fails with Invalid for
// an unknown area, or a period that is not of the report's kind.
func (s *Service) Collect(ctx context.Context, rep pack.Report, areaCode, periodName string) (*release.Release, error) {
	c, err := s.collected(ctx, rep, areaCode, periodName)
	if err != nil {
		return nil, err
	}
	return c.out, nil
}

// Hidden tells which figures of a draft are hidden, and why: for those alone who
// prepare or approve reports. It fails with Forbidden for others.
func (s *Service) Hidden(ctx context.Context, d Draft) (disclosure.Report, error) {
	if who := account.From(ctx); !who.Can(publish.PermPrepare) && !who.Can(publish.PermApprove) {
		return disclosure.Report{}, errs.New(errs.Forbidden, "error.forbidden")
	}
	rep, err := s.report(d)
	if err != nil {
		return disclosure.Report{}, err
	}
	c, err := s.collected(ctx, rep, d.Area, d.Period)
	if err != nil {
		return disclosure.Report{}, err
	}
	return c.hidden, nil
}

func (s *Service) collected(ctx context.Context, rep pack.Report, areaCode, periodName string) (*collector, error) {
	c := &collector{Service: s, report: rep, pack: s.Pack(), tree: s.Tree(), seen: map[release.Key]bool{}, measures: map[string]int{}}
	var err error
	if c.at, err = period.Parse(periodName); err != nil || string(c.at.Kind()) != rep.Period {
		return nil, errs.InvalidField("period", "monitor.bad_period", "Value", periodName)
	}
	nr, ok := c.tree.ByCode(areaCode)
	if !ok {
		return nil, errs.InvalidField("area", "monitor.no_area", "Code", areaCode)
	}
	c.top = nr
	c.head(areaCode)
	for _, step := range []func(context.Context) error{c.definitions, c.figures, c.targets, c.inputs, c.protect} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	c.out.Sort()
	return c, nil
}

// head is what does not depend on figures.
func (c *collector) head(areaCode string) {
	c.out = &release.Release{Format: release.Format, Series: c.report.Code, Area: areaCode, Period: c.at.Name, Stage: release.Final,
		Title: c.title(), Publisher: release.Text(c.report.Publisher), Languages: c.report.Languages, Program: c.Program,
		Synthetic: c.Synthetic(), Pack: release.Source{Name: c.pack.Name, Version: c.pack.Version}, Words: map[string]release.Words{}}
	if l := c.pack.Licence; l != nil {
		c.out.Licence = &release.Licence{IRI: l.IRI, Name: release.Text(l.Name)}
	}
	for _, lang := range c.report.Languages {
		c.out.Words[lang] = narrative.WordsFrom(func(key string, args ...any) string { return c.Bundle.T(lang, key, args...) })
	}
	levels := []string{""}
	for _, q := range c.report.Figures {
		levels = append(levels, q.Levels...)
	}
	for n := c.top; n < c.tree.Last(c.top); n++ {
		a := c.tree.At(n)
		if n != c.top && !slices.Contains(levels, string(a.Level)) {
			continue
		}
		x := release.Area{Code: a.Code, Level: string(a.Level), Name: release.Text{}}
		for _, lang := range c.report.Languages {
			x.Name[lang] = a.In(lang)
		}
		if n != c.top {
			x.Parent = c.above(n, levels)
		}
		c.out.Areas = append(c.out.Areas, x)
	}
}

// title is that of the report, with the name of its area.
func (c *collector) title() release.Text {
	out := release.Text{}
	for lang, t := range c.report.Title {
		out[lang] = strings.ReplaceAll(t, "AREA", c.tree.At(c.top).In(lang))
	}
	return out
}

// above is the nearest area above that the release holds.
func (c *collector) above(n int, levels []string) string {
	for {
		up, ok := c.tree.ByID(c.tree.At(n).ParentID)
		if !ok || up == c.top || slices.Contains(levels, string(c.tree.At(up).Level)) {
			return c.tree.At(max(up, c.top)).Code
		}
		n = up
	}
}

// definitions finds what may be asked for.
func (c *collector) definitions(ctx context.Context) error {
	list, err := c.Figures.Definitions(ctx, c.at.To.String())
	c.defs = map[string]indicator.Definition{}
	for _, d := range list {
		c.defs[d.Code] = d
	}
	for _, d := range c.report.Define {
		d.Periods = []string{c.report.Period}
		c.defs[d.Code] = indicator.Definition{Indicator: d}
	}
	return err
}

// figures asks for the cells of every query: all indicators of a level at once.
func (c *collector) figures(ctx context.Context) error {
	for _, q := range c.report.Figures {
		for _, level := range q.Levels {
			saved, own := c.codes(q, level)
			query := c.query(q, level)
			if query.Codes = saved; len(saved) > 0 {
				cells, err := c.Figures.Eval(ctx, query)
				if err != nil {
					return err
				}
				c.keep(cells, q.By)
			}
			for _, code := range own {
				query.Codes = []string{code}
				cells, err := c.Figures.Preview(ctx, c.defs[code].Indicator, query)
				if err != nil {
					return err
				}
				c.keep(cells, q.By)
			}
		}
	}
	return nil
}

// codes are those of a query that hold for a level, the city's and those of the
// report alone.
func (c *collector) codes(q pack.FigureQuery, level string) (saved, own []string) {
	if level == "" {
		level = string(c.tree.At(c.top).Level)
	}
	for code, d := range c.defs {
		asked := slices.Contains(q.Codes, code) || slices.Contains(q.Groups, d.Group) && slices.Contains(d.Periods, c.report.Period)
		if !asked || len(d.Levels) > 0 && !slices.Contains(d.Levels, level) {
			continue
		}
		if d.Version == 0 {
			own = append(own, code)
		} else {
			saved = append(saved, code)
		}
	}
	slices.Sort(saved)
	slices.Sort(own)
	return saved, own
}

func (c *collector) query(q pack.FigureQuery, level string) indicator.Query {
	out := indicator.Query{Area: c.out.Area, Level: level, By: q.By}
	for n := -q.Back; n <= 0; n++ {
		if p, ok := c.at.Add(n); ok {
			out.Periods = append(out.Periods, p)
		}
	}
	return out
}

func (c *collector) keep(cells []indicator.Cell, by string) {
	for _, x := range cells {
		c.define(c.defs[x.Code], by, x.Slice)
		c.add(x)
	}
}

// add keeps a cell as a release does.
func (c *collector) add(x indicator.Cell) {
	y := release.Cell{Code: x.Code, Area: c.tree.At(x.Nr).Code, Period: x.Period.Name, Slice: x.Slice, State: x.State.String(), Cause: x.Cause.String(),
		Expected: x.Expected, Reported: x.Reported}
	if c.seen[y.Key()] {
		return
	}
	c.seen[y.Key()] = true
	if x.State.Known() {
		y.Value = x.Value.Text('f')
		if x.Exact != y.Value {
			y.Exact = x.Exact
		}
	}
	if x.State == formula.Withheld { // whoever withholds it says nothing else
		y.Cause, y.Expected, y.Reported = "", 0, 0
	}
	c.out.Cells = append(c.out.Cells, y)
}

// define keeps what a code means, once, with the values of its dimension.
func (c *collector) define(d indicator.Definition, by, slice string) {
	i, ok := c.measures[d.Code]
	if !ok {
		i = len(c.out.Measures)
		c.measures[d.Code] = i
		c.out.Measures = append(c.out.Measures, c.definition(d))
	}
	m := &c.out.Measures[i]
	if by == "" || slices.ContainsFunc(m.Slices, func(s release.Slice) bool { return s.Code == slice }) {
		return
	}
	name := release.Text{}
	for _, lang := range c.report.Languages {
		name[lang] = c.Figures.SliceName(by, slice, lang)
	}
	m.By, m.Slices = by, append(m.Slices, release.Slice{Code: slice, Name: name})
}

func (c *collector) definition(d indicator.Definition) release.Definition {
	m := release.Definition{Code: d.Code, Version: d.Version, Name: release.Text(d.Name), Note: release.Text(d.Note), Formula: d.Formula, Unit: d.Unit,
		Places: d.Places, Direction: d.Direction, Clauses: d.Clauses, Group: d.Group, Kind: release.KindOther}
	for _, u := range c.pack.Indicators.Units {
		if u.Code == d.Unit {
			m.UnitName, m.Kind = release.Text(u.Name), KindOf(u.Dim)
		}
	}
	return m
}

// KindOf tells what is counted from the base units of a unit.
func KindOf(dim string) string {
	switch {
	case dim == "person":
		return release.KindPersons
	case dim == "attendance":
		return release.KindPersonTimes
	case dim == "" || strings.Contains(dim, "/"):
		return release.KindRatio
	case dim == "yuan":
		return release.KindMoney
	}
	return release.KindCount
}

// targets are those of the plans that are in force.
func (c *collector) targets(ctx context.Context) error {
	all, err := c.Targets(ctx)
	for _, p := range all {
		t := release.Target{Code: p.Target.Code, Clause: p.Target.Clause, Name: release.Text(p.Target.Name), By: p.Target.Due, Have: "0", Want: "0"}
		if v := stood(p.Whole, c.at.To.Year()); v != nil {
			t.Have = narrative.Round(v, int32(p.Code.Places))
		}
		if p.Whole.Want != nil {
			t.Want = narrative.Round(p.Whole.Want, int32(p.Code.Places))
		}
		c.out.Targets = append(c.out.Targets, t)
	}
	return err
}

// stood is the value at the end of a year, nil where it is not known.
func stood(s plan.Standing, year int) *big.Rat {
	for _, y := range s.Years {
		if y.Year == year && !y.Ahead && y.Got.Known() {
			return y.Got.Value
		}
	}
	return nil
}

// inputs names what the cells were computed from.
func (c *collector) inputs(ctx context.Context) error {
	v, err := c.Figures.Version(ctx)
	if err != nil {
		return err
	}
	areas, err := json.Marshal(c.out.Areas)
	if err != nil {
		return err
	}
	c.out.Inputs = []release.Source{{Name: "areas", SHA256: release.Digest(areas)}, {Name: "definitions", Version: strconv.FormatInt(v, 10)}}
	return nil
}

func (c *collector) protect(ctx context.Context) error {
	if c.Protect == nil {
		return nil
	}
	var err error
	c.hidden, err = c.Protect(ctx, c.out, c.report.Protect)
	return err
}
