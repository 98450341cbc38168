package ledger

import (
	"math/big"

	"github.com/cockroachdb/apd/v3"
)

// whole returns n as a decimal.
func whole(n int64) apd.Decimal {
	var d apd.Decimal
	d.SetInt64(n)
	return d
}

// ratio returns n/by exactly where that is a finite decimal, else rounded half
// up at the given digits. by must be above zero.
func ratio(n, by int64, digits int32) apd.Decimal {
	r := big.NewRat(n, by)
	if k, ok := finite(r.Denom()); ok {
		digits = k
	}
	return rounded(n, by, digits)
}

// finite returns the decimal places of a fraction with denominator d.
func finite(d *big.Int) (places int32, ok bool) {
	rest := new(big.Int).Set(d)
	count := func(f int64) (n int32) {
		by, rem := big.NewInt(f), new(big.Int)
		for {
			quo, _ := new(big.Int).QuoRem(rest, by, rem)
			if rem.Sign() != 0 {
				return n
			}
			rest, n = quo, n+1
		}
	}
	places = max(count(2), count(5))
	return places, rest.IsInt64() && rest.Int64() == 1
}

// rounded returns n/by, n not below zero, rounded half up at the given digits
// and without trailing zeros.
func rounded(n, by int64, digits int32) apd.Decimal {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	num := scale.Mul(scale, big.NewInt(n))
	num.Mul(num, big.NewInt(2)).Add(num, big.NewInt(by)) // (2·n·10^digits + by) / 2·by
	num.Quo(num, big.NewInt(2*by))
	ten, rem := big.NewInt(10), new(big.Int)
	for digits > 0 {
		quo, _ := new(big.Int).QuoRem(num, ten, rem)
		if rem.Sign() != 0 {
			break
		}
		num, digits = quo, digits-1
	}
	var d apd.Decimal
	d.Coeff.SetMathBigInt(num)
	d.Exponent = -digits
	return d
}
