package job

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"log/slog"
	"regexp"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"xuedu/internal/db"
)

// plain is a schema name that needs no quotes and leaves room for the names of
// the queue's notifications.
var plain = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,39}$`)

// schemaOf returns where the queue's tables are: on PostgreSQL in a schema
// beside the city's, since River makes a trigger and a city's schema must have
// none (design 7); "" on SQLite, where they are in the city's file.
func schemaOf(ctx context.Context, d *db.DB) (string, error) {
	if d.SQLitePath() != "" {
		return "", nil
	}
	var city sql.NullString
	if err := d.Read.QueryRowContext(ctx, "SELECT current_schema()").Scan(&city); err != nil {
		return "", fmt.Errorf("read current schema: %w", err)
	}
	return jobSchema(city.String), nil
}

func jobSchema(city string) string {
	switch {
	case city == "" || city == "public":
		return "xuedu_jobs"
	case plain.MatchString(city):
		return city + "_jobs"
	}
	h := sha256.Sum256([]byte(city))
	return "xuedu_" + hex.EncodeToString(h[:8]) + "_jobs"
}

func driverOf(d *db.DB) riverdriver.Driver[*sql.Tx] {
	if d.SQLitePath() != "" {
		return riversqlite.New(d.Write)
	}
	return riverdatabasesql.New(d.Write)
}

// Migrate brings the queue's tables to their newest version and returns their
// schema. Where they are there already it changes nothing.
func Migrate(ctx context.Context, d *db.DB) (schema string, err error) {
	if schema, err = schemaOf(ctx, d); err != nil {
		return "", err
	}
	m, err := rivermigrate.New(driverOf(d), &rivermigrate.Config{Schema: schema, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return "", fmt.Errorf("load migrations of the job queue: %w", err)
	}
	if v, err := m.Validate(ctx, nil); err == nil && v.OK {
		return schema, nil
	}
	if schema == "" {
		err = migrateRetried(ctx, m)
	} else {
		err = migrateLocked(ctx, d, m, schema)
	}
	if err != nil {
		return "", fmt.Errorf("migrate job queue: %w", err)
	}
	return schema, nil
}

// migrateRetried goes on where another process took a step at the same moment:
// a step is a transaction, so the loser finds the winner's at its next try.
func migrateRetried(ctx context.Context, m *rivermigrate.Migrator[*sql.Tx]) (err error) {
	for range 20 { // more often than there are steps
		if _, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// migrateLocked lets one process at a time make the schema and its tables.
func migrateLocked(ctx context.Context, d *db.DB, m *rivermigrate.Migrator[*sql.Tx], schema string) error {
	conn, err := d.Write.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	const lock = 0x7875656475 // "xuedu"
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", int64(lock)); err != nil {
		return err
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(lock)) //nolint:errcheck // the session ends with the connection
	if _, err := conn.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS "+schema); err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}
