package formula

import (
	"fmt"
	"math/big"

	"xuedu/internal/errs"
)

// Check fails with Invalid if m is no policy, or its share is not a decimal
// above 0 and at most 1.
func (m Missing) Check() error {
	_, err := m.policy()
	return err
}

// policy is Missing as Eval needs it: complete is the share that must have
// reported; zero says that nothing must.
type policy struct {
	complete frac
	zero     bool
}

func (m Missing) policy() (policy, error) {
	switch m.Policy {
	case "", RequireAll:
		return policy{complete: frac{1, 1}}, nil
	case TreatAsZero:
		return policy{zero: true}, nil
	case RequireShare:
		n, fault := parse(m.Share)
		if fault != nil || n.kind != nNumber {
			return policy{}, errs.InvalidField("missing", "formula.bad_share", "Share", m.Share)
		}
		f := constant(n.name)
		if f.num <= 0 || f.num > f.den {
			return policy{}, errs.InvalidField("missing", "formula.bad_share", "Share", m.Share)
		}
		return policy{complete: f}, nil
	}
	return policy{}, errs.InvalidField("missing", "formula.bad_policy", "Policy", m.Policy)
}

// enough reports whether so many of those who owe a value are enough.
func (p policy) enough(reported, owing int32) bool {
	if p.zero || reported >= owing {
		return true
	}
	return frac{int64(reported), int64(max(owing, 1))}.cmp(p.complete) >= 0
}

// vec is a column on its way. Where a cell is not known its number means
// nothing. A Nil cell has the number 0.
type vec struct {
	Column
	whole bool // every cell is Value
	own   bool // Num and Den belong to this column alone, and may be given back
}

// load turns a loaded column into what the policy makes of it. The loaded
// column itself stays as it is.
func (p policy) load(l Loaded, n int) (vec, error) {
	if l.Len() != n || len(l.Num) != n || l.Den != nil && len(l.Den) != n || l.Expected != nil && len(l.Expected) != n {
		return vec{}, fmt.Errorf("formula: column of %d cells for %d areas", l.Len(), n)
	}
	v, own := vec{Column: l.Column, whole: true}, false
	if l.Expected == nil && isWhole(l.State) {
		return v, nil
	}
	for i, s := range l.State {
		to := s
		switch {
		case s.Known() && l.Expected != nil && !p.enough(l.Reported[i], l.Expected[i]):
			to = NotReported
		case s == NotReported && p.zero:
			to = Value
		case s == Value:
			continue
		}
		v.whole = v.whole && to == Value
		if to == s && (s != Nil || l.Num[i] == 0) {
			continue
		}
		if !own {
			v.Column, own = l.Column.clone(), true
		}
		v.put(i, to, 0)
	}
	return v, nil
}

func (c Column) clone() Column {
	c.State = append([]State(nil), c.State...)
	c.Num = append([]int64(nil), c.Num...)
	if c.Den != nil {
		c.Den = append([]int64(nil), c.Den...)
	}
	if len(c.Big) > 0 {
		old := c.Big
		c.Big = make(map[int]*big.Rat, len(old))
		for i, r := range old {
			c.Big[i] = r
		}
	}
	return c
}

// put makes cell i a whole number.
func (c *Column) put(i int, s State, num int64) {
	c.State[i], c.Num[i] = s, num
	if c.Den != nil {
		c.Den[i] = 1
	}
	delete(c.Big, i)
}

// worst returns, for each area, the coverage of the reference that is covered
// worst there; nil where nothing can be missing.
func worst(all []Coverage) Coverage {
	var out Coverage
	own := false
	for _, c := range all {
		switch {
		case c.Expected == nil:
		case out.Expected == nil:
			out = c
		default:
			if !own {
				out, own = out.clone(), true
			}
			out.worsen(c)
		}
	}
	return out
}

func (c Coverage) clone() Coverage {
	return Coverage{append([]int32(nil), c.Expected...), append([]int32(nil), c.Reported...), append([]int32(nil), c.NotApplicable...)}
}

// worsen takes the cells of d that are covered worse; of equals the one that
// stands for more units.
func (c *Coverage) worsen(d Coverage) {
	for i := range c.Expected {
		a, b := c.share(i), d.share(i)
		if k := b.cmp(a); k < 0 || k == 0 && d.Expected[i] > c.Expected[i] {
			c.Expected[i], c.Reported[i], c.NotApplicable[i] = d.Expected[i], d.Reported[i], d.NotApplicable[i]
		}
	}
}

// share returns the share of cell i that has reported; 1 if nobody owes.
func (c Coverage) share(i int) frac {
	if c.Expected[i] <= 0 {
		return frac{1, 1}
	}
	return frac{int64(c.Reported[i]), int64(c.Expected[i])}
}
