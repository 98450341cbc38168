package indicator

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
)

const permDefine = "indicator:define"

// Service keeps and computes indicators. It is safe for concurrent use.
type Service struct {
	db     *db.DB
	engine *measure.Engine
	pack   func() *pack.Pack
	text   measure.Translate
	now    func() time.Time
	held   atomic.Pointer[book]
	fixed  *book // of a service that reads no database; nil = it does
}

// New returns a Service over the measures of engine. Adopt needs neither engine
// nor text.
func New(d *db.DB, engine *measure.Engine, p func() *pack.Pack, text measure.Translate, now func() time.Time) *Service {
	return &Service{db: d, engine: engine, pack: p, text: text, now: now}
}

// stamp is the time to store: UTC, and no finer than both databases keep.
func (s *Service) stamp() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

// Fixed returns a Service that computes with the definitions it is given and
// reads no database: all versions of each code, the oldest first. It cannot
// save.
func Fixed(versions map[string][]Definition, engine *measure.Engine, p func() *pack.Pack, text measure.Translate, now func() time.Time) *Service {
	return &Service{engine: engine, pack: p, text: text, now: now, fixed: newBook(0, versions)}
}

// Over returns a Service of the same definitions that computes with another
// engine.
func (s *Service) Over(engine *measure.Engine) *Service {
	return &Service{db: s.db, engine: engine, pack: s.pack, text: s.text, now: s.now, fixed: s.fixed}
}

// Drift lists what the sources answer differently from a tape that was recorded
// over tree: see measure.Engine.
func (s *Service) Drift(ctx context.Context, t *measure.Tape, tree *area.Tree) ([]measure.Drift, error) {
	return s.engine.Drift(ctx, t, tree)
}

// Versions returns all versions of all codes, the oldest of each first.
func (s *Service) Versions(ctx context.Context) (map[string][]Definition, error) {
	b, err := s.book(ctx)
	if err != nil {
		return nil, err
	}
	return b.versions, nil
}

// Version names the definitions as they are now: it changes with every version
// that is added.
func (s *Service) Version(ctx context.Context) (int64, error) {
	if s.fixed != nil {
		return s.fixed.serial, nil
	}
	return serial(ctx, s.db.Read)
}

// Definitions returns the definitions in force on a day ("" = today), in the
// order of groups and codes.
func (s *Service) Definitions(ctx context.Context, day string) ([]Definition, error) {
	day, err := s.day(day)
	if err != nil {
		return nil, err
	}
	x, err := s.set(ctx, day)
	if err != nil {
		return nil, err
	}
	return x.sorted(), nil
}

// Get returns the definition of a code in force on a day ("" = today); NotFound
// if there is none.
func (s *Service) Get(ctx context.Context, code, day string) (Definition, error) {
	day, err := s.day(day)
	if err != nil {
		return Definition{}, err
	}
	b, err := s.book(ctx)
	if err != nil {
		return Definition{}, err
	}
	list := b.versions[code]
	d, ok := on(list, day)
	switch {
	case len(list) == 0:
		return Definition{}, noCode(errs.NotFound, code)
	case !ok:
		return Definition{}, errs.New(errs.NotFound, "indicator.not_in_force", "Code", code, "Day", day)
	}
	return d, nil
}

func noCode(k errs.Kind, code string) error {
	return &errs.Error{Kind: k, Key: "indicator.no_code", Args: []any{"Code", code}, Field: "code"}
}

// History returns all versions of a code, the newest first; NotFound if there
// is none.
func (s *Service) History(ctx context.Context, code string) ([]Definition, error) {
	b, err := s.book(ctx)
	if err != nil {
		return nil, err
	}
	list := slices.Clone(b.versions[code])
	if len(list) == 0 {
		return nil, noCode(errs.NotFound, code)
	}
	slices.Reverse(list)
	return list, nil
}
