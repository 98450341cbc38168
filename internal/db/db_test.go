package db_test

import (
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
)

func TestSchemasAreAlike(t *testing.T) {
	t.Parallel()
	lite, err := dbtest.SQLite(t).Schema(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pg, err := dbtest.Postgres(t).Schema(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(lite) < 50 {
		t.Errorf("only %d lines of schema read", len(lite))
	}
	if diff := cmp.Diff(lite, pg); diff != "" {
		t.Errorf("SQLite (-) and PostgreSQL (+) differ:\n%s", diff)
	}
}

func TestMigrateTwiceDoesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n, err := d.Migrate(t.Context())
		if n != 0 || err != nil {
			t.Errorf("Migrate = %d, %v; want 0, nil", n, err)
		}
		now, newest, err := d.Version(t.Context())
		if now != newest || now == 0 || err != nil {
			t.Errorf("Version = %d, %d, %v; want the same twice", now, newest, err)
		}
	})
}

// One cluster can hold one schema per city.
func TestSearchPathMakesASchema(t *testing.T) {
	t.Parallel()
	base := dbtest.Postgres(t)
	for _, schema := range []string{"beijing", "Other City"} {
		d, err := db.Open(t.Context(), base.DSN+"?search_path="+url.QueryEscape(`"`+schema+`"`))
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		now, _, err := d.Version(t.Context())
		if now != 0 || err != nil {
			t.Fatalf("Version of an empty schema = %d, %v", now, err)
		}
		if n, err := d.Migrate(t.Context()); n == 0 || err != nil {
			t.Fatalf("Migrate = %d, %v", n, err)
		}
		if _, err := d.Write.ExecContext(t.Context(), "INSERT INTO counter (name, next) VALUES ($1, 1)", schema); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := d.Read.QueryRowContext(t.Context(), "SELECT count(*) FROM counter").Scan(&n); n != 1 || err != nil {
			t.Errorf("%s sees %d counters, %v; want its own one", schema, n, err)
		}
	}
}

// Numbers of a counter become visible in their order: whoever sees n sees all
// below n, though many write at once.
func TestNextIsVisibleInOrder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const writers, each = 8, 20
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				for range each {
					err := d.InTx(t.Context(), func(tx *sql.Tx) error {
						n, err := db.Next(t.Context(), tx, "x", 2)
						if err != nil {
							return err
						}
						for i := range int64(2) {
							if _, err := tx.ExecContext(t.Context(), "INSERT INTO theme (id, code) VALUES ($1, CAST($2 AS TEXT))", n+i, time.Now().String()+string(rune('a'+i))); err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		done := make(chan struct{})
		go func() { wg.Wait(); close(done) }()
		for finished := false; !finished; {
			select {
			case <-done:
				finished = true
			default:
			}
			var n, top sql.NullInt64
			if err := d.Read.QueryRowContext(t.Context(), "SELECT count(*), max(id) FROM theme").Scan(&n, &top); err != nil {
				t.Fatal(err)
			}
			if n.Int64 != top.Int64 {
				t.Fatalf("%d rows but the highest number is %d", n.Int64, top.Int64)
			}
		}
	})
}

func TestInBulkCommitsOrNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rows := [][]any{{int64(1), "书法"}, {int64(2), "it's \"quoted\""}}
		boom := errors.New("boom")
		err := d.InBulk(t.Context(), func(_ *sql.Tx, add db.CopyFunc) error {
			if err := add("theme", []string{"id", "code"}, rows); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("InBulk = %v, want boom", err)
		}
		err = d.InBulk(t.Context(), func(_ *sql.Tx, add db.CopyFunc) error {
			return add("theme", []string{"id", "code"}, rows)
		})
		if err != nil {
			t.Fatal(err)
		}
		var n int
		var code string
		if err := d.Read.QueryRowContext(t.Context(), "SELECT count(*), max(code) FROM theme").Scan(&n, &code); n != 2 || err != nil {
			t.Errorf("%d rows, %v; want 2", n, err)
		}
		err = d.InBulk(t.Context(), func(_ *sql.Tx, add db.CopyFunc) error {
			return add("theme", []string{"id", "code"}, rows[:1])
		})
		if !db.IsUnique(err) {
			t.Errorf("a second row 1: %v, want a unique violation", err)
		}
	})
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		dsn  string
		want errs.Kind
	}{
		{"", errs.Invalid},
		{"sqlite:", errs.Invalid},
		{"mysql://x", errs.Invalid},
		{"postgres://nobody@127.0.0.1/none?search_path=a b", errs.Invalid},
		{"sqlite:" + filepath.Join(t.TempDir(), "no", "folder.db"), errs.Unavailable},
		{"postgres://nobody@127.0.0.1:1/none", errs.Unavailable},
	} {
		d, err := db.Open(t.Context(), tt.dsn)
		if errs.KindOf(err) != tt.want || d != nil {
			t.Errorf("Open(%q) = %v, want kind %d", tt.dsn, err, tt.want)
		}
	}
}

func TestReadPoolCannotWrite(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	if _, err := d.Read.ExecContext(t.Context(), "INSERT INTO theme (id, code) VALUES (1, 'x')"); err == nil {
		t.Error("the read pool of SQLite accepted a write")
	}
}

func TestPathsWithOddCharacters(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "城市 100%? #1")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), "sqlite:"+filepath.Join(dir, "a b.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "a b.db")); err != nil {
		t.Errorf("the file is not where it was asked for: %v", err)
	}
}
