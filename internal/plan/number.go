package plan

import (
	"math/big"
	"regexp"
	"strings"

	"golang.org/x/text/width"

	"xuedu/internal/errs"
)

var decimal = regexp.MustCompile(`^-?[0-9]{1,12}(\.[0-9]{1,6})?$`)

// ParseNumber reads an exact decimal of at most 12 digits before the point and
// 6 behind it; full-width digits and commas between thousands are understood.
// It fails with Invalid.
func ParseNumber(s string) (*big.Rat, error) {
	plain := strings.NewReplacer(",", "", "−", "-").Replace(strings.TrimSpace(width.Narrow.String(s)))
	r, ok := new(big.Rat).SetString(plain)
	if !decimal.MatchString(plain) || !ok {
		return nil, errs.New(errs.Invalid, "plan.bad_number", "Value", s)
	}
	return r, nil
}

// Exact writes a number that ParseNumber has read, without needless zeros.
func Exact(r *big.Rat) string {
	s := r.FloatString(6)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// Rounded writes a number with so many digits behind the point, rounded half
// to even once.
func Rounded(r *big.Rat, places int) string {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	x := new(big.Rat).Mul(r, new(big.Rat).SetInt(scale))
	q, rest := new(big.Int).QuoRem(x.Num(), x.Denom(), new(big.Int))
	twice := new(big.Int).Abs(rest)
	twice.Lsh(twice, 1)
	if c := twice.Cmp(x.Denom()); c > 0 || c == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(int64(x.Sign())))
	}
	return new(big.Rat).SetFrac(q, scale).FloatString(places)
}

// whole returns r as a whole number; ok is false if it is none.
func whole(r *big.Rat) (n int64, ok bool) {
	if r == nil || !r.IsInt() || !r.Num().IsInt64() {
		return 0, false
	}
	return r.Num().Int64(), true
}

func sub(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }

func add(a, b *big.Rat) *big.Rat { return new(big.Rat).Add(a, b) }
