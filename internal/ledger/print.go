package ledger

import (
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// Rounding is how figures are rounded, once, when they are shown: half up,
// far from any limit of precision.
var Rounding = apd.Context{Precision: 60, MaxExponent: 60, MinExponent: -60, Rounding: apd.RoundHalfUp}

// Places is how many digits people see behind the point of a value of m.
func Places(d *apd.Decimal, m Measure) int32 {
	switch m {
	case Rate:
		v, err := d.Float64()
		switch {
		case err != nil || v == 0 || v >= 1:
			return 1
		case v >= 0.1:
			return 2
		}
		return 3
	case Hours, CreditHours:
		return 1
	}
	return 0
}

// Rounded prints d with n digits behind the point, grouped, with a real minus.
func Rounded(d *apd.Decimal, n int32) string {
	var r apd.Decimal
	if _, err := Rounding.Quantize(&r, d, -n); err != nil {
		return d.Text('f')
	}
	s, sign := r.Text('f'), ""
	if strings.HasPrefix(s, "-") {
		s, sign = s[1:], "−"
	}
	whole, frac, _ := strings.Cut(s, ".")
	if strings.Trim(whole+frac, "0") == "" {
		sign = "" // nothing is left of it
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if n > 0 {
		whole += "." + frac
	}
	return sign + whole
}
