package disclosure

import (
	"math/big"

	"xuedu/internal/release"
)

// ratio ties a cell that is one count over another to its counts. What cannot
// be taken apart is hidden where one of its counts is small.
func (t *table) ratio(i int32) {
	c := &t.r.Cells[i]
	m := t.means[c.Code]
	if m == nil || m.count || c.Value == "" && !t.attacker {
		return
	}
	if !m.ratio {
		t.loose(i, m)
		return
	}
	p, ok := m.parts[c.Slice]
	if !ok {
		p = parts{narrowed(m.def, m.over, c.Slice), narrowed(m.def, m.under, c.Slice)}
		m.parts[c.Slice] = p
	}
	over, isOver := t.operand(p.over, c)
	under, isUnder := t.operand(p.under, c)
	if isUnder && people(under.Kind) && under.Value > 0 && under.Value < t.k {
		t.hideCell(i)
		return
	}
	if isOver && isUnder && people(over.Kind) && under.Value > 0 {
		v := t.behind(i, p.over, over)
		t.echoes[v] = append(t.echoes[v], echo{cell: i, v: v, scale: m.scale, other: under})
	}
	if v, ok := t.by[name{t.whats.nr0(p.under), t.area(c.Area), t.periods.nr(c.Period)}]; ok && isOver {
		t.echoes[v] = append(t.echoes[v], echo{cell: i, v: v, scale: m.scale, other: over, under: true})
	}
}

// nr0 is the number of a text that may have none.
func (n *names) nr0(s string) int32 {
	if i, ok := n.of[s]; ok {
		return i
	}
	return -1
}

// loose hides a figure whose formula cannot be taken apart, where few people
// stand behind any of its counts.
func (t *table) loose(i int32, m *meaning) {
	c := &t.r.Cells[i]
	for _, ref := range m.refs {
		n, ok := t.operand(narrowed(m.def, ref, c.Slice), c)
		if ok && people(n.Kind) && n.Value > 0 && n.Value < t.k {
			t.hideCell(i)
			return
		}
	}
}

// hideCell hides a cell that no relation ties.
func (t *table) hideCell(i int32) {
	if t.r.Cells[i].Value != "" {
		t.hide[i], t.small[i] = true, true
	}
}

// operand finds a count behind a cell: among the release's own, or as the rules
// know it.
func (t *table) operand(text string, c *release.Cell) (Count, bool) {
	v, ok := t.by[name{t.whats.nr0(text), t.area(c.Area), t.periods.nr(c.Period)}]
	if ok && !t.vars[v].unknown {
		return Count{t.vars[v].value, t.kinds[t.vars[v].what]}, true
	}
	if t.rules.Operand == nil {
		return Count{}, false
	}
	return t.rules.Operand(text, c.Area, c.Period)
}

// behind finds or makes the variable of a count above the line of a cell.
func (t *table) behind(i int32, text string, n Count) int32 {
	c := &t.r.Cells[i]
	id := name{t.what(text, n.Kind), t.area(c.Area), t.periods.nr(c.Period)}
	v, ok := t.by[id]
	if !ok {
		v = int32(len(t.vars))
		t.by[id] = v
		x := variable{name: id, cell: -1, value: n.Value, low: n.Value, high: n.Value}
		if t.attacker { // only cells show it
			x.value, x.low, x.high, x.unknown = 0, 0, unbounded, true
		}
		t.vars = append(t.vars, x)
	}
	return v
}

// between is what a ratio, rounded as it is shown, tells about a count.
func (e *echo) between(c *release.Cell, digits *big.Rat) (low, high int64) {
	shown, ok := new(big.Rat).SetString(c.Value)
	if !ok {
		return 0, unbounded
	}
	from, to := new(big.Rat).Sub(shown, digits), new(big.Rat).Add(shown, digits)
	if e.under {
		return e.belowLine(from, to)
	}
	by := new(big.Rat).SetInt64(e.other.Value)
	by.Quo(by, e.scale)
	low, high = ceil(from.Mul(from, by)), floor(to.Mul(to, by))
	return max(low, 0), high
}

// belowLine is what a ratio tells about the count under its line, when the one
// above is known.
func (e *echo) belowLine(from, to *big.Rat) (low, high int64) {
	top := new(big.Rat).SetInt64(e.other.Value)
	top.Mul(top, e.scale)
	if to.Sign() <= 0 || top.Sign() == 0 {
		return 0, unbounded
	}
	low, high = ceil(new(big.Rat).Quo(top, to)), unbounded
	if from.Sign() > 0 {
		high = floor(new(big.Rat).Quo(top, from))
	}
	return low, high
}

// exactly is what the fraction of a ratio tells about the count above its line.
func (e *echo) exactly(c *release.Cell) (n int64, ok bool) {
	x, is := new(big.Rat).SetString(c.Exact)
	if !is || e.under || e.scale.Sign() == 0 {
		return 0, false
	}
	x.Quo(x.Mul(x, new(big.Rat).SetInt64(e.other.Value)), e.scale)
	if !x.IsInt() {
		return 0, false
	}
	return floor(x), true
}
