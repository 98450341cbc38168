package ballot

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/ballot/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/i18n"
	"xuedu/internal/pack"
)

// Panel knows who judges what. Mine and Assignment answer for the signed-in
// expert alone, and are silent about what a conflict hides.
type Panel interface {
	Mine(ctx context.Context) ([]Assignment, error)
	Assignment(ctx context.Context, id string) (Assignment, error)
	OfCall(ctx context.Context, callID string) ([]Assignment, error)
	Submit(ctx context.Context, tx *sql.Tx, id string) error
	Reopen(ctx context.Context, tx *sql.Tx, id string) error
}

// Calls is what a ballot needs to know of calls and applications.
type Calls interface {
	Call(ctx context.Context, id string) (accredit.Call, error)
	Application(ctx context.Context, id string) (accredit.Application, error)
	OfCall(ctx context.Context, callID string) ([]accredit.Application, error)
	DossierFor(ctx context.Context, id string) (accredit.Dossier, error)
	FileFor(ctx context.Context, id, digest string) (content []byte, media, name string, err error)
}

// Deps are what a Service works with.
type Deps struct {
	DB    *db.DB
	Panel Panel
	Calls Calls
	Texts *i18n.Bundle // of workbooks
	Now   func() time.Time
}

// Service keeps ballots and discussions. It is safe for concurrent use.
type Service struct{ Deps }

// New returns a Service.
func New(d Deps) *Service { return &Service{d} }

// counter is locked while ballots are submitted or reopened, so that who comes
// last sees all the others.
const counter = "ballot"

// Limits of what is written.
const (
	maxText   = 2000 // characters of a comment or note
	maxReason = 500
)

// stamp is the time to store: UTC, and no finer than both databases keep.
func (s *Service) stamp() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// office lets who runs the call or checks it.
func office(ctx context.Context) error {
	who, actor := account.From(ctx), audit.From(ctx).Actor
	trusted := !who.SignedIn() && (actor == "system" || strings.HasPrefix(actor, "cli:"))
	if trusted || who.Can(accredit.PermManage) || who.Can(accredit.PermCheck) {
		return nil
	}
	return errs.New(errs.Forbidden, "ballot.not_office")
}

func text(field, s string, most int) (string, error) {
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) > most {
		return "", errs.InvalidField(field, "ballot.too_long", "N", most)
	}
	return s, nil
}

func needReason(s string) (string, error) {
	s, err := text("reason", s, maxReason)
	if err == nil && utf8.RuneCountInString(s) < 2 {
		return "", errs.InvalidField("reason", "ballot.no_reason")
	}
	return s, err
}

func leafOf(p pack.AwardProgramme, code string) (pack.Leaf, bool) {
	for _, l := range p.Leaves() {
		if l.Code == code {
			return l, true
		}
	}
	return pack.Leaf{}, false
}

func hasLevel(p pack.AwardProgramme, code string) bool {
	for _, l := range p.Levels {
		if l.Code == code {
			return true
		}
	}
	return false
}

// noAssignment is what everybody gets who has no such assignment.
func noAssignment() error { return errs.New(errs.NotFound, "ballot.not_found") }

// ofCall finds an assignment of a call for the office.
func (s *Service) ofCall(ctx context.Context, callID, id string) (Assignment, error) {
	list, err := s.Panel.OfCall(ctx, callID)
	if err != nil {
		return Assignment{}, err
	}
	for _, a := range list {
		if a.ID == id && a.live() {
			return a, nil
		}
	}
	return Assignment{}, noAssignment()
}

func marksOf(rows []gen.MarksRow) []Mark {
	out := make([]Mark, len(rows))
	for i, r := range rows {
		out[i] = Mark{Leaf: r.Leaf, Level: r.Level, Comment: r.Comment, Private: r.Private, Round: int(r.Round), Reason: r.Reason,
			Version: r.Version, Author: r.Author, At: r.At.UTC()}
	}
	return out
}

func (s *Service) marks(ctx context.Context, q db.Querier, assignmentID string) ([]Mark, error) {
	rows, err := gen.New(q).Marks(ctx, assignmentID)
	if err != nil {
		return nil, fmt.Errorf("read marks: %w", err)
	}
	return marksOf(rows), nil
}

// marksByAssignment reads all marks of an application, of all seats.
func marksByAssignment(ctx context.Context, q db.Querier, applicationID string) (map[string][]Mark, error) {
	rows, err := gen.New(q).MarksOfApplication(ctx, applicationID)
	if err != nil {
		return nil, fmt.Errorf("read marks: %w", err)
	}
	out := map[string][]Mark{}
	for _, r := range rows {
		out[r.AssignmentID] = append(out[r.AssignmentID], marksOf([]gen.MarksRow{gen.MarksRow(r)})...)
	}
	return out, nil
}

func isNone(err error) bool { return errors.Is(err, sql.ErrNoRows) }
