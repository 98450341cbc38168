package register

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/draw"
	"xuedu/internal/draw/register/internal/gen"
	"xuedu/internal/errs"
	"xuedu/internal/i18n"
)

// Deps are what a Service works with.
type Deps struct {
	DB  *db.DB
	Now func() time.Time
}

// Service keeps draws. It is safe for concurrent use.
type Service struct{ Deps }

// New returns a Service.
func New(d Deps) *Service { return &Service{d} }

// stamp is the time to store; a manifest knows whole seconds.
func (s *Service) stamp() time.Time { return s.Now().UTC().Truncate(time.Second) }

// Freeze fixes a draw and returns its id. It fails with Invalid as draw.Freeze
// does, above all where the bounds of the groups cannot be met.
func (s *Service) Freeze(ctx context.Context, n NewDraw) (string, error) {
	var id string
	err := s.DB.InTx(ctx, func(tx *sql.Tx) (err error) {
		id, err = s.FreezeTx(ctx, tx, n)
		return err
	})
	return id, err
}

// FreezeTx is Freeze in the caller's transaction. It appends to the trail:
// take other counters before.
func (s *Service) FreezeTx(ctx context.Context, tx *sql.Tx, n NewDraw) (string, error) {
	secret := random(32)
	entries, names, err := hide(n.Entries)
	if err != nil {
		return "", err
	}
	h := draw.Head{
		ID: uuid.Must(uuid.NewV7()).String(), Purpose: n.Purpose, Title: clean(n.Title.In(i18n.ZH)),
		Seats: n.Seats, Groups: n.Groups, Rule: clean(n.Rule), At: s.stamp(),
	}
	m, err := draw.Freeze(h, entries, secret)
	if err != nil {
		return "", err
	}
	if err := insert(ctx, tx, n, m, names, secret, h.At); err != nil {
		return "", err
	}
	return m.ID, audit.Append(ctx, tx, h.At, audit.Entry{
		Verb: "draw:freeze", Object: "draw:" + m.ID,
		Detail: map[string]any{"purpose": m.Purpose, "subject": n.Subject, "seats": m.Seats,
			"entries": len(m.Entries), "frozen": m.Frozen, "commitment": m.Commitment},
	})
}

// clean makes one line of a text.
func clean(s string) string { return strings.Join(strings.Fields(s), " ") }

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return b
}

// hide gives each thing a salted token.
func hide(tickets []Ticket) ([]draw.Entry, map[string]name, error) {
	entries, names := make([]draw.Entry, len(tickets)), make(map[string]name, len(tickets))
	seen := make(map[string]bool, len(tickets))
	for i, t := range tickets {
		if t.Thing == "" || seen[t.Thing] {
			return nil, nil, errs.InvalidField("entries", "draw.twice")
		}
		seen[t.Thing] = true
		n := name{t.Thing, hex.EncodeToString(random(16))}
		token := draw.Token(n.Salt, n.Thing)
		names[token] = n
		entries[i] = draw.Entry{Token: token, Weight: max(t.Weight, 1), Groups: t.Groups}
		if t.Weight < 0 {
			return nil, nil, errs.InvalidField("entries", "draw.bad_entry", "Token", token)
		}
	}
	return entries, names, nil
}

// Draw gives a frozen draw its public value and computes the result. It fails
// with Conflict where it is drawn already or void: a draw is never repeated.
func (s *Service) Draw(ctx context.Context, id, value string) (draw.Manifest, error) {
	var m draw.Manifest
	err := s.DB.InTx(ctx, func(tx *sql.Tx) (err error) {
		m, err = s.DrawTx(ctx, tx, id, value)
		return err
	})
	return m, err
}

// DrawTx is Draw in the caller's transaction.
func (s *Service) DrawTx(ctx context.Context, tx *sql.Tx, id, value string) (draw.Manifest, error) {
	r, secret, err := read(ctx, tx, id)
	if err != nil {
		return draw.Manifest{}, err
	}
	if r.State == Void {
		return draw.Manifest{}, errs.New(errs.Conflict, "draw.void")
	}
	at := s.stamp()
	m, err := draw.Draw(r.Manifest, secret, clean(value), at)
	if err != nil {
		return draw.Manifest{}, err
	}
	n, err := gen.New(tx).SetResult(ctx, gen.SetResultParams{
		ID: id, State: Drawn, Manifest: string(m.Encode()), Digest: m.Sealed, DrawnAt: sql.NullTime{Time: at, Valid: true},
	})
	if err != nil {
		return draw.Manifest{}, err
	}
	if n == 0 { // another was quicker
		return draw.Manifest{}, errs.New(errs.Conflict, "draw.drawn")
	}
	return m, audit.Append(ctx, tx, at, audit.Entry{
		Verb: "draw:draw", Object: "draw:" + id, Detail: map[string]any{"value": m.Value, "sealed": m.Sealed},
	})
}

// Void declares a draw void; the reason is public. What it was stays readable.
func (s *Service) Void(ctx context.Context, id, reason string) error {
	return s.DB.InTx(ctx, func(tx *sql.Tx) error { return s.VoidTx(ctx, tx, id, reason) })
}

const maxReason = 500

// VoidTx is Void in the caller's transaction.
func (s *Service) VoidTx(ctx context.Context, tx *sql.Tx, id, reason string) error {
	reason = clean(reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > maxReason {
		return errs.InvalidField("reason", "draw.needs_reason", "N", maxReason)
	}
	if _, _, err := read(ctx, tx, id); err != nil {
		return err
	}
	n, err := gen.New(tx).SetVoid(ctx, gen.SetVoidParams{ID: id, Reason: reason})
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.New(errs.Conflict, "draw.void")
	}
	return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "draw:void", Object: "draw:" + id, Reason: reason})
}
