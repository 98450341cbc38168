package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/pressly/goose/v3"
)

// Bulk is a write transaction with fast ways to add many rows. Values must
// have exactly the column's type: int64, string, bool, time.Time.
type Bulk struct {
	*sql.Tx
	conn *sql.Conn
	pg   bool
}

// InIngest is InTx with a Bulk.
func (d *DB) InIngest(ctx context.Context, f func(*Bulk) error) error {
	conn, err := d.Write.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback() // no-op after Commit
	if err := f(&Bulk{Tx: tx, conn: conn, pg: d.dialect == goose.DialectPostgres}); err != nil {
		return cancelled(ctx, err)
	}
	if err := tx.Commit(); err != nil {
		return cancelled(ctx, fmt.Errorf("commit: %w", err))
	}
	return nil
}

// Add adds the rows, none of which may break a unique key.
func (b *Bulk) Add(ctx context.Context, table string, cols []string, rows [][]any) error {
	if b.pg {
		return copyRows(ctx, b.conn, table, cols, rows)
	}
	return insertRows(ctx, b.Tx, table, cols, rows)
}

// AddNew adds the rows that break no unique key of the table and returns the
// numbers of those that do, in their order. The first column must be the
// table's primary key, with values that are new.
func (b *Bulk) AddNew(ctx context.Context, table string, cols []string, rows [][]any) (known []int, err error) {
	if len(rows) == 0 {
		return nil, nil
	}
	if b.pg {
		return b.copyNew(ctx, table, cols, rows)
	}
	marks := make([]string, len(cols))
	for i := range marks {
		marks[i] = fmt.Sprint("$", i+1)
	}
	st, err := b.PrepareContext(ctx, "INSERT INTO "+table+" ("+strings.Join(cols, ", ")+") VALUES ("+strings.Join(marks, ", ")+") ON CONFLICT DO NOTHING")
	if err != nil {
		return nil, fmt.Errorf("prepare insert into %s: %w", table, err)
	}
	defer st.Close()
	for i, r := range rows {
		res, err := st.ExecContext(ctx, r...)
		if err != nil {
			return nil, fmt.Errorf("insert into %s: %w", table, err)
		}
		if n, err := res.RowsAffected(); err != nil {
			return nil, fmt.Errorf("insert into %s: %w", table, err)
		} else if n == 0 {
			known = append(known, i)
		}
	}
	return known, nil
}

// copyNew goes through a temporary table, which COPY fills far faster than
// statements fill the real one.
func (b *Bulk) copyNew(ctx context.Context, table string, cols []string, rows [][]any) ([]int, error) {
	temp, list := "new_"+table, strings.Join(cols, ", ")
	if _, err := b.ExecContext(ctx, "CREATE TEMP TABLE "+temp+" ON COMMIT DROP AS SELECT "+list+" FROM "+table+" WITH NO DATA"); err != nil {
		return nil, fmt.Errorf("make %s: %w", temp, err)
	}
	if err := copyRows(ctx, b.conn, temp, cols, rows); err != nil {
		return nil, err
	}
	res, err := b.ExecContext(ctx, "INSERT INTO "+table+" ("+list+") SELECT "+list+" FROM "+temp+" ORDER BY "+cols[0]+" ON CONFLICT DO NOTHING")
	if err != nil {
		return nil, fmt.Errorf("insert into %s: %w", table, err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return nil, fmt.Errorf("insert into %s: %w", table, err)
	}
	var known []int
	if n < int64(len(rows)) {
		if known, err = b.notAdded(ctx, temp, table, cols[0], rows); err != nil {
			return nil, err
		}
	}
	if _, err := b.ExecContext(ctx, "DROP TABLE "+temp); err != nil {
		return nil, fmt.Errorf("drop %s: %w", temp, err)
	}
	return known, nil
}

func (b *Bulk) notAdded(ctx context.Context, temp, table, key string, rows [][]any) ([]int, error) {
	rs, err := b.QueryContext(ctx, "SELECT "+key+" FROM "+temp+" WHERE NOT EXISTS (SELECT 1 FROM "+table+" t WHERE t."+key+" = "+temp+"."+key+")")
	if err != nil {
		return nil, fmt.Errorf("compare %s: %w", table, err)
	}
	defer rs.Close()
	left := map[any]bool{}
	for rs.Next() {
		var k any
		if err := rs.Scan(&k); err != nil {
			return nil, fmt.Errorf("compare %s: %w", table, err)
		}
		left[k] = true
	}
	var known []int
	for i, r := range rows {
		if left[r[0]] {
			known = append(known, i)
		}
	}
	return known, rs.Err()
}
