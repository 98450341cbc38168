package plan

import (
	"cmp"
	"context"
	"database/sql"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"xuedu/internal/account"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// PermSet is the permission to set targets; the service checks where.
const PermSet = "target:set"

// Input is what an officer says of a target: everything but its split.
type Input struct {
	Code                    string
	Base                    int64 // version that was looked at, 0 = a new code
	Plan, Clause, Measure   string
	Name, Unit              pack.Text
	Direction               Direction
	Responsible, Supporting []string
	Tolerance               string // "" = 0
	About                   bool
	Due, SetBy, Reason      string
	Numbers                 []Entry // of the whole; they replace those there are
}

// Entry is one number as it was typed.
type Entry struct {
	Area  string // code, "" = the whole
	Year  int
	Kind  Kind
	Value string // "" = none
}

// Set adds a version, or a new target. The split stays, and must still hold.
// It needs the permission target:set in the whole city and a reason; it fails
// with Invalid at the field that breaks a rule, with Forbidden, and with
// Conflict if somebody else has changed the target since.
func (s *Service) Set(ctx context.Context, in Input) (Target, error) {
	tolerance, err := ParseNumber(cmp.Or(strings.TrimSpace(in.Tolerance), "0"))
	if err != nil {
		return Target{}, at("tolerance", err)
	}
	return s.change(ctx, "target:set", in.Code, in.Base, in.Reason, func(t *Target) error {
		t.Plan, t.Clause, t.Measure, t.Name, t.Unit = in.Plan, in.Clause, strings.TrimSpace(in.Measure), in.Name, in.Unit
		t.Direction, t.Responsible, t.Supporting, t.Tolerance = in.Direction, in.Responsible, in.Supporting, tolerance
		t.About, t.Due, t.SetBy, t.State = in.About, in.Due, strings.TrimSpace(in.SetBy), InForce
		top, _ := s.split()
		if top < 0 {
			return errs.New(errs.Unavailable, "plan.no_areas")
		}
		id := s.Tree().At(top).ID
		t.Numbers = slices.DeleteFunc(slices.Clone(t.Numbers), func(n Number) bool { return n.Area == id })
		if err := s.put(t, in.Numbers); err != nil {
			return err
		}
		if t.Want(id, t.DueYear()) == nil {
			return errs.InvalidField("path", "plan.no_end", "Year", t.DueYear())
		}
		return nil
	})
}

// Put writes single numbers of a target, of the whole or of its split, over
// those there are; an empty value takes a number away. It fails as Set does.
func (s *Service) Put(ctx context.Context, code string, base int64, list []Entry, reason string) (Target, error) {
	return s.change(ctx, "target:split", code, base, reason, func(t *Target) error {
		if t.Version == 0 {
			return errs.New(errs.NotFound, "plan.no_target", "Code", code)
		}
		t.Numbers = slices.Clone(t.Numbers)
		return s.put(t, list)
	})
}

// Drop ends a target; its history stays. It fails as Set does.
func (s *Service) Drop(ctx context.Context, code string, base int64, reason string) error {
	_, err := s.change(ctx, "target:drop", code, base, reason, func(t *Target) error {
		if t.Version == 0 || t.State == Dropped {
			return errs.New(errs.NotFound, "plan.no_target", "Code", code)
		}
		t.State = Dropped
		return nil
	})
	return err
}

// History returns all versions of a target, the newest first.
func (s *Service) History(ctx context.Context, code string) ([]Target, error) {
	return versions(ctx, s.DB.Read, code)
}

// change adds one version in a transaction of its own.
func (s *Service) change(ctx context.Context, verb, code string, base int64, reason string, f func(*Target) error) (t Target, err error) {
	err = s.DB.InTx(ctx, func(tx *sql.Tx) error {
		t, err = s.changeIn(ctx, tx, edit{verb, code, base, reason}, f)
		return err
	})
	return t, err
}

// edit is what is done to which version, and why. A base below zero is the
// newest version, whichever that is.
type edit struct {
	verb, code string
	base       int64
	reason     string
}

// changeIn adds one version: permission, change, check, rows, audit.
func (s *Service) changeIn(ctx context.Context, tx db.Querier, e edit, f func(*Target) error) (Target, error) {
	reason, err := cleanReason(e.reason)
	if err != nil {
		return Target{}, err
	}
	if err := s.mayChange(ctx); err != nil {
		return Target{}, err
	}
	if _, err := db.Next(ctx, tx, "target", 1); err != nil {
		return Target{}, err
	}
	old, err := based(ctx, tx, e.code, e.base)
	if err != nil {
		return Target{}, err
	}
	t := old
	if err := f(&t); err != nil {
		return Target{}, err
	}
	if err := s.checked(ctx, t); err != nil {
		return Target{}, err
	}
	if old.Version > 0 && old.same(t) {
		return old, errs.New(errs.Conflict, "plan.nothing_changed")
	}
	t.Origin, t.Reason = FromCity, reason
	if err := s.write(ctx, tx, &t); err != nil {
		return Target{}, err
	}
	return t, audit.Append(ctx, tx, t.At, audit.Entry{Verb: e.verb, Object: "target:" + t.Code, Reason: reason,
		Detail: map[string]any{"version": t.Version, "measure": t.Measure, "due": t.Due}})
}

// based returns the newest version of a code, a zero one for a new code.
func based(ctx context.Context, tx db.Querier, code string, base int64) (Target, error) {
	all, err := versions(ctx, tx, code)
	if errs.KindOf(err) == errs.NotFound {
		all, err = []Target{{Code: code, Tolerance: new(big.Rat)}}, nil
	}
	if err != nil {
		return Target{}, err
	}
	switch t := all[0]; {
	case base == 0 && t.Version > 0:
		return t, errs.InvalidField("code", "plan.code_taken", "Code", code)
	case base >= 0 && base != t.Version:
		return t, errs.New(errs.Conflict, "plan.changed_meanwhile")
	default:
		return t, nil
	}
}

// write stores t as the next version of its code.
func (s *Service) write(ctx context.Context, tx db.Querier, t *Target) error {
	t.ID, t.Version, t.At, t.Author = uuid.Must(uuid.NewV7()).String(), t.Version+1, s.stamp(), audit.From(ctx).Actor
	sortNumbers(t.Numbers)
	return insertTarget(ctx, tx, *t)
}

// checked fails with Invalid where a target breaks a rule, names a clause or a
// code that does not exist, or has a split that does not add up.
func (s *Service) checked(ctx context.Context, t Target) error {
	if err := t.check(); err != nil || t.State == Dropped {
		return err
	}
	if _, c := s.clause(t.Plan, t.Clause); c.Code == "" {
		return errs.InvalidField("clause", "plan.no_clause", "Code", t.Clause)
	}
	codes, err := s.Meter.Codes(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(codes, func(c Code) bool { return c.Code == t.Measure })
	if i < 0 {
		return errs.InvalidField("measure", "plan.no_measure", "Code", t.Measure)
	}
	if !codes[i].Adds {
		return nil
	}
	return checkSums(s.SumsOf(t))
}

// SumsOf compares the path of the whole with its split.
func (s *Service) SumsOf(t Target) []Sum {
	top, parts := s.split()
	if top < 0 {
		return nil
	}
	ids := make([]int64, len(parts))
	for i, n := range parts {
		ids[i] = s.Tree().At(n).ID
	}
	return Sums(t.Numbers, s.Tree().At(top).ID, ids)
}

// Try puts numbers over those of a target without writing anything, and
// returns what the split makes then: the preview of a form.
func (s *Service) Try(t Target, list []Entry) (Target, []Sum, error) {
	t.Numbers = slices.Clone(t.Numbers)
	err := s.put(&t, list)
	return t, s.SumsOf(t), err
}

// put writes typed numbers into t.
func (s *Service) put(t *Target, list []Entry) error {
	for _, e := range list {
		id, err := s.areaOf(e.Area)
		if err != nil {
			return err
		}
		t.Numbers = slices.DeleteFunc(t.Numbers, func(n Number) bool { return n.Area == id && n.Year == e.Year && n.Kind == e.Kind })
		if strings.TrimSpace(e.Value) == "" {
			continue
		}
		v, err := ParseNumber(e.Value)
		if err != nil {
			return at("path", err)
		}
		if e.Year < 1900 || e.Year > 2999 || e.Kind != Path && e.Kind != Baseline {
			return errs.InvalidField("path", "plan.bad_year", "Year", e.Year)
		}
		t.Numbers = append(t.Numbers, Number{Area: id, Year: e.Year, Kind: e.Kind, Value: v})
	}
	return nil
}

// areaOf returns the id of the whole or of an area of the split.
func (s *Service) areaOf(code string) (int64, error) {
	top, parts := s.split()
	if top < 0 {
		return 0, errs.New(errs.Unavailable, "plan.no_areas")
	}
	for _, n := range append([]int{top}, parts...) {
		if a := s.Tree().At(n); a.Code == code || code == "" {
			return a.ID, nil
		}
	}
	return 0, errs.InvalidField("area", "plan.no_area", "Code", code)
}

// stamp is the time to store: UTC, and no finer than both databases keep.
func (s *Service) stamp() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// MostReason is how long a reason may be.
const MostReason = 500

func cleanReason(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || len([]rune(reason)) > MostReason {
		return "", errs.InvalidField("reason", "plan.no_reason", "Max", MostReason)
	}
	return reason, nil
}

// CanSet reports whether the caller may set targets.
func (s *Service) CanSet(ctx context.Context) bool { return s.mayChange(ctx) == nil }

// mayChange fails with Forbidden unless the caller is the command line, the
// program itself, or may set targets for the whole.
func (s *Service) mayChange(ctx context.Context) error {
	who := audit.From(ctx).Actor
	if who == "system" || strings.HasPrefix(who, "cli:") {
		return nil
	}
	top, _ := s.split()
	if top >= 0 && account.From(ctx).CoversArea(PermSet, s.Tree(), s.Tree().At(top).ID) {
		return nil
	}
	return errs.New(errs.Forbidden, "plan.not_yours")
}

// at puts a message to a field.
func at(field string, err error) error {
	if e, ok := err.(*errs.Error); ok && e.Field == "" {
		return &errs.Error{Kind: e.Kind, Key: e.Key, Args: e.Args, Field: field, Err: e.Err}
	}
	return err
}
