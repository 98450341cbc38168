package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/app"
	"xuedu/internal/audit"
	"xuedu/internal/config"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
)

// invented makes a city whose data are invented, and returns its settings.
func invented(t *testing.T) config.Config {
	t.Helper()
	c := settings(dbtest.SQLite(t).DSN, keyFile(t))
	if _, err := app.Init(t.Context(), c, app.InitOptions{Pack: loadPack(t, "minimal"), Synthetic: true, Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestClockIsRefused(t *testing.T) {
	t.Parallel()
	dsn, key := dbtest.SQLite(t).DSN, keyFile(t)
	c := settings(dsn, key)
	c.Clock = "2023-02-01"
	if _, err := app.Init(t.Context(), c, app.InitOptions{Pack: loadPack(t, "minimal"), Now: time.Now}); errs.KindOf(err) != errs.Conflict {
		t.Errorf("a real city is made by a clock: %v", err)
	}
	if _, err := makeCity(t, dsn, key, loadPack(t, "minimal")); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Open(t.Context(), c); errs.KindOf(err) != errs.Conflict {
		t.Errorf("a real city opens with a clock: %v", err)
	}
	d := invented(t)
	for _, bad := range []string{"yesterday", "2023-02-30", "2023-02-01 09:00"} {
		d.Clock = bad
		if _, err := app.Open(t.Context(), d); errs.KindOf(err) != errs.Invalid {
			t.Errorf("clock %q: %v, want Invalid", bad, err)
		}
	}
}

// Records say the day that the clock shows, and time goes on from there.
func TestClockIsUsed(t *testing.T) {
	t.Parallel()
	c := invented(t)
	for i, value := range []string{"2023-02-01", "2031-07-05T23:30:00+06:00"} {
		c.Clock = value
		a, err := app.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		want, err := time.Parse(time.RFC3339, value)
		if err != nil {
			want = time.Date(2023, 2, 1, 9, 0, 0, 0, a.Zone())
		}
		first := a.Now()
		if late := first.Sub(want); late < 0 || late > time.Minute {
			t.Errorf("clock %s shows %s", value, first)
		}
		if !a.Now().After(first) {
			t.Errorf("clock %s stands still", value)
		}
		ctx := audit.With(t.Context(), audit.Who{Actor: "cli:test"})
		made, _, err := a.Accounts.Create(ctx, account.NewAccount{Login: "somebody" + strconv.Itoa(i), Name: "Somebody"})
		if err != nil || made.CreatedAt.Sub(want) > time.Minute || want.Sub(made.CreatedAt) > time.Second {
			t.Errorf("clock %s: a record of %s, %v", value, made.CreatedAt, err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A password of the first day is good after years of a clock, as a demo city's
// are printed once.
func TestClockKeepsPasswords(t *testing.T) {
	t.Parallel()
	c := invented(t)
	const password = "Sample-password-1"
	for i, day := range []string{"2023-02-01", "2026-02-01"} {
		c.Clock = day
		a, err := app.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		ctx := audit.With(t.Context(), audit.Who{Actor: "cli:test"})
		if i == 0 {
			_, _, err = a.Accounts.Create(ctx, account.NewAccount{Login: "somebody", Name: "Somebody", Password: password})
		} else {
			var in account.Session
			if in, err = a.Accounts.Authenticate(ctx, account.SignIn{Login: "somebody", Password: password}); in.Actor.MustChange {
				t.Errorf("%s: the password has grown old", day)
			}
		}
		if err != nil {
			t.Errorf("%s: %v", day, err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Nothing asks the machine for the time of the city: what does is a stopwatch,
// the place where the clock is chosen, or a check that knows no city.
func TestNobodyElseAsksTheMachine(t *testing.T) {
	t.Parallel()
	stopwatches := []string{"accredit/accredittest/fakes.go", "app/clock.go", "app/app.go", "app/demo.go", "app/scratch.go", "cli/credential.go", "cli/demo.go", "cli/init.go", "cli/progress.go",
		"demo/demo.go", "job/count.go", "job/job.go", "ledger/snapshot.go", "web/observe.go"}
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") || slices.Contains(stopwatches, path) {
			return err
		}
		b, err := fs.ReadFile(root, path)
		if strings.Contains(string(b), "time.Now") {
			t.Errorf("%s asks the machine for the time; take it as a parameter", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
