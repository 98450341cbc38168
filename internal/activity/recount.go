package activity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"xuedu/internal/activity/internal/gen"
	"xuedu/internal/db"
)

// Rolls is what counting rosters needs of the ledger. Both read what is
// committed.
type Rolls interface {
	// Tail returns the meetings of which somebody was recorded or taken back
	// after a number of the ledger, up to and including last; it looks through
	// at most most numbers. last is after where nothing is newer.
	Tail(ctx context.Context, after, most int64) (sessions []string, last int64, err error)
	// Came returns who of the persons has a standing attendance of which of the
	// meetings of a class.
	Came(ctx context.Context, sessions []string, persons []int64) (map[string][]int64, error)
}

// Recounter keeps the counts of rosters: small tables from which attendance,
// completion and empty seats are read without the ledger. It is safe for
// concurrent use, in many processes too.
type Recounter struct {
	db    *db.DB
	rolls Rolls
	mu    sync.Mutex // one in this process, so that others do not queue at the database
}

// NewRecounter returns a Recounter.
func NewRecounter(d *db.DB, r Rolls) *Recounter { return &Recounter{db: d, rolls: r} }

const (
	rosterMark = "roster" // counter: the ledger was looked through below it
	tailStep   = 200_000  // numbers of the ledger in one transaction
	keysAtOnce = 500
)

// CatchUp counts the classes anew whose rosters changed since the last time:
// by a tick, a reversal, an import, or a change of the class itself. It must
// not be called within a transaction.
func (c *Recounter) CatchUp(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for more := true; more; {
		var err error
		if more, err = c.follow(ctx); err != nil {
			return fmt.Errorf("look for changed rosters: %w", err)
		}
	}
	for {
		n, err := c.some(ctx)
		if err != nil {
			return fmt.Errorf("count rosters: %w", err)
		}
		if n == 0 {
			return nil
		}
	}
}

// follow marks the classes of one step of the ledger's tail.
func (c *Recounter) follow(ctx context.Context) (more bool, err error) {
	after, err := seen(ctx, c.db.Read)
	if err != nil {
		return false, err
	}
	sessions, last, err := c.rolls.Tail(ctx, after, tailStep)
	if err != nil || last == after {
		return false, err
	}
	return true, c.db.InTx(ctx, func(tx *sql.Tx) error {
		classes, err := classesMeeting(ctx, tx, sessions)
		if err != nil {
			return err
		}
		if err := mark(ctx, tx, classes...); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO counter (name, next) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET next = CASE WHEN counter.next < excluded.next THEN excluded.next ELSE counter.next END`, rosterMark, last+1)
		return err
	})
}

// seen returns the last number of the ledger that was looked through.
func seen(ctx context.Context, q db.Querier) (int64, error) {
	var next int64
	err := q.QueryRowContext(ctx, `SELECT next FROM counter WHERE name = $1`, rosterMark).Scan(&next)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return next - 1, err
}

// classesMeeting returns the classes of those sessions that are meetings.
func classesMeeting(ctx context.Context, q db.Querier, sessions []string) ([]string, error) {
	found := map[string]bool{}
	var out []string
	for part := range slices.Chunk(sessions, keysAtOnce) {
		marks, args := make([]string, len(part)), make([]any, len(part))
		for i, s := range part {
			marks[i], args[i] = "$"+strconv.Itoa(i+1), s
		}
		rows, err := q.QueryContext(ctx, `SELECT class_id FROM meeting WHERE id IN (`+strings.Join(marks, ",")+`) ORDER BY class_id`, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				return nil, errors.Join(err, rows.Close())
			}
			if !found[id] {
				found[id] = true
				out = append(out, id)
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// mark says that the counts of classes may be out of date, in the transaction
// that makes them so.
func mark(ctx context.Context, tx db.Querier, classes ...string) error {
	q := gen.New(tx)
	for _, id := range classes {
		if err := q.MarkClass(ctx, gen.MarkClassParams{ID: newID(), ClassID: id}); err != nil {
			return fmt.Errorf("mark class %s: %w", id, err)
		}
	}
	return nil
}

// MarkAll has all classes counted anew, for those who write classes and the
// ledger at once; what the ledger has so far need not be looked through.
func MarkAll(ctx context.Context, tx db.Querier) error {
	for _, q := range []string{
		`INSERT INTO class_recount (id, class_id) SELECT id, id FROM class c WHERE NOT EXISTS (SELECT 1 FROM class_recount x WHERE x.id = c.id)`,
		`DELETE FROM counter WHERE name = 'roster'`,
		`INSERT INTO counter (name, next) SELECT 'roster', next FROM counter WHERE name = 'ledger'`,
	} {
		if _, err := tx.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("mark all classes: %w", err)
		}
	}
	return nil
}

// some counts the first marked classes anew and returns how many marks are
// gone. Whoever counts holds the mark's counter, and reads after taking it: two
// never count one class from different states.
func (c *Recounter) some(ctx context.Context) (n int, err error) {
	if list, err := gen.New(c.db.Read).MarkedClasses(ctx); err != nil || len(list) == 0 {
		return 0, err
	}
	err = c.db.InTx(ctx, func(tx *sql.Tx) error {
		q := gen.New(tx)
		if _, err := db.Next(ctx, tx, rosterMark, 0); err != nil {
			return err
		}
		list, err := q.MarkedClasses(ctx)
		if err != nil {
			return err
		}
		n = len(list)
		done := map[string]bool{}
		var days []string
		for _, m := range list {
			if !done[m.ClassID] {
				done[m.ClassID] = true
				moved, err := c.one(ctx, tx, m.ClassID)
				if err != nil {
					return fmt.Errorf("class %s: %w", m.ClassID, err)
				}
				days = append(days, moved...)
			}
			if err := q.UnmarkClass(ctx, m.ID); err != nil {
				return err
			}
		}
		return touch(ctx, tx, days...)
	})
	return n, err
}

// one counts a class and returns the days whose figures may have changed.
func (c *Recounter) one(ctx context.Context, tx db.Querier, id string) ([]string, error) {
	b, err := readBook(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if b.came, err = c.rolls.Came(ctx, b.sessions(), b.persons()); err != nil {
		return nil, err
	}
	if err := b.write(ctx, tx); err != nil {
		return nil, err
	}
	days := make([]string, len(b.meetings))
	for i, m := range b.meetings {
		days[i] = m.Day
	}
	return days, nil
}
