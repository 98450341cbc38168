package score

import (
	"math/big"
	"strings"
)

// Rounding rules of pack.Scoring.
const (
	HalfUp   = "half_up"
	HalfEven = "half_even"
)

// maxDigits bounds what a decimal of a file may cost.
const maxDigits = 24

// decimal reads an exact decimal such as 87.25; false if s is none.
func decimal(s string) (*big.Rat, bool) {
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || len(digits) > maxDigits || strings.Trim(digits, "0123456789.") != "" ||
		strings.Count(digits, ".") > 1 || digits[0] == '.' || digits[len(digits)-1] == '.' {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// round returns r with so many decimals, by the rule's rounding.
func round(r *big.Rat, places int, rule string) string {
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	num := new(big.Int).Mul(r.Num(), ten)
	q, rest := new(big.Int).QuoRem(num, r.Denom(), new(big.Int))
	half := rest.Abs(rest).Lsh(rest, 1).Cmp(r.Denom())
	if half > 0 || half == 0 && (rule != HalfEven || q.Bit(0) == 1) {
		q.Add(q, big.NewInt(int64(num.Sign())))
	}
	return new(big.Rat).SetFrac(q, ten).FloatString(places)
}
