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
	bad, err := s.Check(ctx, d)
	if err != nil {
		return Definition{}, err
	}
	saved, err := s.write(ctx, []pack.Indicator{d}, [][]Problem{bad}, reason, func(Definition) int64 { return base })
	if err != nil {
		return Definition{}, err
	}
	return saved[0], nil
}

// SaveAll is Save for definitions that come in together, on the versions that
// are the newest: all are saved or none.
func (s *Service) SaveAll(ctx context.Context, defs []pack.Indicator, reason string) ([]Definition, error) {
	bad, err := s.CheckAll(ctx, defs)
	if err != nil {
		return nil, err
	}
	return s.write(ctx, defs, bad, reason, func(newest Definition) int64 { return newest.Version })
}

// write saves checked definitions in one transaction; base says on which
// version each was made.
func (s *Service) write(ctx context.Context, defs []pack.Indicator, bad [][]Problem, reason string, base func(newest Definition) int64) ([]Definition, error) {
	if who := account.From(ctx); who.SignedIn() && !who.Can(permDefine) {
		return nil, errs.New(errs.Forbidden, "error.forbidden")
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return nil, errs.InvalidField("reason", "indicator.reason_required")
	}
	for _, list := range bad {
		if len(list) > 0 {
			return nil, &errs.Error{Kind: errs.Invalid, Key: list[0].Key, Args: list[0].Args, Field: list[0].Field}
		}
	}
	var out []Definition
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := db.Next(ctx, tx, counter, 1); err != nil { // one at a time
			return err
		}
		have, err := versions(ctx, tx)
		if err != nil {
			return err
		}
		out, err = s.save(ctx, tx, have, defs, reason, base)
		return err
	})
	return out, err
}

func (s *Service) save(ctx context.Context, tx *sql.Tx, have map[string][]Definition, defs []pack.Indicator, reason string, base func(Definition) int64) ([]Definition, error) {
	at, out, detail := s.stamp(), make([]Definition, len(defs)), make([]map[string]any, len(defs))
	for i, d := range defs {
		list := have[d.Code]
		last, _ := newest(list)
		if err := fits(list, last, d, base(last)); err != nil {
			return nil, err
		}
		v, err := put(ctx, tx, list, Definition{Indicator: d, Origin: FromCity, Reason: reason, Author: audit.From(ctx).Actor}, at)
		if err != nil {
			return nil, err
		}
		have[d.Code], out[i] = refreshed(list, v), v
		detail[i] = map[string]any{"code": d.Code, "version": v.Version, "from": d.From, "formula": d.Formula}
	}
	object := "indicator:*"
	if len(defs) == 1 {
		object = "indicator:" + defs[0].Code
	}
	return out, audit.Append(ctx, tx, at, audit.Entry{Verb: permDefine, Object: object, Reason: reason, Detail: map[string]any{"versions": detail}})
}

// fits reports why d cannot follow the versions of its code.
func fits(list []Definition, last Definition, d pack.Indicator, base int64) error {
	switch {
	case last.Version != base:
		return errs.New(errs.Conflict, "indicator.changed_meanwhile", "Code", d.Code, "Version", last.Version)
	case body(last.Indicator) == body(d):
		return errs.New(errs.Conflict, "indicator.same", "Code", d.Code)
	}
	for _, v := range list {
		if !v.replaced() && d.From < v.From {
			return errs.InvalidField("from", "indicator.from_before", "From", v.From)
		}
	}
	return nil
}
