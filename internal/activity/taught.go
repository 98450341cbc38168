package activity

import (
	"context"
	"database/sql"

	"xuedu/internal/period"
)

// Taught is a class of an institution with the meetings it held in a period.
type Taught struct {
	ClassID  string
	Meetings []string // ids, which the ledger knows as sessions
	Minutes  int64    // of these meetings
	Persons  []int64  // who is or was on its list
}

// TaughtBy lists the classes of an institution that met in a period.
func (m *Measures) TaughtBy(ctx context.Context, orgID string, p period.Period) ([]Taught, error) {
	var list []Taught
	at := map[string]int{}
	args := []any{orgID, p.From.String(), p.To.String()}
	const met = taughtFrom + ` WHERE a.org_id = $1 AND m.day >= $2 AND m.day <= $3 AND m.state = 'held'`
	err := m.each(ctx, `SELECT c.id, m.id, m.minutes`+met+` ORDER BY c.id, m.day, m.id`, args, func(rows *sql.Rows) error {
		var class, id string
		var minutes int64
		if err := rows.Scan(&class, &id, &minutes); err != nil {
			return err
		}
		i, ok := at[class]
		if !ok {
			i = len(list)
			at[class], list = i, append(list, Taught{ClassID: class})
		}
		list[i].Meetings, list[i].Minutes = append(list[i].Meetings, id), list[i].Minutes+minutes
		return nil
	})
	if err != nil {
		return nil, err
	}
	const known = `SELECT l.class_id, l.person_id FROM learner l WHERE l.class_id IN (SELECT c.id` + met + `) ORDER BY l.class_id, l.person_id`
	return list, m.each(ctx, known, args, func(rows *sql.Rows) error {
		var class string
		var person int64
		if err := rows.Scan(&class, &person); err != nil {
			return err
		}
		list[at[class]].Persons = append(list[at[class]].Persons, person)
		return nil
	})
}

// Planned reports whether any meeting of the city was planned for a day of a
// period: where none was, nobody has recorded, which is not the same as zero.
func (m *Measures) Planned(ctx context.Context, p period.Period) (bool, error) {
	return m.planned(ctx, p)
}
