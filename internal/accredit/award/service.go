package award

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/calendar"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/workflow"
)

// Deps are what a Service works with. Watch, Bars and Ties may be nil:
// then nothing is found, barred or tied.
type Deps struct {
	DB    *db.DB
	Pack  func() *pack.Pack
	Tree  func() *area.Tree
	Days  func() *calendar.Calendar
	Calls Calls
	Watch Watch
	Bars  Bars
	Ties  Ties
	Now   func() time.Time
}

// Calls are the calls that awards come from.
type Calls interface {
	Call(ctx context.Context, id string) (accredit.Call, error)
	// OfCall lists the applications of a call, whoever asks.
	OfCall(ctx context.Context, callID string) ([]accredit.Application, error)
}

// Watch finds what speaks against an award.
type Watch interface {
	// Red looks at an indicator of an area in a year: nil = it is not red.
	Red(ctx context.Context, code string, areaID int64, year int) (*Finding, error)
	// Upheld lists complaints and objections about an award's holder that were
	// upheld from one day up to, not including, another.
	Upheld(ctx context.Context, a Award, from, to string) ([]Finding, error)
}

// Bars keeps who may not apply for a time.
type Bars interface {
	// Bar keeps an institution, or an area where orgID is "", from applying.
	Bar(ctx context.Context, tx *sql.Tx, orgID string, areaID int64, from, to, source, reason string) error
	// Unbar lifts what a source barred.
	Unbar(ctx context.Context, tx *sql.Tx, source, reason string) error
}

// Ties keeps the conflicts of experts.
type Ties interface {
	AddEdge(ctx context.Context, tx *sql.Tx, e expert.Edge) error
}

// Service keeps awards and guidance. It is safe for concurrent use.
type Service struct {
	Deps
	frozen *sync.Map // call id to rules: those of an opened call never change
}

// NewService returns a Service.
func NewService(d Deps) *Service { return &Service{Deps: d, frozen: new(sync.Map)} }

// stamp is the time to store: UTC, and no finer than both databases keep.
func (s *Service) stamp() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// Today is the day in the city's zone.
func (s *Service) Today() string { return s.dayOf(s.Now()) }

func (s *Service) dayOf(t time.Time) string { return t.In(s.Pack().Zone()).Format(time.DateOnly) }

// date is a day as the calendar wants it; the days that are stored are sound.
func date(day string) time.Time {
	t, _ := time.Parse(time.DateOnly, day)
	return t
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// operator reports whether ctx belongs to the operator of the machine or to the
// program itself; the trail names them.
func operator(ctx context.Context) bool {
	who := audit.From(ctx).Actor
	return who == "system" || strings.HasPrefix(who, "cli:")
}

// actor is who writes: an account, or what the trail names.
func actor(ctx context.Context) string {
	if id := account.From(ctx).ID; id != "" {
		return id
	}
	return audit.From(ctx).Actor
}

func (s *Service) covers(ctx context.Context, perm string, areaID int64) bool {
	return operator(ctx) || account.From(ctx).CoversArea(perm, s.Tree(), areaID)
}

// holds reports whether the caller acts for an institution, or for an area
// where orgID is "".
func (s *Service) holds(ctx context.Context, orgID string, areaID int64) bool {
	who := account.From(ctx)
	switch {
	case operator(ctx):
		return true
	case orgID == "":
		return who.CoversArea(accredit.PermApply, s.Tree(), areaID)
	}
	return slices.ContainsFunc(who.Grants, func(g account.Grant) bool { return g.OrgID == orgID }) &&
		who.CoversOrg(accredit.PermApply, s.Tree(), orgID, 0)
}

// deskHolder is the desk of who holds an award; all others are held over its area.
const deskHolder = "holder"

// hand is the caller as the workflow of an award sees it.
func (s *Service) hand(ctx context.Context, a Award) workflow.Hand {
	return workflow.Hand{May: func(desk, perm string) bool {
		if desk == deskHolder {
			return s.holds(ctx, a.OrgID, a.AreaID)
		}
		return s.covers(ctx, perm, a.AreaID)
	}}
}

// rules are what an award lives by: those of its call, or of the pack in force
// where it is from before this program.
type rules struct {
	Programme pack.AwardProgramme
	Machine   *workflow.Machine
}

// flowName is the key of an award's workflow in a programme and a call.
const flowName = "award"

func (s *Service) rules(ctx context.Context, callID, programme string) (rules, error) {
	if callID == "" {
		return s.ofPack(programme)
	}
	if r, ok := s.frozen.Load(callID); ok {
		return r.(rules), nil
	}
	c, err := s.Calls.Call(ctx, callID)
	if err != nil {
		return rules{}, err
	}
	r, err := compile(c.Rules.Programme, c.Rules.Workflows[flowName])
	if err == nil && c.Digest != "" {
		s.frozen.Store(callID, r)
	}
	return r, err
}

func (s *Service) ofPack(programme string) (rules, error) {
	p := s.Pack()
	prog, ok := p.AwardProgramme(programme)
	if !ok {
		return rules{}, errs.New(errs.NotFound, "award.no_programme", "Code", programme)
	}
	for _, d := range p.Workflows {
		if d.Code == prog.Workflows[flowName] {
			return compile(prog, d)
		}
	}
	return rules{}, errs.New(errs.Unavailable, "award.no_workflow", "Code", prog.Workflows[flowName])
}

func compile(p pack.AwardProgramme, d workflow.Definition) (rules, error) {
	m, err := workflow.Compile(d)
	if err != nil {
		return rules{}, err
	}
	return rules{p, m}, nil
}

func (s *Service) rulesOf(ctx context.Context, a Award) (rules, error) {
	return s.rules(ctx, a.CallID, a.Programme)
}

func notFound(err error, what string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return errs.New(errs.NotFound, "award.not_found")
	}
	return fmt.Errorf("find %s: %w", what, err)
}
