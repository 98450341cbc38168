package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"xuedu/internal/db"
)

// findPersons makes sure that every person of the chunk is in w.persons, and
// adds those who are new with what their first row says of them.
func (cw *chunkWriter) findPersons(ctx context.Context) error {
	first := map[string]*importRow{}
	var keys []string
	for i := range cw.c.rows {
		r := &cw.c.rows[i]
		if r.pseudonym == "" || cw.w.persons[r.pseudonym] != nil || first[r.pseudonym] != nil {
			continue
		}
		first[r.pseudonym] = r
		keys = append(keys, r.pseudonym)
	}
	slices.Sort(keys) // neighbours in the index
	if err := cw.lookUpPersons(ctx, keys); err != nil {
		return err
	}
	keys = slices.DeleteFunc(keys, func(k string) bool { return cw.w.persons[k] != nil })
	if len(keys) == 0 {
		return nil
	}
	id, err := db.Next(ctx, cw.tx, "person", int64(len(keys)))
	if err != nil {
		return err
	}
	values := make([][]any, len(keys))
	for i, k := range keys {
		values[i] = []any{id + int64(i), k, first[k].birthYear, first[k].sex}
	}
	known, err := cw.tx.AddNew(ctx, "person", []string{"id", "pseudonym", "birth_year", "sex"}, values)
	if err != nil {
		return err
	}
	cw.newPersons = int64(len(keys) - len(known))
	for i, k := range keys {
		cw.w.persons[k] = &knownPerson{id: id + int64(i), birthYear: first[k].birthYear, sex: first[k].sex}
	}
	return cw.lookUpPersons(ctx, pick(keys, known)) // another import was faster
}

func pick(keys []string, at []int) []string {
	out := make([]string, len(at))
	for i, n := range at {
		out[i] = keys[n]
	}
	return out
}

// lookUpPersons puts those who are in the database into w.persons.
func (cw *chunkWriter) lookUpPersons(ctx context.Context, keys []string) error {
	byID := map[int64]*knownPerson{}
	var ids []int64
	err := lookUp(ctx, cw.tx, "SELECT pseudonym, id, birth_year, sex FROM person WHERE pseudonym IN (%s) ORDER BY id", keys, func(rows *sql.Rows) error {
		p := &knownPerson{}
		var key string
		if err := rows.Scan(&key, &p.id, &p.birthYear, &p.sex); err != nil {
			return err
		}
		cw.w.persons[key], byID[p.id] = p, p
		ids = append(ids, p.id)
		return nil
	})
	if err != nil {
		return err
	}
	return lookUpIDs(ctx, cw.tx, "SELECT person_id, birth_year, sex FROM person_change WHERE person_id IN (%s) ORDER BY id", ids, func(rows *sql.Rows) error {
		var p knownPerson
		if err := rows.Scan(&p.id, &p.birthYear, &p.sex); err != nil {
			return err
		}
		*byID[p.id] = p
		return nil
	})
}

// findSessions makes sure that every class meeting of the chunk is in w.sessions.
func (cw *chunkWriter) findSessions(ctx context.Context) error {
	var keys []string
	for i := range cw.c.rows {
		key := cw.c.rows[i].session
		if _, ok := cw.w.sessions[key]; !ok {
			key = strings.Clone(key) // not the whole line it was cut from
			cw.w.sessions[key] = 0
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	if err := cw.lookUpSessions(ctx, keys); err != nil {
		return err
	}
	keys = slices.DeleteFunc(keys, func(k string) bool { return cw.w.sessions[k] != 0 })
	if len(keys) == 0 {
		return nil
	}
	id, err := db.Next(ctx, cw.tx, "session", int64(len(keys)))
	if err != nil {
		return err
	}
	values := make([][]any, len(keys))
	for i, k := range keys {
		values[i] = []any{id + int64(i), k}
		cw.w.sessions[k] = id + int64(i)
	}
	known, err := cw.tx.AddNew(ctx, "session", []string{"id", "key"}, values)
	if err != nil {
		return err
	}
	cw.newSessions = int64(len(keys) - len(known))
	return cw.lookUpSessions(ctx, pick(keys, known))
}

func (cw *chunkWriter) lookUpSessions(ctx context.Context, keys []string) error {
	return lookUp(ctx, cw.tx, "SELECT key, id FROM session WHERE key IN (%s) ORDER BY id", keys, func(rows *sql.Rows) error {
		var key string
		var id int64
		if err := rows.Scan(&key, &id); err != nil {
			return err
		}
		cw.w.sessions[key] = id
		return nil
	})
}

// changePersons applies what the new rows say of persons: the latest wins, and
// a blank says nothing. It writes one change a person.
func (cw *chunkWriter) changePersons(ctx context.Context) error {
	var changed []*knownPerson
	for i := range cw.rows { // sorted by person, then by line
		r := &cw.rows[i]
		if r.known || r.person == nil || !cw.learn(r) {
			continue
		}
		if n := len(changed); n == 0 || changed[n-1] != r.person {
			changed = append(changed, r.person)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	id, err := db.Next(ctx, cw.tx, "ledger", int64(len(changed)))
	if err != nil {
		return err
	}
	values := make([][]any, len(changed))
	for i, p := range changed {
		values[i] = []any{id + int64(i), p.id, p.birthYear, p.sex, cw.batch}
	}
	_, err = cw.tx.AddNew(ctx, "person_change", []string{"id", "person_id", "birth_year", "sex", "batch_id"}, values)
	return err
}

// learn takes birth year and sex from a row and reports whether that changed
// what is known; it warns where it contradicts it.
func (cw *chunkWriter) learn(r *recordRow) bool {
	p, changed := r.person, false
	if r.birthYear != 0 && r.birthYear != p.birthYear {
		if p.birthYear != 0 {
			cw.warn(r.line, colBirth, fmt.Sprint(r.birthYear), "ledger.import.birth_year_changed", "Old", p.birthYear)
		}
		p.birthYear, changed = r.birthYear, true
	}
	if r.sex != "" && r.sex != p.sex {
		if p.sex != "" {
			cw.warn(r.line, colSex, r.sex, "ledger.import.sex_changed", "Old", p.sex)
		}
		p.sex, changed = r.sex, true
	}
	return changed
}
