package ledger

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"xuedu/internal/db"
)

// importFinder looks up the persons and meetings of a chunk while the one
// before it is written. It looks for each key once: what is missing then, the
// writer makes and remembers.
type importFinder struct {
	q                 db.Querier
	persons, sessions map[string]bool // looked up
}

func newImportFinder(q db.Querier) *importFinder {
	return &importFinder{q: q, persons: map[string]bool{}, sessions: map[string]bool{}}
}

func (f *importFinder) findAll(ctx context.Context, in <-chan *importChunk, out chan<- *importChunk) error {
	for c := range in {
		if err := f.find(ctx, c); err != nil {
			return err
		}
		select {
		case out <- c:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (f *importFinder) find(ctx context.Context, c *importChunk) error {
	if len(f.persons) > maxCache {
		clear(f.persons)
	}
	if len(f.sessions) > maxCache {
		clear(f.sessions)
	}
	var persons, sessions []string
	last := ""
	for i := range c.rows {
		r := &c.rows[i]
		if r.pseudonym != "" && !f.persons[r.pseudonym] {
			f.persons[r.pseudonym] = true
			persons = append(persons, r.pseudonym)
		}
		if r.session != last && !f.sessions[r.session] {
			key := strings.Clone(r.session) // not the whole line it was cut from
			f.sessions[key] = true
			sessions = append(sessions, key)
		}
		last = r.session
	}
	slices.Sort(persons) // neighbours in the index
	slices.Sort(sessions)
	var err error
	if c.persons, err = findPersons(ctx, f.q, persons); err != nil {
		return err
	}
	c.sessions, err = findSessions(ctx, f.q, sessions)
	return err
}

// findPersons returns those persons whom the database has, as they are now.
func findPersons(ctx context.Context, q db.Querier, keys []string) (map[string]*knownPerson, error) {
	out, byID := map[string]*knownPerson{}, map[int64]*knownPerson{}
	var ids []int64
	err := lookUp(ctx, q, "SELECT pseudonym, id, birth_year, sex FROM person WHERE pseudonym IN (%s) ORDER BY id", keys, func(rows *sql.Rows) error {
		p := &knownPerson{}
		var key string
		if err := rows.Scan(&key, &p.id, &p.birthYear, &p.sex); err != nil {
			return err
		}
		out[key], byID[p.id] = p, p
		ids = append(ids, p.id)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = lookUpIDs(ctx, q, "SELECT person_id, birth_year, sex FROM person_change WHERE person_id IN (%s) ORDER BY id", ids, func(rows *sql.Rows) error {
		var p knownPerson
		if err := rows.Scan(&p.id, &p.birthYear, &p.sex); err != nil {
			return err
		}
		*byID[p.id] = p
		return nil
	})
	return out, err
}

// findSessions returns the numbers of those meetings that the database has.
func findSessions(ctx context.Context, q db.Querier, keys []string) (map[string]int64, error) {
	out := map[string]int64{}
	err := lookUp(ctx, q, "SELECT key, id FROM session WHERE key IN (%s) ORDER BY id", keys, func(rows *sql.Rows) error {
		var key string
		var id int64
		if err := rows.Scan(&key, &id); err != nil {
			return err
		}
		out[key] = id
		return nil
	})
	return out, err
}
