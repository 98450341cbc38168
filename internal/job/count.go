package job

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Count is what this process has run of one kind.
type Count struct {
	Done, Failed int64
	Seconds      float64 // spent in all
	Last         time.Time
}

type counts struct {
	*sync.Mutex
	m map[string]Count
}

func newCounts() counts { return counts{new(sync.Mutex), map[string]Count{}} }

func (c counts) add(kind string, err error, took time.Duration) {
	c.Lock()
	defer c.Unlock()
	n := c.m[kind]
	if err != nil {
		n.Failed++
	} else {
		n.Done++
	}
	n.Seconds += took.Seconds()
	n.Last = time.Now()
	c.m[kind] = n
}

// Counts returns what this process has run, by kind.
func (q *Queue) Counts() map[string]Count {
	q.counts.Lock()
	defer q.counts.Unlock()
	out := make(map[string]Count, len(q.counts.m))
	for k, v := range q.counts.m {
		out[k] = v
	}
	return out
}

// Waiting returns how many jobs of the whole city are in each state that is
// not final: available, running, retryable, scheduled.
func (q *Queue) Waiting(ctx context.Context) (map[string]int64, error) {
	table, err := schemaOf(ctx, q.db)
	if err != nil {
		return nil, err
	}
	if table != "" {
		table += "."
	}
	rows, err := q.db.Read.QueryContext(ctx, `SELECT CAST(state AS TEXT), count(*) FROM `+table+`river_job
		WHERE state IN ('available', 'running', 'retryable', 'scheduled') GROUP BY state ORDER BY 1`)
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var state string
		var n int64
		if err := rows.Scan(&state, &n); err != nil {
			return nil, fmt.Errorf("count jobs: %w", err)
		}
		out[state] = n
	}
	return out, rows.Err()
}

// quiet lets through what an operator must know: warnings and errors.
func quiet(log *slog.Logger) *slog.Logger { return slog.New(above{log.Handler()}) }

type above struct{ slog.Handler }

func (a above) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && a.Handler.Enabled(ctx, l)
}
