package disclosure

// doubt is what readers would know of a figure if it were hidden, and the cells
// that would have to be hidden with it because they tell too much.
func (t *table) doubt(v int32) (low, high int64, also []int32) {
	x := &t.vars[v]
	low, high = 0, unbounded
	need := t.k
	for i := range t.echoes[v] {
		e := &t.echoes[v][i]
		if e.scale == nil {
			also = append(also, e.cell)
			continue
		}
		lo, hi := e.between(&t.r.Cells[e.cell], t.means[t.r.Cells[e.cell].Code].digits)
		most := int64(unbounded)
		if !e.under && people(e.other.Kind) {
			most = max(e.other.Value, x.value)
			high = min(high, most)
		}
		wide := lo <= max(0, x.value-need) && hi >= min(most, x.value+need)
		if !wide && !t.shownBefore(e.cell) {
			also = append(also, e.cell)
			continue
		}
		low, high = max(low, lo), min(high, hi)
	}
	return low, high, also
}

// conceal hides a figure: its own cell, and what else shows it.
func (t *table) conceal(v int32) {
	x := &t.vars[v]
	if x.hidden {
		return
	}
	low, high, also := t.doubt(v)
	if !x.known {
		x.low, x.high = low, high
	}
	x.hidden = true
	if x.cell >= 0 {
		t.hide[x.cell] = true
	}
	for _, c := range also {
		t.hide[c] = true
	}
	for _, e := range t.echoes[v] {
		if e.scale != nil {
			t.coarse[e.cell] = true
		}
	}
}

// weigh sets what it costs to hide each figure: more for the whole city, for
// totals and for large figures, less for what was hidden before.
func (t *table) weigh() {
	for v := range t.vars {
		x := &t.vars[v]
		c := int64(10)
		for n := x.value; n > 0; n >>= 1 {
			c++
		}
		if x.cell < 0 {
			c /= 2 // only a fraction is lost
		}
		if t.depth[x.area] == 0 {
			c *= 8
		}
		if x.cell >= 0 && t.r.Cells[x.cell].Slice == "" {
			c *= 3
		}
		if x.value == 0 {
			c += 1000 // many a zero can be guessed
		}
		if x.cell >= 0 && len(t.before) > 0 {
			switch b := t.before[x.cell]; {
			case b.hidden:
				c = 1
			case b.shown != "":
				c += 60
			}
		}
		x.cost = c
	}
}

// mark finds the figures that must be hidden for themselves.
func (t *table) mark() {
	for v := range t.vars {
		x := &t.vars[v]
		if people(t.kinds[x.what]) && x.value > 0 && x.value < t.k {
			x.up, x.down = max(1, t.k-x.value), 1
		}
		for i := range t.echoes[int32(v)] {
			e := &t.echoes[int32(v)][i]
			if e.scale == nil || e.under || e.other.Kind != t.kinds[x.what] {
				continue
			}
			if rest := e.other.Value - x.value; rest > 0 && rest < t.k {
				x.up, x.down = max(x.up, 1), max(x.down, min(x.value, t.k-rest))
			}
		}
		t.dominated(x)
	}
}

// dominated marks a figure of which one institution holds most.
func (t *table) dominated(x *variable) {
	if t.rules.Dominance == 0 || x.cell < 0 || x.value == 0 {
		return
	}
	if p, ok := t.rules.Largest(t.r.Cells[x.cell].Key()); ok && p >= t.rules.Dominance {
		d := max(1, (x.value*int64(t.rules.Margin)+99)/100)
		x.up, x.down = max(x.up, d), max(x.down, d)
	}
}
