package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"xuedu/internal/account/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
)

// cacheFor is how long another process may still take an ended session or a
// withdrawn grant for good; in this process both end at once.
const cacheFor = 2 * time.Second

// touchEvery is how often "last seen" is written.
const touchEvery = time.Minute

func newSession(a Account, rule Rule, now time.Time) Session {
	token := make([]byte, 32)
	rand.Read(token) // never fails
	id := newID()
	return Session{
		ID: id, Token: base64.RawURLEncoding.EncodeToString(token), ExpiresAt: now.Add(rule.Session),
		Actor: Actor{ID: a.ID, Login: a.Login, Name: a.Name, Grants: a.Grants, SessionID: id, MustChange: a.MustChange || rule.expired(a.PasswordAt, now)},
	}
}

func hashToken(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}

func insertLogin(ctx context.Context, q db.Querier, s Session, rule Rule, now time.Time, in SignIn) error {
	err := gen.New(q).InsertLogin(ctx, gen.InsertLoginParams{
		TokenHash: hashToken(s.Token), ID: s.ID, AccountID: s.Actor.ID, CreatedAt: now, SeenAt: now,
		IdleSeconds: int64(rule.Idle / time.Second), ExpiresAt: s.ExpiresAt, UserAgent: clip(in.UserAgent, 200), Remote: in.Remote,
	})
	if err != nil {
		return fmt.Errorf("insert login: %w", err)
	}
	return nil
}

func clip(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.ToValidUTF8(s, "")
}

func endOldest(ctx context.Context, q db.Querier, accountID string, keep int) error {
	g := gen.New(q)
	old, err := g.OldLogins(ctx, gen.OldLoginsParams{AccountID: accountID, Keep: int32(keep)})
	if err != nil {
		return fmt.Errorf("list old logins: %w", err)
	}
	for _, id := range old {
		if _, err := g.DeleteLogin(ctx, gen.DeleteLoginParams{ID: id, AccountID: accountID}); err != nil {
			return fmt.Errorf("end old login: %w", err)
		}
	}
	return nil
}

// Resolve returns who holds a token. It fails with Unsigned where the token is
// unknown, ended or expired, or its account disabled.
func (s *Service) Resolve(ctx context.Context, token string) (Actor, error) {
	if len(token) != 43 { // 32 bytes in base64
		return Actor{}, errUnsigned()
	}
	hash, now := hashToken(token), s.stamp()
	if a, ok := s.cache.get(hash, now); ok {
		return a, nil
	}
	born := s.cache.generation()
	l, err := gen.New(s.db.Read).LoginByToken(ctx, hash)
	if errors.Is(err, sql.ErrNoRows) {
		return Actor{}, errUnsigned()
	}
	if err != nil {
		return Actor{}, fmt.Errorf("find login: %w", err)
	}
	idleEnd := l.SeenAt.Add(time.Duration(l.IdleSeconds) * time.Second)
	if !now.Before(l.ExpiresAt) || !now.Before(idleEnd) || l.State != Active {
		return Actor{}, errUnsigned()
	}
	a := Actor{ID: l.AccountID, Login: l.Login, Name: l.Name, SessionID: l.ID}
	if a.Grants, err = grantsOf(ctx, s.db.Read, a.ID); err != nil {
		return Actor{}, err
	}
	a.MustChange = l.MustChange || s.policy().For(a.Grants).expired(l.PasswordAt, now)
	if now.Sub(l.SeenAt) >= touchEvery {
		s.touch(ctx, hash, now)
	}
	s.cache.put(hash, a, now, born)
	return a, nil
}

// touch writes when a session was last seen. A page does not wait long for it:
// where the database is busy the next request tries again.
func (s *Service) touch(ctx context.Context, hash string, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	_ = gen.New(s.db.Write).TouchLogin(ctx, gen.TouchLoginParams{TokenHash: hash, SeenAt: now})
}

func errUnsigned() error { return errs.New(errs.Unsigned, "error.unsigned") }

// SignOut ends the session of a token. An unknown token is no error.
func (s *Service) SignOut(ctx context.Context, token string) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		id, err := gen.New(tx).DeleteLoginByToken(ctx, hashToken(token))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("end login: %w", err)
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "account:signout", Object: object(id)})
	})
}

// Login is a signed-in browser as its owner sees it.
type Login struct {
	ID        string
	CreatedAt time.Time
	SeenAt    time.Time
	UserAgent string
	Remote    string
}

// Logins returns the caller's own sessions that have not ended, the last seen first.
func (s *Service) Logins(ctx context.Context) ([]Login, error) {
	me := From(ctx)
	if !me.SignedIn() {
		return nil, errUnsigned()
	}
	rows, err := gen.New(s.db.Read).ListLogins(ctx, me.ID)
	if err != nil {
		return nil, fmt.Errorf("list logins: %w", err)
	}
	now := s.stamp()
	var out []Login
	for _, r := range rows {
		if now.Before(r.ExpiresAt) && now.Before(r.SeenAt.Add(time.Duration(r.IdleSeconds)*time.Second)) {
			out = append(out, Login{ID: r.ID, CreatedAt: r.CreatedAt.UTC(), SeenAt: r.SeenAt.UTC(), UserAgent: r.UserAgent, Remote: r.Remote})
		}
	}
	return out, nil
}

// EndLogin ends one of the caller's own sessions; NotFound where it has ended.
func (s *Service) EndLogin(ctx context.Context, id string) error {
	me := From(ctx)
	if !me.SignedIn() {
		return errUnsigned()
	}
	return s.change(ctx, func(tx *sql.Tx) error {
		n, err := gen.New(tx).DeleteLogin(ctx, gen.DeleteLoginParams{ID: id, AccountID: me.ID})
		if err != nil {
			return fmt.Errorf("end login: %w", err)
		}
		if n == 0 {
			return errs.New(errs.NotFound, "account.session_gone")
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "account:signout", Object: object(me.ID), Detail: map[string]any{"session": id}})
	})
}

// Purge deletes sessions and failures that no longer mean anything, and
// returns how many.
func (s *Service) Purge(ctx context.Context) (n int64, err error) {
	now, p := s.stamp(), s.policy()
	idle := p.Default.Idle
	for _, r := range p.Roles {
		idle = max(idle, r.Idle)
	}
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		g := gen.New(tx)
		logins, err := g.PurgeLogins(ctx, gen.PurgeLoginsParams{Now: now, IdleBefore: now.Add(-idle)})
		if err != nil {
			return fmt.Errorf("purge logins: %w", err)
		}
		failures, err := g.PurgeFailures(ctx, gen.PurgeFailuresParams{Before: now.Add(-p.LockFor), Now: sql.NullTime{Time: now, Valid: true}})
		if err != nil {
			return fmt.Errorf("purge failures: %w", err)
		}
		n = logins + failures
		return nil
	})
	return n, err
}

// change is a transaction after which nothing in the cache is believed.
func (s *Service) change(ctx context.Context, f func(*sql.Tx) error) error {
	err := s.db.InTx(ctx, f)
	s.cache.clear()
	return err
}

// cache keeps resolved tokens for a moment. A value read before a clear is not
// kept after it: generation counts the clears.
type cache struct {
	*sync.Mutex
	m   map[string]cached
	gen *int64
}

type cached struct {
	actor Actor
	at    time.Time
}

func newCache() cache { return cache{new(sync.Mutex), map[string]cached{}, new(int64)} }

func (c cache) get(hash string, now time.Time) (Actor, bool) {
	c.Lock()
	defer c.Unlock()
	e, ok := c.m[hash]
	return e.actor, ok && now.Sub(e.at) < cacheFor && !now.Before(e.at)
}

func (c cache) generation() int64 {
	c.Lock()
	defer c.Unlock()
	return *c.gen
}

func (c cache) put(hash string, a Actor, now time.Time, born int64) {
	c.Lock()
	defer c.Unlock()
	if *c.gen != born {
		return
	}
	if len(c.m) >= 10000 {
		clear(c.m)
	}
	c.m[hash] = cached{a, now}
}

func (c cache) clear() {
	c.Lock()
	defer c.Unlock()
	clear(c.m)
	*c.gen++
}
