package form

import (
	"context"
	"time"

	"xuedu/internal/db"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
)

// Service keeps the register. It is safe for concurrent use.
type Service struct {
	db      *db.DB
	pack    func() *pack.Pack
	symbols func(context.Context) (formula.Symbols, error)
	now     func() time.Time
}

// New returns the register. symbols are the measures that derived cells may use.
func New(d *db.DB, p func() *pack.Pack, symbols func(context.Context) (formula.Symbols, error), now func() time.Time) *Service {
	return &Service{db: d, pack: p, symbols: symbols, now: now}
}

// List returns the newest version of every form, by code.
func (s *Service) List(ctx context.Context) ([]Form, error) { return nil, nil }

// Get returns a version of a form by its id; NotFound if there is none.
func (s *Service) Get(ctx context.Context, id string) (Form, error) { return Form{}, nil }

// Current returns the newest version of a code; NotFound if there is none.
func (s *Service) Current(ctx context.Context, code string) (Form, error) { return Form{}, nil }

// Adopt brings the forms of the pack in as drafts, or as new versions of what
// changed. The same pack again changes nothing.
func (s *Service) Adopt(ctx context.Context, reason string) (changed int, err error) { return 0, nil }

// Check returns what stands against a form: what is wrong in it, what the law
// wants of it on a day, and fields that are derivable or already collected.
func (s *Service) Check(ctx context.Context, f pack.Form, day string) ([]Problem, error) {
	return nil, nil
}

// Register puts the legal head on a draft and takes it into the register. It
// needs form:register and a reason; with problems it is refused with Invalid,
// and the refusal is logged.
func (s *Service) Register(ctx context.Context, id string, head pack.Head, reason string) (Form, error) {
	return Form{}, nil
}

// Lawful fails with Forbidden and the ground where a form may not be sent out
// on a day; the refusal is logged with who asked.
func (s *Service) Lawful(ctx context.Context, f Form, day string) error { return nil }

// Burden returns what f costs a unit with so many rows (repeating forms).
func (s *Service) Burden(f Form, rows int) Burden { return Burden{} }
