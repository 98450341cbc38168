package accredit

import (
	"context"
	"slices"
	"strings"

	"xuedu/internal/account"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/workflow"
)

// operator reports whether ctx belongs to the operator of the machine or to the
// program itself; the trail names them.
func operator(ctx context.Context) bool {
	who := audit.From(ctx).Actor
	return who == "system" || strings.HasPrefix(who, "cli:")
}

// actor is who writes: an account, or what the trail names.
func actor(ctx context.Context) string {
	if id := account.From(ctx).ID; id != "" {
		return id
	}
	return audit.From(ctx).Actor
}

// mayApply reports whether the caller may write for an institution, or for an
// area where orgID is "". Who covers the area of an institution does not write
// for it: they recommend.
func (s *Service) mayApply(ctx context.Context, orgID string, areaID int64) bool {
	switch who := account.From(ctx); {
	case operator(ctx):
		return true
	case orgID == "":
		return who.CoversArea(PermApply, s.Tree(), areaID)
	default:
		return slices.ContainsFunc(who.Grants, func(g account.Grant) bool { return g.OrgID == orgID }) &&
			who.CoversOrg(PermApply, s.Tree(), orgID, 0)
	}
}

// covers reports whether the caller has perm for the area of an application.
func (s *Service) covers(ctx context.Context, perm string, areaID int64) bool {
	return operator(ctx) || account.From(ctx).CoversArea(perm, s.Tree(), areaID)
}

// mayRead reports whether the caller may read an application: the applicant
// always, the office and the technical body too, others from its submission on.
func (s *Service) mayRead(ctx context.Context, a Application) bool {
	switch {
	case s.mayApply(ctx, a.OrgID, a.AreaID), s.covers(ctx, PermManage, a.AreaID), s.covers(ctx, PermCheck, a.AreaID):
		return true
	}
	return !a.Submitted.IsZero() && s.covers(ctx, PermRead, a.AreaID)
}

// hand is the caller as the workflow of an application sees it.
func (s *Service) hand(ctx context.Context, a Application) workflow.Hand {
	return workflow.Hand{May: func(desk, perm string) bool {
		if desk == deskApplicant {
			return s.mayApply(ctx, a.OrgID, a.AreaID)
		}
		return s.covers(ctx, perm, a.AreaID)
	}}
}

// The desk of who applies; all others are held over the application's area.
const deskApplicant = "applicant"

// districtOf returns the district an area lies in, 0 = none.
func (s *Service) districtOf(areaID int64) int64 { return s.above(areaID, area.District) }

// above returns the area of a level that an area is or lies in, 0 = none.
func (s *Service) above(areaID int64, l area.Level) int64 {
	t := s.Tree()
	nr, ok := t.ByID(areaID)
	if !ok {
		return 0
	}
	for _, n := range t.Path(nr) {
		if t.At(n).Level == l {
			return t.At(n).ID
		}
	}
	return 0
}

func noApplication() error { return errs.New(errs.NotFound, "accredit.no_application") }
