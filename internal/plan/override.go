package plan

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/plan/internal/gen"
)

// SetOverride shows a number as today's progress of an area ("" = the whole)
// instead of what is counted, which stays beside it. One that holds already is
// ended by it. It needs the permission target:set and a reason; it fails with
// Invalid, Forbidden, and NotFound where the target or the area's path is not
// there.
func (s *Service) SetOverride(ctx context.Context, code, areaCode, value, reason string) error {
	v, err := ParseNumber(value)
	if err != nil {
		return at("value", err)
	}
	reason, err = cleanReason(reason)
	if err != nil {
		return err
	}
	st, err := s.standingOf(ctx, code, areaCode)
	if err != nil {
		return err
	}
	o := Override{ID: uuid.Must(uuid.NewV7()).String(), Code: code, Area: st.Area.ID, Value: v, Reason: reason, At: s.stamp(), Author: audit.From(ctx).Actor}
	if st.Now.Known() {
		o.Counted = Rounded(st.Now.Value, 6)
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		if err := s.replaceOverride(ctx, tx, o); err != nil {
			return err
		}
		return audit.Append(ctx, tx, o.At, audit.Entry{Verb: "target:override", Object: "target:" + code, AreaID: o.Area, Reason: reason,
			Detail: map[string]any{"value": Exact(v), "counted": o.Counted}})
	})
}

// replaceOverride ends the one that holds, and writes o.
func (s *Service) replaceOverride(ctx context.Context, tx db.Querier, o Override) error {
	if _, err := db.Next(ctx, tx, "target", 1); err != nil {
		return err
	}
	all, err := open(ctx, tx)
	if err != nil {
		return err
	}
	for _, old := range all {
		if old.Code != o.Code || old.Area != o.Area {
			continue
		}
		if err := s.end(ctx, tx, old.ID, o.Reason); err != nil {
			return err
		}
	}
	err = gen.New(tx).InsertOverride(ctx, gen.InsertOverrideParams{ID: o.ID, Code: o.Code, AreaID: o.Area, Value: Exact(o.Value), Counted: o.Counted,
		Reason: o.Reason, Author: o.Author, CreatedAt: o.At})
	if err != nil {
		return fmt.Errorf("write override of %s: %w", o.Code, err)
	}
	return nil
}

// EndOverride shows again what is counted. It needs the permission target:set
// and a reason, and fails with NotFound where no override holds.
func (s *Service) EndOverride(ctx context.Context, code, areaCode, why string) error {
	why, err := cleanReason(why)
	if err != nil {
		return err
	}
	st, err := s.standingOf(ctx, code, areaCode)
	if err != nil {
		return err
	}
	if st.Override == nil {
		return errs.New(errs.NotFound, "plan.no_override")
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := db.Next(ctx, tx, "target", 1); err != nil {
			return err
		}
		if err := s.end(ctx, tx, st.Override.ID, why); err != nil {
			return err
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "target:override-end", Object: "target:" + code, AreaID: st.Area.ID, Reason: why,
			Detail: map[string]any{"value": Exact(st.Override.Value)}})
	})
}

func (s *Service) end(ctx context.Context, tx db.Querier, id, why string) error {
	n, err := gen.New(tx).EndOverride(ctx, gen.EndOverrideParams{ID: id, EndedAt: nullTime(s.stamp()), EndedWhy: why, EndedBy: audit.From(ctx).Actor})
	if err != nil {
		return fmt.Errorf("end override: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "plan.changed_meanwhile")
	}
	return nil
}

// Overrides returns all overrides of a target, ended ones too, the newest first.
func (s *Service) Overrides(ctx context.Context, code string) ([]Override, error) {
	rows, err := gen.New(s.DB.Read).OverridesOf(ctx, code)
	if err != nil {
		return nil, fmt.Errorf("read overrides of %s: %w", code, err)
	}
	return overridesOf(rows)
}

// standingOf checks that the caller may change a target, and returns how an
// area stands against it.
func (s *Service) standingOf(ctx context.Context, code, areaCode string) (Standing, error) {
	if err := s.mayChange(ctx); err != nil {
		return Standing{}, err
	}
	p, err := s.Progress(ctx, code)
	if err != nil {
		return Standing{}, err
	}
	if p.Target.State != InForce || p.Whole.Area == nil {
		return Standing{}, errs.New(errs.NotFound, "plan.no_target", "Code", code)
	}
	if areaCode == "" || areaCode == p.Whole.Area.Code {
		return p.Whole, nil
	}
	i := slices.IndexFunc(p.Split, func(st Standing) bool { return st.Area.Code == areaCode })
	if i < 0 {
		return Standing{}, errs.InvalidField("area", "plan.no_area", "Code", areaCode)
	}
	return p.Split[i], nil
}
