package release

import (
	"cmp"
	"slices"
)

// Sort brings the parts of a release into their order; Canonical of what was
// sorted does not depend on the order in which it was put together. Areas are
// left as they are: theirs is that of the tree.
func (r *Release) Sort() {
	slices.SortFunc(r.Inputs, func(a, b Source) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version)) })
	slices.SortFunc(r.Measures, func(a, b Definition) int { return cmp.Compare(a.Code, b.Code) })
	slices.SortFunc(r.Targets, func(a, b Target) int { return cmp.Compare(a.Code, b.Code) })
	slices.SortFunc(r.Cells, func(a, b Cell) int { return a.Key().Compare(b.Key()) })
	slices.SortFunc(r.Charts, func(a, b Chart) int {
		return cmp.Or(cmp.Compare(a.Section, b.Section), cmp.Compare(a.Lang, b.Lang), cmp.Compare(a.Index, b.Index))
	})
	slices.SortFunc(r.Signoffs, func(a, b Signoff) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Role, b.Role)) })
}

// Compare orders keys by code, period, area and slice.
func (k Key) Compare(o Key) int {
	return cmp.Or(cmp.Compare(k.Code, o.Code), cmp.Compare(k.Period, o.Period), cmp.Compare(k.Area, o.Area), cmp.Compare(k.Slice, o.Slice))
}
