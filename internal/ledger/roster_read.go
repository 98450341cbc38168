package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// RecordedAt returns when the standing attendances of a meeting were recorded,
// of those of the persons who have one.
func (s *Service) RecordedAt(ctx context.Context, sessionKey string, persons []int64) (map[int64]time.Time, error) {
	out := make(map[int64]time.Time, len(persons))
	id, err := sessionID(ctx, s.db.Read, sessionKey)
	if err != nil || id == 0 {
		return out, err
	}
	query := fmt.Sprintf(`SELECT a.person_id, b.recorded_at FROM attendance a
		JOIN batch b ON b.id = a.batch_id LEFT JOIN reversal r ON r.attendance_id = a.id
		WHERE a.person_id IN (%%s) AND a.session_id = %d AND r.id IS NULL ORDER BY a.id`, id)
	err = lookUpIDs(ctx, s.db.Read, query, persons, func(rows *sql.Rows) error {
		var person int64
		var at time.Time
		if err := rows.Scan(&person, &at); err != nil {
			return err
		}
		out[person] = at
		return nil
	})
	return out, err
}

// Newcomers returns those of the persons who have no standing attendance
// before a day.
func (s *Service) Newcomers(ctx context.Context, before Day, persons []int64) (map[int64]bool, error) {
	out := make(map[int64]bool, len(persons))
	for _, p := range persons {
		out[p] = true
	}
	query := fmt.Sprintf(`SELECT DISTINCT a.person_id FROM attendance a LEFT JOIN reversal r ON r.attendance_id = a.id
		WHERE a.person_id IN (%%s) AND a.day < %d AND r.id IS NULL ORDER BY a.person_id`, before)
	err := lookUpIDs(ctx, s.db.Read, query, persons, func(rows *sql.Rows) error {
		var person int64
		if err := rows.Scan(&person); err != nil {
			return err
		}
		delete(out, person)
		return nil
	})
	return out, err
}

// Traits is what the ledger knows of a person without a name.
type Traits struct {
	BirthYear int64  // 0 = unknown
	Sex       string // f, m, "" = unknown
	LastHome  int64  // of the newest attendance, 0 = none
}

// Traits returns birth year, sex and last home of persons. It is not audited:
// nothing in it names anybody.
func (s *Service) Traits(ctx context.Context, persons []int64) (map[int64]Traits, error) {
	out := make(map[int64]Traits, len(persons))
	put := func(home bool) func(*sql.Rows) error {
		return func(rows *sql.Rows) error {
			var id int64
			var t Traits
			var err error
			if home {
				err = rows.Scan(&id, &t.LastHome)
				t.BirthYear, t.Sex = out[id].BirthYear, out[id].Sex
			} else {
				err = rows.Scan(&id, &t.BirthYear, &t.Sex)
			}
			out[id] = t
			return err
		}
	}
	for _, q := range []struct {
		query string
		home  bool
	}{
		{"SELECT id, birth_year, sex FROM person WHERE id IN (%s) ORDER BY id", false},
		{"SELECT person_id, birth_year, sex FROM person_change WHERE person_id IN (%s) ORDER BY id", false},
		{`SELECT a.person_id, a.home_id FROM attendance a
			WHERE a.id IN (SELECT max(x.id) FROM attendance x WHERE x.person_id IN (%s) GROUP BY x.person_id) ORDER BY a.id`, true},
	} {
		if err := lookUpIDs(ctx, s.db.Read, q.query, persons, put(q.home)); err != nil {
			return nil, err
		}
	}
	return out, nil
}
