package formula

import (
	"cmp"
	"slices"
	"strings"
)

// maxSteps bounds a program once the indicators it names are put in.
const maxSteps = 2000

// checker turns a formula into code, and notes all that is wrong with it.
type checker struct {
	code
	symbols  Symbols
	problems []Problem
	nodes    int
}

// scope is what stands around a part of a formula.
type scope struct {
	filter []*given // from D01[theme=health]: for every measure inside that knows the dimension
	back   int      // from prev
	op     Op       // from ytd
	path   []string // indicators that were put in, from the outside
	site   *node    // the outermost of them, where problems inside are shown; nil = none
}

// given is a part of a filter that was put on an indicator; used says whether
// a measure inside knows it.
type given struct {
	part
	used bool
}

// val is a part that was checked.
type val struct {
	nr    int32 // its step
	typ   Type
	unit  Unit
	free  bool // written numbers only: goes with every unit
	ok    bool // false: what is wrong was noted
	terms []term
}

func (c *checker) fail(s scope, off, end int, key string, args ...any) val {
	p := Problem{Offset: off, Length: end - off, Key: key, Args: args}
	if s.site != nil && key != "formula.cycle" && key != "formula.too_big" {
		p.Key, p.Args = "formula.broken", []any{"Code", s.path[0]}
	}
	if s.site != nil {
		p.Offset, p.Length = s.site.off, s.site.end-s.site.off
	}
	c.note(p)
	return val{}
}

func (c *checker) note(p Problem) {
	same := func(o Problem) bool { return o.Offset == p.Offset && o.Length == p.Length && o.Key == p.Key }
	if !slices.ContainsFunc(c.problems, same) {
		c.problems = append(c.problems, p)
	}
}

func (c *checker) failNode(s scope, n *node, key string, args ...any) val {
	return c.fail(s, n.off, n.end, key, args...)
}

// lower checks n and makes its code.
func (c *checker) lower(n *node, s scope) val {
	if c.nodes++; c.nodes > maxSteps {
		return c.failNode(s, n, "formula.too_big", "N", maxSteps)
	}
	switch n.kind {
	case nNumber:
		nr := c.emit(step{op: opConst, num: constant(n.name)})
		return val{nr: nr, typ: Number, free: true, ok: true}
	case nRef:
		return c.reference(n, s)
	case nUnary:
		return c.unary(n, s)
	case nBinary:
		return c.binaryNode(n, s)
	}
	return c.call(n, s)
}

// number checks an argument that must be a number; truth one that must be true
// or false.
func (c *checker) number(n *node, s scope) val { return c.typed(n, s, Number, "formula.want_number") }
func (c *checker) truth(n *node, s scope) val  { return c.typed(n, s, Truth, "formula.want_truth") }

func (c *checker) typed(n *node, s scope, t Type, key string) val {
	v := c.lower(n, s)
	if v.ok && v.typ != t {
		return c.failNode(s, n, key)
	}
	return v
}

func (c *checker) unary(n *node, s scope) val {
	if n.name == "not" {
		v := c.truth(n.args[0], s)
		v.nr, v.terms = c.emit(step{op: opNot, args: [3]int32{v.nr}}), nil
		return v
	}
	v := c.number(n.args[0], s)
	v.nr, v.terms = c.emit(step{op: opNeg, args: [3]int32{v.nr}}), negated(v.terms)
	return v
}

func (c *checker) binaryNode(n *node, s scope) val {
	check := c.number
	if n.name == "and" || n.name == "or" {
		check = c.truth
	}
	a, b := check(n.args[0], s), check(n.args[1], s)
	if !a.ok || !b.ok {
		return val{}
	}
	out := val{typ: Number, ok: true, free: a.free && b.free}
	switch n.name {
	case "and", "or":
		out.typ = Truth
	case "*":
		out.unit, out.terms = a.unit.Times(b.unit), merged(a.terms, b.terms)
	case "/":
		out.unit, out.terms = a.unit.Over(b.unit), a.terms
	case "+", "-":
		out = c.sum(n, s, a, b)
	default: // comparisons
		out = c.alike(n, s, []val{a, b})
		out.typ, out.unit, out.free, out.terms = Truth, "", false, nil
	}
	if out.ok {
		out.nr = c.binary(n.name, a.nr, b.nr)
	}
	return out
}

// alike checks that all have one unit; written numbers go with every unit. The
// result has that unit, and the terms of all.
func (c *checker) alike(n *node, s scope, vals []val) val {
	out := val{typ: vals[0].typ, ok: true, free: true}
	for _, v := range vals {
		out.terms = merged(out.terms, v.terms)
		switch {
		case v.free:
		case out.free:
			out.unit, out.free = v.unit, false
		case v.unit != out.unit:
			return c.units(n, s, out.unit, v.unit)
		}
	}
	return out
}

func (c *checker) units(n *node, s scope, a, b Unit) val {
	if a == "" || b == "" {
		return c.failNode(s, n, "formula.units_pure", "Unit", string(cmp.Or(a, b)))
	}
	return c.failNode(s, n, "formula.units", "A", string(a), "B", string(b))
}

// sum checks a + b and a - b.
func (c *checker) sum(n *node, s scope, a, b val) val {
	if a.unit != b.unit {
		return c.units(n, s, a.unit, b.unit)
	}
	add := b.terms
	if n.name == "-" {
		add = negated(add)
	}
	for _, y := range add {
		for _, x := range a.terms {
			if key, args := x.clash(y); key != "" {
				return c.failNode(s, n, key, args...)
			}
		}
	}
	return val{typ: Number, ok: true, unit: a.unit, free: a.free && b.free, terms: merged(a.terms, add)}
}

// Compile reads and checks a formula. All that is wrong with it is returned at
// once, in the order of the source; with problems there is no program. What
// cannot be read is one problem, since nothing behind it is understood.
func Compile(src string, symbols Symbols) (*Program, []Problem) {
	n, fault := parse(src)
	if fault != nil {
		return nil, []Problem{*fault}
	}
	c := &checker{symbols: symbols}
	v := c.lower(n, scope{})
	if len(c.problems) > 0 {
		slices.SortStableFunc(c.problems, func(a, b Problem) int {
			return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Length, b.Length), strings.Compare(a.Key, b.Key))
		})
		return nil, c.problems
	}
	return &Program{Source: src, Type: v.typ, Unit: v.unit, root: n, steps: c.steps, refs: c.refs, out: v.nr}, nil
}
