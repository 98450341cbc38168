// Package disclosure keeps a release from telling about single people (P1.8):
// counts of few people are hidden, and so much beside them that nobody can work
// them out by adding and subtracting what is shown, now or in earlier releases.
//
// What is protected is proved, not assumed: for each figure that is hidden the
// package holds other tables that agree with everything a reader sees, in one
// of which the figure is no longer small. Audit is the attacker.
package disclosure

import (
	"fmt"

	"xuedu/internal/errs"
	"xuedu/internal/release"
)

// Method names how cells were hidden, with its version.
const Method = "xuedu-disclosure/1"

// DefaultThreshold is the count of people from which a figure may be shown
// where the rules name none.
const DefaultThreshold = 5

// Rules say what is protected. They are those of a place.
type Rules struct {
	Threshold int // counts of people, or of their attendances, below it are hidden; 0 = DefaultThreshold. A zero tells about nobody and is shown
	Dominance int // percent of a figure that one institution may hold; 0 = no rule. Needs Largest
	Margin    int // percent within which nobody may estimate what Dominance hides
	RoundTo   int // shown counts of people are multiples of it; 0 or 1 = as they are

	// Operand returns a count that ratios are made of, by its canonical formula:
	// participants[age=60+]. Whoever reads a ratio is taken to know what is under
	// its line. nil = only what the release itself shows.
	Operand func(formula, area, period string) (Count, bool)
	// Largest returns the percent of a cell that its largest institution holds.
	Largest func(release.Key) (percent int, ok bool)
}

// Count is a whole number of something.
type Count struct {
	Value int64
	Kind  string // release.KindPersons, release.KindPersonTimes; anything else is not protected
}

// Report says what was done. It is for those who prepare a release: why a cell
// is hidden is never published.
type Report struct {
	Threshold int
	RoundTo   int
	Small     []release.Key // hidden because few people, or one institution, stand behind them
	Beside    []release.Key // hidden so that the small ones cannot be worked out
	Coarse    int           // ratios shown rounded only, without their fraction
	Rounded   int           // counts
	Exposed   []Exposed     // hidden, but earlier releases give them away
	Close     []release.Key // shown; they differ from an earlier release by fewer people than the threshold
}

// Hidden is the number of cells that are hidden.
func (r Report) Hidden() int { return len(r.Small) + len(r.Beside) }

// Exposed is a figure that hiding no longer protects.
type Exposed struct {
	release.Key
	Version string // of the release that shows it, "" = it follows from several
}

// Leak is a hidden figure that readers can work out, or know to be small.
type Leak struct {
	release.Key
	Low, High int64 // it lies between; High < 0: no bound
	From      []Relation
}

// String names the figure, what is known of it, and from where.
func (l Leak) String() string {
	s := fmt.Sprintf("%s: %d–%d", l.Key, l.Low, l.High)
	for _, f := range l.From {
		s += "; " + f.String()
	}
	return s
}

// Relation ties figures together.
type Relation struct {
	Kind  string // one of Relation kinds
	Whole release.Key
	Parts []release.Key // at most partsNamed
	More  int           // parts that are not named
}

// The kinds of relations.
const (
	ByAreas   = "areas"   // areas below add up to, or cannot exceed, the area
	BySlices  = "slices"  // values of a dimension and the whole
	ByPeriods = "periods" // quarters and the year
	BySubset  = "subset"  // some of those who are counted elsewhere
	ByRatio   = "ratio"   // a ratio whose denominator is known
	ByVintage = "vintage" // an earlier release shows it
)

const partsNamed = 6

// String writes a relation for a message.
func (x Relation) String() string {
	s := x.Kind + ": " + x.Whole.String()
	for i, p := range x.Parts {
		s += map[bool]string{true: " ← ", false: ", "}[i == 0] + p.String()
	}
	if x.More > 0 {
		s += fmt.Sprintf(" +%d", x.More)
	}
	return s
}

func (r Rules) threshold() int64 {
	if r.Threshold <= 0 {
		return DefaultThreshold
	}
	return int64(r.Threshold)
}

// check fails with Invalid for rules that contradict themselves.
func (r Rules) check() error {
	switch {
	case r.Threshold < 0 || r.Margin < 0 || r.Margin > 100 || r.Dominance < 0 || r.Dominance > 100 || r.RoundTo < 0:
		return errs.InvalidField("protect", "disclosure.bad_rules")
	case r.Dominance > 0 && r.Largest == nil:
		return errs.InvalidField("protect", "disclosure.no_shares")
	}
	return nil
}

// people reports whether a kind counts people or their attendances: fewer
// attendances than the threshold were made by fewer people.
func people(kind string) bool { return kind == release.KindPersons || kind == release.KindPersonTimes }
