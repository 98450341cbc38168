package ledger

import (
	"context"
	"database/sql"
	"strconv"
)

// RowPerson is whom a row of the ledger is about.
type RowPerson struct {
	PersonID int64 // 0 = a head count
	Day      Day
	Theme    string // code, "" = none
}

// RowPersons returns whom rows are about, by their numbers; unknown ones are
// left out. It asks nothing: who may know is for the caller to decide. Names
// come from Contacts alone, which writes the look into the trail.
func (s *Service) RowPersons(ctx context.Context, rows []int64) (map[int64]RowPerson, error) {
	out := make(map[int64]RowPerson, len(rows))
	err := lookUpIDs(ctx, s.db.Read, `SELECT a.id, a.person_id, a.day, COALESCE(t.code, '') FROM attendance a
		LEFT JOIN theme t ON t.id = a.theme_id WHERE a.id IN (%s) ORDER BY a.id`, rows, func(r *sql.Rows) error {
		var id int64
		var p RowPerson
		err := r.Scan(&id, &p.PersonID, &p.Day, &p.Theme)
		out[id] = p
		return err
	})
	return out, err
}

// SampleRows draws n rows of persons that were recorded at some places in a
// span of days, both included, each as likely as any other; fewer where there
// are fewer. Rows taken back are left out. rnd(n) is a number below n.
func (s *Service) SampleRows(ctx context.Context, places []int64, from, to Day, n int, rnd func(int) int) ([]int64, error) {
	var kept []int64
	seen := 0
	query := `SELECT a.id FROM attendance a WHERE a.place_id IN (%s) AND a.person_id > 0
		AND a.day BETWEEN ` + strconv.FormatInt(int64(from), 10) + ` AND ` + strconv.FormatInt(int64(to), 10) + `
		AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.attendance_id = a.id) ORDER BY a.id`
	err := lookUpIDs(ctx, s.db.Read, query, places, func(r *sql.Rows) error {
		var id int64
		if err := r.Scan(&id); err != nil {
			return err
		}
		if seen++; len(kept) < n {
			kept = append(kept, id)
		} else if at := rnd(seen); at < n {
			kept[at] = id
		}
		return nil
	})
	return kept, err
}
