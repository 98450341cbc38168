package ledger

import (
	"context"

	"xuedu/internal/errs"
	"xuedu/internal/ledger/internal/gen"
)

// Breakdown answers q for one area in parts along an axis, in the order of the
// pack; q.Level is not read. Persons of unknown age or sex, and head-counts,
// make a last part with the code "" where there are any. Parts by theme, mode
// and period may hold the same persons and do not add up.
func (f *Figures) Breakdown(ctx context.Context, q Query, axis Axis) ([]Slice, error) {
	f.use.RLock()
	defer f.use.RUnlock()
	q.Level = ""
	total, err := f.check(ctx, q)
	if err != nil {
		return nil, err
	}
	parts, err := f.parts(ctx, q, axis)
	if err != nil {
		return nil, err
	}
	out, sum := make([]Slice, 0, len(parts)+1), int64(0)
	for _, p := range parts {
		a, err := f.check(ctx, p.query)
		if err != nil {
			return nil, err
		}
		out = append(out, Slice{Code: p.code, Figure: f.figures(a)[0]})
		if n := f.numbers(a, f.state(a)); n != nil {
			sum += n[a.nr]
		}
	}
	if axis == AxisAge && q.Filter.Age == "" || axis == AxisSex && q.Filter.Sex == "" {
		out = f.addUnknown(out, total, sum)
	}
	return out, nil
}

type part struct {
	code  string
	query Query
}

func (f *Figures) parts(ctx context.Context, q Query, axis Axis) ([]part, error) {
	var out []part
	add := func(code string, set func(*Query)) {
		p := part{code: code, query: q}
		set(&p.query)
		out = append(out, p)
	}
	switch axis {
	case AxisTheme:
		codes, err := f.themeCodes(ctx)
		for _, c := range codes {
			add(c, func(q *Query) { q.Filter.Theme = c })
		}
		return out, err
	case AxisAge:
		for _, b := range f.pack().AgeBands {
			add(b.Code, func(q *Query) { q.Filter.Age = b.Code })
		}
	case AxisSex:
		for _, s := range []string{"f", "m"} {
			add(s, func(q *Query) { q.Filter.Sex = s })
		}
	case AxisMode:
		for _, m := range []string{"onsite", "online"} {
			add(m, func(q *Query) { q.Filter.Mode = m })
		}
	case AxisPeriod:
		for _, p := range q.Period.Parts() {
			add(p.Name, func(q *Query) { q.Period = p })
		}
	default:
		return nil, errs.InvalidField("axis", "figures.bad_axis", "Value", axis)
	}
	return out, nil
}

// themeCodes lists the pack's themes and those that only the ledger knows.
func (f *Figures) themeCodes(ctx context.Context) ([]string, error) {
	seen := map[string]bool{}
	var out []string
	for _, t := range f.pack().Themes {
		seen[t.Code] = true
		out = append(out, t.Code)
	}
	all, err := gen.New(f.db.Read).Themes(ctx)
	for _, t := range all {
		if !seen[t.Code] {
			out = append(out, t.Code)
		}
	}
	return out, err
}

// addUnknown adds what no part holds. Every measure but the rate adds up over
// persons.
func (f *Figures) addUnknown(parts []Slice, total *asked, sum int64) []Slice {
	n := f.numbers(total, f.state(total))
	if n == nil || total.Measure == Rate || n[total.nr] <= sum {
		return parts
	}
	fig := f.figures(total)[0]
	f.fill(&fig, total, n[total.nr]-sum)
	return append(parts, Slice{Figure: fig})
}
