package formula

import "slices"

// Type is what a formula gives.
type Type string

// The types of formulas.
const (
	Number Type = "number"
	Truth  Type = "truth" // a validation rule; in a column true is 1 and false is 0
)

// Program is a checked formula. It is immutable and safe for concurrent use.
type Program struct {
	Source string
	Type   Type
	Unit   Unit

	root  *node
	steps []step
	refs  []Ref
	out   int32 // the step that is the result
}

// Refs lists what Eval loads, without repetition, in the order of the source.
func (p *Program) Refs() []Ref { return append([]Ref(nil), p.refs...) }

// String returns the canonical spelling of the formula.
func (p *Program) String() string { return p.root.String() }

// Eval computes p for every area of env at once. Missing says what to do where
// units have not reported. It fails with Invalid for a policy that is none, and
// with what env fails with.
func (p *Program) Eval(env Env, m Missing) (Result, error) {
	pol, err := m.policy()
	if err != nil {
		return Result{}, err
	}
	r := &run{env: env, policy: pol, n: env.Len(), program: p}
	if err := r.load(); err != nil {
		return Result{}, err
	}
	out, err := r.all()
	if err != nil {
		return Result{}, err
	}
	cover := make([]Coverage, len(r.loaded))
	for i := range cover {
		cover[i] = r.loaded[i].Coverage
	}
	return Result{Column: out.Column, Coverage: worst(cover)}, nil
}

// Calls lists the functions that the formula itself calls, by name.
func (p *Program) Calls() (names []string) {
	p.root.walk(func(n *node) {
		if n.kind == nCall {
			names = append(names, n.name)
		}
	})
	slices.Sort(names)
	return slices.Compact(names)
}
