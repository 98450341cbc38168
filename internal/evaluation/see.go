package evaluation

import (
	"context"

	"xuedu/internal/account"
	"xuedu/internal/evaluation/score"
)

// office reports whether the caller works at the evaluation of all areas.
func office(ctx context.Context) bool {
	who := account.From(ctx)
	return who.Can(PermPrepare) || who.Can(PermApprove)
}

// visible reports whether the caller may know of a round: a district does from
// the day on which it is shown its draft.
func (s *Service) visible(ctx context.Context, r Round) bool {
	return r.Public() || office(ctx) || r.Until != "" && account.From(ctx).Can(PermComment)
}

// covers reports whether the caller speaks for an area.
func (s *Service) covers(ctx context.Context, code string) bool {
	n, ok := s.Tree().ByCode(code)
	return ok && account.From(ctx).CoversArea(PermComment, s.Tree(), s.Tree().At(n).ID)
}

// Sees reports whether the caller may see an area's profile of a round: before
// it is public only the office and the area itself do.
func (s *Service) Sees(ctx context.Context, r Round, area string) bool {
	if _, ok := r.Figures.Area(area); !ok {
		return false
	}
	return r.Public() || office(ctx) || r.Until != "" && s.covers(ctx, area)
}

// Speaks reports whether the caller may comment and act for an area.
func (s *Service) Speaks(ctx context.Context, area string) bool { return s.covers(ctx, area) }

// Profiles returns the profiles that the caller may see, in the order of the
// tree.
func (s *Service) Profiles(ctx context.Context, r Round) ([]score.Profile, error) {
	m, d, err := s.rules(ctx, r)
	if err != nil {
		return nil, err
	}
	var out []score.Profile
	for _, a := range r.Figures.Areas {
		if s.Sees(ctx, r, a.Code) {
			out = append(out, m.Of(d, a.Code))
		}
	}
	return out, nil
}

// Profile returns one. It fails with NotFound where the caller may not see it.
func (s *Service) Profile(ctx context.Context, r Round, area string) (score.Profile, error) {
	if !s.Sees(ctx, r, area) {
		return score.Profile{}, notFound()
	}
	m, d, err := s.rules(ctx, r)
	if err != nil {
		return score.Profile{}, err
	}
	return m.Of(d, area), nil
}

// Ranking computes the index of all areas and how far its order can be trusted.
// It fails with NotFound where the method has no index, and where the ranking is
// not public and the caller is not of the office.
func (s *Service) Ranking(ctx context.Context, r Round) (score.Ranking, error) {
	if !(r.Public() && r.League) && !office(ctx) {
		return score.Ranking{}, notFound()
	}
	m, d, err := s.rules(ctx, r)
	if err != nil {
		return score.Ranking{}, err
	}
	if m.Composite == nil {
		return score.Ranking{}, notFound()
	}
	return m.Rank(d), nil
}

func (s *Service) rules(ctx context.Context, r Round) (score.Method, score.Data, error) {
	e, err := s.MethodOf(ctx, r)
	if err != nil {
		return score.Method{}, score.Data{}, err
	}
	m, err := scoring(e.Evaluation, r)
	if err != nil {
		return m, score.Data{}, err
	}
	d, err := r.Figures.Data()
	return m, d, err
}
