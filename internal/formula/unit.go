package formula

import (
	"slices"
	"strings"
)

// product is a unit taken apart: how often each base stands above (positive)
// or below the line.
type product map[string]int

func (u Unit) product() product {
	out := product{}
	for i, p := range strings.Split(string(u), "/") {
		for base := range strings.SplitSeq(p, "*") {
			switch base = strings.TrimSpace(base); {
			case base == "" || base == "1":
			case i == 0:
				out[base]++
			default:
				out[base]--
			}
		}
	}
	return out
}

// unit writes p in canonical form: bases in order, "1" if all are below.
func (p product) unit() Unit {
	var above, below []string
	for base, n := range p {
		for ; n > 0; n-- {
			above = append(above, base)
		}
		for ; n < 0; n++ {
			below = append(below, base)
		}
	}
	slices.Sort(above)
	slices.Sort(below)
	s := strings.Join(above, "*")
	if s == "" && len(below) > 0 {
		s = "1"
	}
	for _, b := range below {
		s += "/" + b
	}
	return Unit(s)
}

// Canonical returns u in the form that compiled programs give.
func (u Unit) Canonical() Unit { return u.product().unit() }

// Times returns the unit of a product; Over that of a quotient.
func (u Unit) Times(v Unit) Unit { return u.join(v, 1) }

// Over returns the unit of a quotient.
func (u Unit) Over(v Unit) Unit { return u.join(v, -1) }

func (u Unit) join(v Unit, sign int) Unit {
	p := u.product()
	for base, n := range v.product() {
		p[base] += sign * n
	}
	return p.unit()
}
