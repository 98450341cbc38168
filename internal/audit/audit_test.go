package audit_test

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
)

var (
	morning = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	key     = ed25519.NewKeyFromSeed([]byte("0123456789abcdef0123456789abcdef"))
	foreign = ed25519.NewKeyFromSeed([]byte("ffffffffffffffff0123456789abcdef"))
)

func newService(d *db.DB) *audit.Service {
	return audit.New(d, key, func() time.Time { return morning })
}

// fill appends n entries, one transaction each.
func fill(t *testing.T, d *db.DB, n int) {
	t.Helper()
	for i := range n {
		who := audit.Who{Actor: fmt.Sprint("a", i%3), Remote: "10.0.0.1"}
		e := audit.Entry{Verb: "account:read", Object: fmt.Sprint("account:", i), AreaID: int64(i), Reason: "核对", Detail: map[string]any{"rows": i}}
		if i%2 == 1 {
			e.Verb, e.Object, e.Result = "ledger:reverse", fmt.Sprint("attendance:", i), audit.Refused
		}
		if err := audit.Read(audit.With(t.Context(), who), d, morning.Add(time.Duration(i)*time.Minute+123456*time.Nanosecond), e); err != nil {
			t.Fatal(err)
		}
	}
}

func mustVerify(t *testing.T, s *audit.Service, from int64, kept ...audit.Checkpoint) audit.Report {
	t.Helper()
	r, err := s.Verify(t.Context(), from, kept...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestIntactChain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(d)
		if r := mustVerify(t, s, 1); r.Broken != nil || r.Last != 0 {
			t.Errorf("empty trail: %+v", r)
		}
		if c, err := s.Checkpoint(t.Context()); err != nil || c.Seq != 0 {
			t.Errorf("checkpoint of an empty trail: %+v, %v", c, err)
		}
		fill(t, d, 20)
		first, err := s.Checkpoint(t.Context())
		if err != nil || first.Seq != 20 {
			t.Fatalf("Checkpoint = %+v, %v", first, err)
		}
		if again, err := s.Checkpoint(t.Context()); err != nil || again != first {
			t.Errorf("second checkpoint of the same entry: %+v, %v; want %+v", again, err, first)
		}
		fill(t, d, 5)
		if r := mustVerify(t, s, 1); r.Broken != nil || r.Last != 25 || r.Checkpoints != 1 || r.Unsigned != 5 {
			t.Errorf("Verify = %+v", r)
		}
		if r := mustVerify(t, s, 24); r.Broken != nil || r.First != 24 || r.Last != 25 {
			t.Errorf("Verify from 24 = %+v", r)
		}
	})
}

// Whatever anybody changes in an entry is found.
func TestTamperedColumn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(d)
		fill(t, d, 9)
		for _, tt := range []struct{ set, want string }{
			{"at = $1", audit.BrokenHash},
			{"actor = 'x'", audit.BrokenHash},
			{"verb = 'x'", audit.BrokenHash},
			{"object = 'x'", audit.BrokenHash},
			{"area_id = 77", audit.BrokenHash},
			{"reason = ''", audit.BrokenHash},
			{"remote = 'x'", audit.BrokenHash},
			{"result = 'failed'", audit.BrokenHash},
			{"detail = '{}'", audit.BrokenHash},
			{"prev_hash = 'x'", audit.BrokenLink},
			{"hash = 'x'", audit.BrokenHash},
			{"seq = 500", audit.BrokenGap},
		} {
			r := tampered(t, d, s, "UPDATE audit_entry SET "+tt.set+" WHERE seq = 4", strings.Contains(tt.set, "$1"))
			if r.Broken == nil || *r.Broken != (audit.Broken{Seq: 4, What: tt.want}) {
				t.Errorf("%s: %+v, want %s at 4", tt.set, r.Broken, tt.want)
			}
		}
		if r := mustVerify(t, s, 1); r.Broken != nil {
			t.Errorf("put right again: %+v", r)
		}
	})
}

// tampered runs one statement, verifies, and puts entry 4 back as it was.
func tampered(t *testing.T, d *db.DB, s *audit.Service, statement string, withTime bool) audit.Report {
	t.Helper()
	saved := dump(t, d)
	var args []any
	if withTime {
		args = []any{morning.Add(999 * time.Hour)}
	}
	if _, err := d.Write.Exec(statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	r := mustVerify(t, s, 1)
	restore(t, d, saved)
	return r
}

func dump(t *testing.T, d *db.DB) []audit.Record {
	t.Helper()
	list, _, err := newService(d).List(t.Context(), audit.Query{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func restore(t *testing.T, d *db.DB, list []audit.Record) {
	t.Helper()
	err := d.InTx(t.Context(), func(tx *sql.Tx) error {
		if _, err := tx.Exec("DELETE FROM audit_entry"); err != nil {
			return err
		}
		for _, r := range list {
			_, err := tx.Exec(`INSERT INTO audit_entry (seq, at, actor, verb, object, area_id, reason, remote, result, detail, prev_hash, hash)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
				r.Seq, r.At, r.Actor, r.Verb, r.Object, r.AreaID, r.Reason, r.Remote, r.Result, r.Detail, r.PrevHash, r.Hash)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDeletedEntries(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(d)
		fill(t, d, 12)
		kept, err := s.Checkpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			name       string
			statements []string
			kept       []audit.Checkpoint
			want       audit.Broken
		}{
			{"the first", []string{"DELETE FROM audit_entry WHERE seq = 1"}, nil, audit.Broken{Seq: 1, What: audit.BrokenGap}},
			{"in the middle", []string{"DELETE FROM audit_entry WHERE seq IN (5, 6)"}, nil, audit.Broken{Seq: 5, What: audit.BrokenGap}},
			{"the tail", []string{"DELETE FROM audit_entry WHERE seq > 10"}, nil, audit.Broken{Seq: 11, What: audit.BrokenTail}},
			{"the tail and the counter", []string{"DELETE FROM audit_entry WHERE seq > 10", "UPDATE counter SET next = 11 WHERE name = 'audit'"}, nil, audit.Broken{Seq: 11, What: audit.BrokenTail}},
			{"the tail, the counter and the checkpoint", []string{"DELETE FROM audit_entry WHERE seq > 10", "UPDATE counter SET next = 11 WHERE name = 'audit'", "DELETE FROM audit_checkpoint"},
				[]audit.Checkpoint{kept}, audit.Broken{Seq: 11, What: audit.BrokenTail}},
			{"everything", []string{"DELETE FROM audit_entry"}, nil, audit.Broken{Seq: 1, What: audit.BrokenTail}},
		} {
			saved := dump(t, d)
			for _, q := range tt.statements {
				if _, err := d.Write.Exec(q); err != nil {
					t.Fatal(err)
				}
			}
			if r := mustVerify(t, s, 1, tt.kept...); r.Broken == nil || *r.Broken != tt.want {
				t.Errorf("%s deleted: %+v, want %+v", tt.name, r.Broken, tt.want)
			}
			restore(t, d, saved)
			if _, err := d.Write.Exec("UPDATE counter SET next = 13 WHERE name = 'audit'"); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Who writes the whole chain anew from an entry on meets the signature.
func TestRewrittenChain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(d)
		fill(t, d, 6)
		if _, err := s.Checkpoint(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, q := range []string{"DELETE FROM audit_entry WHERE seq > 3", "UPDATE counter SET next = 4 WHERE name = 'audit'"} {
			if _, err := d.Write.Exec(q); err != nil {
				t.Fatal(err)
			}
		}
		fill(t, d, 5)
		if r := mustVerify(t, s, 1); r.Broken == nil || *r.Broken != (audit.Broken{Seq: 6, What: audit.BrokenSigned}) {
			t.Errorf("rewritten: %+v", r.Broken)
		}
		other := audit.New(d, foreign, func() time.Time { return morning })
		if r := mustVerify(t, other, 1); r.Broken == nil || r.Broken.What != audit.BrokenSignature {
			t.Errorf("with another key: %+v", r.Broken)
		}
	})
}

// Entries that are written at once still make one chain; those that are rolled
// back leave no gap.
func TestParallelAppends(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(d)
		undo := errors.New("undo")
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				err := d.InTx(context.Background(), func(tx *sql.Tx) error {
					if err := audit.Append(context.Background(), tx, morning, audit.Entry{Verb: "test:append", Object: fmt.Sprint("n:", i)}); err != nil {
						return err
					}
					if i%5 == 0 {
						return undo
					}
					return nil
				})
				if err != nil && !errors.Is(err, undo) {
					t.Errorf("append %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if r := mustVerify(t, s, 1); r.Broken != nil || r.Last != 40 {
			t.Errorf("Verify = %+v, %+v; want 40 entries", r, r.Broken)
		}
	})
}

func TestListAndExport(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(d)
		fill(t, d, 10)
		for _, tt := range []struct {
			q    audit.Query
			want string
			next int64
		}{
			{audit.Query{Limit: 3}, "10 9 8", 8},
			{audit.Query{Limit: 3, Before: 3}, "2 1", 0},
			{audit.Query{Actor: "a0"}, "10 7 4 1", 0},
			{audit.Query{Verb: "ledger"}, "10 8 6 4 2", 0},
			{audit.Query{Verb: "ledger:reverse", Actor: "a1"}, "8 2", 0},
			{audit.Query{Verb: "ledge"}, "", 0},
			{audit.Query{Object: "account:2"}, "3", 0},
			{audit.Query{Object: "account"}, "9 7 5 3 1", 0},
			{audit.Query{Result: audit.Refused, From: morning.Add(5 * time.Minute), To: morning.Add(8 * time.Minute)}, "8 6", 0},
			{audit.Query{Actor: "' OR 1=1 --"}, "", 0},
		} {
			list, next, err := s.List(t.Context(), tt.q)
			var seqs []string
			for _, r := range list {
				seqs = append(seqs, fmt.Sprint(r.Seq))
			}
			if got := strings.Join(seqs, " "); err != nil || got != tt.want || next != tt.next {
				t.Errorf("List(%+v) = %q, %d, %v; want %q, %d", tt.q, got, next, err, tt.want, tt.next)
			}
		}
		var out strings.Builder
		n, err := s.Export(t.Context(), &out, audit.Query{Verb: "ledger"})
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if err != nil || n != 5 || len(lines) != 5 {
			t.Fatalf("Export = %d, %v\n%s", n, err, out.String())
		}
		var e struct {
			Seq    int64
			At     string
			Detail struct{ Rows int }
		}
		if err := json.Unmarshal([]byte(lines[1]), &e); err != nil || e.Seq != 4 || e.At != "2026-11-23T08:03:00Z" || e.Detail.Rows != 3 {
			t.Errorf("line %s = %+v, %v", lines[1], e, err)
		}
		ctx := audit.With(t.Context(), audit.Who{Actor: "auditor"})
		if _, _, err := s.List(ctx, audit.Query{}); err != nil {
			t.Fatal(err)
		}
		if list, _, _ := s.List(t.Context(), audit.Query{Limit: 1}); len(list) != 1 || list[0].Verb != "audit:read" || list[0].Actor != "auditor" {
			t.Errorf("the reading left %+v", list)
		}
	})
}
