// Package dbtest gives each test its own migrated database.
package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"xuedu/internal/db"
)

// Each runs f once on SQLite and once on PostgreSQL.
func Each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); f(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); f(t, Postgres(t)) })
}

// template is a migrated SQLite file, made once per test binary and copied.
var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "xuedu")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "t.db")
	d, err := db.Open(context.Background(), "sqlite:"+path)
	if err != nil {
		return nil, err
	}
	if _, err := d.Migrate(context.Background()); err != nil {
		return nil, err
	}
	if err := d.Close(); err != nil { // checkpoints the WAL
		return nil, err
	}
	return os.ReadFile(path)
})

// SQLite returns a migrated SQLite database in a temporary file.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	b, err := template()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, "sqlite:"+path)
}

// pgTemplate makes the template database once per test binary.
var pgTemplate = sync.OnceValues(func() (string, error) {
	base := os.Getenv("XUEDU_TEST_PG")
	name := "xuedu_tmpl_" + strings.ToLower(rand.Text()[:10])
	admin, err := sql.Open("pgx", base+"/postgres")
	if err != nil {
		return "", err
	}
	defer admin.Close()
	if _, err := admin.Exec("CREATE DATABASE " + name + " TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C.UTF-8' ENCODING 'UTF8'"); err != nil {
		return "", err
	}
	d, err := db.Open(context.Background(), base+"/"+name)
	if err != nil {
		return "", err
	}
	defer d.Close()
	_, err = d.Migrate(context.Background())
	return name, err
})

// Postgres returns a clone of a migrated database. Where XUEDU_TEST_PG is
// unset it skips the test, but in CI it fails it.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	base := os.Getenv("XUEDU_TEST_PG")
	switch {
	case base != "":
	case os.Getenv("CI") != "":
		t.Fatal("XUEDU_TEST_PG is not set, and CI must not skip")
	default:
		t.Skip("XUEDU_TEST_PG is not set")
	}
	tmpl, err := pgTemplate()
	if err != nil {
		t.Fatal(err)
	}
	admin, err := sql.Open("pgx", base+"/postgres")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { admin.Close() })
	name := "xuedu_test_" + strings.ToLower(rand.Text()[:10])
	if _, err := admin.Exec("CREATE DATABASE " + name + " TEMPLATE " + tmpl); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { admin.Exec("DROP DATABASE " + name + " WITH (FORCE)") })
	return open(t, base+"/"+name)
}

func open(t testing.TB, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}
