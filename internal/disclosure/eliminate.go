package disclosure

import (
	"math/big"
	"slices"
)

// mostCore bounds the equations that are eliminated at once. Larger ones do not
// come about: a row with a figure of its own tells nothing and is left out.
const mostCore = 1500

// eliminate finds the figures that follow from several rows together.
func (a *attack) eliminate() {
	a.solved = map[int32][]int32{}
	for _, core := range a.cores() {
		if len(core) <= mostCore {
			a.solve(core)
		}
	}
}

// unseen are the figures of a row that are not known, with their signs.
func (a *attack) unseen(r int) (list []int32) {
	for _, v := range a.rows.at(r) {
		if a.vars[v].low < a.vars[v].high {
			list = append(list, v)
		}
	}
	return list
}

// cores are the rows that can tell something together, in connected groups: a
// row with an unknown figure that is in no other row tells nothing about the
// others, and goes.
func (a *attack) cores() [][]int32 {
	live, count := map[int32][]int32{}, map[int32]int{}
	for r := range a.rows.len() {
		if a.rows.sense[r] != equal {
			continue
		}
		if list := a.unseen(r); len(list) > 0 {
			live[int32(r)] = list
			for _, v := range list {
				count[v]++
			}
		}
	}
	var loose []int32
	for r, list := range live {
		if a.single(list, count) {
			loose = append(loose, r)
		}
	}
	for len(loose) > 0 {
		r := loose[len(loose)-1]
		loose = loose[:len(loose)-1]
		list, ok := live[r]
		if !ok {
			continue
		}
		delete(live, r)
		for _, v := range list {
			if count[v]--; count[v] == 1 {
				loose = append(loose, a.alone(v, live)...)
			}
		}
	}
	return a.connected(live)
}

func (a *attack) single(list []int32, count map[int32]int) bool {
	return len(list) > 1 && slices.ContainsFunc(list, func(v int32) bool { return count[v] == 1 })
}

// alone is the only row left of a figure.
func (a *attack) alone(v int32, live map[int32][]int32) (out []int32) {
	for _, r := range a.rows.having(v) {
		if len(live[r]) > 1 {
			out = append(out, r)
		}
	}
	return out
}

// connected groups rows that share unknown figures.
func (a *attack) connected(live map[int32][]int32) (groups [][]int32) {
	order := make([]int32, 0, len(live))
	for r := range live {
		order = append(order, r)
	}
	slices.Sort(order)
	seen := map[int32]bool{}
	for _, r := range order {
		if seen[r] {
			continue
		}
		group := []int32{r}
		seen[r] = true
		for i := 0; i < len(group); i++ {
			for _, v := range live[group[i]] {
				for _, s := range a.rows.having(v) {
					if _, ok := live[s]; ok && !seen[s] {
						seen[s] = true
						group = append(group, s)
					}
				}
			}
		}
		groups = append(groups, group)
	}
	return groups
}

// equation is a sum of unknown figures with factors, equal to a number, and the
// rows it was made from.
type equation struct {
	of   map[int32]*big.Rat
	is   *big.Rat
	lead int32 // what it is solved for
	rows []int32
}

// solve eliminates (Gauss–Jordan, exact) and keeps the figures that come out.
func (a *attack) solve(core []int32) {
	list := make([]*equation, 0, len(core))
	for _, r := range core {
		list = append(list, a.equation(int(r)))
	}
	var done []*equation
	for _, e := range list {
		for _, d := range done {
			e.reduce(d)
		}
		if len(e.of) == 0 {
			continue
		}
		e.unit(e.pivot())
		for _, d := range done {
			d.reduce(e)
		}
		done = append(done, e)
	}
	for _, e := range done {
		if len(e.of) == 1 && e.is.IsInt() {
			v := e.pivot()
			if n := floor(e.is); n >= a.vars[v].low && n <= a.vars[v].high {
				a.vars[v].low, a.vars[v].high = n, n
				a.solved[v] = e.rows
			}
		}
	}
}

func (a *attack) equation(r int) *equation {
	e := &equation{of: map[int32]*big.Rat{}, is: new(big.Rat), rows: []int32{int32(r)}}
	for i, v := range a.rows.at(r) {
		sign := int64(-1)
		if i == 0 {
			sign = 1
		}
		if x := &a.vars[v]; x.low < x.high {
			e.of[v] = big.NewRat(sign, 1)
		} else {
			e.is.Sub(e.is, big.NewRat(sign*x.low, 1))
		}
	}
	return e
}

// pivot is the lowest figure of an equation.
func (e *equation) pivot() int32 {
	low := int32(-1)
	for v := range e.of {
		if low < 0 || v < low {
			low = v
		}
	}
	return low
}

// unit solves an equation for a figure: its factor is 1, and no
// other solved equation keeps it.
func (e *equation) unit(v int32) {
	by := new(big.Rat).Inv(e.of[v])
	for _, f := range e.of {
		f.Mul(f, by)
	}
	e.is.Mul(e.is, by)
	e.lead = v
}

// reduce takes the lead of d out of e.
func (e *equation) reduce(d *equation) {
	f, ok := e.of[d.lead]
	if !ok || e == d {
		return
	}
	by := new(big.Rat).Set(f)
	for v, x := range d.of {
		y, ok := e.of[v]
		if !ok {
			y = new(big.Rat)
			e.of[v] = y
		}
		if y.Sub(y, new(big.Rat).Mul(by, x)); y.Sign() == 0 {
			delete(e.of, v)
		}
	}
	e.is.Sub(e.is, new(big.Rat).Mul(by, d.is))
	for _, r := range d.rows {
		if !slices.Contains(e.rows, r) {
			e.rows = append(e.rows, r)
		}
	}
}
