package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"os"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // database/sql for the comparison

	"xuedu/internal/formula"
)

// gridPeer is a database with the values of communities in a wide table, one
// column an element, and in a narrow one, one row a value.
type gridPeer struct {
	title string
	db    *sql.DB
	fill  func(ctx context.Context, table string, columns []string, rows func(yield func([]any) error) error) error
	done  func() error
}

func openGridPeers(ctx context.Context, path string) ([]*gridPeer, error) {
	duck, err := connectDuck(ctx, path)
	if err != nil {
		return nil, err
	}
	list := []*gridPeer{{title: "DuckDB", db: duck.db, done: duck.close, fill: duck.fillRows}}
	dsn := os.Getenv("XUEDU_BENCH_PG")
	if dsn == "" {
		return list, nil
	}
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	p := &pgPeer{conn}
	return append(list, &gridPeer{title: "PostgreSQL", db: db, fill: p.fillRows, done: func() error {
		if err := p.close(); err != nil {
			return err
		}
		return db.Close()
	}}), nil
}

func (d *duckPeer) fillRows(_ context.Context, table string, _ []string, rows func(func([]any) error) error) error {
	return d.append(table, func(a *duckdb.Appender) error {
		return rows(func(r []any) error {
			values := make([]driver.Value, len(r))
			for i, v := range r {
				values[i] = v
			}
			return a.AppendRow(values...)
		})
	})
}

func (p *pgPeer) fillRows(ctx context.Context, table string, columns []string, rows func(func([]any) error) error) error {
	in := make(chan []any, 1024)
	failed := make(chan error, 1)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		defer close(in)
		failed <- rows(func(r []any) error {
			select {
			case in <- append([]any(nil), r...):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	_, err := p.conn.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromFunc(func() ([]any, error) { return <-in, nil }))
	cancel()
	if e := <-failed; err == nil {
		err = e
	}
	return err
}

func (p *gridPeer) name() string { return p.title }

func (p *gridPeer) close() error { return p.done() }

func elementColumns(format string) string {
	var b strings.Builder
	for e := range elements {
		fmt.Fprintf(&b, format, elementCode(e))
	}
	return b.String()
}

func (p *gridPeer) load(ctx context.Context, g *grid) error {
	unlogged := ""
	setup := []string{}
	if p.title == "PostgreSQL" {
		unlogged = "UNLOGGED "
		setup = []string{`DROP TABLE IF EXISTS place, wide, narrow, answer, sums`, `SET work_mem = '256MB'`, `SET max_parallel_workers_per_gather = 2`}
	}
	setup = append(setup,
		`CREATE `+unlogged+`TABLE place (community INTEGER PRIMARY KEY, street INTEGER, district INTEGER)`,
		`CREATE `+unlogged+`TABLE wide (community INTEGER, quarter INTEGER`+elementColumns(", %s INTEGER")+`)`,
		`CREATE `+unlogged+`TABLE narrow (community INTEGER, quarter INTEGER, element INTEGER, value INTEGER)`)
	for _, s := range setup {
		if _, err := p.db.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	if err := p.fillTables(ctx, g); err != nil {
		return err
	}
	if p.title != "PostgreSQL" {
		_, err := p.db.ExecContext(ctx, "CHECKPOINT")
		return err
	}
	for _, t := range []string{"place", "wide", "narrow"} {
		if _, err := p.db.ExecContext(ctx, "VACUUM (ANALYZE) "+t); err != nil {
			return err
		}
	}
	return nil
}

func (p *gridPeer) fillTables(ctx context.Context, g *grid) error {
	err := p.fill(ctx, "place", []string{"community", "street", "district"}, func(yield func([]any) error) error {
		for l := range leaves {
			if err := yield([]any{int32(l), int32(g.city.streetOf[l]), int32(g.city.districtOf[l])}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	columns := append([]string{"community", "quarter"}, strings.Split(strings.TrimPrefix(elementColumns(",%s"), ","), ",")...)
	err = p.fill(ctx, "wide", columns, func(yield func([]any) error) error {
		row := make([]any, 2+elements)
		return g.eachLeaf(func(q, l int) error {
			row[0], row[1] = int32(l), int32(q)
			for e := range elements {
				row[2+e] = int32(g.leaf(q, e, l))
			}
			return yield(row)
		})
	})
	if err != nil {
		return err
	}
	return p.fill(ctx, "narrow", []string{"community", "quarter", "element", "value"}, func(yield func([]any) error) error {
		row := make([]any, 4)
		return g.eachLeaf(func(q, l int) error {
			for e := range elements {
				row[0], row[1], row[2], row[3] = int32(l), int32(q), int32(e), int32(g.leaf(q, e, l))
				if err := yield(row); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

func (g *grid) eachLeaf(f func(q, l int) error) error {
	for q := range quarters {
		for l := range leaves {
			if err := f(q, l); err != nil {
				return err
			}
		}
	}
	return nil
}

// leaf is the value as our source has it now, changes included.
func (g *grid) leaf(q, e, l int) int64 { return g.source.blocks[quarterName(q)][e].Num[g.city.leaf[l]] }

const sets = `GROUP BY GROUPING SETS ((quarter%[1]s), (quarter%[1]s, district), (quarter%[1]s, street), (quarter%[1]s, community))`

// wideSQL computes the indicators of all areas into a table of the database:
// nothing is sent to anybody.
func wideSQL() []string {
	var b strings.Builder
	b.WriteString(`CREATE TEMP TABLE answer AS WITH sums AS (SELECT quarter, district, street, community`)
	b.WriteString(elementColumns(", CAST(SUM(%[1]s) AS DOUBLE PRECISION) AS %[1]s"))
	b.WriteString(` FROM wide JOIN place USING (community) ` + fmt.Sprintf(sets, "") + `) SELECT quarter, district, street, community`)
	for i, x := range indicatorList() {
		fmt.Fprintf(&b, ", CAST(%s AS DOUBLE PRECISION) AS i%02d", x.sql, i)
	}
	b.WriteString(" FROM sums")
	return []string{`DROP TABLE IF EXISTS answer`, b.String()}
}

var narrowSQL = []string{`DROP TABLE IF EXISTS sums`,
	`CREATE TEMP TABLE sums AS SELECT quarter, element, district, street, community, SUM(value) AS value FROM narrow JOIN place USING (community) ` +
		fmt.Sprintf(sets, ", element")}

func (p *gridPeer) run(ctx context.Context, statements []string) error {
	for _, s := range statements {
		if _, err := p.db.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// nrOf is the preorder number of the area that a grouped row speaks of.
func (g *grid) nrOf(district, street, community sql.NullInt64) int {
	id := int64(1)
	switch {
	case community.Valid:
		return g.city.leaf[community.Int64]
	case street.Valid:
		id = 100 + street.Int64
	case district.Valid:
		id = 10 + district.Int64
	}
	n, _ := g.city.tree.ByID(id)
	return n
}

// compareWide compares every cell.
func (p *gridPeer) compareWide(ctx context.Context, g *grid, got []formula.Result) error {
	rows, err := p.db.QueryContext(ctx, "SELECT * FROM answer")
	if err != nil {
		return err
	}
	defer rows.Close()
	var q int
	var district, street, community sql.NullInt64
	cells := make([]float64, indicators)
	into := []any{&q, &district, &street, &community}
	for i := range cells {
		into = append(into, &cells[i])
	}
	seen := 0
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		n := g.nrOf(district, street, community)
		for i, theirs := range cells {
			if ours := number(got[q*indicators+i].Column, n); !near(ours, theirs) {
				return fmt.Errorf("%s of area %d in %s: %v, Xuedu %v", indicatorList()[i].formula, n, quarterName(q), theirs, ours)
			}
		}
		seen++
	}
	if want := quarters * g.city.tree.Len(); seen != want {
		return fmt.Errorf("%d rows, want %d", seen, want)
	}
	return rows.Err()
}

// compareNarrow compares every sum above the communities, and how many there are of all.
func (p *gridPeer) compareNarrow(ctx context.Context, g *grid) error {
	var all int
	if err := p.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM sums").Scan(&all); err != nil {
		return err
	}
	if want := elements * quarters * g.city.tree.Len(); all != want {
		return fmt.Errorf("%d sums, want %d", all, want)
	}
	rows, err := p.db.QueryContext(ctx, "SELECT quarter, element, district, street, CAST(value AS BIGINT) FROM sums WHERE community IS NULL")
	if err != nil {
		return err
	}
	defer rows.Close()
	e := g.engine()
	for rows.Next() {
		var q, el int
		var theirs int64
		var district, street sql.NullInt64
		if err := rows.Scan(&q, &el, &district, &street, &theirs); err != nil {
			return err
		}
		l, err := e.Column(ctx, g.refs[el], g.at[q])
		if err != nil {
			return err
		}
		if n := g.nrOf(district, street, sql.NullInt64{}); l.Num[n] != theirs {
			return fmt.Errorf("%s of area %d in %s: %d, Xuedu %d", elementCode(el), n, quarterName(q), theirs, l.Num[n])
		}
	}
	return rows.Err()
}
