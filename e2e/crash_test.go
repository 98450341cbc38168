//go:build e2e

package e2e

import (
	"crypto/rand"
	"database/sql"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	_ "github.com/jackc/pgx/v5/stdlib" // to make a database
)

// roster is a class meeting of today with the people who are not ticked yet.
type roster struct {
	path    string
	area    string
	persons []string
}

// todaysRoster finds a roster that somebody may keep today.
func todaysRoster(t testing.TB, c *client) roster {
	t.Helper()
	desk := parse(t, c.read(t, "/desk"))
	var r roster
	desk.Find(".xd-owe tr:has(.xd-tag--go) .xd-next a").EachWithBreak(func(_ int, a *goquery.Selection) bool {
		r.path, _ = a.Attr("href")
		r.persons = r.persons[:0]
		doc := parse(t, c.read(t, r.path))
		doc.Find("#ticks input:not([checked])").Each(func(_ int, in *goquery.Selection) {
			id, _ := in.Attr("value")
			r.persons = append(r.persons, id)
		})
		href, _ := doc.Find(`#roll-side a[href^="/areas/"]`).Attr("href")
		r.area = strings.TrimPrefix(href, "/areas/")
		return len(r.persons) < 5
	})
	if len(r.persons) < 5 {
		t.Fatalf("no roster of today with five people to tick: %+v", r)
	}
	return r
}

func parse(t testing.TB, html string) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(html))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// tick records one person and reports whether the server acknowledged it.
func (c *client) tick(r roster, person string) bool {
	req, err := http.NewRequest("POST", c.base+r.path+"/ticks", strings.NewReader(url.Values{"person": {person}, "on": {"1"}}.Encode()))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("HX-Request-Type", "partial")
	res, err := c.Do(req)
	if err != nil {
		return false // killed before the answer
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// A server that is killed among ticks has lost none that it acknowledged.
func TestKilledAmongTicksLosesNothing(t *testing.T) {
	t.Parallel()
	dsn := demo(t)
	for round := range 4 {
		s := serve(t, dsn)
		c := signedIn(t, s.URL, "teacher")
		r := todaysRoster(t, c)
		after, err := rand.Int(rand.Reader, big.NewInt(int64(len(r.persons))))
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var saved []string
		var wg sync.WaitGroup
		for _, p := range r.persons {
			wg.Go(func() {
				if !c.tick(r, p) {
					return
				}
				mu.Lock()
				defer mu.Unlock()
				if saved = append(saved, p); int64(len(saved)) == after.Int64()+1 {
					s.kill()
				}
			})
		}
		wg.Wait()
		s.kill()

		again := serve(t, dsn)
		doc := parse(t, signedIn(t, again.URL, "teacher").read(t, r.path))
		for _, p := range saved {
			if doc.Find(`#ticks input[value="`+p+`"][checked]`).Length() != 1 {
				t.Errorf("round %d: the tick of person %s was acknowledged and is lost", round, p)
			}
		}
		// The next round begins with an empty roster.
		untick(t, again, r, r.persons) // also what was saved and not acknowledged
		again.kill()
	}
}

// untick clears the roster for the next round.
func untick(t testing.TB, s *server, r roster, persons []string) {
	t.Helper()
	c := signedIn(t, s.URL, "teacher")
	res, err := c.PostForm(s.URL+r.path+"/ticks", url.Values{"person": persons, "on": {"0"}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("untick: %s", res.Status)
	}
}

// Two processes on one PostgreSQL see each other's rows within a second.
func TestTwoProcessesOnOnePostgreSQL(t *testing.T) {
	t.Parallel()
	dsn := postgres(t)
	key := filepath.Join(t.TempDir(), "city.key")
	run(t, "demo", "--db", dsn, "--key-file", key, "--scale", "0.002", "--no-serve", "--dir", t.TempDir())
	cache := func() string { return t.TempDir() }
	a := serve(t, dsn, "--key-file", key, "--cache-dir", cache())
	b := serve(t, dsn, "--key-file", key, "--cache-dir", cache())
	c := signedIn(t, a.URL, "teacher")
	r := todaysRoster(t, c)
	other := visitor(t, b.URL)
	before := held(t, other, r.area)
	for i, p := range r.persons[:3] {
		if !c.tick(r, p) {
			t.Fatalf("tick %s was refused", p)
		}
		within(t, time.Second, "the other process sees the tick", func() bool { return held(t, other, r.area) == before+i+1 })
	}
}

// postgres makes an empty database and returns its DSN.
func postgres(t testing.TB) string {
	t.Helper()
	base := os.Getenv("XUEDU_TEST_PG")
	if base == "" {
		t.Fatal("XUEDU_TEST_PG is not set: run make test")
	}
	admin, err := sql.Open("pgx", base+"/postgres")
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	name := "xuedu_e2e_" + strings.ToLower(rand.Text()[:10])
	if _, err := admin.Exec("CREATE DATABASE " + name + " TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C.UTF-8' ENCODING 'UTF8'"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		db, err := sql.Open("pgx", base+"/postgres")
		if err != nil {
			t.Error(err)
			return
		}
		defer db.Close()
		if _, err := db.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return base + "/" + name
}
