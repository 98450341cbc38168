package org

import (
	"cmp"
	"context"
	"slices"

	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
)

// Origin implements measure.Source: the institutions behind the value of an
// area, or the areas that were counted.
func (m *Measures) Origin(ctx context.Context, a measure.Ask, nr, limit int) ([]measure.Part, int, error) {
	o, err := m.asked(a)
	if err != nil {
		return nil, 0, err
	}
	list, err := m.at(ctx, a)
	if err != nil {
		return nil, 0, err
	}
	parts := m.parts(o, a, list, nr)
	if o.areas != "" {
		parts = areaParts(a, m.areasOf(o, a, list), o, nr)
	}
	slices.SortStableFunc(parts, func(x, y measure.Part) int { return cmp.Compare(y.Value, x.Value) })
	return parts[:min(limit, len(parts))], len(parts), nil
}

func (m *Measures) parts(o *counted, a measure.Ask, list []Org, nr int) []measure.Part {
	var parts []measure.Part
	for i := range list {
		x := &list[i]
		n, ok := a.Tree.ByID(x.AreaID)
		if !ok || n < nr || n >= a.Tree.Last(nr) || !m.takes(o, a, x) {
			continue
		}
		p := measure.Part{Name: pack.Text{"zh-CN": x.In("zh-CN"), "en": x.In("en")}, Href: "/orgs/" + x.Code}
		if v, ok := o.value(x); ok {
			p.Value, p.State = v, formula.Value
		}
		parts = append(parts, p)
	}
	return parts
}

func areaParts(a measure.Ask, b measure.Block, o *counted, nr int) []measure.Part {
	var parts []measure.Part
	for n := nr; n < a.Tree.Last(nr); n++ {
		if at := a.Tree.At(n); at.Level == o.areas && b.State[n] == formula.Value && b.Num[n] > 0 {
			parts = append(parts, measure.Part{Name: pack.Text{"zh-CN": at.In("zh-CN"), "en": at.In("en")}, Value: 1, State: formula.Value, Href: "/areas/" + at.Code})
		}
	}
	return parts
}
