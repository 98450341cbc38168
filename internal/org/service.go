package org

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"xuedu/internal/account"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

const permEdit = "org:edit"

// Service is the use cases of this package. The register is kept in memory and
// read again when any process has changed it. Its zero value is not usable.
type Service struct {
	db   *db.DB
	tree func() *area.Tree
	pack func() *pack.Pack
	now  func() time.Time
	reg  atomic.Pointer[register]
	past atomic.Pointer[snapshot]
}

// New returns a Service.
func New(d *db.DB, tree func() *area.Tree, p func() *pack.Pack, now func() time.Time) *Service {
	return &Service{db: d, tree: tree, pack: p, now: now}
}

// stamp is the time to store: UTC, and no finer than both databases keep.
func (s *Service) stamp() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// Create adds an institution. It fails with Invalid on a broken rule, Conflict
// on a code that is taken and Forbidden outside the caller's area.
func (s *Service) Create(ctx context.Context, in Input) (Org, error) {
	if err := in.clean(); err != nil {
		return Org{}, err
	}
	var o Org
	err := s.change(ctx, func(tx *sql.Tx, r *register) error {
		if _, ok := r.byCode[in.Code]; ok {
			return &errs.Error{Kind: errs.Conflict, Key: "org.code_taken", Args: []any{"Code", in.Code}, Field: "code"}
		}
		var err error
		if o, err = s.fill(Org{ID: newID(), Code: in.Code, State: Active, CreatedAt: s.stamp()}, in, r); err != nil {
			return err
		}
		if err := s.mayPlace(ctx, o.AreaID); err != nil {
			return err
		}
		return s.insert(ctx, tx, o, "create")
	})
	return o, err
}

// Edit changes an institution; its code stays. It fails with NotFound, with
// Invalid on a broken rule, with Forbidden where the caller may not change it
// or may not put it into the new area, and with Conflict if somebody else has
// changed it since in.Seen.
func (s *Service) Edit(ctx context.Context, code string, in Input) (Org, error) {
	in.Code = code
	if err := in.clean(); err != nil {
		return Org{}, err
	}
	return s.alter(ctx, code, "edit", "", func(old Org, r *register) (Org, error) {
		if !in.Seen.IsZero() && !in.Seen.Equal(old.UpdatedAt) {
			return Org{}, errs.New(errs.Conflict, "org.changed_meanwhile")
		}
		o, err := s.fill(old, in, r)
		if err == nil && o.AreaID != old.AreaID {
			err = s.mayPlace(ctx, o.AreaID)
		}
		return o, err
	})
}

// Deactivate takes an institution out of work, for a reason. What it did stays.
func (s *Service) Deactivate(ctx context.Context, code, reason string) error {
	return s.setState(ctx, code, "deactivate", reason, Inactive)
}

// Reactivate brings an institution back to work, for a reason.
func (s *Service) Reactivate(ctx context.Context, code, reason string) error {
	return s.setState(ctx, code, "reactivate", reason, Active)
}

func (s *Service) setState(ctx context.Context, code, verb, reason string, to State) error {
	reason, err := cleanReason(reason)
	if err != nil {
		return err
	}
	_, err = s.alter(ctx, code, verb, reason, func(o Org, _ *register) (Org, error) {
		if o.State == to {
			return o, errs.New(errs.Conflict, map[State]string{Active: "org.already_active", Inactive: "org.already_inactive"}[to])
		}
		o.State = to
		return o, nil
	})
	return err
}

// alter runs one change of one institution: scope, change, row, history, audit.
func (s *Service) alter(ctx context.Context, code, verb, reason string, f func(Org, *register) (Org, error)) (Org, error) {
	var o Org
	err := s.change(ctx, func(tx *sql.Tx, r *register) error {
		old, ok := r.byCode[code]
		if !ok {
			return errs.New(errs.NotFound, "org.not_found")
		}
		if err := s.mayEdit(ctx, *old); err != nil {
			return err
		}
		var err error
		if o, err = f(*old, r); err != nil {
			return err
		}
		diff := changes(*old, o)
		if len(diff) == 0 {
			return nil
		}
		o.UpdatedAt = s.after(old.UpdatedAt)
		return s.update(ctx, tx, *old, o, entry{verb: verb, reason: reason, diff: diff})
	})
	return o, err
}

// after is the time of a change: always later than the one before, so that
// "changed since" can be told.
func (s *Service) after(last time.Time) time.Time {
	if t := s.stamp(); t.After(last) {
		return t
	}
	return last.Add(time.Millisecond)
}

// change runs f in a transaction that holds the register's number, so that no
// other process changes the register meanwhile and all see that it changed.
func (s *Service) change(ctx context.Context, f func(*sql.Tx, *register) error) error {
	return s.db.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := db.Next(ctx, tx, "org", 1); err != nil {
			return err
		}
		r, err := s.load(ctx, tx)
		if err != nil {
			return err
		}
		return f(tx, r)
	})
}

// fill puts checked input into o: its type, area and parent must exist.
func (s *Service) fill(o Org, in Input, r *register) (Org, error) {
	n, ok := s.tree().ByCode(in.Area)
	switch {
	case !ok:
		return o, errs.InvalidField("area", "org.no_area", "Code", in.Area)
	case !s.knownType(in.Type):
		return o, errs.InvalidField("type", "org.no_type", "Code", in.Type)
	}
	o.ParentID = ""
	if in.Parent != "" {
		p, ok := r.byCode[in.Parent]
		switch {
		case !ok:
			return o, errs.InvalidField("parent", "org.no_parent", "Code", in.Parent)
		case r.under(p, o.ID):
			return o, errs.InvalidField("parent", "org.parent_below", "Code", in.Parent)
		}
		o.ParentID = p.ID
	}
	o.Type, o.NameEN, o.AreaID, o.Address, o.Phone = in.Type, in.NameEN, s.tree().At(n).ID, in.Address, in.Phone
	o.Profile = in.Profile
	o.named(in.Name)
	if o.UpdatedAt.IsZero() {
		o.UpdatedAt = o.CreatedAt
	}
	return o, nil
}

func (s *Service) knownType(code string) bool {
	return slices.ContainsFunc(s.pack().OrgTypes, func(t pack.OrgType) bool { return t.Code == code })
}

// trusted reports whether the caller is the command line or the program itself.
func trusted(ctx context.Context) bool {
	who := audit.From(ctx).Actor
	return who == "system" || strings.HasPrefix(who, "cli:")
}

// CanPlace reports whether the caller may register institutions in an area.
func (s *Service) CanPlace(ctx context.Context, areaID int64) bool {
	return s.mayPlace(ctx, areaID) == nil
}

// CanEdit reports whether the caller may change o.
func (s *Service) CanEdit(ctx context.Context, o Org) bool { return s.mayEdit(ctx, o) == nil }

func (s *Service) mayPlace(ctx context.Context, areaID int64) error {
	if trusted(ctx) || account.From(ctx).CoversArea(permEdit, s.tree(), areaID) {
		return nil
	}
	return errs.New(errs.Forbidden, "org.not_your_area")
}

func (s *Service) mayEdit(ctx context.Context, o Org) error {
	if trusted(ctx) || account.From(ctx).CoversOrg(permEdit, s.tree(), o.ID, o.AreaID) {
		return nil
	}
	return errs.New(errs.Forbidden, "org.not_yours")
}
