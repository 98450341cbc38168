package ledger_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/ledger"
	"xuedu/internal/pack"
)

// village is a ledger small enough to count by hand.
//
//	c1 ─ d1 ─ s1 ─ k1, k2      c1 ─ d2 ─ s2 ─ k3, old (ended 2023-07-01)
type village struct {
	t    testing.TB
	d    *db.DB
	tree *area.Tree
	pack *pack.Pack
	pop  map[int64]int64
}

func newVillage(t testing.TB, d *db.DB) *village {
	v := &village{t: t, d: d, pop: map[int64]int64{1: 600, 2: 300}}
	v.tree = area.NewTree([]area.Area{
		{ID: 1, Code: "c1", Level: area.City}, {ID: 2, Code: "d1", Level: area.District, ParentID: 1}, {ID: 3, Code: "d2", Level: area.District, ParentID: 1},
		{ID: 4, Code: "s1", Level: area.Street, ParentID: 2}, {ID: 5, Code: "s2", Level: area.Street, ParentID: 3},
		{ID: 6, Code: "k1", Level: area.Community, ParentID: 4}, {ID: 7, Code: "k2", Level: area.Community, ParentID: 4},
		{ID: 8, Code: "k3", Level: area.Community, ParentID: 5}, {ID: 9, Code: "k9", Level: area.Community, ParentID: 5, ValidTo: "2023-07-01"},
	})
	v.pack = newTown(t, d).pack
	v.exec(`INSERT INTO theme (id, code) VALUES (1, 't1'), (2, 't2'), (7, 'former')`)
	v.exec(`INSERT INTO session (id, key) VALUES (1, 'k-1'), (2, 'k-2')`)
	v.exec(`INSERT INTO person (id, pseudonym, birth_year, sex) VALUES (1, 'aaaaaaaaaaaa', 1950, 'f'), (2, 'bbbbbbbbbbbb', 1960, 'm'), (3, 'cccccccccccc', 0, '')`)
	return v
}

func (v *village) exec(query string, args ...any) {
	v.t.Helper()
	if _, err := v.d.Write.Exec(query, args...); err != nil {
		v.t.Fatal(err)
	}
}

// attend commits a row: person, home, place, day, theme, online, minutes, heads.
func (v *village) attend(values ...int64) int64 {
	v.t.Helper()
	var id int64
	err := v.d.InTx(context.Background(), func(tx *sql.Tx) error {
		var err error
		if id, err = db.Next(context.Background(), tx, "ledger", 1); err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO attendance (id, person_id, session_id, rev, home_id, place_id, day, theme_id, online, minutes, heads, batch_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)`, id, values[0], int64(1), id, values[1], values[2], values[3], values[4], values[5], values[6], values[7])
		return err
	})
	if err != nil {
		v.t.Fatal(err)
	}
	return id
}

func (v *village) reverse(attendance int64) {
	v.t.Helper()
	err := v.d.InTx(context.Background(), func(tx *sql.Tx) error {
		id, err := db.Next(context.Background(), tx, "ledger", 1)
		if err == nil {
			_, err = tx.Exec(`INSERT INTO reversal (id, attendance_id, reason, batch_id) VALUES ($1, $2, 'why', 1)`, id, attendance)
		}
		return err
	})
	if err != nil {
		v.t.Fatal(err)
	}
}

// At makes village a Populations.
func (v *village) At(areaID int64, day string) (int64, string, string, string, bool) {
	n, ok := v.pop[areaID]
	return n, "2020-11-01", "census", "2021", ok && day >= "2020-11-01"
}

func (v *village) figures(snapshot string) *ledger.Figures {
	return ledger.NewFigures(v.d, func() *area.Tree { return v.tree }, func() *pack.Pack { return v.pack },
		func() ledger.Populations { return v }, ledger.FiguresOptions{City: "v", Snapshot: snapshot})
}

// ask prints an answer as "code=value code=state …".
func (v *village) ask(f *ledger.Figures, q ledger.Query, period string) string {
	v.t.Helper()
	p, err := ledger.ParsePeriod(period)
	if err != nil {
		v.t.Fatal(err)
	}
	q.Period = p
	figures, err := f.Query(context.Background(), q)
	if err != nil {
		v.t.Fatal(err)
	}
	var out []string
	for _, f := range figures {
		s := string(f.State)
		if f.State == ledger.Value {
			s = f.Value.Text('f')
		}
		out = append(out, f.Area.Code+"="+s)
	}
	return strings.Join(out, " ")
}

func TestQuery(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := newVillage(t, d)
		v.attend(1, 6, 6, 20230115, 1, 0, 45, 1)
		v.attend(1, 6, 8, 20230216, 1, 1, 100, 1)
		v.attend(1, 8, 8, 20231101, 2, 0, 60, 1) // has moved from k1 to k3
		v.attend(2, 7, 6, 20230320, 1, 0, 500, 1)
		v.attend(3, 7, 7, 20230320, 7, 0, 50, 1)
		v.attend(0, 7, 7, 20230320, 1, 0, 60, 40)
		gone := v.attend(2, 7, 7, 20230321, 1, 0, 60, 1)
		v.reverse(gone)
		v.reverse(v.attend(2, 7, 7, 20210321, 1, 0, 60, 1)) // the only row of 2021
		f := v.figures("")
		start(t, f)
		defer closeFigures(t, f)
		for _, tt := range []struct {
			name, period string
			q            ledger.Query
			want         string
		}{
			{"persons at their last home", "2023", ledger.Query{Measure: "participants", Area: "c1", Level: area.Community}, "k1=0 k2=2 k3=1 k9=0"},
			{"in the quarter before the move", "2023-Q1", ledger.Query{Measure: "participants", Area: "c1", Level: area.Community}, "k1=1 k2=2 k3=0 k9=0"},
			{"by place they are counted in several areas", "2023", ledger.Query{Measure: "participants", Area: "c1", Level: area.District, By: "place"}, "d1=3 d2=1"},
			{"an ended area without rows is left out", "2023-11", ledger.Query{Measure: "attendances", Area: "d2", Level: area.Community}, "k3=1"},
			{"attendances with head-counts", "2023", ledger.Query{Measure: "attendances", Area: "c1"}, "c1=45"},
			{"head-counts alone", "2023", ledger.Query{Measure: "headcount", Area: "d1"}, "d1=40"},
			{"hours are finite decimals or have six places", "2023", ledger.Query{Measure: "hours", Area: "c1", Level: area.Community}, "k1=0 k2=9.166667 k3=3.416667 k9=0"},
			{"credit hours", "2023-Q1", ledger.Query{Measure: "credit_hours", Area: "k2"}, "k2=12.222222"},
			{"minutes that divide", "2023-01", ledger.Query{Measure: "hours", Area: "c1"}, "c1=0.75"},
			{"regular by credits", "2023", ledger.Query{Measure: "regular", Area: "c1"}, "c1=0"},
			{"regular is for years", "2023-Q1", ledger.Query{Measure: "regular", Area: "c1"}, "c1=not_applicable"},
			{"rate", "2023", ledger.Query{Measure: "rate", Area: "c1"}, "c1=0.5"},
			{"rate rounds half up at four places", "2023-01", ledger.Query{Measure: "rate", Area: "c1"}, "c1=0.1667"},
			{"no population, no rate", "2023", ledger.Query{Measure: "rate", Area: "c1", Level: area.District}, "d1=0.6667 d2=not_computable"},
			{"no population by age", "2023", ledger.Query{Measure: "rate", Area: "c1", Filter: ledger.Filter{Age: "60-69"}}, "c1=not_computable"},
			{"no rate by place", "2023", ledger.Query{Measure: "rate", Area: "c1", By: "place"}, "c1=not_applicable"},
			{"nobody reported", "2022", ledger.Query{Measure: "participants", Area: "c1"}, "c1=not_reported"},
			{"all was reversed", "2021", ledger.Query{Measure: "participants", Area: "c1"}, "c1=not_reported"},
			{"age at the period's end", "2023", ledger.Query{Measure: "participants", Area: "c1", Filter: ledger.Filter{Age: "70-79"}}, "c1=1"},
			{"unknown year of birth is in no band", "2023", ledger.Query{Measure: "participants", Area: "c1", Filter: ledger.Filter{Age: "0+"}}, "c1=2"},
			{"head-counts have no sex", "2023", ledger.Query{Measure: "attendances", Area: "c1", Filter: ledger.Filter{Sex: "m"}}, "c1=1"},
			{"theme and mode on one row", "2023", ledger.Query{Measure: "participants", Area: "c1", Filter: ledger.Filter{Theme: "t2", Mode: "online"}}, "c1=0"},
			{"the pack's theme without rows", "2023", ledger.Query{Measure: "participants", Area: "c1", Filter: ledger.Filter{Theme: "never"}}, "c1=0"},
			{"a theme that left the pack", "2023", ledger.Query{Measure: "participants", Area: "c1", Filter: ledger.Filter{Theme: "former"}}, "c1=1"},
			{"any days", "2023-02-16..2023-03-20", ledger.Query{Measure: "participants", Area: "c1"}, "c1=3"},
		} {
			if got := v.ask(f, tt.q, tt.period); got != tt.want {
				t.Errorf("%s: Query(%+v, %s) = %s, want %s", tt.name, tt.q, tt.period, got, tt.want)
			}
		}
	})
}

func TestQueryRefuses(t *testing.T) {
	t.Parallel()
	v := newVillage(t, dbtest.SQLite(t))
	f := v.figures("")
	year, _ := ledger.ParsePeriod("2023")
	if _, err := f.Query(t.Context(), ledger.Query{Measure: "participants", Area: "c1", Period: year}); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("Query before Start = %v, want Unavailable", err)
	}
	start(t, f)
	defer closeFigures(t, f)
	for field, q := range map[string]ledger.Query{
		"measure": {Measure: "people"}, "area": {Area: "nowhere"}, "level": {Level: "planet"}, "by": {By: "school"},
		"theme": {Filter: ledger.Filter{Theme: "t9"}}, "age": {Filter: ledger.Filter{Age: "70-60"}}, "sex": {Filter: ledger.Filter{Sex: "x"}}, "mode": {Filter: ledger.Filter{Mode: "phone"}},
	} {
		q.Period = year
		if q.Measure == "" {
			q.Measure = ledger.Participants
		}
		if q.Area == "" {
			q.Area = "c1"
		}
		_, err := f.Query(t.Context(), q)
		e, ok := err.(*errs.Error)
		if !ok || e.Kind != errs.Invalid || e.Field != field {
			t.Errorf("Query(%+v) = %v, want Invalid at %s", q, err, field)
		}
	}
}

func TestBreakdown(t *testing.T) {
	t.Parallel()
	v := newVillage(t, dbtest.SQLite(t))
	v.attend(1, 6, 6, 20230115, 1, 0, 45, 1)
	v.attend(2, 7, 6, 20230520, 7, 1, 90, 1)
	v.attend(3, 7, 7, 20230320, 7, 0, 50, 1)
	v.attend(0, 7, 7, 20230320, 1, 0, 60, 40)
	f := v.figures("")
	start(t, f)
	defer closeFigures(t, f)
	for _, tt := range []struct {
		axis    ledger.Axis
		measure ledger.Measure
		want    string
	}{
		{ledger.AxisSex, ledger.Participants, "f=1 m=1 =1"},
		{ledger.AxisSex, ledger.Attendances, "f=1 m=1 =41"},
		{ledger.AxisAge, ledger.Participants, "0-17=0 18-59=0 60-69=1 70-79=1 80+=0 =1"},
		{ledger.AxisMode, ledger.Participants, "onsite=2 online=1"},
		{ledger.AxisTheme, ledger.Hours, "t1=0.75 t2=0 t3=0 t4=0 never=0 former=2.333333"},
		{ledger.AxisPeriod, ledger.Participants, "2023-Q1=2 2023-Q2=1 2023-Q3=not_reported 2023-Q4=not_reported"},
	} {
		p, _ := ledger.ParsePeriod("2023")
		parts, err := f.Breakdown(t.Context(), ledger.Query{Measure: tt.measure, Area: "c1", Period: p}, tt.axis)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, s := range parts {
			value := string(s.State)
			if s.State == ledger.Value {
				value = s.Value.Text('f')
			}
			out = append(out, s.Code+"="+value)
		}
		if got := strings.Join(out, " "); got != tt.want {
			t.Errorf("Breakdown(%s by %s) = %s, want %s", tt.measure, tt.axis, got, tt.want)
		}
	}
}

// TestTwoProcesses: what one writes, the other counts, by following alone.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := newVillage(t, d)
		other, err := db.Open(t.Context(), d.DSN)
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		here := v.figures("")
		start(t, here)
		w := *v
		w.d = other
		there := w.figures("")
		start(t, there)
		defer closeFigures(t, here)
		defer closeFigures(t, there)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); there.Watch(ctx) }()
		id := v.attend(1, 6, 6, 20230115, 1, 0, 45, 1)
		refresh(t, here)
		q := ledger.Query{Measure: ledger.Participants, Area: "k1"}
		if got := v.ask(here, q, "2023"); got != "k1=1" {
			t.Errorf("here: %s", got)
		}
		await(t, func() bool { return there.Version() >= id })
		if got := v.ask(there, q, "2023"); got != "k1=1" {
			t.Errorf("there: %s", got)
		}
		w.reverse(id)
		await(t, func() bool { return there.Version() > id })
		refresh(t, here)
		for _, f := range []*ledger.Figures{here, there} {
			if got := v.ask(f, q, "2023"); got != "k1=not_reported" {
				t.Errorf("after the reversal: %s", got)
			}
		}
		cancel()
		<-done
	})
}

// await looks often until ok holds, for ten seconds at most.
func await(t testing.TB, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	end := time.After(10 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatal("nothing happened in ten seconds")
		}
	}
}

// TestSnapshot: whatever became of the snapshot, figures are right.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	spoil := map[string]func(t *testing.T, v *village, path string){
		"whole":   func(*testing.T, *village, string) {},
		"missing": func(t *testing.T, _ *village, path string) { must(t, os.Remove(path)) },
		"empty":   func(t *testing.T, _ *village, path string) { must(t, os.WriteFile(path, nil, 0o600)) },
		"cut":     func(t *testing.T, _ *village, path string) { must(t, os.Truncate(path, 4096)) },
		"a bit flipped": func(t *testing.T, _ *village, path string) {
			b, err := os.ReadFile(path)
			must(t, err)
			b[len(b)/3] ^= 4
			must(t, os.WriteFile(path, b, 0o600))
		},
		"of another city": func(t *testing.T, v *village, path string) {
			f := ledger.NewFigures(v.d, func() *area.Tree { return v.tree }, func() *pack.Pack { return v.pack }, func() ledger.Populations { return v },
				ledger.FiguresOptions{City: "another", Snapshot: path})
			start(t, f)
			closeFigures(t, f)
		},
		"newer than the ledger": func(t *testing.T, v *village, path string) {
			v.exec(`DELETE FROM attendance WHERE day = 20230216`)
			v.exec(`UPDATE counter SET next = (SELECT max(id) FROM attendance) + 1 WHERE name = 'ledger'`)
		},
		"of a ledger that went another way": func(t *testing.T, v *village, path string) {
			v.exec(`DELETE FROM attendance WHERE day = 20230216`)
			v.attend(2, 7, 7, 20230216, 1, 0, 45, 1)
		},
		"a folder": func(t *testing.T, _ *village, path string) { must(t, os.Remove(path)); must(t, os.Mkdir(path, 0o700)) },
	}
	for name, f := range spoil {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVillage(t, dbtest.SQLite(t))
			path := filepath.Join(t.TempDir(), "x.engine")
			v.attend(1, 6, 6, 20230115, 1, 0, 45, 1)
			v.attend(2, 7, 7, 20230216, 1, 0, 45, 1)
			first := v.figures(path)
			start(t, first)
			closeFigures(t, first)
			f(t, v, path)
			want := "c1=" + map[bool]string{true: "1", false: "2"}[name == "newer than the ledger"]
			for range 2 { // the second time from what the first has made of it
				again := v.figures(path)
				start(t, again)
				if got := v.ask(again, ledger.Query{Measure: ledger.Participants, Area: "c1"}, "2023"); got != want {
					t.Errorf("%s, want %s", got, want)
				}
				closeFigures(t, again)
			}
		})
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestTreeChanges: rows of an area that was unknown find their place when the
// tree has it, and an area that moves takes its figures along.
func TestTreeChanges(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := newVillage(t, d)
		v.attend(1, 6, 6, 20230115, 1, 0, 45, 1)
		v.attend(2, 77, 77, 20230115, 1, 0, 45, 1)
		f := v.figures(filepath.Join(t.TempDir(), "x.engine"))
		start(t, f)
		defer closeFigures(t, f)
		q := ledger.Query{Measure: ledger.Participants, Area: "c1", Level: area.District}
		if got := v.ask(f, q, "2023"); got != "d1=1 d2=0" {
			t.Errorf("before: %s", got)
		}
		areas := []area.Area{{ID: 77, Code: "k7", Level: area.Community, ParentID: 5}}
		for n := range v.tree.Len() {
			areas = append(areas, *v.tree.At(n))
		}
		v.tree = area.NewTree(areas)
		refresh(t, f)
		if got := v.ask(f, q, "2023"); got != "d1=1 d2=1" {
			t.Errorf("after the import: %s", got)
		}
		for i := range areas {
			if areas[i].Code == "k1" {
				areas[i].ParentID = 5
			}
		}
		v.tree = area.NewTree(areas)
		refresh(t, f)
		if got := v.ask(f, q, "2023"); got != "d1=0 d2=2" {
			t.Errorf("after the move: %s", got)
		}
	})
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.people()
		w.record(2000)
		f := w.figures("")
		start(t, f)
		defer closeFigures(t, f)
		if got, err := f.CheckSample(t.Context(), 10, 7, nil); err != nil || got.Wrong != 0 {
			t.Errorf("CheckSample = %+v, %v", got, err)
		}
		w.exec(`UPDATE attendance SET minutes = minutes + 1`)
		if got, err := f.CheckSample(t.Context(), 10, 7, nil); err != nil || got.Wrong == 0 {
			t.Errorf("CheckSample of a changed ledger = %+v, %v", got, err)
		}
		w.exec(`INSERT INTO attendance (id, person_id, session_id, rev, home_id, place_id, day, theme_id, online, minutes, heads, batch_id)
			VALUES (9000000, 888888, 888888, 0, 1, 1, 20240101, 99, 0, 1, 1, 1)`)
		w.exec(`INSERT INTO reversal (id, attendance_id, reason, batch_id) VALUES (9000001, 7777777, 'why', 1)`)
		found, err := ledger.CheckLedger(t.Context(), d, nil)
		if err != nil {
			t.Fatal(err)
		}
		wrong := map[string]int64{}
		for _, f := range found {
			wrong[f.Check] = f.Wrong
		}
		for check, want := range map[string]int64{"person": 1, "session": 1, "theme": 1, "reversal": 1, "counter": 2} {
			if got := wrong["figures.check."+check]; got != want {
				t.Errorf("CheckLedger: %s = %d, want %d", check, got, want)
			}
		}
	})
}
