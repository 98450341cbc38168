//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// quarter is a quarter of statistics that five roles run in a pilot street.
type quarter struct {
	t      *testing.T
	ctx    context.Context // the browser
	dsn    string
	url    string
	period string            // 2026-Q1
	words  string            // the period as pages name it
	street string            // code of the pilot
	unit   string            // the community, with its street and district
	sent   map[string]string // addresses of collections, by form
	owed   map[string]string // addresses of the community's returns, by form
}

// A quarter is run from the sending to a revision, by clicks and forms alone:
// sent out, pre-filled, entered, returned by cell, corrected, approved, summed,
// published, revised, and read by an analyst (issue 3 §6).
func TestQuarter(t *testing.T) {
	dsn := demo(t)
	q := &quarter{t: t, ctx: browser(t), dsn: dsn, url: serve(t, dsn).URL, period: threeQuartersAgo(), sent: map[string]string{}, owed: map[string]string{}}
	steps := []func(){
		q.pilot, q.refusedWithoutAHead, q.sendOut, q.onTheDesk, q.prefilled, q.foreign,
		q.enter, q.sendOneCellBack, q.mendThatCell, q.withoutScripts, q.byWorkbook,
		q.sumUp, q.publish, q.openAgain, q.correct, q.confirmByDifference, q.revise,
		q.readCoverage, q.define,
	}
	for _, step := range steps {
		step()
	}
}

// threeQuartersAgo is a quarter that the demonstration city has not sent out.
func threeQuartersAgo() string {
	now := time.Now().UTC().Add(8 * time.Hour)
	n := now.Year()*4 + (int(now.Month())-1)/3 - 3
	return fmt.Sprintf("%d-Q%d", n/4, n%4+1)
}

// as signs somebody in.
func (q *quarter) as(login string) { signIn(q.t, q.ctx, q.url, demoAccount{Login: login}) }

func (q *quarter) do(what string, steps ...step) {
	q.t.Helper()
	do(q.t, q.ctx, what, steps...)
}

func (q *quarter) open(path string) step { return chromedp.Navigate(q.url + path) }

func click(css string) step { return chromedp.Click(chromedp.CSS(css)) }
func seen(css string) step  { return chromedp.WaitVisible(chromedp.CSS(css)) }
func gone(css string) step  { return chromedp.WaitNotPresent(chromedp.CSS(css)) }
func set(css, v string) step {
	return chromedp.SetValue(chromedp.CSS(css), v)
}

// js asks the page for something.
func js[T any](q *quarter, what, script string) T {
	q.t.Helper()
	return get(q.t, q.ctx, what, chromedp.Evaluate[T](script))
}

// text is the text of an element.
func (q *quarter) text(css string) string {
	q.t.Helper()
	return strings.TrimSpace(get(q.t, q.ctx, "read "+css, chromedp.Text(chromedp.CSS(css))))
}

// path is the path of the page that is open.
func (q *quarter) path() string {
	q.t.Helper()
	u, err := url.Parse(get(q.t, q.ctx, "address", chromedp.Location()))
	if err != nil {
		q.t.Fatal(err)
	}
	return u.Path
}

// find opens the list of all returns of a form and returns the address of the
// quarter's return of a place; place "" stands for the only one there is.
func (q *quarter) find(form, place string) string {
	q.t.Helper()
	q.do("list returns", q.open("/desk/returns?which=all&form="+form), seen(`#rows`))
	script := fmt.Sprintf(`[...document.querySelectorAll('#rows th[scope=row]')].filter(h => { const s = h.querySelector('small').textContent;
		return %q ? s === %q : s.endsWith(%q) }).map(h => h.querySelector('a').getAttribute('href'))`, place, place+" · "+q.words, " · "+q.words)
	list := js[[]string](q, "returns", script)
	if len(list) != 1 {
		q.t.Fatalf("returns of %s in %q for %s: %v", form, place, q.words, list)
	}
	return list[0]
}

// place is an area above the community: 1 its street, 2 its district.
func (q *quarter) place(up int) string {
	names := strings.Fields(q.unit)
	return strings.Join(names[:len(names)-up], " ")
}

// move makes a move of the workflow and waits until it is made.
func (q *quarter) move(code string) {
	q.t.Helper()
	button := fmt.Sprintf(`button[name=move][value=%s]`, code)
	q.do(code, click(button), gone(button))
}

// sign signs every part of the return that is open.
func (q *quarter) sign() {
	q.t.Helper()
	for _, part := range []string{"preparer", "reviewer", "head"} {
		button := fmt.Sprintf(`button[name=part][value=%s]`, part)
		q.do("sign as "+part, click(button), gone(button))
	}
}

// want fails if two texts differ.
func (q *quarter) want(what, got, want string) {
	q.t.Helper()
	if got != want {
		shoot(q.t, q.ctx, "failed")
		q.t.Fatalf("%s: %q, want %q", what, got, want)
	}
}

// holds fails if an element does not hold a text.
func (q *quarter) holds(css, part string) {
	q.t.Helper()
	if got := q.text(css); !strings.Contains(got, part) {
		shoot(q.t, q.ctx, "failed")
		q.t.Fatalf("%s: %q, want %q in it", css, got, part)
	}
}
