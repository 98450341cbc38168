package disclosure

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// bySlices ties the slices of a definition to its whole.
func (t *table) bySlices() {
	var all []family
	for i := range t.r.Measures {
		d := &t.r.Measures[i]
		m := t.means[d.Code]
		if !m.count && !m.ratio || len(d.Slices) == 0 {
			continue
		}
		texts := []string{m.over}
		if m.count {
			texts[0] = cmp.Or(d.Formula, d.Code)
		}
		for _, text := range texts {
			var list []int32
			for _, s := range d.Slices {
				if w := t.whats.nr0(narrowed(d, text, s.Code)); w >= 0 {
					list = append(list, w)
				}
			}
			all = append(all, t.lines(t.whats.nr0(narrowed(d, text, "")), list)...)
		}
	}
	t.tie(BySlices, all)
}

// lines are the families of one whole in all areas and periods.
func (t *table) lines(whole int32, list []int32) (all []family) {
	if whole < 0 || len(list) == 0 {
		return nil
	}
	for a := range t.areas.list {
		for p := range t.periods.list {
			w, ok := t.by[name{whole, int32(a), int32(p)}]
			if !ok {
				continue
			}
			f := family{whole: w, line: whole}
			for _, x := range list {
				if v, ok := t.by[name{x, int32(a), int32(p)}]; ok && v != w {
					f.parts = append(f.parts, v)
				}
			}
			if len(f.parts) > 0 {
				all = append(all, f)
			}
		}
	}
	return all
}

// ranged is a count of people of some ages: everything but the range, and the range.
type ranged struct {
	what     int32
	from, to int
}

// byRanges ties ranges of numbers, as ages are, to smaller ones that they are
// made of: 60+ to 60-69, 70-79 and 80+.
func (t *table) byRanges() {
	groups := map[string][]ranged{}
	var order []string
	for w, text := range t.whats.list {
		rest, from, to, ok := rangeOf(text)
		if !ok {
			continue
		}
		if len(groups[rest]) == 0 {
			order = append(order, rest)
		}
		groups[rest] = append(groups[rest], ranged{int32(w), from, to})
	}
	for _, g := range order {
		list := groups[g]
		slices.SortFunc(list, func(a, b ranged) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to)) })
		for _, x := range list {
			t.tie(BySubset, t.lines(x.what, tiles(x, list)))
		}
	}
}

// tiles are ranges, as small as there are, that make one up without a gap.
func tiles(x ranged, list []ranged) (out []int32) {
	at := x.from
	for at <= x.to {
		best := ranged{what: -1, to: math.MaxInt}
		for _, y := range list {
			if y.from == at && y.to <= x.to && y.what != x.what && (best.what < 0 || y.to < best.to) {
				best = y
			}
		}
		if best.what < 0 {
			return nil
		}
		out = append(out, best.what)
		if best.to == math.MaxInt {
			break
		}
		at = best.to + 1
	}
	return out
}

// rangeOf finds a range in the filter of a formula: participants[age=60+].
func rangeOf(text string) (rest string, from, to int, ok bool) {
	before, filter, has := strings.Cut(text, "[")
	if !has || strings.Count(text, "[") != 1 || !strings.HasSuffix(filter, "]") {
		return "", 0, 0, false
	}
	for _, part := range strings.Split(strings.TrimSuffix(filter, "]"), ", ") {
		dim, value, _ := strings.Cut(part, "=")
		if from, to, ok = span(value); ok {
			return before + "[" + strings.Replace(filter, part, dim+"=", 1), from, to, true
		}
	}
	return "", 0, 0, false
}

func span(s string) (from, to int, ok bool) {
	if n, open := strings.CutSuffix(s, "+"); open {
		from, err := strconv.Atoi(n)
		return from, math.MaxInt, err == nil
	}
	a, b, has := strings.Cut(s, "-")
	from, errA := strconv.Atoi(a)
	to, errB := strconv.Atoi(b)
	return from, to, has && errA == nil && errB == nil && from <= to
}

// bySubsets ties a count with a filter to the same without it: nobody learns
// farming who does not learn.
func (t *table) bySubsets() {
	done := map[[2]int32]bool{}
	for i := range t.r.Measures { // slices are tied already
		m := t.means[t.r.Measures[i].Code]
		whole, ok := m.whats[""]
		for _, w := range m.whats {
			done[[2]int32{whole, w}] = ok
		}
	}
	var all []family
	for w, text := range t.whats.list {
		base, _, has := strings.Cut(text, "[")
		whole := t.whats.nr0(base)
		if !has || whole < 0 || !people(t.kinds[w]) || strings.Count(text, "[") != 1 || !strings.HasSuffix(text, "]") || done[[2]int32{whole, int32(w)}] {
			continue
		}
		all = append(all, t.lines(whole, []int32{int32(w)})...)
	}
	for _, f := range all {
		if d := t.vars[f.whole].value - t.vars[f.parts[0]].value; t.attacker || d >= 0 {
			t.rows.add(BySubset, within, d, f.whole, f.parts...)
		}
	}
}
