// Package publish keeps the releases of reports: frozen by one person, approved
// and signed by another, public from a day on, never changed but by the next
// version (P1.8; design 4.8).
package publish

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/db"
	"xuedu/internal/pack"
	"xuedu/internal/release"
)

// Permissions of this package.
const (
	PermPrepare = "release:prepare" // freezes
	PermApprove = "release:approve" // approves, signs, moves the embargo
	PermRead    = "release:read"    // sees what is not yet public
)

// States of a release.
const (
	Frozen   = "frozen"
	Approved = "approved"
	Rejected = "rejected"
)

// Edition is a release as it is listed.
type Edition struct {
	ID, Series, Area, Period string
	Version, Stage, State    string
	Title                    pack.Text
	Reason                   pack.Text // of a revision, for the public
	Supersedes               string    // id of the one before, "" = the first
	Digest                   string    // SHA-256: of what was frozen, once approved of what was signed
	Key                      string    // that signed
	FrozenAt, ApprovedAt     time.Time
	FrozenBy, ApprovedBy     string    // accounts
	PublicAt                 time.Time // end of the embargo
	Public                   bool      // approved, and the embargo is over
	ReadEarly                bool      // not public: the caller is on the list of those who may read it
}

// Event is something that was done with a release.
type Event struct {
	Verb     string // freeze, approve, reject, embargo, reader_add, reader_remove
	Reason   string
	PublicAt time.Time
	Actor    string
	At       time.Time
}

// Reader is somebody who may read a release before it is public. The list is
// public.
type Reader struct {
	AccountID string
	Post      string // as the public sees it: an office, never a name
	Reason    string
	At        time.Time
}

// Deliver makes the files that are sealed with a release: pages, tables,
// exports, by name. It must not depend on anything but the release.
type Deliver func(ctx context.Context, r *release.Release) (map[string][]byte, error)

// Deps are what a Service works with.
type Deps struct {
	DB      *db.DB
	Key     func(nr int64) (ed25519.PrivateKey, error) // of the city's key file
	Deliver Deliver                                    // nil = nothing besides the release itself
	Post    func(account.Actor) pack.Text              // what somebody signs as: an office, never a name
	Now     func() time.Time
}

// Service keeps releases. It is safe for concurrent use.
type Service struct {
	Deps
	cache   cache
	decided []Decided
}

// Decided is told, in the transaction, that a frozen release was approved or
// sent back.
type Decided func(ctx context.Context, tx *sql.Tx, id string, approved bool) error

// OnDecided adds one; call it while the program is put together.
func (s *Service) OnDecided(f Decided) { s.decided = append(s.decided, f) }

func (s *Service) tell(ctx context.Context, tx *sql.Tx, id string, approved bool) error {
	for _, f := range s.decided {
		if err := f(ctx, tx, id, approved); err != nil {
			return err
		}
	}
	return nil
}

// New returns a Service.
func New(d Deps) *Service { return &Service{Deps: d, cache: cache{most: 24}} }

func (s *Service) stamp() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }
