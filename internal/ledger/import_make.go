package ledger

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"xuedu/internal/db"
)

// makePersons gives every row its person, and adds those who are new with
// what their first row says of them.
func (cw *chunkWriter) makePersons(ctx context.Context) error {
	first := map[string]*importRow{}
	var keys []string
	for i := range cw.c.rows {
		r := &cw.c.rows[i]
		if r.pseudonym == "" {
			continue
		}
		p := cw.w.persons[r.pseudonym]
		if p == nil {
			if p = cw.c.persons[r.pseudonym]; p == nil {
				p = &knownPerson{birthYear: r.birthYear, sex: r.sex}
				first[r.pseudonym] = r
				keys = append(keys, r.pseudonym)
			}
			cw.w.persons[r.pseudonym] = p
		}
		r.person = p
	}
	if len(keys) == 0 {
		return nil
	}
	slices.Sort(keys) // neighbours in the index
	id, err := db.Next(ctx, cw.tx, "person", int64(len(keys)))
	if err != nil {
		return err
	}
	values := make([][]any, len(keys))
	for i, k := range keys {
		p := first[k].person
		p.id = id + int64(i)
		values[i] = []any{p.id, k, p.birthYear, p.sex}
	}
	known, err := cw.tx.AddNew(ctx, "person", []string{"id", "pseudonym", "birth_year", "sex"}, values)
	if err != nil {
		return err
	}
	cw.newPersons = int64(len(keys) - len(known))
	found, err := findPersons(ctx, cw.tx, pick(keys, known)) // another import was faster
	for k, p := range found {
		*first[k].person = *p
	}
	return allFound(err, "person", len(found), len(known))
}

func pick(keys []string, at []int) []string {
	out := make([]string, len(at))
	for i, n := range at {
		out[i] = keys[n]
	}
	return out
}

// makeSessions gives every row the number of its class meeting, and adds the
// meetings that are new.
func (cw *chunkWriter) makeSessions(ctx context.Context) error {
	var keys []string
	last, ok := "", false
	for i := range cw.c.rows {
		key := cw.c.rows[i].session
		if key == last && ok {
			continue
		}
		if _, ok = cw.w.sessions[key]; !ok {
			key = strings.Clone(key) // not the whole line it was cut from
			id := cw.c.sessions[key]
			if cw.w.sessions[key] = id; id == 0 {
				keys = append(keys, key)
			}
		}
		last, ok = key, true
	}
	if err := cw.addSessions(ctx, keys); err != nil {
		return err
	}
	var id int64
	last = ""
	for i := range cw.c.rows {
		r := &cw.c.rows[i]
		if r.session != last {
			last, id = r.session, cw.w.sessions[r.session]
		}
		r.sessionID = id
	}
	return nil
}

func (cw *chunkWriter) addSessions(ctx context.Context, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	slices.Sort(keys)
	id, err := db.Next(ctx, cw.tx, "session", int64(len(keys)))
	if err != nil {
		return err
	}
	values := make([][]any, len(keys))
	for i, k := range keys {
		values[i] = []any{id + int64(i), k}
		cw.w.sessions[k] = id + int64(i)
	}
	cw.freshFrom, cw.freshTo = id, id+int64(len(keys))
	known, err := cw.tx.AddNew(ctx, "session", []string{"id", "key"}, values)
	if err != nil {
		return err
	}
	cw.newSessions = int64(len(keys) - len(known))
	found, err := findSessions(ctx, cw.tx, pick(keys, known))
	for k, n := range found {
		cw.w.sessions[k] = n
	}
	return allFound(err, "session", len(found), len(known))
}

// allFound fails where a row could not be added although nothing like it is
// there: then the counter of its numbers is wrong, and going on would lose it.
func allFound(err error, table string, found, known int) error {
	if err == nil && found != known {
		err = fmt.Errorf("%s: %d rows were refused and only %d of them are there: its counter is wrong", table, known, found)
	}
	return err
}
