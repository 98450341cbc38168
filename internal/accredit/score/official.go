package score

import (
	"math/big"
	"slices"

	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// Official returns the official score of the application that the ballots are
// of, and their spread (highest less lowest), both out of 100 and rounded by
// the programme's rule. A ballot's points are the sum over the leaves of
// weight × percent of its level; the method puts the ballots together exactly
// and rounds once (P1.7). Invalid: score.few with fewer ballots than the rule
// demands; a leaf without or with an unknown level; a seat twice; a rule that
// cannot be computed with.
func Official(p pack.AwardProgramme, ballots []Ballot) (official, spread string, err error) {
	s, err := newSheet(p)
	if err != nil {
		return "", "", err
	}
	score, far, err := s.official(ballots)
	if err != nil {
		return "", "", err
	}
	return s.round(score), s.round(far), nil
}

// Points returns the points of one ballot, out of 100 and rounded by the rule.
func Points(p pack.AwardProgramme, b Ballot) (string, error) {
	s, err := newSheet(p)
	if err != nil {
		return "", err
	}
	n, err := s.points(b)
	if err != nil {
		return "", err
	}
	return s.round(big.NewRat(n, s.total)), nil
}

// TooFar reports whether the ballots of an application lie further apart than
// the rule bears, before rounding: then the experts discuss jointly. Ballots
// may be fewer than a score needs.
func TooFar(p pack.AwardProgramme, ballots []Ballot) (far bool, spread string, err error) {
	s, err := newSheet(p)
	if err != nil || len(ballots) == 0 {
		return false, "", err
	}
	points, err := s.all(ballots)
	if err != nil {
		return false, "", err
	}
	d := big.NewRat(points[len(points)-1]-points[0], s.total)
	limit, ok := decimal(s.rule.Spread)
	return ok && d.Cmp(limit) > 0, s.round(d), nil
}

func (s *sheet) round(r *big.Rat) string { return round(r, s.rule.Places, s.rule.Rounding) }

// points is the sum of weight × percent: out of 100 × total.
func (s *sheet) points(b Ballot) (n int64, err error) {
	for leaf, level := range b.Levels {
		w, known := s.weight[leaf]
		percent, graded := s.percent[level]
		if !known || !graded {
			return 0, errs.New(errs.Invalid, "score.bad_mark", "Application", b.Application, "Expert", b.Expert, "Leaf", leaf, "Level", level)
		}
		n += w * percent
	}
	if len(b.Levels) == len(s.weight) {
		return n, nil
	}
	for _, l := range s.programme.Leaves() {
		if _, ok := b.Levels[l.Code]; !ok {
			return 0, errs.New(errs.Invalid, "score.no_mark", "Application", b.Application, "Expert", b.Expert, "Leaf", l.Code)
		}
	}
	return n, nil
}

// all returns the points of an application's ballots, lowest first.
func (s *sheet) all(ballots []Ballot) ([]int64, error) {
	points := make([]int64, len(ballots))
	seats := make(map[string]bool, len(ballots))
	for i, b := range ballots {
		var err error
		if points[i], err = s.points(b); err != nil {
			return nil, err
		}
		if seats[b.Expert] || b.Application != ballots[0].Application {
			return nil, errs.New(errs.Invalid, "score.ballot_twice", "Application", b.Application, "Expert", b.Expert)
		}
		seats[b.Expert] = true
	}
	slices.Sort(points)
	return points, nil
}

// official is exact: nothing is rounded yet.
func (s *sheet) official(ballots []Ballot) (score, spread *big.Rat, err error) {
	points, err := s.all(ballots)
	if err != nil {
		return nil, nil, err
	}
	if len(points) < s.rule.Least {
		return nil, nil, errs.New(errs.Invalid, "score.few", "N", s.rule.Least, "Found", len(points))
	}
	spread = big.NewRat(points[len(points)-1]-points[0], s.total)
	return s.mean(s.kept(points)), spread, nil
}

// kept are the points that count, of sorted ones.
func (s *sheet) kept(points []int64) []int64 {
	switch n := len(points); s.rule.Method {
	case TrimmedMean:
		return points[s.rule.Trim : n-s.rule.Trim]
	case Median:
		return points[(n-1)/2 : n/2+1]
	}
	return points
}

func (s *sheet) mean(points []int64) *big.Rat {
	var sum int64
	for _, n := range points {
		sum += n
	}
	return big.NewRat(sum, s.total*int64(len(points)))
}

// visited returns the score of a visit: the leaves it looked at by their
// weights, out of 100; nil if it looked at none.
func (s *sheet) visited(e Entry) (*big.Rat, error) {
	var n, of int64
	for leaf, level := range e.Visit {
		w, known := s.weight[leaf]
		percent, graded := s.percent[level]
		if !known || !graded {
			return nil, errs.New(errs.Invalid, "score.bad_visit", "Application", e.Application, "Leaf", leaf, "Level", level)
		}
		n, of = n+w*percent, of+w
	}
	if of == 0 {
		return nil, nil
	}
	return big.NewRat(n, of), nil
}

// final puts the visit's share beside the score. It starts from the published,
// rounded numbers, so that anybody can check it by hand.
func (s *sheet) final(score, visit string) *big.Rat {
	f, _ := decimal(score)
	if visit == "" || s.rule.Visit == 0 {
		return f
	}
	v, _ := decimal(visit)
	share := big.NewRat(int64(s.rule.Visit), 100)
	rest := new(big.Rat).Sub(big.NewRat(1, 1), share)
	f, _ = decimal(s.round(f.Add(f.Mul(f, rest), v.Mul(v, share))))
	return f
}
