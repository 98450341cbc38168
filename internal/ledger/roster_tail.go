package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// SessionsSince returns the keys of the meetings of which persons were recorded
// or taken back after a number of the ledger, up to and including last: at most
// most numbers are looked through. Nothing is newer once last is after.
func (s *Service) SessionsSince(ctx context.Context, after, most int64) (keys []string, last int64, err error) {
	var next int64
	err = s.db.Read.QueryRowContext(ctx, `SELECT next FROM counter WHERE name = 'ledger'`).Scan(&next)
	if errors.Is(err, sql.ErrNoRows) || err == nil && next-1 <= after {
		return nil, after, nil
	}
	if err != nil {
		return nil, after, fmt.Errorf("read ledger counter: %w", err)
	}
	last = min(after+most, next-1)
	const query = `SELECT key FROM session WHERE id IN (
		SELECT session_id FROM attendance WHERE id > $1 AND id <= $2 AND person_id > 0
		UNION SELECT a.session_id FROM reversal r JOIN attendance a ON a.id = r.attendance_id WHERE r.id > $3 AND r.id <= $4) ORDER BY id`
	err = each(ctx, s.db.Read, query, []any{after, last, after, last}, func(rows *sql.Rows) error {
		var key string
		err := rows.Scan(&key)
		keys = append(keys, key)
		return err
	})
	return keys, last, err
}

// Standing returns which of the persons have a standing attendance of which of
// the meetings, which are those of one class.
func (s *Service) Standing(ctx context.Context, sessions []string, persons []int64) ([]Pair, error) {
	keys, err := s.sessionsOf(ctx, sessions)
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	ids := make([]string, 0, len(keys))
	for id := range keys {
		ids = append(ids, strconv.FormatInt(id, 10))
	}
	query := `SELECT a.person_id, a.session_id FROM attendance a WHERE a.person_id IN (%s) AND a.session_id IN (` + strings.Join(ids, ",") + `)
		AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.attendance_id = a.id) ORDER BY a.person_id, a.session_id, a.id`
	var out []Pair
	err = lookUpIDs(ctx, s.db.Read, query, persons, func(rows *sql.Rows) error {
		var p Pair
		var session int64
		err := rows.Scan(&p.PersonID, &session)
		p.SessionKey = keys[session]
		out = append(out, p)
		return err
	})
	return out, err
}

// sessionsOf returns the keys of the meetings that the ledger knows, by number.
func (s *Service) sessionsOf(ctx context.Context, keys []string) (map[int64]string, error) {
	out := make(map[int64]string, len(keys))
	for len(keys) > 0 {
		part := keys[:min(maxKeys, len(keys))]
		keys = keys[len(part):]
		marks, args := make([]string, len(part)), make([]any, len(part))
		for i, k := range part {
			marks[i], args[i] = "$"+strconv.Itoa(i+1), k
		}
		err := each(ctx, s.db.Read, `SELECT id, key FROM session WHERE key IN (`+strings.Join(marks, ",")+`) ORDER BY id`, args, func(rows *sql.Rows) error {
			var id int64
			var key string
			err := rows.Scan(&id, &key)
			out[id] = key
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
