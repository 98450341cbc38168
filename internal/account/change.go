package account

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"xuedu/internal/account/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

// ChangePassword gives the caller a new password, ends all their sessions and
// opens a new one. It fails with Invalid where the old password is wrong
// (field "old"; it counts as a failed sign-in) or the new one breaks the rules
// (field "password").
func (s *Service) ChangePassword(ctx context.Context, old, password string, in SignIn) (Session, error) {
	me := From(ctx)
	if !me.SignedIn() {
		return Session{}, errUnsigned()
	}
	in.Login, in.Password = me.Login, old
	a, err := s.confirm(ctx, in)
	if err != nil {
		return Session{}, err
	}
	p := s.policy()
	rule := p.For(a.Grants)
	if err := s.checkNew(ctx, a, rule, password); err != nil {
		return Session{}, err
	}
	hash, now := p.Hash.hash(password), s.stamp()
	a.MustChange, a.PasswordAt = false, now
	out := newSession(a, rule, now)
	err = s.change(ctx, func(tx *sql.Tx) error {
		if err := replacePassword(ctx, tx, a, hash, now); err != nil {
			return err
		}
		if err := insertLogin(ctx, tx, out, rule, now, in); err != nil {
			return err
		}
		return audit.Append(ctx, tx, now, audit.Entry{Verb: "account:password", Object: object(a.ID)})
	})
	return out, err
}

// confirm checks the caller's own password as a sign-in does, failures counted.
func (s *Service) confirm(ctx context.Context, in SignIn) (Account, error) {
	done, err := s.turns.take(ctx, failureKey(in.Login))
	if err != nil {
		return Account{}, err
	}
	defer done()
	a, err := s.prove(ctx, in.Login, in)
	if errs.KindOf(err) == errs.Invalid {
		return Account{}, errs.InvalidField("old", "account.old_wrong")
	}
	return a, err
}

func (s *Service) checkNew(ctx context.Context, a Account, rule Rule, password string) error {
	if err := rule.Check(a.Login, password); err != nil {
		return err
	}
	used, err := usedBefore(ctx, s.db.Read, a.ID, password, rule.History)
	if err != nil {
		return err
	}
	if used {
		return errs.InvalidField("password", "account.password.used", "N", rule.History)
	}
	return nil
}

// replacePassword sets a new password, ends every session and lifts the lock.
func replacePassword(ctx context.Context, tx *sql.Tx, a Account, hash string, now time.Time) error {
	if err := setPassword(ctx, tx, a.ID, hash, a.MustChange, now); err != nil {
		return err
	}
	if _, err := gen.New(tx).ForgetFailures(ctx, failureKey(a.Login)); err != nil {
		return fmt.Errorf("lift lock: %w", err)
	}
	return endAll(ctx, tx, a.ID)
}

func endAll(ctx context.Context, tx *sql.Tx, accountID string) error {
	if _, err := gen.New(tx).DeleteLogins(ctx, accountID); err != nil {
		return fmt.Errorf("end logins: %w", err)
	}
	return nil
}

// ResetPassword gives an account a made password, to be shown once and changed
// at the next sign-in, ends its sessions and lifts its lock. It needs
// account:manage. The password of a security administrator or an auditor is
// reset only by a command on the server: otherwise whoever manages accounts
// could become either (Forbidden).
func (s *Service) ResetPassword(ctx context.Context, id, reason string) (oneTime string, err error) {
	oneTime = Generate()
	return oneTime, s.setPassword(ctx, id, oneTime, true, reason)
}

// SetPassword gives an account a chosen password; otherwise it is ResetPassword.
func (s *Service) SetPassword(ctx context.Context, id, password string, mustChange bool, reason string) error {
	return s.setPassword(ctx, id, password, mustChange, reason)
}

func (s *Service) setPassword(ctx context.Context, id, password string, mustChange bool, reason string) error {
	a, reason, err := s.target(ctx, permManage, id, reason)
	if err != nil {
		return err
	}
	if guarded(a.Grants) && !trusted(ctx) {
		return errs.New(errs.Forbidden, "account.reset_guarded")
	}
	p := s.policy()
	if err := s.checkNew(ctx, a, p.For(a.Grants), password); err != nil {
		return err
	}
	hash, now := p.Hash.hash(password), s.stamp()
	a.MustChange = mustChange
	return s.change(ctx, func(tx *sql.Tx) error {
		if err := replacePassword(ctx, tx, a, hash, now); err != nil {
			return err
		}
		return audit.Append(ctx, tx, now, audit.Entry{Verb: "account:reset", Object: object(id), Reason: reason})
	})
}

// guarded reports whether somebody who took over these grants could undo the
// separation of administrators.
func guarded(grants []Grant) bool {
	for _, g := range grants {
		if g.Role == RoleSecurity || g.Role == RoleAuditor {
			return true
		}
	}
	return false
}

// target checks what every act on somebody else's account asks for: the
// permission, a reason, an existing account that is not the caller's own.
func (s *Service) target(ctx context.Context, perm, id, reason string) (Account, string, error) {
	if err := require(ctx, perm); err != nil {
		return Account{}, "", err
	}
	reason, err := needReason(reason)
	if err != nil {
		return Account{}, "", err
	}
	if From(ctx).ID == id {
		return Account{}, "", errs.New(errs.Forbidden, "account.not_self")
	}
	a, err := find(ctx, s.db.Read, id)
	return a, reason, err
}

// Disable stops an account and ends its sessions. It needs account:lock. The
// last active security administrator cannot be disabled (Conflict).
func (s *Service) Disable(ctx context.Context, id, reason string) error {
	return s.setState(ctx, id, Disabled, "account:disable", reason)
}

// Enable lets an account sign in again. It needs account:lock.
func (s *Service) Enable(ctx context.Context, id, reason string) error {
	return s.setState(ctx, id, Active, "account:enable", reason)
}

func (s *Service) setState(ctx context.Context, id, state, verb, reason string) error {
	_, reason, err := s.target(ctx, permLock, id, reason)
	if err != nil {
		return err
	}
	now := s.stamp()
	return s.change(ctx, func(tx *sql.Tx) error {
		if err := lock(ctx, tx); err != nil {
			return err
		}
		if state == Disabled {
			if err := keepSecurity(ctx, tx, id); err != nil {
				return err
			}
			if err := endAll(ctx, tx, id); err != nil {
				return err
			}
		}
		n, err := gen.New(tx).SetState(ctx, gen.SetStateParams{ID: id, State: state, UpdatedAt: now})
		if err != nil {
			return fmt.Errorf("set state: %w", err)
		}
		if n == 0 {
			return errs.New(errs.Conflict, "account.same_state")
		}
		return audit.Append(ctx, tx, now, audit.Entry{Verb: verb, Object: object(id), Reason: reason})
	})
}

// Unlock lifts the lock of an account's login. It needs account:lock.
func (s *Service) Unlock(ctx context.Context, id, reason string) error {
	a, reason, err := s.target(ctx, permLock, id, reason)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := gen.New(tx).ForgetFailures(ctx, failureKey(a.Login)); err != nil {
			return fmt.Errorf("lift lock: %w", err)
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "account:unlock", Object: object(id), Reason: reason})
	})
}

// LockedUntilOf returns until when an account's login is locked; zero if it is not.
func (s *Service) LockedUntilOf(ctx context.Context, a Account) (time.Time, error) {
	err := s.refuseLocked(ctx, failureKey(a.Login))
	if e, ok := err.(*errs.Error); ok && e.Kind == errs.TooMany {
		return e.Args[1].(time.Time), nil
	}
	return time.Time{}, err
}
