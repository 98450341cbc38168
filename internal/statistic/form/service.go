package form

import (
	"context"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/statistic/form/internal/gen"
)

// Service keeps the register. It is safe for concurrent use.
type Service struct {
	db      *db.DB
	pack    func() *pack.Pack
	symbols func(context.Context) (formula.Symbols, error)
	now     func() time.Time
	out     Outside
	held    atomic.Pointer[inForce]
}

// Outside is what the register asks of other parts. A nil function knows
// nothing.
type Outside struct {
	// Offered lists the measures that a source really offers.
	Offered func(context.Context) ([]Offer, error)
	// Rules checks the rules of a form.
	Rules func(pack.Form) []BadRule
	// Body finds a body of the city's register by its code.
	Body func(ctx context.Context, code string) (Body, bool, error)
}

// BadRule is what is wrong with a rule of a form.
type BadRule struct {
	Rule string // its code
	formula.Problem
}

// New returns the register. symbols are the measures that derived cells may use.
func New(d *db.DB, p func() *pack.Pack, symbols func(context.Context) (formula.Symbols, error), now func() time.Time) *Service {
	return &Service{db: d, pack: p, symbols: symbols, now: now}
}

// Connect tells the register where else to look. It is called before the first
// use.
func (s *Service) Connect(o Outside) { s.out = o }

func (s *Service) stamp() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

// today is the day in the city's zone.
func (s *Service) today() string {
	loc, err := time.LoadLocation(s.pack().TimeZone)
	if err != nil {
		loc = time.UTC
	}
	return s.now().In(loc).Format(time.DateOnly)
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// maxReason is the longest reason, in characters.
const maxReason = 500

func cleanReason(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case reason == "":
		return "", errs.InvalidField("reason", "form.reason_required")
	case utf8.RuneCountInString(reason) > maxReason:
		return "", errs.InvalidField("reason", "form.reason_long", "N", maxReason)
	}
	return reason, nil
}

// List returns the newest version of every form, by code.
func (s *Service) List(ctx context.Context) ([]Form, error) {
	return formsOf(gen.New(s.db.Read).Newest(ctx))
}

// Get returns a version of a form by its id; NotFound if there is none.
func (s *Service) Get(ctx context.Context, id string) (Form, error) { return byID(ctx, s.db.Read, id) }

// Current returns the newest version of a code; NotFound if there is none.
func (s *Service) Current(ctx context.Context, code string) (Form, error) {
	list, err := s.Versions(ctx, code)
	if err != nil {
		return Form{}, err
	}
	return list[0], nil
}

// Versions returns all versions of a code, the newest first; NotFound if there
// is none.
func (s *Service) Versions(ctx context.Context, code string) ([]Form, error) {
	list, err := formsOf(gen.New(s.db.Read).Versions(ctx, code))
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, errs.New(errs.NotFound, "form.not_found")
	}
	return list, nil
}

// inForce are the registered versions at one moment of the register.
type inForce struct {
	serial int64
	list   []Form
}

// Registered returns the versions that are registered, whatever their validity,
// by code and the newest first. It is cheap while nothing changes.
func (s *Service) Registered(ctx context.Context) ([]Form, error) {
	n, err := s.Serial(ctx)
	if err != nil {
		return nil, err
	}
	if h := s.held.Load(); h != nil && h.serial == n {
		return h.list, nil
	}
	list, err := formsOf(gen.New(s.db.Read).InForce(ctx))
	if err != nil {
		return nil, err
	}
	s.held.Store(&inForce{n, list}) // the number was read first: at worst it is read again
	return list, nil
}

// Serial returns a number that changes with every change of the register.
func (s *Service) Serial(ctx context.Context) (int64, error) { return serial(ctx, s.db.Read) }

// Events lists what was done with the versions of a code, the newest first.
func (s *Service) Events(ctx context.Context, code string) ([]Event, error) {
	return events(ctx, s.db.Read, code)
}

// Fields returns every field that was ever asked, by form, newest version
// first, in the order of the form.
func (s *Service) Fields(ctx context.Context) ([]FieldAsked, error) {
	return fieldsAsked(ctx, s.db.Read)
}

// Refusals returns the newest refusals, at most so many.
func (s *Service) Refusals(ctx context.Context, most int) ([]Refusal, error) {
	return refusals(ctx, s.db.Read, most)
}

// Burden returns what f costs a unit with so many rows (repeating forms).
func (s *Service) Burden(f Form, rows int) Burden { return BurdenOf(f, rows) }
