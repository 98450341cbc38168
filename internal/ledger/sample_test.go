package ledger_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/ledger"
)

// E10: every row of the places and days is as likely as any other to be called
// back, and one that was taken back is not called.
func TestSampleRows(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for id := int64(1); id <= 20; id++ {
			place, day, person := int64(7), 20250310+id%5, id
			switch id {
			case 17:
				place = 8
			case 18:
				day = 20240101
			case 19:
				person = 0
			}
			exec(t, d, `INSERT INTO attendance (id, person_id, session_id, rev, home_id, place_id, day, theme_id, online, minutes, heads, batch_id)
				VALUES ($1, $2, $1, 0, 7, $3, $4, 1, 0, 60, 1, 1)`, id, person, place, day)
		}
		exec(t, d, `INSERT INTO reversal (id, attendance_id, reason, batch_id) VALUES (21, 20, 'wrong', 1)`)
		s := ledger.New(d, nil, nil, nil, nil)
		rnd := rand.New(rand.NewPCG(1, 2))
		count := map[int64]int{}
		const runs = 4000
		for range runs {
			rows, err := s.SampleRows(t.Context(), []int64{7}, 20250101, 20251231, 4, rnd.IntN)
			if err != nil || len(rows) != 4 {
				t.Fatal(rows, err)
			}
			slices.Sort(rows)
			if len(slices.Compact(rows)) != 4 {
				t.Fatal("a row twice")
			}
			for _, id := range rows {
				count[id]++
			}
		}
		for id := int64(1); id <= 16; id++ { // a quarter of the runs each: 1000 ± 6 standard deviations
			if n := count[id]; n < 830 || n > 1170 {
				t.Errorf("row %d in %d of %d samples", id, n, runs)
			}
		}
		if len(count) != 16 {
			t.Errorf("%d rows were drawn, want 16", len(count))
		}
	})
}

func exec(t *testing.T, d *db.DB, query string, args ...any) {
	t.Helper()
	if _, err := d.Write.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}
