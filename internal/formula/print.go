package formula

import "strings"

// Format returns the canonical spelling of a formula: half-width, one blank
// around operators, no needless brackets. ok is false if it cannot be read;
// whether its codes exist is not asked.
func Format(src string) (text string, ok bool) {
	n, fault := parse(src)
	if fault != nil {
		return "", false
	}
	return n.String(), true
}

func (n *node) String() string {
	var b strings.Builder
	n.print(&b)
	return b.String()
}

func (n *node) print(b *strings.Builder) {
	switch n.kind {
	case nNumber:
		b.WriteString(n.name)
	case nRef:
		b.WriteString(n.name)
		printFilter(b, n.filter)
	case nCall:
		n.printCall(b)
	case nUnary:
		b.WriteString(n.name)
		if n.name == "not" {
			b.WriteByte(' ')
		}
		n.args[0].printIn(b, n.bind())
	case nBinary:
		left := n.bind()
		if left == bindCompare {
			left++ // comparisons are not chained
		}
		n.args[0].printIn(b, left)
		b.WriteString(" " + n.name + " ")
		n.args[1].printIn(b, n.bind()+1)
	}
}

// printIn prints n where something that binds less than least needs brackets.
func (n *node) printIn(b *strings.Builder, least int) {
	if n.bind() >= least {
		n.print(b)
		return
	}
	b.WriteByte('(')
	n.print(b)
	b.WriteByte(')')
}

func (n *node) printCall(b *strings.Builder) {
	b.WriteString(n.name + "(")
	for i, a := range n.args {
		if i > 0 {
			b.WriteString(", ")
		}
		a.print(b)
	}
	switch {
	case n.name == "count_units":
		b.WriteString(", level=" + n.level)
	case n.level != "":
		b.WriteString(", " + n.level)
	}
	b.WriteByte(')')
}

func printFilter(b *strings.Builder, parts []part) {
	for i, p := range parts {
		b.WriteString(map[bool]string{true: "[", false: ", "}[i == 0])
		b.WriteString(p.dim + "=" + p.value)
	}
	if len(parts) > 0 {
		b.WriteByte(']')
	}
}

// filterText is the canonical text of Ref.Filter.
func filterText(parts []part) string {
	var b strings.Builder
	for i, p := range parts {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(p.dim + "=" + p.value)
	}
	return b.String()
}
