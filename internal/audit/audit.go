// Package audit keeps the append-only, hash-chained trail of every write and
// of every read of personal data (design 4.10).
package audit

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"xuedu/internal/db"
)

// Who is behind a request; the edge puts it into the context.
type Who struct {
	Actor  string // account id, "cli:USER", "system" or "public"
	Remote string // address the request came from
}

type whoKey struct{}

// With returns a context that carries w.
func With(ctx context.Context, w Who) context.Context { return context.WithValue(ctx, whoKey{}, w) }

// From returns who is behind ctx; "system" if nobody was put there.
func From(ctx context.Context) Who {
	if w, ok := ctx.Value(whoKey{}).(Who); ok {
		return w
	}
	return Who{Actor: "system"}
}

// Results of an act.
const (
	Done    = "done"
	Refused = "refused"
	Failed  = "failed"
)

// Entry is what the caller says of an act. Who and when are added.
type Entry struct {
	Verb   string         // permission-like: ledger:reverse
	Object string         // kind:id
	AreaID int64          // 0 = none
	Reason string         // required for destructive acts by the services
	Result string         // "" = Done
	Detail map[string]any // never personal data in clear
}

// Append adds e to the trail inside the caller's transaction. Call it last:
// it takes the trail's number, and with it a lock until tx ends.
func Append(ctx context.Context, tx db.Querier, at time.Time, e Entry) error {
	seq, err := db.Next(ctx, tx, "audit", 1)
	if err != nil {
		return err
	}
	prev, err := lastHash(ctx, tx, seq-1)
	if err != nil {
		return err
	}
	r := newRecord(ctx, seq, at, e)
	if r.PrevHash = prev; r.Detail == "" {
		r.Detail = "{}"
	}
	r.Hash = r.sum()
	_, err = tx.ExecContext(ctx, `INSERT INTO audit_entry
		(seq, at, actor, verb, object, area_id, reason, remote, result, detail, prev_hash, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		r.Seq, r.At, r.Actor, r.Verb, r.Object, r.AreaID, r.Reason, r.Remote, r.Result, r.Detail, r.PrevHash, r.Hash)
	if err != nil {
		return fmt.Errorf("append audit entry %d: %w", seq, err)
	}
	return nil
}

// Read adds e to the trail in a transaction of its own: for reads of personal
// data, which change nothing else.
func Read(ctx context.Context, d *db.DB, at time.Time, e Entry) error {
	return d.InTx(ctx, func(tx *sql.Tx) error { return Append(ctx, tx, at, e) })
}

// Record is one stored entry.
type Record struct {
	Seq      int64
	At       time.Time
	Actor    string
	Verb     string
	Object   string
	AreaID   int64
	Reason   string
	Remote   string
	Result   string
	Detail   string
	PrevHash string
	Hash     string
}

func newRecord(ctx context.Context, seq int64, at time.Time, e Entry) Record {
	who := From(ctx)
	r := Record{
		Seq: seq, At: at.UTC().Truncate(time.Millisecond), Actor: who.Actor, Verb: e.Verb, Object: e.Object,
		AreaID: e.AreaID, Reason: e.Reason, Remote: who.Remote, Result: e.Result,
	}
	if r.Result == "" {
		r.Result = Done
	}
	if b, err := json.Marshal(e.Detail); err == nil && e.Detail != nil { // maps marshal with sorted keys
		r.Detail = string(b)
	}
	return r
}

// sum is SHA-256 over the previous hash and the entry's fields, as a JSON list.
func (r Record) sum() string {
	b, _ := json.Marshal([]any{r.PrevHash, r.Seq, r.At.UTC().Format(time.RFC3339Nano), r.Actor, r.Verb,
		r.Object, r.AreaID, r.Reason, r.Remote, r.Result, r.Detail}) // strings and numbers: cannot fail
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

func lastHash(ctx context.Context, q db.Querier, seq int64) (string, error) {
	if seq == 0 {
		return "", nil
	}
	var h string
	if err := q.QueryRowContext(ctx, "SELECT hash FROM audit_entry WHERE seq = $1", seq).Scan(&h); err != nil {
		return "", fmt.Errorf("read audit entry %d: %w", seq, err)
	}
	return h, nil
}
