package score

import (
	"strconv"
)

// Difference is a field in which a published result and the result computed
// again from the ballots disagree.
type Difference struct {
	Application string
	Field       string // of Standing as in the record: score, place …; application = the line is missing on one side
	Published   string // "" = nothing
	Computed    string
}

// Replay computes the result of a record again, from its ballots alone, and
// returns it with every field in which the record's Result differs (P1.7).
// Invalid as Rank.
func Replay(r Record) ([]Standing, []Difference, error) {
	computed, err := Rank(r)
	if err != nil {
		return nil, nil, err
	}
	return computed, Compare(r.Result, computed), nil
}

// Compare returns the fields in which two results differ, in the order of the
// published one.
func Compare(published, computed []Standing) []Difference {
	var diffs []Difference
	left := make(map[string]Standing, len(computed))
	for _, s := range computed {
		left[s.Application] = s
	}
	for _, p := range published {
		c, ok := left[p.Application]
		if !ok {
			diffs = append(diffs, Difference{Application: p.Application, Field: "application", Published: p.Application})
			continue
		}
		delete(left, p.Application)
		diffs = append(diffs, fields(p, c)...)
	}
	for _, c := range computed {
		if _, ok := left[c.Application]; ok {
			diffs = append(diffs, Difference{Application: c.Application, Field: "application", Computed: c.Application})
		}
	}
	return diffs
}

func fields(p, c Standing) (diffs []Difference) {
	for _, f := range []struct{ name, published, computed string }{
		{"score", p.Score, c.Score}, {"visit", p.Visit, c.Visit}, {"final", p.Final, c.Final}, {"spread", p.Spread, c.Spread},
		{"place", strconv.Itoa(p.Place), strconv.Itoa(c.Place)}, {"tie", p.Tie, c.Tie},
		{"grey", strconv.FormatBool(p.Grey), strconv.FormatBool(c.Grey)}, {"in", strconv.FormatBool(p.In), strconv.FormatBool(c.In)},
	} {
		if f.published != f.computed {
			diffs = append(diffs, Difference{Application: p.Application, Field: f.name, Published: f.published, Computed: f.computed})
		}
	}
	return diffs
}
