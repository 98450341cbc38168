package monitor

import (
	"context"
	"math/big"

	"xuedu/internal/area"
	"xuedu/internal/formula"
	"xuedu/internal/indicator"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/release"
)

// Recomputed is the outcome of computing a release again.
type Recomputed struct {
	Cells   int              // that agree
	Hidden  int              // that the release withholds; they were computed, and cannot be compared
	Changes []release.Change // Was as released, Is as computed again
	Drift   []measure.Drift  // what the registers answer differently today
}

// Recompute computes the cells of a release again from its archive: from what
// the registers held when it was frozen, by the definitions and over the areas
// of that day, whatever was corrected since; what was corrected is listed. It
// fails with NotFound where there is no archive, and with Conflict where the
// archive is not the one that the release names.
func (s *Service) Recompute(ctx context.Context, r *release.Release) (Recomputed, error) {
	a, err := s.archived(ctx, r)
	if err != nil {
		return Recomputed{}, err
	}
	again, err := s.of(a).Collect(ctx, a.Report, r.Area, r.Period)
	if err != nil {
		return Recomputed{}, err
	}
	var out Recomputed
	x := release.NewIndex(r)
	for _, c := range release.Compare(r, again) {
		switch {
		case c.Was == nil || c.Is == nil:
			out.Changes = append(out.Changes, c)
		case c.Was.State == formula.Withheld.String():
			out.Hidden++
		case !coarse(c) && !rounded(x, c, a.Report.Protect.RoundTo):
			out.Changes = append(out.Changes, c)
		}
	}
	out.Cells = len(r.Cells) - out.Hidden
	for _, c := range out.Changes {
		if c.Was != nil {
			out.Cells--
		}
	}
	live, _, err := s.Record(ctx)
	if err != nil {
		return out, err
	}
	out.Drift, err = live.Drift(ctx, a.Tape, area.NewTree(a.Areas))
	return out, err
}

// coarse reports whether a cell differs by nothing but its fraction, which was
// left out to protect people.
func coarse(c release.Change) bool {
	is := *c.Is
	is.Exact = ""
	return c.Was.Exact == "" && is == *c.Was
}

// rounded reports whether a count of persons differs by no more than the
// rounding that protects it.
func rounded(x *release.Index, c release.Change, to int) bool {
	d, _ := x.Definition(c.Code)
	if to == 0 || d.Kind != release.KindPersons {
		return false
	}
	was, ok := new(big.Rat).SetString(c.Was.Value)
	is, okIs := new(big.Rat).SetString(c.Is.Value)
	if !ok || !okIs {
		return false
	}
	return was.Sub(was, is).Abs(was).Cmp(big.NewRat(int64(to), 1)) < 0
}

// of is a Service that knows nothing but an archive. Nothing is hidden: it is
// for comparing, and shows nothing.
func (s *Service) of(a *archive) *Service {
	tree := area.NewTree(a.Areas)
	p := &pack.Pack{AgeBands: a.AgeBands, Themes: a.Themes, ActivityForms: a.ActivityForms, Languages: a.Report.Languages}
	p.Indicators.Units = a.Units
	give := func() *pack.Pack { return p }
	d := s.Deps
	d.Pack, d.Tree, d.Protect = give, func() *area.Tree { return tree }, nil
	d.Figures = indicator.Fixed(a.Definitions, a.Tape.Play(tree), give, s.Bundle.T, s.Now)
	return New(d)
}
