//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// ballotOf is a meeting as its members see it.
func ballotOf(meeting string) string { return strings.Replace(meeting, "/desk/", "/review/", 1) }

// deliberate breaks the tie by a draw, and holds the meeting.
func (r *callRun) deliberate() {
	result := r.desk + "/result"
	if r.read("city", result).Find(`form[action$="/tie"]`).Length() > 0 {
		r.fill("city", result, form{css: `form[action$="/tie"]:has([name=rule])`, v: url.Values{"rule": {"示例：下一期开奖号码"}}})
		r.fill("city", result, form{css: `form[action$="/tie"]:has([name=value])`, v: url.Values{"value": {"02 08 14 20 26 32 + 11"}}})
	} else if len(r.plan.parties) > 1 && r.plan.programme != "community-project" { // there one district put them into an order
		r.t.Error("two are equal in everything, and no draw is asked for")
	}
	if n := r.read("city", result).Find(`tbody tr`).Length(); n != len(r.apps) {
		r.t.Errorf("%d in the result, want %d", n, len(r.apps))
	}
	r.fill("city", result, form{css: `form[action$="/meeting"]`, v: url.Values{"day": {r.today.Format(time.DateOnly)}}})
	meeting := r.read("city", result).attr(r.t, `main a[href^="/desk/meetings/"]`, "href")
	present := r.read("city", meeting).Find(`[name=present]`).Map(func(_ int, e *goquery.Selection) string { return e.AttrOr("value", "") })
	r.fill("city", meeting, form{css: `form:has(input[value=attend])`, v: url.Values{"present": present}})
	r.second(result)
	r.vote(meeting)
	for _, a := range r.apps {
		r.fill("city", result+"/"+a.id(), form{css: `form:has(input[value=sentence])`, v: url.Values{"sentence": {"Sample: it brings people back."}}})
	}
	r.fill("city", meeting, form{css: `form:has(input[value=close])`})
	r.moveCall("city", "propose")
}

// second reads again what lies near the cut line.
func (r *callRun) second(result string) {
	for _, a := range r.apps {
		at := result + "/" + a.id()
		if r.read("city", at).Find(`form:has(input[value=second])`).Length() > 0 {
			r.fill("city", at, form{css: `form:has(input[value=second])`, v: url.Values{"second": {"keeps"}, "reason": {"Sample: read again by two of us; it stands."}}})
		}
	}
}

// in are the applications that are in by the rule.
func (r *callRun) in() (ids []string) {
	for _, href := range r.read("city", r.desk+"/result").hrefs(`tbody tr:has(.xd-tag--done) th a`) {
		ids = append(ids, href[strings.LastIndex(href, "/")+1:])
	}
	return ids
}

// vote has every member vote for what is in by the rule.
func (r *callRun) vote(meeting string) {
	in := r.in()
	if len(in) != r.plan.places {
		r.t.Fatalf("%d in by the rule, want %d", len(in), r.plan.places)
	}
	voted := 0
	for _, login := range r.logins {
		if r.statusOf(login, ballotOf(meeting)) != 200 {
			continue
		}
		v := url.Values{}
		r.read(login, ballotOf(meeting)).Find(`input[name^="vote-"]`).Each(func(_ int, e *goquery.Selection) {
			name := e.AttrOr("name", "")
			v.Set(name, "no")
			if slices.Contains(in, strings.TrimPrefix(name, "vote-")) {
				v.Set(name, "yes")
			}
		})
		r.fill(login, ballotOf(meeting), form{css: `main form[method=post]`, v: v})
		voted++
	}
	if voted < 5 {
		r.t.Errorf("%d members voted", voted)
	}
}

// giveNotice publishes the list; nobody is awarded before it has ended.
func (r *callRun) giveNotice() {
	r.moveCall("city", "notice")
	r.notice = r.read("", "/notices").attr(r.t, `main li:has(a[href^="/notices/"]):has(.xd-tag--go) h2 a`, "href")
	for _, href := range r.read("", "/notices").hrefs(`main li:has(.xd-tag--go) h2 a`) {
		if r.read("", href).Find(fmt.Sprintf(`a[href=%q]`, "/calls/"+r.code)).Length() > 0 {
			r.notice = href
		}
	}
	if n := r.read("city", r.desk).Find(`input[name=move][value=end_notice]`).Length(); n != 0 {
		r.t.Error("a notice can be ended on its first day")
	}
}

// objections are made by anybody: one is upheld, one refused.
func (r *callRun) objections() {
	lines := r.read("", r.notice).Find(`#application option`)
	if lines.Length() != r.plan.places {
		r.t.Fatalf("%d on notice, want %d", lines.Length(), r.plan.places)
	}
	r.struck = strings.Fields(lines.Eq(1).Text())[0]
	for i, x := range []struct{ move, answer string }{{"refuse", "Sample: the records prove it; the proposal stands."}, {"uphold", "Sample: it was closed for a term; struck off."}} {
		about := lines.Eq(i).AttrOr("value", "")
		page := r.fill("", r.notice, form{css: `form:has(#grounds)`, v: url.Values{"application": {about}, "grounds": {"Sample: it did not run all year, please look."}, "name": {"Sample Resident"}, "contact": {"sample@example.org"}}})
		number := page.attr(r.t, `#code`, "value")
		r.handle(number, x.move, x.answer)
		if text := r.read("", r.notice).Find("main").Text(); !strings.Contains(text, x.answer) || strings.Contains(text, "Sample Resident") {
			r.t.Errorf("the notice does not publish the answer to %s, or says who asked", number)
		}
	}
	if got := r.state(r.byCode(r.struck)); got != "Struck off" {
		r.t.Errorf("%s is %q", r.struck, got)
	}
}

// handle takes an objection up and settles it.
func (r *callRun) handle(number, move, answer string) {
	at := r.read("handler", "/desk/objections")
	var page string
	for _, a := range at.Find(`tbody th a`).EachIter() {
		if a.Text() == number {
			page = a.AttrOr("href", "")
		}
	}
	r.fill("handler", page, form{css: `form:has(#reason)`, v: url.Values{"move": {"take"}}})
	r.fill("handler", page, form{css: `form:has(#reason)`, v: url.Values{"move": {move}, "reason": {answer}}})
}

func (r *callRun) byCode(code string) application {
	i := slices.IndexFunc(r.apps, func(a application) bool { return a.code == code })
	if i < 0 {
		r.t.Fatalf("no application %s", code)
	}
	return r.apps[i]
}

// approve waits for the end of the notice; the leading group approves, the
// office issues the decision and the awards.
func (r *callRun) approve() {
	r.later(0, 0, 16)
	day := r.today.Format(time.DateOnly)
	r.document = "示例" + r.plan.prefix + "〔" + day[:4] + "〕9号"
	r.moveCall("city", "end_notice")
	r.fill("leading", r.desk+"/result", form{css: `form[action$="/approval"]`, v: url.Values{"number": {"示例纪要〔" + day[:4] + "〕9号"}, "day": {day}}})
	r.moveCall("leading", "approve")
	r.fill("city", r.desk+"/result", form{css: `form[action$="/document"]`, v: url.Values{"number": {r.document}, "day": {day}}})
	r.moveCall("city", "award")
}

// target is what the plan counts of the programme.
func (r *callRun) target() int {
	r.t.Helper()
	n, err := strconv.Atoi(r.read("", "/plan").attr(r.t, "#"+r.plan.goal+" .xd-goal__value data", "value"))
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

// inRegister wants as many awards as were decided, in page, files and target,
// and no more than there were places (P1.3, P2.8).
func (r *callRun) inRegister() {
	want := 0
	for _, a := range r.apps {
		if r.state(a) == "Awarded" {
			want++
		}
	}
	if want != r.plan.places-1 {
		r.t.Errorf("%d applications are awarded, want %d: all places but the one struck off", want, r.plan.places-1)
	}
	r.awards = r.given()
	if n := r.target(); len(r.awards) != want || n != r.counted+want {
		r.t.Errorf("%d awards, in the register %v, the plan counted %d, counts %d", want, r.awards, r.counted, n)
	}
	inForce := 0
	for _, e := range r.entries() {
		if e.Programme == r.plan.programme && e.InForce {
			inForce++
		}
	}
	if inForce > r.plan.quota {
		r.t.Errorf("%d awards in force, the plan has %d", inForce, r.plan.quota)
	}
	csv := r.file("/awards/data.csv")
	for _, number := range r.awards {
		if !strings.Contains(csv, number) {
			r.t.Errorf("the CSV file has no %s", number)
		}
		r.genuine(number, "genuine and in force")
	}
}

// genuine asks as anybody whether a certificate is genuine.
func (r *callRun) genuine(number, want string) {
	r.t.Helper()
	page := r.fill("", "/awards/verify", form{css: `main form`, v: url.Values{"number": {number}}})
	if text := page.Find("main .xd-note").Text(); !strings.Contains(text, want) {
		r.t.Errorf("%s: %q, want %q", number, text, want)
	}
}

// file is a public file.
func (r *callRun) file(path string) string { return r.client("").read(r.t, path) }

// entry is an award in the file of the register.
type entry struct {
	Number, Programme, State, Document string
	InForce                            bool `json:"in_force"`
}

func (r *callRun) entries() []entry {
	r.t.Helper()
	var file struct{ Awards []entry }
	data := r.file("/awards/data.json")
	if err := json.Unmarshal([]byte(data), &file); err != nil {
		r.t.Fatalf("%v: %.300s", err, data)
	}
	return file.Awards
}

// given are the numbers of the awards that the decision gave.
func (r *callRun) given() (numbers []string) {
	for _, e := range r.entries() {
		if e.Document == r.document && e.Programme == r.plan.programme && e.InForce {
			numbers = append(numbers, e.Number)
		}
	}
	return numbers
}

// replayed computes the published result again from the sealed ballots.
func (r *callRun) replayed() {
	file := filepath.Join(r.t.TempDir(), "record.json")
	if err := os.WriteFile(file, []byte(r.file(r.notice+"/record.json")), 0o600); err != nil {
		r.t.Fatal(err)
	}
	if out := run(r.t, "accredit", "verify", file, "--lang", "en"); !strings.Contains(out, r.code+" agrees") {
		r.t.Errorf("verify: %s", out)
	}
	if out := run(r.t, "accredit", "verify", "--call", r.code, file, "--db", r.dsn, "--lang", "en"); !strings.Contains(out, r.code+" agrees") {
		r.t.Errorf("verify with the city: %s", out)
	}
}
