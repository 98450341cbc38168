package disclosure

import (
	"cmp"
	"slices"
	"strconv"
)

// round prepares counts of people to be shown as multiples of Rules.RoundTo.
// Along the tree of areas, parts add up to their whole as far as that is
// possible (controlled rounding); a count of people never becomes 0. Readers
// know of each count that it is less than one multiple away.
func (t *table) round() {
	b := int64(t.rules.RoundTo)
	if b < 2 {
		return
	}
	t.rounded = make(map[int32]int64, len(t.vars))
	done := make([]bool, t.rows.len())
	for v := range t.vars {
		if people(t.kinds[t.vars[v].what]) && t.isTop(int32(v)) {
			t.rounded[int32(v)] = nearest(t.vars[v].value, b)
			t.roundBelow(int32(v), b, done)
		}
	}
	for v, n := range t.rounded {
		if x := &t.vars[v]; !x.known {
			lo, hi, _ := t.doubt(v)
			x.low, x.high = max(n-b+1, lo, 0), min(n+b-1, hi)
		}
	}
	t.blur()
}

// blur takes the fractions from ratios of rounded counts.
func (t *table) blur() {
	for v := range t.rounded {
		for _, e := range t.echoes[v] {
			if e.scale != nil {
				t.coarse[e.cell] = true
			}
		}
	}
}

// isTop reports whether no row of areas has v as a part.
func (t *table) isTop(v int32) bool {
	return !slices.ContainsFunc(t.rows.having(v), func(r int32) bool { return t.rows.kind[r] == ByAreas && t.rows.at(int(r))[0] != v })
}

// nearest is the multiple of b nearest to n; never 0 for what is not 0.
func nearest(n, b int64) int64 {
	if n == 0 {
		return 0
	}
	return max(b, (n+b/2)/b*b)
}

// roundBelow rounds the parts of v so that they add up to what v is rounded to.
func (t *table) roundBelow(v int32, b int64, done []bool) {
	for _, r := range t.rows.having(v) {
		list := t.rows.at(int(r))
		if t.rows.kind[r] != ByAreas || list[0] != v || done[r] {
			continue
		}
		done[r] = true
		parts := slices.Clone(list[1:])
		slices.SortStableFunc(parts, func(x, y int32) int { return cmp.Compare(t.vars[y].value%b, t.vars[x].value%b) })
		left := t.rounded[v]
		for _, x := range parts {
			t.rounded[x] = t.vars[x].value / b * b
			left -= t.rounded[x]
		}
		for _, x := range parts { // the largest remainders are rounded up first
			n := t.vars[x].value
			if n%b != 0 && (left >= b || n < b) || t.rows.sense[r] != equal && n%b*2 >= b {
				t.rounded[x] += b
				left -= b
			}
		}
		for _, x := range parts {
			t.roundBelow(x, b, done)
		}
	}
}

// writeRounded writes the counts that are shown as multiples.
func (p *protector) writeRounded() (n int) {
	if p.rounded == nil {
		return 0
	}
	for v, to := range p.rounded {
		x := &p.vars[v]
		cells := []int32{x.cell}
		for _, e := range p.echoes[v] {
			if e.scale == nil {
				cells = append(cells, e.cell)
			}
		}
		for _, i := range cells {
			if i < 0 || p.hide[i] {
				continue
			}
			c := &p.r.Cells[i]
			c.Value, c.Exact = strconv.FormatInt(to, 10), ""
			if places := p.means[c.Code].def.Places; places > 0 {
				c.Value += "." + zeros[:min(int(places), len(zeros))]
			}
			n++
		}
	}
	return n
}

const zeros = "000000000000"
