package activity

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"xuedu/internal/account"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/calendar"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// Permissions that the service checks for their scope.
const (
	permRead = "activity:read"
	permEdit = "activity:edit"
	permTick = "roster:tick"
)

// Deps is what a Service needs from the rest of the program.
type Deps struct {
	Tree     func() *area.Tree
	Pack     func() *pack.Pack
	Calendar func() *calendar.Calendar
	Book     Book
	People   People
	// Recount counts the rosters that changed; called after the transaction.
	// nil = somebody else does.
	Recount func(context.Context)
}

// Service is the use cases of this package. Its zero value is not usable.
type Service struct {
	db  *db.DB
	now func() time.Time
	Deps
}

// New returns a Service.
func New(d *db.DB, deps Deps, now func() time.Time) *Service {
	return &Service{db: d, Deps: deps, now: now}
}

// stamp is the time to store: UTC, and no finer than both databases keep.
func (s *Service) stamp() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

// Zone returns the time zone of the city, UTC where the pack names none.
func (s *Service) Zone() *time.Location {
	loc, err := time.LoadLocation(s.Pack().TimeZone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// Today returns the day in the city's zone.
func (s *Service) Today() string { return s.dayOf(s.now()) }

func (s *Service) dayOf(t time.Time) string { return t.In(s.Zone()).Format(time.DateOnly) }

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// local reports whether an area is near enough to the ground to meet in: the
// ledger counts places of street level or below.
func (s *Service) local(areaID int64) bool {
	n, ok := s.Tree().ByID(areaID)
	return ok && !area.Street.Below(s.Tree().At(n).Level)
}

// wide returns the actor without the roles of a teacher: those reach only the
// teacher's own classes, whatever institution they are held in.
func wide(a account.Actor) account.Actor {
	var keep []account.Grant
	for _, g := range a.Grants {
		if g.Role != account.RoleTeacher {
			keep = append(keep, g)
		}
	}
	a.Grants = keep
	return a
}

// mayEdit fails with Forbidden unless the caller may change what orgID offers.
func (s *Service) mayEdit(ctx context.Context, orgID string, orgArea int64) error {
	if account.From(ctx).CoversOrg(permEdit, s.Tree(), orgID, orgArea) {
		return nil
	}
	return errs.New(errs.Forbidden, "activity.not_yours")
}

// sees reports whether the caller may read a class of an institution that
// meets in placeID (0 = nowhere yet).
func (s *Service) sees(ctx context.Context, orgID string, orgArea, placeID int64, teacherID string) bool {
	a := account.From(ctx)
	if !a.Can(permRead) {
		return false
	}
	w := wide(a)
	return teacherID != "" && teacherID == a.ID ||
		w.CoversOrg(permRead, s.Tree(), orgID, orgArea) ||
		placeID != 0 && w.CoversArea(permRead, s.Tree(), placeID)
}

// ticks reports whether the caller may keep the roster of a class: its
// teacher, its institution, or a worker of the area it belongs to or meets in.
func (s *Service) ticks(ctx context.Context, c Class, placeID int64) bool {
	a := account.From(ctx)
	if c.TeacherID != "" && c.TeacherID == a.ID && a.Can(permTick) {
		return true
	}
	w := wide(a)
	return w.CoversOrg(permTick, s.Tree(), c.OrgID, c.OrgArea) || w.CoversArea(permTick, s.Tree(), placeID)
}

// write runs f in a transaction and adds e to the trail as its last act. moved
// are days of meetings whose figures change, or everyDay.
func (s *Service) write(ctx context.Context, e audit.Entry, f func(*sql.Tx) error, moved ...string) error {
	return s.db.InTx(ctx, func(tx *sql.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		if err := touch(ctx, tx, moved...); err != nil {
			return err
		}
		return audit.Append(ctx, tx, s.stamp(), e)
	})
}

// rewrite is write for an act that changes what the rosters of a class count.
func (s *Service) rewrite(ctx context.Context, classID string, e audit.Entry, f func(*sql.Tx) error, moved ...string) error {
	err := s.write(ctx, e, func(tx *sql.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		return mark(ctx, tx, classID)
	}, moved...)
	if err == nil && s.Recount != nil {
		s.Recount(ctx)
	}
	return err
}
