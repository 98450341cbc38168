package score

import "math/big"

// Index is the index of one area: 0 is at all its worst goalposts, 100 at all
// its best.
type Index struct {
	Area       string
	Value      *big.Rat   // exact; nil = it is not computed
	Dimensions []*big.Rat // in the order of the method; nil = nothing known
	Known, Of  int        // indicators with a value, and all
	Rank       int        // 1 = highest; equal ones share it; 0 = none
	Low, High  int        // best and worst rank in any run; both contain Rank
}

var hundred = big.NewRat(100, 1)

// score maps a value to 0 … 100.
func (g Goalpost) score(v *big.Rat) *big.Rat { return clamp(g.line(v)) }

// line is score without its ends: 120 where a value is beyond its best.
func (g Goalpost) line(v *big.Rat) *big.Rat {
	span := new(big.Rat).Sub(g.Best, g.Worst)
	if span.Sign() == 0 {
		return new(big.Rat)
	}
	x := new(big.Rat).Sub(v, g.Worst)
	return x.Mul(x.Quo(x, span), hundred)
}

func clamp(x *big.Rat) *big.Rat {
	switch {
	case x.Sign() < 0:
		return new(big.Rat)
	case x.Cmp(hundred) > 0:
		return new(big.Rat).Set(hundred)
	}
	return x
}

// index computes the index of an area from its figures, exactly.
func (m Method) index(d Data, area string) Index {
	x := Index{Area: area}
	for _, dim := range m.Dimensions {
		var list []*big.Rat
		for _, code := range dim.Codes {
			x.Of++
			if f := d.Figures[Key{area, code}]; f.Value != nil {
				x.Known++
				list = append(list, m.Composite.Goalposts[code].score(f.Value))
			}
		}
		x.Dimensions = append(x.Dimensions, mean(list, m.Composite.over(len(list), len(dim.Codes))))
	}
	x.Value = m.weigh(x)
	return x
}

// over is by how many a dimension is divided.
func (c *Composite) over(known, all int) int {
	if c.Missing == Worst {
		return all
	}
	return known
}

func mean(list []*big.Rat, n int) *big.Rat {
	if n == 0 {
		return nil
	}
	sum := new(big.Rat)
	for _, v := range list {
		sum.Add(sum, v)
	}
	return sum.Quo(sum, big.NewRat(int64(n), 1))
}

// weigh joins the dimensions. It is nil where the rule for what is missing
// leaves no index: always with Out, and with Mean where dimensions without any
// value weigh half or more.
func (m Method) weigh(x Index) *big.Rat {
	if m.Composite.Missing == Out && x.Known < x.Of {
		return nil
	}
	sum, weight, all := new(big.Rat), 0, 0
	for i, v := range x.Dimensions {
		w := m.Dimensions[i].Weight
		all += w
		if v == nil {
			continue
		}
		weight += w
		sum.Add(sum, new(big.Rat).Mul(v, big.NewRat(int64(w), 1)))
	}
	if 2*weight <= all {
		return nil
	}
	return sum.Quo(sum, big.NewRat(int64(weight), 1))
}
