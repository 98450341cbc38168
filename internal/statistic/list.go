package statistic

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"xuedu/internal/account"
	"xuedu/internal/errs"
	"xuedu/internal/statistic/internal/gen"
)

// Collections lists what was sent out, the newest first. It needs return:read
// anywhere; what is published is Releases.
func (s *Service) Collections(ctx context.Context) ([]Collection, error) {
	if !trusted(ctx) && !account.From(ctx).Can(permRead) {
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
	if !trusted(ctx) && !account.From(ctx).Can(permRead) {
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
}

// Returns lists the returns that q picks and the caller may see, the newest
// collection first, in the order of the areas.
func (s *Service) Returns(ctx context.Context, q ReturnQuery) ([]Return, error) {
	where, args := q.where()
	list, err := s.list(ctx, s.DB.Read, where, args...)
	if err != nil {
		return nil, err
	}
	sees, desks := s.sees(ctx), s.desksOf(ctx)
	t := s.Tree()
	top, hasTop := t.ByID(q.AreaID)
	list = slices.DeleteFunc(list, func(r Return) bool {
		nr, ok := t.ByID(r.AreaID)
		switch {
		case !ok || !sees(nr):
			return true
		case q.AreaID != 0 && (!hasTop || nr < top || nr >= t.Last(top) || q.Own && nr != top):
			return true
		case q.Mine && !(r.Holder != 0 && desks[r.Holder]):
			return true
		}
		return q.Late && !r.Late
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

func (q ReturnQuery) where() (string, []any) {
	conds, args := []string{"1 = 1"}, []any{}
	add := func(cond string, v any) {
		args = append(args, v)
		conds = append(conds, fmt.Sprintf(cond, len(args)))
	}
	if q.Collection != "" {
		add("r.collection_id = $%d", q.Collection)
	}
	if q.State != "" {
		add("r.state = $%d", q.State)
	}
	if q.Own && q.AreaID != 0 {
		add("r.area_id = $%d", q.AreaID)
	}
	if q.Mine {
		conds = append(conds, "r.desk <> ''")
	}
	if q.Counts {
		conds = append(conds, "r.approved_at IS NOT NULL")
	}
	return strings.Join(conds, " AND "), args
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
