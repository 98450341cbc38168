// Package db opens the database and runs transactions. It knows the two
// dialects; nothing outside this package does.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"xuedu/internal/errs"
)

// DB is one database with a pool for reads and a pool for writes. On
// PostgreSQL both are the same pool; on SQLite the write pool has one
// connection, so writers queue in Go instead of failing with SQLITE_BUSY.
type DB struct {
	Read, Write *sql.DB
	DSN         string // as given to Open; may hold a password, never print it
	dialect     goose.Dialect
}

// Querier is what a store needs: *sql.DB and *sql.Tx both satisfy it.
type Querier interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
	PrepareContext(context.Context, string) (*sql.Stmt, error)
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

// sqliteParams are required, not tuning: see docs/adr/0003-one-sql-two-databases.md.
// _synchronous is FULL because an answer "saved" must survive a power cut.
var sqliteParams = url.Values{
	"_txlock":       {"immediate"},
	"_busy_timeout": {"10000"},
	"_journal_mode": {"WAL"},
	"_synchronous":  {"FULL"},
	"_foreign_keys": {"1"},
	"_time_format":  {"sqlite"},
	"_timezone":     {"UTC"},
	"_texttotime":   {"1"},
	"_dqs":          {"0"},
	"_pragma":       {"cache_size(-262144)", "mmap_size(1073741824)"},
}

// Open opens dsn: "sqlite:PATH" or "postgres://…". It makes no schema; an
// unknown kind of DSN or a database that does not answer is Invalid.
func Open(ctx context.Context, dsn string) (*DB, error) {
	path, isSQLite := strings.CutPrefix(dsn, "sqlite:")
	switch {
	case isSQLite && path != "":
		return openSQLite(ctx, path, dsn)
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "postgresql://"):
		return openPostgres(ctx, dsn)
	}
	return nil, errs.InvalidField("db", "db.bad_dsn")
}

func openPostgres(ctx context.Context, dsn string) (*DB, error) {
	if _, err := pgx.ParseConfig(dsn); err != nil {
		return nil, &errs.Error{Kind: errs.Invalid, Key: "db.bad_dsn", Field: "db", Err: err}
	}
	pool, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, &errs.Error{Kind: errs.Invalid, Key: "db.bad_dsn", Field: "db", Err: err}
	}
	pool.SetMaxOpenConns(32)
	pool.SetMaxIdleConns(8)
	if err := pool.PingContext(ctx); err != nil {
		err = errors.Join(fmt.Errorf("ping postgres: %w", err), pool.Close())
		return nil, &errs.Error{Kind: errs.Unavailable, Key: "db.no_answer", Field: "db", Err: err}
	}
	return &DB{Read: pool, Write: pool, DSN: dsn, dialect: goose.DialectPostgres}, nil
}

func openSQLite(ctx context.Context, path, dsn string) (*DB, error) {
	uri := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + sqliteParams.Encode()
	write, err := sql.Open("sqlite", uri)
	if err != nil {
		return nil, fmt.Errorf("open sqlite: %w", err)
	}
	write.SetMaxOpenConns(1)
	if err := write.PingContext(ctx); err != nil {
		err = errors.Join(fmt.Errorf("ping sqlite: %w", err), write.Close())
		return nil, &errs.Error{Kind: errs.Unavailable, Key: "db.no_file", Args: []any{"Path", path}, Field: "db", Err: err}
	}
	read, err := sql.Open("sqlite", uri+"&_query_only=1")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open sqlite: %w", err), write.Close())
	}
	n := max(4, runtime.GOMAXPROCS(0))
	read.SetMaxOpenConns(n)
	read.SetMaxIdleConns(n)
	return &DB{Read: read, Write: write, DSN: dsn, dialect: goose.DialectSQLite3}, nil
}

// Close closes both pools.
func (d *DB) Close() error {
	if d.Read == d.Write {
		return d.Write.Close()
	}
	return errors.Join(d.Read.Close(), d.Write.Close())
}

// SQLitePath returns the file of a SQLite database, or "" for PostgreSQL.
func (d *DB) SQLitePath() string {
	path, _ := strings.CutPrefix(d.DSN, "sqlite:")
	if d.dialect != goose.DialectSQLite3 {
		return ""
	}
	return path
}

// InTx runs f in a write transaction. It rolls back if f fails or panics.
func (d *DB) InTx(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := d.Write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback() // no-op after Commit
	if err := f(tx); err != nil {
		return cancelled(ctx, err)
	}
	if err := tx.Commit(); err != nil {
		return cancelled(ctx, fmt.Errorf("commit: %w", err))
	}
	return nil
}

// cancelled says that ctx ended where a driver says only that its connection
// is gone.
func cancelled(ctx context.Context, err error) error {
	if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return err
}

// Next hands out n consecutive numbers of the named counter and returns the
// first, from 1 on. The counter's row stays locked until tx ends, so numbers
// become visible in their order; take audit's number last in a transaction.
func Next(ctx context.Context, tx Querier, counter string, n int64) (int64, error) {
	var next int64
	err := tx.QueryRowContext(ctx, `INSERT INTO counter (name, next) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET next = counter.next + $3 RETURNING next`, counter, n+1, n).Scan(&next)
	if err != nil {
		return 0, fmt.Errorf("next %s: %w", counter, err)
	}
	return next - n, nil
}

// IsUnique reports whether err is a violated UNIQUE or PRIMARY KEY constraint.
func IsUnique(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == "23505"
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}
