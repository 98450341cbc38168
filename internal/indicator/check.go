package indicator

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// Check returns all that is wrong with a definition, in the order of its
// fields: what the pack can tell, its formula against the measures of today
// and the indicators in force on its first day, its unit, its periods, its
// breakdowns, and which other indicators it would break.
func (s *Service) Check(ctx context.Context, d pack.Indicator) ([]Problem, error) {
	return s.check(ctx, d, nil)
}

// CheckAll checks definitions that come in together: each may name the others.
func (s *Service) CheckAll(ctx context.Context, defs []pack.Indicator) ([][]Problem, error) {
	out := make([][]Problem, len(defs))
	first := map[string]int{}
	for i, d := range defs {
		bad, err := s.check(ctx, d, defs)
		if err != nil {
			return nil, err
		}
		if j, twice := first[d.Code+" "+d.From]; twice {
			bad = append(bad, Problem{Code: d.Code, Field: "code", Problem: formula.Problem{Key: "indicator.problem.twice", Args: []any{"Code", d.Code, "Nr", j + 1}}})
		}
		first[d.Code+" "+d.From] = i
		out[i] = bad
	}
	return out, nil
}

// check is Check beside others that come in with d.
func (s *Service) check(ctx context.Context, d pack.Indicator, others []pack.Indicator) ([]Problem, error) {
	var out []Problem
	for _, p := range s.pack().CheckIndicator(d) {
		if strings.HasPrefix(p.Key, "formula.") { // said below, with its place
			continue
		}
		out = append(out, Problem{Code: d.Code, Field: p.Path, Problem: formula.Problem{Key: p.Key, Args: p.Args}})
	}
	day, err := s.day(d.From)
	if errs.KindOf(err) == errs.Invalid { // said already
		day, err = s.today(), nil
	}
	if err != nil {
		return nil, err
	}
	x, err := s.set(ctx, day)
	if err != nil {
		return nil, err
	}
	for _, o := range others {
		if now, ok := x.defs[o.Code]; o.From <= day && (!ok || now.From <= o.From) {
			x = x.with(Definition{Indicator: o})
		}
	}
	c := checker{set: x.with(Definition{Indicator: d}), def: d}
	c.all(x)
	return ordered(append(out, c.bad...)), nil
}

// fields in the order in which a definition is written.
var fields = []string{"code", "group", "name", "note", "formula", "unit", "places", "direction", "collection", "missing", "periods",
	"levels", "by", "clauses", "tags", "core", "from"}

func ordered(bad []Problem) []Problem {
	place := func(p Problem) int {
		name, _, _ := strings.Cut(strings.ReplaceAll(p.Field, "[", "."), ".")
		return slices.Index(fields, name)
	}
	slices.SortStableFunc(bad, func(a, b Problem) int { return place(a) - place(b) })
	return bad
}

// checker checks a definition against the measures.
type checker struct {
	set *set // with the definition in it
	def pack.Indicator
	bad []Problem
}

func (c *checker) say(field, key string, args ...any) {
	c.bad = append(c.bad, Problem{Code: c.def.Code, Field: field, Problem: formula.Problem{Key: key, Args: args}})
}

func (c *checker) all(before *set) {
	if c.def.Formula == "" {
		return
	}
	if m, ok := c.set.cat.Decl(c.def.Code); ok {
		c.say("code", "indicator.problem.measure", "Code", m.Code)
		return
	}
	p := c.set.program(c.def.Code)
	for _, b := range p.bad {
		c.bad = append(c.bad, Problem{Code: c.def.Code, Field: "formula", Problem: b})
	}
	if p.program == nil {
		return
	}
	c.unit(p.program)
	c.periods(p.program)
	c.breakdowns(p.program)
	c.others(before)
}

// unit makes sure that the formula gives what the unit shows.
func (c *checker) unit(p *formula.Program) {
	u, ok := c.set.pack.Indicators.UnitOf(c.def.Unit)
	switch {
	case p.Type != formula.Number:
		c.say("formula", "indicator.problem.truth")
	case ok && p.Unit != formula.Unit(u.Dim):
		c.say("unit", "indicator.problem.unit", "Unit", u.Code, "Want", shown(u.Dim), "Got", shown(string(p.Unit)))
	}
}

func shown(unit string) string {
	if unit == "" {
		return "1"
	}
	return unit
}

// periods makes sure that every measure can answer for every kind of period.
func (c *checker) periods(p *formula.Program) {
	for i, kind := range c.def.Periods {
		for _, r := range p.Refs() {
			if d, ok := c.set.cat.Decl(r.Code); ok && r.Op == formula.Plain && !answers(d, period.Kind(kind)) {
				c.say(index("periods", i), "indicator.problem.period", "Measure", r.Code, "Kind", kind)
			}
		}
	}
}

// answers reports whether d has a value for a kind of period: its source
// answers it, or the parts of it can be put together.
func answers(d measure.Decl, k period.Kind) bool {
	if d.Absent || slices.Contains(d.Periods, k) {
		return true
	}
	if d.Time == formula.Distinct || d.Time == formula.None {
		return false
	}
	shorter := []period.Kind{period.Year, period.Quarter, period.Month}
	at := slices.Index(shorter, k)
	return at >= 0 && slices.ContainsFunc(shorter[at+1:], func(s period.Kind) bool { return slices.Contains(d.Periods, s) })
}

// ofPeople are the dimensions that split people. What a formula divides people
// of one age by must be of that age too; a theme does not split who lives here.
var ofPeople = []string{"age", "sex"}

const people formula.Unit = "person"

// breakdowns makes sure that each dimension means something for the formula.
func (c *checker) breakdowns(p *formula.Program) {
	for i, dim := range c.def.By {
		field, known := index("by", i), false
		for _, r := range p.Refs() {
			if r.Op == formula.Target {
				c.say(field, "indicator.problem.by_target", "Dim", dim)
				continue
			}
			d, _ := c.set.cat.Decl(r.Code)
			has := slices.ContainsFunc(d.Dims, func(x formula.Dim) bool { return x.Name == dim })
			known = known || has
			switch {
			case fixed(r.Filter, dim):
				c.say(field, "indicator.problem.by_fixed", "Dim", dim, "Measure", r.Code)
			case !has && !d.Absent && slices.Contains(ofPeople, dim) && d.Unit == people:
				c.say(field, "indicator.problem.by_whole", "Dim", dim, "Measure", r.Code)
			}
		}
		if !known {
			c.say(field, "indicator.problem.by", "Dim", dim)
		} else if len(values(c.set.pack, c.set.cat, p, dim)) == 0 {
			c.say(field, "indicator.problem.by_values", "Dim", dim)
		}
	}
}

// fixed reports whether a canonical filter holds a dimension.
func fixed(filter, dim string) bool {
	f, err := measure.ParseFilter(filter)
	_, ok := f[dim]
	return err == nil && ok
}

// others makes sure that no other indicator stops to compute.
func (c *checker) others(before *set) {
	if _, ok := before.defs[c.def.Code]; !ok {
		return
	}
	for _, d := range c.set.sorted() {
		was, is := before.program(d.Code).program, c.set.program(d.Code).program
		if d.Code != c.def.Code && was != nil && (is == nil || is.Unit != was.Unit) {
			c.say("formula", "indicator.problem.breaks", "Code", d.Code, "Formula", d.Formula)
		}
	}
}

func index(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }
