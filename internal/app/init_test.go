package app_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"xuedu/internal/app"
	"xuedu/internal/config"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

func loadPack(t testing.TB, name string) *pack.Pack {
	t.Helper()
	fsys, err := app.FindPack(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := pack.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// makeCity runs Init for a database with a key file of its own.
func makeCity(t testing.TB, dsn, key string, p *pack.Pack) (app.InitReport, error) {
	t.Helper()
	return app.Init(t.Context(), settings(dsn, key), app.InitOptions{Pack: p, Now: time.Now})
}

// settings are the program's, for a database and a key file.
func settings(dsn, key string) config.Config {
	c := config.Default
	c.DB, c.KeyFile = dsn, key
	return c
}

func keyFile(t testing.TB) string { return filepath.Join(t.TempDir(), "city.key") }

// count is the number of rows of a table.
func count(t testing.TB, dsn, table string) int {
	t.Helper()
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var n int
	if err := d.Read.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestInit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dsn, key := d.DSN, keyFile(t)
		r, err := makeCity(t, dsn, key, loadPack(t, "minimal"))
		if err != nil {
			t.Fatal(err)
		}
		if r.Existed || r.Areas != 43 || r.Orgs == 0 || !r.City.Made() || r.KeyFile != key {
			t.Errorf("Init = %+v", r)
		}
		tables := []string{"city", "area", "population", "org", "theme", "pack_file", "audit_entry"}
		before := map[string]int{}
		for _, table := range tables {
			if before[table] = count(t, dsn, table); before[table] == 0 {
				t.Errorf("%s is empty", table)
			}
		}
		again, err := makeCity(t, dsn, key, loadPack(t, "minimal"))
		if err != nil || !again.Existed || again.Differs || again.City.ID != r.City.ID {
			t.Errorf("Init again = %+v, %v; want that it is there", again, err)
		}
		for _, table := range tables {
			if n := count(t, dsn, table); n != before[table] {
				t.Errorf("the second run changed %s: %d rows, then %d", table, before[table], n)
			}
		}
		if _, err := makeCity(t, dsn, key, loadPack(t, "beijing-2021")); errs.KindOf(err) != errs.Conflict {
			t.Errorf("another pack: Init = %v, want Conflict", err)
		}
		a, err := app.Open(t.Context(), settings(dsn, key))
		if err != nil {
			t.Fatalf("the city does not open: %v", err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
}

// One cluster holds one schema per city (design 7).
func TestInitInSchemas(t *testing.T) {
	t.Parallel()
	base := dbtest.Postgres(t).DSN
	one, two := base+"?search_path=qinghe", base+"?search_path=beijing"
	if _, err := makeCity(t, one, keyFile(t), loadPack(t, "minimal")); err != nil {
		t.Fatal(err)
	}
	if _, err := makeCity(t, two, keyFile(t), loadPack(t, "beijing-2021")); err != nil {
		t.Fatal(err)
	}
	if a, b := count(t, one, "area"), count(t, two, "area"); a != 43 || b != 7901 {
		t.Errorf("the cities have %d and %d areas, want 43 and 7901", a, b)
	}
	if n := count(t, base, "public.city"); n != 0 {
		t.Errorf("%d cities outside the schemas", n)
	}
}

// A crash at any place leaves something that the same command finishes.
func TestInitResumes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dsn, key := d.DSN, keyFile(t)
		for range 2 {
			ctx, cancel := context.WithCancel(t.Context())
			_, err := app.Init(ctx, settings(dsn, key), app.InitOptions{Pack: loadPack(t, "minimal"), Now: time.Now,
				Step: func(f string, done, _ int) {
					if f == "data/areas.csv" && done > 0 {
						cancel()
					}
				}})
			cancel()
			if err == nil {
				t.Fatal("cut short: Init = nil")
			}
			if _, err := app.LoadCity(t.Context(), d); errs.KindOf(err) != errs.Unavailable {
				t.Errorf("half made: LoadCity = %v, want Unavailable", err)
			}
			if _, err := makeCity(t, dsn, key, loadPack(t, "beijing-2021")); errs.KindOf(err) != errs.Conflict {
				t.Errorf("half made, another pack: Init = %v, want Conflict", err)
			}
		}
		secret, err := os.ReadFile(key)
		if err != nil {
			t.Fatal(err)
		}
		r, err := makeCity(t, dsn, key, loadPack(t, "minimal"))
		if err != nil || r.Existed || !r.City.Made() {
			t.Fatalf("Init = %+v, %v; want the city finished", r, err)
		}
		if now, _ := os.ReadFile(key); string(now) != string(secret) {
			t.Error("the key file was overwritten")
		}
		if n := count(t, dsn, "area"); n != 43 {
			t.Errorf("%d areas, want 43", n)
		}
	})
}

func TestInitKeepsForeignKeys(t *testing.T) {
	t.Parallel()
	key := keyFile(t)
	if err := os.WriteFile(key, []byte("of another city"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := dbtest.SQLite(t)
	if _, err := makeCity(t, d.DSN, key, loadPack(t, "minimal")); errs.KindOf(err) != errs.Conflict {
		t.Errorf("Init = %v, want Conflict", err)
	}
	if b, _ := os.ReadFile(key); string(b) != "of another city" {
		t.Error("the key file was overwritten")
	}
	if _, err := pack.CityOf(t.Context(), d.Read); errs.KindOf(err) != errs.NotFound {
		t.Error("a city was begun")
	}
}

// The registers say what is wrong with a pack's data, and a corrected pack
// goes on from there.
func TestInitRefusesBadData(t *testing.T) {
	t.Parallel()
	good := loadPack(t, "minimal")
	files := fstest.MapFS{}
	for _, f := range good.Files() {
		if f.Path == "data/areas.csv" {
			f.Content = strings.Replace(f.Content, ",QH-1,street", ",QH-9,street", 1)
		}
		files[f.Path] = &fstest.MapFile{Data: []byte(f.Content)}
	}
	bad, err := pack.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	d, key := dbtest.SQLite(t), keyFile(t)
	_, err = makeCity(t, d.DSN, key, bad)
	var fp *app.FileProblems
	if !errors.As(err, &fp) || fp.File != "data/areas.csv" || len(fp.List) == 0 || fp.List[0].Line != 4 {
		t.Fatalf("Init = %v, want the line of the area without a parent", err)
	}
	if r, err := makeCity(t, d.DSN, key, good); err != nil || r.Areas != 43 {
		t.Errorf("Init with the corrected pack = %+v, %v", r, err)
	}
}

func TestApplyPack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := loadPack(t, "minimal")
		if _, err := makeCity(t, d.DSN, keyFile(t), p); err != nil {
			t.Fatal(err)
		}
		with := func(old, new string) *pack.Pack {
			files := fstest.MapFS{}
			for _, f := range p.Files() {
				files[f.Path] = &fstest.MapFile{Data: []byte(strings.Replace(f.Content, old, new, 1))}
			}
			q, err := pack.Load(files)
			if err != nil {
				t.Fatal(err)
			}
			return q
		}
		if _, err := app.ApplyPack(t.Context(), d, with("code: crafts", "code: song"), "x", time.Now); err != nil {
			t.Fatal(err)
		}
		if n := countWhere(t, d.Read, "theme", "code = 'song'"); n != 1 {
			t.Error("the new theme has no number")
		}
		if n := countWhere(t, d.Read, "theme", "code = 'crafts'"); n != 1 {
			t.Error("the old theme lost its number")
		}
		none := with("partner,", "friend,") // in org-types.yaml and data/orgs.csv
		if _, err := app.ApplyPack(t.Context(), d, none, "x", time.Now); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a type in use: ApplyPack = %v, want Conflict", err)
		}
	})
}

// A code that one record holds is in use, whichever record that is.
func TestUses(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if _, err := makeCity(t, d.DSN, keyFile(t), loadPack(t, "minimal")); err != nil {
			t.Fatal(err)
		}
		used := func(kind pack.Kind, code string) int64 {
			t.Helper()
			n, err := app.Uses(t.Context(), d.Read, kind, []string{code})
			if err != nil {
				t.Fatal(err)
			}
			return n[code]
		}
		exec := func(query string) {
			t.Helper()
			if _, err := d.Write.Exec(query); err != nil {
				t.Fatal(err)
			}
		}
		before := []int64{used(pack.KindTheme, "crafts"), used(pack.KindTheme, "nature"), used(pack.KindNeed, "rest"), used(pack.KindForm, "course"), used(pack.KindArea, "QH-1-1-01")}
		exec(`INSERT INTO attendance (id, person_id, session_id, rev, home_id, place_id, day, theme_id, online, minutes, heads, batch_id)
			SELECT 1, 0, 1, 0, a.id, a.id, 20260301, t.id, 0, 60, 5, 1 FROM area a, theme t WHERE a.code = 'QH-1-1-01' AND t.code = 'crafts'`)
		exec(`INSERT INTO activity (id, org_id, title, form, theme, tags, summary, state, created_at, updated_at)
			SELECT 'a', id, 'x', 'course', 'health', '["nature","rest"]', '', 'open', created_at, created_at FROM org WHERE code = 'qh-lifelong'`)
		after := []int64{used(pack.KindTheme, "crafts"), used(pack.KindTheme, "nature"), used(pack.KindNeed, "rest"), used(pack.KindForm, "course"), used(pack.KindArea, "QH-1-1-01")}
		for i := range before {
			if before[i] != 0 || after[i] != 1 {
				t.Errorf("code %d: %d uses, then %d; want 0, then 1", i, before[i], after[i])
			}
		}
	})
}

func countWhere(t testing.TB, q *sql.DB, table, where string) (n int) {
	t.Helper()
	if err := q.QueryRow("SELECT count(*) FROM " + table + " WHERE " + where).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
