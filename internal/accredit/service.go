package accredit

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/calendar"
	"xuedu/internal/db"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
)

// Deps are what a Service works with.
type Deps struct {
	DB      *db.DB
	Pack    func() *pack.Pack
	Tree    func() *area.Tree
	Days    func() *calendar.Calendar
	Orgs    Orgs
	Figures Figures
	Files   Files
	Awards  Awards
	Staff   Staff // nil = nobody knows where staff are employed
	Now     func() time.Time
}

// Org is what accreditation knows of an institution of the register.
type Org struct {
	ID, Code, Name, Type string
	AreaID               int64
	Since                string // day it was founded, "" = unknown
}

// Orgs is the register of institutions.
type Orgs interface {
	Org(ctx context.Context, id string) (Org, error)
}

// Figures gives evidence from the city's own figures.
type Figures interface {
	// OfArea returns a figure of an area: an indicator or a measure.
	OfArea(ctx context.Context, code string, areaID int64, period string) (Figure, error)
	// OfOrg returns a figure or fact of an institution.
	OfOrg(ctx context.Context, code, orgID, period string) (Figure, error)
	// Holds says how a formula over the area's figures comes out: a number
	// other than 0 holds; the state says why there is none.
	Holds(ctx context.Context, test string, areaID int64, period string) (holds bool, value string, st formula.State, err error)
}

// Files keeps attachments by digest.
type Files interface {
	// Put keeps a file and its row in one call; for small files in a transaction
	// that is short anyhow.
	Put(ctx context.Context, tx *sql.Tx, media string, content []byte) (digest string, err error)
	Get(ctx context.Context, digest string) ([]byte, error)
	// Check looks at the content whether it is what its name ends in, of one of
	// the types (endings), and not larger than most bytes; it returns its kind.
	// It fails with Invalid.
	Check(name string, content []byte, types []string, most int64) (media string, err error)
	// Store has the content scanned and keeps it, outside of any transaction.
	Store(ctx context.Context, content []byte) (digest string, err error)
	// Keep notes that a stored file belongs to something, in the transaction of
	// what it belongs to. What no row names is swept away.
	Keep(ctx context.Context, tx *sql.Tx, digest, media string, size int64) error
}

// Staff knows where those who have an account are employed.
type Staff interface {
	// OrgsOf returns the institutions in which accounts hold a role, each once.
	OrgsOf(ctx context.Context, accounts []string) ([]string, error)
}

// Awards answers for awards that are held.
type Awards interface {
	// Held reports whether an institution or area holds an award of a programme on a day.
	Held(ctx context.Context, programme, orgID string, areaID int64, day string) (bool, error)
	// InForce counts awards of a programme in force on a day.
	InForce(ctx context.Context, programme, day string) (int, error)
}

// Service runs calls and applications. It is safe for concurrent use.
type Service struct {
	Deps
	guards  map[string]Guard
	effects map[string]Effect
	frozen  sync.Map // digest to Rules: what was frozen never changes
}

// Guard answers for a condition of a call's or application's move that another
// package knows: the i18n key of what is missing, "" if it holds.
type Guard func(ctx context.Context, c Call, applicationID string) (why string, err error)

// Effect is what a move does in another package, in the same transaction.
type Effect func(ctx context.Context, tx *sql.Tx, c Call, applicationID string) error

// New returns a Service.
func New(d Deps) *Service {
	return &Service{Deps: d, guards: map[string]Guard{}, effects: map[string]Effect{}}
}

// OnGuard and OnEffect register what other packages answer for, by the name
// that workflows use. They are called while the program is put together.
func (s *Service) OnGuard(name string, g Guard)   { s.guards[name] = g }
func (s *Service) OnEffect(name string, e Effect) { s.effects[name] = e }

// stamp is the time to store: UTC, and no finer than both databases keep.
func (s *Service) stamp() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }
