package formula

import (
	"fmt"
	"sync"
)

// run is one evaluation.
type run struct {
	env     Env
	policy  policy
	n       int
	program *Program
	loaded  []Loaded
	cols    []vec // of loaded, after the policy
}

func (r *run) load() error {
	r.loaded = make([]Loaded, len(r.program.refs))
	r.cols = make([]vec, len(r.program.refs))
	for i, ref := range r.program.refs {
		l, err := r.env.Load(ref)
		if err != nil {
			return err
		}
		r.loaded[i] = l
		if r.cols[i], err = r.policy.load(l, r.n); err != nil {
			return fmt.Errorf("load %s: %w", ref.Code, err)
		}
	}
	return nil
}

// step computes one column from those before it.
func (r *run) step(s step, cols []vec) (vec, error) {
	a, b, c := cols[s.args[0]], cols[s.args[1]], cols[s.args[2]]
	switch s.op {
	case opConst:
		return r.constant(s.num), nil
	case opRef:
		return r.cols[s.args[0]], nil
	case opReported:
		return r.reported(s.args[0]), nil
	case opAdd, opSub, opMul, opDiv:
		return r.arithmetic(s.op, a, b), nil
	case opLess, opLessEq, opEqual, opUnequal, opMin, opMax:
		return r.compare(s.op, a, b), nil
	case opAnd, opOr:
		return r.logic(s.op, a, b), nil
	case opNeg, opAbs, opRound:
		return r.shape(s, a), nil
	case opNot, opMissing:
		return r.test(s.op, a), nil
	case opIf:
		return r.choose(a, b, c), nil
	case opCoalesce:
		return r.coalesce(a, b), nil
	case opShare:
		return r.share(a, s.level)
	case opCount:
		return r.count(a, s.level)
	}
	panic(fmt.Sprintf("formula: no step %d", s.op))
}

var wholeCache struct {
	sync.Mutex
	state []State
}

// allValue returns n cells of state Value, to be read only.
func allValue(n int) []State {
	wholeCache.Lock()
	defer wholeCache.Unlock()
	if len(wholeCache.state) < n {
		wholeCache.state = make([]State, n)
		for i := range wholeCache.state {
			wholeCache.state[i] = Value
		}
	}
	return wholeCache.state[:n:n]
}

func (r *run) constant(f frac) vec {
	v := vec{Column: Column{State: allValue(r.n), Num: make([]int64, r.n)}, whole: true}
	for i := range v.Num {
		v.Num[i] = f.num
	}
	if f.den != 1 {
		v.Den = make([]int64, r.n)
		for i := range v.Den {
			v.Den[i] = f.den
		}
	}
	return v
}

// rank orders the states that are not known: the greater wins.
var rank = [...]uint8{Value: 0, Nil: 0, NotApplicable: 1, NotReported: 2, Withheld: 3, NotComputable: 4}

// joined is the state of what is made of two cells.
var joined = func() (t [8][8]State) {
	for a := range State(6) {
		for b := range State(6) {
			switch {
			case a.Known() && b.Known():
				t[a][b] = Value
			case rank[a] >= rank[b]:
				t[a][b] = a
			default:
				t[a][b] = b
			}
		}
	}
	return t
}()

// join returns a column with the states, and causes, of what is made of a and
// b, without numbers.
func (r *run) join(a, b vec) vec {
	if a.whole && b.whole {
		return vec{Column: Column{State: allValue(r.n)}, whole: true}
	}
	out := vec{Column: Column{State: make([]State, r.n)}}
	for i := range out.State {
		out.State[i] = joined[a.State[i]&7][b.State[i]&7]
	}
	if a.Cause != nil || b.Cause != nil {
		out.Cause = make([]Cause, r.n)
		for i, s := range out.State {
			if s == NotComputable {
				out.Cause[i] = causeOf(a.Column, b.Column, i)
			}
		}
	}
	return out
}

// causeOf returns the cause of the first of a and b that is not computable.
func causeOf(a, b Column, i int) Cause {
	if a.State[i] != NotComputable {
		a = b
	}
	if a.Cause == nil {
		return NoCause
	}
	return a.Cause[i]
}

// mark makes cell i not computable.
func (v *vec) mark(i int, why Cause) {
	if v.whole {
		v.State, v.whole = append([]State(nil), v.State...), false
	}
	if v.Cause == nil {
		v.Cause = make([]Cause, len(v.State))
	}
	v.State[i], v.Cause[i] = NotComputable, why
}
