package pack

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/pack/internal/gen"
)

// Uses counts, for each of the codes of one kind, the records of the city that
// use it; codes without use are left out.
type Uses func(ctx context.Context, q db.Querier, kind Kind, codes []string) (map[string]int64, error)

// Service holds the pack that the city runs from.
type Service struct {
	db   *db.DB
	uses Uses
	now  func() time.Time
	held atomic.Pointer[Pack]
}

// New returns a Service that holds an empty pack until Load.
func New(d *db.DB, uses Uses, now func() time.Time) *Service {
	s := &Service{db: d, uses: uses, now: now}
	s.held.Store(&Pack{})
	return s
}

// Pack returns the pack in force. It is never nil.
func (s *Service) Pack() *Pack { return s.held.Load() }

// City reads the city of the database; NotFound where there is none.
func (s *Service) City(ctx context.Context) (City, error) { return CityOf(ctx, s.db.Read) }

// Load reads the stored pack and puts it in force here. It fails with NotFound
// where no pack is stored, and with Unavailable where this program cannot read
// what is stored, because another version of it wrote it.
func (s *Service) Load(ctx context.Context) (*Pack, error) {
	p, err := Stored(ctx, s.db.Read)
	if err == nil {
		s.held.Store(p)
	}
	return p, err
}

// Refresh loads the pack again if another process has stored another one, and
// reports whether it did.
func (s *Service) Refresh(ctx context.Context) (bool, error) {
	d, err := storedDigest(ctx, s.db.Read)
	if err != nil || d == s.Pack().Digest() {
		return false, err
	}
	_, err = s.Load(ctx)
	return err == nil, err
}

// Watch refreshes at every tick until ctx ends, so that a pack applied by
// another process is in force here too. failed is told what went wrong; the
// pack held stays in force meanwhile.
func (s *Service) Watch(ctx context.Context, tick <-chan time.Time, failed func(error)) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
		}
		if _, err := s.Refresh(ctx); err != nil && ctx.Err() == nil {
			failed(err)
		}
	}
}

// Stored reads the pack of a database.
func Stored(ctx context.Context, q db.Querier) (*Pack, error) {
	files, err := storedFiles(ctx, q)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, errs.New(errs.NotFound, "pack.no_city")
	}
	p, bad := FromFiles(files)
	if len(bad) > 0 {
		return nil, &errs.Error{Kind: errs.Unavailable, Key: "pack.stored_invalid", Args: []any{"N", len(bad)}, Err: Problems(bad)}
	}
	return p, nil
}

// Apply puts p in force for the city and returns what that changed; the same
// pack again changes nothing. It fails with Invalid without a reason, with
// NotFound where there is no city, and with Conflict where p drops a code that
// records of the city use, or is a pack for another tree of areas.
func (s *Service) Apply(ctx context.Context, p *Pack, reason string) ([]Change, error) {
	if reason = strings.TrimSpace(reason); reason == "" {
		return nil, errs.InvalidField("reason", "pack.reason_required")
	}
	var changes []Change
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := db.Next(ctx, tx, "city", 1); err != nil { // one at a time
			return err
		}
		var err error
		changes, err = s.apply(ctx, tx, p, reason)
		return err
	})
	if err == nil {
		s.held.Store(p)
	}
	return changes, err
}

func (s *Service) apply(ctx context.Context, tx *sql.Tx, p *Pack, reason string) ([]Change, error) {
	city, err := CityOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	old, err := Stored(ctx, tx)
	if err != nil {
		return nil, err
	}
	changes := Diff(old, p)
	if len(changes) == 0 {
		return nil, nil
	}
	if err := s.refuse(ctx, tx, old, p); err != nil {
		return nil, err
	}
	if err := putFiles(ctx, tx, p.files); err != nil {
		return nil, err
	}
	if err := gen.New(tx).SetCityPack(ctx, gen.SetCityPackParams{Pack: p.Name, PackVersion: p.Version, ID: city.ID}); err != nil {
		return nil, err
	}
	return changes, s.trail(ctx, tx, "pack:apply", p, reason, map[string]any{
		"from": old.Name + " " + old.Version, "to": p.Name + " " + p.Version,
		"before": old.Digest(), "after": p.Digest(), "changes": lines(changes)})
}

// refuse fails with Conflict if the city still uses what p no longer has.
func (s *Service) refuse(ctx context.Context, tx *sql.Tx, old, p *Pack) error {
	if old.RootArea != p.RootArea {
		return errs.New(errs.Conflict, "pack.other_root", "Old", old.RootArea, "New", p.RootArea)
	}
	gone := removed(old, p)
	for _, kind := range guarded {
		if len(gone[kind]) == 0 {
			continue
		}
		used, err := s.uses(ctx, tx, kind, gone[kind])
		if err != nil {
			return err
		}
		if len(used) > 0 {
			code := slices.SortedFunc(keys(used), func(a, b string) int { return cmp.Or(cmp.Compare(used[b], used[a]), strings.Compare(a, b)) })[0]
			return errs.New(errs.Conflict, "pack.in_use."+string(kind), "Code", code, "N", used[code], "More", len(used)-1)
		}
	}
	return nil
}

func (s *Service) trail(ctx context.Context, tx *sql.Tx, verb string, p *Pack, reason string, detail map[string]any) error {
	return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: verb, Object: "pack:" + p.Name, Reason: reason, Detail: detail})
}

func (s *Service) stamp() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

// maxLines is how many changes the trail spells out; the digests hold the rest.
const maxLines = 200

func lines(changes []Change) []string {
	out := make([]string, 0, min(len(changes), maxLines))
	for _, c := range changes[:min(len(changes), maxLines)] {
		out = append(out, c.String())
	}
	return out
}
