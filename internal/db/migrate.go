package db

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrate brings the schema to the newest version and returns how many steps
// that took. A schema named by search_path is made if it is missing.
func (d *DB) Migrate(ctx context.Context) (int, error) {
	if err := d.makeSchema(ctx); err != nil {
		return 0, err
	}
	p, err := d.provider()
	if err != nil {
		return 0, err
	}
	done, err := p.Up(ctx)
	if err != nil {
		return len(done), fmt.Errorf("migrate: %w", err)
	}
	return len(done), nil
}

// Version returns the schema's version and the newest one this program knows.
// An empty database has version 0.
func (d *DB) Version(ctx context.Context) (now, newest int64, err error) {
	p, err := d.provider()
	if err != nil {
		return 0, 0, err
	}
	src := p.ListSources()
	newest = src[len(src)-1].Version
	if !d.hasTable(ctx, "goose_db_version") {
		return 0, newest, nil
	}
	now, err = p.GetDBVersion(ctx)
	return now, newest, err
}

func (d *DB) hasTable(ctx context.Context, name string) bool {
	var n int
	return d.Read.QueryRowContext(ctx, "SELECT count(*) FROM "+name).Scan(&n) == nil
}

func (d *DB) provider() (*goose.Provider, error) {
	src, err := fs.Sub(files, "migrations")
	if err != nil {
		return nil, err
	}
	if d.dialect == goose.DialectSQLite3 {
		if src, err = forSQLite(src); err != nil {
			return nil, err
		}
	}
	p, err := goose.NewProvider(d.dialect, d.Write, src)
	if err != nil {
		return nil, fmt.Errorf("load migrations: %w", err)
	}
	return p, nil
}

// makeSchema makes the first schema of the search_path, so that one cluster
// can hold one schema per city (design 7).
func (d *DB) makeSchema(ctx context.Context) error {
	if d.dialect != goose.DialectPostgres {
		return nil
	}
	var path string
	if err := d.Write.QueryRowContext(ctx, "SHOW search_path").Scan(&path); err != nil {
		return fmt.Errorf("read search_path: %w", err)
	}
	first, _, _ := strings.Cut(path, ",")
	first = strings.Trim(strings.TrimSpace(first), `"`)
	if first == "" || first == "$user" || first == "public" {
		return nil
	}
	_, err := d.Write.ExecContext(ctx, `CREATE SCHEMA IF NOT EXISTS "`+strings.ReplaceAll(first, `"`, `""`)+`"`)
	if err != nil {
		return fmt.Errorf("create schema %s: %w", first, err)
	}
	return nil
}

// sqliteSpelling is all that differs between the two schemas. A BIGINT key is
// spelled INTEGER so that SQLite uses it as the row's own number.
var sqliteSpelling = strings.NewReplacer("TIMESTAMPTZ", "TIMESTAMP", "BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY")

func forSQLite(src fs.FS) (fs.FS, error) {
	out := fstest.MapFS{}
	names, err := fs.Glob(src, "*.sql")
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		b, err := fs.ReadFile(src, n)
		if err != nil {
			return nil, err
		}
		out[n] = &fstest.MapFile{Data: []byte(sqliteSpelling.Replace(string(b)))}
	}
	return out, nil
}
