package account

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"sync"
	"time"

	"xuedu/internal/account/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

// SignIn is what a browser sends to sign in.
type SignIn struct {
	Login, Password string
	Remote          string // address of the browser
	UserAgent       string
}

// Session is a signed-in browser. Token goes into the cookie and is nowhere
// else; we keep its SHA-256.
type Session struct {
	ID        string
	Token     string
	ExpiresAt time.Time
	Actor     Actor
}

// turns lets the attempts on one login go one after the other, so that many
// guesses at once cannot slip past the count.
type turns []chan struct{}

func newTurns() turns {
	t := make(turns, 64)
	for i := range t {
		t[i] = make(chan struct{}, 1)
	}
	return t
}

// take waits for the turn of a login; done gives it back.
func (t turns) take(ctx context.Context, loginHash string) (done func(), err error) {
	h := fnv.New32a()
	h.Write([]byte(loginHash))
	c := t[int(h.Sum32())%len(t)]
	select {
	case c <- struct{}{}:
		return func() { <-c }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// failureKey is under what failures of a login are counted.
func failureKey(login string) string {
	h := sha256.Sum256([]byte("xuedu sign-in\n" + login))
	return hex.EncodeToString(h[:])
}

func decoyOf(policy func() Policy) func() string {
	return sync.OnceValue(func() string { return policy().Hash.hash(Generate()) })
}

// Authenticate signs somebody in and returns the new session. A wrong password
// and an unknown login give the same Invalid error after the same work, and
// are counted alike: after Policy.LockAfter failures in a row the login is
// locked and every attempt fails with TooMany. A disabled account with the
// right password is Forbidden.
func (s *Service) Authenticate(ctx context.Context, in SignIn) (Session, error) {
	login := strings.ToLower(string(normal(strings.TrimSpace(in.Login))))
	done, err := s.turns.take(ctx, failureKey(login))
	if err != nil {
		return Session{}, err
	}
	defer done()
	a, err := s.prove(ctx, login, in)
	if err != nil {
		return Session{}, err
	}
	return s.begin(ctx, a, in)
}

// prove returns the active account of a login if the password is right, with
// the same work whether there is one or not. The caller holds the login's turn.
func (s *Service) prove(ctx context.Context, login string, in SignIn) (Account, error) {
	key := failureKey(login)
	if err := s.refuseLocked(ctx, key); err != nil {
		return Account{}, err
	}
	a, err := findByLogin(ctx, s.db.Read, login)
	known := err == nil
	if !known && errs.KindOf(err) != errs.NotFound {
		return Account{}, err
	}
	hash := a.hash
	if !known {
		hash = s.decoy()
	}
	ok := verify(hash, clip(in.Password, maxPassword))
	switch {
	case !ok || !known || len(in.Password) > maxPassword:
		return Account{}, s.failed(ctx, a.ID, key, in)
	case a.State != Active:
		return Account{}, s.refusedDisabled(ctx, a.ID, in)
	}
	return a, nil
}

// refuseLocked fails with TooMany while a login is locked.
func (s *Service) refuseLocked(ctx context.Context, loginHash string) error {
	f, err := gen.New(s.db.Read).Failure(ctx, loginHash)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read failures: %w", err)
	}
	if f.LockedUntil.Valid && s.now().Before(f.LockedUntil.Time) {
		return locked(f.LockedUntil.Time)
	}
	return nil
}

// LockedUntil is the name of the argument of a TooMany error that holds the
// end of the lock, a time.Time in UTC.
const LockedUntil = "Until"

func locked(until time.Time) error {
	return errs.New(errs.TooMany, "account.locked", LockedUntil, until.UTC())
}

// failed counts a failure, notes it, and locks the login at the last one.
func (s *Service) failed(ctx context.Context, accountID, loginHash string, in SignIn) error {
	p, now := s.policy(), s.stamp()
	until := now.Add(p.LockFor)
	out := error(errs.New(errs.Invalid, "account.wrong"))
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		g := gen.New(tx)
		n, err := g.CountFailure(ctx, gen.CountFailureParams{LoginHash: loginHash, FailedAt: now, Since: now.Add(-p.LockFor)})
		if err != nil {
			return fmt.Errorf("count failure: %w", err)
		}
		detail := map[string]any{"failures": n}
		if n >= int64(p.LockAfter) {
			out, detail["locked_until"] = locked(until), until.Format(time.RFC3339)
			if err := g.Lock(ctx, gen.LockParams{LoginHash: loginHash, LockedUntil: sql.NullTime{Time: until, Valid: true}}); err != nil {
				return fmt.Errorf("lock login: %w", err)
			}
		}
		obj := object(accountID)
		if accountID == "" {
			obj = "login:" + loginHash[:16]
		}
		return audit.Append(from(ctx, "public", in), tx, now, audit.Entry{Verb: "account:signin", Object: obj, Result: audit.Refused, Detail: detail})
	})
	if err != nil {
		return err
	}
	return out
}

func (s *Service) refusedDisabled(ctx context.Context, accountID string, in SignIn) error {
	e := audit.Entry{Verb: "account:signin", Object: object(accountID), Result: audit.Refused, Detail: map[string]any{"state": Disabled}}
	if err := audit.Read(from(ctx, "public", in), s.db, s.stamp(), e); err != nil {
		return err
	}
	return errs.New(errs.Forbidden, "account.is_disabled")
}

// begin opens a session: it forgets the failures, renews a hash of other
// costs, ends the oldest sessions above the limit and notes the sign-in.
func (s *Service) begin(ctx context.Context, a Account, in SignIn) (Session, error) {
	p, now := s.policy(), s.stamp()
	rule := p.For(a.Grants)
	out := newSession(a, rule, now)
	renewed := p.Hash.renew(a.hash, in.Password)
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		g := gen.New(tx)
		if _, err := g.ForgetFailures(ctx, failureKey(a.Login)); err != nil {
			return fmt.Errorf("forget failures: %w", err)
		}
		if renewed != "" {
			if err := g.SetHash(ctx, gen.SetHashParams{ID: a.ID, PasswordHash: renewed, OldHash: a.hash}); err != nil {
				return fmt.Errorf("renew hash: %w", err)
			}
		}
		if err := insertLogin(ctx, tx, out, rule, now, in); err != nil {
			return err
		}
		if err := endOldest(ctx, tx, a.ID, p.MaxSessions); err != nil {
			return err
		}
		return audit.Append(from(ctx, a.ID, in), tx, now, audit.Entry{Verb: "account:signin", Object: object(a.ID)})
	})
	s.cache.clear()
	return out, err
}

// from returns ctx with who signs in, which the edge cannot know before.
func from(ctx context.Context, actor string, in SignIn) context.Context {
	return audit.With(ctx, audit.Who{Actor: actor, Remote: in.Remote})
}
