package plan

import (
	"math/big"
	"slices"

	"xuedu/internal/errs"
)

// Sum compares, for one year, what the areas of a split make together with
// what the whole has to reach.
type Sum struct {
	Year    int
	Whole   *big.Rat // nil: the whole has no number for the year
	Parts   *big.Rat // of the areas that have one
	Missing int      // areas without a number
}

// Off is how much the areas make too much, or too little if it is negative.
func (s Sum) Off() *big.Rat {
	if s.Whole == nil {
		return new(big.Rat).Set(s.Parts)
	}
	return sub(s.Parts, s.Whole)
}

// OK reports whether the sum holds: the whole is shared out, or what is left
// can still go to the areas that have no number.
func (s Sum) OK() bool {
	off := s.Off().Sign()
	return s.Whole != nil && (off == 0 || off < 0 && s.Missing > 0)
}

// Sums compares a path with its split over areas, year by year; years that no
// area has a number for are left out.
func Sums(numbers []Number, whole int64, areas []int64) []Sum {
	byYear := map[int]*Sum{}
	var years []int
	for _, n := range numbers {
		if n.Kind != Path || !slices.Contains(areas, n.Area) {
			continue
		}
		s := byYear[n.Year]
		if s == nil {
			s = &Sum{Year: n.Year, Parts: new(big.Rat), Missing: len(areas)}
			byYear[n.Year] = s
			years = append(years, n.Year)
		}
		s.Parts = add(s.Parts, n.Value)
		s.Missing--
	}
	slices.Sort(years)
	out := make([]Sum, 0, len(years))
	for _, y := range years {
		byYear[y].Whole = Target{Numbers: numbers}.Want(whole, y)
		out = append(out, *byYear[y])
	}
	return out
}

// checkSums fails with Invalid at the first year whose sum does not hold, and
// says by how much it is off and how many more years are.
func checkSums(sums []Sum) error {
	bad := slices.DeleteFunc(slices.Clone(sums), Sum.OK)
	if len(bad) == 0 {
		return nil
	}
	s := bad[0]
	key := "plan.sum_less"
	switch {
	case s.Whole == nil:
		return errs.InvalidField("split", "plan.sum_no_whole", "Year", s.Year, "More", len(bad)-1)
	case s.Off().Sign() > 0:
		key = "plan.sum_more"
	}
	return errs.InvalidField("split", key, "Year", s.Year, "Parts", Exact(s.Parts), "Whole", Exact(s.Whole),
		"Off", Exact(new(big.Rat).Abs(s.Off())), "More", len(bad)-1)
}
