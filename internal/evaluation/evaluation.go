// Package evaluation judges the districts of a city once a period: each by its
// own target and its own past, shown to it first, contested with evidence and
// answered, approved by somebody else, published; what is red becomes a task
// with an owner and a day (P1.1, P1.9).
package evaluation

import (
	"context"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/plan"
	"xuedu/internal/publish"
	"xuedu/internal/release"
)

// Permissions of this package.
const (
	PermPrepare = "evaluation:prepare" // begins, collects, answers, finishes
	PermApprove = "evaluation:approve" // approves what somebody else finished; puts the ranking on and off
	PermComment = "evaluation:comment" // comments, contests and acts for one's own area
)

// Releases finds what was published; *publish.Service does.
type Releases interface {
	Find(ctx context.Context, series, area, period, version string) (publish.Edition, error)
	Release(ctx context.Context, id string) (*release.Release, *release.Index, error)
}

// Deps are what a Service works with.
type Deps struct {
	DB       *db.DB
	Pack     func() *pack.Pack
	Tree     func() *area.Tree
	Releases Releases
	// Collect computes figures as they are today, persons protected, where no
	// release was published for the period.
	Collect func(ctx context.Context, r pack.Report, area, period string) (*release.Release, error)
	Targets func(context.Context) ([]plan.Progress, error)
	// Experts is what accreditation made public about areas: awards and results.
	Experts func(ctx context.Context, day string) ([]Expert, error)
	Days    func(from time.Time, workdays int) time.Time
	Zone    func() *time.Location
	Now     func() time.Time
}

// Service keeps evaluations. It is safe for concurrent use.
type Service struct{ Deps }

// New returns a Service.
func New(d Deps) *Service { return &Service{d} }

// Round is the evaluation of all districts for one period.
type Round struct {
	ID, Method, Version string // Version is that of the method
	Area, Period        string
	Edition             int       // of the period: 1 = the first, the next ones revise it
	Why                 pack.Text // of a revision, for the public
	State               string    // of the workflow
	Since               time.Time
	Until               string // last day on which districts comment, "" = it was not shown to them
	Figures             Figures
	FiguresAt           time.Time
	League              bool      // the ranking is public
	LeagueReason        pack.Text // for the public
	FinishedBy          string
	ApprovedBy          string
	PublishedAt         time.Time // zero = it is not public
	CreatedAt           time.Time
	CreatedBy           string
}

// Public reports whether everybody may read it.
func (r Round) Public() bool { return !r.PublishedAt.IsZero() }

// Event is something that was done with a round.
type Event struct {
	Verb, Reason, Actor string
	At                  time.Time
}

func notFound() error  { return errs.New(errs.NotFound, "evaluation.not_found") }
func forbidden() error { return errs.New(errs.Forbidden, "error.forbidden") }

func (s *Service) stamp() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// Today is the day in the city.
func (s *Service) Today() string { return s.local().Format(time.DateOnly) }

func (s *Service) local() time.Time { return s.Now().In(s.Zone()) }

// in is the day so many working days from today.
func (s *Service) in(workdays int) string {
	return s.Days(s.local(), workdays).Format(time.DateOnly)
}
