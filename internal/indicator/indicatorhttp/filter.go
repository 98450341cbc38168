package indicatorhttp

import (
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// filterOf splits "age=60+,theme=health".
func filterOf(s string) [][2]string {
	var out [][2]string
	for f := range strings.SplitSeq(s, ",") {
		if name, value, ok := strings.Cut(f, "="); ok {
			out = append(out, [2]string{name, value})
		}
	}
	return out
}

// decimal returns n·10^-scale.
func decimal(n int64, scale int) *apd.Decimal { return apd.New(n, -int32(scale)) }
