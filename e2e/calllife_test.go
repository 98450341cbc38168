//go:build e2e

package e2e

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// awardPage is the page of an award at the desk.
func (r *callRun) awardPage(number string) string {
	r.t.Helper()
	for _, href := range r.read("city", "/desk/awards").hrefs(`main table a[href^="/desk/awards/"]`) {
		if r.read("city", href).Find(fmt.Sprintf(`a[href="/awards/%s"]`, number)).Length() > 0 {
			return href
		}
	}
	r.t.Fatalf("the desk does not list %s", number)
	return ""
}

// holder is who holds an award, and is signed in as.
func (r *callRun) holder(award string) string {
	r.t.Helper()
	for _, a := range r.apps {
		if r.statusOf(a.login, award) == 200 {
			return a.login
		}
	}
	r.t.Fatalf("no holder sees %s", award)
	return ""
}

// moveAward makes a move of an award, for a reason where it asks for one.
func (r *callRun) moveAward(who, award, move, reason string) {
	r.t.Helper()
	f := form{css: fmt.Sprintf(`form:has(input[name=move][value=%s])`, move)}
	if reason != "" {
		f.v = url.Values{"reason": {reason}}
	}
	r.fill(who, award, f)
}

// takeAway revokes an award after its holder was heard: register, proof and
// target follow by themselves (P1.7, P2.8).
func (r *callRun) takeAway() {
	number := r.awards[0]
	award, before := r.awardPage(number), r.target()
	r.moveAward("city", award, "propose_revocation", "Sample: the classes have stopped.")
	if n := r.read("leading", award).Find(`input[name=move][value=revoke]`).Length(); n != 0 {
		r.t.Error("an award can be revoked before its holder was heard")
	}
	r.fill(r.holder(award), award, form{css: `form[action$="/record"]`, v: url.Values{"kind": {"waiver"}, "text": {"Sample: we agree."}}})
	r.moveAward("leading", award, "revoke", "Sample: the criteria are no longer met.")
	if n := r.target(); n != before-1 {
		r.t.Errorf("the plan counted %d, counts %d", before, n)
	}
	r.genuine(number, "no longer holds")
	if text := r.read("", "/awards/"+number).Find("main").Text(); !strings.Contains(text, "the criteria are no longer met") {
		r.t.Errorf("the register does not say why %s is revoked", number)
	}
	if text := r.read("", "/awards/"+number+"/certificate").Find("body").Text(); !strings.Contains(text, "no longer holds") {
		r.t.Errorf("the certificate does not say that it is revoked: %s", strings.Join(strings.Fields(text), " "))
	}
	for _, e := range r.entries() {
		if e.Number == number && (e.InForce || e.State != "revoked") {
			r.t.Errorf("the file of the register: %+v", e)
		}
	}
	r.later(0, 2, 0)
	within(r.t, time.Minute, "the revocation is final", func() bool {
		return r.read("", "/awards/"+number).Find("main").Text() != "" && r.stateInFile(number) == "ended"
	})
}

func (r *callRun) stateInFile(number string) string {
	for _, e := range r.entries() {
		if e.Number == number {
			return e.State
		}
	}
	return ""
}

// yearlyCheck lets a year pass: the program asks the holder for what speaks
// against the award, or, where nothing does, for a single click.
func (r *callRun) yearlyCheck() {
	award := r.awardPage(r.awards[0])
	holder := r.holder(award)
	r.later(1, 0, 1)
	asked := func() sheet { return r.read(holder, award) }
	within(r.t, time.Minute, "the yearly check", func() bool { return asked().Find(`form[action$="/check"]`).Length() > 0 })
	page := asked()
	if page.Find(`form[action$="/check"] button[value=unchanged]`).Length() > 0 {
		r.fill(holder, award, form{css: `form[action$="/check"]:has(button[value=unchanged])`, v: url.Values{"act": {"unchanged"}}})
	} else {
		n := page.Find(`form[action$="/check"] [name=answer]`).Length()
		v := url.Values{"act": {"answer"}}
		for range n {
			v.Add("answer", "Sample: two classes more from September on.")
		}
		r.send(holder, page, form{css: `form[action$="/check"]`, v: v})
		r.fill("city", award, form{css: `form[action$="/check"]:has(button[value=accept])`, v: url.Values{"act": {"accept"}, "note": {"Sample: seen."}}})
	}
	if n := asked().Find(`form[action$="/check"]`).Length(); n != 0 {
		r.t.Error("the check is still open")
	}
}

// lookAgain lets years pass: before the award ends it is looked at again, in a
// call of its own, and renewed.
func (r *callRun) lookAgain() {
	number := r.awards[0]
	award := r.awardPage(number)
	until := r.until(number)
	r.later(2, 7, 0)
	r.fill("city", award, form{css: `form:has(input[name=move][value=reevaluate])`})
	page := r.fill("city", "/desk/calls/new", form{css: `form[action="/desk/calls/new"]`, v: url.Values{"programme": {r.plan.programme}, "kind": {"reevaluation"}, "places": {"1"}}})
	again := *r
	again.experts, again.members, again.apps = map[string]string{}, nil, nil
	again.plan.places, again.plan.parties = 1, []party{r.holds(number, award)}
	again.drafted(page.path)
	again.authorise()
	again.publish()
	again.applyAll()
	again.walk(again.decided())
	again.approve()
	again.moveAward("city", award, "renew", "")
	if now := again.until(number); now <= until {
		r.t.Errorf("%s held until %s, after it was renewed until %s", number, until, now)
	}
	again.genuine(number, "genuine and in force")
	again.replayed()
}

// holds is the party whose award is looked at again.
func (r *callRun) holds(number, award string) party {
	title := strings.TrimSpace(r.read("", "/awards/"+number).Find("h1").Text())
	for _, a := range r.apps {
		if strings.Contains(title, a.title) {
			p := a.party
			p.award = award[strings.LastIndex(award, "/")+1:]
			return p
		}
	}
	r.t.Fatalf("nobody holds %s, %q", number, title)
	return party{}
}

// until is the last day of an award, as its file says.
func (r *callRun) until(number string) string {
	r.t.Helper()
	var last string
	r.read("", "/awards/"+number).Find(".xd-facts dd").Each(func(_ int, e *goquery.Selection) { last += strings.TrimSpace(e.Text()) + "|" })
	return last
}
