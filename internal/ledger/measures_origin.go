package ledger

import (
	"cmp"
	"context"
	"net/url"
	"slices"

	"xuedu/internal/area"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
)

// Values returns the parameters of the pages of figures that ask q again; what
// is the default is left out, so that one question has one address.
func (q Query) Values() url.Values {
	v := url.Values{}
	set := func(name, value, std string) {
		if value != "" && value != std {
			v.Set(name, value)
		}
	}
	set("measure", string(q.Measure), "")
	set("area", q.Area, "")
	set("level", string(q.Level), "")
	set("period", q.Period.Name, "")
	set("by", string(q.By), string(ByHome))
	set("theme", q.Filter.Theme, "")
	set("age", q.Filter.Age, "")
	set("sex", q.Filter.Sex, "")
	set("mode", q.Filter.Mode, "")
	return v
}

// lineagePage lists the class meetings behind a figure, and leads to its rows.
const lineagePage = "/figures/sessions?"

// Origin implements measure.Source. The value of an area is made of those of
// the areas directly below it, and of what stands at the area itself; each
// leads to the class meetings that were counted.
func (m *Measures) Origin(ctx context.Context, a measure.Ask, nr, limit int) ([]measure.Part, int, error) {
	b, err := m.Read(ctx, a)
	if err != nil {
		return nil, 0, err
	}
	decls, err := m.Decls(ctx)
	if err != nil {
		return nil, 0, err
	}
	adds := slices.ContainsFunc(decls, func(d measure.Decl) bool { return d.Code == a.Code && d.Area == formula.Sum })
	parts := make([]measure.Part, 0, 32)
	rest := b.Num[nr]
	part := func(n int, value int64) {
		q := question(a)
		q.Area = a.Tree.At(n).Code
		parts = append(parts, measure.Part{Name: nameOf(a.Tree.At(n)), Value: value, State: b.State[n], Href: lineagePage + q.Values().Encode()})
	}
	for _, n := range a.Tree.Children(nr) {
		if b.State[n] == formula.Value && b.Num[n] != 0 {
			part(n, b.Num[n])
			rest -= b.Num[n]
		}
	}
	if len(parts) == 0 || adds && rest > 0 {
		part(nr, rest)
	}
	slices.SortStableFunc(parts, func(x, y measure.Part) int { return cmp.Compare(y.Value, x.Value) })
	return parts[:min(limit, len(parts))], len(parts), nil
}

func nameOf(a *area.Area) pack.Text {
	return pack.Text{"zh-CN": a.In("zh-CN"), "en": a.In("en")}
}
