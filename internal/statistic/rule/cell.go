package rule

import (
	"math/big"
	"slices"

	"xuedu/internal/formula"
	"xuedu/internal/pack"
)

// cell checks one cell that the form asks.
func (c *checker) cell(r pack.Row, f pack.Field, origin string) {
	if origin != pack.CellTyped {
		return
	}
	k := Key{r.Code, f.Code}
	x := c.Cells[k]
	if x.State == formula.NotReported {
		if f.Required {
			c.say(Required, k, true, "rule.required")
		}
		return
	}
	if !x.State.Known() || !c.sound(k, f, x) || !f.Numeric() {
		return
	}
	if c.inRange(k, f, x) {
		c.compare(k, f, x)
	}
}

// sound checks that a cell holds what its type allows.
func (c *checker) sound(k Key, f pack.Field, x Cell) bool {
	switch {
	case f.Type == "count" && x.Num < 0:
		c.say(Type, k, true, "rule.type_count", "Value", show(f, x.Num))
	case f.Type == "yesno" && x.Num != 0 && x.Num != 1:
		c.say(Type, k, true, "rule.type_yesno")
	case f.Type == "text" && x.State == formula.Value && x.Text == "":
		c.say(Type, k, true, "rule.type_text")
	case f.Type == "choice" && !slices.ContainsFunc(f.Choices, func(o pack.Coded) bool { return o.Code == x.Text }):
		c.say(Type, k, true, "rule.type_choice", "Value", x.Text)
	default:
		return true
	}
	return false
}

// inRange checks that a number lies within the limits of its field.
func (c *checker) inRange(k Key, f pack.Field, x Cell) bool {
	v := rat(f, number(x))
	if lo, ok := decimal(f.Min); ok && v.Cmp(lo) < 0 {
		c.say(Range, k, true, "rule.range_low", "Value", show(f, x.Num), "Limit", f.Min)
		return false
	}
	if hi, ok := decimal(f.Max); ok && v.Cmp(hi) > 0 {
		c.say(Range, k, true, "rule.range_high", "Value", show(f, x.Num), "Limit", f.Max)
		return false
	}
	return true
}

// number is the number of a known cell: a nil return is 0.
func number(x Cell) int64 {
	if x.State == formula.Nil {
		return 0
	}
	return x.Num
}

// compare holds a number against what else is known of it.
func (c *checker) compare(k Key, f pack.Field, x Cell) {
	v := number(x)
	if x.Derived != nil && *x.Derived != v {
		c.say(Sources, k, false, "rule.sources", "Value", show(f, v), "Derived", show(f, *x.Derived))
	}
	if l, ok := c.Last[k]; ok && l.State.Known() && c.change != nil && c.jumps(f, v, number(l)) {
		c.say(Change, k, false, "rule.change", "Value", show(f, v), "Last", show(f, number(l)))
	}
	if peers := c.Peers[k]; c.robustZ != nil && len(peers) >= max(c.peers, 1) {
		if m, far := outlies(v, peers, c.robustZ); far {
			c.say(Outlier, k, false, "rule.outlier", "Value", show(f, v), "Median", median2(f, m), "N", len(peers))
		}
	}
}

// jumps reports whether v differs from last by more than the share allowed,
// and by enough to matter.
func (c *checker) jumps(f pack.Field, v, last int64) bool {
	d := new(big.Rat).Sub(rat(f, v), rat(f, last))
	d.Abs(d)
	if d.Sign() == 0 || c.least != nil && d.Cmp(c.least) < 0 {
		return false
	}
	allowed := new(big.Rat).Abs(rat(f, last))
	return d.Cmp(allowed.Mul(allowed, c.change)) > 0
}
