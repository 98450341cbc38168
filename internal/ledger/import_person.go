package ledger

import (
	"context"
	"fmt"

	"xuedu/internal/db"
)

// changePersons applies what the new rows say of persons: the latest wins, and
// a blank says nothing. It writes one change a person.
func (cw *chunkWriter) changePersons(ctx context.Context) error {
	changed := cw.learnAll()
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

// learnAll takes what the new rows say and returns those who changed.
func (cw *chunkWriter) learnAll() []*knownPerson {
	var changed []*knownPerson
	for _, r := range cw.rows { // sorted by person, then by line
		if r.known || r.person == nil || !cw.learn(r) {
			continue
		}
		if n := len(changed); n == 0 || changed[n-1] != r.person {
			changed = append(changed, r.person)
		}
	}
	return changed
}

// learn takes birth year and sex from a row and reports whether that changed
// what is known; it warns where it contradicts it.
func (cw *chunkWriter) learn(r *importRow) bool {
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
