package plan

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"time"

	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/plan/internal/gen"
)

// rowOf is how a version is stored, but for its numbers.
func rowOf(t Target) (gen.Target, error) {
	var err error
	text := func(v any) string {
		b, e := json.Marshal(v)
		err = errors.Join(err, e)
		return string(b)
	}
	about := int64(0)
	if t.About {
		about = 1
	}
	r := gen.Target{ID: t.ID, Code: t.Code, Version: t.Version, Plan: t.Plan, Clause: t.Clause, Name: text(t.Name), Unit: text(t.Unit),
		Measure: t.Measure, Direction: string(t.Direction), Responsible: text(list(t.Responsible)), Supporting: text(list(t.Supporting)),
		Tolerance: Exact(t.Tolerance), About: about, Due: t.Due, SetBy: t.SetBy, State: string(t.State), Origin: t.Origin,
		Reason: t.Reason, Author: t.Author, CreatedAt: t.At}
	return r, err
}

func list(codes []string) []string {
	if codes == nil {
		return []string{}
	}
	return codes
}

func targetOf(r gen.Target) (Target, error) {
	t := Target{ID: r.ID, Code: r.Code, Version: r.Version, Plan: r.Plan, Clause: r.Clause, Measure: r.Measure, Direction: Direction(r.Direction),
		About: r.About == 1, Due: r.Due, SetBy: r.SetBy, State: State(r.State), Origin: r.Origin, Reason: r.Reason, Author: r.Author,
		At: r.CreatedAt.UTC()}
	var err error
	t.Tolerance, err = ParseNumber(r.Tolerance)
	err = errors.Join(err, json.Unmarshal([]byte(r.Name), &t.Name), json.Unmarshal([]byte(r.Unit), &t.Unit),
		json.Unmarshal([]byte(r.Responsible), &t.Responsible), json.Unmarshal([]byte(r.Supporting), &t.Supporting))
	if err != nil {
		return t, fmt.Errorf("read target %s: %w", r.Code, err)
	}
	return t, nil
}

// numbersOf sorts stored numbers by the version they belong to.
func numbersOf(rows []gen.TargetValue) (map[string][]Number, error) {
	out := map[string][]Number{}
	for _, r := range rows {
		year, err := strconv.Atoi(r.Period)
		v, bad := ParseNumber(r.Value)
		if err = errors.Join(err, bad); err != nil {
			return nil, fmt.Errorf("read number of target %s: %w", r.TargetID, err)
		}
		out[r.TargetID] = append(out[r.TargetID], Number{Area: r.AreaID, Year: year, Kind: Kind(r.Kind), Value: v})
	}
	return out, nil
}

func targetsOf(rows []gen.Target, values []gen.TargetValue) ([]Target, error) {
	numbers, err := numbersOf(values)
	if err != nil {
		return nil, err
	}
	out := make([]Target, 0, len(rows))
	for _, r := range rows {
		t, err := targetOf(r)
		if err != nil {
			return nil, err
		}
		t.Numbers = numbers[t.ID]
		out = append(out, t)
	}
	return out, nil
}

// newest reads the newest version of every target, dropped ones too, by code.
func newest(ctx context.Context, q db.Querier) ([]Target, error) {
	rows, err := gen.New(q).NewestTargets(ctx)
	if err != nil {
		return nil, fmt.Errorf("read targets: %w", err)
	}
	values, err := gen.New(q).NewestValues(ctx)
	if err != nil {
		return nil, fmt.Errorf("read numbers of targets: %w", err)
	}
	return targetsOf(rows, values)
}

// versions reads all versions of a code, the newest first; NotFound if there
// is none.
func versions(ctx context.Context, q db.Querier, code string) ([]Target, error) {
	rows, err := gen.New(q).TargetVersions(ctx, code)
	if err != nil {
		return nil, fmt.Errorf("read target %s: %w", code, err)
	}
	if len(rows) == 0 {
		return nil, errs.New(errs.NotFound, "plan.no_target", "Code", code)
	}
	values, err := gen.New(q).ValuesOf(ctx, code)
	if err != nil {
		return nil, fmt.Errorf("read numbers of target %s: %w", code, err)
	}
	return targetsOf(rows, values)
}

func insertTarget(ctx context.Context, tx db.Querier, t Target) error {
	r, err := rowOf(t)
	if err != nil {
		return fmt.Errorf("write target %s: %w", t.Code, err)
	}
	q := gen.New(tx)
	if err := q.InsertTarget(ctx, gen.InsertTargetParams(r)); err != nil {
		return fmt.Errorf("write target %s: %w", t.Code, err)
	}
	for _, n := range t.Numbers {
		err := q.InsertValue(ctx, gen.InsertValueParams{TargetID: t.ID, AreaID: n.Area, Period: strconv.Itoa(n.Year), Kind: string(n.Kind), Value: Exact(n.Value)})
		if err != nil {
			return fmt.Errorf("write number of target %s: %w", t.Code, err)
		}
	}
	return nil
}

// Override is a progress that somebody set against the count. It is shown as
// such, beside what is counted, until somebody ends it.
type Override struct {
	ID, Code       string
	Area           int64    // id
	Value          *big.Rat // what is to be shown
	Counted        string   // what was counted then, exact; "" = not known
	Reason, Author string
	At             time.Time
	EndedAt        time.Time // zero: it holds
	EndedBy        string
	EndedWhy       string
}

func overridesOf(rows []gen.TargetOverride) ([]Override, error) {
	out := make([]Override, 0, len(rows))
	for _, r := range rows {
		v, err := ParseNumber(r.Value)
		if err != nil {
			return nil, fmt.Errorf("read override of target %s: %w", r.Code, err)
		}
		o := Override{ID: r.ID, Code: r.Code, Area: r.AreaID, Value: v, Counted: r.Counted, Reason: r.Reason, Author: r.Author,
			At: r.CreatedAt.UTC(), EndedBy: r.EndedBy, EndedWhy: r.EndedWhy}
		if r.EndedAt.Valid {
			o.EndedAt = r.EndedAt.Time.UTC()
		}
		out = append(out, o)
	}
	return out, nil
}

// open reads the overrides that hold.
func open(ctx context.Context, q db.Querier) ([]Override, error) {
	rows, err := gen.New(q).OpenOverrides(ctx)
	if err != nil {
		return nil, fmt.Errorf("read overrides: %w", err)
	}
	return overridesOf(rows)
}

func nullTime(t time.Time) sql.NullTime { return sql.NullTime{Time: t, Valid: true} }
