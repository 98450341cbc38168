package score

import (
	"slices"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// Methods of pack.Scoring.
const (
	TrimmedMean = "trimmed_mean"
	Mean        = "mean"
	Median      = "median"
)

// Links of the tie chain. TieShared says that nothing broke a tie because
// nothing depended on it: the applications share a place.
const (
	TieLeaf           = "leaf:"
	TieGroup          = "group:"
	TieVisit          = "visit"
	TieSpread         = "spread"
	TieRecommendation = "recommendation"
	TieBallot         = "ballot"
	TieDraw           = "draw"
	TieShared         = "shared"
)

// Limits of what a rule may ask for; far above anything sensible, they keep
// sums inside an int64.
const (
	mostLeaves = 1000
	mostWeight = 10_000
	mostPlaces = 9
	mostAwards = 1_000_000
)

// sheet is a programme's rubric made ready for adding up.
type sheet struct {
	programme pack.AwardProgramme
	rule      pack.Scoring
	weight    map[string]int64 // by leaf
	percent   map[string]int64 // by level
	group     map[string][]string
	total     int64    // of all weights, usually 100
	ties      []string // ends with the draw
}

// newSheet fails with Invalid where a programme's rubric or rule cannot be
// computed with.
func newSheet(p pack.AwardProgramme) (*sheet, error) {
	s := &sheet{programme: p, rule: p.Scoring, weight: map[string]int64{}, percent: map[string]int64{}, group: map[string][]string{}}
	for _, l := range p.Levels {
		if _, twice := s.percent[l.Code]; twice || l.Code == "" || l.Percent < 0 || l.Percent > 100 {
			return nil, errs.New(errs.Invalid, "score.bad_level", "Level", l.Code)
		}
		s.percent[l.Code] = int64(l.Percent)
	}
	for _, g := range p.Rubric {
		if err := s.add(g); err != nil {
			return nil, err
		}
	}
	if s.total == 0 || len(s.weight) > mostLeaves {
		return nil, errs.New(errs.Invalid, "score.no_rubric")
	}
	return s, s.checkRule()
}

func (s *sheet) add(g pack.Criterion) error {
	for _, l := range g.Leaves {
		if _, twice := s.weight[l.Code]; twice || l.Code == "" || l.Weight < 0 || l.Weight > mostWeight {
			return errs.New(errs.Invalid, "score.bad_leaf", "Leaf", l.Code)
		}
		s.weight[l.Code] = int64(l.Weight)
		s.total += int64(l.Weight)
		s.group[g.Code] = append(s.group[g.Code], l.Code)
	}
	return nil
}

func (s *sheet) checkRule() error {
	r := s.rule
	kept := r.Least
	if r.Method == TrimmedMean {
		kept -= 2 * r.Trim
	}
	switch {
	case !slices.Contains([]string{TrimmedMean, Mean, Median}, r.Method):
		return errs.New(errs.Invalid, "score.bad_method", "Method", r.Method)
	case r.Rounding != HalfUp && r.Rounding != HalfEven:
		return errs.New(errs.Invalid, "score.bad_rounding", "Rounding", r.Rounding)
	case r.Trim < 0 || r.Trim > mostLeaves || r.Least < 1 || kept < 1:
		return errs.New(errs.Invalid, "score.bad_trim", "Trim", r.Trim, "Least", r.Least)
	case r.Places < 0 || r.Places > mostPlaces:
		return errs.New(errs.Invalid, "score.bad_places", "Places", r.Places)
	case r.Visit < 0 || r.Visit > 100 || r.Shortlist < 0 || r.Shortlist > mostWeight:
		return errs.New(errs.Invalid, "score.bad_share")
	}
	for _, d := range []string{r.Spread, r.Pass, r.Grey} {
		if v, ok := decimal(d); d != "" && (!ok || v.Sign() < 0) {
			return errs.New(errs.Invalid, "score.bad_number", "Value", d)
		}
	}
	return s.checkTies()
}

func (s *sheet) checkTies() error {
	for _, t := range s.programme.Ties {
		known := slices.Contains([]string{TieVisit, TieSpread, TieRecommendation, TieBallot, TieDraw}, t)
		if code, ok := strings.CutPrefix(t, TieLeaf); ok {
			_, known = s.weight[code]
		}
		if code, ok := strings.CutPrefix(t, TieGroup); ok {
			_, known = s.group[code]
		}
		if !known {
			return errs.New(errs.Invalid, "score.bad_tie", "Tie", t)
		}
	}
	s.ties = s.programme.Ties
	if !slices.Contains(s.ties, TieDraw) {
		s.ties = append(slices.Clone(s.ties), TieDraw)
	}
	return nil
}
