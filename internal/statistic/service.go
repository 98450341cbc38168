package statistic

import (
	"context"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/calendar"
	"xuedu/internal/db"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/statistic/form"
	"xuedu/internal/statistic/rule"
)

// Deps are what a Service works with.
type Deps struct {
	DB     *db.DB
	Forms  *form.Service
	Engine *measure.Engine
	Tree   func() *area.Tree
	Pack   func() *pack.Pack
	Days   func() *calendar.Calendar
	Rows   Register
	Now    func() time.Time
}

// Register gives the rows of repeating forms.
type Register interface {
	// Rows returns, for an area, the things of a register (orgs) with their
	// code, name and the values that a derived cell may name (org.host).
	Rows(ctx context.Context, register string, areaID int64, at period.Period) ([]RegisterRow, error)
}

// RegisterRow is one thing of a register.
type RegisterRow struct {
	Code, Name string
	Values     map[string]string
}

// Service runs collections. It is safe for concurrent use.
type Service struct{ Deps }

// New returns a Service.
func New(d Deps) *Service { return &Service{d} }

// Send sends a form out for a period to every area of its levels: it makes the
// returns and pre-fills every derivable cell. It needs form:send; Forbidden
// with the ground in law if the form may not be asked. step reports progress.
func (s *Service) Send(ctx context.Context, formID string, p period.Period, step func(done, all int)) (Collection, error) {
	return Collection{}, nil
}

// Collections lists what was sent out, the newest first.
func (s *Service) Collections(ctx context.Context) ([]Collection, error) { return nil, nil }

// Collection returns one; NotFound if there is none.
func (s *Service) Collection(ctx context.Context, id string) (Collection, error) {
	return Collection{}, nil
}

// Returns lists the returns that q picks and the caller may see.
func (s *Service) Returns(ctx context.Context, q ReturnQuery) ([]Return, error) { return nil, nil }

// ReturnQuery picks returns; zero fields do not restrict.
type ReturnQuery struct {
	Collection string
	AreaID     int64 // in this subtree
	State      string
	Mine       bool // those on the desk of the caller
	Late       bool
}

// Sheet returns a return with everything that its page shows.
func (s *Service) Sheet(ctx context.Context, id, lang string) (Sheet, error) { return Sheet{}, nil }

// Entry is a new content of a cell as people write it: "1,234", "０", "nil", "n/a", "".
type Entry struct {
	rule.Key
	Text   string
	Reason string // needed once the cell was approved
}

// Enter writes cells. version is the one the caller has read; Conflict if it
// is older than the last change of one of these cells. Nothing is written if one entry is bad:
// the error is EntryErrors.
func (s *Service) Enter(ctx context.Context, id string, version int64, entries []Entry) (Sheet, error) {
	return Sheet{}, nil
}

// EntryErrors says what is wrong with each cell, as errs.Error of kind Invalid.
type EntryErrors map[rule.Key]error

func (e EntryErrors) Error() string { return "statistic.entries" }

// Move makes a move of the workflow "return" (sign, submit, accept, return …).
func (s *Service) Move(ctx context.Context, id, move, reason string) error { return nil }

// Sign signs a part of a return: preparer, reviewer, head.
func (s *Service) Sign(ctx context.Context, id, part string) error { return nil }

// Say adds a note to a cell, or to the whole return (zero key).
func (s *Service) Say(ctx context.Context, id string, n Note) error { return nil }

// SendBack returns cells with what is wrong with each; the others stay as they are.
func (s *Service) SendBack(ctx context.Context, id string, why map[rule.Key]string) error { return nil }
