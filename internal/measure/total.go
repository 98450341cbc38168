package measure

import (
	"math/big"

	"xuedu/internal/formula"
)

// total is an exact sum of cells that share a denominator.
type total struct {
	num, den int64
	big      *big.Rat // once an int64 does not do
	n        int64    // cells
}

// add adds a known cell.
func (t *total) add(c formula.Column, i int) {
	t.n++
	den := int64(1)
	if c.Den != nil {
		den = c.Den[i]
	}
	r := c.Big[i]
	if s := t.num + c.Num[i]; r == nil && t.big == nil && (t.den == 0 || t.den == den) && (s^t.num)&(s^c.Num[i]) >= 0 {
		t.num, t.den = s, den
		return
	}
	if r == nil {
		r = big.NewRat(c.Num[i], den)
	}
	if t.big == nil {
		t.big = big.NewRat(t.num, max(t.den, 1))
	}
	t.big.Add(t.big, r)
}

// put writes the sum, or the mean, into cell i.
func (t *total) put(c *formula.Column, i int, mean bool) {
	den := t.den
	if mean {
		den *= t.n // at most 10^maxScale times the months of the data
	}
	if t.big == nil {
		c.Num[i] = t.num
		if c.Den != nil {
			c.Den[i] = den
		}
		return
	}
	r := t.big
	if mean {
		r = new(big.Rat).Quo(r, big.NewRat(t.n, 1))
	}
	if r.Num().IsInt64() && r.Denom().IsInt64() && (c.Den != nil || r.IsInt()) {
		c.Num[i] = r.Num().Int64()
		if c.Den != nil {
			c.Den[i] = r.Denom().Int64()
		}
		return
	}
	if c.Big == nil {
		c.Big = map[int]*big.Rat{}
	}
	if c.Big[i] = r; c.Den != nil {
		c.Den[i] = 1
	}
}
