package formula

import (
	"slices"
	"strings"
)

// Namer gives the words of one language.
type Namer interface {
	// Code returns the name of a measure or an indicator.
	Code(code string) string
	// Value returns the name of a value of a dimension, such as "aged 60 and over".
	Value(code, dim, value string) string
	// T returns a text of the program (i18n.Bundle.T without the language).
	T(key string, args ...any) string
}

// Words says in words what the formula computes. Indicators that it uses are
// named, not taken apart.
func (p *Program) Words(n Namer) string { return words{n}.of(p.root) }

type words struct{ Namer }

func (w words) say(key string, args ...any) string { return w.T("formula.words."+key, args...) }

// wordOf names the phrase of an operator.
var wordOf = map[string]string{
	"+": "plus", "-": "minus", "*": "times", "/": "over", "and": "and", "or": "or",
	"<": "less", "<=": "less_equal", "=": "equal", "!=": "unequal", ">=": "more_equal", ">": "more",
}

func (w words) of(n *node) string {
	switch n.kind {
	case nNumber:
		return n.name
	case nRef:
		return w.reference(n)
	case nCall:
		return w.call(n)
	case nUnary:
		return w.say(map[string]string{"-": "negative", "not": "not"}[n.name], "A", w.in(n.args[0], n.bind()))
	}
	if s, ok := w.ratio(n); ok {
		return s
	}
	left := n.bind()
	if left == bindCompare {
		left++
	}
	return w.say(wordOf[n.name], "A", w.in(n.args[0], left), "B", w.in(n.args[1], n.bind()+1))
}

// open functions are said with words that do not tell where they end.
var open = []string{"if", "coalesce", "min", "max", "round", "abs", "share"}

// in puts what binds less than least into brackets, and what does not tell
// where it ends.
func (w words) in(n *node, least int) string {
	if n.bind() >= least && (n.kind != nCall || !slices.Contains(open, n.name)) {
		return w.of(n)
	}
	return w.say("group", "A", w.of(n))
}

// ratio says 100 * a / b, and 10000 * a / b, as people do.
func (w words) ratio(n *node) (string, bool) {
	if n.name != "/" || n.args[0].kind != nBinary || n.args[0].name != "*" || n.args[0].args[0].kind != nNumber {
		return "", false
	}
	a, b := w.in(n.args[0].args[1], bindAtom), w.in(n.args[1], bindAtom)
	switch k := n.args[0].args[0].name; k {
	case "100":
		return w.say("percent", "A", a, "B", b), true
	case "1000", "10000", "100000", "1000000":
		return w.say("per", "A", a, "B", b, "Many", k), true
	}
	return "", false
}

func (w words) reference(n *node) string {
	name := w.say("name", "Name", w.Code(n.name))
	if len(n.filter) == 0 {
		return name
	}
	values := make([]string, len(n.filter))
	for i, p := range n.filter {
		values[i] = w.Value(n.name, p.dim, p.value)
	}
	return w.say("filtered", "A", name, "List", strings.Join(values, w.say("comma")))
}

func (w words) call(n *node) string {
	args := make([]string, len(n.args))
	for i, a := range n.args {
		args[i] = w.of(a)
	}
	switch n.name {
	case "if":
		return w.say("if", "Cond", args[0], "A", args[1], "B", args[2])
	case "coalesce", "min", "max":
		return w.say(n.name, "List", strings.Join(args, w.say("comma")))
	case "prev":
		return w.say("prev", "A", args[0], "Back", args[1])
	case "round":
		return w.say("round", "A", args[0], "Places", append(args, "0")[1])
	case "share":
		return w.say("share", "A", args[0], "Level", w.say("level."+n.level))
	case "count_units":
		return w.say("count_units", "Cond", args[0], "Level", w.say("level."+n.level))
	}
	return w.say(n.name, "A", args[0])
}
