package score

import (
	"math/big"
	"slices"
)

// Decisions of the meeting that deviate from the rule.
const (
	DecisionIn  = "in"
	DecisionOut = "out"
)

// take marks who is in by the rule, and the cut line with its grey zone.
func (t *table) take() {
	could := t.could()
	for _, l := range could[:min(t.places, len(could))] {
		l.In = true
	}
	t.cut = t.line(could)
	if t.places > 0 && len(could) > t.places {
		t.acrossCut(could)
	}
	t.grey(could)
}

// grey marks the lines that little separates from the other side of the cut:
// from the first that is out, or from the last that is in; where places are
// left, from the score to be reached.
func (t *table) grey(could []*line) {
	grey, ok := decimal(t.rule.Grey)
	if t.cut == nil || !ok {
		return
	}
	above := t.cut
	if t.places > 0 && len(could) > t.places {
		above = could[t.places].final
	}
	for _, l := range t.lines {
		if !l.short {
			continue
		}
		other := t.cut
		if l.final.Cmp(t.cut) >= 0 {
			other = above
		}
		d := new(big.Rat).Sub(l.final, other)
		l.Grey = d.Abs(d).Cmp(grey) <= 0
	}
}

// could are the lines that may be in: shortlisted, and with the score to be
// reached.
func (t *table) could() []*line {
	pass, ok := decimal(t.rule.Pass)
	return slices.DeleteFunc(slices.Clone(t.lines), func(l *line) bool {
		return !l.short || ok && l.final.Cmp(pass) < 0
	})
}

func (t *table) line(could []*line) *big.Rat {
	if t.places > 0 && len(could) > t.places {
		return could[t.places-1].final
	}
	pass, _ := decimal(t.rule.Pass)
	return pass
}

// acrossCut finds the tie that lies across the last place.
func (t *table) acrossCut(could []*line) {
	last, next := could[t.places-1], could[t.places]
	if !last.same(next) {
		return
	}
	var apps []string
	for _, l := range could {
		if l.Place == last.Place {
			l.In, l.Tie = false, TieDraw
			apps = append(apps, l.Application)
		}
	}
	slices.Sort(apps)
	t.undrawn = append(t.undrawn, apps)
}

// deviate puts the meeting's decisions over the rule's.
func (t *table) deviate() {
	for _, l := range t.lines {
		switch l.entry.Decision {
		case DecisionIn:
			l.In = true
		case DecisionOut:
			l.In = false
		}
	}
}
