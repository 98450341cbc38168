package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"xuedu/internal/db"
	"xuedu/internal/ledger/internal/gen"
)

// maxKeys is how many keys one statement looks up.
const maxKeys = 500

func themeIDs(ctx context.Context, q db.Querier) (map[string]int64, error) {
	rows, err := gen.New(q).Themes(ctx)
	if err != nil {
		return nil, fmt.Errorf("list themes: %w", err)
	}
	ids := make(map[string]int64, len(rows))
	for _, r := range rows {
		ids[r.Code] = r.ID
	}
	return ids, nil
}

// addTheme numbers a theme unless another transaction just did.
func addTheme(ctx context.Context, tx db.Querier, code string) (map[string]int64, error) {
	id, err := db.Next(ctx, tx, "theme", 1)
	if err != nil {
		return nil, err
	}
	ids, err := themeIDs(ctx, tx)
	if err != nil || ids[code] != 0 {
		return ids, err
	}
	if err := gen.New(tx).InsertTheme(ctx, gen.InsertThemeParams{ID: id, Code: code}); err != nil {
		return nil, fmt.Errorf("insert theme %s: %w", code, err)
	}
	ids[code] = id
	return ids, nil
}

func insertBatch(ctx context.Context, tx db.Querier, p gen.InsertBatchParams) error {
	if err := gen.New(tx).InsertBatch(ctx, p); err != nil {
		return fmt.Errorf("insert batch: %w", err)
	}
	return nil
}

// sessionID returns the number of a class meeting, 0 if the ledger has none.
func sessionID(ctx context.Context, q db.Querier, key string) (int64, error) {
	id, err := gen.New(q).SessionID(ctx, key)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("find session: %w", err)
	}
	return id, nil
}

// ensureSession returns the number of a class meeting and makes it if need be.
func ensureSession(ctx context.Context, tx db.Querier, key string) (int64, error) {
	id, err := sessionID(ctx, tx, key)
	if err != nil || id != 0 {
		return id, err
	}
	next, err := db.Next(ctx, tx, "session", 1) // from here on alone
	if err != nil {
		return 0, err
	}
	if id, err = sessionID(ctx, tx, key); err != nil || id != 0 {
		return id, err
	}
	if err := gen.New(tx).InsertSession(ctx, gen.InsertSessionParams{ID: next, Key: key}); err != nil {
		return 0, fmt.Errorf("insert session: %w", err)
	}
	return next, nil
}

// lookUp runs a query for at most maxKeys texts at a time; %s in it stands for
// the list of placeholders. scan is called for each row.
func lookUp(ctx context.Context, q db.Querier, query string, keys []string, scan func(*sql.Rows) error) error {
	for len(keys) > 0 {
		part := keys[:min(maxKeys, len(keys))]
		keys = keys[len(part):]
		args := make([]any, len(part))
		for i, k := range part {
			args[i] = k
		}
		if err := each(ctx, q, strings.Replace(query, "%s", placeholders(len(part)), 1), args, scan); err != nil {
			return err
		}
	}
	return nil
}

// lookUpIDs is lookUp for numbers, which stand in the statement themselves:
// they are ours, not a user's.
func lookUpIDs(ctx context.Context, q db.Querier, query string, ids []int64, scan func(*sql.Rows) error) error {
	for len(ids) > 0 {
		part := ids[:min(maxKeys, len(ids))]
		ids = ids[len(part):]
		var list strings.Builder
		for i, id := range part {
			if i > 0 {
				list.WriteByte(',')
			}
			list.WriteString(strconv.FormatInt(id, 10))
		}
		if err := each(ctx, q, strings.Replace(query, "%s", list.String(), 1), nil, scan); err != nil {
			return err
		}
	}
	return nil
}

func each(ctx context.Context, q db.Querier, query string, args []any, scan func(*sql.Rows) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("look up: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return fmt.Errorf("look up: %w", err)
		}
	}
	return rows.Err()
}

func placeholders(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(i + 1))
	}
	return b.String()
}
