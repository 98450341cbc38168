package activityhttp

import (
	"context"
	"errors"

	"xuedu/internal/activity"
	"xuedu/internal/errs"
	"xuedu/internal/ledger"
)

// Book gives rosters the ledger. What it has written is in the figures when
// it returns.
type Book struct {
	Ledger *ledger.Service
	// Refresh makes the figures take in what was committed.
	Refresh func(context.Context)
}

func entry(s activity.Sitting) (ledger.Entry, error) {
	day, err := ledger.ParseDay(s.Day)
	return ledger.Entry{SessionKey: s.Session, PlaceID: s.PlaceID, Day: day, Theme: s.Theme, Online: s.Online, Minutes: s.Minutes}, err
}

// Record writes persons down as present, each with the home they have now.
func (b Book) Record(ctx context.Context, s activity.Sitting, persons []int64) error {
	e, err := entry(s)
	if err != nil {
		return err
	}
	homes, err := b.homes(ctx, persons)
	if err != nil {
		return err
	}
	list := make([]ledger.Entry, 0, len(persons))
	for _, p := range persons {
		e.PersonID, e.HomeID = p, cmpOr(homes[p], s.PlaceID)
		list = append(list, e)
	}
	if _, err := b.Ledger.Record(ctx, list); err != nil {
		return err
	}
	b.Refresh(ctx)
	return nil
}

// homes returns where people say they live, or, of those who were erased or
// came by an import, where they lived last.
func (b Book) homes(ctx context.Context, persons []int64) (map[int64]int64, error) {
	homes, err := b.Ledger.Homes(ctx, persons)
	if err != nil || len(homes) == len(persons) {
		return homes, err
	}
	traits, err := b.Ledger.Traits(ctx, persons)
	for _, p := range persons {
		homes[p] = cmpOr(homes[p], traits[p].LastHome)
	}
	return homes, err
}

// Reverse takes attendances back.
func (b Book) Reverse(ctx context.Context, session string, persons []int64, reason string) error {
	pairs := make([]ledger.Pair, 0, len(persons))
	for _, p := range persons {
		pairs = append(pairs, ledger.Pair{SessionKey: session, PersonID: p})
	}
	if _, err := b.Ledger.Reverse(ctx, pairs, reason); err != nil {
		return err
	}
	b.Refresh(ctx)
	return nil
}

// SetHeads makes the number of nameless people n.
func (b Book) SetHeads(ctx context.Context, s activity.Sitting, n int64) error {
	e, err := entry(s)
	if err != nil {
		return err
	}
	if err := b.Ledger.RecordHeads(ctx, e, n); err != nil {
		return err
	}
	b.Refresh(ctx)
	return nil
}

// Present returns who of the persons is present, since when.
func (b Book) Present(ctx context.Context, session string, persons []int64) (activity.Attended, error) {
	p, err := b.Ledger.Present(ctx, session, persons)
	if err != nil {
		return activity.Attended{}, err
	}
	at, err := b.Ledger.RecordedAt(ctx, session, p.Persons)
	return activity.Attended{At: at, Heads: p.Heads}, err
}

// Tail returns the meetings of which the ledger has something newer.
func (b Book) Tail(ctx context.Context, after, most int64) (sessions []string, last int64, err error) {
	return b.Ledger.SessionsSince(ctx, after, most)
}

// Came returns who of the persons came to which of the meetings.
func (b Book) Came(ctx context.Context, sessions []string, persons []int64) (map[string][]int64, error) {
	pairs, err := b.Ledger.Standing(ctx, sessions, persons)
	out := make(map[string][]int64, len(sessions))
	for _, p := range pairs {
		out[p.SessionKey] = append(out[p.SessionKey], p.PersonID)
	}
	return out, err
}

// Persons returns the persons of a class as those who keep its roster see
// them.
func (b Book) Persons(ctx context.Context, object string, ids []int64) (map[int64]activity.Person, error) {
	contacts, err := b.Ledger.Contacts(ctx, ids, object)
	if err != nil {
		return nil, err
	}
	traits, err := b.Ledger.Traits(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]activity.Person, len(ids))
	for _, id := range ids {
		out[id] = person(id, contacts[id], traits[id])
	}
	return out, nil
}

func person(id int64, c ledger.Contact, t ledger.Traits) activity.Person {
	return activity.Person{ID: id, Name: c.Name, Phone: ledger.MaskPhone(c.Phone), BirthYear: t.BirthYear, Sex: t.Sex, HomeID: cmpOr(c.HomeID, t.LastHome)}
}

// FindByPhone returns who gave this telephone number.
func (b Book) FindByPhone(ctx context.Context, phone string) ([]activity.Person, error) {
	list, err := b.Ledger.FindByPhone(ctx, phone, "roster")
	if err != nil {
		return nil, ofWalkIn(err)
	}
	out := make([]activity.Person, 0, len(list))
	for _, c := range list {
		out = append(out, person(c.PersonID, c, ledger.Traits{}))
	}
	return out, nil
}

// AddPerson records a resident.
func (b Book) AddPerson(ctx context.Context, p activity.NewPerson) (int64, error) {
	id, err := b.Ledger.AddPerson(ctx, ledger.NewPerson{Name: p.Name, Phone: p.Phone, HomeID: p.HomeID, BirthYear: int(p.BirthYear), Sex: p.Sex, Consent: p.Consent})
	return id, ofWalkIn(err)
}

// Newcomers returns those who have not attended anything before a day.
func (b Book) Newcomers(ctx context.Context, day string, ids []int64) (map[int64]bool, error) {
	d, err := ledger.ParseDay(day)
	if err != nil {
		return nil, err
	}
	return b.Ledger.Newcomers(ctx, d, ids)
}

var walkInFields = map[string]string{"phone": "walkin_phone", "name": "walkin_name", "birth_year": "walkin_birth", "sex": "walkin_sex", "home": "walkin_home"}

// ofWalkIn moves an error to the field of the form it belongs to.
func ofWalkIn(err error) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || walkInFields[e.Field] == "" {
		return err
	}
	moved := *e
	moved.Field = walkInFields[e.Field]
	return &moved
}
