package org

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/org/internal/gen"
)

// entry is what the history says of a change.
type entry struct {
	verb, reason string
	diff         map[string][2]string
}

func all(ctx context.Context, q db.Querier) ([]Org, error) {
	rows, err := gen.New(q).Orgs(ctx)
	if err != nil {
		return nil, fmt.Errorf("read institutions: %w", err)
	}
	list := make([]Org, 0, len(rows))
	for _, r := range rows {
		list = append(list, Org{
			ID: r.ID, Code: r.Code, Type: r.Type, Name: r.Name, NameEN: r.NameEn, Pinyin: r.Pinyin, Initials: r.Initials,
			AreaID: r.AreaID, ParentID: r.ParentID.String, Address: r.Address, Phone: r.Phone, State: State(r.State),
			Profile: Profile{Host: r.Host.String, Space: r.Space.String, Shared: r.Shared.String, Rooms: known(r.Rooms), Ramp: r.Ramp.String,
				Lift: r.Lift.String, Toilet: r.Toilet.String, FullTime: known(r.FullTime), PartTime: known(r.PartTime), Volunteers: known(r.Volunteers),
				OpenHours: r.OpenHours.String, Opening: r.Opening.String},
			CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
		})
	}
	return list, nil
}

// serial returns the number of the last change, 0 if there was none.
func serial(ctx context.Context, q db.Querier) (int64, error) {
	n, err := gen.New(q).Stamp(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read number of changes: %w", err)
	}
	return n, nil
}

// known is a count as text, "" where it is not known.
func known(n sql.NullInt64) string {
	if !n.Valid {
		return ""
	}
	return strconv.FormatInt(n.Int64, 10)
}

// countOf is a count of a checked profile.
func countOf(s string) sql.NullInt64 {
	n, err := strconv.ParseInt(s, 10, 64)
	return sql.NullInt64{Int64: n, Valid: err == nil}
}

func orNull(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }

// insert writes o with its history and the audit entry.
func (s *Service) insert(ctx context.Context, tx *sql.Tx, o Org, verb string) error {
	if err := insertRow(ctx, tx, o); err != nil {
		return err
	}
	return s.record(ctx, tx, o, entry{verb: verb, diff: changes(Org{}, o)})
}

func insertRow(ctx context.Context, tx *sql.Tx, o Org) error {
	err := gen.New(tx).InsertOrg(ctx, gen.InsertOrgParams{
		ID: o.ID, Code: o.Code, Type: o.Type, Name: o.Name, NameEn: o.NameEN, Pinyin: o.Pinyin, Initials: o.Initials,
		AreaID: o.AreaID, ParentID: orNull(o.ParentID), Address: o.Address, Phone: o.Phone, State: string(o.State),
		Host: orNull(o.Host), Space: orNull(o.Space), Shared: orNull(o.Shared), Rooms: countOf(o.Rooms), Ramp: orNull(o.Ramp), Lift: orNull(o.Lift),
		Toilet: orNull(o.Toilet), FullTime: countOf(o.FullTime), PartTime: countOf(o.PartTime), Volunteers: countOf(o.Volunteers),
		OpenHours: orNull(o.OpenHours), Opening: orNull(o.Opening),
		CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt,
	})
	if err != nil {
		return fmt.Errorf("insert institution %s: %w", o.Code, err)
	}
	return nil
}

// update writes o over old with its history and the audit entry.
func (s *Service) update(ctx context.Context, tx *sql.Tx, old, o Org, e entry) error {
	if err := updateRow(ctx, tx, old, o); err != nil {
		return err
	}
	return s.record(ctx, tx, o, e)
}

func updateRow(ctx context.Context, tx *sql.Tx, old, o Org) error {
	n, err := gen.New(tx).UpdateOrg(ctx, gen.UpdateOrgParams{
		ID: o.ID, Type: o.Type, Name: o.Name, NameEn: o.NameEN, Pinyin: o.Pinyin, Initials: o.Initials, AreaID: o.AreaID,
		ParentID: orNull(o.ParentID), Address: o.Address, Phone: o.Phone, State: string(o.State), UpdatedAt: o.UpdatedAt,
		Host: orNull(o.Host), Space: orNull(o.Space), Shared: orNull(o.Shared), Rooms: countOf(o.Rooms), Ramp: orNull(o.Ramp), Lift: orNull(o.Lift),
		Toilet: orNull(o.Toilet), FullTime: countOf(o.FullTime), PartTime: countOf(o.PartTime), Volunteers: countOf(o.Volunteers),
		OpenHours: orNull(o.OpenHours), Opening: orNull(o.Opening),
		Seen: old.UpdatedAt,
	})
	if err != nil {
		return fmt.Errorf("update institution %s: %w", o.Code, err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "org.changed_meanwhile")
	}
	return nil
}

func insertHistory(ctx context.Context, tx *sql.Tx, o Org, e entry, at time.Time) error {
	diff, err := json.Marshal(e.diff)
	if err != nil {
		return fmt.Errorf("encode history of %s: %w", o.Code, err)
	}
	err = gen.New(tx).InsertHistory(ctx, gen.InsertHistoryParams{
		ID: newID(), OrgID: o.ID, At: at, Actor: audit.From(ctx).Actor, Verb: e.verb, Reason: e.reason, Changes: string(diff),
	})
	if err != nil {
		return fmt.Errorf("insert history of %s: %w", o.Code, err)
	}
	return nil
}

// record appends to the history and, last, to the audit trail.
func (s *Service) record(ctx context.Context, tx *sql.Tx, o Org, e entry) error {
	if err := insertHistory(ctx, tx, o, e, o.UpdatedAt); err != nil {
		return err
	}
	fields := make([]string, 0, len(e.diff))
	for _, f := range fieldNames {
		if _, ok := e.diff[f]; ok {
			fields = append(fields, f)
		}
	}
	return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "org:" + e.verb, Object: "org:" + o.ID, AreaID: o.AreaID,
		Reason: e.reason, Detail: map[string]any{"code": o.Code, "fields": fields}})
}
