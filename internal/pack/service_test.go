package pack_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// inUse is the codes that records of the city hold.
type inUse map[string]int64

func (u inUse) count(_ context.Context, _ db.Querier, kind pack.Kind, codes []string) (map[string]int64, error) {
	out := map[string]int64{}
	for _, c := range codes {
		if n := u[string(kind)+" "+c]; n > 0 {
			out[c] = n
		}
	}
	return out, nil
}

func newService(d *db.DB, u inUse) *pack.Service {
	return pack.New(d, u.count, func() time.Time { return noon })
}

// made returns the service of a city with the minimal pack.
func made(t *testing.T, d *db.DB, u inUse) *pack.Service {
	t.Helper()
	s := newService(d, u)
	p := embedded(t, "minimal")
	c, err := s.Begin(t.Context(), pack.City{ID: "c1", Pack: p.Name})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Finish(t.Context(), c, p, "abcd"); err != nil {
		t.Fatal(err)
	}
	return s
}

func load(t *testing.T, edits ...edit) *pack.Pack {
	t.Helper()
	p, err := pack.Load(edited(t, edits...))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCity(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(d, nil)
		if _, err := s.City(t.Context()); errs.KindOf(err) != errs.NotFound {
			t.Errorf("City = %v, want NotFound", err)
		}
		if _, err := s.Load(t.Context()); errs.KindOf(err) != errs.NotFound {
			t.Errorf("Load = %v, want NotFound", err)
		}
		c, err := s.Begin(t.Context(), pack.City{ID: "c1", Pack: "minimal", KeyFingerprint: "early"})
		if err != nil || c.Made() {
			t.Fatalf("Begin = %+v, %v; want half made", c, err)
		}
		again, err := s.Begin(t.Context(), pack.City{ID: "c2", Pack: "other"})
		if err != nil || again.ID != "c1" || again.Pack != "minimal" {
			t.Errorf("Begin again = %+v, %v; want the first one", again, err)
		}
		if err := s.Finish(t.Context(), c, embedded(t, "minimal"), "abcd"); err != nil {
			t.Fatal(err)
		}
		c, err = s.City(t.Context())
		if err != nil || !c.Made() || c.PackVersion != "1.0" || !c.CreatedAt.Equal(noon) {
			t.Errorf("City = %+v, %v", c, err)
		}
		p, err := newService(d, nil).Load(t.Context())
		if err != nil || p.Digest() != embedded(t, "minimal").Digest() {
			t.Errorf("Load = %v; the stored pack is another one", err)
		}
	})
}

func TestApply(t *testing.T) { // P1.4
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := made(t, d, nil)
		other := newService(d, nil) // another process
		if _, err := other.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		p := load(t,
			edit{"pack.yaml", `version: "1.0"`, `version: "1.1"`},
			edit{"themes.yaml", "- {code: crafts, name: {zh-CN: 手工, en: Crafts}}", "- {code: song, name: {zh-CN: 歌, en: Song}}"},
			edit{"age-bands.yaml", "en: 60 and over", "en: 60+"},
			edit{"README.md", "", "hello"})
		if _, err := s.Apply(t.Context(), p, "  "); errs.KindOf(err) != errs.Invalid {
			t.Errorf("Apply without a reason = %v, want Invalid", err)
		}
		changes, err := s.Apply(t.Context(), p, "a new theme")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range changes {
			got = append(got, c.String())
		}
		want := `changed pack pack: version "1.0" → "1.1"; removed theme crafts; added theme song; changed age_band 60+: name.en "60 and over" → "60+"; added file README.md`
		if strings.Join(got, "; ") != want {
			t.Errorf("Apply = %s\nwant    %s", strings.Join(got, "; "), want)
		}
		if s.Pack().Version != "1.1" {
			t.Error("the pack is not in force")
		}
		if c, _ := s.City(t.Context()); c.PackVersion != "1.1" {
			t.Errorf("the city says %s", c.PackVersion)
		}
		var reason, detail string
		if err := d.Read.QueryRow(`SELECT reason, detail FROM audit_entry WHERE verb = 'pack:apply' ORDER BY seq`).Scan(&reason, &detail); err != nil {
			t.Fatal(err)
		}
		if reason != "a new theme" || !strings.Contains(detail, "removed theme crafts") {
			t.Errorf("the trail says %q, %s", reason, detail)
		}
		if changes, err := s.Apply(t.Context(), p, "again"); err != nil || len(changes) > 0 {
			t.Errorf("Apply again = %v, %v; want nothing", changes, err)
		}
		if yes, err := other.Refresh(t.Context()); err != nil || !yes || other.Pack().Version != "1.1" {
			t.Errorf("Refresh = %v, %v, version %s", yes, err, other.Pack().Version)
		}
		if yes, err := other.Refresh(t.Context()); err != nil || yes {
			t.Errorf("Refresh again = %v, %v", yes, err)
		}
	})
}

func TestWatch(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	s := made(t, d, nil)
	other := newService(d, nil)
	ctx, stop := context.WithCancel(t.Context())
	tick, ended, failures := make(chan time.Time), make(chan struct{}), make(chan error, 9)
	go func() {
		other.Watch(ctx, tick, func(err error) { failures <- err })
		close(ended)
	}()
	tick <- noon
	tick <- noon // taken only when the first is dealt with
	if other.Pack().Version != "1.0" {
		t.Errorf("version %s, want 1.0", other.Pack().Version)
	}
	if _, err := s.Apply(t.Context(), load(t, edit{"pack.yaml", `version: "1.0"`, `version: "1.1"`}), "x"); err != nil {
		t.Fatal(err)
	}
	tick <- noon
	tick <- noon
	if other.Pack().Version != "1.1" {
		t.Errorf("version %s, want 1.1", other.Pack().Version)
	}
	if _, err := d.Write.Exec(`UPDATE pack_file SET content = 'x: [', sha256 = 'y' WHERE path = 'themes.yaml'`); err != nil {
		t.Fatal(err)
	}
	tick <- noon
	if err := <-failures; errs.KindOf(err) != errs.Unavailable || other.Pack().Version != "1.1" {
		t.Errorf("a spoilt pack: %v, version %s; want Unavailable and the old one in force", err, other.Pack().Version)
	}
	stop()
	<-ended
}

func TestApplyRefuses(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := made(t, d, inUse{"theme crafts": 7, "org_type partner": 2, "area QH-1-1-01": 1})
		for _, tt := range []struct {
			name string
			p    *pack.Pack
			key  string
		}{
			{"theme in use", load(t, edit{"themes.yaml", "code: crafts", "code: craft"}), "pack.in_use.theme"},
			{"type in use", load(t, edit{"org-types.yaml", "- {code: partner,", "- {code: friend,"}, edit{"data/orgs.csv", ",partner,", ",friend,"}), "pack.in_use.org_type"},
			{"area in use", load(t, edit{"data/areas.csv", "QH-1-1-01,桥南社区,Qiaonan,QH-1-1,community\n", ""}), "pack.in_use.area"},
			{"another city", embedded(t, "beijing-2021"), "pack.other_root"},
		} {
			before := s.Pack()
			_, err := s.Apply(t.Context(), tt.p, "because")
			if e, ok := err.(*errs.Error); !ok || e.Kind != errs.Conflict || e.Key != tt.key {
				t.Errorf("%s: Apply = %v, want %s", tt.name, err, tt.key)
			}
			if s.Pack() != before {
				t.Errorf("%s: the refused pack is in force", tt.name)
			}
		}
		if p, err := s.Load(t.Context()); err != nil || p.Digest() != embedded(t, "minimal").Digest() {
			t.Errorf("something was written: %v", err)
		}
		if _, err := s.Apply(t.Context(), load(t, edit{"themes.yaml", "en: Crafts", "en: Handicraft"}), "a better name"); err != nil {
			t.Errorf("a new name of a theme in use: %v", err)
		}
	})
}

func TestApplyWithoutCity(t *testing.T) {
	t.Parallel()
	if _, err := newService(dbtest.SQLite(t), nil).Apply(t.Context(), embedded(t, "minimal"), "x"); errs.KindOf(err) != errs.NotFound {
		t.Errorf("Apply = %v, want NotFound", err)
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	a, b := embedded(t, "minimal"), embedded(t, "beijing-2021")
	if d := pack.Diff(a, a); len(d) > 0 {
		t.Errorf("a pack differs from itself: %v", d)
	}
	there, back := pack.Diff(a, b), pack.Diff(b, a)
	if len(there) != len(back) || len(there) < 8000 { // every area of Beijing is one
		t.Errorf("%d differences there, %d back", len(there), len(back))
	}
	n := map[string]int{}
	for _, c := range pack.Sum(there) {
		n[fmt.Sprint(c.Op, " ", c.Kind)] = c.N
	}
	if n["added area"] != 7901 || n["removed area"] != 43 || n["added theme"] != 13 || n["removed theme"] != 2 {
		t.Errorf("Sum = %v", n)
	}
}

// What Diff says was added and removed is the difference of the codes.
func TestDiffIsSymmetric(t *testing.T) {
	t.Parallel()
	codes := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f"}), rapid.ID)
	rapid.Check(t, func(t *rapid.T) {
		mk := func(label string) *pack.Pack {
			p := &pack.Pack{}
			for _, c := range codes.Draw(t, label) {
				p.Themes = append(p.Themes, pack.Coded{Code: c})
			}
			return p
		}
		a, b := mk("a"), mk("b")
		has := func(p *pack.Pack, code string) bool {
			for _, c := range p.Themes {
				if c.Code == code {
					return true
				}
			}
			return false
		}
		for _, c := range pack.Diff(a, b) {
			if c.Op == pack.Added && (has(a, c.Code) || !has(b, c.Code)) || c.Op == pack.Removed && (!has(a, c.Code) || has(b, c.Code)) {
				t.Fatalf("Diff says %v", c)
			}
		}
	})
}

func TestTables(t *testing.T) {
	t.Parallel()
	p := embedded(t, "beijing-2021")
	for _, name := range pack.Tables {
		rows, ok := p.Table(name, "en")
		if !ok || len(rows) < 2 || rows[0][0] != "code" {
			t.Errorf("Table(%s) = %d rows, %v; want a header that begins with code", name, len(rows), ok)
		}
		for _, r := range rows {
			if len(r) != len(rows[0]) {
				t.Errorf("Table(%s): row %v is not as wide as its header", name, r)
			}
		}
	}
	if _, ok := p.Table("nothing", "en"); ok {
		t.Error("Table(nothing) is there")
	}
	rows, _ := p.Table("targets", "en")
	if got := fmt.Sprint(rows[1][0], rows[1][2], rows[1][6]); got != "demonstration-districts12P1.3" {
		t.Errorf("first target is %s", got)
	}
}
