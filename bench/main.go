// Command bench measures the participation engine, the import and the indicators
// beside DuckDB and PostgreSQL: one run, one invented ledger, medians. Every answer is
// compared with the peers' answers; the run fails where one differs.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
)

type options struct {
	rows, importRows int
	runs             int
	dir, out         string
	alone            bool   // without peers
	part             string // one of parts; "" = all
	child            string // the engine's own process: see engine.go
	movers           float64
}

func main() {
	var o options
	flag.IntVar(&o.rows, "rows", 50_000_000, "rows of the ledger")
	flag.IntVar(&o.importRows, "import-rows", 1_000_000, "rows of the file to import; 0 leaves the import out")
	flag.IntVar(&o.runs, "runs", 7, "runs of each question; slow ones run less often")
	flag.StringVar(&o.dir, "dir", "", "folder for the files of the run; default: a temporary one")
	flag.StringVar(&o.out, "out", "", "Markdown file to write; default: standard output")
	flag.BoolVar(&o.alone, "alone", false, "measure the engine without the databases")
	flag.StringVar(&o.part, "part", "", "figures (engine and import), indicators, returns, pages, awards or reports; default: all")
	flag.StringVar(&o.child, "child", "", "used by the program itself")
	flag.Float64Var(&o.movers, "movers", 0, "used by the program itself")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	log.SetFlags(log.Ltime)
	if err := run(ctx, o); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, o options) error {
	if o.child == "files" {
		return runFiles(ctx, o.dir, o.out)
	}
	if o.child != "" {
		return runEngine(o)
	}
	if o.dir == "" {
		dir, err := os.MkdirTemp("", "xuedu-bench")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		o.dir = dir
	}
	r := &report{rows: o.rows, runs: o.runs}
	for _, p := range parts {
		if o.part != "" && o.part != p.name {
			continue
		}
		if err := p.run(ctx, o, r); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return r.write(o.out)
}

// parts of the run, each on its own with --part.
var parts = []struct {
	name string
	run  func(context.Context, options, *report) error
}{{"figures", figures}, {"indicators", measureIndicators}, {"returns", measureReturns}, {"pages", measurePages}, {"awards", measureAwards}, {"reports", measureReports}}

// figures runs the first part: the engine of participation and the import.
func figures(ctx context.Context, o options, r *report) error {
	peers, err := load(ctx, o, r)
	if err != nil {
		return err
	}
	if err := measure(ctx, o, r, peers); err != nil {
		return err
	}
	for _, p := range peers {
		if err := p.close(); err != nil {
			return err
		}
	}
	if o.importRows > 0 {
		return imports(ctx, o, r)
	}
	return nil
}

// load generates the ledger once and gives it to everybody.
func load(ctx context.Context, o options, r *report) ([]peer, error) {
	c := newCity(o.rows, 0)
	peers, err := openPeers(ctx, o)
	if err != nil {
		return nil, err
	}
	for _, p := range peers {
		if err := p.areas(ctx, c); err != nil {
			return nil, err
		}
	}
	b := newBuild(c)
	for m := range months {
		rows := c.month(m)
		r.made += len(rows)
		for _, p := range peers {
			if err := p.add(ctx, rows); err != nil {
				return nil, err
			}
		}
		b.add(rows)
		log.Printf("month %d of %d: %d rows", m+1, months, r.made)
	}
	r.people = c.people
	for _, p := range peers {
		if err := p.ready(ctx); err != nil {
			return nil, err
		}
	}
	if r.build, err = b.finish(snapshotPath(o, "settled")); err != nil {
		return nil, err
	}
	return peers, buildMovers(o, r)
}

func openPeers(ctx context.Context, o options) ([]peer, error) {
	if o.alone {
		return nil, nil
	}
	duck, err := openDuck(ctx, filepath.Join(o.dir, "bench.duckdb"))
	if err != nil {
		return nil, fmt.Errorf("duckdb: %w", err)
	}
	peers := []peer{duck}
	if dsn := os.Getenv("XUEDU_BENCH_PG"); dsn != "" {
		pg, err := openPG(ctx, dsn)
		if err != nil {
			return nil, fmt.Errorf("postgresql: %w", err)
		}
		peers = append(peers, pg)
	}
	return peers, nil
}

// buildMovers makes a second ledger for the engine alone, in which people move.
func buildMovers(o options, r *report) error {
	c := newCity(o.rows, moving)
	b := newBuild(c)
	for m := range months {
		b.add(c.month(m))
	}
	_, err := b.finish(snapshotPath(o, "movers"))
	return err
}

// moving is the share of people who move once within the 24 months.
const moving = 0.05

func snapshotPath(o options, name string) string { return filepath.Join(o.dir, name+".engine") }

// measure asks the questions and compares the answers.
func measure(ctx context.Context, o options, r *report, peers []peer) error {
	ours, err := startEngine(ctx, o, "settled", 0)
	if err != nil {
		return err
	}
	moved, err := startEngine(ctx, o, "movers", moving)
	if err != nil {
		return err
	}
	r.ours, r.moved = ours, moved
	c := newCity(o.rows, 0)
	for i := range questions {
		q := &questions[i]
		for _, p := range peers {
			log.Printf("%s: %s", p.name(), q.name)
			var got answer
			ms, err := median(o.runs, func() error {
				var err error
				got, err = p.ask(ctx, q)
				return err
			})
			if err != nil {
				return fmt.Errorf("%s: %s: %w", p.name(), q.name, err)
			}
			if err := c.compare(q, got, ours.Answers[q.name]); err != nil {
				return fmt.Errorf("%s: %s: %w", p.name(), q.name, err)
			}
			r.time(p.name(), q.name, ms)
		}
	}
	for _, p := range peers {
		extra := c.extra()
		ms, err := median(o.runs, func() error { return p.add(ctx, extra) })
		if err != nil {
			return err
		}
		r.time(p.name(), addRows, ms)
	}
	return nil
}

const addRows = "+ 10,000 rows"
