// Package subscription tells by e-mail of reports that have become public, to
// those who asked for it and said so twice (P1.8). It knows addresses and
// nothing else of them.
package subscription

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/google/uuid"

	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/mail"
	"xuedu/internal/publish"
	"xuedu/internal/subscription/internal/gen"
)

const (
	maxTries   = 5 // of one letter
	keepAsking = 7 * 24 * time.Hour
	mostAsked  = 500 // who have not confirmed yet, within an hour: somebody is playing
	maxAddress = 254 // RFC 5321
)

// Deps are what a Service works with.
type Deps struct {
	DB   *db.DB
	Site func() string                            // public address; "" = nobody can be told where to read
	Send func(context.Context, mail.Letter) error // nil = the city sends no mail
	Key  []byte                                   // of the links in letters
	Text func(lang, key string, args ...any) string
	// Editions are the releases that everybody may read.
	Editions func(context.Context) ([]publish.Edition, error)
	Now      func() time.Time
}

// Service keeps subscriptions. It is safe for concurrent use.
type Service struct{ Deps }

// New returns a Service.
func New(d Deps) *Service { return &Service{d} }

// Ready reports whether letters can be sent that lead somewhere.
func (s *Service) Ready() bool { return s.Send != nil && s.Site() != "" }

// Subscription is one wish to be told.
type Subscription struct {
	ID, Lang, Series string
	Confirmed        bool
}

// Ask notes that somebody wants to be told of a report ("" = of all); a letter
// asks whether it was they. Whether the address is known already is never told.
// It fails with Invalid for what is no address, and with Unavailable while far
// too many ask.
func (s *Service) Ask(ctx context.Context, address, series, lang string) error {
	if !s.Ready() {
		return errs.New(errs.NotFound, "subscription.off")
	}
	a, err := netmail.ParseAddress(strings.TrimSpace(address))
	if err != nil || a.Name != "" || len(a.Address) > maxAddress || strings.ContainsAny(a.Address, "\r\n") {
		return errs.InvalidField("address", "subscription.bad_address")
	}
	now := s.stamp()
	n, err := gen.New(s.DB.Read).Count(ctx, now.Add(-time.Hour))
	if err != nil {
		return err
	}
	if n >= mostAsked {
		return errs.New(errs.Unavailable, "subscription.busy")
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		_, err := gen.New(tx).Insert(ctx, gen.InsertParams{ID: newID(), Address: strings.ToLower(a.Address), Lang: lang, Series: series, AskedAt: now})
		return err
	})
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func (s *Service) stamp() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// Token is what a link in a letter ends with: nobody else can make it.
func (s *Service) Token(id string) string {
	m := hmac.New(sha256.New, s.Key)
	m.Write([]byte(id))
	return id + "." + base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:16])
}

// Find returns what a token stands for. It fails with NotFound for one that was
// not made here, or whose subscription has ended.
func (s *Service) Find(ctx context.Context, token string) (Subscription, error) {
	id, _, _ := strings.Cut(token, ".")
	if !hmac.Equal([]byte(token), []byte(s.Token(id))) {
		return Subscription{}, errs.New(errs.NotFound, "subscription.ended")
	}
	row, err := gen.New(s.DB.Read).Get(ctx, id)
	if errors.Is(err, sql.ErrNoRows) {
		return Subscription{}, errs.New(errs.NotFound, "subscription.ended")
	}
	return Subscription{ID: row.ID, Lang: row.Lang, Series: row.Series, Confirmed: row.ConfirmedAt.Valid}, err
}

// Confirm begins a subscription: from now on its letters come.
func (s *Service) Confirm(ctx context.Context, token string) error {
	x, err := s.Find(ctx, token)
	if err != nil || x.Confirmed {
		return err
	}
	now := s.stamp()
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		_, err := gen.New(tx).Confirm(ctx, gen.ConfirmParams{ID: x.ID, ConfirmedAt: sql.NullTime{Time: now, Valid: true}})
		if err != nil {
			return err
		}
		return audit.Append(ctx, tx, now, audit.Entry{Verb: "subscription:confirm", Object: "subscription:" + x.ID, Detail: map[string]any{"series": x.Series}})
	})
}

// Stop ends a subscription and forgets the address.
func (s *Service) Stop(ctx context.Context, token string) error {
	x, err := s.Find(ctx, token)
	if err != nil {
		return err
	}
	now := s.stamp()
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		q := gen.New(tx)
		if err := q.DeleteMails(ctx, x.ID); err != nil {
			return err
		}
		if _, err := q.Delete(ctx, x.ID); err != nil {
			return err
		}
		return audit.Append(ctx, tx, now, audit.Entry{Verb: "subscription:stop", Object: "subscription:" + x.ID, Detail: map[string]any{"series": x.Series}})
	})
}
