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
	steps   []vec
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

// all computes the steps and returns the result. Numbers that are needed no
// longer are given back.
func (r *run) all() (vec, error) {
	steps, out := r.program.steps, r.program.out
	r.steps = make([]vec, len(steps))
	last := lastUses(steps)
	for i, s := range steps {
		if s.op == opConst && int32(i) != out {
			continue // made when it is needed as a column
		}
		v, err := r.step(s)
		if err != nil {
			return vec{}, err
		}
		r.steps[i] = v
		for _, a := range s.operands() {
			if shares(v, r.steps[a]) {
				r.steps[a].own, r.steps[i].own = false, false
			}
			if last[a] == int32(i) && a != out {
				giveBack(&r.steps[a])
			}
		}
	}
	return r.steps[out].clean(), nil
}

// operands lists the steps that s needs.
func (s step) operands() []int32 { return s.args[:arity[s.op]] }

var arity = [...]int{opNeg: 1, opAbs: 1, opNot: 1, opRound: 1, opAdd: 2, opSub: 2, opMul: 2, opDiv: 2, opMin: 2, opMax: 2,
	opLess: 2, opLessEq: 2, opEqual: 2, opUnequal: 2, opMoreEq: 2, opMore: 2, opAnd: 2, opOr: 2, opIf: 3, opCoalesce: 2,
	opMissing: 1, opReported: 0, opShare: 1, opCount: 1}

// lastUses returns for each step the last one that needs it.
func lastUses(steps []step) []int32 {
	last := make([]int32, len(steps))
	for i, s := range steps {
		for _, a := range s.operands() {
			last[a] = int32(i)
		}
	}
	return last
}

// col returns the column of an earlier step.
func (r *run) col(nr int32) vec {
	if s := r.program.steps[nr]; s.op == opConst && r.steps[nr].State == nil {
		r.steps[nr] = r.constant(s.num)
	}
	return r.steps[nr]
}

// step computes one column from those before it.
func (r *run) step(s step) (vec, error) {
	if s.op == opMul {
		return r.times(s.args[0], s.args[1]), nil
	}
	var arg [3]vec
	for i, nr := range s.operands() {
		arg[i] = r.col(nr)
	}
	a, b, c := arg[0], arg[1], arg[2]
	switch s.op {
	case opConst:
		return r.constant(s.num), nil
	case opRef:
		return r.cols[s.args[0]], nil
	case opReported:
		return r.reported(s.args[0]), nil
	case opAdd, opSub, opDiv:
		return r.arithmetic(s.op, a, b), nil
	case opLess, opLessEq, opEqual, opUnequal, opMoreEq, opMore, opMin, opMax:
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

// Whole returns n cells of state Value, to be read only. Columns that share
// them need not be looked through.
func Whole(n int) []State {
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

// isWhole reports whether a column's states are those of Whole.
func isWhole(state []State) bool {
	return len(state) > 0 && &state[0] == &Whole(len(state))[0]
}

func (r *run) constant(f frac) vec {
	v := vec{Column: Column{State: Whole(r.n), Num: r.numbers()}, whole: true, own: true}
	for i := range v.Num {
		v.Num[i] = f.num
	}
	if f.den != 1 {
		v.Den = r.numbers()
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
		return vec{Column: Column{State: Whole(r.n)}, whole: true}
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
