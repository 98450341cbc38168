package expert

import (
	"context"
	"database/sql"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xuedu/internal/accredit/expert/internal/gen"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/calendar"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// Permissions.
const (
	PermRead   = "expert:read"
	PermManage = "expert:manage"
	PermReview = "review:use" // an expert's own
)

// Deps are what a Service works with.
type Deps struct {
	DB       *db.DB
	Pack     func() *pack.Pack
	Tree     func() *area.Tree
	Days     func() *calendar.Calendar
	Orgs     Orgs
	Accounts Accounts
	Caller   func(context.Context) Caller
	Calls    Calls
	Terms    func(key string) string // text of terms, in all languages
	Now      func() time.Time
}

// Caller is who asks: the account, "" = nobody, and what it may do.
type Caller struct {
	ID  string
	Can func(perm string) bool
}

// Accounts answers for accounts.
type Accounts interface {
	// Expert returns the id of an active account that holds the role expert.
	Expert(ctx context.Context, login string) (string, error)
}

// Calls answers for calls.
type Calls interface {
	// Subjects returns what experts of a call may be tied to and its rule, as
	// far as it is known.
	Subjects(ctx context.Context, callID string) (Rule, []Subject, error)
}

// Service is the use cases of this package. It is safe for concurrent use.
type Service struct {
	Deps
	changed  []func(ctx context.Context, tx *sql.Tx, expertID string) error
	attached []func(ctx context.Context, accountID string) ([]Edge, error)
	history  func(ctx context.Context) (map[string]History, error)
}

// New returns a Service.
func New(d Deps) *Service { return &Service{Deps: d} }

// OnChange registers what happens, in the same transaction, after anything
// changed that may tie an expert: who keeps assignments asks MatrixIn again and
// takes away what conflicts (b.2). Called while the program is put together.
func (s *Service) OnChange(f func(ctx context.Context, tx *sql.Tx, expertID string) error) {
	s.changed = append(s.changed, f)
}

// OnAttach registers who knows ties of accounts from before they were experts:
// they are kept when an account is linked. Called while the program is put together.
func (s *Service) OnAttach(f func(ctx context.Context, accountID string) ([]Edge, error)) {
	s.attached = append(s.attached, f)
}

// WithHistory registers who knows what experts did. Called while the program is
// put together.
func (s *Service) WithHistory(f func(ctx context.Context) (map[string]History, error)) { s.history = f }

// stamp is the time to store: UTC, and no finer than both databases keep.
func (s *Service) stamp() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// Today is the city's day.
func (s *Service) Today() string { return s.Now().In(s.Pack().Zone()).Format(time.DateOnly) }

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// trusted reports whether the caller is the command line or the program itself.
func trusted(ctx context.Context) bool {
	who := audit.From(ctx).Actor
	return who == "system" || strings.HasPrefix(who, "cli:")
}

func (s *Service) may(ctx context.Context, perm string) error {
	if trusted(ctx) || s.Caller(ctx).Can(perm) {
		return nil
	}
	return errs.New(errs.Forbidden, "error.forbidden")
}

func (s *Service) actor(ctx context.Context) string {
	if id := s.Caller(ctx).ID; id != "" {
		return id
	}
	return audit.From(ctx).Actor
}

const maxReason = 500

func needReason(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	switch n := utf8.RuneCountInString(reason); {
	case n < 2:
		return "", errs.InvalidField("reason", "expert.reason_missing")
	case n > maxReason:
		return "", errs.InvalidField("reason", "expert.too_long", "N", maxReason)
	}
	return reason, nil
}

// tell lets those who keep assignments look again.
func (s *Service) tell(ctx context.Context, tx *sql.Tx, expertID string) error {
	for _, f := range s.changed {
		if err := f(ctx, tx, expertID); err != nil {
			return err
		}
	}
	return nil
}

// Pool lists active experts by their number.
func (s *Service) Pool(ctx context.Context) ([]Expert, error) {
	list, err := allExperts(ctx, s.DB.Read)
	out := list[:0]
	for _, e := range list {
		if e.State == Active {
			out = append(out, e)
		}
	}
	return out, err
}

// Of returns the expert whose account it is; false if there is none or they left.
func (s *Service) Of(ctx context.Context, accountID string) (Expert, bool, error) {
	if accountID == "" {
		return Expert{}, false, nil
	}
	rows, err := gen.New(s.DB.Read).ExpertOfAccount(ctx, accountID)
	if err != nil {
		return Expert{}, false, noRows(err)
	}
	e, err := fromRow(rows)
	return e, err == nil, err
}
