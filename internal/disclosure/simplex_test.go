package disclosure_test

import "math"

const tiny = 1e-9

// simplex minimises c·x where a·x = b and x ≥ 0, by Bland's rule, which never
// goes in circles. It returns -Inf without bound, and NaN where nothing holds.
func simplex(c []float64, a [][]float64, b []float64) float64 {
	m, n := len(a), len(c)
	tab := make([][]float64, m)
	basis := make([]int, m)
	first := make([]float64, n+m+1) // costs of the first phase: what is made up
	for i := range a {
		sign := 1.0
		if b[i] < 0 {
			sign = -1
		}
		tab[i] = make([]float64, n+m+1)
		for j, x := range a[i] {
			tab[i][j] = sign * x
			first[j] -= sign * x
		}
		tab[i][n+i], tab[i][n+m], basis[i] = 1, sign*b[i], n+i
		first[n+m] -= sign * b[i]
	}
	run(tab, basis, first, n)
	if first[n+m] < -1e-6 {
		return math.NaN()
	}
	for i := range basis { // what was made up goes out
		for j := 0; j < n && basis[i] >= n; j++ {
			if math.Abs(tab[i][j]) > tiny {
				turn(tab, basis, first, i, j)
			}
		}
	}
	cost := append(append([]float64(nil), c...), make([]float64, m+1)...)
	for i, j := range basis {
		if j < n && c[j] != 0 {
			for x := range cost {
				cost[x] -= c[j] * tab[i][x]
			}
		}
	}
	if !run(tab, basis, cost, n) {
		return math.Inf(-1)
	}
	return -cost[n+m]
}

// run turns until no cost is below zero; false without bound.
func run(tab [][]float64, basis []int, cost []float64, n int) bool {
	last := len(cost) - 1
	for {
		in := -1
		for j := 0; j < n && in < 0; j++ {
			if cost[j] < -tiny {
				in = j
			}
		}
		if in < 0 {
			return true
		}
		out, best := -1, math.Inf(1)
		for i := range tab {
			if tab[i][in] <= tiny {
				continue
			}
			if q := tab[i][last] / tab[i][in]; q < best-tiny || q < best+tiny && basis[i] < basis[out] {
				out, best = i, q
			}
		}
		if out < 0 {
			return false
		}
		turn(tab, basis, cost, out, in)
	}
}

func turn(tab [][]float64, basis []int, cost []float64, out, in int) {
	p := tab[out][in]
	for j := range tab[out] {
		tab[out][j] /= p
	}
	for i := range tab {
		if f := tab[i][in]; i != out && f != 0 {
			for j := range tab[i] {
				tab[i][j] -= f * tab[out][j]
			}
		}
	}
	f := cost[in]
	for j := range cost {
		cost[j] -= f * tab[out][j]
	}
	basis[out] = in
}
