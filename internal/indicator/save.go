package indicator

import (
	"context"
	"database/sql"
	"strings"

	"xuedu/internal/account"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// Save adds a version that holds from d.From on, and ends the one before; with
// the first day of the newest version it takes that one's place. It needs the
// permission indicator:define where an account acts, a reason, and a definition
// without problems: it fails with Forbidden or Invalid, and with Conflict if
// base is not the newest version (0 = a new code).
func (s *Service) Save(ctx context.Context, d pack.Indicator, base int64, reason string) (Definition, error) {
	if who := account.From(ctx); who.SignedIn() && !who.Can(permDefine) {
		return Definition{}, errs.New(errs.Forbidden, "error.forbidden")
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return Definition{}, errs.InvalidField("reason", "indicator.reason_required")
	}
	bad, err := s.Check(ctx, d)
	if err != nil {
		return Definition{}, err
	}
	if len(bad) > 0 {
		return Definition{}, &errs.Error{Kind: errs.Invalid, Key: bad[0].Key, Args: bad[0].Args, Field: bad[0].Field}
	}
	var v Definition
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := db.Next(ctx, tx, counter, 1); err != nil { // one at a time
			return err
		}
		v, err = s.save(ctx, tx, Definition{Indicator: d, Origin: FromCity, Reason: reason, Author: audit.From(ctx).Actor}, base)
		return err
	})
	return v, err
}

func (s *Service) save(ctx context.Context, tx *sql.Tx, d Definition, base int64) (Definition, error) {
	have, err := versions(ctx, tx)
	if err != nil {
		return Definition{}, err
	}
	list := have[d.Code]
	last, _ := newest(list)
	switch {
	case last.Version != base:
		return Definition{}, errs.New(errs.Conflict, "indicator.changed_meanwhile", "Code", d.Code, "Version", last.Version)
	case body(last.Indicator) == body(d.Indicator):
		return Definition{}, errs.New(errs.Conflict, "indicator.same", "Code", d.Code)
	}
	for _, v := range list {
		if !v.replaced() && d.From < v.From {
			return Definition{}, errs.InvalidField("from", "indicator.from_before", "From", v.From)
		}
	}
	at := s.stamp()
	v, err := put(ctx, tx, list, d, at)
	if err != nil {
		return Definition{}, err
	}
	return v, audit.Append(ctx, tx, at, audit.Entry{Verb: permDefine, Object: "indicator:" + d.Code, Reason: d.Reason,
		Detail: map[string]any{"version": v.Version, "from": d.From, "formula": d.Formula}})
}
