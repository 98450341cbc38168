package job_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/job"
)

type greet struct {
	Name string `json:"name"`
}

func (greet) Kind() string { return "test.greet" }

type tick struct{}

func (tick) Kind() string { return "test.tick" }

// fast is for tests: no long pauses.
var fast = job.Options{Poll: 20 * time.Millisecond, Retry: func(int) time.Duration { return 10 * time.Millisecond }}

func newQueue(t *testing.T, d *db.DB) *job.Queue {
	t.Helper()
	q := job.New(d, slog.New(slog.DiscardHandler), fast)
	t.Cleanup(func() { stop(t, q) })
	return q
}

func start(t *testing.T, q *job.Queue) {
	t.Helper()
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func stop(t *testing.T, q *job.Queue) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := q.Stop(ctx); err != nil {
		t.Errorf("Stop: %v", err)
	}
}

// next returns the next value or fails after half a minute.
func next[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(30 * time.Second):
		t.Fatal("nothing happened for 30 seconds")
		panic("unreachable")
	}
}

func enqueue(t *testing.T, d *db.DB, q *job.Queue, name string, fail error) {
	t.Helper()
	err := d.InTx(t.Context(), func(tx *sql.Tx) error {
		if err := q.Enqueue(t.Context(), tx, greet{name}); err != nil {
			return err
		}
		return fail
	})
	if !errors.Is(err, fail) {
		t.Fatalf("enqueue %s: %v", name, err)
	}
}

// A job runs once, after its transaction has committed, and not at all if it
// was rolled back.
func TestRunsOnceIfCommitted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := newQueue(t, d)
		ran := make(chan string, 100)
		job.Handle(q, func(_ context.Context, a greet) error { ran <- a.Name; return nil })
		start(t, q)
		undo := errors.New("undo")
		seen := map[string]int{}
		for range 10 {
			enqueue(t, d, q, "kept", nil)
			enqueue(t, d, q, "undone", undo)
		}
		for range 10 {
			seen[next(t, ran)]++
		}
		stop(t, q)
		close(ran)
		for name := range ran {
			seen[name]++
		}
		if seen["kept"] != 10 || seen["undone"] != 0 {
			t.Errorf("ran %v; want 10 kept, none undone", seen)
		}
		if c := q.Counts()["test.greet"]; c.Done != 10 || c.Failed != 0 {
			t.Errorf("Counts = %+v", c)
		}
	})
}

func TestRetry(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var log bytes.Buffer
		q := job.New(d, slog.New(slog.NewTextHandler(&log, nil)), fast)
		done := make(chan int64, 1)
		var tries atomic.Int64
		job.Handle(q, func(context.Context, greet) error {
			switch n := tries.Add(1); n {
			case 1:
				return errors.New("not yet")
			case 2:
				panic("worse")
			default:
				done <- n
				return nil
			}
		})
		start(t, q)
		enqueue(t, d, q, "li", nil)
		if n := next(t, done); n != 3 {
			t.Errorf("done at try %d, want 3", n)
		}
		stop(t, q)
		for _, want := range []string{"not yet", "worse", "test.greet"} {
			if !bytes.Contains(log.Bytes(), []byte(want)) {
				t.Errorf("the log does not say %q:\n%s", want, &log)
			}
		}
	})
}

// However many processes and starts there are, a periodic job runs once a period.
func TestPeriodic(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var ran atomic.Int64
		first := make(chan bool, 10)
		for range 3 {
			q := job.New(d, slog.New(slog.DiscardHandler), fast)
			job.Handle(q, func(context.Context, tick) error { ran.Add(1); first <- true; return nil })
			marker := make(chan bool, 1)
			job.Handle(q, func(context.Context, greet) error { marker <- true; return nil })
			job.Every(q, 24*time.Hour, tick{})
			start(t, q)
			if ran.Load() == 0 {
				next(t, first)
			}
			enqueue(t, d, q, "later", nil) // whatever was there before it has been fetched
			next(t, marker)
			stop(t, q)
		}
		if n := ran.Load(); n != 1 {
			t.Errorf("ran %d times in a day, want 1", n)
		}
	})
}

// A queue whose clock may have moved runs its standing jobs at every start.
func TestPeriodicFresh(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ran := make(chan bool, 10)
		opt := fast
		opt.Fresh = true
		for range 2 {
			q := job.New(d, slog.New(slog.DiscardHandler), opt)
			job.Handle(q, func(context.Context, tick) error { ran <- true; return nil })
			job.Every(q, 24*time.Hour, tick{})
			start(t, q)
			next(t, ran)
			stop(t, q)
		}
	})
}

func TestStopDrains(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := newQueue(t, d)
		began, finish := make(chan bool, 1), make(chan bool)
		var ended atomic.Bool
		job.Handle(q, func(ctx context.Context, _ greet) error {
			began <- true
			<-finish
			ended.Store(ctx.Err() == nil)
			return nil
		})
		start(t, q)
		enqueue(t, d, q, "li", nil)
		next(t, began)
		if w, err := q.Waiting(t.Context()); err != nil || w["running"] != 1 {
			t.Errorf("Waiting = %v, %v; want one running", w, err)
		}
		stopped := make(chan bool)
		go func() { stop(t, q); close(stopped) }()
		close(finish)
		next(t, stopped)
		if !ended.Load() {
			t.Error("Stop did not wait for the running job")
		}
	})
}

// Commands enqueue without running anything.
func TestOpen(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if _, err := job.Migrate(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		q := job.New(d, slog.New(slog.DiscardHandler), fast)
		if err := d.InTx(t.Context(), func(tx *sql.Tx) error { return q.Enqueue(t.Context(), tx, greet{}) }); err == nil {
			t.Error("Enqueue before Open: no error")
		}
		if err := q.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		enqueue(t, d, q, "li", nil)
		if w, err := q.Waiting(t.Context()); err != nil || w["available"] != 1 {
			t.Errorf("Waiting = %v, %v; want one available", w, err)
		}
	})
}

// A city's schema has no trigger and none of the queue's tables (design 7);
// two cities of one cluster do not meet.
func TestOwnSchema(t *testing.T) {
	t.Parallel()
	d := dbtest.Postgres(t)
	schema, err := job.Migrate(t.Context(), d)
	if err != nil || schema != "xuedu_jobs" {
		t.Fatalf("Migrate = %q, %v", schema, err)
	}
	var tables, triggers int
	err = d.Read.QueryRow(`SELECT (SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public' AND table_name LIKE 'river%'),
		(SELECT count(*) FROM information_schema.triggers WHERE trigger_schema = 'public')`).Scan(&tables, &triggers)
	if err != nil || tables != 0 || triggers != 0 {
		t.Errorf("in the city's schema: %d tables, %d triggers, %v", tables, triggers, err)
	}
	sep := "?"
	if strings.Contains(d.DSN, "?") {
		sep = "&"
	}
	two, err := db.Open(t.Context(), d.DSN+sep+"search_path=qinghe")
	if err != nil {
		t.Fatal(err)
	}
	defer two.Close()
	if _, err := two.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if schema, err := job.Migrate(t.Context(), two); err != nil || schema != "qinghe_jobs" {
		t.Errorf("Migrate of a second city = %q, %v", schema, err)
	}
	if schema, err := job.Migrate(t.Context(), two); err != nil || schema != "qinghe_jobs" {
		t.Errorf("Migrate again = %q, %v", schema, err)
	}
}

// Servers that start at once make the queue's tables once.
func TestMigrateAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := job.Migrate(t.Context(), d); err != nil {
					t.Errorf("Migrate: %v", err)
				}
			})
		}
		wg.Wait()
	})
}
