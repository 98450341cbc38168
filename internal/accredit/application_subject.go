package accredit

import (
	"context"
	"fmt"

	"xuedu/internal/accredit/expert"
	"xuedu/internal/accredit/internal/gen"
)

// Subject returns what an expert may be tied to in an application: who wrote,
// verified, recommended or checked it, and the institution or area it belongs
// to. It asks nothing: it is for packages that find conflicts.
func (s *Service) Subject(ctx context.Context, id string) (expert.Subject, error) {
	a, err := s.application(ctx, s.DB.Read, id)
	if err != nil {
		return expert.Subject{}, err
	}
	staff, err := gen.New(s.DB.Read).ListStaff(ctx, id)
	if err != nil {
		return expert.Subject{}, fmt.Errorf("list staff: %w", err)
	}
	x := expert.Subject{ApplicationID: a.ID, OrgID: a.OrgID, AreaID: a.AreaID, Staff: staff}
	if s.Staff != nil {
		rec, err := gen.New(s.DB.Read).ListRecommenders(ctx, id)
		if err != nil {
			return x, fmt.Errorf("list recommenders: %w", err)
		}
		if x.StaffOrgs, err = s.Staff.OrgsOf(ctx, rec); err != nil {
			return x, err
		}
	}
	return x, nil
}
