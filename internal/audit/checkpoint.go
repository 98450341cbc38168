package audit

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"xuedu/internal/db"
)

// Checkpoint is a signed statement that the trail held entry Seq with Hash. A
// copy kept elsewhere shows even a trail that was cut together with its own
// checkpoints.
type Checkpoint struct {
	Seq       int64     `json:"seq"`
	At        time.Time `json:"at"`
	Hash      string    `json:"hash"`
	Signature string    `json:"signature"` // Ed25519, hex
}

func (c Checkpoint) message() []byte {
	return fmt.Appendf(nil, "xuedu audit checkpoint\n%d\n%s\n%s\n", c.Seq, c.At.UTC().Format(time.RFC3339Nano), c.Hash)
}

func (c Checkpoint) sign(key ed25519.PrivateKey) Checkpoint {
	c.Signature = hex.EncodeToString(ed25519.Sign(key, c.message()))
	return c
}

func (c Checkpoint) signedBy(key ed25519.PublicKey) bool {
	sig, err := hex.DecodeString(c.Signature)
	return err == nil && ed25519.Verify(key, c.message(), sig)
}

// Checkpoint signs the newest entry and returns what it signed; where nothing
// was added since the last checkpoint it returns that one. A trail without
// entries has none: the zero Checkpoint.
func (s *Service) Checkpoint(ctx context.Context) (c Checkpoint, err error) {
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		c, err = s.checkpoint(ctx, tx)
		return err
	})
	return c, err
}

func (s *Service) checkpoint(ctx context.Context, tx db.Querier) (Checkpoint, error) {
	var c Checkpoint
	err := tx.QueryRowContext(ctx, "SELECT seq, hash FROM audit_entry ORDER BY seq DESC LIMIT 1").Scan(&c.Seq, &c.Hash)
	if errors.Is(err, sql.ErrNoRows) {
		return Checkpoint{}, nil
	}
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read newest entry: %w", err)
	}
	c.At = s.stamp()
	c = c.sign(s.key)
	res, err := tx.ExecContext(ctx, `INSERT INTO audit_checkpoint (seq, at, hash, signature) VALUES ($1, $2, $3, $4)
		ON CONFLICT (seq) DO NOTHING`, c.Seq, c.At, c.Hash, c.Signature)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("add checkpoint: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return c, err
	}
	err = tx.QueryRowContext(ctx, "SELECT at, hash, signature FROM audit_checkpoint WHERE seq = $1", c.Seq).Scan(&c.At, &c.Hash, &c.Signature)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read checkpoint: %w", err)
	}
	c.At = c.At.UTC()
	return c, nil
}

// Checkpoints returns all checkpoints, the oldest first.
func (s *Service) Checkpoints(ctx context.Context) ([]Checkpoint, error) {
	rows, err := s.db.Read.QueryContext(ctx, "SELECT seq, at, hash, signature FROM audit_checkpoint ORDER BY seq")
	if err != nil {
		return nil, fmt.Errorf("read checkpoints: %w", err)
	}
	defer rows.Close()
	var out []Checkpoint
	for rows.Next() {
		var c Checkpoint
		if err := rows.Scan(&c.Seq, &c.At, &c.Hash, &c.Signature); err != nil {
			return nil, fmt.Errorf("read checkpoints: %w", err)
		}
		c.At = c.At.UTC()
		out = append(out, c)
	}
	return out, rows.Err()
}
