package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/jackc/pgx/v5"
)

// peer is a database that answers the same questions.
type peer interface {
	name() string
	areas(context.Context, *city) error
	add(context.Context, []row) error
	ready(context.Context) error // called when all rows are in
	ask(context.Context, *question) (answer, error)
	close() error
}

var schema = []string{
	`CREATE TABLE area (community SMALLINT PRIMARY KEY, street SMALLINT, district SMALLINT)`,
	`CREATE %s TABLE att (person INTEGER, home SMALLINT, place SMALLINT, day INTEGER, month INTEGER, theme SMALLINT, online BOOLEAN, minutes SMALLINT)`,
}

// duckPeer is DuckDB with its native storage.
type duckPeer struct {
	c    *duckdb.Connector
	conn driver.Conn
	db   *sql.DB
}

func openDuck(ctx context.Context, path string) (*duckPeer, error) {
	d, err := connectDuck(ctx, path)
	if err != nil {
		return nil, err
	}
	for _, s := range []string{schema[0], without(schema[1])} {
		if _, err := d.db.ExecContext(ctx, s); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func connectDuck(ctx context.Context, path string) (*duckPeer, error) {
	c, err := duckdb.NewConnector(path, nil)
	if err != nil {
		return nil, err
	}
	conn, err := c.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &duckPeer{c: c, conn: conn, db: sql.OpenDB(c)}, nil
}

func without(s string) string { return strings.Replace(s, "%s ", "", 1) }

func (*duckPeer) name() string { return "DuckDB" }

func (d *duckPeer) areas(_ context.Context, c *city) error {
	return d.append("area", func(a *duckdb.Appender) error {
		for l := range leaves {
			if err := a.AppendRow(int16(l), int16(c.streetOf[l]), int16(c.districtOf[l])); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *duckPeer) add(_ context.Context, rows []row) error {
	return d.append("att", func(a *duckdb.Appender) error {
		for i := range rows {
			r := &rows[i]
			if err := a.AppendRow(r.person, int16(r.home), int16(r.place), r.day, r.day/100, int16(r.theme), r.online, int16(r.minutes)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *duckPeer) append(table string, f func(*duckdb.Appender) error) error {
	a, err := duckdb.NewAppenderFromConn(d.conn, "", table)
	if err != nil {
		return err
	}
	return errors.Join(f(a), a.Close())
}

func (d *duckPeer) ready(ctx context.Context) error {
	_, err := d.db.ExecContext(ctx, "CHECKPOINT")
	return err
}

func (d *duckPeer) ask(ctx context.Context, q *question) (answer, error) {
	rows, err := d.db.QueryContext(ctx, q.sql)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out answer
	for rows.Next() {
		var c cell
		if err := rows.Scan(&c.month, &c.level, &c.area, &c.count); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

func (d *duckPeer) close() error { return errors.Join(d.conn.Close(), d.db.Close(), d.c.Close()) }

// pgPeer is PostgreSQL with an index on day and theme.
type pgPeer struct{ conn *pgx.Conn }

func openPG(ctx context.Context, dsn string) (*pgPeer, error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	for _, s := range []string{`DROP TABLE IF EXISTS att, area`, schema[0], strings.Replace(schema[1], "%s", "UNLOGGED", 1), `SET work_mem = '256MB'`, `SET maintenance_work_mem = '1GB'`} {
		if _, err := conn.Exec(ctx, s); err != nil {
			return nil, err
		}
	}
	return &pgPeer{conn}, nil
}

func (*pgPeer) name() string { return "PostgreSQL" }

func (p *pgPeer) areas(ctx context.Context, c *city) error {
	l := -1
	_, err := p.conn.CopyFrom(ctx, pgx.Identifier{"area"}, []string{"community", "street", "district"}, pgx.CopyFromFunc(func() ([]any, error) {
		if l++; l == leaves {
			return nil, nil
		}
		return []any{int16(l), int16(c.streetOf[l]), int16(c.districtOf[l])}, nil
	}))
	return err
}

func (p *pgPeer) add(ctx context.Context, rows []row) error {
	_, err := p.conn.CopyFrom(ctx, pgx.Identifier{"att"}, []string{"person", "home", "place", "day", "month", "theme", "online", "minutes"},
		pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
			r := &rows[i]
			return []any{r.person, int16(r.home), int16(r.place), r.day, r.day / 100, int16(r.theme), r.online, int16(r.minutes)}, nil
		}))
	return err
}

func (p *pgPeer) ready(ctx context.Context) error {
	for _, s := range []string{`CREATE INDEX att_day_theme ON att (day, theme)`, `VACUUM (ANALYZE) att`, `ANALYZE area`} {
		if _, err := p.conn.Exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (p *pgPeer) ask(ctx context.Context, q *question) (answer, error) {
	rows, err := p.conn.Query(ctx, q.sql)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (cell, error) {
		var c cell
		err := r.Scan(&c.month, &c.level, &c.area, &c.count)
		return c, err
	})
}

func (p *pgPeer) close() error { return p.conn.Close(context.Background()) }
