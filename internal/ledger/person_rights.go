package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/ledger/internal/gen"
)

// What the law gives a person over their data (PIPL 44–47; domain.md 8.1):
// to see them, to have them put right, to have them erased.

// PersonExport is everything that is held of a person.
type PersonExport struct {
	PersonID    int64          `json:"person_id"`
	Pseudonym   string         `json:"pseudonym"`
	BirthYear   int64          `json:"birth_year"` // 0 = unknown
	Sex         string         `json:"sex"`
	Name        string         `json:"name"`
	Phone       string         `json:"phone"`
	Home        string         `json:"home"` // code of the area
	Consent     string         `json:"consent"`
	Changes     []PersonChange `json:"changes"`
	Attendances []OwnRow       `json:"attendances"`
}

// PersonChange is a correction of birth year and sex.
type PersonChange struct {
	At        time.Time `json:"at"`
	BirthYear int64     `json:"birth_year"`
	Sex       string    `json:"sex"`
}

// OwnRow is one attendance as its person may see it.
type OwnRow struct {
	ID         int64     `json:"id"`
	Session    string    `json:"session"`
	Day        string    `json:"day"`
	Home       string    `json:"home"`
	Place      string    `json:"place"`
	Theme      string    `json:"theme"`
	Online     bool      `json:"online"`
	Minutes    int64     `json:"minutes"`
	Source     string    `json:"source"`
	RecordedAt time.Time `json:"recorded_at"`
	Reversed   string    `json:"reversed,omitempty"` // the reason, "" = it stands
}

// Export returns what is held of a person. It fails with NotFound if there is
// no such person, and is audited with its purpose.
func (s *Service) Export(ctx context.Context, personID int64, purpose string) (PersonExport, error) {
	var out PersonExport
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		var err error
		if out, err = s.ownData(ctx, tx, personID); err != nil {
			return err
		}
		if out.Attendances, err = s.ownRows(ctx, tx, personID); err != nil {
			return err
		}
		return s.auditRead(ctx, tx, "person:export", fmt.Sprint("person:", personID), len(out.Attendances), purpose)
	})
	return out, err
}

func (s *Service) ownData(ctx context.Context, tx db.Querier, id int64) (PersonExport, error) {
	q := gen.New(tx)
	p, err := q.Person(ctx, id)
	if errors.Is(err, sql.ErrNoRows) {
		return PersonExport{}, errs.New(errs.NotFound, "ledger.no_person")
	}
	if err != nil {
		return PersonExport{}, fmt.Errorf("find person: %w", err)
	}
	out := PersonExport{PersonID: id, Pseudonym: p.Pseudonym, BirthYear: p.BirthYear, Sex: p.Sex}
	changes, err := q.PersonChanges(ctx, id)
	if err != nil {
		return out, fmt.Errorf("list changes: %w", err)
	}
	for _, c := range changes {
		out.Changes = append(out.Changes, PersonChange{At: c.RecordedAt.UTC(), BirthYear: c.BirthYear, Sex: c.Sex})
		out.BirthYear, out.Sex = c.BirthYear, c.Sex
	}
	contact, err := q.Contact(ctx, id)
	if errors.Is(err, sql.ErrNoRows) {
		return out, nil
	}
	if err != nil {
		return out, fmt.Errorf("find contact: %w", err)
	}
	plain, err := s.unseal(id, contact.Sealed)
	out.Name, out.Phone, out.Home, out.Consent = plain.Name, plain.Phone, s.codeOf(contact.HomeID), contact.Consent
	return out, err
}

func (s *Service) codeOf(areaID int64) string {
	t := s.tree()
	if n, ok := t.ByID(areaID); ok {
		return t.At(n).Code
	}
	return ""
}

func (s *Service) ownRows(ctx context.Context, tx db.Querier, id int64) ([]OwnRow, error) {
	rows, err := gen.New(tx).PersonRows(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("list attendances: %w", err)
	}
	ids, err := themeIDs(ctx, tx)
	if err != nil {
		return nil, err
	}
	theme := make(map[int64]string, len(ids))
	for code, n := range ids {
		theme[n] = code
	}
	out := make([]OwnRow, len(rows))
	for i, r := range rows {
		out[i] = OwnRow{ID: r.ID, Session: r.SessionKey, Day: Day(r.Day).String(), Home: s.codeOf(r.HomeID), Place: s.codeOf(r.PlaceID),
			Theme: theme[r.ThemeID], Online: r.Online == 1, Minutes: r.Minutes, Source: r.Source, RecordedAt: r.RecordedAt.UTC(), Reversed: r.Reversed}
	}
	return out, nil
}

// CorrectPerson sets birth year and sex from now on. It fails with NotFound if
// there is no such person, and with Invalid without a reason.
func (s *Service) CorrectPerson(ctx context.Context, personID, birthYear int64, sex, reason string) error {
	if err := errors.Join(checkReason(reason), s.checkBirthAndSex(birthYear, sex)); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sql.Tx) error {
		batch, next, err := s.addBatch(ctx, tx, fromDesk, 1)
		if err != nil {
			return err
		}
		old, err := s.ownData(ctx, tx, personID)
		if err != nil {
			return err
		}
		err = gen.New(tx).InsertPersonChange(ctx, gen.InsertPersonChangeParams{ID: next, PersonID: personID, BirthYear: birthYear, Sex: sex, BatchID: batch})
		if err != nil {
			return fmt.Errorf("insert person change: %w", err)
		}
		return audit.Append(ctx, tx, s.now(), audit.Entry{Verb: "person:correct", Object: fmt.Sprint("person:", personID), Reason: reason,
			Detail: map[string]any{"birth_year": old.BirthYear != birthYear, "sex": old.Sex != sex}})
	})
}

// SetContact replaces name, telephone and home of a person, and adds them if
// there were none. It fails with NotFound if there is no such person, and with
// Invalid without a reason.
func (s *Service) SetContact(ctx context.Context, c Contact, reason string) error {
	if err := errors.Join(checkReason(reason), s.checkPerson(NewPerson{Name: c.Name, Phone: c.Phone, HomeID: c.HomeID})); err != nil {
		return err
	}
	text, err := s.seal(c.PersonID, sealed{Name: c.Name, Phone: c.Phone})
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sql.Tx) error {
		q := gen.New(tx)
		if _, err := q.Person(ctx, c.PersonID); errors.Is(err, sql.ErrNoRows) {
			return errs.New(errs.NotFound, "ledger.no_person")
		} else if err != nil {
			return fmt.Errorf("find person: %w", err)
		}
		n, err := q.UpdateContact(ctx, gen.UpdateContactParams{PersonID: c.PersonID, HomeID: c.HomeID, Sealed: text, PhoneTag: s.phoneTag(c.Phone), Consent: c.Consent})
		if err == nil && n == 0 {
			err = q.InsertContact(ctx, gen.InsertContactParams{PersonID: c.PersonID, HomeID: c.HomeID, Sealed: text, PhoneTag: s.phoneTag(c.Phone), Consent: c.Consent})
		}
		if err != nil {
			return fmt.Errorf("set contact: %w", err)
		}
		return audit.Append(ctx, tx, s.now(), audit.Entry{Verb: "person:contact", Object: fmt.Sprint("person:", c.PersonID), AreaID: c.HomeID, Reason: reason})
	})
}

// EraseContact deletes name, telephone and consent of a person; the ledger's
// rows stay, under a pseudonym that now leads to nobody. It fails with
// NotFound if none are kept, and with Invalid without a reason.
func (s *Service) EraseContact(ctx context.Context, personID int64, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sql.Tx) error {
		n, err := gen.New(tx).DeleteContact(ctx, personID)
		if err != nil {
			return fmt.Errorf("erase contact: %w", err)
		}
		if n == 0 {
			return errs.New(errs.NotFound, "ledger.no_contact")
		}
		return audit.Append(ctx, tx, s.now(), audit.Entry{Verb: "person:erase", Object: fmt.Sprint("person:", personID), Reason: reason})
	})
}
