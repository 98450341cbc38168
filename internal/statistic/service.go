package statistic

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"xuedu/internal/account"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/calendar"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/statistic/form"
	"xuedu/internal/workflow"
)

// Permissions whose scope the service checks.
const (
	permRead   = "return:read"
	permFill   = "return:fill"
	permReview = "return:review"
	permSend   = "form:send"
)

// Deps are what a Service works with.
type Deps struct {
	DB     *db.DB
	Forms  *form.Service
	Engine *measure.Engine
	Tree   func() *area.Tree
	Pack   func() *pack.Pack
	Days   func() *calendar.Calendar
	Rows   Register // nil = no register gives rows
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
type Service struct {
	Deps
	forms    *sync.Map // form id to form.Form; a version never changes
	machines *atomic.Pointer[machines]
	columns  *columns
}

// New returns a Service.
func New(d Deps) *Service {
	return &Service{Deps: d, forms: new(sync.Map), machines: new(atomic.Pointer[machines]), columns: newColumns()}
}

// stamp is the time to store: UTC, and no finer than both databases keep.
func (s *Service) stamp() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// today is the day in the city's zone.
func (s *Service) today() string { return s.dayOf(s.Now()) }

func (s *Service) dayOf(t time.Time) string {
	loc, err := time.LoadLocation(s.Pack().TimeZone)
	if err != nil {
		loc = time.UTC
	}
	return t.In(loc).Format(time.DateOnly)
}

// date is today as the calendar wants it.
func (s *Service) date() time.Time {
	t, _ := time.Parse(time.DateOnly, s.today()) // formatted just now: cannot fail
	return t
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// trusted reports whether ctx belongs to the operator of the machine or to the
// program itself; the trail names them.
func trusted(ctx context.Context) bool {
	who := audit.From(ctx).Actor
	return who == "system" || strings.HasPrefix(who, "cli:")
}

// covers reports whether the caller has perm in an area.
func (s *Service) covers(ctx context.Context, perm string, areaID int64) bool {
	return trusted(ctx) || account.From(ctx).CoversArea(perm, s.Tree(), areaID)
}

func (s *Service) require(ctx context.Context, perm string, areaID int64) error {
	if s.covers(ctx, perm, areaID) {
		return nil
	}
	return errs.New(errs.Forbidden, "statistic.not_yours")
}

// form returns a version of a form; they never change, so each is read once.
func (s *Service) form(ctx context.Context, id string) (form.Form, error) {
	if f, ok := s.forms.Load(id); ok {
		return f.(form.Form), nil
	}
	f, err := s.Forms.Get(ctx, id)
	if err != nil {
		return form.Form{}, err
	}
	s.forms.Store(id, f)
	return f, nil
}

// machines are the compiled workflows of a pack.
type machines struct {
	pack *pack.Pack
	of   map[string]*workflow.Machine
}

// The workflows of this package.
const (
	returnFlow     = "return"
	summaryFlow    = "summary"
	collectionFlow = "collection"
)

// machine returns a workflow of the pack in force; Unavailable if it has none.
func (s *Service) machine(code string) (*workflow.Machine, error) {
	p := s.Pack()
	m := s.machines.Load()
	if m == nil || m.pack != p {
		m = &machines{p, map[string]*workflow.Machine{}}
		for _, d := range p.Workflows {
			if c, err := workflow.Compile(d); err == nil {
				m.of[d.Code] = c
			}
		}
		s.machines.Store(m)
	}
	if c, ok := m.of[code]; ok {
		return c, nil
	}
	return nil, errs.New(errs.Unavailable, "statistic.no_workflow", "Code", code)
}

// Flow returns the workflow that a collection's returns follow, for the names
// of its states and moves.
func (s *Service) Flow(c Collection) (workflow.Definition, error) {
	m, err := s.machine(flowOf(c))
	if err != nil {
		return workflow.Definition{}, err
	}
	return m.Definition(), nil
}

func flowOf(c Collection) string {
	if c.Form.SummaryOf != "" {
		return summaryFlow
	}
	return returnFlow
}

// parent returns the number of the area that reviews nr: the one above, or nr
// itself at the top.
func (s *Service) parent(nr int) int {
	if p := s.Tree().Parent(nr); p >= 0 {
		return p
	}
	return nr
}

// holder returns the area at whose desk something of an area lies, 0 = none.
func (s *Service) holder(desk string, areaID int64) int64 {
	t := s.Tree()
	nr, ok := t.ByID(areaID)
	if !ok {
		return 0
	}
	switch desk {
	case deskUnit:
		return areaID
	case deskParent:
		return t.At(s.parent(nr)).ID
	case deskCity:
		return t.At(t.Path(nr)[0]).ID
	}
	return 0
}

// Desks that the workflows of returns know.
const (
	deskUnit   = "unit"
	deskParent = "parent"
	deskCity   = "city"
)

// hand is the caller as a workflow sees it: who covers the area of a desk sits
// there, so that a level above can help out one below.
func (s *Service) hand(ctx context.Context, areaID int64) workflow.Hand {
	return workflow.Hand{May: func(desk, perm string) bool {
		at := s.holder(desk, areaID)
		return at != 0 && s.covers(ctx, perm, at)
	}}
}

// mover is hand for the moves of a return: whoever covers a unit may act for it
// while it is the unit's turn, but only the unit itself takes back what lies on
// another desk.
func (s *Service) mover(ctx context.Context, r Return) workflow.Hand {
	h := s.hand(ctx, r.AreaID)
	if trusted(ctx) || r.Desk == "" || r.Desk == deskUnit {
		return h
	}
	own := s.desksOf(ctx)[r.AreaID]
	return workflow.Hand{May: func(desk, perm string) bool {
		return (desk != deskUnit || own) && h.May(desk, perm)
	}}
}

func notFound(err error, what string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return errs.New(errs.NotFound, "statistic.not_found")
	}
	return fmt.Errorf("find %s: %w", what, err)
}
