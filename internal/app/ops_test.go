package app_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"xuedu/internal/app"
	"xuedu/internal/audit"
	"xuedu/internal/config"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
)

func fetch(t testing.TB, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// A server says that it is ready, counts what it does, runs the city's jobs,
// and signs the trail when it stops.
func TestServe(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		key := keyFile(t)
		if _, err := makeCity(t, d.DSN, key, loadPack(t, "minimal")); err != nil {
			t.Fatal(err)
		}
		c := settings(d.DSN, key)
		c.Addr, c.CacheDir, c.LogLevel = "127.0.0.1:0", t.TempDir(), "error"
		a, err := app.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		url, ended := make(chan string, 1), make(chan error, 1)
		go func() { ended <- a.Serve(ctx, func(u string) { url <- u }) }()
		base := <-url
		if code, body := fetch(t, base+"/healthz"); code != 200 || body != "ok\n" {
			t.Errorf("healthz: %d %q", code, body)
		}
		if code, body := fetch(t, base+"/readyz"); code != 200 || strings.Count(body, " ok\n") != 3 {
			t.Errorf("readyz: %d %q", code, body)
		}
		code, body := fetch(t, base+"/metrics")
		for _, want := range []string{`route="GET /readyz"`, "xuedu_engine_lag_rows 0", `go_sql_open_connections{db_name="write"}`, `xuedu_jobs{state="available"}`} {
			if code != 200 || !strings.Contains(body, want) {
				t.Errorf("metrics: %d, no %s", code, want)
			}
		}
		if err := audit.Read(t.Context(), d, a.City.CreatedAt, audit.Entry{Verb: "test:last", Object: "test"}); err != nil {
			t.Fatal(err)
		}
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Serve = %v", err)
		}
		rep, err := a.Audit.Verify(t.Context(), 1)
		if err != nil || rep.Broken != nil || rep.Checkpoints == 0 || rep.Unsigned != 0 {
			t.Errorf("the trail after the end: %+v, %v; want it signed", rep, err)
		}
		if err := a.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
}

func TestBadSettings(t *testing.T) {
	t.Parallel()
	dsn, key := dbtest.SQLite(t).DSN, keyFile(t)
	if _, err := makeCity(t, dsn, key, loadPack(t, "minimal")); err != nil {
		t.Fatal(err)
	}
	hash, proxies := settings(dsn, key), settings(dsn, key)
	hash.PasswordHash, proxies.Proxies = "m=1", "everybody"
	for _, c := range []struct{ got, want string }{{fieldOf(t, hash), "password_hash"}, {fieldOf(t, proxies), "proxies"}} {
		if c.got != c.want {
			t.Errorf("Open fails for %q, want %q", c.got, c.want)
		}
	}
}

func fieldOf(t testing.TB, c config.Config) string {
	t.Helper()
	_, err := app.Open(t.Context(), c)
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || e.Kind != errs.Invalid {
		t.Fatalf("Open = %v, want Invalid", err)
	}
	return e.Field
}
