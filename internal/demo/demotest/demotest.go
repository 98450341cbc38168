// Package demotest gives tests a small city with two years of learning.
package demotest

import (
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/calendar"
	"xuedu/internal/chart"
	"xuedu/internal/db"
	"xuedu/internal/demo"
	"xuedu/internal/keys"
	"xuedu/internal/ledger"
	"xuedu/internal/pack"
	"xuedu/internal/sheet"
	"xuedu/packs"
)

// Today is the day of every test city.
var Today = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// Now is an instant of Today.
func Now() time.Time { return Today.Add(9 * time.Hour) }

// City is a city of a pack with the services that read it.
type City struct {
	demo.City
	Areas   *area.Service
	Ledger  *ledger.Service
	Figures *ledger.Figures
}

// New makes an empty city of a pack that ships.
func New(t testing.TB, d *db.DB, packName string) *City {
	t.Helper()
	fsys, err := packs.Open(packName)
	if err != nil {
		t.Fatal(err)
	}
	p, err := pack.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	c := &City{Areas: area.New(d, Now)}
	load(t, fsys, "data/areas.csv", func(src *sheet.Table) error {
		_, err := c.Areas.Import(t.Context(), src, area.ImportOptions{})
		return err
	})
	load(t, fsys, "data/population.csv", func(src *sheet.Table) error {
		_, err := c.Areas.ImportPopulation(t.Context(), src, area.ImportOptions{})
		return err
	})
	ring, err := keys.Create(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	held := func() *pack.Pack { return p }
	c.Ledger = ledger.New(d, c.Areas.Tree, held, ring, Now)
	if err := c.Ledger.SyncThemes(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.Figures = ledger.NewFigures(d, c.Areas.Tree, held, func() ledger.Populations { return c.Areas.Populations() }, ledger.FiguresOptions{})
	cal := p.WorkDays()
	c.City = demo.City{
		DB: d, Tree: c.Areas.Tree(), Pop: c.Areas.Populations(), Pack: p, Pseudonym: c.Ledger.Pseudonym, Seal: c.Ledger.SealContact,
		Off: func(day time.Time) bool { return cal.Reason(day).Kind == calendar.Holiday }, PasswordHash: "hash", Now: Now,
	}
	return c
}

// Fill makes a city and fills it; its figures are ready.
func Fill(t testing.TB, d *db.DB, packName string, o demo.Options) *City {
	t.Helper()
	c := New(t, d, packName)
	if _, err := demo.Make(t.Context(), c.City, o, func(string, int64, int64) {}); err != nil {
		t.Fatal(err)
	}
	if err := c.Figures.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Figures.Close() })
	return c
}

// Map returns the outlines of the city's pack, nil if it has none.
func (c *City) Map(t testing.TB) *chart.Outlines {
	t.Helper()
	text, ok := c.Pack.File("data/map.json")
	if !ok {
		return nil
	}
	o, err := chart.ParseOutlines([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func load(t testing.TB, fsys fs.FS, name string, f func(*sheet.Table) error) {
	t.Helper()
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		t.Fatal(err)
	}
	src, err := sheet.NewBytes(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := f(src); err != nil {
		t.Fatal(name, err)
	}
}
