package panel

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/draw/register"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// Calls is what a panel needs to know of calls and applications.
type Calls interface {
	Call(ctx context.Context, id string) (accredit.Call, error)
	// OfCall lists all applications of a call, without a check of the caller.
	OfCall(ctx context.Context, callID string) ([]accredit.Application, error)
	// Subject says what an expert of an application may be tied to.
	Subject(ctx context.Context, applicationID string) (expert.Subject, error)
	// Advance makes a move of the program's own for applications.
	Advance(ctx context.Context, tx *sql.Tx, callID string, ids []string, move, reason string) error
}

// Deps are what a Service works with.
type Deps struct {
	DB      *db.DB
	Calls   Calls
	Experts expert.Checker
	Draws   *register.Service
	Invite  Invite // nil = nobody is written to
	// Declare keeps an expert's own word about a tie to an application; nil =
	// nobody keeps it. It may end the assignment at once.
	Declare func(ctx context.Context, applicationID, kind, reason string) error
	Pack    func() *pack.Pack
	Now     func() time.Time
}

// Invite asks experts to take a seat of a call, in the same transaction.
type Invite func(ctx context.Context, tx *sql.Tx, callID string, experts []string) error

// Hook is told of an assignment that ends while it is open or submitted, in
// the same transaction: what was written of it is sealed.
type Hook func(ctx context.Context, tx *sql.Tx, assignmentID string) error

// Service seats and assigns experts. It is safe for concurrent use once it is
// put together.
type Service struct {
	Deps
	recuse []Hook
}

// New returns a Service.
func New(d Deps) *Service { return &Service{Deps: d} }

// OnRecuse registers what happens to what an expert wrote when the assignment
// ends by conflict, replacement or release. It is called while the program is
// put together.
func (s *Service) OnRecuse(h Hook) { s.recuse = append(s.recuse, h) }

// stamp is the time to store: UTC, and no finer than both databases keep.
func (s *Service) stamp() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// today is the day in the city's zone.
func (s *Service) today() string {
	return s.Now().In(s.Pack().Zone()).Format(time.DateOnly)
}

// trusted reports whether ctx belongs to the operator of the machine or to the
// program itself; the trail names them.
func trusted(ctx context.Context) bool {
	who := audit.From(ctx).Actor
	return who == "system" || strings.HasPrefix(who, "cli:")
}

// isOffice reports whether the caller runs calls or checks them: the office or
// the technical body, who hold that in the whole city.
func isOffice(ctx context.Context) bool {
	who := account.From(ctx)
	return trusted(ctx) || who.Can(accredit.PermManage) || who.Can(accredit.PermCheck)
}

func office(ctx context.Context) error {
	if isOffice(ctx) {
		return nil
	}
	return errs.New(errs.Forbidden, "panel.not_yours")
}

// manage is office without the technical body.
func manage(ctx context.Context) error {
	if trusted(ctx) || account.From(ctx).Can(accredit.PermManage) {
		return nil
	}
	return errs.New(errs.Forbidden, "panel.not_yours")
}

const maxReason = 500 // characters

func needReason(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	switch n := utf8.RuneCountInString(reason); {
	case n < 2:
		return "", errs.InvalidField("reason", "panel.reason_missing")
	case n > maxReason:
		return "", errs.InvalidField("reason", "panel.reason_long", "N", maxReason)
	}
	return reason, nil
}

// rule is what excludes in a call, today.
func (s *Service) rule(c accredit.Call) expert.Rule {
	r := c.Rules.Programme.Conflict
	return expert.Rule{LookBack: r.LookBack, Kinds: r.Kinds, Level: r.Level, Day: s.today()}
}

func notFound(err error, what string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return errs.New(errs.NotFound, "panel.not_found")
	}
	return fmt.Errorf("find %s: %w", what, err)
}
