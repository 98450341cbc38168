//go:build e2e

package e2e

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// visitAll plans and announces the visits, lets the days of notice pass, and
// has the teams look, call learners back and sign.
func (r *callRun) visitAll() {
	r.moveCall("city", "visit")
	visits := map[string][]string{} // page at the desk to its team's logins
	var last time.Time
	for i, a := range r.apps {
		at, day, team := r.planVisit(a, i)
		visits[at] = team
		if day.After(last) {
			last = day
		}
	}
	r.goTo(last)
	for at, team := range visits {
		r.goThere(at, team)
	}
	r.moveCall("city", "deliberate")
}

// planVisit plans one visit: the applicant names sites, the others are drawn.
func (r *callRun) planVisit(a application, turn int) (at string, day time.Time, team []string) {
	plan := "/desk/visits/new?application=" + a.id()
	page := r.read("city", plan)
	first := page.attr(r.t, `#day`, "min")
	day, err := time.Parse(time.DateOnly, first)
	if err != nil {
		r.t.Fatal(err)
	}
	free := page.Find(`input[name=expert]:not([disabled])`).Map(func(_ int, e *goquery.Selection) string { return e.AttrOr("value", "") })
	if len(free) < 3 {
		r.t.Fatalf("%d experts may visit %s", len(free), a.code)
	}
	n := turn % (len(free) - 2)
	page = r.fill("city", plan, form{css: `form[action="/desk/visits"]`, v: url.Values{"day": {first}, "expert": free[n : n+3], "rule": {"示例：次日开奖号码"}}})
	at, _, _ = strings.Cut(page.path, "?")
	r.nameSites(a)
	if r.read("city", at).Find(`form:has(input[value=draw])`).Length() > 0 {
		r.fill("city", at, form{css: `form:has(input[value=draw])`, v: url.Values{"value": {"05 11 16 22 27 31 + 04"}}})
	}
	r.fill("city", at, form{css: `form:has(input[value=announce])`, v: url.Values{"note": {"Sample: please have the rosters at hand."}}})
	if text := r.read(a.login, "/desk/visited/"+a.id()).Find("main").Text(); !strings.Contains(text, "rosters at hand") {
		r.t.Errorf("%s is not told of the visit", a.code)
	}
	return at, day, r.teamOf(at)
}

// nameSites has the applicant name as many sites as it may.
func (r *callRun) nameSites(a application) {
	at := "/desk/visited/" + a.id()
	page := r.read(a.login, at)
	sites := page.Find(`input[name=site]`).Map(func(_ int, e *goquery.Selection) string { return e.AttrOr("value", "") })
	r.fill(a.login, at, form{css: `form[action^="/desk/visited/"]`, v: url.Values{"site": sites[:min(1, len(sites))]}})
}

// teamOf are the logins of a visit's experts.
func (r *callRun) teamOf(at string) (team []string) {
	visit := strings.Replace(at, "/desk/", "/review/", 1)
	for _, login := range r.logins {
		if r.statusOf(login, visit) == 200 {
			team = append(team, login)
		}
	}
	if len(team) != 3 {
		r.t.Fatalf("%d experts see the visit, want 3", len(team))
	}
	return team
}

// goThere fills the checklist in, calls back what was drawn of the ledger, and
// signs twice.
func (r *callRun) goThere(at string, team []string) {
	visit := strings.Replace(at, "/desk/", "/review/", 1)
	page := r.read(team[0], visit)
	for _, leaf := range page.Find(`form[data-leaf]`).EachIter() {
		code := leaf.AttrOr("data-leaf", "")
		r.send(team[0], page, form{css: fmt.Sprintf(`form[data-leaf=%q]`, code), v: url.Values{"level": {"B"}, "note": {"Sample: as the rosters say."}}})
	}
	for _, f := range page.Find(`#calls form:has([name=outcome])`).EachIter() {
		nr := f.Find(`[name=nr]`).AttrOr("value", "")
		r.send(team[0], page, form{css: fmt.Sprintf(`#calls form:has([name=nr][value=%q])`, nr), v: url.Values{"outcome": {"confirmed"}}})
	}
	r.fill(team[0], visit, form{css: `form[action$="/sign"]`})
	r.fill("city", visit, form{css: `form[action$="/sign"]`})
}
