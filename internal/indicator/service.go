package indicator

import (
	"context"
	"time"

	"xuedu/internal/db"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// Service keeps and computes indicators. It is safe for concurrent use.
type Service struct {
	db     *db.DB
	engine *measure.Engine
	pack   func() *pack.Pack
	now    func() time.Time
}

// New returns a Service over the measures of engine.
func New(d *db.DB, engine *measure.Engine, p func() *pack.Pack, now func() time.Time) *Service {
	return &Service{db: d, engine: engine, pack: p, now: now}
}

// Definitions returns the definitions in force on a day ("" = today), in the
// order of groups and codes.
func (s *Service) Definitions(ctx context.Context, day string) ([]Definition, error) { return nil, nil }

// Get returns the definition of a code in force on a day ("" = today); NotFound
// if there is none.
func (s *Service) Get(ctx context.Context, code, day string) (Definition, error) {
	return Definition{}, nil
}

// History returns all versions of a code, the newest first.
func (s *Service) History(ctx context.Context, code string) ([]Definition, error) { return nil, nil }

// Adopt brings the definitions of the pack in: new codes and new versions, with
// reason. What the city changed itself stays. The same pack again changes nothing.
func (s *Service) Adopt(ctx context.Context, reason string) (changed int, err error) { return 0, nil }

// Check returns all that is wrong with a definition, in the order of its fields.
func (s *Service) Check(ctx context.Context, d pack.Indicator) ([]Problem, error) { return nil, nil }

// Explain says in words what a definition computes.
func (s *Service) Explain(ctx context.Context, d pack.Indicator, lang string) (string, error) {
	return "", nil
}

// Preview computes a definition that is not saved, as Eval would.
func (s *Service) Preview(ctx context.Context, d pack.Indicator, q Query) ([]Cell, error) {
	return nil, nil
}

// Save adds a version that holds from d.From on, and ends the one before. It
// needs the permission indicator:define, a reason, and a definition without
// problems; Conflict if base is not the newest version (0 = a new code).
func (s *Service) Save(ctx context.Context, d pack.Indicator, base int64, reason string) (Definition, error) {
	return Definition{}, nil
}

// Query asks for cells.
type Query struct {
	Codes   []string // empty = all in force
	Area    string   // code of an area
	Level   string   // areas of this level below it; "" = the area itself
	Periods []period.Period
	// By breaks down by one dimension: one cell for each value. Only what the
	// definition allows.
	By string
}

// Eval computes cells by area, then period, then code. Each period is computed
// with the definition in force at its end. It fails with Invalid for unknown
// codes, areas, levels.
func (s *Service) Eval(ctx context.Context, q Query) ([]Cell, error) { return nil, nil }

// Open shows what a cell is made of, with at most limit parts for each reference.
func (s *Service) Open(ctx context.Context, code, area string, at period.Period, lang string, limit int) (Lineage, error) {
	return Lineage{}, nil
}
