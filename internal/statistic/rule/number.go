package rule

import (
	"math/big"
	"strconv"
	"strings"

	"xuedu/internal/pack"
)

// decimal reads an exact decimal such as "-1.5".
func decimal(s string) (*big.Rat, bool) {
	if s == "" || strings.Trim(s, "-0123456789.") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// places is how many digits behind the point a cell of f holds.
func places(f pack.Field) int {
	if f.Type == "decimal" {
		return min(max(f.Decimals, 0), 18)
	}
	return 0
}

func power(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// rat returns a number of a cell of f.
func rat(f pack.Field, num int64) *big.Rat { return big.NewRat(num, power(places(f))) }

// show writes a number of a cell of f.
func show(f pack.Field, num int64) string {
	if n := places(f); n > 0 {
		return rat(f, num).FloatString(n)
	}
	return strconv.FormatInt(num, 10)
}
