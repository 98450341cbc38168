package measure

import (
	"math/big"
	"math/bits"
	"slices"

	"xuedu/internal/formula"
)

// What the units below an area are, one bit for each state of formula.State.
const (
	hasValue uint8 = 1 << iota
	hasNil
	hasNA
	hasMissing
	hasWithheld
	hasNC
)

// bitOf is the bit of a unit's state.
var bitOf = [...]uint8{formula.NotReported: hasMissing, formula.Value: hasValue, formula.Nil: hasNil,
	formula.NotApplicable: hasNA, formula.Withheld: hasWithheld, formula.NotComputable: hasNC}

// stateOf is the state of an area by the bits of its units:
//   - a number as soon as one unit has one; what is missing beside it shows in
//     the coverage, and the missing policy of a formula decides what it is worth;
//   - nil only if all units to which it applies said nil;
//   - else withheld, not computable or not reported if one unit is, in this order;
//   - not applicable if no unit can have it.
var stateOf = func() (t [64]formula.State) {
	for b := range uint8(64) {
		t[b] = summed(b)
	}
	return t
}()

func summed(bits uint8) formula.State {
	switch {
	case bits&^hasNA == hasNil:
		return formula.Nil
	case bits&(hasValue|hasNil) != 0:
		return formula.Value
	case bits&hasWithheld != 0:
		return formula.Withheld
	case bits&hasNC != 0:
		return formula.NotComputable
	case bits&hasMissing != 0:
		return formula.NotReported
	}
	return formula.NotApplicable
}

// rollUp adds the units of a block up the tree, and their coverage with them.
// Every cell that the source filled in is a unit, wherever it stands. An area
// without any unit is not computable below the measure's level, not applicable
// where the block has coverage (nobody is asked there), and not reported where
// it has none (nobody has recorded anything). A unit that is withheld or not
// computable is expected and has not reported, whatever its source says: the
// sum lacks its number.
func (x *axis) rollUp(d *Decl, b Block) formula.Loaded {
	n := len(x.parent)
	out := formula.Loaded{Column: formula.Column{State: make([]formula.State, n), Num: make([]int64, n), Den: x.dens(d.den())}}
	own := x.ownBits(b)
	any, over, below := x.addUp(out.Column, b, own, int8(rankOf(d.Level)))
	if over {
		x.addBig(&out.Column, b, d.den())
	}
	switch {
	case b.Expected != nil:
		out.Coverage = x.addCoverage(withNumbers(b.Coverage, own))
	case any&(hasWithheld|hasNC|hasMissing) != 0 && any&(hasValue|hasNil) != 0:
		out.Coverage = x.addCoverage(unitCoverage(own))
	}
	if any&hasNC != 0 || below {
		x.addCauses(&out.Column, b, own)
	}
	return out
}

// addWhole adds up a block in the plain case: every area without areas below it
// is a number, the others are numbers or not filled in, nothing can be missing,
// and no sum can overflow. ok is false in any other case, and if adds is.
func (x *axis) addWhole(b Block, adds bool) (num []int64, ok bool) {
	if !adds || b.Expected != nil || len(x.inner) == 0 || !x.whole(b.State) {
		return nil, false
	}
	num = b.Num
	if !b.Given || slices.ContainsFunc(x.inner, func(i int32) bool { return b.State[i] != formula.NotReported }) {
		num = slices.Clone(b.Num)
	}
	var size int64 // at least the size of each number
	for _, i := range x.inner {
		if b.State[i] == formula.NotReported {
			num[i] = 0
		}
		size |= num[i] ^ num[i]>>63
	}
	for _, r := range x.runs {
		var sum int64
		for _, v := range num[r.from:r.to] {
			sum += v
			size |= v ^ v>>63
		}
		if r.parent >= 0 {
			num[r.parent] += sum
		}
	}
	for _, i := range x.inner {
		if p := x.parent[i]; p >= 0 {
			num[p] += num[i]
		}
	}
	return num, bits.Len64(uint64(size))+bits.Len(uint(len(num))) < 63
}

// whole reports whether the areas without areas below them are all numbers,
// and the others numbers or not filled in.
func (x *axis) whole(state []formula.State) bool {
	var other formula.State
	for _, r := range x.runs {
		for _, s := range state[r.from:r.to] {
			other |= s ^ formula.Value
		}
	}
	for _, i := range x.inner {
		other |= state[i] &^ formula.Value
	}
	return other == 0
}

// ownBits gives the bits of each cell that is a unit, and 0 to the others; nil
// if the state alone tells.
func (x *axis) ownBits(b Block) []uint8 {
	own := make([]uint8, len(b.State))
	for i, s := range b.State {
		own[i] = bitOf[s]
		if s == formula.NotReported && (b.Expected == nil || b.Expected[i]|b.Reported[i]|b.NotApplicable[i] == 0) {
			own[i] = 0
		}
	}
	return own
}

// addUp goes through the areas from the last to the first, so that each is
// whole before it is added to its parent. The areas of one parent mostly stand
// side by side: their sum is carried until the parent changes.
func (x *axis) addUp(c formula.Column, b Block, own []uint8, rank int8) (any uint8, over, below bool) {
	none := formula.NotReported
	if b.Expected != nil {
		none = formula.NotApplicable
	}
	var sum, sign int64
	var bits uint8
	num, state, values := c.Num, c.State, b.Num
	parent := int32(-1)
	for i := len(own) - 1; i >= 0; i-- {
		if p := x.parent[i]; p != parent {
			if parent >= 0 {
				was := num[parent]
				num[parent] += sum
				sign |= (num[parent] ^ was) & (num[parent] ^ sum)
				state[parent] |= formula.State(bits)
			}
			parent, sum, bits = p, 0, 0
		}
		v, f := num[i], uint8(state[i])|own[i]
		if own[i]&(hasValue|hasNil) != 0 {
			v += values[i]
			sign |= (v ^ num[i]) & (v ^ values[i])
			num[i] = v
		}
		state[i] = stateOf[f]
		if f == 0 {
			state[i] = none
			if x.rank[i] > rank {
				state[i], below = formula.NotComputable, true
			}
		}
		was := sum
		sum += v
		sign |= (sum ^ was) & (sum ^ v)
		bits |= f
		any |= f
	}
	return any, sign < 0, below
}

// addBig does addUp again in numbers of any size, and keeps those that need it.
func (x *axis) addBig(c *formula.Column, b Block, den int64) {
	sum := make([]big.Int, len(x.parent))
	c.Big = map[int]*big.Rat{}
	whole := big.NewInt(den)
	for i := len(sum) - 1; i >= 0; i-- {
		if b.State[i].Known() {
			sum[i].Add(&sum[i], big.NewInt(b.Num[i]))
		}
		if c.Num[i] = sum[i].Int64(); !sum[i].IsInt64() {
			c.Num[i], c.Big[i] = 0, new(big.Rat).SetFrac(&sum[i], whole)
		}
		if p := x.parent[i]; p >= 0 {
			sum[p].Add(&sum[p], &sum[i])
		}
	}
}

// withNumbers takes back from Reported the units whose number the sum lacks.
func withNumbers(c formula.Coverage, own []uint8) formula.Coverage {
	mine := false
	for i, bits := range own {
		if bits&(hasWithheld|hasNC|hasMissing) == 0 || c.Reported[i] == 0 {
			continue
		}
		if !mine {
			c.Reported, mine = slices.Clone(c.Reported), true
		}
		c.Reported[i] = 0
	}
	return c
}

// addCoverage adds the counts of units up.
func (x *axis) addCoverage(c formula.Coverage) formula.Coverage {
	return formula.Coverage{Expected: x.addCounts(c.Expected), Reported: x.addCounts(c.Reported), NotApplicable: x.addCounts(c.NotApplicable)}
}

func (x *axis) addCounts(own []int32) []int32 {
	out := make([]int32, len(own))
	copy(out, own)
	for i := len(out) - 1; i >= 0; i-- {
		if p := x.parent[i]; p >= 0 {
			out[p] += out[i]
		}
	}
	return out
}

// unitCoverage counts each unit once: a block without coverage of which some
// units have no number must not look whole.
func unitCoverage(own []uint8) formula.Coverage {
	c := formula.Coverage{Expected: make([]int32, len(own)), Reported: make([]int32, len(own)), NotApplicable: make([]int32, len(own))}
	for i, bits := range own {
		countUnit(&c, i, bits)
	}
	return c
}

// addCauses gives every cell that is not computable its cause: that of its
// units, or that it stands below the level of the measure.
func (x *axis) addCauses(c *formula.Column, b Block, own []uint8) {
	c.Cause = make([]formula.Cause, len(own))
	from := make([]formula.Cause, len(own))
	for i := len(own) - 1; i >= 0; i-- {
		if own[i]&hasNC != 0 && b.Cause != nil {
			from[i] = max(from[i], b.Cause[i])
		}
		if c.State[i] == formula.NotComputable {
			if c.Cause[i] = from[i]; from[i] == formula.NoCause {
				c.Cause[i] = formula.NoLevel
			}
		}
		if p := x.parent[i]; p >= 0 {
			from[p] = max(from[p], from[i])
		}
	}
}

// countUnit counts one unit in its state; 0 is none.
func countUnit(c *formula.Coverage, i int, bits uint8) {
	switch {
	case bits&(hasValue|hasNil) != 0:
		c.Expected[i]++
		c.Reported[i]++
	case bits&hasNA != 0:
		c.NotApplicable[i]++
	case bits != 0:
		c.Expected[i]++
	}
}
