package db_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
)

func TestAddNew(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		cols := []string{"id", "key"}
		row := func(id int64) []any { return []any{id, fmt.Sprint("k", id%100)} }
		add := func(stop error, rows ...[]any) (known []int, err error) {
			err = d.InIngest(t.Context(), func(b *db.Bulk) error {
				var err error
				if known, err = b.AddNew(t.Context(), "session", cols, rows); err != nil {
					return err
				}
				return stop
			})
			return known, err
		}
		if known, err := add(nil, row(1), row(2)); err != nil || known != nil {
			t.Fatalf("all new: %v, %v", known, err)
		}
		if known, err := add(nil, row(101), row(3), row(102), row(4)); err != nil || !slices.Equal(known, []int{0, 2}) {
			t.Errorf("two known: %v, %v; want 0 and 2", known, err)
		}
		if known, err := add(nil); err != nil || known != nil {
			t.Errorf("nothing: %v, %v", known, err)
		}
		broken := errors.New("broken off")
		if _, err := add(broken, row(5)); !errors.Is(err, broken) {
			t.Errorf("broken off: %v", err)
		}
		err := d.InIngest(t.Context(), func(b *db.Bulk) error { // twice in one transaction
			for _, id := range []int64{6, 7} {
				if _, err := b.AddNew(t.Context(), "session", cols, [][]any{row(id)}); err != nil {
					return err
				}
			}
			return b.Add(t.Context(), "session", cols, [][]any{row(8), row(9)})
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.InIngest(t.Context(), func(b *db.Bulk) error { return b.Add(t.Context(), "session", cols, [][]any{row(109)}) })
		if !db.IsUnique(err) {
			t.Errorf("Add of a known key: %v", err)
		}
		var n int64
		if err := d.Read.QueryRowContext(t.Context(), "SELECT count(*) FROM session").Scan(&n); err != nil || n != 8 {
			t.Errorf("%d rows, %v; want 8", n, err)
		}
	})
}
