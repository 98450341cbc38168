package ledger

import (
	"context"

	"xuedu/internal/db"
)

// check does all that write does but for the writing: it tells what the ledger
// has already and where it contradicts. Whoever is new gets a number below
// zero. Rows that stand twice in a file are told only if they are near.
func (cw *chunkWriter) check(ctx context.Context, q db.Querier) error {
	w := cw.w
	var maybe []*importRow
	for i := range cw.c.rows {
		r := &cw.c.rows[i]
		if r.pseudonym != "" {
			r.person = cw.checkPerson(r)
		}
		id := w.sessions[r.session]
		if id == 0 {
			if id = cw.c.sessions[r.session]; id == 0 {
				id = w.newNumber()
			}
			w.sessions[r.session] = id
		}
		r.sessionID = id
	}
	cw.collect()
	for _, r := range cw.rows {
		if r.personID() >= 0 && r.sessionID > 0 {
			maybe = append(maybe, r)
		}
	}
	if err := cw.compareKnown(ctx, q, maybe); err != nil {
		return err
	}
	cw.learnAll()
	return nil
}

func (cw *chunkWriter) checkPerson(r *importRow) *knownPerson {
	p := cw.w.persons[r.pseudonym]
	if p == nil {
		if p = cw.c.persons[r.pseudonym]; p == nil {
			p = &knownPerson{id: cw.w.newNumber(), birthYear: r.birthYear, sex: r.sex}
		}
		cw.w.persons[r.pseudonym] = p
	}
	return p
}

// newNumber is a stand-in for a number of the database.
func (w *importWriter) newNumber() int64 {
	w.standIn--
	return w.standIn
}
