package publish

import (
	"context"
	"database/sql"
	"strings"
	"time"
	"unicode/utf8"

	"xuedu/internal/account"
	"xuedu/internal/errs"
	"xuedu/internal/publish/internal/gen"
	"xuedu/internal/release"
	"xuedu/internal/release/proof"
)

// Approve signs a frozen release; it becomes public at that time, at once if it
// is past. Who prepared it cannot approve it. digest is that of what the caller
// read. It fails with Forbidden, NotFound, and Conflict where something else was
// frozen meanwhile, where it was decided already, or where the city has no key.
func (s *Service) Approve(ctx context.Context, id, digest string, public time.Time) error {
	e, err := s.frozen(ctx, id)
	if err != nil {
		return err
	}
	if e.FrozenBy == account.From(ctx).ID {
		return errs.New(errs.Forbidden, "publish.same_person")
	}
	if e.Digest != digest {
		return errs.New(errs.Conflict, "publish.other")
	}
	signed, sealed, err := s.sign(ctx, e)
	if err != nil {
		return err
	}
	now := s.stamp()
	public = notBefore(now, public)
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		n, err := gen.New(tx).SetApproved(ctx, gen.SetApprovedParams{ID: id, Sealed: sealed.zip, Digest: release.Digest(signed), KeyID: sealed.key, Frozen: signed,
			ApprovedAt: sql.NullTime{Time: now, Valid: true}, ApprovedBy: account.From(ctx).ID, PublicAt: sql.NullTime{Time: public, Valid: true}})
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "publish.decided")
		}
		if err := s.tell(ctx, tx, id, true); err != nil {
			return err
		}
		return s.event(ctx, tx, id, Event{Verb: "approve", PublicAt: public, At: now}, map[string]any{"digest": release.Digest(signed), "key": sealed.key})
	})
}

// notBefore is the time from which a release is public in fact: nothing was
// public before somebody said so.
func notBefore(now, public time.Time) time.Time {
	if public.Before(now) {
		return now
	}
	return public.UTC().Truncate(time.Millisecond)
}

// frozen returns a release that waits for approval, to who may approve.
func (s *Service) frozen(ctx context.Context, id string) (Edition, error) {
	if !account.From(ctx).Can(PermApprove) {
		return Edition{}, errs.New(errs.Forbidden, "error.forbidden")
	}
	e, err := s.Edition(ctx, id)
	if err == nil && e.State != Frozen {
		err = errs.New(errs.Conflict, "publish.decided")
	}
	return e, err
}

// sealed is a signed ZIP and the key that signed it.
type sealed struct {
	zip []byte
	key string
}

// sign adds who approves, makes what is delivered, and seals it all.
func (s *Service) sign(ctx context.Context, e Edition) ([]byte, sealed, error) {
	key, err := s.key(ctx)
	if err != nil {
		return nil, sealed{}, err
	}
	kept, _, err := s.load(ctx, e)
	if err != nil {
		return nil, sealed{}, err
	}
	r := *kept
	r.Signoffs = append(append([]release.Signoff(nil), r.Signoffs...), s.signoff(ctx, "approved", s.stamp()))
	var extra map[string][]byte
	if s.Deliver != nil {
		if extra, err = s.Deliver(ctx, &r); err != nil {
			return nil, sealed{}, err
		}
	}
	zip, err := proof.Seal(&r, extra, key.secret)
	if err != nil {
		return nil, sealed{}, err
	}
	signed, err := r.Canonical()
	return signed, sealed{zip, key.id}, err
}

// Reject sends a frozen release back; the reason goes to who prepared it.
func (s *Service) Reject(ctx context.Context, id, reason string) error {
	if _, err := s.frozen(ctx, id); err != nil {
		return err
	}
	reason, err := because(reason)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		n, err := gen.New(tx).SetRejected(ctx, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "publish.decided")
		}
		if err := s.tell(ctx, tx, id, false); err != nil {
			return err
		}
		return s.event(ctx, tx, id, Event{Verb: "reject", Reason: reason, At: s.stamp()}, nil)
	})
}

// because wants a reason.
func because(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > maxReason {
		return "", errs.InvalidField("reason", "publish.needs_reason", "N", maxReason)
	}
	return reason, nil
}

// Embargo moves the time at which an approved release becomes public, without
// touching it; past it, it is public and stays so. Reason is kept.
func (s *Service) Embargo(ctx context.Context, id string, public time.Time, reason string) error {
	if !account.From(ctx).Can(PermApprove) {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	if _, err := s.Edition(ctx, id); err != nil {
		return err
	}
	reason, err := because(reason)
	if err != nil {
		return err
	}
	now := s.stamp()
	public = notBefore(now, public)
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		n, err := gen.New(tx).SetPublicAt(ctx, gen.SetPublicAtParams{ID: id, PublicAt: sql.NullTime{Time: public, Valid: true}, Now: sql.NullTime{Time: now, Valid: true}})
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "publish.public")
		}
		return s.event(ctx, tx, id, Event{Verb: "embargo", Reason: reason, PublicAt: public, At: now}, nil)
	})
}
