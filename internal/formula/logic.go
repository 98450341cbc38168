package formula

// compare compares, and picks the lesser or greater.
func (r *run) compare(o op, a, b vec) vec {
	out := r.join(a, b)
	out.Num, out.own = r.numbers(), true
	if o == opMin || o == opMax {
		return r.pick(out, o, a, b)
	}
	big := len(a.Big)+len(b.Big) > 0
	for i := range out.Num {
		k := 0
		switch {
		case big:
			k = cmpCells(a, b, i)
		case a.Den == nil && b.Den == nil:
			k = cmpInt(a.Num[i], b.Num[i])
		default:
			x, _ := a.frac(i)
			y, _ := b.frac(i)
			k = x.cmp(y)
		}
		if out.Num[i] = 0; holds(o, k) {
			out.Num[i] = 1
		}
	}
	return out
}

func holds(o op, k int) bool {
	switch o {
	case opLess:
		return k < 0
	case opLessEq:
		return k <= 0
	case opEqual:
		return k == 0
	case opMoreEq:
		return k >= 0
	case opMore:
		return k > 0
	}
	return k != 0
}

// cmpCells compares cells of any size; those that are not known are equal.
func cmpCells(a, b vec, i int) int {
	if !a.State[i].Known() || !b.State[i].Known() {
		return 0
	}
	x, xr := a.frac(i)
	y, yr := b.frac(i)
	if xr == nil && yr == nil {
		return x.cmp(y)
	}
	return a.exact(i).Cmp(b.exact(i))
}

func (r *run) pick(out vec, o op, a, b vec) vec {
	if a.Den != nil || b.Den != nil {
		out.Den = r.numbers()
	} else if len(a.Big)+len(b.Big) == 0 {
		for i, x := range a.Num {
			if y := b.Num[i]; o == opMin {
				out.Num[i] = min(x, y)
			} else {
				out.Num[i] = max(x, y)
			}
		}
		return out
	}
	for i := range out.Num {
		k := cmpCells(a, b, i)
		if o == opMax {
			k = -k
		}
		if k <= 0 {
			out.copyCell(a, i)
		} else {
			out.copyCell(b, i)
		}
	}
	return out
}

// copyCell takes the number of a cell.
func (v *vec) copyCell(from vec, i int) {
	f, r := from.frac(i)
	if r != nil {
		v.setBig(i, r)
		return
	}
	v.set(i, f)
}

// take takes a cell with its state; Nil becomes Value.
func (v *vec) take(from vec, i int) {
	s := from.State[i]
	switch {
	case s == NotComputable:
		v.set(i, frac{0, 1})
		v.mark(i, causeOf(from.Column, from.Column, i))
		return
	case s.Known():
		s = Value
	}
	v.State[i] = s
	v.copyCell(from, i)
	v.whole = false
}

// blank returns a column to be filled in by take.
func (r *run) blank(of ...vec) vec {
	out := vec{Column: Column{State: make([]State, r.n), Num: r.numbers()}, own: true}
	for _, v := range of {
		if v.Den != nil {
			out.Den = r.numbers()
			return out
		}
	}
	return out
}

// choose is if(cond, a, b): only the branch taken matters.
func (r *run) choose(cond, a, b vec) vec {
	if cond.whole && a.whole && b.whole && a.Den == nil && b.Den == nil && len(a.Big)+len(b.Big) == 0 {
		return r.chooseWhole(cond, a, b)
	}
	out := r.blank(a, b)
	for i := range out.State {
		switch {
		case !cond.State[i].Known():
			out.take(cond, i)
		case cond.Num[i] != 0:
			out.take(a, i)
		default:
			out.take(b, i)
		}
	}
	return out
}

func (r *run) chooseWhole(cond, a, b vec) vec {
	out := vec{Column: Column{State: a.State, Num: r.numbers()}, whole: true, own: true}
	for i, c := range cond.Num {
		if c != 0 {
			out.Num[i] = a.Num[i]
		} else {
			out.Num[i] = b.Num[i]
		}
	}
	return out
}

// coalesce takes b where a is missing. What is withheld is not missing: it
// must not be told from the outside that there is something else.
func (r *run) coalesce(a, b vec) vec {
	if a.whole {
		return a
	}
	out := r.blank(a, b)
	for i, s := range a.State {
		if absent(s) {
			out.take(b, i)
		} else {
			out.take(a, i)
		}
	}
	return out
}

// absent is what missing(x) and coalesce call missing.
func absent(s State) bool { return !s.Known() && s != Withheld }

// logic is and, or. One side alone decides where it can: false and anything is
// false, true or anything is true.
func (r *run) logic(o op, a, b vec) vec {
	decides := int64(0)
	if o == opOr {
		decides = 1
	}
	out := r.join(a, b)
	out.Num, out.own = r.numbers(), true
	for i := range out.Num {
		out.Num[i] = 0
		x := a.State[i].Known() && a.Num[i] == decides
		y := b.State[i].Known() && b.Num[i] == decides
		switch {
		case (x || y) && out.State[i] != Value:
			out.State[i], out.Num[i] = Value, decides
		case x || y:
			out.Num[i] = decides
		case out.State[i] == Value:
			out.Num[i] = 1 - decides
		}
	}
	return out
}

// test is not, missing.
func (r *run) test(o op, a vec) vec {
	out := vec{Column: Column{State: a.State, Num: r.numbers(), Cause: a.Cause}, whole: a.whole, own: true}
	if o == opMissing {
		out.State, out.Cause, out.whole = Whole(r.n), nil, true
	}
	for i, s := range a.State {
		out.Num[i] = 0
		if o == opMissing && absent(s) || o == opNot && a.Num[i] == 0 {
			out.Num[i] = 1
		}
	}
	return out
}

// shape is -x, abs, round.
func (r *run) shape(s step, a vec) vec {
	zero := r.constant(frac{0, 1})
	out := r.join(a, zero)
	out.Num, out.own = r.numbers(), true
	if a.Den != nil {
		out.Den = r.numbers()
	}
	for i := range out.Num {
		f, big := a.frac(i)
		switch {
		case out.State[i] != Value:
			out.set(i, frac{0, 1})
		case s.op == opRound:
			out.round(a, i, int32(s.n))
		case s.op == opAbs && (big == nil && f.num >= 0 || big != nil && big.Sign() > 0):
			out.copyCell(a, i)
		default:
			out.slow(opSub, zero, a, i)
		}
	}
	return out
}

// round takes a cell rounded half even.
func (v *vec) round(a vec, i int, places int32) {
	f, r := a.frac(i)
	if q, ok := f.round(places); ok && r == nil {
		v.set(i, frac{q, powers[places]}.lowest())
		return
	}
	v.setBig(i, roundedRat(a.exact(i), places))
}
