package visit

import (
	"context"
	"database/sql"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/calendar"
	"xuedu/internal/db"
	"xuedu/internal/draw"
	"xuedu/internal/draw/register"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// Deps are what a Service works with.
type Deps struct {
	DB      *db.DB
	Calls   Calls
	Experts expert.Checker
	Ties    Ties
	Draws   Draws
	Sites   Sites
	Ledger  Ledger // nil = no rows are called back
	Files   Files  // nil = no photos
	Pack    func() *pack.Pack
	Tree    func() *area.Tree
	Days    func() *calendar.Calendar
	Now     func() time.Time
}

// Calls is what visits need from package accredit.
type Calls interface {
	Call(ctx context.Context, id string) (accredit.Call, error)
	Application(ctx context.Context, id string) (accredit.Application, error) // checks the caller
	DossierFor(ctx context.Context, id string) (accredit.Dossier, error)
	OfCall(ctx context.Context, callID string) ([]accredit.Application, error)
	Subject(ctx context.Context, applicationID string) (expert.Subject, error)
	Advance(ctx context.Context, tx *sql.Tx, callID string, ids []string, move, reason string) error
}

// Ties keeps what ties experts to who was visited.
type Ties interface {
	// Visited ties an expert to an applicant from a day on: who visited once
	// does not judge the next time. It may be called again.
	Visited(ctx context.Context, tx *sql.Tx, expertID string, a accredit.Application, visitID, day string) error
}

// Draws is the register of draws.
type Draws interface {
	FreezeTx(ctx context.Context, tx *sql.Tx, n register.NewDraw) (string, error)
	DrawTx(ctx context.Context, tx *sql.Tx, id, value string) (draw.Manifest, error)
	VoidTx(ctx context.Context, tx *sql.Tx, id, reason string) error
	Get(ctx context.Context, id string) (register.Record, error)
}

// Sites knows the institutions an applicant can be visited at.
type Sites interface {
	// Of lists the institutions of an applicant in the order of their codes:
	// those in its area, or of an institution itself and its branches.
	Of(ctx context.Context, a accredit.Application) ([]Site, error)
}

// Ledger gives rows that are called back.
type Ledger interface {
	// Sample returns n rows of an applicant at random, fewer where there are fewer.
	Sample(ctx context.Context, a accredit.Application, period string, n int) ([]int64, error)
	// Describe says what a row records and whom to call, for the person who
	// calls; the look goes into the trail.
	Describe(ctx context.Context, rows []int64) (map[int64]Row, error)
}

// Row is one row of the ledger as the caller needs it.
type Row struct{ What, Day, Name, Phone string }

// Files keeps attachments by digest.
type Files interface {
	Put(ctx context.Context, tx *sql.Tx, media string, content []byte) (digest string, err error)
	Get(ctx context.Context, digest string) ([]byte, error)
}

// Service runs visits. It is safe for concurrent use.
type Service struct{ Deps }

// New returns a Service.
func New(d Deps) *Service { return &Service{d} }

func (s *Service) stamp() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// today is the day in the city's zone, as the calendar wants it.
func (s *Service) today() time.Time {
	loc, err := time.LoadLocation(s.Pack().TimeZone)
	if err != nil {
		loc = time.UTC
	}
	t, _ := time.Parse(time.DateOnly, s.Now().In(loc).Format(time.DateOnly)) // formatted just now: cannot fail
	return t
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// trusted reports whether ctx belongs to the operator of the machine or to the
// program itself; the trail names them.
func trusted(ctx context.Context) bool {
	who := audit.From(ctx).Actor
	return who == "system" || strings.HasPrefix(who, "cli:")
}

func actor(ctx context.Context) string {
	if id := account.From(ctx).ID; id != "" {
		return id
	}
	return audit.From(ctx).Actor
}

// office reports whether the caller plans visits.
func (s *Service) office(ctx context.Context) bool {
	return trusted(ctx) || account.From(ctx).CoversArea(accredit.PermManage, s.Tree(), s.Tree().At(0).ID)
}

func (s *Service) requireOffice(ctx context.Context) error {
	if s.office(ctx) {
		return nil
	}
	return errs.New(errs.Forbidden, "visit.office_only")
}

func noVisit() error { return errs.New(errs.NotFound, "visit.not_found") }

const maxText = 2000

// text returns s trimmed; Invalid where it is shorter or longer than it may be.
func text(field, s string, least int) (string, error) {
	s = strings.TrimSpace(s)
	if n := utf8.RuneCountInString(s); n < least || n > maxText {
		return "", errs.InvalidField(field, "visit.text", "Least", least, "Most", maxText)
	}
	return s, nil
}
