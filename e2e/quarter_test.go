//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// quarter is a quarter of statistics that five roles run in a pilot street.
type quarter struct {
	session
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
	q := &quarter{session: open(t, demo(t)), period: threeQuartersAgo(), sent: map[string]string{}, owed: map[string]string{}}
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

// sign signs every part of the return that is open.
func (q *quarter) sign() {
	q.t.Helper()
	for _, part := range []string{"preparer", "reviewer", "head"} {
		button := fmt.Sprintf(`button[name=part][value=%s]`, part)
		q.do("sign as "+part, click(button), gone(button))
	}
}
