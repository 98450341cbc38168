package chart

import (
	"math"
	"strconv"
	"strings"
)

// scale is a value axis from zero to a round top.
type scale struct {
	step float64
	n    int // steps
}

func (s scale) top() float64 { return s.step * float64(s.n) }

// newScale makes an axis that holds peak in at most most round steps.
func newScale(peak float64, most int) scale {
	if !(peak > 0) || math.IsInf(peak, 0) {
		return scale{step: 1, n: 1}
	}
	unit := math.Pow(10, math.Floor(math.Log10(peak/float64(most))))
	for _, m := range []float64{1, 2, 5, 10, 20} {
		n := int(math.Ceil(peak/(m*unit) - 1e-9))
		if n <= most {
			return scale{step: m * unit, n: max(n, 1)}
		}
	}
	return scale{step: peak, n: 1}
}

// tick prints a value of the axis.
func (s scale) tick(i int, format func(float64) string) string {
	v := s.step * float64(i)
	if format != nil {
		return format(v)
	}
	return Grouped(v)
}

// Grouped prints a number with grouped digits and at most two decimals, below
// one at most four.
func Grouped(v float64) string {
	places := 2
	if math.Abs(v) < 1 {
		places = 4
	}
	t := strconv.FormatFloat(math.Abs(v), 'f', places, 64)
	whole, frac, _ := strings.Cut(t, ".")
	frac = strings.TrimRight(frac, "0")
	var b strings.Builder
	for i, d := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	if frac != "" {
		b.WriteString("." + frac)
	}
	if v < 0 && strings.Trim(b.String(), "0.,") != "" {
		return "−" + b.String()
	}
	return b.String()
}

// Steps returns up to n−1 round limits that part values into classes of a
// map: class 1 is below the first limit. Equal values need no limit.
func Steps(values []float64, n int) []float64 {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		lo, hi = min(lo, v), max(hi, v)
	}
	if !(hi > lo) || n < 2 {
		return nil
	}
	step := roundStep((hi - lo) / float64(n))
	first := math.Floor(lo/step)*step + step
	var out []float64
	for i := range n - 1 {
		if v := clean(first+float64(i)*step, step); v <= hi {
			out = append(out, v)
		}
	}
	return out
}

// roundStep returns the smallest round number that is not below x.
func roundStep(x float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 1.5, 2, 2.5, 3, 4, 5, 6, 8} {
		if m*unit >= x-1e-12 {
			return m * unit
		}
	}
	return 10 * unit
}

// clean removes the dust of binary fractions below a hundredth of a step.
func clean(v, step float64) float64 {
	p := math.Pow(10, math.Ceil(-math.Log10(step))+2)
	return math.Round(v*p) / p
}
