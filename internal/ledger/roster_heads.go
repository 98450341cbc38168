package ledger

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// Heads adds up the standing head-counts, of people without a name, of meetings.
func (s *Service) Heads(ctx context.Context, sessions []string) (int64, error) {
	keys, err := s.sessionsOf(ctx, sessions)
	if err != nil || len(keys) == 0 {
		return 0, err
	}
	ids := make([]string, 0, len(keys))
	for id := range keys {
		ids = append(ids, strconv.FormatInt(id, 10))
	}
	var n int64
	query := `SELECT CAST(COALESCE(sum(a.heads), 0) AS BIGINT) FROM attendance a WHERE a.person_id = 0 AND a.session_id IN (` + strings.Join(ids, ",") + `)
		AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.attendance_id = a.id)`
	return n, each(ctx, s.db.Read, query, nil, func(rows *sql.Rows) error { return rows.Scan(&n) })
}
