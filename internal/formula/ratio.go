package formula

import (
	"math/big"
	"slices"
	"strings"
)

// Ratio takes a formula apart that is one thing over another, times a number:
// 100 * participants / population. It returns the number and both parts in
// their canonical spelling; ok is false for any other formula.
func Ratio(src string) (scale *big.Rat, over, under string, ok bool) {
	n, fault := parse(src)
	if fault != nil {
		return nil, "", "", false
	}
	scale, n = scaled(big.NewRat(1, 1), n)
	if n.kind != nBinary || n.name != "/" {
		return nil, "", "", false
	}
	scale, top := scaled(scale, n.args[0])
	return scale, top.String(), n.args[1].String(), true
}

// scaled takes numbers off that n is multiplied by.
func scaled(scale *big.Rat, n *node) (*big.Rat, *node) {
	for n.kind == nBinary && n.name == "*" {
		by, rest := fixed(n.args[0]), n.args[1]
		if by == nil {
			by, rest = fixed(n.args[1]), n.args[0]
		}
		if by == nil {
			break
		}
		scale, n = new(big.Rat).Mul(scale, by), rest
	}
	return scale, n
}

// fixed is the value of a number or a product of numbers, nil for all else.
func fixed(n *node) *big.Rat {
	if n.kind == nNumber {
		x, _ := new(big.Rat).SetString(n.name)
		return x
	}
	if n.kind != nBinary || n.name != "*" {
		return nil
	}
	a, b := fixed(n.args[0]), fixed(n.args[1])
	if a == nil || b == nil {
		return nil
	}
	return a.Mul(a, b)
}

// Narrow writes a formula for one value of a dimension: every reference that is
// not narrowed by it already is. ok is false if it cannot be read.
func Narrow(src, dim, value string) (text string, ok bool) {
	n, fault := parse(src)
	if fault != nil {
		return "", false
	}
	n.walk(func(m *node) {
		if m.kind != nRef || slices.ContainsFunc(m.filter, func(p part) bool { return p.dim == dim }) {
			return
		}
		m.filter = append(slices.Clone(m.filter), part{dim: dim, value: value})
		slices.SortFunc(m.filter, func(a, b part) int { return strings.Compare(a.dim, b.dim) })
	})
	return n.String(), true
}

// References lists the measures and indicators that a formula names, each once
// with its filter, in the order of the source. It is nil for what cannot be read.
func References(src string) (out []string) {
	n, fault := parse(src)
	if fault != nil {
		return nil
	}
	n.walk(func(m *node) {
		if text := m.String(); m.kind == nRef && !slices.Contains(out, text) {
			out = append(out, text)
		}
	})
	return out
}
