package decide

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"xuedu/internal/account"
	"xuedu/internal/errs"
)

func isNone(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// need fails with Forbidden unless the caller has perm in the whole city.
func (s *Service) need(ctx context.Context, perm string) error {
	if account.From(ctx).CoversArea(perm, s.Tree(), s.Tree().At(0).ID) {
		return nil
	}
	return errs.New(errs.Forbidden, "decide.not_yours")
}

// mayRead: the office, the technical body and the leading group.
func (s *Service) mayRead(ctx context.Context) error {
	for _, perm := range []string{permManage, permDecide, "accredit:check"} {
		if s.need(ctx, perm) == nil {
			return nil
		}
	}
	return errs.New(errs.Forbidden, "decide.not_yours")
}

// reasoned cuts a reason and fails with Invalid if there is none.
func reasoned(reason string) (string, error) {
	if reason = strings.TrimSpace(reason); reason == "" {
		return "", errs.InvalidField("reason", "decide.reason_required")
	}
	return reason, nil
}

func actor(ctx context.Context) string { return account.From(ctx).ID }
