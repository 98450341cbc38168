package ledger

import (
	"context"
	"database/sql"
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
