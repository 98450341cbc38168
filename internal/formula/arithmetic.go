package formula

import (
	"math"
	"math/big"
)

// arithmetic adds, subtracts, multiplies and divides. The plain case, whole
// numbers that do not overflow, goes through the columns at one stroke; what
// does not fit there is done cell by cell.
func (r *run) arithmetic(o op, a, b vec) vec {
	plain := a.Den == nil && b.Den == nil
	if o == opDiv && plain && a.whole && b.whole && len(a.Big)+len(b.Big) == 0 && allPositive(b.Num) {
		return vec{Column: Column{State: a.State, Num: a.Num, Den: b.Num}, whole: true}
	}
	out := r.join(a, b)
	out.Num, out.own = r.numbers(), true
	if !plain || o == opDiv {
		out.Den = r.numbers()
	}
	switch {
	case !plain:
		for i := range out.Num {
			out.slow(o, a, b, i)
		}
		return out
	case o == opAdd:
		addPlain(&out, a, b)
	case o == opSub:
		subPlain(&out, a, b)
	case o == opMul:
		mulPlain(&out, a, b)
	case o == opDiv:
		divPlain(&out, a, b)
	}
	for i := range a.Big {
		out.slow(o, a, b, i)
	}
	for i := range b.Big {
		out.slow(o, a, b, i)
	}
	return out
}

func allPositive(list []int64) bool {
	for _, n := range list {
		if n <= 0 {
			return false
		}
	}
	return true
}

// times multiplies; a written whole number is not made a column for that.
func (r *run) times(x, y int32) vec {
	if r.program.steps[y].op == opConst {
		x, y = y, x
	}
	s, b := r.program.steps[x], vec{}
	if s.op == opConst && s.num.den == 1 {
		if b = r.col(y); len(b.Big) == 0 {
			if out, ok := r.scale(b, s.num.num); ok {
				return out
			}
		}
	}
	return r.arithmetic(opMul, r.col(x), r.col(y))
}

// scale multiplies each cell by k; false if one does not fit.
func (r *run) scale(b vec, k int64) (vec, bool) {
	if k <= 0 {
		return vec{}, false
	}
	most := math.MaxInt64 / k
	num := r.numbers()[:len(b.Num)]
	over := false
	for i, n := range b.Num {
		over = over || n > most || n < -most
		num[i] = n * k
	}
	if over {
		return vec{}, false
	}
	out := r.join(b, b)
	out.Num, out.Den, out.own = num, b.Den, b.Den == nil
	return out, true
}

func addPlain(out *vec, a, b vec) {
	x, y, z := a.Num, b.Num[:len(a.Num)], out.Num[:len(a.Num)]
	var over int64
	for i := range x {
		c := x[i] + y[i]
		over |= (x[i] ^ c) & (y[i] ^ c)
		z[i] = c
	}
	if over < 0 {
		for i := range x {
			out.slow(opAdd, a, b, i)
		}
	}
}

func subPlain(out *vec, a, b vec) {
	x, y, z := a.Num, b.Num[:len(a.Num)], out.Num[:len(a.Num)]
	var over int64
	for i := range x {
		c := x[i] - y[i]
		over |= (x[i] ^ y[i]) & (x[i] ^ c)
		z[i] = c
	}
	if over < 0 {
		for i := range x {
			out.slow(opSub, a, b, i)
		}
	}
}

func mulPlain(out *vec, a, b vec) {
	x, y, z := a.Num, b.Num[:len(a.Num)], out.Num[:len(a.Num)]
	for i := range x {
		if uint64(x[i]+1<<31)|uint64(y[i]+1<<31) < 1<<32 { // both small
			z[i] = x[i] * y[i]
		} else {
			out.slow(opMul, a, b, i)
		}
	}
}

func divPlain(out *vec, a, b vec) {
	x, y, z, d := a.Num, b.Num[:len(a.Num)], out.Num[:len(a.Num)], out.Den[:len(a.Num)]
	for i := range x {
		if y[i] > 0 {
			z[i], d[i] = x[i], y[i]
		} else {
			out.slow(opDiv, a, b, i)
		}
	}
}

// slow computes one cell, through big numbers if it must.
func (v *vec) slow(o op, a, b vec, i int) {
	if v.State[i] != Value {
		v.set(i, frac{0, 1})
		return
	}
	x, xr := a.frac(i)
	y, yr := b.frac(i)
	if o == opDiv && yr == nil && y.num == 0 {
		v.set(i, frac{0, 1})
		v.mark(i, DivideByZero)
		return
	}
	if xr == nil && yr == nil {
		if f, ok := x.apply(o, y); ok {
			v.set(i, f)
			return
		}
	}
	v.setBig(i, applyBig(o, a.exact(i), b.exact(i)))
}

func (f frac) apply(o op, g frac) (frac, bool) {
	ok := true
	switch o {
	case opSub:
		g, ok = g.neg()
		fallthrough
	case opAdd:
		h, fits := f.add(g)
		return h, ok && fits
	case opDiv:
		g, ok = g.inverse()
	}
	if !ok {
		return frac{}, false
	}
	return f.mul(g)
}

func applyBig(o op, x, y *big.Rat) *big.Rat {
	z := new(big.Rat)
	switch o {
	case opAdd:
		return z.Add(x, y)
	case opSub:
		return z.Sub(x, y)
	case opMul:
		return z.Mul(x, y)
	}
	return z.Quo(x, y)
}

// set writes a number. A column of whole numbers gets denominators with the
// first number that is not: big numbers may leave one behind.
func (v *vec) set(i int, f frac) {
	if v.Den == nil && f.den != 1 {
		v.Den = make([]int64, len(v.Num))
		for j := range v.Den {
			v.Den[j] = 1
		}
	}
	v.Num[i] = f.num
	if v.Den != nil {
		v.Den[i] = f.den
	}
	delete(v.Big, i)
}

// setBig writes a number of any size, small if it fits.
func (v *vec) setBig(i int, r *big.Rat) {
	if r.Num().IsInt64() && r.Denom().IsInt64() {
		v.set(i, frac{r.Num().Int64(), r.Denom().Int64()})
		return
	}
	if v.Big == nil {
		v.Big = map[int]*big.Rat{}
	}
	v.set(i, frac{0, 1})
	v.Big[i] = r
}
