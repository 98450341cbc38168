package formula

import (
	"maps"
	"slices"
	"strings"
)

// Limits of a formula.
const (
	maxSource = 4000 // bytes
	maxDepth  = 60   // parts within parts
	maxDigits = 18   // of a number
)

// parser is a Pratt parser. After the first fault it reads no further: what
// comes behind is not understood.
type parser struct {
	src   string
	tok   token
	depth int
	fault *Problem
}

// parse reads a formula. There is a node exactly if there is no problem.
func parse(src string) (*node, *Problem) {
	if len(src) > maxSource {
		return nil, &Problem{Offset: 0, Length: len(src), Key: "formula.too_long", Args: []any{"N", maxSource}}
	}
	p := &parser{src: src}
	p.next()
	if p.tok.kind == tEnd {
		p.fail(p.tok, "formula.empty")
	}
	n := p.expr(0)
	if p.tok.kind != tEnd {
		p.unexpected()
	}
	if p.fault != nil {
		return nil, p.fault
	}
	return n, nil
}

func (p *parser) next() {
	if p.tok = lex(p.src, p.tok.end); p.fault != nil {
		p.tok = token{kind: tEnd, off: len(p.src), end: len(p.src)}
	}
}

// fail keeps the first fault and ends the reading.
func (p *parser) fail(t token, key string, args ...any) {
	if p.fault == nil {
		p.fault = &Problem{Offset: t.off, Length: t.end - t.off, Key: key, Args: args}
	}
	p.tok = token{kind: tEnd, off: len(p.src), end: len(p.src)}
}

// unexpected says what is wrong with a token that cannot stand where it is.
func (p *parser) unexpected() {
	switch t := p.tok; {
	case t.kind == tEnd:
		p.fail(t, "formula.unfinished")
	case t.kind == tBad:
		p.fail(t, "formula.char", "Char", t.text)
	case t.text == ")" || t.text == "]":
		p.fail(t, "formula.bracket", "Char", t.text)
	default:
		p.fail(t, "formula.unexpected", "Text", t.text)
	}
}

func (p *parser) is(mark string) bool { return p.tok.kind == tMark && p.tok.text == mark }

// want goes over a mark that must stand here.
func (p *parser) want(mark string) {
	switch {
	case p.is(mark):
		p.next()
	case p.tok.kind == tBad:
		p.unexpected()
	default:
		p.fail(p.tok, "formula.want", "Mark", mark)
	}
}

// expr reads an expression that binds at least as tightly as least.
func (p *parser) expr(least int) *node {
	if p.depth++; p.depth > maxDepth {
		p.fail(p.tok, "formula.deep", "N", maxDepth)
	}
	defer func() { p.depth-- }()
	compared := false
	for left := p.prefix(); ; {
		op, at := p.tok, binds[p.tok.text]
		if op.kind != tMark || at == 0 || at < least {
			return left
		}
		if compared && at == bindCompare {
			p.fail(op, "formula.chain")
			return left
		}
		p.next()
		right := p.expr(at + 1)
		compared = compared || at == bindCompare
		left = &node{kind: nBinary, name: op.text, args: []*node{left, right}, off: left.off, end: right.end}
	}
}

// prefix reads what can begin an expression.
func (p *parser) prefix() *node {
	t := p.tok
	switch {
	case p.is("-"), p.is("not"):
		p.next()
		arg := p.expr(map[string]int{"-": bindSign, "not": bindNot}[t.text])
		return &node{kind: nUnary, name: t.text, args: []*node{arg}, off: t.off, end: arg.end}
	case p.is("("):
		p.next()
		n := p.expr(0)
		n.off, n.end = t.off, p.tok.end
		p.want(")")
		return n
	case t.kind == tNumber:
		return p.number()
	case t.kind == tName:
		return p.name()
	}
	p.unexpected()
	return &node{}
}

func (p *parser) number() *node {
	t := p.tok
	if len(strings.Replace(t.text, ".", "", 1)) > maxDigits {
		p.fail(t, "formula.long_number", "N", maxDigits)
	}
	p.next()
	return &node{kind: nNumber, name: canonical(t.text), off: t.off, end: t.end}
}

// canonical writes a number without needless zeros.
func canonical(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	s = strings.TrimLeft(s, "0")
	if s == "" || s[0] == '.' {
		s = "0" + s
	}
	return s
}

// name reads a reference or a call.
func (p *parser) name() *node {
	t := p.tok
	p.next()
	switch {
	case p.is("("):
		return p.call(t)
	case p.is("["):
		n := &node{kind: nRef, name: t.text, off: t.off}
		n.filter, n.end = p.filter()
		return n
	}
	return &node{kind: nRef, name: t.text, off: t.off, end: t.end}
}

// filter reads [dim=value, …].
func (p *parser) filter() (parts []part, end int) {
	for {
		p.next()
		dim := p.tok
		if dim.kind != tName {
			p.fail(dim, "formula.no_dim")
			return nil, 0
		}
		if p.next(); !p.is("=") {
			p.fail(p.tok, "formula.want", "Mark", "=")
			return nil, 0
		}
		val := value(p.src, p.tok.end)
		if val.kind != tName {
			p.fail(val, "formula.no_value", "Dim", dim.text)
			return nil, 0
		}
		p.tok = val
		if slices.ContainsFunc(parts, func(o part) bool { return o.dim == dim.text }) {
			p.fail(dim, "formula.dim_twice", "Dim", dim.text)
			return nil, 0
		}
		parts = append(parts, part{dim.text, val.text, dim.off, val.end})
		if p.next(); !p.is(",") {
			break
		}
	}
	end = p.tok.end
	p.want("]")
	slices.SortFunc(parts, func(a, b part) int { return strings.Compare(a.dim, b.dim) })
	return parts, end
}

// call reads the arguments of a function; the token is its opening bracket.
func (p *parser) call(t token) *node {
	n := &node{kind: nCall, name: strings.ToLower(t.text), off: t.off}
	f, ok := functions[n.name]
	if !ok {
		p.fail(t, "formula.no_function", "Name", t.text, "Have", strings.Join(slices.Sorted(maps.Keys(functions)), ", "))
		return n
	}
	p.next()
	for !p.is(")") {
		n.args = append(n.args, p.expr(0))
		if !p.is(",") {
			break
		}
		if p.next(); p.is(")") {
			p.unexpected()
		}
	}
	n.end = p.tok.end
	p.want(")")
	if f.level {
		p.level(n)
	}
	p.arguments(n, f)
	return n
}

// level takes the last argument of share and count_units for the level it
// names: share(x, city), count_units(x, level=community).
func (p *parser) level(n *node) {
	if len(n.args) != 2 {
		return // arguments tells
	}
	l := n.args[1]
	if l.kind == nBinary && l.name == "=" && l.args[0].kind == nRef && l.args[0].name == "level" && l.args[0].filter == nil {
		l = l.args[1]
	}
	if l.kind != nRef || !slices.Contains(levelNames, l.name) {
		p.fail(token{off: l.off, end: l.end}, "formula.no_level", "Have", strings.Join(levelNames, ", "))
		return
	}
	n.level, n.args = l.name, n.args[:1]
}

// arguments checks how many there are, and what must be a whole number.
func (p *parser) arguments(n *node, f function) {
	at := token{off: n.off, end: n.end}
	switch {
	case p.fault != nil:
	case f.level && n.level == "":
		p.fail(at, "formula.want_level", "Name", n.name, "Have", strings.Join(levelNames, ", "))
	case len(n.args) < f.min:
		p.fail(at, "formula.few_arguments", "Name", n.name, "N", f.min)
	case len(n.args) > f.max:
		p.fail(at, "formula.many_arguments", "Name", n.name, "N", f.max)
	case f.count > 0 && len(n.args) >= f.count:
		a := n.args[f.count-1]
		lo, hi := countRange(n.name)
		if k, ok := whole(a); !ok || k < lo || k > hi {
			p.fail(token{off: a.off, end: a.end}, "formula.not_whole", "Name", n.name, "From", lo, "To", hi)
		}
	}
}

// countRange: so many periods back, so many digits behind the point.
func countRange(fn string) (lo, hi int) {
	if fn == "prev" {
		return 1, 40
	}
	return 0, 9
}

// whole returns the number that a is written as.
func whole(a *node) (int, bool) {
	if a.kind != nNumber || len(a.name) > 9 {
		return 0, false
	}
	k := 0
	for _, r := range a.name {
		if !digit(r) {
			return 0, false
		}
		k = 10*k + int(r-'0')
	}
	return k, true
}
