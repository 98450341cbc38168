package formula

import (
	"math"
	"math/big"
	"math/bits"
)

// frac is an exact fraction; den is positive. It need not be in lowest terms.
type frac struct{ num, den int64 }

// Sums and products report false where they do not fit.

func addInt(a, b int64) (int64, bool) {
	c := a + b
	return c, (a^c)&(b^c) >= 0
}

func mulInt(a, b int64) (int64, bool) {
	if uint64(a+1<<31)|uint64(b+1<<31) < 1<<32 { // both small
		return a * b, true
	}
	hi, lo := bits.Mul64(uint64(abs64(a)), uint64(abs64(b)))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	return a * b, true
}

// abs64 of the least int64 is itself, which as uint64 is right.
func abs64(a int64) int64 {
	if a < 0 {
		return -a
	}
	return a
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// lowest returns f in lowest terms.
func (f frac) lowest() frac {
	if g := int64(gcd(uint64(abs64(f.num)), uint64(f.den))); g > 1 {
		return frac{f.num / g, f.den / g}
	}
	return f
}

func (f frac) add(g frac) (frac, bool) {
	if f.den == g.den {
		if n, ok := addInt(f.num, g.num); ok {
			return frac{n, f.den}, true
		}
	} else if h, ok := f.addOver(g, 1); ok {
		return h, true
	}
	f, g = f.lowest(), g.lowest()
	return f.addOver(g, int64(gcd(uint64(f.den), uint64(g.den))))
}

// addOver adds where k divides both denominators.
func (f frac) addOver(g frac, k int64) (frac, bool) {
	a, ok1 := mulInt(f.num, g.den/k)
	b, ok2 := mulInt(g.num, f.den/k)
	d, ok3 := mulInt(f.den, g.den/k)
	n, ok4 := addInt(a, b)
	return frac{n, d}, ok1 && ok2 && ok3 && ok4
}

func (f frac) neg() (frac, bool) { return frac{-f.num, f.den}, f.num != math.MinInt64 }

func (f frac) mul(g frac) (frac, bool) {
	if h, ok := f.mulOnce(g); ok {
		return h, true
	}
	x, y := frac{f.num, g.den}.lowest(), frac{g.num, f.den}.lowest()
	return frac{x.num, y.den}.mulOnce(frac{y.num, x.den})
}

func (f frac) mulOnce(g frac) (frac, bool) {
	n, ok1 := mulInt(f.num, g.num)
	d, ok2 := mulInt(f.den, g.den)
	return frac{n, d}, ok1 && ok2
}

// inverse is 1/f; f must not be zero.
func (f frac) inverse() (frac, bool) {
	switch {
	case f.num == math.MinInt64:
		return frac{}, false
	case f.num < 0:
		return frac{-f.den, -f.num}, true
	}
	return frac{f.den, f.num}, true
}

// cmp compares through products of 128 bits, which always fit.
func (f frac) cmp(g frac) int {
	if f.den == g.den {
		return cmpInt(f.num, g.num)
	}
	if (f.num < 0) != (g.num < 0) {
		return cmpInt(f.num, g.num)
	}
	ah, al := bits.Mul64(uint64(abs64(f.num)), uint64(g.den))
	bh, bl := bits.Mul64(uint64(abs64(g.num)), uint64(f.den))
	c := cmpUint(ah, bh)
	if c == 0 {
		c = cmpUint(al, bl)
	}
	if f.num < 0 {
		return -c
	}
	return c
}

func cmpInt(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func cmpUint(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (f frac) rat() *big.Rat { return big.NewRat(f.num, f.den) }
