// Package app puts the program together: it is the only place that knows all
// domains.
package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/attach"
	"xuedu/internal/accredit/award"
	"xuedu/internal/accredit/ballot"
	"xuedu/internal/accredit/decide"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/accredit/panel"
	"xuedu/internal/accredit/visit"
	"xuedu/internal/activity"
	"xuedu/internal/activity/activityhttp"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/calendar"
	"xuedu/internal/config"
	"xuedu/internal/credential/issue"
	"xuedu/internal/db"
	"xuedu/internal/draw/register"
	"xuedu/internal/errs"
	"xuedu/internal/evaluation"
	"xuedu/internal/i18n"
	"xuedu/internal/indicator"
	"xuedu/internal/job"
	"xuedu/internal/keys"
	"xuedu/internal/ledger"
	"xuedu/internal/measure"
	"xuedu/internal/monitor"
	"xuedu/internal/org"
	"xuedu/internal/pack"
	"xuedu/internal/pdf"
	"xuedu/internal/publish"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/form"
	"xuedu/internal/subscription"
	"xuedu/internal/web"
)

// App is an opened city.
type App struct {
	Config config.Config
	DB     *db.DB
	Bundle *i18n.Bundle
	Log    *slog.Logger
	Ring   *keys.Ring
	City   pack.City

	Packs    *pack.Service
	Areas    *area.Service
	Accounts *account.Service
	Orgs     *org.Service
	Audit    *audit.Service
	Ledger   *ledger.Service
	Figures  *ledger.Figures // ready after StartFigures

	Rosters    *activity.Recounter // counts of rosters
	Series     *measure.Series     // official figures from outside
	Engine     *measure.Engine     // of measures; those of the ledger need StartFigures
	Indicators *indicator.Service
	Forms      *form.Service
	Returns    *statistic.Service

	Calls       *accredit.Service // calls and applications
	Awards      *award.Service    // their register, and guidance
	Experts     *expert.Service   // the pool, and who may not judge what
	Attachments *attach.Store     // their files
	Draws       *register.Service // verifiable draws
	Decisions   *decide.Service   // results, notices, objections
	Panels      *panel.Service    // seats and assignments of experts
	Ballots     *ballot.Service   // what experts write
	Visits      *visit.Service    // to the sites of applications

	Printer *pdf.Printer     // of pages as PDF
	Monitor *monitor.Service // reports that are being written

	Evaluations *evaluation.Service // of districts

	Credentials *issue.Service // verifiable ones, of awards

	Subscriptions *subscription.Service // to news of reports
	Publish       *publish.Service      // reports that were frozen

	Jobs    *job.Queue
	Metrics *web.Metrics

	now    func() time.Time // asks clock
	clock  func() time.Time
	remote func(*http.Request) string // address a request came from
}

// Open opens the city of a configuration. It fails with Unavailable where the
// database holds no city, its schema is older or newer than this program, or
// the city's key file is missing; with Conflict if a clock is set for a real city.
func Open(ctx context.Context, c config.Config) (*App, error) {
	b, err := i18n.Load()
	if err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, c.DB)
	if err != nil {
		return nil, err
	}
	a := &App{Config: c, DB: d, Bundle: b, Log: Logger(c), clock: time.Now}
	a.now = func() time.Time { return a.clock() }
	if err := a.load(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return a, nil
}

func (a *App) load(ctx context.Context) error {
	if err := checkSchema(ctx, a.DB); err != nil {
		return err
	}
	if err := checkSite(a.Config.Site); err != nil {
		return err
	}
	a.wireKernel()
	var err error
	if a.City, err = a.Packs.City(ctx); err != nil {
		return err
	}
	if !a.City.Made() {
		return errs.New(errs.Unavailable, "app.half_made")
	}
	if a.Ring, err = Keys(a.Config, a.DB, a.City); err != nil {
		return err
	}
	if _, err := a.Packs.Load(ctx); err != nil {
		return err
	}
	if err := a.setClock(); err != nil {
		return err
	}
	if err := a.Areas.Reload(ctx); err != nil {
		return err
	}
	return a.wireDomains()
}

// wireKernel makes what needs neither the city's keys nor its pack.
func (a *App) wireKernel() {
	a.Packs = pack.New(a.DB, Uses, a.now)
	a.Areas = area.New(a.DB, a.now)
}

// wireDomains makes the domains; each gets from the others what it asks for.
func (a *App) wireDomains() error {
	rules, err := policy(a.Config, a.Packs.Pack)
	if err != nil {
		return err
	}
	if a.remote, err = remote(a.Config); err != nil {
		return err
	}
	a.Audit = audit.New(a.DB, a.Ring.Audit, a.now)
	a.Accounts = account.New(a.DB, rules, a.now)
	a.Orgs = org.New(a.DB, a.Areas.Tree, a.Packs.Pack, a.now)
	a.Ledger = ledger.New(a.DB, a.Areas.Tree, a.Packs.Pack, a.Ring, a.now)
	a.Rosters = activity.NewRecounter(a.DB, activityhttp.Book{Ledger: a.Ledger})
	a.Printer = pdf.New(a.Config.Chromium)
	a.wireStatistics()
	a.wireAccreditation()
	a.wireMonitor()
	a.wireCredentials()
	if err := a.wireSubscriptions(); err != nil {
		return err
	}
	a.wireEvaluation()
	a.Jobs = a.newJobs()
	a.Metrics = a.newMetrics()
	return nil
}

// Close ends what Open and StartFigures began.
func (a *App) Close() error {
	if a.Figures == nil {
		return a.DB.Close()
	}
	return errors.Join(a.Figures.Close(), a.DB.Close())
}

// Calendar returns the working days of the pack in force.
func (a *App) Calendar() *calendar.Calendar { return a.Packs.Pack().WorkDays() }

// Zone returns the city's time zone, UTC where the pack names none.
func (a *App) Zone() *time.Location { return zoneOf(a.Packs.Pack()) }

func zoneOf(p *pack.Pack) *time.Location {
	loc, err := time.LoadLocation(p.TimeZone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// checkSchema fails unless the schema is the one this program knows.
func checkSchema(ctx context.Context, d *db.DB) error {
	now, newest, err := d.Version(ctx)
	switch {
	case err != nil:
		return err
	case now == 0:
		return errs.New(errs.Unavailable, "app.no_city")
	case now < newest:
		return errs.New(errs.Unavailable, "app.schema_old", "Now", now, "Newest", newest)
	case now > newest:
		return errs.New(errs.Unavailable, "app.schema_new", "Now", now, "Newest", newest)
	}
	return nil
}

// KeyPath returns where the key file of a city is.
func KeyPath(c config.Config, d *db.DB, cityID string) (string, error) {
	if c.KeyFile != "" {
		return c.KeyFile, nil
	}
	return keys.PathFor(d.SQLitePath(), cityID)
}

// Keys loads the secrets of a city and refuses those of another.
func Keys(c config.Config, d *db.DB, city pack.City) (*keys.Ring, error) {
	path, err := KeyPath(c, d, city.ID)
	if err != nil {
		return nil, err
	}
	ring, err := keys.Load(path)
	if err != nil {
		return nil, err
	}
	if ring.Fingerprint() != city.KeyFingerprint {
		return nil, errs.New(errs.Unavailable, "keys.wrong", "Path", path)
	}
	return ring, nil
}

// Logger returns the program's log, on standard error.
func Logger(c config.Config) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	opt := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, opt))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, opt))
}
