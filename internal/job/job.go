// Package job runs work in the background: kept in the database in the
// transaction that asked for it, run once it has committed, tried again when
// it fails. It is a façade over River; see docs/adr/0005-jobs.md.
package job

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/rivertype"

	"xuedu/internal/db"
)

// Args is what a job is told. It travels as JSON; Kind is its stable name,
// <domain>.<verb>.
type Args interface{ Kind() string }

// Options tune a Queue; the zero value is right for a city.
type Options struct {
	Workers int                             // jobs at a time; 0 = 4
	Timeout time.Duration                   // of one run; 0 = 5 minutes
	Retry   func(attempt int) time.Duration // pause before the next try; nil = attempt⁴ seconds
	Poll    time.Duration                   // look for jobs so often; 0 = 1 s
	Fresh   bool                            // standing jobs run at every start: the city's clock may have moved
}

// Queue keeps and runs the jobs of one city. Register all workers and
// schedules, then Start. Safe for concurrent use after that.
type Queue struct {
	db       *db.DB
	log      *slog.Logger
	opt      Options
	workers  *river.Workers
	periodic []*river.PeriodicJob
	client   *river.Client[*sql.Tx]
	stop     func(context.Context) error
	counts   counts
}

// New returns the queue of the city in d.
func New(d *db.DB, log *slog.Logger, opt Options) *Queue {
	if opt.Workers == 0 {
		opt.Workers = 4
	}
	if opt.Timeout == 0 {
		opt.Timeout = 5 * time.Minute
	}
	if opt.Poll == 0 {
		opt.Poll = time.Second
	}
	return &Queue{db: d, log: log, opt: opt, workers: river.NewWorkers(), counts: newCounts()}
}

// worker runs f for jobs of one kind.
type worker[A Args] struct {
	river.WorkerDefaults[A]
	q *Queue
	f func(context.Context, A) error
}

func (w *worker[A]) Work(ctx context.Context, j *river.Job[A]) error {
	start := time.Now()
	err := w.f(ctx, j.Args)
	w.q.counts.add(j.Kind, err, time.Since(start))
	return err
}

// Handle registers f for the jobs of A's kind. A job may run more than once (a
// process can die before it has said that it is done): f must be idempotent.
// It panics on a kind that is registered already.
func Handle[A Args](q *Queue, f func(context.Context, A) error) {
	river.AddWorker(q.workers, &worker[A]{q: q, f: f})
}

// Every has the job of args run so often, once in the whole city however many
// processes serve it, and once at the start if the last run is that old.
func Every(q *Queue, interval time.Duration, args Args) {
	once := river.UniqueOpts{ByArgs: true, ByPeriod: interval}
	if q.opt.Fresh {
		once = river.UniqueOpts{}
	}
	q.periodic = append(q.periodic, river.NewPeriodicJob(river.PeriodicInterval(interval),
		func() (river.JobArgs, *river.InsertOpts) { return args, &river.InsertOpts{UniqueOpts: once} },
		&river.PeriodicJobOpts{ID: args.Kind(), RunOnStart: true}))
}

// Enqueue adds a job in the caller's transaction: it runs if, and only if, the
// transaction commits. Call it after Migrate has run once on this database.
func (q *Queue) Enqueue(ctx context.Context, tx *sql.Tx, args Args) error {
	if q.client == nil {
		return errors.New("enqueue " + args.Kind() + ": the queue was not opened")
	}
	if _, err := q.client.InsertTx(ctx, tx, args, nil); err != nil {
		return fmt.Errorf("enqueue %s: %w", args.Kind(), err)
	}
	return nil
}

// Open makes the queue ready to take jobs, without running any: for commands.
func (q *Queue) Open(ctx context.Context) error {
	schema, err := schemaOf(ctx, q.db)
	if err != nil {
		return err
	}
	q.client, err = river.NewClient(driverOf(q.db), &river.Config{Schema: schema, Logger: quiet(q.log)})
	if err != nil {
		return fmt.Errorf("open job queue: %w", err)
	}
	return nil
}

// Start runs jobs until Stop. It brings the queue's own tables to their newest
// version first.
func (q *Queue) Start(ctx context.Context) error {
	schema, err := Migrate(ctx, q.db)
	if err != nil {
		return err
	}
	driver, listens, closeAll, err := q.driver(ctx)
	if err != nil {
		return err
	}
	if q.client, err = river.NewClient(driver, q.config(schema, !listens)); err != nil {
		closeAll()
		return fmt.Errorf("open job queue: %w", err)
	}
	// The queue outlives ctx: running jobs end by themselves in Stop.
	if err := q.client.Start(context.WithoutCancel(ctx)); err != nil {
		closeAll()
		return fmt.Errorf("start job queue: %w", err)
	}
	q.stop = func(ctx context.Context) error {
		defer closeAll()
		return drain(ctx, q.client)
	}
	return nil
}

func (q *Queue) config(schema string, poll bool) *river.Config {
	c := &river.Config{
		Schema: schema, Logger: quiet(q.log), Workers: q.workers, PeriodicJobs: q.periodic, JobTimeout: q.opt.Timeout,
		Queues:            map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: q.opt.Workers}},
		FetchPollInterval: q.opt.Poll, FetchCooldown: min(100*time.Millisecond, q.opt.Poll), PollOnly: poll,
		ErrorHandler: failures{q.log},
	}
	if q.opt.Retry != nil {
		c.RetryPolicy = retry(q.opt.Retry)
	}
	return c
}

// Stop takes no new jobs and waits for the running ones until ctx ends; then
// it cancels them, and they run again at the next start. A queue that does not
// run stops at once.
func (q *Queue) Stop(ctx context.Context) error {
	if q.stop == nil {
		return nil
	}
	stop := q.stop
	q.stop = nil
	return stop(ctx)
}

func drain(ctx context.Context, c *river.Client[*sql.Tx]) error {
	err := c.Stop(ctx)
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return c.StopAndCancel(end)
}

// driver returns the driver that runs jobs; on PostgreSQL it is woken by
// notifications over connections of its own, which done closes.
func (q *Queue) driver(ctx context.Context) (d riverdriver.Driver[*sql.Tx], listens bool, done func(), err error) {
	pool, err := q.db.Listener(ctx)
	if err != nil || pool == nil {
		return driverOf(q.db), false, func() {}, err
	}
	return riverdatabasesql.NewWithPgxListener(q.db.Write, pool), true, pool.Close, nil
}

// retry is a policy of a pause by attempt.
type retry func(attempt int) time.Duration

func (r retry) NextRetry(j *rivertype.JobRow) time.Time {
	return time.Now().UTC().Add(r(len(j.Errors) + 1))
}

// failures logs what went wrong in a job.
type failures struct{ log *slog.Logger }

func (f failures) HandleError(ctx context.Context, j *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	f.log.ErrorContext(ctx, "job failed", "kind", j.Kind, "id", j.ID, "attempt", j.Attempt, "err", err)
	return nil
}

func (f failures) HandlePanic(ctx context.Context, j *rivertype.JobRow, v any, trace string) *river.ErrorHandlerResult {
	f.log.ErrorContext(ctx, "job panicked", "kind", j.Kind, "id", j.ID, "attempt", j.Attempt, "panic", v, "trace", trace)
	return nil
}
