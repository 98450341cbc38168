package disclosure_test

import (
	"math"
	"strconv"

	"xuedu/internal/release"
)

// oracle is an attacker of another make: linear programming over everything
// that a release shows. known are figures that it has from elsewhere.
type oracle struct {
	hidden map[release.Key]int // columns
	keys   []release.Key
	rows   [][]float64
	sums   []float64
}

func newOracle(g *grid, r *release.Release, known map[release.Key]int64) *oracle {
	o := &oracle{hidden: map[release.Key]int{}}
	seen := map[release.Key]float64{}
	for _, c := range r.Cells {
		if n, ok := known[c.Key()]; ok {
			seen[c.Key()] = float64(n)
		} else if c.Value != "" {
			n, _ := strconv.ParseFloat(c.Value, 64)
			seen[c.Key()] = n
		} else {
			o.hidden[c.Key()] = len(o.keys)
			o.keys = append(o.keys, c.Key())
		}
	}
	for _, sum := range g.sums() {
		row, is, any := make([]float64, len(o.keys)), 0.0, false
		for i, k := range sum {
			sign := -1.0
			if i == 0 {
				sign = 1
			}
			if j, ok := o.hidden[k]; ok {
				row[j], any = sign, true
			} else {
				is -= sign * seen[k]
			}
		}
		if any {
			o.rows, o.sums = append(o.rows, row), append(o.sums, is)
		}
	}
	return o
}

// between is how small and how large a hidden figure can be; +Inf without bound.
func (o *oracle) between(t fataler, k release.Key) (low, high float64) {
	j := o.hidden[k]
	return o.optimum(t, j, 1), -o.optimum(t, j, -1)
}

func (o *oracle) optimum(t fataler, j int, sign float64) float64 {
	c := make([]float64, len(o.keys))
	c[j] = sign
	f := simplex(c, o.rows, o.sums)
	if math.IsNaN(f) {
		t.Fatalf("oracle: the release contradicts itself")
	}
	return f
}

// fataler is what a test and a property have in common.
type fataler interface{ Fatalf(string, ...any) }
