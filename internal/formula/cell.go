package formula

import (
	"math/big"

	"github.com/cockroachdb/apd/v3"
)

// frac returns cell i as a fraction; a nil rat says that it is all of it.
func (c Column) frac(i int) (frac, *big.Rat) {
	if c.Big != nil {
		if r := c.Big[i]; r != nil {
			return frac{0, 1}, r
		}
	}
	if c.Den == nil {
		return frac{c.Num[i], 1}, nil
	}
	return frac{c.Num[i], c.Den[i]}, nil
}

// exact is Rat without asking for the state.
func (c Column) exact(i int) *big.Rat {
	f, r := c.frac(i)
	if r != nil {
		return r
	}
	return f.rat()
}

// Rat returns the exact value of cell i as a new number in lowest terms; nil
// unless the cell is known.
func (c Column) Rat(i int) *big.Rat {
	switch c.State[i] {
	case Value:
		return new(big.Rat).Set(c.exact(i))
	case Nil:
		return new(big.Rat)
	}
	return nil
}

// True reports whether cell i is known and not zero: the truth of a formula of
// type Truth.
func (c Column) True(i int) bool {
	if c.State[i] != Value {
		return false
	}
	f, r := c.frac(i)
	return r != nil || f.num != 0
}

// Round returns the value of cell i rounded half even, once, to places digits
// behind the point; 0 unless the cell is known.
func (c Column) Round(i int, places int32) apd.Decimal {
	if c.State[i] != Value {
		return apd.Decimal{Exponent: -places}
	}
	f, r := c.frac(i)
	if q, ok := f.round(places); ok && r == nil {
		return *apd.New(q, -places)
	}
	return RoundRat(c.exact(i), places)
}

// RoundRat rounds r half even to places digits behind the point.
func RoundRat(r *big.Rat, places int32) apd.Decimal {
	q := roundBig(r, places)
	var d apd.Decimal
	d.Coeff.SetMathBigInt(new(big.Int).Abs(q))
	d.Negative, d.Exponent = q.Sign() < 0, -places
	return d
}

// roundBig returns r times 10^places, rounded half even.
func roundBig(r *big.Rat, places int32) *big.Int {
	pow := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	num := new(big.Int).Mul(r.Num(), pow)
	q, rest := new(big.Int).QuoRem(num, r.Denom(), new(big.Int))
	rest.Abs(rest).Lsh(rest, 1)
	if k := rest.Cmp(r.Denom()); k > 0 || k == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(int64(num.Sign())))
	}
	return q
}

var powers = func() (p [19]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = 10 * p[i-1]
	}
	return p
}()

// round returns f times 10^places, rounded half even; false where it does not
// fit.
func (f frac) round(places int32) (int64, bool) {
	if places < 0 || int(places) >= len(powers) {
		return 0, false
	}
	n, ok := mulInt(f.num, powers[places])
	if !ok {
		return 0, false
	}
	q, rest := n/f.den, n%f.den
	up := cmpUint(uint64(abs64(rest)), uint64(f.den)-uint64(abs64(rest)))
	if up > 0 || up == 0 && q&1 == 1 {
		q += int64(cmpInt(n, 0))
	}
	return q, true
}

// roundedRat rounds r half even to places digits.
func roundedRat(r *big.Rat, places int32) *big.Rat {
	return new(big.Rat).SetFrac(roundBig(r, places), big.NewInt(powers[places]))
}
