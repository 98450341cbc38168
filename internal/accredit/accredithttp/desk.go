package accredithttp

import (
	"context"
	"slices"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/errs"
)

// The desks of an application and what one needs to sit there.
const applicant = "applicant"

var desks = []struct{ code, perm string }{
	{applicant, accredit.PermApply}, {"street", accredit.PermVerify}, {"district", accredit.PermRecommend},
	{"technical", accredit.PermCheck}, {"city", accredit.PermManage}, {"leading", accredit.PermDecide},
}

// desksOf lists the desks at which somebody sits somewhere.
func desksOf(who account.Actor) (list []string) {
	for _, d := range desks {
		if who.Can(d.perm) {
			list = append(list, d.code)
		}
	}
	return list
}

// sits reports whether somebody sits at a desk of an application.
func (h *Pages) sits(ctx context.Context, a accredit.Application, desk string) bool {
	if desk == applicant {
		return h.Applies(ctx, a)
	}
	for _, d := range desks {
		if d.code == desk {
			return account.From(ctx).CoversArea(d.perm, h.Tree(), a.AreaID)
		}
	}
	return false
}

// mine reports whether an application waits for whoever asks.
func (h *Pages) mine(ctx context.Context, a accredit.Application) bool { return h.sits(ctx, a, a.Desk) }

// Applies reports whether an application is the reader's own.
func (h *Pages) Applies(ctx context.Context, a accredit.Application) bool {
	if a.OrgID == "" {
		return account.From(ctx).CoversArea(accredit.PermApply, h.Tree(), a.AreaID)
	}
	return slices.ContainsFunc(account.From(ctx).Grants, func(g account.Grant) bool {
		return g.OrgID == a.OrgID && slices.Contains(account.Permissions(g.Role), accredit.PermApply)
	})
}

// onDesk lists what waits for whoever asks, the most pressing first.
func (h *Pages) onDesk(ctx context.Context, f accredit.Filter) ([]accredit.Application, error) {
	var list []accredit.Application
	for _, desk := range desksOf(account.From(ctx)) {
		f.Desk, f.Limit = desk, mostOnDesk
		some, err := h.Service.Applications(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, a := range some {
			if h.mine(ctx, a) {
				list = append(list, a)
			}
		}
	}
	slices.SortStableFunc(list, byDue)
	return list, nil
}

// mostOnDesk is how many applications of a desk are looked at.
const mostOnDesk = 500

// rulesOf returns the calls by id, for the names of their states.
func (h *Pages) rulesOf(ctx context.Context) (map[string]accredit.Call, error) {
	list, err := h.Service.Calls(ctx)
	if err != nil {
		return nil, err
	}
	calls := map[string]accredit.Call{}
	for _, c := range list {
		calls[c.ID] = c
	}
	return calls, nil
}

// callOf returns the call with a code, to officers and applicants alike.
func (h *Pages) callOf(ctx context.Context, code string) (accredit.Call, error) {
	c, err := h.Service.CallByCode(ctx, code)
	if err == nil && c.Digest == "" { // a draft is not yet one
		return c, errs.New(errs.NotFound, "error.not_found")
	}
	return c, err
}
