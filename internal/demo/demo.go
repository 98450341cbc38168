// Package demo fills a new city with invented learning: institutions, staff,
// classes, residents and two years of attendances with plausible patterns.
// The same seed, scale, day and pack make the same city.
package demo

import (
	"context"
	"math/rand/v2"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/ledger"
	"xuedu/internal/pack"
)

// Months is how many complete months of learning a demo city looks back on.
const Months = 24

// rowsAtFull is how many attendances a city has at scale 1.
const rowsAtFull = 20_000_000

// Options say how large a city is made, and which.
type Options struct {
	Scale float64   // share of a full city's learners and attendances, above 0, at most 1
	Seed  uint64    // another seed, another city
	Today time.Time // a day of the city; what was held before it is recorded
}

// City is the empty city that is filled, with what demo needs of other parts.
type City struct {
	DB   *db.DB
	Tree *area.Tree
	Pop  *area.Populations
	Pack *pack.Pack
	// Off reports whether no class meets on a day: a public holiday.
	Off func(time.Time) bool
	// Pseudonym turns the key of a resident into the ledger's.
	Pseudonym func(key string) string
	// Seal encrypts a name and a telephone, and makes the tag by which the
	// telephone is found again.
	Seal func(personID int64, name, phone string) (sealed, tag string, err error)
	// PasswordHash is of the one password all demo accounts have.
	PasswordHash string
	Now          func() time.Time
}

// Progress hears what is being done: an i18n key, and how far it is.
type Progress func(step string, done, total int64)

// Step is how long one part took.
type Step struct {
	Key  string // i18n key
	Took time.Duration
	Rows int64
}

// Report is what was made.
type Report struct{ Steps []Step }

// maker holds a city while it is being made.
type maker struct {
	City
	opt    Options
	words  *words
	lang   string
	now    time.Time
	notify Progress
	report Report

	places   []place
	streets  []group
	district []group
	orgs     []org
	teachers []teacher
	acts     []act
	actKey   map[actID]int32
	classes  []class
	meetings []meeting
	themes   []themeUse
	desk     desk
	wrong    []wrongRow // attendances that will be corrected
}

// rng returns a source of chance of its own for each part, so that a change in
// one leaves the others as they were.
func (m *maker) rng(part uint64) *rand.Rand { return rand.New(rand.NewPCG(m.opt.Seed, part)) }

// Make fills the city of c. It fails with Invalid if an option is out of range
// or the city has no areas, and with Conflict if it has institutions of a
// demo or attendances already.
func Make(ctx context.Context, c City, o Options, p Progress) (Report, error) {
	if !(o.Scale > 0 && o.Scale <= 1) {
		return Report{}, errs.InvalidField("scale", "demo.bad_scale")
	}
	if c.Tree.Len() == 0 || len(c.Pack.Themes) == 0 {
		return Report{}, errs.New(errs.Invalid, "demo.no_areas")
	}
	w, lang, err := loadWords(c.Pack)
	if err != nil {
		return Report{}, err
	}
	m := &maker{City: c, opt: o, words: w, lang: lang, now: c.Now().UTC().Truncate(time.Millisecond), notify: p}
	if err := m.refuseUsed(ctx); err != nil {
		return Report{}, err
	}
	for _, step := range []struct {
		key string
		run func(context.Context) (int64, error)
	}{
		{"demo.step.plan", m.plan},
		{"demo.step.orgs", m.writeOrgs},
		{"demo.step.classes", m.writeClasses},
		{"demo.step.learning", m.writeLearning},
		{"demo.step.corrections", m.writeCorrections},
		{"demo.step.finish", m.finish},
	} {
		began := time.Now()
		rows, err := step.run(ctx)
		if err != nil {
			return Report{}, err
		}
		m.report.Steps = append(m.report.Steps, Step{Key: step.key, Took: time.Since(began), Rows: rows})
	}
	return m.report, nil
}

func (m *maker) refuseUsed(ctx context.Context) error {
	var n int64
	err := m.DB.Read.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM class) + (SELECT count(*) FROM session)`).Scan(&n)
	if err != nil {
		return err
	}
	if n > 0 {
		return errs.New(errs.Conflict, "demo.used")
	}
	return nil
}

// plan invents everything but the learners, in memory.
func (m *maker) plan(ctx context.Context) (int64, error) {
	if err := m.loadThemes(ctx); err != nil {
		return 0, err
	}
	m.planPlaces()
	m.planOrgs()
	m.planClasses()
	m.planDesk()
	return int64(len(m.classes)), nil
}

// window is the days of which attendances are recorded: from the first of the
// month Months before this one up to yesterday.
func (m *maker) window() (from, today time.Time) {
	t := m.opt.Today
	today = time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	return time.Date(t.Year(), t.Month()-Months, 1, 0, 0, 0, 0, time.UTC), today
}

func day(t time.Time) int64 { return int64(ledger.DayOf(t)) }
