//go:build e2e

package e2e

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// round is the life of awards, walked by roles in the calls of a demo city.
type round struct {
	session
	application string            // address of what the district writes
	calls       map[string]string // desk pages of the calls, by letters of their numbers
	notice      string            // address of the notice that runs
	objection   string            // its public number
	struck      string            // number of the application that is struck off
	award       string            // desk page of the award that is revoked
	number      string            // its certificate
	holder      string
	files       string // folder with its credential and what checks it
}

// Awards are applied for, marked, objected to, proved and revoked, by clicks
// and forms alone (issue 4 §7; P1.6, P1.7, P2.8).
func TestAward(t *testing.T) {
	r := &round{session: open(t, demo(t)), calls: map[string]string{}}
	steps := []func(){
		r.begin, r.refuseFile, r.lockedFigures, r.twoWrite,
		r.mark, r.stepBack,
		r.whatIsMissing,
		r.object, r.uphold, r.refuse,
		r.register, r.certified, r.openHolder, r.proposeRevocation, r.heard, r.revoke, r.takenBack,
		r.replay,
	}
	for _, step := range steps {
		step()
	}
}

// call finds the desk page of a call by the letters of its number.
func (r *round) call(letters string) string {
	r.t.Helper()
	if r.calls[letters] == "" {
		r.as("city")
		r.do("list calls", r.open("/desk/calls"), seen(`main .govuk-list`))
		r.calls[letters] = js[string](r, "call "+letters, fmt.Sprintf(`[...document.querySelectorAll('main li')].find(l => l.textContent.includes(%q)).querySelector('a').getAttribute('href')`, "-"+letters+"-"))
	}
	return r.calls[letters]
}

// refused posts a form as somebody and wants it refused.
func (r *round) refused(login, path string, form url.Values) {
	r.t.Helper()
	res, err := signedIn(r.t, r.url, login).PostForm(r.url+path, form)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode < 400 || res.StatusCode >= 500 {
		r.t.Errorf("%s posts %s to %s: %s", login, form.Encode(), path, res.Status)
	}
}

// states are the states of the applications of a call, by number.
func (r *round) states(code string) map[string]string {
	r.t.Helper()
	r.as("city")
	r.do("list applications", r.open("/desk/applications?which=all&call="+code), seen(`#rows tbody`))
	return js[map[string]string](r, "states", `Object.fromEntries([...document.querySelectorAll('#rows tbody tr')].map(t => [t.querySelector('small').textContent.split(' ')[0], t.querySelector('.xd-tag').textContent]))`)
}

// object objects to what is on notice: without a name evidence is needed, with
// one it is taken, and anybody sees by the number how it stands (P1.7).
func (r *round) object() {
	r.do("find the notice", chromedp.Func(clearCookies), r.open("/notices"), click(`main li:has(.xd-tag--go) h2 a`), seen(`#object`))
	r.notice = r.path()
	r.struck = strings.Fields(js[string](r, "first", `document.querySelector('#application option').textContent`))[0]
	grounds := "Sample: the enterprise closed its reading room last winter."
	r.do("anonymous, without evidence", set(`#grounds`, grounds), click(`main form button`), seen(`.govuk-error-summary a[href="#file"]`))
	r.want("what was typed", js[string](r, "kept", `document.querySelector('#grounds').value`), grounds)
	shoot(r.t, r.ctx, "award objection refused")
	r.do("with a name", set(`#name`, "Sample Resident"), set(`#contact`, "sample@example.org"), click(`main form button`), seen(`main .xd-note`))
	r.objection = js[string](r, "number", `document.querySelector('#code').value`)
	r.do("ask how it stands", r.open("/objections"), set(`#code`, r.objection), click(`main form button`), seen(`main .xd-note`))
	r.holds(`main .xd-note`, "waiting to be taken up")
	if body := visitor(r.t, r.url).read(r.t, r.notice); strings.Contains(body, "Sample Resident") {
		r.t.Error("the name of who objects is published")
	}
}

// uphold takes the objection up, only what it is about waits, and upholds it.
func (r *round) uphold() {
	before := r.states("2026-ZZ-1")
	r.as("handler")
	r.do("open it", r.open("/desk/objections"), seen(`tbody`))
	mine := js[string](r, "mine", fmt.Sprintf(`[...document.querySelectorAll('tbody th a')].find(a => a.textContent === %q).getAttribute('href')`, r.objection))
	r.do("take it up", click(fmt.Sprintf(`a[href=%q]`, mine)), seen(`button[value=take]`))
	r.holds(`main .xd-facts`, "Sample Resident")
	r.move("take")
	after := r.states("2026-ZZ-1")
	for code, state := range after {
		if moved := state != before[code]; moved != (code == r.struck) {
			r.t.Errorf("%s was %q, is %q", code, before[code], state)
		}
	}
	r.as("handler")
	r.do("without an answer", r.open(mine), click(`button[value=uphold]`), seen(`.govuk-error-summary`))
	r.do("with one", set(`#reason`, "Sample: the reading room was closed for eight months; the award is struck off."))
	r.move("uphold")
	if got := r.states("2026-ZZ-1")[r.struck]; got != "Struck off" {
		r.t.Errorf("%s is %q", r.struck, got)
	}
	r.do("how it stands", chromedp.Func(clearCookies), r.open("/objections?code="+r.objection), seen(`main .xd-note`))
	r.holds(`main .xd-note`, "Upheld")
}

// refuse refuses the other objection: what it was about stays proposed.
func (r *round) refuse() {
	r.as("handler")
	r.do("list them", r.open("/desk/objections"), seen(`tbody`))
	other := js[string](r, "the other one", `[...document.querySelectorAll('tbody tr')].find(t => t.textContent.includes('Received')).querySelector('a').getAttribute('href')`)
	r.do("open it", click(fmt.Sprintf(`a[href=%q]`, other)), seen(`button[value=take]`))
	r.move("take")
	r.do("answer", set(`#reason`, "Sample: the records prove it ran all year; the proposal stands."))
	r.move("refuse")
	states := r.states("2026-ZZ-1")
	if n := count(states, "Objection, suspended"); n != 0 {
		r.t.Errorf("%d applications still wait: %v", n, states)
	}
	body := visitor(r.t, r.url).read(r.t, r.notice)
	for _, answer := range []string{"closed for eight months", "ran all year"} {
		if !strings.Contains(body, answer) {
			r.t.Errorf("the notice does not publish %q", answer)
		}
	}
}

func count(states map[string]string, want string) (n int) {
	for _, s := range states {
		if s == want {
			n++
		}
	}
	return n
}

// replay downloads the sealed record of the notice: the program agrees without
// a database and with one, and names what was changed (P1.7).
func (r *round) replay() {
	data := visitor(r.t, r.url).read(r.t, r.notice+"/record.json")
	file := filepath.Join(r.t.TempDir(), "record.json")
	write := func(s string) {
		if err := os.WriteFile(file, []byte(s), 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
	write(data)
	for _, args := range [][]string{{"accredit", "verify", file}, {"accredit", "verify", "--call", "2026-ZZ-1", file, "--db", r.dsn}} {
		if out := run(r.t, append(args, "--lang", "en")...); !strings.Contains(out, "2026-ZZ-1 agrees") {
			r.t.Errorf("%v: %s", args, out)
		}
	}
	at := strings.Index(data, `"result":`)
	at += strings.Index(data[at:], `"score":"`) + len(`"score":"`)
	write(data[:at] + string('0'+(data[at]-'0'+1)%10) + data[at+1:])
	out := r.fails("accredit", "verify", file, "--lang", "en")
	if !strings.Contains(out, "ZZ-2026-") || !strings.Contains(out, "score: published") {
		r.t.Errorf("the flipped byte is not named: %s", out)
	}
	mark := strings.Index(data, `"levels":{"1.1":"`) + len(`"levels":{"1.1":"`)
	write(data[:mark] + string('A'+(data[mark]-'A'+1)%2) + data[mark+1:])
	if out := r.fails("accredit", "verify", "--call", "2026-ZZ-1", file, "--db", r.dsn, "--lang", "en"); !strings.Contains(out, "SHA-256") && !strings.Contains(out, "sealed") {
		r.t.Errorf("another ballot is not named: %s", out)
	}
}
