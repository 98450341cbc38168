package score

import (
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"math/rand/v2"
	"slices"
)

// Ranking is the index of all areas and how far its order can be trusted.
type Ranking struct {
	Rows   []Index     // by area
	Open   [][2]string // pairs, by area, whose order some run turned round or could not tell
	Groups [][]string  // areas that open pairs join, best first; a group of one stands alone
}

// Rank computes the index of every area and its ranks in Runs runs. In run after
// run each weight is moved by up to Shake percent and each value by up to half a
// unit of its last decimal. What is drawn is a contract, so that others can
// repeat it: PCG seeded with the first 16 bytes of SHA-256(Seed), big endian; in
// each run one number of 0 … 2000, less 1000, for each dimension, then one for
// each figure that has a value, by area (in the order of codes), dimension and
// indicator. A method without a composite has no rows.
func (m Method) Rank(d Data) Ranking {
	if m.Composite == nil {
		return Ranking{}
	}
	s := newShaker(m, d)
	for _, a := range d.sorted() {
		s.out.Rows = append(s.out.Rows, m.index(d, a))
	}
	s.points()
	for range m.Composite.Runs {
		s.run()
	}
	s.pairs()
	s.groups()
	return s.out
}

// one percent in the units that runs count in: whole numbers, so that every
// machine gets the same.
const one = 1_000_000

// shaker runs the ranks.
type shaker struct {
	m     Method
	areas [][]part // by area and dimension
	rand  *rand.Rand
	out   Ranking
	above [][]bool // in every run so far, and at the point, i stood above j
	now   []int64
}

// part is a dimension of an area: the scores of its values without ends, and
// by how much rounding may move each.
type part struct {
	line, half []int64
	over       int64
}

func newShaker(m Method, d Data) *shaker {
	sum := sha256.Sum256([]byte(m.Composite.Seed))
	s := &shaker{m: m, rand: rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])))}
	for _, a := range d.sorted() {
		var list []part
		for _, dim := range m.Dimensions {
			var p part
			for _, code := range dim.Codes {
				f := d.Figures[Key{a, code}]
				if f.Value == nil {
					continue
				}
				g := m.Composite.Goalposts[code]
				p.line = append(p.line, micro(g.line(f.Value)))
				p.half = append(p.half, micro(g.half(d.Indicators[code].Places)))
			}
			p.over = int64(m.Composite.over(len(p.line), len(dim.Codes)))
			list = append(list, p)
		}
		s.areas = append(s.areas, list)
	}
	return s
}

// half is half a unit of the last decimal, in points of the index.
func (g Goalpost) half(places int) *big.Rat {
	span := new(big.Rat).Sub(g.Best, g.Worst)
	if span.Sign() == 0 {
		return span
	}
	unit := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
	half := unit.Mul(unit, big.NewRat(50, 1))
	return half.Quo(half, span.Abs(span))
}

// micro rounds down to units; what is far outside of the goalposts is cut, so
// that no sum overflows.
func micro(x *big.Rat) int64 {
	x = new(big.Rat).Mul(x, big.NewRat(one, 1))
	n := new(big.Int).Div(x.Num(), x.Denom())
	const most = 10_000 * one
	if !n.IsInt64() || n.Int64() > most || n.Int64() < -most {
		return int64(n.Sign()) * most
	}
	return n.Int64()
}

// points are the ranks of the index itself.
func (s *shaker) points() {
	rows := s.out.Rows
	s.above, s.now = make([][]bool, len(rows)), make([]int64, len(rows))
	for i := range rows {
		s.above[i] = make([]bool, len(rows))
		if rows[i].Value == nil {
			continue
		}
		rows[i].Rank = 1
		for j := range rows {
			if rows[j].Value == nil {
				continue
			}
			rows[i].Rank += b2i(rows[j].Value.Cmp(rows[i].Value) > 0)
			s.above[i][j] = rows[i].Value.Cmp(rows[j].Value) > 0
		}
		rows[i].Low, rows[i].High = rows[i].Rank, rows[i].Rank
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// draw is a number from -1000 to 1000.
func (s *shaker) draw() int64 { return s.rand.Int64N(2001) - 1000 }

// run moves everything once and looks at the ranks.
func (s *shaker) run() {
	weights := make([]int64, len(s.m.Dimensions))
	for i, d := range s.m.Dimensions {
		weights[i] = int64(d.Weight) * (100_000 + int64(s.m.Composite.Shake)*s.draw())
	}
	for i, list := range s.areas {
		s.now[i] = s.value(list, weights)
	}
	rows := s.out.Rows
	for i := range rows {
		if rows[i].Rank == 0 {
			continue
		}
		rank := 1
		for j := range rows {
			if rows[j].Rank == 0 {
				continue
			}
			rank += b2i(s.now[j] > s.now[i])
			s.above[i][j] = s.above[i][j] && s.now[i] > s.now[j]
		}
		rows[i].Low, rows[i].High = min(rows[i].Low, rank), max(rows[i].High, rank)
	}
}

// value is the index of an area in one run.
func (s *shaker) value(list []part, weights []int64) int64 {
	var sum, weight int64
	for i, p := range list {
		var dim int64
		for k, v := range p.line {
			dim += max(0, min(100*one, v+p.half[k]*s.draw()/1000))
		}
		if p.over > 0 {
			sum += dim / p.over * (weights[i] / 1000)
			weight += weights[i] / 1000
		}
	}
	if weight == 0 {
		return 0
	}
	return sum / weight
}

// pairs are those whose order did not hold.
func (s *shaker) pairs() {
	rows := s.out.Rows
	for i := range rows {
		for j := i + 1; j < len(rows); j++ {
			if rows[i].Rank > 0 && rows[j].Rank > 0 && !s.above[i][j] && !s.above[j][i] {
				s.out.Open = append(s.out.Open, [2]string{rows[i].Area, rows[j].Area})
			}
		}
	}
}

// groups joins what open pairs join.
func (s *shaker) groups() {
	of := map[string]int{}
	var order []Index
	for _, r := range s.out.Rows {
		if r.Rank > 0 {
			of[r.Area] = len(order)
			order = append(order, r)
		}
	}
	root := make([]int, len(order))
	for i := range root {
		root[i] = i
	}
	for _, p := range s.out.Open {
		from, to := root[of[p[0]]], root[of[p[1]]]
		for i := range root {
			if root[i] == from {
				root[i] = to
			}
		}
	}
	slices.SortStableFunc(order, func(a, b Index) int { return a.Rank - b.Rank })
	at := map[int]int{}
	for _, r := range order {
		g := root[of[r.Area]]
		k, ok := at[g]
		if !ok {
			k = len(s.out.Groups)
			at[g] = k
			s.out.Groups = append(s.out.Groups, nil)
		}
		s.out.Groups[k] = append(s.out.Groups[k], r.Area)
	}
}
