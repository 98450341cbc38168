package advice

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// alpha is Krippendorff's alpha for interval data: 1 is agreement, 0 is what
// chance gives. Applications with one ballot say nothing of agreement.
func alpha(cells []Cell) float64 {
	by := map[string][]float64{}
	for _, c := range cells {
		by[c.Application] = append(by[c.Application], c.Points)
	}
	var all []float64
	observed := 0.0
	for _, c := range newDesign(cells).apps {
		list := by[c]
		if len(list) < 2 {
			continue
		}
		all = append(all, list...)
		// The sum of squared differences of all ordered pairs is 2 n² times the population variance.
		n := float64(len(list))
		observed += 2 * n * n * stat.PopVariance(list, nil) / (n - 1)
	}
	n := float64(len(all))
	expected := 0.0
	if n > 1 {
		expected = 2 * n * n * stat.PopVariance(all, nil) / (n - 1)
	}
	if expected == 0 {
		return math.NaN()
	}
	return 1 - observed/expected
}

// icc is ICC(2,1) by Shrout and Fleiss: experts at random, agreement of single
// ballots. Only of a complete design.
func (d *design) icc() float64 {
	n, k := float64(len(d.apps)), float64(len(d.experts))
	if n < 2 || k < 2 || float64(len(d.cells)) != n*k {
		return math.NaN()
	}
	var points, rows, cols []float64
	for _, c := range d.cells {
		points = append(points, c.Points)
	}
	for i := range d.apps {
		rows = append(rows, stat.Mean(d.of(0, i), nil))
	}
	for j := range d.experts {
		cols = append(cols, stat.Mean(d.of(1, j), nil))
	}
	total := stat.PopVariance(points, nil) * n * k
	between, judges := stat.PopVariance(rows, nil)*n*k, stat.PopVariance(cols, nil)*n*k
	msr, msc := between/(n-1), judges/(k-1)
	mse := (total - between - judges) / ((n - 1) * (k - 1))
	return (msr - mse) / (msr + (k-1)*mse + k*(msc-mse)/n)
}
