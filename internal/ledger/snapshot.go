package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/ledger/engine"
)

// SnapshotPath returns the place of a city's snapshot: in cacheDir if that is
// given, else beside a SQLite file, else in the user's cache folder. "" means
// that there is no such folder; figures are then built anew at each start.
func SnapshotPath(cacheDir, sqlitePath, cityID string) string {
	if cacheDir == "" && sqlitePath != "" {
		return sqlitePath + ".engine"
	}
	if cacheDir == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			return ""
		}
		cacheDir = filepath.Join(dir, "xuedu")
	}
	return filepath.Join(cacheDir, cityID+".engine")
}

// load opens the snapshot; nil without an error means: build from the ledger.
func (f *Figures) load(ctx context.Context, tree *area.Tree) (*engine.Engine, error) {
	if f.opt.Snapshot == "" {
		return nil, nil
	}
	began := time.Now()
	e, err := engine.Open(f.opt.Snapshot, f.opt.City, tree)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		f.opt.Log.WarnContext(ctx, "figures: snapshot not used, reading the ledger", "file", f.opt.Snapshot, "err", err)
		return nil, nil
	}
	ok, err := f.fits(ctx, e)
	if err != nil || !ok {
		if err == nil {
			f.opt.Log.WarnContext(ctx, "figures: snapshot is of another state of the ledger, reading the ledger", "file", f.opt.Snapshot)
		}
		return nil, errors.Join(err, e.Close())
	}
	f.opt.Log.DebugContext(ctx, "figures: snapshot loaded", "file", f.opt.Snapshot, "version", e.Last(), "took", time.Since(began))
	return e, nil
}

// fits reports whether the snapshot was made from this ledger: a database that
// was restored from a backup may be older, or have gone another way since.
func (f *Figures) fits(ctx context.Context, e *engine.Engine) (bool, error) {
	last, err := f.lastNumber(ctx)
	if err != nil {
		return false, err
	}
	saved, mark := e.Saved()
	if saved > last {
		return false, nil
	}
	var at int64
	if _, err := fmt.Sscan(mark, &at); err != nil || at > last {
		return false, nil
	}
	now, err := f.mark(ctx, at)
	return now == mark, err
}

// mark tells one state of the ledger from another: the number it speaks of, the
// last row and the last reversal up to it.
func (f *Figures) mark(ctx context.Context, last int64) (string, error) {
	var id, person, session, batch, day, reversal int64
	err := f.db.Read.QueryRowContext(ctx, `SELECT id, person_id, session_id, batch_id, day FROM attendance WHERE id <= $1 ORDER BY id DESC LIMIT 1`, last).
		Scan(&id, &person, &session, &batch, &day)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read last row: %w", err)
	}
	err = f.db.Read.QueryRowContext(ctx, `SELECT COALESCE(max(id), 0) FROM reversal WHERE id <= $1`, last).Scan(&reversal)
	if err != nil {
		return "", fmt.Errorf("read last reversal: %w", err)
	}
	return fmt.Sprint(last, id, person, session, batch, day, reversal), nil
}

// orInMemory runs make with the snapshot's file. Where that cannot be written,
// say because the disk is full, it runs make once more without: figures must
// be there even if the next start takes longer.
func (f *Figures) orInMemory(make func(path string) (*engine.Engine, error)) (*engine.Engine, error) {
	e, err := make(f.opt.Snapshot)
	if f.opt.Snapshot == "" || !errors.Is(err, engine.ErrWrite) {
		return e, err
	}
	f.opt.Log.Warn("figures: no snapshot can be kept", "file", f.opt.Snapshot, "err", err)
	return make("")
}

func (f *Figures) options(ctx context.Context, last int64) (engine.Options, error) {
	mark, err := f.mark(ctx, last)
	return engine.Options{Path: f.opt.Snapshot, City: f.opt.City, Last: last, Mark: mark}, err
}

// Compaction is due when the overlay holds this many rows, and a share of the
// base.
const (
	overlayMin   = 100_000
	overlayShare = 20
)

// compactIfDue starts a compaction in the background. f.feed is held.
func (f *Figures) compactIfDue() {
	base, over := f.eng.Size()
	if over < overlayMin || over < base/overlayShare || !f.busy.CompareAndSwap(false, true) {
		return
	}
	e := f.eng
	f.jobs.Go(func() {
		defer f.busy.Store(false)
		f.compact(e)
	})
}

func (f *Figures) compact(e *engine.Engine) {
	opt, err := f.options(context.Background(), e.Last())
	if err == nil {
		err = e.Compact(opt)
	}
	if err != nil {
		f.opt.Log.Warn("figures: new snapshot", "file", f.opt.Snapshot, "err", err)
	}
}

// saveAtEnd writes the snapshot where the next start would have much to read,
// or where writing is quick. f.feed is held.
func (f *Figures) saveAtEnd() {
	const quick, much = 2_000_000, 200_000
	base, over := f.eng.Size()
	saved, _ := f.eng.Saved()
	if f.opt.Snapshot == "" || f.eng.Last() == saved || over == 0 || base > quick && over < much {
		return
	}
	f.compact(f.eng)
}
