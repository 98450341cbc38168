package engine_test

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xuedu/internal/area"
	"xuedu/internal/ledger/engine"
)

// world is a ledger kept the plain way: the oracle.
type world struct {
	tree    *area.Tree
	rows    []row // in the order of recording
	people  map[int64]engine.Person
	first   map[int64]engine.Person
	last    int64
	changes []engine.Person
}

type row struct {
	engine.Row
	reversed bool
}

func newTree(extra ...area.Area) *area.Tree {
	areas := []area.Area{{ID: 1, Code: "1", Level: area.City}}
	id := int64(2)
	for d := range 3 {
		dist := id
		areas = append(areas, area.Area{ID: id, Code: fmt.Sprintf("1%d", d), Level: area.District, ParentID: 1})
		id++
		for s := range 2 {
			street := id
			areas = append(areas, area.Area{ID: id, Code: fmt.Sprintf("1%d%d", d, s), Level: area.Street, ParentID: dist})
			id++
			for c := range 3 {
				areas = append(areas, area.Area{ID: id, Code: fmt.Sprintf("1%d%d%d", d, s, c), Level: area.Community, ParentID: street})
				id++
			}
		}
	}
	return area.NewTree(append(areas, extra...))
}

func newWorld() *world {
	return &world{tree: newTree(), people: map[int64]engine.Person{}, first: map[int64]engine.Person{}}
}

func day(t *rapid.T) int32 {
	return int32(rapid.SampledFrom([]int{2023, 2024}).Draw(t, "year")*10000 + rapid.SampledFrom([]int{1, 2, 3, 12}).Draw(t, "month")*100 + rapid.IntRange(1, 28).Draw(t, "day"))
}

func areaID(t *rapid.T, label string) int64 {
	return int64(rapid.IntRange(1, 29).Draw(t, label)) // 29 is in no tree
}

// draw makes a batch of new rows, reversals and corrections, keeps them in the
// world and returns what the engine is told.
func (w *world) draw(t *rapid.T) engine.Batch {
	var b engine.Batch
	from := len(w.rows)
	for range rapid.IntRange(0, 30).Draw(t, "rows") {
		w.rows = append(w.rows, row{Row: w.row(t)})
	}
	redo := map[int64]bool{}
	for range rapid.IntRange(0, 4).Draw(t, "reversals") {
		if len(w.rows) == 0 {
			break
		}
		i := rapid.IntRange(0, len(w.rows)-1).Draw(t, "reversed")
		if w.rows[i].reversed {
			continue
		}
		w.rows[i].reversed = true
		if w.rows[i].Person != 0 {
			redo[w.rows[i].Person] = true
		} else if i < from {
			b.HeadsGone = append(b.HeadsGone, w.rows[i].Row)
		}
	}
	for _, r := range w.rows[from:] {
		if !redo[r.Person] && !(r.Person == 0 && r.reversed) {
			b.Rows = append(b.Rows, r.Row)
		}
	}
	for p := range redo {
		b.Redo = append(b.Redo, engine.Redo{Person: w.first[p], Rows: w.live(p)})
	}
	slices.SortFunc(b.Redo, func(x, y engine.Redo) int { return cmp.Compare(x.Person.ID, y.Person.ID) })
	for range rapid.IntRange(0, 2).Draw(t, "changes") {
		p := w.person(t, int64(rapid.IntRange(1, 14).Draw(t, "changed")))
		w.people[p.ID] = p
		b.People = append(b.People, p)
		w.changes = append(w.changes, p)
	}
	w.last += 100
	b.Last = w.last
	return b
}

func (w *world) person(t *rapid.T, id int64) engine.Person {
	return engine.Person{ID: id, Born: int32(rapid.SampledFrom([]int{0, 1940, 1950, 1960, 2000}).Draw(t, "born")), Sex: engine.Sex(rapid.IntRange(0, 2).Draw(t, "sex"))}
}

func (w *world) row(t *rapid.T) engine.Row {
	r := engine.Row{
		Person: int64(rapid.IntRange(0, 12).Draw(t, "person")), Home: areaID(t, "home"), Place: areaID(t, "place"), Day: day(t),
		Theme: int64(rapid.IntRange(1, 3).Draw(t, "theme")), Online: rapid.Bool().Draw(t, "online"), Heads: 1,
		Minutes: int32(rapid.SampledFrom([]int{45, 60, 120, 600, 3000}).Draw(t, "minutes")),
	}
	if r.Person == 0 {
		r.Heads = int32(rapid.IntRange(1, 50).Draw(t, "heads"))
		return r
	}
	if rapid.IntRange(0, 9).Draw(t, "at home") < 8 { // most people stay where they live
		r.Home = 4 + r.Person
	}
	if _, ok := w.first[r.Person]; !ok { // the person may have been corrected before
		w.first[r.Person] = w.person(t, r.Person)
		if _, ok := w.people[r.Person]; !ok {
			w.people[r.Person] = w.first[r.Person]
		}
	}
	r.Born, r.Sex = w.first[r.Person].Born, w.first[r.Person].Sex
	return r
}

func (w *world) live(person int64) []engine.Row {
	var out []engine.Row
	for _, r := range w.rows {
		if r.Person == person && !r.reversed {
			out = append(out, r.Row)
		}
	}
	slices.SortStableFunc(out, func(a, b engine.Row) int { return cmp.Compare(a.Day, b.Day) })
	return out
}

// build makes an engine of the whole world at once.
func (w *world) build(t *rapid.T, path string) *engine.Engine {
	b := engine.NewBuilder(w.tree)
	for _, r := range w.rows {
		if !r.reversed {
			b.Add(r.Row)
		}
	}
	for _, p := range w.first {
		b.SetPerson(p, false)
	}
	for _, p := range w.changes {
		b.SetPerson(p, true)
	}
	e, err := b.Build(engine.Options{Path: path, City: "c", Last: w.last})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

type answer struct{ Participants, Rows, Minutes, Heads, Regular []int64 }

func (w *world) count(a engine.Ask, th engine.Threshold) answer {
	n := w.tree.Len()
	out := answer{make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)}
	home := w.homes(a)
	for nr := a.Root; nr < w.tree.Last(a.Root); nr++ {
		in := func(id int64) bool {
			k, ok := w.tree.ByID(id)
			return ok && k >= nr && k < w.tree.Last(nr)
		}
		rows, minutes := map[int64]int64{}, map[int64]int64{}
		for _, r := range w.rows {
			at := r.Place
			if !a.ByPlace {
				at = r.Home
				if r.Person != 0 {
					at = home[r.Person]
				}
			}
			if !w.passes(a, r) || !in(at) {
				continue
			}
			if r.Person == 0 {
				out.Heads[nr] += int64(r.Heads)
				continue
			}
			rows[r.Person]++
			minutes[r.Person] += int64(r.Minutes)
		}
		for p, k := range rows {
			out.Participants[nr]++
			out.Rows[nr] += k
			out.Minutes[nr] += minutes[p]
			if k >= th.Rows || minutes[p] >= th.Minutes {
				out.Regular[nr]++
			}
		}
	}
	return out
}

func (w *world) homes(a engine.Ask) map[int64]int64 {
	home, last := map[int64]int64{}, map[int64]int32{}
	for _, r := range w.rows {
		if !r.reversed && r.Day >= a.From && r.Day <= a.To && r.Day >= last[r.Person] {
			home[r.Person], last[r.Person] = r.Home, r.Day
		}
	}
	return home
}

func (w *world) passes(a engine.Ask, r row) bool {
	if r.reversed || r.Day < a.From || r.Day > a.To || a.Theme != 0 && r.Theme != a.Theme || a.Mode != engine.AnyMode && r.Online != (a.Mode == engine.Online) {
		return false
	}
	aged := a.BornFrom != 0 || a.BornTo != 0
	if r.Person == 0 {
		return !aged && a.Sex == engine.Unknown
	}
	p := w.people[r.Person]
	return (a.Sex == engine.Unknown || p.Sex == a.Sex) && (!aged || p.Born != 0 && p.Born >= a.BornFrom && p.Born <= a.BornTo)
}

func drawAsk(t *rapid.T, n int) engine.Ask {
	spans := [][2]int32{{20240101, 20241231}, {20230101, 20231231}, {20240101, 20240331}, {20240201, 20240229}, {20230101, 20241231}, {20240102, 20240228}, {20240201, 20240330}, {20231215, 20240105}, {20240105, 20240107}, {20250101, 20251231}}
	s := rapid.SampledFrom(spans).Draw(t, "span")
	a := engine.Ask{From: s[0], To: s[1], ByPlace: rapid.Bool().Draw(t, "by place"), Root: rapid.IntRange(0, n-1).Draw(t, "root")}
	if rapid.Bool().Draw(t, "whole city") {
		a.Root = 0
	}
	a.Theme = rapid.SampledFrom([]int64{0, 0, 1, 2, 3, engine.NoTheme}).Draw(t, "asked theme")
	a.Mode = engine.Mode(rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "asked mode"))
	a.Sex = engine.Sex(rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "asked sex"))
	if rapid.IntRange(0, 2).Draw(t, "aged") == 0 {
		a.BornFrom, a.BornTo = 1945, 1965
	}
	return a
}

func (w *world) check(t *rapid.T, e *engine.Engine) {
	th := engine.Threshold{Rows: 3, Minutes: 540}
	for range 6 {
		a := drawAsk(t, w.tree.Len())
		want := w.count(a, th)
		s := e.Sums(a)
		got := answer{Participants: e.Participants(a), Rows: s.Rows, Minutes: s.Minutes, Heads: s.Heads}
		all := make([]int, 0, w.tree.Len())
		for n := a.Root; n < w.tree.Last(a.Root); n++ {
			all = append(all, n)
		}
		got.Regular = e.Regular(a, th, all)
		for name, pair := range map[string][2][]int64{"participants": {got.Participants, want.Participants}, "rows": {got.Rows, want.Rows}, "minutes": {got.Minutes, want.Minutes}, "heads": {got.Heads, want.Heads}, "regular": {got.Regular, want.Regular}} {
			for _, n := range all {
				if pair[0][n] != pair[1][n] {
					t.Fatalf("%s of %+v at %s = %d, want %d", name, a, w.tree.At(n).Code, pair[0][n], pair[1][n])
				}
			}
		}
		some := all[rapid.IntRange(0, len(all)-1).Draw(t, "some"):]
		at := e.ParticipantsAt(a, some)
		for _, n := range some {
			if at[n] != want.Participants[n] {
				t.Fatalf("ParticipantsAt of %+v at %s = %d, want %d", a, w.tree.At(n).Code, at[n], want.Participants[n])
			}
		}
		ids, ok := e.Persons(a, 1000)
		if !ok || int64(len(ids)) != want.Participants[a.Root] {
			t.Fatalf("Persons of %+v = %v, want %d", a, ids, want.Participants[a.Root])
		}
		var live int64
		for _, r := range w.rows {
			if !r.reversed && r.Day >= a.From && r.Day <= a.To {
				live++
			}
		}
		if got := e.Live(a.From, a.To); got != live {
			t.Fatalf("Live(%d, %d) = %d, want %d", a.From, a.To, got, live)
		}
	}
}

// TestEngine plays random histories of a small city: batches of rows, movers,
// reversals and corrections, with the engine built, compacted, saved, loaded
// and renumbered in between, and compares every figure with a plain count.
func TestEngine(t *testing.T) {
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		path := filepath.Join(dir, fmt.Sprint(n))
		w := newWorld()
		w.draw(t)
		e := w.build(t, path)
		defer func() { e.Close() }()
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			e.Apply(w.draw(t))
			w.check(t, e)
			switch rapid.IntRange(0, 4).Draw(t, "then") {
			case 0:
				if err := e.Compact(engine.Options{Path: path, City: "c"}); err != nil {
					t.Fatal(err)
				}
			case 1:
				if err := e.Compact(engine.Options{Path: path, City: "c"}); err != nil {
					t.Fatal(err)
				}
				next, err := engine.Open(path, "c", w.tree)
				if err != nil {
					t.Fatal(err)
				}
				e.Close()
				e = next
			case 2:
				e.Close()
				e = w.build(t, "")
			case 3:
				w.tree = newTree(area.Area{ID: int64(100 + n), Code: "100x", Level: area.Community, ParentID: 3})
				next, err := e.Renumber(w.tree, engine.Options{City: "c"})
				if err != nil {
					t.Fatal(err)
				}
				e.Close()
				e = next
			}
			w.check(t, e)
		}
	})
}
