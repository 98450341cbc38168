package db

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pressly/goose/v3"
)

// Listener returns a small pool for LISTEN, which the caller closes, or nil on
// SQLite, where a process hears only of itself.
func (d *DB) Listener(ctx context.Context) (*pgxpool.Pool, error) {
	if d.dialect != goose.DialectPostgres {
		return nil, nil
	}
	c, err := pgxpool.ParseConfig(d.DSN)
	if err != nil {
		return nil, fmt.Errorf("read address of the database: %w", err)
	}
	c.MaxConns, c.MinConns = 2, 0
	p, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("open pool for notifications: %w", err)
	}
	return p, nil
}
