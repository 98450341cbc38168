package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// The collection whose forms come back filled in: every community answers.
const formCode = "base5"

// returnsReport is what was measured of the workbooks of returns.
type returnsReport struct {
	cells int
	runs  []returnsRun
}

// returnsRun is one way to bring all the forms back.
type returnsRun struct {
	name         string
	files        int
	export, took spent
	again        time.Duration // all of them once more: nothing is left to do
}

// measureReturns runs the third part: 7,535 forms go out as workbooks, are
// filled in and come back.
func measureReturns(ctx context.Context, o options, r *report) error {
	program, err := buildProgram(ctx, o.dir)
	if err != nil {
		return fmt.Errorf("build the program: %w", err)
	}
	r.returns = &returnsReport{}
	ways := []struct {
		name, dsn string
		each      bool
	}{{"SQLite, a file for each community", "", true}, {"SQLite, a file for each street", "", false}}
	if dsn := os.Getenv("XUEDU_BENCH_PG"); dsn != "" {
		ways = append(ways, ways[0])
		ways[2].name, ways[2].dsn = "PostgreSQL, a file for each community", inSchema(dsn)
	}
	for i, w := range ways {
		run, err := r.returns.bringBack(ctx, program, filepath.Join(o.dir, fmt.Sprint("returns", i)), w.dsn, w.each)
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		run.name = w.name
		r.returns.runs = append(r.returns.runs, run)
		log.Printf("returns: %s: %d files in %.1f s", run.name, run.files, run.took.wall.Seconds())
	}
	return nil
}

// bringBack sends a form out in a fresh city, exports, fills in and imports it;
// the first import is broken off and goes on where it was.
func (r *returnsReport) bringBack(ctx context.Context, program, dir, dsn string, each bool) (run returnsRun, err error) {
	c, err := makeCity(ctx, program, filepath.Join(dir, "city"), dsn)
	if err != nil {
		return run, err
	}
	quarter := quarterNow()
	if _, err := c.run(ctx, "return", "send", formCode, "--period", quarter); err != nil {
		return run, err
	}
	files := filepath.Join(dir, "files")
	args := []string{"return", "export", formCode, "--period", quarter, "--out", files}
	if each {
		args = append(args, "--each")
	}
	if run.export, err = c.run(ctx, args...); err != nil {
		return run, err
	}
	if run.files, r.cells, err = fillAll(files); err != nil {
		return run, err
	}
	first, err := c.breakOff(ctx, run.files/3, files)
	if err != nil {
		return run, err
	}
	if run.took, err = c.run(ctx, "return", "import", files); err != nil {
		return run, err
	}
	run.took.wall, run.took.cpu = run.took.wall+first.wall, run.took.cpu+first.cpu
	n, err := journalLines(files)
	if err == nil && n != run.files {
		err = fmt.Errorf("%d of %d files taken in: %s", n, run.files, run.took.out)
	}
	if err != nil {
		return run, err
	}
	if first.memory > run.took.memory {
		run.took.memory = first.memory
	}
	again, err := c.run(ctx, "return", "import", files)
	run.again = again.wall
	return run, err
}

// breakOff starts an import and interrupts it after some files.
func (c *madeCity) breakOff(ctx context.Context, after int, files string) (spent, error) {
	cmd := c.command(ctx, "return", "import", files)
	done := make(chan spent, 1)
	go func() {
		s, _ := runProgram(cmd) // it fails: it is broken off
		done <- s
	}()
	for n := 0; n < after; {
		select {
		case s := <-done:
			return s, fmt.Errorf("the import ended before it was broken off: %s", s.out)
		case <-time.After(50 * time.Millisecond):
		}
		var err error
		if n, err = journalLines(files); err != nil {
			return spent{}, err
		}
	}
	if err := interrupt(cmd); err != nil {
		return spent{}, err
	}
	return <-done, nil
}

func interrupt(cmd *exec.Cmd) error { return cmd.Process.Signal(os.Interrupt) }

// journalLines is how many files an import has noted as taken in.
func journalLines(dir string) (int, error) {
	b, err := os.ReadFile(filepath.Join(dir, ".xuedu-imported"))
	if os.IsNotExist(err) {
		return 0, nil
	}
	return strings.Count(string(b), "\n"), err
}
