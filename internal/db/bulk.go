package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// CopyFunc adds rows to a table as fast as the database can. Values must have
// exactly the column's type: int64, string, bool, time.Time.
type CopyFunc func(table string, columns []string, rows [][]any) error

// InBulk is InTx with a way to add many rows: COPY on PostgreSQL, a prepared
// statement on SQLite.
func (d *DB) InBulk(ctx context.Context, f func(*sql.Tx, CopyFunc) error) error {
	return d.InIngest(ctx, func(b *Bulk) error {
		return f(b.Tx, func(table string, cols []string, rows [][]any) error { return b.Add(ctx, table, cols, rows) })
	})
}

func copyRows(ctx context.Context, conn *sql.Conn, table string, cols []string, rows [][]any) error {
	return conn.Raw(func(dc any) error {
		_, err := dc.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{table}, cols, pgx.CopyFromRows(rows))
		if err != nil {
			return fmt.Errorf("copy into %s: %w", table, err)
		}
		return nil
	})
}

// insertRows goes row by row: with this driver a wide VALUES list is slower.
func insertRows(ctx context.Context, tx *sql.Tx, table string, cols []string, rows [][]any) error {
	marks := make([]string, len(cols))
	for i := range marks {
		marks[i] = fmt.Sprint("$", i+1)
	}
	st, err := tx.PrepareContext(ctx, "INSERT INTO "+table+" ("+strings.Join(cols, ", ")+") VALUES ("+strings.Join(marks, ", ")+")")
	if err != nil {
		return fmt.Errorf("prepare insert into %s: %w", table, err)
	}
	defer st.Close()
	for _, r := range rows {
		if _, err := st.ExecContext(ctx, r...); err != nil {
			return fmt.Errorf("insert into %s: %w", table, err)
		}
	}
	return nil
}
