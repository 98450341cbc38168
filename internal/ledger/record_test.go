package ledger_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/ledger"
)

func addPerson(t testing.TB, s *ledger.Service, p ledger.NewPerson) int64 {
	t.Helper()
	if p.HomeID == 0 {
		p.HomeID = west
	}
	id, err := s.AddPerson(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func entry(session string, person int64) ledger.Entry {
	return ledger.Entry{SessionKey: session, PersonID: person, HomeID: west, PlaceID: east, Day: 20240305, Theme: "culture", Minutes: 90}
}

func present(t testing.TB, s *ledger.Service, session string, persons ...int64) ledger.Presence {
	t.Helper()
	p, err := s.Present(t.Context(), session, persons)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRoster(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := newService(t, d), t.Context()
		a, b := addPerson(t, s, ledger.NewPerson{Name: "王秀英"}), addPerson(t, s, ledger.NewPerson{Name: "李强"})

		for _, tt := range []struct {
			name    string
			entries []ledger.Entry
			want    int
			there   []int64
		}{
			{"first tick", []ledger.Entry{entry("m1", a)}, 1, []int64{a}},
			{"saved again with one more", []ledger.Entry{entry("m1", a), entry("m1", b), entry("m1", b)}, 1, []int64{a, b}},
			{"saved again", []ledger.Entry{entry("m1", a), entry("m1", b)}, 0, []int64{a, b}},
			{"nobody", nil, 0, []int64{a, b}},
		} {
			if n, err := s.Record(ctx, tt.entries); err != nil || n != tt.want {
				t.Errorf("%s: Record = %d, %v; want %d", tt.name, n, err, tt.want)
			}
			if diff := cmp.Diff(ledger.Presence{Persons: tt.there}, present(t, s, "m1", a, b)); diff != "" {
				t.Errorf("%s: present (-want +got):\n%s", tt.name, diff)
			}
		}

		pair := []ledger.Pair{{SessionKey: "m1", PersonID: a}, {SessionKey: "m1", PersonID: a}, {SessionKey: "none", PersonID: a}}
		if _, err := s.Reverse(ctx, pair, " "); errs.KindOf(err) != errs.Invalid {
			t.Errorf("without a reason: %v", err)
		}
		if n, err := s.Reverse(ctx, pair, "点错"); err != nil || n != 1 {
			t.Errorf("Reverse = %d, %v; want 1", n, err)
		}
		if n, err := s.Reverse(ctx, pair, "点错"); err != nil || n != 0 {
			t.Errorf("reversed again: %d, %v", n, err)
		}
		if got := present(t, s, "m1", a, b); len(got.Persons) != 1 || got.Persons[0] != b {
			t.Errorf("after the reversal: %+v", got)
		}
		if n, err := s.Record(ctx, []ledger.Entry{entry("m1", a)}); err != nil || n != 1 {
			t.Errorf("ticked again: %d, %v", n, err)
		}
		if n := count(t, d, "SELECT max(rev) FROM attendance WHERE person_id = $1", a); n != 1 {
			t.Errorf("rev %d, want 1", n)
		}
		if n := count(t, d, "SELECT count(*) FROM attendance"); n != 3 {
			t.Errorf("%d rows, want 3: nothing is ever deleted", n)
		}
		if n := count(t, d, "SELECT count(*) FROM audit_entry WHERE verb = 'ledger:reverse' AND reason = '点错'"); n != 1 {
			t.Errorf("%d reversals in the trail, want 1", n)
		}
		if _, err := s.ReverseRows(ctx, []int64{99999}, "点错"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("no such row: %v", err)
		}
	})
}

func TestHeads(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(t, d)
		for _, tt := range []struct {
			n, rows, reversals int64
		}{{0, 0, 0}, {12, 1, 0}, {12, 1, 0}, {15, 2, 1}, {0, 2, 2}, {0, 2, 2}, {15, 3, 2}} {
			e := entry("m1", 0)
			e.HomeID = 0
			if err := s.RecordHeads(t.Context(), e, tt.n); err != nil {
				t.Fatal(err)
			}
			if got := present(t, s, "m1"); got.Heads != tt.n {
				t.Errorf("set %d: %d there", tt.n, got.Heads)
			}
			if n, err := s.Heads(t.Context(), []string{"m1", "no such meeting"}); err != nil || n != tt.n {
				t.Errorf("set %d: heads %d, %v", tt.n, n, err)
			}
			rows, rev := count(t, d, "SELECT count(*) FROM attendance WHERE person_id = 0 AND home_id = place_id"), count(t, d, "SELECT count(*) FROM reversal")
			if rows != tt.rows || rev != tt.reversals {
				t.Errorf("set %d: %d rows and %d reversals, want %d and %d", tt.n, rows, rev, tt.rows, tt.reversals)
			}
		}
		if err := s.RecordHeads(t.Context(), entry("m1", 0), -1); errs.KindOf(err) != errs.Invalid {
			t.Errorf("-1: %v", err)
		}
	})
}

func TestRecordRefuses(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	s := newService(t, d)
	a := addPerson(t, s, ledger.NewPerson{})
	for name, change := range map[string]func(*ledger.Entry){
		"nobody":       func(e *ledger.Entry) { e.PersonID = 0 },
		"a stranger":   func(e *ledger.Entry) { e.PersonID = 77 },
		"no meeting":   func(e *ledger.Entry) { e.SessionKey = "" },
		"long key":     func(e *ledger.Entry) { e.SessionKey = strings.Repeat("x", 201) },
		"no such day":  func(e *ledger.Entry) { e.Day = 20240230 },
		"tomorrow + 1": func(e *ledger.Entry) { e.Day = 20240603 },
		"no minutes":   func(e *ledger.Entry) { e.Minutes = 0 },
		"long day":     func(e *ledger.Entry) { e.Minutes = 1441 },
		"theme":        func(e *ledger.Entry) { e.Theme = "cooking" },
		"no place":     func(e *ledger.Entry) { e.PlaceID = 99 },
		"whole city":   func(e *ledger.Entry) { e.HomeID = cityNow },
	} {
		e := entry("m1", a)
		change(&e)
		if n, err := s.Record(t.Context(), []ledger.Entry{entry("m1", a), e}); n != 0 || errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: Record = %d, %v", name, n, err)
		}
	}
	if n := count(t, d, "SELECT count(*) FROM attendance"); n != 0 {
		t.Errorf("%d rows were recorded", n)
	}
	e := entry("m1", a)
	e.HomeID, e.PlaceID, e.Day = ended, eastStreet, 20240602
	if _, err := s.Record(t.Context(), []ledger.Entry{e}); err != nil {
		t.Error(err)
	}
}

// Many teachers tick the same people at once: each attendance stands once.
func TestConcurrentTicks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(t, d)
		var entries []ledger.Entry
		for range 5 {
			entries = append(entries, entry("m1", addPerson(t, s, ledger.NewPerson{})))
		}
		var added atomic.Int64
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				n, err := s.Record(t.Context(), entries[i%3:])
				if err != nil {
					t.Error(err)
				}
				added.Add(int64(n))
			})
		}
		wg.Wait()
		if n := count(t, d, "SELECT count(*) FROM attendance"); n != 5 || added.Load() != 5 {
			t.Errorf("%d rows, %d acknowledged; want 5", n, added.Load())
		}
	})
}
