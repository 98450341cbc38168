package indicator

import (
	"context"
	"slices"
	"strings"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// Query asks for cells.
type Query struct {
	Codes   []string // empty = all in force, in the order of groups and codes
	Area    string   // code of an area
	Level   string   // areas of this level below it; "" = the area itself
	Periods []period.Period
	// By breaks down by one dimension: one cell for each value. Only what the
	// definition allows; without Codes it picks the definitions that allow it.
	By string
}

// levels of a tree, from the top down.
var levels = []string{string(area.Country), string(area.Province), string(area.City), string(area.District), string(area.Street), string(area.Community)}

// areas returns the numbers of the areas that q asks for.
func (q Query) areas(t *area.Tree) ([]int, error) {
	n, ok := t.ByCode(q.Area)
	if !ok {
		return nil, errs.InvalidField("area", "indicator.no_area", "Code", q.Area)
	}
	if q.Level == "" {
		return []int{n}, nil
	}
	if !slices.Contains(levels, q.Level) {
		return nil, errs.InvalidField("level", "indicator.no_level", "Level", q.Level, "Levels", strings.Join(levels, ", "))
	}
	return t.Below(n, area.Level(q.Level)), nil
}

// codes returns the codes that q asks for, in the order asked for, or all that
// are in force at the end of its periods.
func (q Query) codes(b *book, sets []*set) ([]string, error) {
	if len(q.Codes) > 0 {
		for _, c := range q.Codes {
			if len(b.versions[c]) == 0 {
				return nil, noCode(errs.Invalid, c)
			}
			if q.By != "" && !slices.ContainsFunc(sets, func(x *set) bool { return slices.Contains(x.defs[c].By, q.By) }) {
				return nil, errs.InvalidField("by", "indicator.not_by", "Code", c, "By", q.By)
			}
		}
		return q.Codes, nil
	}
	var out []string
	for i := len(sets) - 1; i >= 0; i-- { // the newest order first
		for _, d := range sets[i].sorted() {
			if !slices.Contains(out, d.Code) && (q.By == "" || slices.Contains(d.By, q.By)) {
				out = append(out, d.Code)
			}
		}
	}
	return out, nil
}

// Values lists the values of a dimension in the order they are shown: those
// of the measure, or the codes of the pack.
func values(p *pack.Pack, cat *measure.Catalogue, prog *formula.Program, dim string) []string {
	for _, r := range prog.Refs() {
		d, _ := cat.Decl(r.Code)
		for _, x := range d.Dims {
			if x.Name == dim && len(x.Values) > 0 {
				return x.Values
			}
		}
	}
	var out []string
	switch dim {
	case "age":
		for _, b := range p.AgeBands {
			out = append(out, b.Code)
		}
	case "theme":
		for _, t := range p.Themes {
			out = append(out, t.Code)
		}
	case "form":
		for _, t := range p.ActivityForms {
			out = append(out, t.Code)
		}
	}
	return out
}

// plan is what a query asks the engine for, column by column.
type plan struct {
	jobs  []measure.Job
	lines []line // by period, then code, then value
}

// line is one definition in one period, for one value of the dimension.
type line struct {
	code   string
	def    Definition
	period period.Period
	slice  string
	job    int // number of the job, -1 = no cell is computable
	cause  formula.Cause
}

// never adds a line of which no cell is computable.
func (pl *plan) never(l line, cause formula.Cause) {
	l.job, l.cause = -1, cause
	pl.lines = append(pl.lines, l)
}

// add plans one definition of a set in a period.
func (pl *plan) add(x *set, code string, p period.Period, by string) {
	d, ok := x.defs[code]
	l := line{code: code, def: d, period: p}
	c := compiled{}
	if ok {
		c = x.program(code)
	}
	switch {
	case !ok, !slices.Contains(d.Periods, string(p.Kind())):
		pl.never(l, formula.NoPeriod)
	case c.program == nil: // a measure that it names is gone: Check says which
		pl.never(l, formula.NoSource)
	case by == "":
		pl.job(l, c.program, nil)
	case slices.Contains(d.By, by):
		for _, v := range values(x.pack, x.cat, c.program, by) {
			l.slice = v
			pl.job(l, c.program, map[string]string{by: v})
		}
	default:
		pl.never(l, formula.NoSource)
	}
}

func (pl *plan) job(l line, prog *formula.Program, filter map[string]string) {
	l.job = len(pl.jobs)
	pl.jobs = append(pl.jobs, measure.Job{Program: prog, Missing: l.def.policy(), At: l.period, Filter: filter})
	pl.lines = append(pl.lines, l)
}

// policy is the missing policy as formulas know it.
func (d Definition) policy() formula.Missing {
	m := formula.Missing{Policy: d.Missing.Policy, Share: d.Missing.Share}
	if m.Policy == "" {
		m.Policy = formula.RequireAll
	}
	return m
}

// Eval computes cells by area, then period, then code, then value of the
// dimension. Each period is computed with the definition in force at its end;
// where there is none, or it does not hold for such a period or level, the
// cell is not computable. It fails with Invalid for unknown codes, areas,
// levels, and for a breakdown that a definition does not allow.
func (s *Service) Eval(ctx context.Context, q Query) ([]Cell, error) {
	b, err := s.book(ctx)
	if err != nil {
		return nil, err
	}
	cat, err := s.engine.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	sets := make([]*set, len(q.Periods))
	for i, p := range q.Periods {
		sets[i] = b.on(p.To.String(), cat, s.pack())
	}
	codes, err := q.codes(b, sets)
	if err != nil {
		return nil, err
	}
	var pl plan
	for i, p := range q.Periods {
		for _, c := range codes {
			pl.add(sets[i], c, p, q.By)
		}
	}
	return s.cells(ctx, q, pl)
}

// Preview computes a definition that is not saved, as Eval would. Its days of
// validity do not matter, so that it can be tried on past years. It fails with
// Invalid where its formula does not compute.
func (s *Service) Preview(ctx context.Context, d pack.Indicator, q Query) ([]Cell, error) {
	var pl plan
	for _, p := range q.Periods {
		x, err := s.set(ctx, p.To.String())
		if err != nil {
			return nil, err
		}
		x = x.with(Definition{Indicator: d})
		if bad := x.program(d.Code).bad; len(bad) > 0 {
			return nil, errs.InvalidField("formula", bad[0].Key, bad[0].Args...)
		}
		if q.By != "" && !slices.Contains(d.By, q.By) {
			return nil, errs.InvalidField("by", "indicator.not_by", "Code", d.Code, "By", q.By)
		}
		pl.add(x, d.Code, p, q.By)
	}
	return s.cells(ctx, q, pl)
}

// Column computes one indicator for all areas at once, in the preorder of
// Engine.Tree, with the definition in force at the period's end. Definitions
// that do not hold for a level give cells that are not computable there. It
// fails with NotFound for an unknown code.
func (s *Service) Column(ctx context.Context, code string, p period.Period) (formula.Result, Definition, error) {
	b, err := s.book(ctx)
	if err != nil {
		return formula.Result{}, Definition{}, err
	}
	if len(b.versions[code]) == 0 {
		return formula.Result{}, Definition{}, noCode(errs.NotFound, code)
	}
	x, err := s.set(ctx, p.To.String())
	if err != nil {
		return formula.Result{}, Definition{}, err
	}
	var pl plan
	pl.add(x, code, p, "")
	results, err := s.engine.EvalAll(ctx, pl.jobs)
	if err != nil {
		return formula.Result{}, Definition{}, err
	}
	return pl.lines[0].column(results, s.engine.Tree()), pl.lines[0].def, nil
}
