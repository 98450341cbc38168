package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"xuedu/internal/area"
	"xuedu/internal/ledger/engine"
)

// readStep is how many ledger numbers one statement of a build reads.
const readStep = 200_000

// lastNumber returns the highest number of the ledger that is committed.
// Numbers become visible in their order, so everything below is there too.
func (f *Figures) lastNumber(ctx context.Context) (int64, error) {
	var next int64
	err := f.db.Read.QueryRowContext(ctx, `SELECT next FROM counter WHERE name = 'ledger'`).Scan(&next)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read ledger counter: %w", err)
	}
	return next - 1, nil
}

// build reads the whole ledger.
func (f *Figures) build(ctx context.Context, tree *area.Tree, step func(done, all int64)) (*engine.Engine, error) {
	return f.orInMemory(func(path string) (*engine.Engine, error) {
		last, err := f.lastNumber(ctx)
		if err != nil {
			return nil, err
		}
		opt, err := f.options(ctx, last)
		if err != nil {
			return nil, err
		}
		b, err := f.collect(ctx, tree, last, step)
		if err != nil {
			return nil, err
		}
		opt.Path = path
		return b.Build(opt)
	})
}

func (f *Figures) collect(ctx context.Context, tree *area.Tree, last int64, step func(done, all int64)) (*engine.Builder, error) {
	b := engine.NewBuilder(tree)
	reversed, err := f.reversed(ctx, last)
	if err != nil {
		return nil, err
	}
	for from := int64(0); from < last; from += readStep {
		to := min(from+readStep, last)
		if err := f.addChunk(ctx, b, from, to, reversed); err != nil {
			return nil, err
		}
		if step != nil {
			step(to, last)
		}
	}
	return b, f.addPeople(ctx, b, last)
}

func (f *Figures) reversed(ctx context.Context, last int64) (map[int64]struct{}, error) {
	out := map[int64]struct{}{}
	err := each(ctx, f.db.Read, `SELECT attendance_id FROM reversal WHERE id <= $1 ORDER BY id`, []any{last}, func(r *sql.Rows) error {
		var id int64
		err := r.Scan(&id)
		out[id] = struct{}{}
		return err
	})
	return out, err
}

func (f *Figures) addChunk(ctx context.Context, b *engine.Builder, from, to int64, reversed map[int64]struct{}) error {
	const query = `SELECT id, person_id, home_id, place_id, day, theme_id, online, minutes, heads
		FROM attendance WHERE id > $1 AND id <= $2 ORDER BY id`
	return each(ctx, f.db.Read, query, []any{from, to}, func(rows *sql.Rows) error {
		var id, online int64
		var r engine.Row
		if err := rows.Scan(&id, &r.Person, &r.Home, &r.Place, &r.Day, &r.Theme, &online, &r.Minutes, &r.Heads); err != nil {
			return err
		}
		if _, gone := reversed[id]; !gone {
			r.Online = online != 0
			b.Add(r)
		}
		return nil
	})
}

// addPeople reads what is known of persons, then the corrections in order.
func (f *Figures) addPeople(ctx context.Context, b *engine.Builder, last int64) error {
	err := each(ctx, f.db.Read, `SELECT id, birth_year, sex FROM person ORDER BY id`, nil, func(r *sql.Rows) error {
		p, err := scanPerson(r)
		b.SetPerson(p, false)
		return err
	})
	if err != nil {
		return err
	}
	const changes = `SELECT person_id, birth_year, sex FROM person_change WHERE id <= $1 ORDER BY id`
	return each(ctx, f.db.Read, changes, []any{last}, func(r *sql.Rows) error {
		p, err := scanPerson(r)
		b.SetPerson(p, true)
		return err
	})
}

func scanPerson(r *sql.Rows) (engine.Person, error) {
	var p engine.Person
	var sex string
	err := r.Scan(&p.ID, &p.Born, &sex)
	p.Sex = sexOf(sex)
	return p, err
}

func sexOf(s string) engine.Sex {
	switch s {
	case "f":
		return engine.Female
	case "m":
		return engine.Male
	}
	return engine.Unknown
}

// catchUp takes in the ledger's tail and follows the tree. f.feed is held.
func (f *Figures) catchUp(ctx context.Context) error {
	if f.eng == nil {
		return errors.New("figures: not started")
	}
	if t := f.tree(); t != f.eng.Tree() && !f.eng.SetTree(t) {
		if err := f.renumber(ctx, t); err != nil {
			return err
		}
	}
	last, err := f.lastNumber(ctx)
	if err != nil {
		return err
	}
	done := f.eng.Last()
	if last <= done {
		return nil
	}
	if last-done > rebuildAbove && last-done > done {
		f.jobs.Wait()
		e, err := f.build(ctx, f.eng.Tree(), nil)
		if err == nil {
			f.replace(e)
		}
		return err
	}
	for done < last { // in steps, so that memory stays small
		to := min(done+readStep, last)
		b, err := f.batch(ctx, done, to)
		if err != nil {
			return err
		}
		f.eng.Apply(b)
		f.touched.applied(to)
		done = to
	}
	f.compactIfDue()
	return nil
}

// rebuildAbove is how many new numbers are rather read as a whole ledger.
const rebuildAbove = 500_000

// renumber moves the engine to another tree. f.feed is held.
func (f *Figures) renumber(ctx context.Context, t *area.Tree) error {
	f.jobs.Wait()
	e, err := f.renumbered(ctx, t)
	if err == nil {
		f.replace(e)
	}
	return err
}

func (f *Figures) renumbered(ctx context.Context, t *area.Tree) (*engine.Engine, error) {
	if f.eng.Strange() {
		return f.build(ctx, t, nil) // rows whose area was unknown must be read again
	}
	opt, err := f.options(ctx, f.eng.Last())
	if err != nil {
		return nil, err
	}
	return f.orInMemory(func(path string) (*engine.Engine, error) {
		opt.Path = path
		return f.eng.Renumber(t, opt)
	})
}

// batch reads the ledger's tail from < id <= to.
func (f *Figures) batch(ctx context.Context, from, to int64) (engine.Batch, error) {
	b := engine.Batch{Last: to}
	redo, err := f.batchReversals(ctx, from, to, &b)
	if err != nil {
		return b, err
	}
	if err := f.batchRows(ctx, from, to, redo, &b); err != nil {
		return b, err
	}
	if err := f.batchRedo(ctx, to, redo, &b); err != nil {
		return b, err
	}
	const changes = `SELECT person_id, birth_year, sex FROM person_change WHERE id > $1 AND id <= $2 ORDER BY id`
	return b, each(ctx, f.db.Read, changes, []any{from, to}, func(r *sql.Rows) error {
		p, err := scanPerson(r)
		b.People = append(b.People, p)
		f.touched.person()
		return err
	})
}

const rowColumns = `a.person_id, a.home_id, a.place_id, a.day, a.theme_id, a.online, a.minutes, a.heads`

func scanRow(rows *sql.Rows, more ...any) (engine.Row, error) {
	var r engine.Row
	var online int64
	err := rows.Scan(append([]any{&r.Person, &r.Home, &r.Place, &r.Day, &r.Theme, &online, &r.Minutes, &r.Heads}, more...)...)
	r.Online = online != 0
	return r, err
}

// batchReversals returns the persons of whom rows were reversed; reversed
// head-counts go into b.
func (f *Figures) batchReversals(ctx context.Context, from, to int64, b *engine.Batch) (map[int64]bool, error) {
	redo := map[int64]bool{}
	const query = `SELECT ` + rowColumns + ` FROM reversal r JOIN attendance a ON a.id = r.attendance_id
		WHERE r.id > $1 AND r.id <= $2 ORDER BY r.id`
	return redo, each(ctx, f.db.Read, query, []any{from, to}, func(rows *sql.Rows) error {
		r, err := scanRow(rows)
		f.touched.row(r.Day)
		if r.Person != 0 {
			redo[r.Person] = true
		} else if err == nil {
			b.HeadsGone = append(b.HeadsGone, r)
		}
		return err
	})
}

func (f *Figures) batchRows(ctx context.Context, from, to int64, redo map[int64]bool, b *engine.Batch) error {
	const query = `SELECT ` + rowColumns + `, COALESCE(p.birth_year, 0), COALESCE(p.sex, '')
		FROM attendance a LEFT JOIN person p ON p.id = a.person_id WHERE a.id > $1 AND a.id <= $2 ORDER BY a.id`
	return each(ctx, f.db.Read, query, []any{from, to}, func(rows *sql.Rows) error {
		var born int32
		var sex string
		r, err := scanRow(rows, &born, &sex)
		r.Born, r.Sex = born, sexOf(sex)
		f.touched.row(r.Day)
		if err == nil && !redo[r.Person] {
			b.Rows = append(b.Rows, r)
		}
		return err
	})
}

// batchRedo reads all rows of the persons again.
func (f *Figures) batchRedo(ctx context.Context, to int64, redo map[int64]bool, b *engine.Batch) error {
	if len(redo) == 0 {
		return nil
	}
	ids := make([]int64, 0, len(redo))
	at := make(map[int64]int, len(redo))
	for id := range redo {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for i, id := range ids {
		at[id] = i
		b.Redo = append(b.Redo, engine.Redo{Person: engine.Person{ID: id}})
	}
	err := lookUpIDs(ctx, f.db.Read, `SELECT id, birth_year, sex FROM person WHERE id IN (%s) ORDER BY id`, ids, func(r *sql.Rows) error {
		p, err := scanPerson(r)
		b.Redo[at[p.ID]].Person = p
		return err
	})
	if err != nil {
		return err
	}
	query := fmt.Sprintf(`SELECT `+rowColumns+`, a.id FROM attendance a WHERE a.person_id IN (%%s) AND a.id <= %d
		AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.attendance_id = a.id AND r.id <= %d) ORDER BY a.person_id, a.day, a.id`, to, to)
	return lookUpIDs(ctx, f.db.Read, query, ids, func(rows *sql.Rows) error {
		var id int64
		r, err := scanRow(rows, &id)
		i, ok := at[r.Person]
		if err == nil && ok {
			b.Redo[i].Rows = append(b.Redo[i].Rows, r)
		}
		return err
	})
}
