package formula

import "fmt"

// share divides each cell by that of its ancestor at a level.
func (r *run) share(a vec, level string) (vec, error) {
	anc, err := r.env.Ancestor(level)
	if err != nil {
		return vec{}, err
	}
	if len(anc) != r.n {
		return vec{}, fmt.Errorf("formula: ancestors of %d areas for %d", len(anc), r.n)
	}
	whole := r.blank(a)
	for i, j := range anc {
		if j < 0 {
			whole.mark(i, NoLevel)
			whole.set(i, frac{0, 1})
			continue
		}
		whole.takeFrom(a, i, int(j))
	}
	return r.arithmetic(opDiv, a, whole), nil
}

// takeFrom takes cell j of another column as cell i.
func (v *vec) takeFrom(from vec, i, j int) {
	switch v.State[i] = from.State[j]; v.State[i] {
	case NotComputable:
		v.mark(i, causeOf(from.Column, from.Column, j))
		v.set(i, frac{0, 1})
	case Value, Nil:
		f, r := from.frac(j)
		if r != nil {
			v.setBig(i, r)
			return
		}
		v.set(i, f)
	default:
		v.set(i, frac{0, 1})
	}
}

// reported counts the units that gave a value. What records itself has no
// units that owe: it counts as one where it is known.
func (r *run) reported(ref int32) vec {
	v := r.constant(frac{0, 1})
	l := r.loaded[ref]
	for i := range v.Num {
		switch {
		case l.Expected != nil:
			v.Num[i] = int64(l.Reported[i])
		case l.State[i].Known():
			v.Num[i] = 1
		}
	}
	return v
}

// tally counts units up to a preorder number: those in all, by state, and
// those whose condition is true.
type tally struct {
	all, yes int32
	by       [6]int32
}

// count counts, for each area, the units of a level whose condition is true.
// A unit it does not apply to is left out; a unit where it cannot be told is
// treated as one that has not reported.
func (r *run) count(cond vec, level string) (vec, error) {
	last, of, err := r.env.Within(level)
	if err != nil {
		return vec{}, err
	}
	if len(last) != r.n || len(of) != r.n {
		return vec{}, fmt.Errorf("formula: ranges of %d areas for %d", len(last), r.n)
	}
	upTo := make([]tally, r.n+1)
	next := make([]int32, r.n+1) // the first unit from here on that is not computable
	for i, is := range of {
		t := upTo[i]
		if is {
			t.all++
			t.by[cond.State[i]]++
			if cond.State[i].Known() {
				t.yes += int32(cond.Num[i])
			}
		}
		upTo[i+1] = t
	}
	for i := r.n - 1; i >= 0; i-- {
		if next[i] = next[i+1]; of[i] && cond.State[i] == NotComputable {
			next[i] = int32(i)
		}
	}
	out := r.blank()
	for i := range out.State {
		t := upTo[last[i]].less(upTo[i])
		if out.State[i] = r.policy.units(t); out.State[i] == NotComputable {
			out.mark(i, causeOf(cond.Column, cond.Column, int(next[i])))
		}
		if out.State[i] == Value {
			out.Num[i] = int64(t.yes)
		}
	}
	return out, nil
}

func (t tally) less(u tally) tally {
	t.all, t.yes = t.all-u.all, t.yes-u.yes
	for i := range t.by {
		t.by[i] -= u.by[i]
	}
	return t
}

// units returns the state of a count of units.
func (p policy) units(t tally) State {
	known := t.by[Value] + t.by[Nil]
	owing := t.all - t.by[NotApplicable]
	switch {
	case owing == 0:
		return NotApplicable
	case known == owing, p.zero, frac{int64(known), int64(owing)}.cmp(p.complete) >= 0:
		return Value
	case t.by[NotComputable] > 0:
		return NotComputable
	case t.by[Withheld] > 0:
		return Withheld
	}
	return NotReported
}
