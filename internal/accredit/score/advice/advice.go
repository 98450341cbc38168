// Package advice puts statistics beside official scores, so that people see
// where the rule and the evidence disagree. Nothing of it ever is a score, a
// rank or a reason by itself; it computes with floating point (ADR 14, P1.7).
package advice

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Cell is what one expert gave one application, out of 100.
type Cell struct {
	Application, Expert string
	Points              float64
}

// Estimate is what the ballots say of an application beyond its score.
type Estimate struct {
	Application  string
	N            int
	Mean, Median float64
	// Fair is the two-way estimate: what all experts together would have given
	// on average, each expert's severity taken out; Half is half its 95 %
	// interval. NaN where the design does not tell (Advice.Apart).
	Fair, Half float64
	// Z is the mean of the experts' standardised points; NaN where it would
	// mislead (Advice.NoZ).
	Z float64
}

// Offset is how much milder (above 0) or more severe an expert marks than all
// together, other things equal.
type Offset struct {
	Expert string
	N      int
	Points float64
	Half   float64 // of its 95 % interval; NaN = cannot be said
}

// Advice is all of it.
type Advice struct {
	Estimates []Estimate // by application
	Offsets   []Offset   // by expert; none where the design is apart
	Alpha     float64    // Krippendorff's, for intervals; NaN = cannot be said
	ICC       float64    // (2,1) of a complete design; NaN = the design is not complete
	Apart     bool       // experts and applications fall into groups that nothing compares
	NoZ       string     // text key: why there are no standardised points, "" = there are
}

// Text keys of Advice.NoZ.
const (
	NoZApart   = "score.advice.no_z.apart"
	NoZGrouped = "score.advice.no_z.grouped"
	NoZFew     = "score.advice.no_z.few"
)

// fewest ballots of an expert from which a spread of theirs can be told.
const fewest = 5

// Of computes the advice of a call. grouped says that panels were formed, not
// everybody at random: then standardised points would favour whoever was judged
// beside the weak. An application and expert stand in cells once at most.
func Of(cells []Cell, grouped bool) Advice {
	if len(cells) == 0 {
		return Advice{Alpha: math.NaN(), ICC: math.NaN(), NoZ: NoZFew}
	}
	d := newDesign(cells)
	a := Advice{Alpha: alpha(cells), ICC: d.icc(), Apart: !d.connected()}
	switch {
	case a.Apart:
		a.NoZ = NoZApart
	case grouped:
		a.NoZ = NoZGrouped
	case slices.Min(d.perExpert()) < fewest:
		a.NoZ = NoZFew
	}
	var f fit
	if !a.Apart {
		f = d.fit()
		for j, e := range d.experts {
			a.Offsets = append(a.Offsets, Offset{e, len(d.of(1, j)), f.effects[j], f.doubts[j]})
		}
	}
	z := d.standard()
	for i, app := range d.apps {
		points := d.of(0, i)
		slices.Sort(points)
		e := Estimate{Application: app, N: len(points), Mean: stat.Mean(points, nil), Median: median(points), Fair: math.NaN(), Half: math.NaN(), Z: math.NaN()}
		if !a.Apart {
			e.Fair, e.Half = f.fair[i], f.half[i]
		}
		if a.NoZ == "" {
			e.Z = z[i]
		}
		a.Estimates = append(a.Estimates, e)
	}
	return a
}

// design is who judged what, in numbers.
type design struct {
	cells         []Cell
	apps, experts []string
	at            [][2]int // of each cell
	byApp, byExp  [][]int  // cells of each
}

func newDesign(cells []Cell) *design {
	d := &design{cells: slices.Clone(cells)}
	slices.SortFunc(d.cells, func(a, b Cell) int {
		return cmp.Or(cmp.Compare(a.Application, b.Application), cmp.Compare(a.Expert, b.Expert))
	})
	for _, c := range d.cells {
		d.apps, d.experts = append(d.apps, c.Application), append(d.experts, c.Expert)
	}
	slices.Sort(d.experts)
	d.apps, d.experts = slices.Compact(d.apps), slices.Compact(d.experts)
	for _, c := range d.cells {
		i, _ := slices.BinarySearch(d.apps, c.Application)
		j, _ := slices.BinarySearch(d.experts, c.Expert)
		d.at = append(d.at, [2]int{i, j})
	}
	d.byApp, d.byExp = make([][]int, len(d.apps)), make([][]int, len(d.experts))
	for k, at := range d.at {
		d.byApp[at[0]], d.byExp[at[1]] = append(d.byApp[at[0]], k), append(d.byExp[at[1]], k)
	}
	return d
}

// of lists the points of an application (side 0) or expert (side 1).
func (d *design) of(side, n int) []float64 {
	list := d.byApp
	if side == 1 {
		list = d.byExp
	}
	out := make([]float64, len(list[n]))
	for i, k := range list[n] {
		out[i] = d.cells[k].Points
	}
	return out
}

func (d *design) perExpert() []int {
	n := make([]int, len(d.experts))
	for _, at := range d.at {
		n[at[1]]++
	}
	return n
}

// connected reports whether every application can be compared with every
// other, over experts they share.
func (d *design) connected() bool {
	group := make([]int, len(d.apps)+len(d.experts))
	for i := range group {
		group[i] = i
	}
	root := func(i int) int {
		for group[i] != i {
			i = group[i]
		}
		return i
	}
	for _, at := range d.at {
		group[root(at[0])] = root(len(d.apps) + at[1])
	}
	for i := range group {
		if root(i) != root(0) {
			return false
		}
	}
	return true
}

// standard is the mean of each application's points after each expert's were
// brought to mean 0 and deviation 1.
func (d *design) standard() []float64 {
	sum, n := make([]float64, len(d.apps)), make([]float64, len(d.apps))
	for j := range d.experts {
		mean, dev := stat.MeanStdDev(d.of(1, j), nil)
		for _, k := range d.byExp[j] {
			i := d.at[k][0]
			n[i]++
			if dev > 0 {
				sum[i] += (d.cells[k].Points - mean) / dev
			}
		}
	}
	for i := range sum {
		sum[i] /= n[i]
	}
	return sum
}

func nans(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.NaN()
	}
	return out
}

func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
