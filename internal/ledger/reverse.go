package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
)

// Pair is the identity of an attendance: a meeting and a person; person 0 is
// the meeting's head-count.
type Pair struct {
	SessionKey string
	PersonID   int64
}

// Reverse takes standing attendances back and returns how many it took; pairs
// without one are passed over. The rows stay in the ledger with the reversal
// and its reason. It fails with Invalid without a reason.
func (s *Service) Reverse(ctx context.Context, pairs []Pair, reason string) (int, error) {
	if err := checkReason(reason); err != nil {
		return 0, err
	}
	return s.reverse(ctx, reason, func(tx db.Querier) ([]int64, error) {
		var keys []pairKey
		for _, p := range pairs {
			id, err := sessionID(ctx, tx, p.SessionKey)
			if err != nil {
				return nil, err
			}
			if id != 0 {
				keys = append(keys, pairKey{p.PersonID, id})
			}
		}
		last, err := lastRows(ctx, tx, keys)
		if err != nil {
			return nil, err
		}
		var ids []int64
		for _, k := range keys {
			if r := last[k]; r.active {
				ids = append(ids, r.id)
				delete(last, k) // a pair may stand in the list twice
			}
		}
		return ids, nil
	}, len(pairs))
}

// ReverseRows is Reverse by the numbers of the rows. It fails with NotFound if
// there is no such row; rows that are reversed already are passed over.
func (s *Service) ReverseRows(ctx context.Context, ids []int64, reason string) (int, error) {
	if err := checkReason(reason); err != nil {
		return 0, err
	}
	return s.reverse(ctx, reason, func(tx db.Querier) ([]int64, error) {
		active := map[int64]bool{}
		err := lookUpIDs(ctx, tx, `SELECT a.id, CASE WHEN r.id IS NULL THEN 1 ELSE 0 END FROM attendance a
			LEFT JOIN reversal r ON r.attendance_id = a.id WHERE a.id IN (%s) ORDER BY a.id`, ids, func(rows *sql.Rows) error {
			var id, on int64
			if err := rows.Scan(&id, &on); err != nil {
				return err
			}
			active[id] = on == 1
			return nil
		})
		if err != nil {
			return nil, err
		}
		var out []int64
		for _, id := range ids {
			on, ok := active[id]
			if !ok {
				return nil, errs.New(errs.NotFound, "ledger.no_row", "ID", id)
			}
			if on {
				out = append(out, id)
				active[id] = false
			}
		}
		return out, nil
	}, len(ids))
}

// reverse takes its numbers first, and so is alone with the ledger when find
// looks for what stands.
func (s *Service) reverse(ctx context.Context, reason string, find func(db.Querier) ([]int64, error), most int) (int, error) {
	done := 0
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		batch, next, err := s.addBatch(ctx, tx, fromRoster, most)
		if err != nil {
			return err
		}
		ids, err := find(tx)
		if err != nil {
			return err
		}
		if done = len(ids); done == 0 {
			return errNothing
		}
		w := &roster{s: s, tx: tx, batch: batch, next: next}
		for _, id := range ids {
			if err := w.reverse(ctx, id, reason); err != nil {
				return err
			}
		}
		return audit.Append(ctx, tx, s.now(), audit.Entry{Verb: "ledger:reverse", Object: fmt.Sprint("batch:", batch), Reason: reason,
			Detail: map[string]any{"attendances": ids}})
	})
	if err != nil {
		return 0, ignoreNothing(err)
	}
	return done, nil
}
