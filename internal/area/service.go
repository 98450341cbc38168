package area

import (
	"context"
	"sync/atomic"
	"time"

	"xuedu/internal/audit"
	"xuedu/internal/db"
)

// Service loads and changes the areas of a city. It holds the tree and the
// populations in memory; both are replaced as a whole when they change.
type Service struct {
	db    *db.DB
	now   func() time.Time
	tree  atomic.Pointer[Tree]
	popul atomic.Pointer[Populations]
	seen  atomic.Int64 // number of the last change that is loaded
}

// New returns a Service with an empty tree; call Reload once the schema is there.
func New(d *db.DB, now func() time.Time) *Service {
	s := &Service{db: d, now: now}
	s.tree.Store(NewTree(nil))
	s.popul.Store(&Populations{})
	return s
}

// Tree returns the tree as last loaded; it is never nil and never changes.
func (s *Service) Tree() *Tree { return s.tree.Load() }

// Populations returns the population series as last loaded; never nil.
func (s *Service) Populations() *Populations { return s.popul.Load() }

// Refresh loads tree and populations again if any process has changed them
// since, and reports whether that was so. It is cheap where nothing changed.
func (s *Service) Refresh(ctx context.Context) (bool, error) {
	n, err := lastChange(ctx, s.db.Read)
	if err != nil || n == s.seen.Load() {
		return false, err
	}
	return true, s.Reload(ctx)
}

// Reload reads tree and populations from the database.
func (s *Service) Reload(ctx context.Context) error {
	n, err := lastChange(ctx, s.db.Read) // before the rest: at worst it is read once more
	if err != nil {
		return err
	}
	t, err := s.Load(ctx)
	if err != nil {
		return err
	}
	p, err := loadPopulations(ctx, s.db.Read)
	if err != nil {
		return err
	}
	s.tree.Store(t)
	s.popul.Store(p)
	s.seen.Store(n)
	return nil
}

// Load reads the tree of today from the database, ended areas included.
func (s *Service) Load(ctx context.Context) (*Tree, error) {
	all, err := loadAreas(ctx, s.db.Read)
	if err != nil {
		return nil, err
	}
	succ, err := loadSuccessors(ctx, s.db.Read)
	if err != nil {
		return nil, err
	}
	return newTreeThrough(all, succ, s.today()), nil
}

// finish ends a change: it tells other processes, and last the audit trail.
func (s *Service) finish(ctx context.Context, tx db.Querier, e audit.Entry) error {
	if _, err := db.Next(ctx, tx, changeCounter, 1); err != nil {
		return err
	}
	return audit.Append(ctx, tx, s.stamp(), e)
}

func (s *Service) today() string { return s.now().UTC().Format(time.DateOnly) }

// stamp is the time to store: UTC, and no finer than both databases keep.
func (s *Service) stamp() time.Time { return s.now().UTC().Truncate(time.Millisecond) }
