package narrative

import (
	"math/big"
	"strings"

	"xuedu/internal/release"
)

// exact is the value of a cell as a fraction; false where it has none.
func exact(c release.Cell) (*big.Rat, bool) {
	s := c.Exact
	if s == "" {
		s = c.Value
	}
	if s == "" {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// Round writes x with places digits behind the point, rounded half to even.
func Round(x *big.Rat, places int32) string {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	n := new(big.Int).Mul(x.Num(), scale)
	q, m := new(big.Int).QuoRem(n, x.Denom(), new(big.Int))
	twice := new(big.Int).Lsh(m.Abs(m), 1)
	if c := twice.Cmp(x.Denom()); c > 0 || c == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(int64(x.Sign())))
	}
	s := new(big.Int).Abs(q).String()
	if p := int(places); p > 0 {
		s = strings.Repeat("0", max(0, p+1-len(s))) + s
		s = s[:len(s)-p] + "." + s[len(s)-p:]
	}
	if q.Sign() < 0 {
		s = "-" + s
	}
	return s
}

// Group puts commas between the thousands of a decimal text.
func Group(s string) string {
	sign, digits := "", s
	if strings.HasPrefix(s, "-") {
		sign, digits = "−", s[1:]
	}
	whole, part, _ := strings.Cut(digits, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if part != "" {
		whole += "." + part
	}
	return sign + whole
}

// fill puts values into the places of a phrase: {Value}.
func fill(phrase string, args ...string) string {
	for i := 0; i+1 < len(args); i += 2 {
		args[i] = "{" + args[i] + "}"
	}
	return strings.NewReplacer(args...).Replace(phrase)
}
