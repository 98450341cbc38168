package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/calendar"
	"xuedu/internal/config"
	"xuedu/internal/db"
	"xuedu/internal/demo"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// DemoOptions says which demo city is made.
type DemoOptions struct {
	Pack     *pack.Pack
	Dir      string // folder of the city, unless the configuration names a PostgreSQL
	Make     demo.Options
	Now      func() time.Time
	Progress demo.Progress
}

const (
	demoFile   = "city.db"
	demoMaking = "making" // folder in which a city is made; it moves when it is finished
)

// DemoConfig returns c with the database of a demo city: the PostgreSQL that
// it names, or a file in dir. Attachments are in dir unless c says where.
func DemoConfig(c config.Config, dir string) config.Config {
	if !onPostgres(c) {
		c.DB, c.KeyFile = "sqlite:"+filepath.Join(dir, demoFile), ""
	} else if c.FilesDir == "" {
		c.FilesDir = filepath.Join(dir, demoFile+besideFile)
	}
	return c
}

func onPostgres(c config.Config) bool { return strings.HasPrefix(c.DB, "postgres") }

// DemoThere reports whether c holds a finished demo city. A city of another
// kind fails with Conflict: it is never touched.
func DemoThere(ctx context.Context, c config.Config) (bool, error) {
	if path, ok := strings.CutPrefix(c.DB, "sqlite:"); ok {
		if _, err := os.Stat(path); err != nil {
			return false, nil
		}
	}
	d, err := db.Open(ctx, c.DB)
	if err != nil {
		return false, err
	}
	defer d.Close()
	if now, _, err := d.Version(ctx); err != nil || now == 0 {
		return false, err
	}
	city, err := pack.CityOf(ctx, d.Read)
	if errs.KindOf(err) == errs.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !city.Synthetic {
		return false, errs.New(errs.Conflict, "demo.real_city")
	}
	made, err := demo.Made(ctx, d.Read)
	if err == nil && !made && onPostgres(c) {
		err = errs.New(errs.Conflict, "demo.half_made")
	}
	return made, err
}

// MakeDemo makes a demo city. On SQLite it is made aside and moves into its
// folder when it is finished, so a folder never holds half a city.
func MakeDemo(ctx context.Context, c config.Config, o DemoOptions) (demo.Report, error) {
	if onPostgres(c) {
		return fillDemo(ctx, c, o)
	}
	aside := filepath.Join(o.Dir, demoMaking)
	if err := os.RemoveAll(aside); err != nil {
		return demo.Report{}, err
	}
	if err := os.MkdirAll(aside, 0o700); err != nil {
		return demo.Report{}, err
	}
	r, err := fillDemo(ctx, DemoConfig(c, aside), o)
	if err != nil {
		return r, errors.Join(err, os.RemoveAll(aside))
	}
	return r, errors.Join(moveDemo(aside, o.Dir), os.RemoveAll(aside))
}

// moveDemo moves a finished city; the database last: it says that all is there.
func moveDemo(from, to string) error {
	files := demoFile + besideFile
	if err := os.RemoveAll(filepath.Join(to, files)); err != nil {
		return err
	}
	for _, name := range []string{files, demoFile + ".key", demoFile} {
		err := os.Rename(filepath.Join(from, name), filepath.Join(to, name))
		if name == files && errors.Is(err, fs.ErrNotExist) {
			continue // a pack without programmes has no attachments
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func fillDemo(ctx context.Context, c config.Config, o DemoOptions) (demo.Report, error) {
	step := func(_ string, done, total int) { o.Progress("demo.step.areas", int64(done), int64(total)) }
	began := time.Now()
	if _, err := Init(ctx, c, InitOptions{Pack: o.Pack, Synthetic: true, Now: o.Now, Step: step}); err != nil {
		return demo.Report{}, err
	}
	took := time.Since(began)
	a, err := Open(ctx, c)
	if err != nil {
		return demo.Report{}, err
	}
	cal := a.Calendar()
	if o.Make.Today.IsZero() {
		o.Make.Today = o.Now().In(a.Zone())
	}
	r, err := demo.Make(ctx, demo.City{
		DB: a.DB, Tree: a.Areas.Tree(), Pop: a.Areas.Populations(), Pack: a.Packs.Pack(),
		Off:       func(day time.Time) bool { return cal.Reason(day).Kind == calendar.Holiday },
		Pseudonym: a.Ledger.Pseudonym, Seal: a.Ledger.SealContact,
		PasswordHash: account.DefaultPolicy().Hash.HashPassword(demo.Password), Now: o.Now,
	}, o.Make, o.Progress)
	if err == nil {
		began := time.Now()
		o.Progress("demo.step.returns", 0, 1)
		var cells int64
		cells, err = a.makeDemoReturns(ctx, o.Make.Today)
		r.Steps = append(r.Steps, demo.Step{Key: "demo.step.returns", Took: time.Since(began), Rows: cells})
	}
	if err == nil {
		began := time.Now()
		var n int64
		n, err = a.makeDemoSeries(ctx, o.Make.Today)
		r.Steps = append(r.Steps, demo.Step{Key: "demo.step.series", Took: time.Since(began), Rows: n})
	}
	if err == nil {
		began := time.Now()
		var n int64
		n, err = a.makeDemoAwards(ctx, o.Make.Today, o.Progress)
		r.Steps = append(r.Steps, demo.Step{Key: "demo.step.awards", Took: time.Since(began), Rows: n})
	}
	if err == nil {
		began := time.Now()
		o.Progress("demo.step.reports", 0, 1)
		var n int64
		n, err = a.makeDemoReports(ctx, o.Make.Today)
		r.Steps = append(r.Steps, demo.Step{Key: "demo.step.reports", Took: time.Since(began), Rows: n})
	}
	if err == nil {
		began := time.Now()
		o.Progress("demo.step.evaluations", 0, 1)
		var n int64
		n, err = a.makeDemoEvaluations(ctx, o.Make.Today)
		r.Steps = append(r.Steps, demo.Step{Key: "demo.step.evaluations", Took: time.Since(began), Rows: n})
	}
	r.Steps = append([]demo.Step{{Key: "demo.step.areas", Took: took, Rows: int64(a.Areas.Tree().Len())}}, r.Steps...)
	return r, errors.Join(err, a.Close())
}

// ResetDemo removes the demo city in a folder, and nothing else there.
func ResetDemo(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, demoFile+"*"))
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := os.RemoveAll(f); err != nil {
			return err
		}
	}
	return nil
}
