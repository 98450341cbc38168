package ledger

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/ledger/engine"
	"xuedu/internal/pack"
)

// Populations tells how many people live in an area: the newest figure of the
// area itself that is not later than day; ok is false where there is none.
type Populations interface {
	At(areaID int64, day string) (persons int64, asOf, source, vintage string, ok bool)
}

// FiguresOptions are settings of Figures; the zero value is usable.
type FiguresOptions struct {
	City     string                // id of the city the snapshot belongs to
	Snapshot string                // file of the snapshot, see SnapshotPath; "" keeps all in memory
	Log      *slog.Logger          // nil = the default one
	Step     func(done, all int64) // progress of a build in ledger numbers, may be nil
}

// Figures answers questions about the ledger from an engine in memory that
// follows the database. It is safe for concurrent use.
type Figures struct {
	db   *db.DB
	tree func() *area.Tree
	pack func() *pack.Pack
	pop  func() Populations
	opt  FiguresOptions

	feed sync.Mutex   // one reader of the ledger at a time
	use  sync.RWMutex // held while eng is used; locked to replace it
	eng  *engine.Engine
	jobs sync.WaitGroup // a compaction that runs
	busy atomic.Bool    // … there is one

	touched touched

	mu      sync.Mutex // guards what follows
	answers map[answerKey][]int64
	upTo    int64 // answers hold for this version …
	of      *engine.Engine
	themes  map[string]int64
}

// NewFigures returns Figures over the ledger in d; call Start before asking.
// tree, pack and pop give what holds now.
func NewFigures(d *db.DB, tree func() *area.Tree, pack func() *pack.Pack, pop func() Populations, opt FiguresOptions) *Figures {
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	return &Figures{db: d, tree: tree, pack: pack, pop: pop, opt: opt}
}

// Start makes the engine: from the snapshot and what was recorded since, or
// from the whole ledger where the snapshot is missing or does not fit.
func (f *Figures) Start(ctx context.Context) error {
	f.feed.Lock()
	defer f.feed.Unlock()
	f.jobs.Wait()
	tree := f.tree()
	e, err := f.load(ctx, tree)
	if err != nil {
		return err
	}
	if e == nil {
		if e, err = f.build(ctx, tree, f.opt.Step); err != nil {
			return err
		}
	}
	f.replace(e)
	return f.catchUp(ctx)
}

// Rebuild reads the whole ledger again and replaces engine and snapshot. step
// is told how many of the ledger's numbers are read; it may be nil.
func (f *Figures) Rebuild(ctx context.Context, step func(done, all int64)) error {
	f.feed.Lock()
	defer f.feed.Unlock()
	f.jobs.Wait()
	e, err := f.build(ctx, f.tree(), step)
	if err != nil {
		return err
	}
	f.replace(e)
	return nil
}

// replace puts e in the place of the engine so far and closes that.
func (f *Figures) replace(e *engine.Engine) {
	f.use.Lock()
	old := f.eng
	f.eng = e
	f.use.Unlock()
	f.touched.all()
	if old != nil {
		if err := old.Close(); err != nil {
			f.opt.Log.Warn("figures: close engine", "err", err)
		}
	}
}

// pollEvery is how often Watch looks for new numbers: a figure moves within a
// second of a commit, whoever made it.
const pollEvery = 250 * time.Millisecond

// Watch follows the ledger until ctx ends.
func (f *Figures) Watch(ctx context.Context) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := f.Refresh(ctx)
		if err != nil && ctx.Err() == nil && !failing {
			f.opt.Log.ErrorContext(ctx, "figures: follow the ledger", "err", err)
		}
		failing = err != nil
	}
}

// Refresh takes in what was committed. It returns when every row committed
// before the call is counted.
func (f *Figures) Refresh(ctx context.Context) error {
	f.feed.Lock()
	defer f.feed.Unlock()
	return f.catchUp(ctx)
}

// Version is the number of the ledger up to which figures are complete.
func (f *Figures) Version() int64 {
	f.use.RLock()
	defer f.use.RUnlock()
	if f.eng == nil {
		return 0
	}
	return f.eng.Last()
}

// Span returns the first and last day with a row that was not reversed; ok is
// false for an empty ledger.
func (f *Figures) Span() (from, to Day, ok bool) {
	f.use.RLock()
	defer f.use.RUnlock()
	if f.eng == nil {
		return 0, 0, false
	}
	a, b, ok := f.eng.Span()
	return Day(a), Day(b), ok
}

// Close ends Figures and saves the snapshot if that is worth it.
func (f *Figures) Close() error {
	f.feed.Lock()
	defer f.feed.Unlock()
	f.jobs.Wait()
	if f.eng == nil {
		return nil
	}
	f.saveAtEnd()
	f.use.Lock()
	defer f.use.Unlock()
	err := f.eng.Close()
	f.eng = nil
	return err
}
