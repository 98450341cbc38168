package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/keys"
	"xuedu/internal/ledger"
	"xuedu/internal/pack"
)

// imports measures how a file of attendances comes in.
func imports(ctx context.Context, o options, r *report) error {
	path := filepath.Join(o.dir, "import.csv")
	tree, err := writeFile(path, o.importRows)
	if err != nil {
		return err
	}
	r.importRows = o.importRows
	file := `'` + strings.ReplaceAll(path, `'`, `''`) + `'`
	steps := []struct {
		name string
		f    func() (time.Duration, error)
	}{
		{"Xuedu into SQLite", func() (time.Duration, error) {
			return ours(ctx, o, "sqlite:"+filepath.Join(o.dir, fmt.Sprint("import", time.Now().UnixNano(), ".db")), path, tree)
		}},
		{"DuckDB read_csv, no key", func() (time.Duration, error) {
			return duckImport(ctx, o, `CREATE TABLE i AS SELECT * FROM read_csv(`+file+`, header = true, all_varchar = true)`)
		}},
		{"DuckDB read_csv, unique (session, person)", func() (time.Duration, error) {
			return duckImport(ctx, o, importTable(""), `INSERT INTO i SELECT * FROM read_csv(`+file+`, header = true, all_varchar = true)`)
		}},
	}
	if dsn := os.Getenv("XUEDU_BENCH_PG"); dsn != "" {
		steps = append(steps, []struct {
			name string
			f    func() (time.Duration, error)
		}{
			{"Xuedu into PostgreSQL", func() (time.Duration, error) { return ours(ctx, o, inSchema(dsn), path, tree) }},
			{"PostgreSQL COPY, no key", func() (time.Duration, error) { return pgImport(ctx, dsn, path, false) }},
			{"PostgreSQL COPY, unique (session, person)", func() (time.Duration, error) { return pgImport(ctx, dsn, path, true) }},
		}...)
	}
	for _, s := range steps {
		log.Printf("import: %s", s.name)
		var best []time.Duration
		for range 3 {
			d, err := s.f()
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			best = append(best, d)
		}
		r.imports = append(r.imports, timed{s.name, middle(best)})
	}
	return nil
}

func middle(d []time.Duration) time.Duration {
	a, b, c := d[0], d[1], d[2]
	return max(min(a, b), min(max(a, b), c))
}

func inSchema(dsn string) string {
	sep := "?"
	if strings.Contains(dsn, "?") {
		sep = "&"
	}
	return fmt.Sprintf("%s%ssearch_path=i%d", dsn, sep, time.Now().UnixNano())
}

var columns = []string{"session", "person", "home", "place", "birth_year", "sex", "date", "theme", "mode", "minutes", "count"}

func importTable(kind string) string {
	return `CREATE ` + kind + ` TABLE i (` + strings.Join(columns, " TEXT, ") + ` TEXT, UNIQUE (session, person))`
}

// writeFile invents rows of a fifth as many residents, in the order of class
// meetings of fifteen; all rows are valid.
func writeFile(path string, n int) (*area.Tree, error) {
	tree, codes := importTree()
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	w, d := bufio.NewWriterSize(f, 1<<20), dice(5)
	fmt.Fprintln(w, strings.Join(columns, ","))
	start := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)
	const size = 15
	for i := range n {
		meeting, seat := i/size, i%size
		day := start.AddDate(0, 0, meeting*365/(n/size+1)).Format(time.DateOnly)
		person := (d.below(n/5/size)*size + seat) // nobody sits twice in a meeting
		fmt.Fprintf(w, "c%07d-%02d,11010119%011d,%s,%s,%d,%s,%s,%s,onsite,%d,\n", meeting/16, meeting%16, person, codes[person*7919%len(codes)],
			codes[meeting*31%len(codes)], 1935+person%70, []string{"f", "m", ""}[person%3], day, importThemes[meeting%3].Code, 90)
	}
	return tree, w.Flush()
}

var importThemes = []pack.Coded{{Code: "culture"}, {Code: "skills"}, {Code: "health"}}

func importTree() (*area.Tree, []string) {
	areas := []area.Area{{ID: 1, Code: "110000000000", Level: area.City}}
	var codes []string
	add := func(code string, l area.Level, parent int64) int64 {
		id := int64(len(areas) + 1)
		areas = append(areas, area.Area{ID: id, Code: code, Level: l, ParentID: parent})
		return id
	}
	for d := range districts {
		district := add(fmt.Sprintf("1101%02d000000", d+1), area.District, 1)
		for s := range 22 {
			street := add(fmt.Sprintf("1101%02d%03d000", d+1, s+1), area.Street, district)
			for c := range 22 {
				codes = append(codes, fmt.Sprintf("1101%02d%03d%03d", d+1, s+1, c+1))
				add(codes[len(codes)-1], area.Community, street)
			}
		}
	}
	return area.NewTree(areas), codes
}

// ours is the importer of the product: it parses, validates, makes pseudonyms
// and keeps the pair of session and person unique.
func ours(ctx context.Context, o options, dsn, path string, tree *area.Tree) (time.Duration, error) {
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return 0, err
	}
	defer d.Close()
	if _, err := d.Migrate(ctx); err != nil {
		return 0, err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	p := &pack.Pack{Themes: importThemes}
	s := ledger.New(d, func() *area.Tree { return tree }, func() *pack.Pack { return p }, &keys.Ring{Pseudonym: make([]byte, 32)}, time.Now)
	at := time.Now()
	r, err := s.Import(ctx, ledger.ImportSource{Name: "import.csv", R: bytes.NewReader(b)},
		ledger.ImportOptions{T: func(k string, _ ...any) string { return k }, Rejected: io.Discard})
	took := time.Since(at)
	if err == nil && (r.Recorded != int64(o.importRows) || r.Refused != 0) {
		err = fmt.Errorf("%d rows recorded, %d refused, of %d", r.Recorded, r.Refused, o.importRows)
	}
	return took, err
}

func duckImport(ctx context.Context, o options, stmts ...string) (time.Duration, error) {
	path := filepath.Join(o.dir, fmt.Sprint("import", time.Now().UnixNano(), ".duckdb"))
	defer os.Remove(path)
	d, err := connectDuck(ctx, path)
	if err != nil {
		return 0, err
	}
	defer d.close()
	at := time.Now()
	for _, s := range append(stmts, "CHECKPOINT") {
		if _, err := d.db.ExecContext(ctx, s); err != nil {
			return 0, err
		}
	}
	return time.Since(at), d.expect(ctx, o.importRows)
}

func (d *duckPeer) expect(ctx context.Context, n int) error {
	var got int
	if err := d.db.QueryRowContext(ctx, `SELECT count(*) FROM i`).Scan(&got); err != nil {
		return err
	}
	if got != n {
		return fmt.Errorf("%d rows of %d", got, n)
	}
	return nil
}

func pgImport(ctx context.Context, dsn, path string, unique bool) (time.Duration, error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return 0, err
	}
	defer conn.Close(ctx)
	table := importTable("")
	if !unique {
		table = strings.Replace(table, ", UNIQUE (session, person)", "", 1)
	}
	for _, s := range []string{`DROP TABLE IF EXISTS i`, table} {
		if _, err := conn.Exec(ctx, s); err != nil {
			return 0, err
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	at := time.Now()
	_, err = conn.PgConn().CopyFrom(ctx, f, `COPY i FROM STDIN (FORMAT csv, HEADER)`)
	return time.Since(at), err
}
