package advice

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// fit is the two-way fixed-effects fit, effects of experts summing to zero,
// with half the 95 % interval of each.
type fit struct{ fair, half, effects, doubts []float64 }

// fit solves least squares of one parameter an application and one an expert.
// The applications' are eliminated first, so the system has the size of the
// experts: 5,000 applications cost no more than their ballots.
func (d *design) fit() fit {
	n, k := len(d.apps), len(d.experts)
	out := fit{fair: nans(n), half: nans(n), effects: nans(k), doubts: nans(k)}
	left, right := d.reduced()
	var chol mat.Cholesky
	if !chol.Factorize(left) {
		return out
	}
	var effects mat.VecDense
	var inv mat.SymDense
	if chol.SolveVecTo(&effects, right) != nil || chol.InverseTo(&inv) != nil {
		return out
	}
	copy(out.effects, effects.RawVector().Data)
	for i := range d.apps {
		sum := 0.0
		for _, c := range d.byApp[i] {
			sum += d.cells[c].Points - out.effects[d.at[c][1]]
		}
		out.fair[i] = sum / float64(len(d.byApp[i]))
	}
	d.intervals(&out, &inv)
	return out
}

// reduced is the system of the experts' effects. A one everywhere divided by
// their number makes it regular and lets the effects sum to zero.
func (d *design) reduced() (*mat.SymDense, *mat.VecDense) {
	k := len(d.experts)
	left, right := mat.NewSymDense(k, nil), mat.NewVecDense(k, nil)
	for j := range k {
		for i := j; i < k; i++ {
			left.SetSym(j, i, 1/float64(k))
		}
	}
	for i, cells := range d.byApp {
		mean, share := stat.Mean(d.of(0, i), nil), 1/float64(len(cells))
		for _, a := range cells {
			j := d.at[a][1]
			left.SetSym(j, j, left.At(j, j)+1)
			right.SetVec(j, right.AtVec(j)+d.cells[a].Points-mean)
			for _, b := range cells {
				if l := d.at[b][1]; l >= j {
					left.SetSym(j, l, left.At(j, l)-share)
				}
			}
		}
	}
	return left, right
}

// intervals fills in what the noise leaves open; inv is the inverse of the
// reduced system.
func (d *design) intervals(out *fit, inv *mat.SymDense) {
	k := float64(len(d.experts))
	free := len(d.cells) - len(d.apps) - len(d.experts) + 1
	if free <= 0 {
		return // nothing is left to tell noise from
	}
	noise := 0.0
	for c, at := range d.at {
		rest := d.cells[c].Points - out.fair[at[0]] - out.effects[at[1]]
		noise += rest * rest
	}
	noise /= float64(free)
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(free)}.Quantile(0.975)
	for i, cells := range d.byApp {
		m := float64(len(cells))
		v := 1 / m
		for _, a := range cells {
			for _, b := range cells {
				v += (inv.At(d.at[a][1], d.at[b][1]) - 1/k) / (m * m)
			}
		}
		out.half[i] = t * math.Sqrt(noise*v)
	}
	for j := range out.doubts {
		out.doubts[j] = t * math.Sqrt(noise*max(inv.At(j, j)-1/k, 0))
	}
}
