package statistic

import (
	"context"
	"fmt"
	"slices"

	"xuedu/internal/account"
	"xuedu/internal/errs"
	"xuedu/internal/statistic/internal/gen"
)

// Collections lists what was sent out, the newest first. It needs return:read
// anywhere; what is published is Releases.
func (s *Service) Collections(ctx context.Context) ([]Collection, error) {
	if !mayRead(ctx) {
		return nil, errs.New(errs.Forbidden, "statistic.not_yours")
	}
	return s.collections(ctx)
}

func (s *Service) collections(ctx context.Context) ([]Collection, error) {
	rows, err := gen.New(s.DB.Read).Collections(ctx)
	if err != nil {
		return nil, fmt.Errorf("list collections: %w", err)
	}
	out := make([]Collection, 0, len(rows))
	for _, r := range rows {
		c, err := s.newCollection(ctx, r)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// Collection returns one; NotFound if there is none.
func (s *Service) Collection(ctx context.Context, id string) (Collection, error) {
	if !mayRead(ctx) {
		return Collection{}, errs.New(errs.Forbidden, "statistic.not_yours")
	}
	return s.collection(ctx, s.DB.Read, id)
}

// ReturnQuery picks returns; zero fields do not restrict.
type ReturnQuery struct {
	Collection string
	AreaID     int64  // in this subtree
	Own        bool   // of AreaID itself alone
	State      string // of the workflow
	Mine       bool   // those on the desk of the caller, who stands at the very area of that desk
	Late       bool
	Counts     bool // those that were accepted once
	Owed       bool // those that lie on some desk
	Overdue    bool // those whose desk's day is past
	Form       string
	Areas      []int64 // of these areas alone
	Most       int     // at most so many, the most pressing first; not together with Late
}

// Returns lists the returns that q picks and the caller may see, the newest
// collection first, in the order of the areas.
func (s *Service) Returns(ctx context.Context, q ReturnQuery) ([]Return, error) {
	w := s.where(ctx, q)
	list, err := s.listSome(ctx, q.Most, w)
	if err != nil || q.Most > 0 {
		return list, err
	}
	t := s.Tree()
	list = slices.DeleteFunc(list, func(r Return) bool {
		_, ok := t.ByID(r.AreaID)
		return !ok || q.Late && !r.Late
	})
	slices.SortStableFunc(list, func(a, b Return) int {
		x, _ := t.ByID(a.AreaID)
		y, _ := t.ByID(b.AreaID)
		if a.Collection.ID != b.Collection.ID {
			return 0
		}
		return x - y
	})
	return list, nil
}

// sees tells of a preorder number whether the caller may read its returns.
func (s *Service) sees(ctx context.Context) func(nr int) bool {
	t := s.Tree()
	if trusted(ctx) {
		return func(int) bool { return true }
	}
	a := account.From(ctx)
	var spans [][2]int
	for _, g := range a.Grants {
		if g.OrgID != "" || !slices.Contains(account.Permissions(g.Role), permRead) {
			continue
		}
		if g.AreaID == 0 {
			return func(int) bool { return true }
		}
		if top, ok := t.ByID(g.AreaID); ok {
			spans = append(spans, [2]int{top, t.Last(top)})
		}
	}
	return func(nr int) bool {
		return slices.ContainsFunc(spans, func(x [2]int) bool { return x[0] <= nr && nr < x[1] })
	}
}

// desksOf lists the areas that the caller stands for: those the roles that fill
// in or review are held in, and the whole city for the roles of the city.
func (s *Service) desksOf(ctx context.Context) map[int64]bool {
	out := map[int64]bool{}
	for _, g := range account.From(ctx).Grants {
		p := account.Permissions(g.Role)
		if g.OrgID != "" || !slices.Contains(p, permFill) && !slices.Contains(p, permReview) {
			continue
		}
		if g.AreaID == 0 {
			out[s.Tree().At(0).ID] = true
			continue
		}
		out[g.AreaID] = true
	}
	return out
}
