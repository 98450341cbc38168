package score

import (
	"cmp"
	"math/big"
	"slices"
)

// Verdicts of a cell.
const (
	Green   = "green"
	Amber   = "amber"
	Red     = "red"
	Neutral = "context" // nothing to be judged by
	Unknown = "unknown" // no value
)

// What a cell is judged by.
const (
	ByTarget = "target"
	ByPast   = "past"
)

// Profile is one area against its own target and its own past.
type Profile struct {
	Area       string
	Dimensions []Part
	Strengths  []Cell // what improved most on its own past, the most first
	Warnings   []Cell // red ones, then amber ones, the furthest behind first
}

// Part is one dimension of a profile.
type Part struct {
	Code  string
	Cells []Cell
}

// Cell is one indicator of a profile.
type Cell struct {
	Code string
	Figure
	Median  *big.Rat // of the other areas: context, it decides nothing
	By      string   // ByTarget, ByPast, "" = by nothing
	Behind  *big.Rat // percent behind that, below 0 = ahead; nil where there is no By
	Gain    *big.Rat // percent better than a period ago, below 0 = worse; nil where it cannot be said
	Verdict string
}

// Of judges an area. Its peers are shown beside it and decide nothing.
func (m Method) Of(d Data, area string) Profile {
	p := Profile{Area: area}
	for _, dim := range m.Dimensions {
		part := Part{Code: dim.Code}
		for _, code := range dim.Codes {
			part.Cells = append(part.Cells, m.cell(d, area, code))
		}
		p.Dimensions = append(p.Dimensions, part)
	}
	p.sum()
	return p
}

func (m Method) cell(d Data, area, code string) Cell {
	c := Cell{Code: code, Figure: d.Figures[Key{area, code}], Median: d.Median(area, code)}
	way := d.Indicators[code].Direction
	c.Verdict = Unknown
	if c.Value == nil {
		return c
	}
	c.Verdict = Neutral
	if way != Up && way != Down {
		return c
	}
	if past := c.past(); past != nil {
		c.By, c.Behind = ByPast, behind(way, c.Value, past)
		if past.Sign() != 0 {
			c.Gain = new(big.Rat).Neg(c.Behind)
		}
	}
	if c.Target != nil {
		c.By, c.Behind = ByTarget, behind(way, c.Value, c.Target)
	}
	if c.By != "" {
		c.Verdict = m.verdict(c.Behind)
	}
	return c
}

func (m Method) verdict(behind *big.Rat) string {
	switch {
	case behind.Sign() <= 0:
		return Green
	case behind.Cmp(big.NewRat(int64(m.Red), 1)) >= 0:
		return Red
	case behind.Cmp(big.NewRat(int64(m.Amber), 1)) >= 0:
		return Amber
	}
	return Green
}

// behind is by how many percent of want a value is behind it. Behind a want of
// 0 is behind it wholly.
func behind(way string, value, want *big.Rat) *big.Rat {
	gap := new(big.Rat).Sub(want, value)
	if way == Down {
		gap.Neg(gap)
	}
	if want.Sign() == 0 {
		return big.NewRat(int64(gap.Sign())*100, 1)
	}
	gap.Quo(gap, new(big.Rat).Abs(want))
	return gap.Mul(gap, big.NewRat(100, 1))
}

// sum lists what stands out.
func (p *Profile) sum() {
	for _, part := range p.Dimensions {
		for _, c := range part.Cells {
			if c.Verdict == Red || c.Verdict == Amber {
				p.Warnings = append(p.Warnings, c)
			}
			if c.Gain != nil && c.Gain.Sign() > 0 && c.Verdict == Green {
				p.Strengths = append(p.Strengths, c)
			}
		}
	}
	slices.SortStableFunc(p.Warnings, func(a, b Cell) int {
		return cmp.Or(cmp.Compare(serious(b), serious(a)), compare(a.Behind, b.Behind), cmp.Compare(a.Code, b.Code))
	})
	slices.SortStableFunc(p.Strengths, func(a, b Cell) int {
		return cmp.Or(compare(a.Gain, b.Gain), cmp.Compare(a.Code, b.Code))
	})
}

func serious(c Cell) int {
	if c.Verdict == Red {
		return 1
	}
	return 0
}
