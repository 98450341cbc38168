package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/google/uuid"

	"xuedu/internal/area"
	"xuedu/internal/config"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/indicator"
	"xuedu/internal/keys"
	"xuedu/internal/org"
	"xuedu/internal/pack"
	"xuedu/internal/sheet"
)

// InitOptions says which city is made.
type InitOptions struct {
	Pack      *pack.Pack
	Synthetic bool // activity data will be invented
	Now       func() time.Time
	// Step is told how far the import of a file of the pack is; nil for nobody.
	Step func(file string, done, total int)
}

// InitReport says what Init did.
type InitReport struct {
	City    pack.City
	KeyFile string
	Existed bool // the city was there: nothing was done
	Differs bool // … and its pack is another edition than the one given
	Areas   int
	People  int // population figures
	Orgs    int
}

// FileProblems is a data file of a pack that the city's registers refuse.
type FileProblems struct {
	File string
	List []area.Problem
	Err  error
}

func (e *FileProblems) Error() string { return e.File + ": " + e.Err.Error() }
func (e *FileProblems) Unwrap() error { return e.Err }

// Init makes an empty, usable city: schema, pack, areas, populations, bodies.
// A city that is there already is never touched: with the same pack nothing
// happens, with another Init fails with Conflict. What a crash has left half
// made is taken up again.
func Init(ctx context.Context, c config.Config, o InitOptions) (InitReport, error) {
	d, err := db.Open(ctx, c.DB)
	if err != nil {
		return InitReport{}, err
	}
	r, err := initCity(ctx, d, c, o)
	return r, errors.Join(err, d.Close())
}

func initCity(ctx context.Context, d *db.DB, c config.Config, o InitOptions) (InitReport, error) {
	if c.Clock != "" && !o.Synthetic {
		return InitReport{}, errs.New(errs.Conflict, "app.clock_real")
	}
	if err := prepareSchema(ctx, d); err != nil {
		return InitReport{}, err
	}
	m := &maker{o: o, db: d, packs: pack.New(d, Uses, o.Now), areas: area.New(d, o.Now)}
	city, err := m.packs.City(ctx)
	if errs.KindOf(err) == errs.NotFound {
		city, err = m.begin(ctx, c)
	}
	if err != nil {
		return InitReport{}, err
	}
	m.r.City = city
	if city.Made() {
		return m.existing(ctx)
	}
	if city.Pack != o.Pack.Name {
		return m.r, errs.New(errs.Conflict, "init.half_other", "Pack", city.Pack)
	}
	return m.r, m.make(ctx, c)
}

// prepareSchema brings the schema to this program's version; one that is newer
// is left alone.
func prepareSchema(ctx context.Context, d *db.DB) error {
	now, newest, err := d.Version(ctx)
	if err != nil {
		return err
	}
	if now > newest {
		return errs.New(errs.Unavailable, "app.schema_new", "Now", now, "Newest", newest)
	}
	_, err = d.Migrate(ctx)
	return err
}

// maker makes one city.
type maker struct {
	o     InitOptions
	r     InitReport
	db    *db.DB
	packs *pack.Service
	areas *area.Service
}

// begin writes down that the city is being made. From then on its key file is
// known to be its own, so a crash leaves nothing that stands in the way; a key
// file that is there before belongs to somebody else and is refused.
func (m *maker) begin(ctx context.Context, c config.Config) (pack.City, error) {
	id := uuid.Must(uuid.NewV7()).String()
	path, err := KeyPath(c, m.db, id)
	if err != nil {
		return pack.City{}, err
	}
	if _, err := os.Stat(path); err == nil {
		return pack.City{}, errs.New(errs.Conflict, "keys.exists", "Path", path)
	}
	return m.packs.Begin(ctx, pack.City{ID: id, Pack: m.o.Pack.Name, Synthetic: m.o.Synthetic})
}

// existing reports on a city that is there already.
func (m *maker) existing(ctx context.Context) (InitReport, error) {
	m.r.Existed = true
	if m.r.City.Pack != m.o.Pack.Name {
		return m.r, errs.New(errs.Conflict, "init.other_pack", "Have", m.r.City.Pack, "Want", m.o.Pack.Name)
	}
	p, err := pack.Stored(ctx, m.db.Read)
	m.r.Differs = err == nil && p.Digest() != m.o.Pack.Digest()
	return m.r, err
}

func (m *maker) make(ctx context.Context, c config.Config) error {
	ring, err := m.keys(c)
	if err != nil {
		return err
	}
	if err := m.areas.Reload(ctx); err != nil {
		return err
	}
	if err := m.registers(ctx); err != nil {
		return err
	}
	give := func() *pack.Pack { return m.o.Pack }
	if err := syncThemes(ctx, m.db, give, m.o.Now); err != nil {
		return err
	}
	if _, err := indicator.New(m.db, nil, give, nil, m.o.Now).Adopt(ctx, m.o.Pack.Name+" "+m.o.Pack.Version); err != nil {
		return err
	}
	if err := adoptForms(ctx, m.db, m.o.Pack, m.o.Now); err != nil {
		return err
	}
	if err := adoptTargets(ctx, countless(m.db, m.areas.Tree, m.o.Pack, m.o.Now), m.o.Pack, ""); err != nil {
		return err
	}
	if err := m.packs.Finish(ctx, m.r.City, m.o.Pack, ring.Fingerprint()); err != nil {
		return err
	}
	m.r.City, err = m.packs.City(ctx)
	return err
}

// keys makes the city's secrets, or takes those that a crash has left.
func (m *maker) keys(c config.Config) (*keys.Ring, error) {
	path, err := KeyPath(c, m.db, m.r.City.ID)
	if err != nil {
		return nil, err
	}
	m.r.KeyFile = path
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return keys.Create(path)
	}
	return keys.Load(path)
}

// registers brings the pack's data into the city's registers. Each file goes
// in wholly or not at all, and again without harm.
func (m *maker) registers(ctx context.Context) (err error) {
	take := func(s *sheet.Table, o area.ImportOptions) (area.ImportReport, error) {
		return m.areas.Import(ctx, s, o)
	}
	if m.r.Areas, err = m.bring("data/areas.csv", take); err != nil {
		return err
	}
	count := func(s *sheet.Table, o area.ImportOptions) (area.ImportReport, error) {
		return m.areas.ImportPopulation(ctx, s, o)
	}
	if m.r.People, err = m.bring("data/population.csv", count); err != nil {
		return err
	}
	orgs := org.New(m.db, m.areas.Tree, func() *pack.Pack { return m.o.Pack }, m.o.Now)
	name := func(s *sheet.Table, o area.ImportOptions) (area.ImportReport, error) {
		r, err := orgs.Import(ctx, s, org.ImportOptions{Name: o.Name, Strict: true})
		out := area.ImportReport{Rows: r.Rows}
		for _, j := range r.Rejects {
			out.Problems = append(out.Problems, area.Problem{Line: j.Line, Field: j.Column, Key: j.Err.Key, Args: j.Err.Args})
		}
		return out, err
	}
	m.r.Orgs, err = m.bring("data/orgs.csv", name)
	return err
}

type importFunc func(*sheet.Table, area.ImportOptions) (area.ImportReport, error)

// bring imports one file of the pack and returns its rows. A pack need not
// have the file.
func (m *maker) bring(file string, f importFunc) (int, error) {
	content, ok := m.o.Pack.File(file)
	if !ok {
		return 0, nil
	}
	t, err := sheet.NewBytes([]byte(content))
	if err != nil {
		return 0, err
	}
	defer t.Close()
	r, err := f(t, area.ImportOptions{Name: m.o.Pack.Name + "/" + file, Progress: func(done, total int) {
		if m.o.Step != nil {
			m.o.Step(file, done, total)
		}
	}})
	if len(r.Problems) > 0 {
		return 0, &FileProblems{File: file, List: r.Problems, Err: errs.New(errs.Conflict, "init.bad_data", "File", file)}
	}
	return r.Rows, err
}
