package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// callPage is a page over HTTP and the SQL that finds its rows.
type callPage struct {
	name, login, path string
	holds             string // a line that the page must hold, of its first row
	sql               []string
}

// callPages are the pages of the calls of fillCalls.
var callPages = []callPage{
	{"result, best first", "city", "/desk/calls/" + decided + "/result", decided, []string{resultSQL(`ORDER BY o.place, o.application_id`)}},
	{"result, proposed alone, largest spread first", "city", "/desk/calls/" + decided + "/result?show=in&sort=spread", decided,
		[]string{resultSQL(`AND o.proposed = 1 ORDER BY CAST(o.spread AS NUMERIC) DESC, o.place, o.application_id`)}},
	{"result, part of a title, by number", "city", "/desk/calls/" + decided + "/result?q=%E7%AC%AC+4&sort=code", decided, []string{resultSQL(`AND a.title LIKE '%第 4%' ORDER BY a.code, a.id`)}},
	{"applications of a call in one state, latest first", "city", "/desk/applications?which=all&call=" + checking + "&state=formal_check&sort=-due", checking,
		[]string{listSQL(`AND a.state = 'formal_check' ORDER BY a.due DESC, a.id DESC`, 50), countSQL}},
	{"applications of a call, part of a title, by title", "city", "/desk/applications?which=all&call=" + checking + "&q=%E7%AC%AC+4&sort=title", checking,
		[]string{listSQL(`AND a.title LIKE '%第 4%' ORDER BY a.title, a.id`, 50), countSQL}},
	{"my desk with 5,000 applications waiting", "technical", "/desk/applications", checking, []string{listSQL(`AND a.desk = 'technical' ORDER BY a.due, a.code`, 50), countSQL}},
	{"register of 5,000 awards with map", "", "/awards", "xd-map", []string{awardSQL("", 50), districtSQL}},
	{"register, in force, of one year", "", "/awards?state=in_force&year=2024", "xd-map", []string{awardSQL(`AND w.valid_to > to_char(current_date, 'YYYY-MM-DD') AND d.day LIKE '2024-%'`, 50), districtSQL}},
}

func resultSQL(rest string) string {
	return `SELECT a.code, a.title, o.score, o.visit, o.final, o.spread, o.place, o.tie, o.grey, o.proposed, o.decision,
		(SELECT count(*) FROM vote v WHERE v.meeting_id = '` + decided + `' AND v.application_id = a.id AND v.choice = 'yes')
		FROM outcome o JOIN application a ON a.id = o.application_id WHERE o.call_id = '` + decided + `' ` + rest + ` LIMIT 100`
}

func listSQL(rest string, n int) string {
	return fmt.Sprintf(`SELECT a.id, a.code, a.title, a.district, a.state, a.due, r.verdict, r.place, r.score FROM application a LEFT JOIN recommendation r ON r.application_id = a.id
		WHERE a.call_id = '%s' %s LIMIT %d`, checking, rest, n)
}

const countSQL = `SELECT state, count(*) FROM application WHERE call_id = '` + checking + `' GROUP BY state ORDER BY state`

func awardSQL(rest string, n int) string {
	return fmt.Sprintf(`SELECT d.number, w.holder, d.programme, w.area_id, d.day, w.valid_to, d.state FROM award w JOIN award_detail d ON d.award_id = w.id
		WHERE 1 = 1 %s ORDER BY d.day DESC, d.number LIMIT %d`, rest, n)
}

const districtSQL = `WITH RECURSIVE up (area, at) AS (SELECT id, id FROM area UNION ALL SELECT u.area, v.parent_id FROM up u JOIN area_version v ON v.area_id = u.at WHERE v.parent_id IS NOT NULL)
	SELECT x.id, count(*), sum(CASE WHEN w.valid_to > to_char(current_date, 'YYYY-MM-DD') THEN 1 ELSE 0 END)
	FROM award w JOIN up ON up.area = w.area_id JOIN area x ON x.id = up.at AND x.level = 'district' GROUP BY x.id ORDER BY x.id`

// pageTimes is what a page took on both databases, and its SQL alone.
type pageTimes struct {
	name       string
	sqlite, pg quantiles
	sql        quantiles
	kilobytes  int
}

// quantiles of milliseconds.
type quantiles struct{ mid, p95 float64 }

func quantilesOf(n int, f func() error) (q quantiles, err error) {
	var took []float64
	for i := range n + 3 {
		at := time.Now()
		if err := f(); err != nil {
			return q, err
		}
		if i >= 3 { // the first ones fill what is kept
			took = append(took, since(at))
		}
	}
	slices.Sort(took)
	return quantiles{took[len(took)/2], took[len(took)*95/100]}, nil
}

// measureCallPages asks for each page 100 times, of a city on SQLite and of one
// on PostgreSQL, and lets PostgreSQL find the same rows by plain SQL.
func measureCallPages(ctx context.Context, o options, r *awardsReport) error {
	program, err := buildProgram(ctx, o.dir)
	if err != nil {
		return err
	}
	r.pages = make([]pageTimes, len(callPages))
	if err := r.city(ctx, program, filepath.Join(o.dir, "calls-sqlite"), ""); err != nil {
		return fmt.Errorf("SQLite: %w", err)
	}
	dsn := os.Getenv("XUEDU_BENCH_PG")
	if dsn == "" {
		return nil
	}
	dsn = inSchema(dsn)
	if err := r.city(ctx, program, filepath.Join(o.dir, "calls-pg"), dsn); err != nil {
		return fmt.Errorf("PostgreSQL: %w", err)
	}
	return r.plain(ctx, dsn)
}

// city makes a city on a database and measures its pages.
func (r *awardsReport) city(ctx context.Context, program, dir, dsn string) error {
	name := "on SQLite"
	if dsn != "" {
		name = "on PostgreSQL"
	}
	log.Print("pages: making a city ", name)
	began := time.Now()
	c, err := makeCity(ctx, program, dir, dsn)
	if err != nil {
		return err
	}
	if err := fillCalls(ctx, c.dsn); err != nil {
		return err
	}
	r.made = append(r.made, timed{name, time.Since(began)})
	at, stop, err := c.serve(ctx)
	if err != nil {
		return err
	}
	defer stop()
	for i, p := range callPages {
		b, err := newBrowser(at, p.login)
		if err != nil {
			return err
		}
		var page []byte
		q, err := quantilesOf(requests, func() (err error) { page, err = b.get(p.path); return err })
		if err == nil && !strings.Contains(string(page), p.holds) {
			err = fmt.Errorf("%s holds no %q", p.path, p.holds)
		}
		if err != nil {
			return err
		}
		x := &r.pages[i]
		x.name, x.kilobytes = p.name, len(page)/1000
		if dsn == "" {
			x.sqlite = q
		} else {
			x.pg = q
		}
		log.Printf("%s, %s: %s ms, p95 %s ms", p.name, name, ms(q.mid), ms(q.p95))
	}
	return nil
}

// plain asks PostgreSQL for the rows of each page.
func (r *awardsReport) plain(ctx context.Context, dsn string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for i, p := range callPages {
		r.pages[i].sql, err = quantilesOf(requests, func() error {
			for _, s := range p.sql {
				rows, err := conn.Query(ctx, s)
				if err != nil {
					return err
				}
				n := 0
				for rows.Next() {
					if _, err := rows.Values(); err != nil {
						return err
					}
					n++
				}
				if err := rows.Err(); err != nil || n == 0 {
					return fmt.Errorf("%d rows: %w: %s", n, err, s)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		log.Printf("%s, SQL alone: %s ms", p.name, ms(r.pages[i].sql.mid))
	}
	return nil
}

// browser is somebody signed in to a demo city.
type browser struct {
	client http.Client
	at     string
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// newBrowser signs in; an empty login stays a visitor.
func newBrowser(at, login string) (*browser, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	b := &browser{http.Client{Jar: jar}, at}
	if login == "" {
		return b, nil
	}
	page, err := b.get("/signin")
	if err != nil {
		return nil, err
	}
	form := url.Values{"login": {login}, "password": {"Demo-xuedu-24"}}
	for _, m := range hidden.FindAllStringSubmatch(string(page), -1) {
		form.Set(m[1], m[2])
	}
	res, err := b.client.PostForm(at+"/signin", form)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if strings.HasSuffix(res.Request.URL.Path, "/signin") {
		return nil, fmt.Errorf("%s cannot sign in: %s", login, res.Status)
	}
	return b, nil
}

func (b *browser) get(path string) ([]byte, error) {
	res, err := b.client.Get(b.at + path)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", path, res.Status)
	}
	return page, err
}

func (a *awardsReport) pageTable(b *strings.Builder) {
	if len(a.pages) == 0 {
		return
	}
	fmt.Fprintf(b, "\n### Pages of calls\n\nTwo calls of %s applications, %s ballots with all their marks and as many awards in a demo city (made in %s), served by the program; "+
		"%d requests of each page, one after the other. SQL alone: the rows of the page, found by plain SQL in the same PostgreSQL, without a page around them.\n\n"+
		"| page | on SQLite, ms | p95 | on PostgreSQL, ms | p95 | SQL alone, ms | p95 | page / SQL | kB |\n| --- | --: | --: | --: | --: | --: | --: | --: | --: |\n",
		grouped(bigCall), grouped(bigCall*bigSeats), a.times(), requests)
	for _, p := range a.pages {
		fmt.Fprintf(b, "| %s | %s | **%s** | %s | **%s** | %s | %s | %s × | %d |\n", p.name, ms(p.sqlite.mid), ms(p.sqlite.p95), ms(p.pg.mid), ms(p.pg.p95), ms(p.sql.mid), ms(p.sql.p95), ratio(p.pg.mid/p.sql.mid), p.kilobytes)
	}
}

func (a *awardsReport) times() string {
	var list []string
	for _, m := range a.made {
		list = append(list, fmt.Sprintf("%.0f s %s", m.took.Seconds(), m.name))
	}
	return strings.Join(list, ", ")
}
