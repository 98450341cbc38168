package rule

import (
	"math/big"
	"time"

	"xuedu/internal/formula"
	"xuedu/internal/pack"
)

// patterns looks at the numbers that people typed as a whole. Each finding is
// soft: there may be a good reason.
func (c *checker) patterns() {
	typed := c.typed()
	if len(typed) < max(c.minimum, 1) {
		return
	}
	c.rounded(typed)
	c.copied(typed)
	c.hasty(typed)
}

// entry is a number above or below zero that somebody typed.
type entry struct {
	key   Key
	field pack.Field
	Cell
}

// typed lists the numbers that people typed. Zeros and what seldom changes
// (carry) say nothing.
func (c *checker) typed() (out []entry) {
	for _, r := range c.Rows {
		for _, f := range c.Form.Fields {
			k := Key{r.Code, f.Code}
			x := c.Cells[k]
			if c.counts(r, f) && x.State == formula.Value && x.Num != 0 {
				out = append(out, entry{k, f, x})
			}
		}
	}
	return out
}

// rounded finds a return with too many numbers that end in 0 or 5.
func (c *checker) rounded(typed []entry) {
	if c.round == nil {
		return
	}
	n := 0
	for _, e := range typed {
		if e.Num%(5*power(places(e.field))) == 0 {
			n++
		}
	}
	if big.NewRat(int64(n), int64(len(typed))).Cmp(c.round) > 0 {
		c.say(Round, Key{}, false, "rule.round", "N", n, "All", len(typed))
	}
}

// copied finds a return that is last period's, number for number.
func (c *checker) copied(typed []entry) {
	if c.Last == nil {
		return
	}
	for _, r := range c.Rows {
		for _, f := range c.Form.Fields {
			x, l := c.Cells[Key{r.Code, f.Code}], c.Last[Key{r.Code, f.Code}]
			if c.counts(r, f) && (x.State.Known() != l.State.Known() || x.State.Known() && number(x) != number(l)) {
				return
			}
		}
	}
	c.say(Copied, Key{}, false, "rule.copied", "N", len(typed))
}

// counts reports whether people type a number in the cell anew each period.
func (c *checker) counts(r pack.Row, f pack.Field) bool {
	return f.Numeric() && !f.Carry && c.Form.Origin(r, f) == pack.CellTyped
}

// hasty finds a return whose numbers were saved one after the other within a
// minute. What was saved at one stroke, a whole page or a file, tells nothing
// of how long it took.
func (c *checker) hasty(typed []entry) {
	first, last := typed[0].At, typed[0].At
	for _, e := range typed {
		if e.At.IsZero() {
			return
		}
		if e.At.Before(first) {
			first = e.At
		}
		if e.At.After(last) {
			last = e.At
		}
	}
	if d := last.Sub(first); d > 0 && d < time.Minute {
		c.say(SameMinute, Key{}, false, "rule.same_minute", "N", len(typed))
	}
}
