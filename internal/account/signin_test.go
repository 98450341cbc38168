package account_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
)

func TestLockOut(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, c := newService(t, d)
		mustCreate(t, s, "li")
		for _, login := range []string{"li", "nobody"} { // an account that exists and one that does not
			for i := range 5 {
				_, err := signIn(t, s, login, "Wrong-1")
				want := "account.wrong"
				if i == 4 {
					want = "account.locked"
				}
				if key(err) != want {
					t.Errorf("%s, failure %d: %v, want %s", login, i+1, err, want)
				}
			}
			if _, err := signIn(t, s, login, good); errs.KindOf(err) != errs.TooMany {
				t.Errorf("%s, locked: %v, want TooMany", login, err)
			}
		}
		c.move(15*time.Minute - time.Second)
		if _, err := signIn(t, s, "li", good); errs.KindOf(err) != errs.TooMany {
			t.Errorf("a second before the end: %v, want TooMany", err)
		}
		c.move(time.Second)
		if _, err := signIn(t, s, "LI", good); err != nil {
			t.Errorf("after the lock: %v", err)
		}
		for range 4 {
			_, _ = signIn(t, s, "li", "Wrong-1")
		}
		if _, err := signIn(t, s, "li", good); err != nil {
			t.Errorf("after four failures: %v", err)
		}
		if _, err := signIn(t, s, "li", "Wrong-1"); key(err) != "account.wrong" {
			t.Errorf("a success forgets the failures: %v", err)
		}
	})
}

func TestOldFailuresAreForgotten(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, c := newService(t, d)
		mustCreate(t, s, "li")
		for range 9 {
			if _, err := signIn(t, s, "li", "Wrong-1"); key(err) != "account.wrong" {
				t.Fatalf("failures far apart: %v", err)
			}
			c.move(16 * time.Minute)
		}
	})
}

// Many guesses at once must not slip past the count.
func TestGuessesAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := newService(t, d)
		mustCreate(t, s, "li")
		var wrong, locked atomic.Int64
		var wg sync.WaitGroup
		for range 30 {
			wg.Go(func() {
				switch _, err := signIn(t, s, "li", "Wrong-1"); key(err) {
				case "account.wrong":
					wrong.Add(1)
				case "account.locked":
					locked.Add(1)
				default:
					t.Errorf("sign in = %v", err)
				}
			})
		}
		wg.Wait()
		if wrong.Load() != 4 || locked.Load() != 26 {
			t.Errorf("%d tried, %d locked; want 4 and 26", wrong.Load(), locked.Load())
		}
	})
}

func TestUnlockAndDisable(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := newService(t, d)
		a := mustCreate(t, s, "li")
		for range 5 {
			_, _ = signIn(t, s, "li", "Wrong-1")
		}
		if until, err := s.LockedUntilOf(t.Context(), a); err != nil || until.IsZero() {
			t.Errorf("LockedUntilOf = %v, %v", until, err)
		}
		if err := s.Unlock(t.Context(), a.ID, "本人来过"); err != nil {
			t.Fatal(err)
		}
		ses, err := signIn(t, s, "li", good)
		if err != nil {
			t.Fatalf("after Unlock: %v", err)
		}
		if err := s.Disable(t.Context(), a.ID, "离职"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Resolve(t.Context(), ses.Token); errs.KindOf(err) != errs.Unsigned {
			t.Errorf("session of a disabled account: %v", err)
		}
		if _, err := signIn(t, s, "li", good); key(err) != "account.is_disabled" {
			t.Errorf("disabled, right password: %v", err)
		}
		if _, err := signIn(t, s, "li", "Wrong-1"); key(err) != "account.wrong" {
			t.Errorf("disabled, wrong password: %v; nobody may learn of it", err)
		}
		if err := s.Disable(t.Context(), a.ID, "离职"); key(err) != "account.same_state" {
			t.Errorf("disabled twice: %v", err)
		}
		if err := s.Enable(t.Context(), a.ID, "回来"); err != nil {
			t.Fatal(err)
		}
		if _, err := signIn(t, s, "li", good); err != nil {
			t.Errorf("after Enable: %v", err)
		}
	})
}

// The work done for a login that does not exist is that for one that does.
func TestSameTimeForUnknownLogin(t *testing.T) {
	p := account.DefaultPolicy()
	p.Hash, p.LockAfter = account.HashParams{Memory: 16 * 1024, Time: 2, Threads: 1}, 1000
	c := &clock{time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
	s := account.New(dbtest.SQLite(t), func() account.Policy { return p }, c.now)
	mustCreate(t, s, "li")
	_, _ = signIn(t, s, "nobody", "Wrong-1") // the decoy is made once
	best := func(login string) time.Duration {
		least := time.Hour
		for range 8 {
			start := time.Now()
			_, _ = signIn(t, s, login, "Wrong-1")
			least = min(least, time.Since(start))
		}
		return least
	}
	known, unknown := best("li"), best("nobody")
	if r := float64(known) / float64(unknown); r < 0.5 || r > 2 {
		t.Errorf("known %v, unknown %v", known, unknown)
	}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, c := newService(t, d)
		mustCreate(t, s, "li")
		ses, err := signIn(t, s, "li", good)
		if err != nil {
			t.Fatal(err)
		}
		if len(ses.Token) != 43 {
			t.Errorf("token of %d characters", len(ses.Token))
		}
		var stored int
		if err := d.Read.QueryRow("SELECT count(*) FROM login WHERE token_hash = $1 OR id = $2", ses.Token, ses.Token).Scan(&stored); err != nil || stored != 0 {
			t.Errorf("the token itself is stored: %d, %v", stored, err)
		}
		for range 12 { // in use: never idle for an hour
			if _, err := s.Resolve(t.Context(), ses.Token); err != nil {
				t.Fatalf("Resolve at %v: %v", c.t, err)
			}
			c.move(55 * time.Minute)
		}
		c.move(61*time.Minute - 55*time.Minute)
		if _, err := s.Resolve(t.Context(), ses.Token); errs.KindOf(err) != errs.Unsigned {
			t.Errorf("idle for 61 minutes: %v", err)
		}
		ses, _ = signIn(t, s, "li", good)
		for range 12*60/50 + 1 {
			_, _ = s.Resolve(t.Context(), ses.Token)
			c.move(50 * time.Minute)
		}
		if _, err := s.Resolve(t.Context(), ses.Token); errs.KindOf(err) != errs.Unsigned {
			t.Errorf("12 hours after sign-in: %v", err)
		}
		for _, bad := range []string{"", "x", ses.Token[:42] + "*"} {
			if _, err := s.Resolve(t.Context(), bad); errs.KindOf(err) != errs.Unsigned {
				t.Errorf("Resolve(%q) = %v", bad, err)
			}
		}
		if n, err := s.Purge(t.Context()); err != nil || n != 2 {
			t.Errorf("Purge = %d, %v; want 2", n, err)
		}
	})
}

func TestOldestSessionEnds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, c := newService(t, d)
		mustCreate(t, s, "li")
		var all []account.Session
		for range 7 {
			ses, err := signIn(t, s, "li", good)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, ses)
			c.move(time.Second)
		}
		for i, ses := range all {
			_, err := s.Resolve(t.Context(), ses.Token)
			if ended := err != nil; ended != (i < 2) {
				t.Errorf("session %d: %v; the five newest stay", i, err)
			}
		}
		ctx := as(t, s, "li")
		logins, err := s.Logins(ctx)
		if err != nil || len(logins) != 5 {
			t.Fatalf("Logins = %d, %v; want 5", len(logins), err)
		}
		if err := s.EndLogin(ctx, all[6].ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Resolve(t.Context(), all[6].Token); errs.KindOf(err) != errs.Unsigned {
			t.Errorf("ended session: %v", err)
		}
		if err := s.SignOut(ctx, all[5].Token); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Resolve(t.Context(), all[5].Token); errs.KindOf(err) != errs.Unsigned {
			t.Errorf("signed out: %v", err)
		}
	})
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, c := newService(t, d)
		mustCreate(t, s, "li")
		other, _ := signIn(t, s, "li", good)
		ctx := as(t, s, "li")
		for _, tt := range []struct{ name, old, new, want string }{
			{"wrong old", "Wrong-1", "Xinmi-2026-a", "account.old_wrong"},
			{"too weak", good, "abc", "account.password.too_short"},
			{"the same again", good, good, "account.password.used"},
			{"good", good, "Xinmi-2026-a", ""},
			{"back to the first", "Xinmi-2026-a", good, "account.password.used"},
		} {
			ses, err := s.ChangePassword(ctx, tt.old, tt.new, account.SignIn{Remote: "10.0.0.7"})
			if key(err) != tt.want {
				t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
			}
			if err == nil {
				if _, err := s.Resolve(t.Context(), ses.Token); err != nil {
					t.Errorf("new session: %v", err)
				}
				if _, err := s.Resolve(t.Context(), other.Token); errs.KindOf(err) != errs.Unsigned {
					t.Errorf("other session after the change: %v", err)
				}
			}
		}
		c.move(181 * 24 * time.Hour)
		ses, err := signIn(t, s, "li", "Xinmi-2026-a")
		if err != nil || !ses.Actor.MustChange {
			t.Errorf("after 181 days: %+v, %v; want a password to change", ses.Actor, err)
		}
		if a, err := s.Resolve(t.Context(), ses.Token); err != nil || !a.MustChange {
			t.Errorf("Resolve after 181 days: %+v, %v", a, err)
		}
	})
}

func TestResetPassword(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := newService(t, d)
		a := mustCreate(t, s, "li")
		ses, _ := signIn(t, s, "li", good)
		once, err := s.ResetPassword(t.Context(), a.ID, "忘了密码")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Resolve(t.Context(), ses.Token); errs.KindOf(err) != errs.Unsigned {
			t.Errorf("session after the reset: %v", err)
		}
		ses, err = signIn(t, s, "li", once)
		if err != nil || !ses.Actor.MustChange {
			t.Errorf("sign in after the reset: %+v, %v", ses.Actor, err)
		}
	})
}

func TestHashIsRenewed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := cheap()
		c := &clock{time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
		s := account.New(d, func() account.Policy { return p }, c.now)
		mustCreate(t, s, "li")
		p.Hash.Memory = 128
		if _, err := signIn(t, s, "li", good); err != nil {
			t.Fatal(err)
		}
		var hash string
		if err := d.Read.QueryRow("SELECT password_hash FROM account").Scan(&hash); err != nil {
			t.Fatal(err)
		}
		if want := "$argon2id$v=19$m=128,t=1,p=1$"; hash[:len(want)] != want {
			t.Errorf("hash %s, want it renewed to %s", hash, want)
		}
		if _, err := signIn(t, s, "li", good); err != nil {
			t.Errorf("sign in with the renewed hash: %v", err)
		}
	})
}
