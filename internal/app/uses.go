package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"xuedu/internal/db"
	"xuedu/internal/pack"
)

// usedBy counts the records of the city that hold a code, by kind. Each query
// takes one code and returns one number.
var usedBy = map[pack.Kind]string{
	pack.KindTheme: `SELECT (SELECT count(*) FROM activity WHERE theme = $1 OR tags LIKE '%"' || $1 || '"%') +
		(SELECT count(*) FROM (SELECT 1 FROM attendance WHERE theme_id = (SELECT id FROM theme WHERE code = $1) LIMIT 1) x)`,
	pack.KindForm:    `SELECT count(*) FROM activity WHERE form = $1`,
	pack.KindNeed:    `SELECT count(*) FROM activity WHERE tags LIKE '%"' || $1 || '"%'`,
	pack.KindOrgType: `SELECT count(*) FROM org WHERE type = $1`,
	pack.KindArea: `SELECT (SELECT count(*) FROM org WHERE area_id = a.id) + (SELECT count(*) FROM meeting WHERE area_id = a.id) +
		(SELECT count(*) FROM role_grant WHERE area_id = a.id) +
		(SELECT count(*) FROM (SELECT 1 FROM attendance WHERE home_id = a.id OR place_id = a.id LIMIT 1) x) FROM area a WHERE code = $1`,
}

// Uses counts, for each code of a kind, the records of the city that use it.
func Uses(ctx context.Context, q db.Querier, kind pack.Kind, codes []string) (map[string]int64, error) {
	query, ok := usedBy[kind]
	if !ok {
		return nil, nil
	}
	used := map[string]int64{}
	for _, c := range codes {
		var n int64
		err := q.QueryRowContext(ctx, strings.ReplaceAll(query, "$1", "CAST($1 AS TEXT)"), c).Scan(&n)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("count uses of %s %s: %w", kind, c, err)
		}
		if n > 0 {
			used[c] = n
		}
	}
	return used, nil
}
