package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/ledger/internal/gen"
)

// NewPerson is a resident who is written down for the first time.
type NewPerson struct {
	Key         string // document number or another lasting key, not kept; "" = a random one
	Name, Phone string // kept encrypted and apart; both may be empty
	HomeID      int64  // area where the person lives
	BirthYear   int    // 0 = unknown
	Sex         string // f, m, "" = unknown
	Consent     string // what the person agreed to, and how
}

// Contact is how a person is called and reached. Print it through MaskName and
// MaskPhone wherever the reader is not of the person's own institution.
type Contact struct {
	PersonID    int64
	HomeID      int64
	Name, Phone string
	Consent     string
}

// maxName is how many letters a name has at most.
const maxName = 100

// AddPerson writes a person down and returns the number. A key that is known
// already is that person: nobody is added, and only a contact that is missing
// is. It fails with Invalid if a value breaks a rule.
func (s *Service) AddPerson(ctx context.Context, p NewPerson) (int64, error) {
	p.Name, p.Phone = strings.TrimSpace(p.Name), strings.TrimSpace(p.Phone)
	if err := s.checkPerson(p); err != nil {
		return 0, err
	}
	key := p.Key
	if key == "" {
		key = rand.Text()
	}
	pseudonym := newPseudonymizer(s.ring.Pseudonym).of(key)
	if p.Key == "" { // no key leads to it, not even by chance
		b := make([]byte, 16)
		rand.Read(b) // never fails
		pseudonym = hex.EncodeToString(b)
	}
	var id int64
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		var err error
		if id, err = db.Next(ctx, tx, "person", 1); err != nil { // from here on alone
			return err
		}
		known, err := gen.New(tx).PersonByPseudonym(ctx, pseudonym)
		switch {
		case err == nil:
			id = known.ID
		case !errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("find person: %w", err)
		default:
			if err := gen.New(tx).InsertPerson(ctx, gen.InsertPersonParams{ID: id, Pseudonym: pseudonym, BirthYear: int64(p.BirthYear), Sex: p.Sex}); err != nil {
				return fmt.Errorf("insert person: %w", err)
			}
		}
		if err := s.addContact(ctx, tx, id, p); err != nil {
			return err
		}
		return audit.Append(ctx, tx, s.now(), audit.Entry{Verb: "person:add", Object: fmt.Sprint("person:", id), AreaID: p.HomeID,
			Detail: map[string]any{"known": known.ID != 0, "keyed": p.Key != ""}})
	})
	return id, err
}

func (s *Service) checkPerson(p NewPerson) error {
	switch {
	case len(p.Key) > maxPersonKey:
		return errs.InvalidField("key", "ledger.import.key_long", "N", maxPersonKey)
	case utf8.RuneCountInString(p.Name) > maxName || hasControl(p.Name):
		return errs.InvalidField("name", "ledger.bad_name", "N", maxName)
	case p.Phone != "" && (len(digits(p.Phone)) < 7 || len(digits(p.Phone)) > 15):
		return errs.InvalidField("phone", "ledger.bad_phone")
	}
	if err := s.checkBirthAndSex(int64(p.BirthYear), p.Sex); err != nil {
		return err
	}
	return checkArea(s.tree(), "home", p.HomeID)
}

func (s *Service) checkBirthAndSex(year int64, sex string) error {
	last := int64(s.lastDay().Year())
	if year != 0 && (year < minBirthYear || year > last) {
		return errs.InvalidField("birth_year", "ledger.import.number", "From", minBirthYear, "To", last)
	}
	if sex != "" && sex != "f" && sex != "m" {
		return errs.InvalidField("sex", "ledger.import.sex")
	}
	return nil
}

// addContact keeps name and telephone unless the person has a contact.
func (s *Service) addContact(ctx context.Context, tx db.Querier, id int64, p NewPerson) error {
	_, err := gen.New(tx).Contact(ctx, id)
	if err == nil {
		return nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("find contact: %w", err)
	}
	text, err := s.seal(id, sealed{Name: p.Name, Phone: p.Phone})
	if err != nil {
		return err
	}
	err = gen.New(tx).InsertContact(ctx, gen.InsertContactParams{PersonID: id, HomeID: p.HomeID, Sealed: text, PhoneTag: s.phoneTag(p.Phone), Consent: p.Consent})
	if err != nil {
		return fmt.Errorf("insert contact: %w", err)
	}
	return nil
}

// FindByPhone returns the people who gave this telephone number, in the order
// of their numbers; a household may share one. The search is audited.
func (s *Service) FindByPhone(ctx context.Context, phone, purpose string) ([]Contact, error) {
	tag := s.phoneTag(phone)
	if tag == "" {
		return nil, errs.InvalidField("phone", "ledger.bad_phone")
	}
	var out []Contact
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		rows, err := gen.New(tx).ContactsByPhone(ctx, tag)
		if err != nil {
			return fmt.Errorf("find by telephone: %w", err)
		}
		for _, r := range rows {
			c, err := s.unseal(r.PersonID, r.Sealed)
			if err != nil {
				return err
			}
			out = append(out, Contact{PersonID: r.PersonID, HomeID: r.HomeID, Name: c.Name, Phone: c.Phone, Consent: r.Consent})
		}
		return s.auditRead(ctx, tx, "person:find", "telephone", len(out), purpose)
	})
	return out, err
}

// Names returns the names of those persons who have one kept, for a purpose
// that goes into the trail: one entry a call, with how many were read.
func (s *Service) Names(ctx context.Context, ids []int64, purpose string) (map[int64]string, error) {
	contacts, err := s.contacts(ctx, ids, "person:names", purpose)
	out := make(map[int64]string, len(contacts))
	for id, c := range contacts {
		out[id] = c.Name
	}
	return out, err
}

// Contacts is Names with telephones and homes.
func (s *Service) Contacts(ctx context.Context, ids []int64, purpose string) (map[int64]Contact, error) {
	return s.contacts(ctx, ids, "person:contacts", purpose)
}

func (s *Service) contacts(ctx context.Context, ids []int64, verb, purpose string) (map[int64]Contact, error) {
	out := map[int64]Contact{}
	if len(ids) == 0 {
		return out, nil
	}
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		err := lookUpIDs(ctx, tx, "SELECT person_id, home_id, sealed, consent FROM person_contact WHERE person_id IN (%s) ORDER BY person_id", ids, func(rows *sql.Rows) error {
			var c Contact
			var text string
			if err := rows.Scan(&c.PersonID, &c.HomeID, &text, &c.Consent); err != nil {
				return err
			}
			plain, err := s.unseal(c.PersonID, text)
			c.Name, c.Phone = plain.Name, plain.Phone
			out[c.PersonID] = c
			return err
		})
		if err != nil {
			return err
		}
		return s.auditRead(ctx, tx, verb, "persons", len(out), purpose)
	})
	return out, err
}

func (s *Service) auditRead(ctx context.Context, tx db.Querier, verb, object string, n int, purpose string) error {
	return audit.Append(ctx, tx, s.now(), audit.Entry{Verb: verb, Object: object, Reason: purpose, Detail: map[string]any{"count": n}})
}

// Homes returns where the persons say they live now; those without a contact
// are missing.
func (s *Service) Homes(ctx context.Context, ids []int64) (map[int64]int64, error) {
	out := make(map[int64]int64, len(ids))
	err := lookUpIDs(ctx, s.db.Read, "SELECT person_id, home_id FROM person_contact WHERE person_id IN (%s) ORDER BY person_id", ids, func(rows *sql.Rows) error {
		var id, home int64
		if err := rows.Scan(&id, &home); err != nil {
			return err
		}
		out[id] = home
		return nil
	})
	return out, err
}
