package activity

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"xuedu/internal/db"
	"xuedu/internal/period"
)

// The counters that say which figures of activities may have changed: one for
// each month of meetings, and one for everything. They are taken after the
// rows they speak of, and before the trail's.
const (
	touchedAll   = "activity"
	touchedMonth = "activity " // and the month: "activity 2026-11"
)

// everyDay stands for the days of all meetings.
const everyDay = "every day"

const monthDigits = len("2026-11")

// touch says that the figures of the months of these days may have changed.
func touch(ctx context.Context, tx db.Querier, days ...string) error {
	names := make([]string, 0, len(days))
	for _, d := range days {
		if d == everyDay {
			names = append(names, touchedAll)
			continue
		}
		names = append(names, touchedMonth+d[:monthDigits])
	}
	slices.Sort(names) // two transactions must not wait for each other
	for _, n := range slices.Compact(names) {
		if _, err := db.Next(ctx, tx, n, 1); err != nil {
			return err
		}
	}
	return nil
}

// version changes whenever a figure of p may have; the register of
// institutions is in it for their types.
func version(ctx context.Context, q db.Querier, p period.Period) (string, error) {
	rows, err := q.QueryContext(ctx, `SELECT name, next FROM counter WHERE name IN ('org', $1) OR name >= $2 AND name <= $3 ORDER BY name`,
		touchedAll, touchedMonth+p.From.String()[:monthDigits], touchedMonth+p.To.String()[:monthDigits])
	if err != nil {
		return "", fmt.Errorf("read version of activities: %w", err)
	}
	defer rows.Close()
	return joined(rows)
}

func joined(rows *sql.Rows) (string, error) {
	var b strings.Builder
	for rows.Next() {
		var name string
		var next int64
		if err := rows.Scan(&name, &next); err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s=%d;", name, next)
	}
	return b.String(), rows.Err()
}
