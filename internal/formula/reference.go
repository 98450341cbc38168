package formula

import (
	"fmt"
	"slices"
	"strings"
)

// reference checks a code with its filter.
func (c *checker) reference(n *node, s scope) val {
	sym, ok := c.symbols.Symbol(n.name)
	switch {
	case !ok:
		return c.unknown(n, s)
	case sym.Inline != "":
		return c.inline(n, sym, s)
	}
	filter, ok := c.filter(n, sym, s)
	if !ok {
		return val{}
	}
	if s.op == YTD && !sym.Span && (sym.Time == Distinct || sym.Time == None) {
		return c.failNode(s, n, "formula.ytd", "Code", n.name)
	}
	r := Ref{Code: sym.Code, Filter: filterText(filter), Op: s.op, Back: s.back}
	nr := c.emit(step{op: opRef, args: [3]int32{c.ref(r)}})
	return val{nr: nr, typ: Number, unit: sym.Unit.Canonical(), ok: true, terms: []term{{Ref: r, sym: &sym, filter: filter}}}
}

func (c *checker) unknown(n *node, s scope) val {
	near := c.symbols.Near(n.name)
	if len(near) == 0 {
		return c.failNode(s, n, "formula.unknown", "Code", n.name)
	}
	return c.failNode(s, n, "formula.unknown_near", "Code", n.name, "Near", strings.Join(near, ", "))
}

// filter checks the filter of a measure, and adds what the indicator around it
// was given.
func (c *checker) filter(n *node, sym Symbol, s scope) ([]part, bool) {
	out, ok := slices.Clone(n.filter), true
	for _, p := range n.filter {
		i := slices.IndexFunc(sym.Dims, func(d Dim) bool { return d.Name == p.dim })
		if i < 0 {
			c.noDim(p, s, sym.Code, dimNames(sym.Dims))
			ok = false
		} else if !c.hasValue(sym.Dims[i], p, s) {
			ok = false
		}
	}
	for _, g := range s.filter {
		i := slices.IndexFunc(sym.Dims, func(d Dim) bool { return d.Name == g.dim })
		if i < 0 {
			continue
		}
		g.used = true
		switch {
		case valueOf(n.filter, g.dim) != "":
			c.fail(s, n.off, n.end, "formula.filter_twice", "Code", sym.Code, "Dim", g.dim)
			ok = false
		case !c.hasValue(sym.Dims[i], g.part, scope{}):
			ok = false
		default:
			out = append(out, g.part)
		}
	}
	slices.SortFunc(out, func(a, b part) int { return strings.Compare(a.dim, b.dim) })
	return out, ok
}

func dimNames(dims []Dim) (names []string) {
	for _, d := range dims {
		names = append(names, d.Name)
	}
	return names
}

func (c *checker) noDim(p part, s scope, code string, have []string) {
	if len(have) == 0 {
		c.fail(s, p.off, p.end, "formula.no_dims", "Code", code)
		return
	}
	c.fail(s, p.off, p.end, "formula.unknown_dim", "Code", code, "Dim", p.dim, "Have", strings.Join(have, ", "))
}

func (c *checker) hasValue(d Dim, p part, s scope) bool {
	if d.Values == nil || slices.Contains(d.Values, p.value) {
		return true
	}
	have := d.Values
	if len(have) > many {
		have = append(slices.Clone(have[:many]), "…")
	}
	c.fail(s, p.off, p.end, "formula.unknown_value", "Dim", p.dim, "Value", p.value, "Have", strings.Join(have, ", "))
	return false
}

// inline puts the formula of an indicator in place of its code.
func (c *checker) inline(n *node, sym Symbol, s scope) val {
	path := append(slices.Clip(s.path), sym.Code)
	if at := slices.Index(s.path, sym.Code); at >= 0 {
		return c.failNode(s, n, "formula.cycle", "Path", strings.Join(path[at:], " → "))
	}
	inner, fault := parse(sym.Inline)
	in := scope{back: s.back, op: s.op, path: path, site: s.site, filter: s.filter}
	if in.site == nil {
		in.site = n
	}
	if fault != nil {
		return c.failNode(in, n, "formula.broken")
	}
	own := make([]*given, 0, len(n.filter))
	for _, p := range n.filter {
		if s.site != nil {
			p.off, p.end = s.site.off, s.site.end
		}
		own = append(own, &given{part: p})
	}
	in.filter = append(slices.Clip(s.filter), own...)
	before := len(c.refs)
	v := c.lower(inner, in)
	for _, g := range own {
		if v.ok && !g.used {
			c.noDim(g.part, scope{}, n.name, c.dimsSince(before))
			v.ok = false
		}
	}
	return v
}

// dimsSince lists the dimensions of the references from the number on.
func (c *checker) dimsSince(nr int) (names []string) {
	for _, r := range c.refs[nr:] {
		sym, _ := c.symbols.Symbol(r.Code)
		names = append(names, dimNames(sym.Dims)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// call checks a function with its arguments.
func (c *checker) call(n *node, s scope) val {
	switch n.name {
	case "if":
		return c.condition(n, s)
	case "coalesce", "min", "max":
		return c.fold(n, s)
	case "abs", "round":
		return c.shape(n, s)
	case "missing":
		v := c.lower(n.args[0], s)
		return val{nr: c.emit(step{op: opMissing, args: [3]int32{v.nr}}), typ: Truth, ok: v.ok}
	case "prev":
		k, _ := whole(n.args[1])
		s.back += k
		return c.number(n.args[0], s)
	case "ytd":
		s.op = YTD
		return c.number(n.args[0], s)
	case "target":
		return c.target(n, s)
	case "reported":
		return c.reported(n, s)
	case "share":
		v := c.number(n.args[0], s)
		return val{nr: c.emit(step{op: opShare, args: [3]int32{v.nr}, level: n.level}), typ: Number, ok: v.ok, terms: v.terms}
	case "count_units":
		v := c.truth(n.args[0], s)
		return val{nr: c.emit(step{op: opCount, args: [3]int32{v.nr}, level: n.level}), typ: Number, unit: "area", ok: v.ok}
	}
	panic(fmt.Sprintf("formula: no function %q", n.name))
}

func (c *checker) condition(n *node, s scope) val {
	cond, a := c.truth(n.args[0], s), c.lower(n.args[1], s)
	b := c.lower(n.args[2], s)
	if !cond.ok || !a.ok || !b.ok {
		return val{}
	}
	if a.typ != b.typ {
		return c.failNode(s, n, "formula.if_types")
	}
	out := c.alike(n, s, []val{a, b})
	out.nr = c.emit(step{op: opIf, args: [3]int32{cond.nr, a.nr, b.nr}})
	return out
}

// fold checks a function of two or more numbers of one unit.
func (c *checker) fold(n *node, s scope) val {
	vals, ok := make([]val, len(n.args)), true
	for i, a := range n.args {
		vals[i] = c.number(a, s)
		ok = ok && vals[i].ok
	}
	if !ok {
		return val{}
	}
	out := c.alike(n, s, vals)
	out.nr = vals[0].nr
	for _, v := range vals[1:] {
		out.nr = c.binary(n.name, out.nr, v.nr)
	}
	return out
}

func (c *checker) shape(n *node, s scope) val {
	v := c.number(n.args[0], s)
	st := step{op: opAbs, args: [3]int32{v.nr}}
	if n.name == "round" {
		st.op = opRound
		if len(n.args) == 2 {
			st.n, _ = whole(n.args[1])
		}
	}
	v.nr = c.emit(st)
	return v
}

// bare checks that the argument of target or reported is a code, and finds it.
func (c *checker) bare(n *node, s scope) (Symbol, bool) {
	a := n.args[0]
	if a.kind != nRef {
		c.failNode(s, a, "formula.want_code", "Name", n.name)
		return Symbol{}, false
	}
	sym, ok := c.symbols.Symbol(a.name)
	if !ok {
		c.unknown(a, s)
	}
	return sym, ok
}

// target checks target(x): targets are set for a code as a whole.
func (c *checker) target(n *node, s scope) val {
	sym, ok := c.bare(n, s)
	switch {
	case !ok:
		return val{}
	case n.args[0].filter != nil:
		return c.failNode(s, n, "formula.target_filter", "Code", sym.Code)
	case s.op == YTD:
		return c.failNode(s, n, "formula.target_ytd", "Code", sym.Code)
	}
	r := Ref{Code: sym.Code, Op: Target, Back: s.back}
	nr := c.emit(step{op: opRef, args: [3]int32{c.ref(r)}})
	return val{nr: nr, typ: Number, unit: sym.Unit.Canonical(), ok: true, terms: []term{{Ref: r, sym: &sym}}}
}

// reported checks reported(x), which counts the units behind a measure.
func (c *checker) reported(n *node, s scope) val {
	sym, ok := c.bare(n, s)
	if !ok {
		return val{}
	}
	if sym.Inline != "" {
		return c.failNode(s, n, "formula.want_measure", "Name", n.name, "Code", sym.Code)
	}
	v := c.reference(n.args[0], s)
	if !v.ok {
		return v
	}
	ref := c.steps[v.nr].args[0]
	return val{nr: c.emit(step{op: opReported, args: [3]int32{ref}}), typ: Number, unit: "area", ok: true}
}
