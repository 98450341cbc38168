package publish

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/base64"
	"fmt"
	"time"

	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/publish/internal/gen"
	"xuedu/internal/release/proof"
)

// signer is the key in force.
type signer struct {
	nr     int64
	id     string
	secret ed25519.PrivateKey
}

// key returns the key in force. It fails with Conflict where there is none.
func (s *Service) key(ctx context.Context) (signer, error) {
	rows, err := gen.New(s.DB.Read).AllKeys(ctx)
	if err != nil {
		return signer{}, err
	}
	for i := len(rows) - 1; i >= 0; i-- {
		if r := rows[i]; !r.UntilAt.Valid && !r.RevokedAt.Valid {
			secret, err := s.Key(r.Nr)
			if err == nil && proof.KeyID(secret.Public().(ed25519.PublicKey)) != r.ID {
				err = fmt.Errorf("the key file does not hold key %s of this city", r.ID)
			}
			return signer{r.Nr, r.ID, secret}, err
		}
	}
	return signer{}, errs.New(errs.Conflict, "publish.no_key")
}

// Signer returns the key in force with its name. It fails with Conflict where
// there is none.
func (s *Service) Signer(ctx context.Context) (name string, secret ed25519.PrivateKey, err error) {
	k, err := s.key(ctx)
	return k.id, k.secret, err
}

// Keys lists the public keys of the city, the oldest first.
func (s *Service) Keys(ctx context.Context) ([]proof.PublicKey, error) {
	rows, err := gen.New(s.DB.Read).AllKeys(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]proof.PublicKey, len(rows))
	for i, r := range rows {
		pub, err := base64.StdEncoding.DecodeString(r.PublicKey)
		if err != nil {
			return nil, fmt.Errorf("key %s: %w", r.ID, err)
		}
		out[i] = proof.PublicKey{ID: r.ID, Key: pub, From: stamp(r.MadeAt), Until: nullStamp(r.UntilAt), Revoked: nullStamp(r.RevokedAt), Reason: r.Reason}
	}
	return out, nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func nullStamp(t sql.NullTime) string {
	if !t.Valid {
		return ""
	}
	return stamp(t.Time)
}

// NewKey makes the next key; the one before signs no more, what it signed stays
// good. It returns the name of the new one.
func (s *Service) NewKey(ctx context.Context) (string, error) {
	var id string
	now := s.Now().UTC().Truncate(time.Second)
	err := s.DB.InTx(ctx, func(tx *sql.Tx) error {
		rows, err := gen.New(tx).AllKeys(ctx)
		if err != nil {
			return err
		}
		nr := int64(1)
		if n := len(rows); n > 0 {
			nr = rows[n-1].Nr + 1
			if _, err := gen.New(tx).EndKey(ctx, gen.EndKeyParams{Nr: nr - 1, UntilAt: sql.NullTime{Time: now, Valid: true}}); err != nil {
				return err
			}
		}
		secret, err := s.Key(nr)
		if err != nil {
			return err
		}
		pub := secret.Public().(ed25519.PublicKey)
		id = proof.KeyID(pub)
		if err := gen.New(tx).InsertKey(ctx, gen.InsertKeyParams{Nr: nr, ID: id, PublicKey: base64.StdEncoding.EncodeToString(pub), MadeAt: now}); err != nil {
			return err
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "release:key_new", Object: "release_key:" + id})
	})
	return id, err
}

// RevokeKey says that nothing a key signed from now on is the city's. The reason
// is published.
func (s *Service) RevokeKey(ctx context.Context, id, reason string) error {
	reason, err := because(reason)
	if err != nil {
		return err
	}
	now := s.Now().UTC().Truncate(time.Second)
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		n, err := gen.New(tx).RevokeKey(ctx, gen.RevokeKeyParams{ID: id, RevokedAt: sql.NullTime{Time: now, Valid: true}, Reason: reason})
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.NotFound, "publish.no_such_key")
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "release:key_revoke", Object: "release_key:" + id, Reason: reason})
	})
}
