package evaluation

import (
	"context"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/plan"
	"xuedu/internal/release"
)

// back is how many periods before are shown.
const back = 2

// collector puts the figures of a round together.
type collector struct {
	*Service
	method pack.Evaluation
	at     period.Period
	top    string // code of the area whose parts are judged
	out    Figures
}

// collect reads the figures of a period: from the newest published release
// where there is one, else from the registers as they are.
func (s *Service) collect(ctx context.Context, e pack.Evaluation, top string, at period.Period) (Figures, error) {
	c := &collector{Service: s, method: e, at: at, top: top}
	r, err := c.source(ctx)
	if err != nil {
		return c.out, err
	}
	c.areas(r)
	if len(c.out.Areas) == 0 {
		return c.out, errs.New(errs.Conflict, "evaluation.no_areas")
	}
	for n := 1; n <= back; n++ {
		if p, ok := at.Add(-n); ok {
			c.out.Past = append(c.out.Past, p.Name)
		}
	}
	targets, err := s.Targets(ctx)
	if err != nil {
		return c.out, err
	}
	c.cells(release.NewIndex(r), targets)
	return c.out, c.experts(ctx)
}

// source finds where figures are from.
func (c *collector) source(ctx context.Context) (*release.Release, error) {
	c.out.Source.Day = c.Today()
	for _, rep := range c.Pack().Reports {
		if rep.Period != string(c.at.Kind()) {
			continue
		}
		e, err := c.Releases.Find(ctx, rep.Code, c.top, c.at.Name, "")
		if errs.KindOf(err) == errs.NotFound || err == nil && !e.Public {
			continue
		}
		if err != nil {
			return nil, err
		}
		c.out.Source.Release, c.out.Source.Series, c.out.Source.Version, c.out.Source.SHA256 = e.ID, e.Series, e.Version, e.Digest
		r, _, err := c.Releases.Release(ctx, e.ID)
		return r, err
	}
	return c.Collect(ctx, c.own(), c.top, c.at.Name)
}

// own is the list of figures that is asked for where nothing was published;
// persons are protected as in the reports of the pack.
func (c *collector) own() pack.Report {
	p := c.Pack()
	r := pack.Report{Code: c.method.Code, Period: string(c.at.Kind()), Languages: p.Languages, Title: c.method.Name,
		Figures: []pack.FigureQuery{{Codes: codes(c.method), Levels: []string{c.method.Level}, Back: back}}}
	if len(p.Reports) > 0 {
		r.Protect = p.Reports[0].Protect
	}
	return r
}

func codes(e pack.Evaluation) (out []string) {
	for _, d := range e.Dimensions {
		out = append(out, d.Codes...)
	}
	return out
}

// areas are those of the method's level, as the source names them.
func (c *collector) areas(r *release.Release) {
	for _, a := range r.Areas {
		if a.Level == c.method.Level {
			c.out.Areas = append(c.out.Areas, Area{a.Code, pack.Text(a.Name)})
		}
	}
}

func (c *collector) cells(x *release.Index, targets []plan.Progress) {
	for _, code := range codes(c.method) {
		c.out.Indicators = append(c.out.Indicators, c.indicator(x, code))
	}
	for _, a := range c.out.Areas {
		for _, code := range codes(c.method) {
			c.out.Cells = append(c.out.Cells, c.cell(x, a.Code, code, targets))
		}
	}
}

// indicator is a definition as the source has it; one that it does not hold
// keeps the name that the pack gives it.
func (c *collector) indicator(x *release.Index, code string) Indicator {
	if d, ok := x.Definition(code); ok {
		return Indicator{Code: code, Version: d.Version, Name: pack.Text(d.Name), Unit: d.Unit, UnitName: pack.Text(d.UnitName), Places: int(d.Places), Direction: d.Direction}
	}
	for _, d := range c.Pack().Indicators.Definitions {
		if d.Code == code {
			return Indicator{Code: code, Name: d.Name, Unit: d.Unit, Places: int(d.Places), Direction: d.Direction}
		}
	}
	return Indicator{Code: code, Name: pack.Text{}}
}

func (c *collector) cell(x *release.Index, areaCode, code string, targets []plan.Progress) Cell {
	out := Cell{Area: areaCode, Code: code, State: Absent}
	if y, ok := x.Cell(release.Key{Code: code, Area: areaCode, Period: c.at.Name}); ok {
		out.State, out.Value = y.State, y.Value
	}
	for _, p := range c.out.Past {
		y, _ := x.Cell(release.Key{Code: code, Area: areaCode, Period: p})
		out.Past = append(out.Past, y.Value)
	}
	if v := own(targets, areaCode, code, c.at); v != nil {
		out.Target = exact(v)
	}
	return out
}

// own is what an area itself was to reach in the period's year by the plan;
// nil where nothing was set. A target of the whole city is none of a district's.
func own(targets []plan.Progress, areaCode, code string, at period.Period) *big.Rat {
	if !at.IsYear() {
		return nil
	}
	year := at.To.Year()
	for _, p := range targets {
		if p.Target.Measure != code {
			continue
		}
		for _, s := range p.Split {
			if s.Area == nil || s.Area.Code != areaCode {
				continue
			}
			for _, y := range s.Years {
				if y.Year == year && y.Want != nil {
					return y.Want
				}
			}
		}
	}
	return nil
}

// exact writes a number that was typed as a decimal.
func exact(r *big.Rat) string {
	s := r.FloatString(6)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// experts keeps what accreditation made public up to the end of the period, by
// the area of the method's level in which it is.
func (c *collector) experts(ctx context.Context) error {
	if c.Experts == nil {
		return nil
	}
	list, err := c.Experts(ctx, c.at.To.String())
	if err != nil {
		return err
	}
	tree := c.Tree()
	for _, x := range list {
		if code, ok := above(tree, x.Area, c.method.Level); ok {
			x.Area = code
			c.out.Experts = append(c.out.Experts, x)
		}
	}
	slices.SortFunc(c.out.Experts, func(a, b Expert) int {
		return strings.Compare(a.Area+" "+a.Day+" "+a.Number+" "+a.Holder, b.Area+" "+b.Day+" "+b.Number+" "+b.Holder)
	})
	return nil
}

// above is the code of the area of a level in which an area is.
func above(tree *area.Tree, code, level string) (string, bool) {
	n, ok := tree.ByCode(code)
	if !ok {
		return "", false
	}
	for _, nr := range tree.Path(n) {
		if string(tree.At(nr).Level) == level {
			return tree.At(nr).Code, true
		}
	}
	return "", false
}

// parsePeriod reads a period of the method's kind that is over.
func (s *Service) parsePeriod(e pack.Evaluation, name string) (period.Period, error) {
	kind := e.Period
	if kind == "" {
		kind = "year"
	}
	at, err := period.Parse(name)
	if err != nil || string(at.Kind()) != kind {
		return at, errs.InvalidField("period", "evaluation.bad_period", "Value", name)
	}
	if at.To >= period.DayOf(s.local()) {
		return at, errs.InvalidField("period", "evaluation.not_over", "Value", strconv.Quote(name))
	}
	return at, nil
}
