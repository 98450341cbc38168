package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the city's file, for the changed value
)

const (
	requests = 100
	changes  = 20
)

// pagesReport is what was measured over HTTP, in milliseconds.
type pagesReport struct {
	bytes                int
	boardMid, board95    float64
	changeMid, changeMax float64
}

// measurePages runs the fourth part: a demo city is served; its board is asked
// for again and again, and one accepted value changes under it.
func measurePages(ctx context.Context, o options, r *report) error {
	program, err := buildProgram(ctx, o.dir)
	if err != nil {
		return fmt.Errorf("build the program: %w", err)
	}
	c, err := makeCity(ctx, program, filepath.Join(o.dir, "pages"), "")
	if err != nil {
		return err
	}
	quarter := quarterNow()
	if _, err := c.run(ctx, "return", "send", formCode, "--period", quarter); err != nil {
		return err
	}
	d, err := sql.Open("sqlite", strings.TrimPrefix(c.dsn, "sqlite:")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		return err
	}
	defer d.Close()
	if err := acceptAll(ctx, d, quarter); err != nil {
		return fmt.Errorf("accept all returns: %w", err)
	}
	url, stop, err := c.serve(ctx)
	if err != nil {
		return err
	}
	defer stop()
	r.pages = &pagesReport{}
	if err := r.pages.board(url); err != nil {
		return err
	}
	if err := r.pages.change(ctx, d, url, quarter); err != nil {
		return err
	}
	log.Printf("pages: board p95 %.1f ms, changed value %.1f ms", r.pages.board95, r.pages.changeMid)
	return nil
}

func quarterNow() string {
	now := time.Now()
	return fmt.Sprintf("%d-Q%d", now.Year(), (int(now.Month())+2)/3)
}

// serve starts the program on a free port and waits until it answers.
func (c *madeCity) serve(ctx context.Context) (url string, stop func(), err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	addr := ln.Addr().String()
	if err := ln.Close(); err != nil {
		return "", nil, err
	}
	cmd := c.command(ctx, "serve", "--addr", addr, "--log-level", "error")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = interrupt(cmd) // it may have ended
		_ = cmd.Wait()
	}
	url = "http://" + addr
	for range 300 {
		if _, err = get(url + "/indicators"); err == nil {
			return url, stop, nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	stop()
	return "", nil, err
}

func get(url string) ([]byte, error) {
	res, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", url, res.Status)
	}
	return b, err
}

// board asks for 60 indicators × 16 districts × 20 quarters.
func (p *pagesReport) board(url string) error {
	var took []float64
	for i := range requests + 3 {
		start := time.Now()
		b, err := get(url + "/indicators/board?code=all&cols=period&level=district&kind=quarter&n=20")
		if err != nil {
			return err
		}
		if p.bytes = len(b); strings.Count(string(b), `<td class="n">`) < 60*16*20*9/10 {
			return fmt.Errorf("the board has %d cells", strings.Count(string(b), `<td class="n">`))
		}
		if i >= 3 { // the first ones fill what is kept
			took = append(took, since(start))
		}
	}
	slices.Sort(took)
	p.boardMid, p.board95 = took[len(took)/2], took[len(took)*95/100]
	return nil
}

func since(t time.Time) float64 { return float64(time.Since(t).Microseconds()) / 1000 }

// change corrects one accepted value of one community again and again: the next
// answer over HTTP must hold the new figure of the whole city.
func (p *pagesReport) change(ctx context.Context, d *sql.DB, url, quarter string) error {
	ask := url + "/api/v1/indicators/F04/values?period=" + quarter
	before, err := get(ask)
	if err != nil {
		return err
	}
	var took []float64
	for i := range changes {
		if err := changeOne(ctx, d, quarter, 1000+i); err != nil {
			return err
		}
		start := time.Now()
		b, err := get(ask)
		if err != nil {
			return err
		}
		took = append(took, since(start))
		if string(b) == string(before) {
			return fmt.Errorf("the change is not to be seen: %s", b)
		}
		before = b
	}
	slices.Sort(took)
	p.changeMid, p.changeMax = took[len(took)/2], took[len(took)-1]
	return nil
}

// inQuarter picks the returns of the form in a quarter.
const inQuarter = `collection_id IN (SELECT c.id FROM collection c JOIN form f ON f.id = c.form_id WHERE f.code = '` + formCode + `' AND c.period = $1)`

// acceptAll fills in and accepts every return of the quarter, as the chain of
// offices would.
func acceptAll(ctx context.Context, d *sql.DB, quarter string) error {
	for _, s := range []string{
		`INSERT INTO return_cell (return_id, row_code, field, state, num, text, origin, approved_state, approved, version, revised, updated_by, updated_at)
			SELECT r.id, x.code, y.code, 'value', y.num, '', 'typed', 'value', y.num, 1, 0, 'bench', r.since FROM form_return r,
			(SELECT 'workers' AS code UNION ALL SELECT 'party' UNION ALL SELECT 'volunteers' UNION ALL SELECT 'teachers') x,
			(SELECT 'on_post' AS code, 5000 AS num UNION ALL SELECT 'trained', 20 UNION ALL SELECT 'credits', 400) y
			WHERE ` + inQuarter + ` ON CONFLICT DO NOTHING`,
		`UPDATE return_cell SET state = 'value', num = CASE field WHEN 'on_post' THEN 5000 ELSE 20 END,
			approved_state = 'value', approved = CASE field WHEN 'on_post' THEN 5000 ELSE 20 END
			WHERE return_id IN (SELECT id FROM form_return WHERE ` + inQuarter + `)`,
		`UPDATE form_return SET approved_at = since, expected = 1, reported = 1, version = version + 1 WHERE ` + inQuarter,
		`UPDATE collection SET changed = changed + 1000000 WHERE period = $1`,
	} {
		if _, err := d.ExecContext(ctx, s, quarter); err != nil {
			return err
		}
	}
	return nil
}

// changeOne changes the first community's accepted number of trained workers.
func changeOne(ctx context.Context, d *sql.DB, quarter string, to int) error {
	tx, err := d.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	first := `(SELECT min(id) FROM form_return WHERE ` + inQuarter + `)`
	for _, s := range []string{
		fmt.Sprintf(`UPDATE return_cell SET num = %d, approved = %d WHERE return_id = %s AND row_code = 'workers' AND field = 'trained'`, to, to, first),
		`UPDATE form_return SET version = version + 1 WHERE id = ` + first,
		`UPDATE collection SET changed = changed + 1 WHERE period = $1`,
	} {
		if _, err := tx.ExecContext(ctx, s, quarter); err != nil {
			_ = tx.Rollback()
			return err
		}
	}
	return tx.Commit()
}

func (r *report) boards(b *strings.Builder) {
	p := r.pages
	if p == nil {
		return
	}
	fmt.Fprintf(b, "\n## Over HTTP\n\nA demo city on SQLite with all areas, served by the program; one request after the other. A changed value: an accepted cell of one community "+
		"among %s returns is changed in the database, and the next answer holds the city's new figure. %s.\n\n| asked | ms |\n| --- | --: |\n", grouped(leaves), machine())
	fmt.Fprintf(b, "| board of 60 indicators × 16 districts × 20 quarters (%.1f MB), median of %d | %s |\n", float64(p.bytes)/1e6, requests, ms(p.boardMid))
	fmt.Fprintf(b, "| the same, 95th percentile | **%s** |\n", ms(p.board95))
	fmt.Fprintf(b, "| one changed value visible, median of %d | **%s** |\n| the same, slowest | %s |\n", changes, ms(p.changeMid), ms(p.changeMax))
}
