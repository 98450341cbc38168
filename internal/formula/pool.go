package formula

import "sync"

// pool keeps the numbers of columns that are needed no longer.
var pool sync.Pool

// numbers returns room for the numbers of a column, with anything in it.
func (r *run) numbers() []int64 {
	if p, ok := pool.Get().(*[]int64); ok && cap(*p) >= r.n {
		return (*p)[:r.n]
	}
	return make([]int64, r.n)
}

// giveBack gives the numbers of a column back, if they are its own.
func giveBack(v *vec) {
	if !v.own {
		return
	}
	num, den := v.Num, v.Den
	pool.Put(&num)
	if den != nil {
		pool.Put(&den)
	}
	v.own = false
}

// shares reports whether a column has numbers of another.
func shares(v, of vec) bool {
	same := func(a, b []int64) bool { return len(a) > 0 && len(b) > 0 && &a[0] == &b[0] }
	return same(v.Num, of.Num) || same(v.Den, of.Den) || same(v.Den, of.Num)
}

// clean leaves nothing behind where a cell is not known.
func (v vec) clean() vec {
	if v.whole || !v.own {
		return v
	}
	for i, s := range v.State {
		if !s.Known() {
			v.set(i, frac{0, 1})
		}
	}
	return v
}
