// Package decide makes the result of a call: the order of the scores, the
// meeting and its votes, the sealed record, public notice, objections and the
// approval (P1.7).
package decide

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/accredit/score"
	"xuedu/internal/area"
	"xuedu/internal/calendar"
	"xuedu/internal/db"
	"xuedu/internal/draw"
	"xuedu/internal/draw/register"
)

// Permissions whose scope the service checks.
const (
	permManage = accredit.PermManage
	permDecide = accredit.PermDecide
	permHandle = accredit.PermHandle
)

// Calls is what this package asks of calls and applications.
type Calls interface {
	Call(ctx context.Context, id string) (accredit.Call, error)
	OfCall(ctx context.Context, callID string) ([]accredit.Application, error)
	Application(ctx context.Context, id string) (accredit.Application, error)
	Subject(ctx context.Context, applicationID string) (expert.Subject, error)
	Advance(ctx context.Context, tx *sql.Tx, callID string, ids []string, move, reason string) error
	OnGuard(name string, g accredit.Guard)
	OnEffect(name string, e accredit.Effect)
}

// Draws is the register of draws, for ties.
type Draws interface {
	Freeze(ctx context.Context, n register.NewDraw) (string, error)
	Draw(ctx context.Context, id, value string) (draw.Manifest, error)
	Things(ctx context.Context, id string) (order, taken []string, err error)
	List(ctx context.Context, subject string) ([]register.Item, error)
}

// Awarded is one award to be entered in the register.
type Awarded struct {
	CallID, ApplicationID, AwardID string // AwardID: of a re-evaluation, the award that was looked at again
	Programme, OrgID               string
	AreaID                         int64
	Holder                         string
	Document, Day                  string
	Sentence, Score                string
}

// Deps are what a Service works with. The functions are other packages' part:
// nil = there is none.
type Deps struct {
	DB      *db.DB
	Calls   Calls
	Draws   Draws
	Checker expert.Checker
	Tree    func() *area.Tree
	Days    func() *calendar.Calendar
	Zone    func() *time.Location // of the city, in which days are counted
	Key     []byte                // AES-256, of names and contacts of who objects
	Now     func() time.Time

	Ballots func(ctx context.Context, callID string) ([]score.Ballot, error)
	Visits  func(ctx context.Context, callID string) (map[string]map[string]string, error) // application to leaf to level
	Judges  func(ctx context.Context, callID string) ([]string, error)                     // accounts of all who scored or visited
	Grant   func(ctx context.Context, tx *sql.Tx, list []Awarded) error
	Keep    func(ctx context.Context, tx *sql.Tx, media string, content []byte) (digest string, err error)
}

// Service makes results. It is safe for concurrent use.
type Service struct {
	Deps
	advised sync.Map // call id to advised
}

// New returns a Service and registers what it answers for with the calls.
func New(d Deps) *Service {
	s := &Service{Deps: d}
	s.register()
	return s
}

// stamp is the time to store: UTC, and no finer than both databases keep.
func (s *Service) stamp() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// Outcome is what the scores of an application come to, and what the meeting
// made of them.
type Outcome struct {
	ApplicationID string
	score.Standing
	Second   string // second reading of one near the cut line: "", keeps, changes
	Decision string // in, out: the meeting deviates from the order; "" = it does not
	Reason   string // of a deviation or a second reading
	Sentence string // public word of the jury
}

// Second readings.
const (
	Keeps   = "keeps"
	Changes = "changes"
)
