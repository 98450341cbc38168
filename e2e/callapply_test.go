//go:build e2e

package e2e

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
)

// hireAll opens the accounts that the demo city lacks. Two administrators do
// it: who opens an account does not say what it may do.
func (r *callRun) hireAll() {
	posts := map[string][][2]string{}
	add := func(login, role, place string) {
		if login != "staff" && login != "street" && login != "district" && !slices.Contains(posts[login], [2]string{role, place}) {
			posts[login] = append(posts[login], [2]string{role, place})
		}
	}
	for _, p := range r.plan.parties {
		place := p.area
		if p.org != "" {
			add(p.login, "org_staff", p.org)
			place = strings.SplitN(p.org, "-", 3)[1][:6] + "000000"
		} else {
			add(p.login, "district_officer", p.area)
		}
		if p.district != "" {
			add(p.district, "district_officer", place)
		}
	}
	for login, list := range posts {
		r.hire(login, list...)
	}
}

// hire opens an account, grants its posts and signs in for the first time.
func (r *callRun) hire(login string, posts ...[2]string) {
	r.t.Helper()
	page := r.fill("system", "/admin/accounts/new", form{css: `form[action="/admin/accounts"]`, v: url.Values{"login": {login}, "name": {"示例人员"}}})
	once := strings.TrimSpace(page.Find("#once").Text())
	account := page.attr(r.t, `main a[href^="/admin/accounts/"]`, "href")
	for _, p := range posts {
		r.fill("security", account, form{css: `form[action$="/grants"]`, v: url.Values{"role": {p[0]}, "place": {p[1]}, "reason": {"Sample: takes part in a call"}}})
	}
	c := visitor(r.t, r.url)
	res, err := c.PostForm(r.url+"/signin", url.Values{"login": {login}, "password": {once}, "back": {"/desk"}})
	if err == nil {
		res.Body.Close()
		res, err = c.PostForm(r.url+"/account/password", url.Values{"old": {once}, "password": {demoPassword}, "again": {demoPassword}})
	}
	if err != nil {
		r.t.Fatal(err)
	}
	r.sheet(res, login+" signs in for the first time")
}

func (r *callRun) applyAll() {
	for _, p := range r.plan.parties {
		r.apps = append(r.apps, r.apply(p))
	}
}

// apply reads how the conditions stand, begins, writes and submits.
func (r *callRun) apply(p party) application {
	at := "/desk/applications/new?call=" + r.code
	if p.award != "" {
		at = "/desk/applications/new?award=" + p.award + "&call=" + r.code
	}
	page := r.read(p.login, at)
	v := url.Values{"party": {r.partyOf(page, p)}}
	if p.title != "" {
		v.Set("title", p.title)
	}
	page = r.fill(p.login, at, form{css: `form.xd-begin`, v: v})
	if page.Find(`.xd-gates`).Length() == 0 {
		r.t.Fatalf("%s is not told how the conditions stand", p.login)
	}
	page = r.fill(p.login, page.path, form{css: `form[method=post][action="/desk/applications/new"]`})
	a := application{party: p, path: page.path}
	a.code = strings.Fields(page.Find(".xd-ret__place").Text())[len(strings.Fields(page.Find(".xd-ret__place").Text()))-1]
	r.write(a)
	for _, m := range []string{"assess", "submit_"} {
		r.moveApp(p.login, a, m)
	}
	return a
}

// partyOf is how the form names who applies.
func (r *callRun) partyOf(page sheet, p party) string {
	r.t.Helper()
	at := "/orgs/" + p.org
	if p.org == "" {
		at = "/areas/" + p.area
	}
	name := strings.TrimSpace(r.read("", at).Find("h1").First().Text())
	for _, e := range page.Find(`form.xd-begin input[name=party]`).EachIter() {
		label := page.Find(fmt.Sprintf(`label[for=%q]`, e.AttrOr("id", "")))
		if p.org != "" && strings.Contains(label.Text(), p.org+" ") || strings.Contains(name, strings.TrimSpace(label.Contents().First().Text())) {
			return e.AttrOr("value", "")
		}
	}
	r.t.Fatalf("%s may not apply for %s: %s", p.login, name, page.Find(`form.xd-begin`).Text())
	return ""
}

// moveApp makes the move of an application whose code begins so.
func (r *callRun) moveApp(who string, a application, prefix string) sheet {
	r.t.Helper()
	css := fmt.Sprintf(`form[action$="/move"] button[value^=%q]`, prefix)
	move := r.read(who, a.path).attr(r.t, css, "value")
	return r.fill(who, a.path, form{css: `form[action$="/move"]:has(button[value^=` + prefix + `])`, v: url.Values{"move": {move}}})
}

// write judges every item, describes the work and proves what is to be proved.
func (r *callRun) write(a application) {
	page := r.read(a.login, a.path)
	for _, leaf := range slices.Compact(page.hrefs(`a.govuk-task-list__link[href*="/leaf/"]`)) {
		r.fill(a.login, leaf, form{css: `form.xd-review__mark`, v: url.Values{"level": {"A"}, "reason": {"Sample: runs all year, on record, and better each term."}, "go": {"stay"}}})
	}
	r.describe(a)
	proofs := 0
	for _, slot := range slices.Compact(r.read(a.login, a.path).hrefs(`.xd-meter a[href*="#slot-"]`)) {
		leaf, code, _ := strings.Cut(slot, "#slot-")
		proofs++
		r.fill(a.login, leaf, form{css: `#slot-` + code + ` form.xd-upload`, files: files{"file": {fmt.Sprintf("proof %s %d.pdf", a.code, proofs), samplePDF(a.code, proofs)}}})
	}
}

func (r *callRun) describe(a application) {
	at := a.path + "/content"
	v := url.Values{}
	r.read(a.login, at).Find(`form[data-autosave] [name^="f:"]`).Each(func(_ int, e *goquery.Selection) {
		text := "Sample: for whoever lives here, with what the place has to tell."
		if e.AttrOr("type", "") == "date" {
			text = r.today.AddDate(-3, 0, 0).Format("2006-01-02")
		}
		v.Set(e.AttrOr("name", ""), text)
	})
	r.fill(a.login, at, form{css: `form[data-autosave]`, v: v})
}

// samplePDF is a small file that every reader opens; no two are alike.
func samplePDF(code string, n int) []byte {
	return fmt.Appendf(nil, "%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"+
		"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%%%EOF\n%% %s %d\n", code, n)
}

// close waits for the end of the time to apply.
func (r *callRun) close() {
	r.later(0, 0, 34)
	r.moveCall("city", "close")
}

// state is how an application stands, as its page says it to the city.
func (r *callRun) state(a application) string {
	r.t.Helper()
	return strings.TrimSpace(r.read("city", a.path).Find(".xd-roll__meta .xd-tag").First().Text())
}

// verifyAll has the street look at every piece of evidence.
func (r *callRun) verifyAll() {
	for _, a := range r.apps {
		if a.street == "" {
			continue
		}
		v := url.Values{"move": {"verify"}}
		r.read(a.street, a.path+"/verify").Find(`[name^="e:"]`).Each(func(_ int, e *goquery.Selection) { v.Set(e.AttrOr("name", ""), "exists") })
		r.fill(a.street, a.path+"/verify", form{css: `form[action$="/verify"]`, v: v})
	}
}

// recommendAll has each district put its applications into an order, with a
// score and a reason, and send them.
func (r *callRun) recommendAll() {
	by := map[string][]application{}
	var areas []string
	for _, a := range r.apps {
		if a.district == "" {
			continue
		}
		area := strings.SplitN(a.org, "-", 3)[1][:6] + "000000"
		if by[area] == nil {
			areas = append(areas, area)
		}
		by[area] = append(by[area], a)
	}
	for _, area := range areas {
		v := url.Values{"go": {"send"}}
		for i, a := range by[area] {
			v.Set("place:"+a.id(), fmt.Sprint(i+1))
			v.Set("score:"+a.id(), fmt.Sprint(95-i))
			v.Set("reason:"+a.id(), "Sample: sound work that others can learn from.")
		}
		r.fill(by[area][0].district, "/desk/recommend/"+r.code+"?area="+area, form{css: `form:has(.xd-board)`, v: v})
	}
}

// checkAll confirms what was declared and clears what looks alike; one
// application is sent back to be completed, once.
func (r *callRun) checkAll() {
	r.supplement(r.apps[0])
	for _, a := range r.apps {
		r.confirm(a)
	}
	r.fill("technical", r.apps[0].path+"/check", form{css: `form[action$="/move"]`, v: url.Values{"move": {"accept"}}})
	if len(r.apps) > 1 {
		r.fill("technical", "/desk/check/"+r.code, form{css: `form[action^="/desk/check/"]`})
	}
	for _, a := range r.apps {
		if got := r.state(a); !strings.HasPrefix(got, "Accepted") {
			r.t.Errorf("%s is %q after the formal check", a.code, got)
		}
	}
}

func (r *callRun) supplement(a application) {
	page := r.fill("technical", a.path+"/check", form{css: `form[action$="/move"]`, v: url.Values{"move": {"ask_supplement"}}})
	r.fill("technical", page.path, form{css: `form:has(#f-reason)`, v: url.Values{"reason": {"Sample: the minutes of last year are missing."}}})
	if text := r.read(a.login, a.path).Find("main").Text(); !strings.Contains(text, "minutes of last year") {
		r.t.Error("the applicant is not told what is missing")
	}
	leaf := r.read(a.login, a.path).hrefs(`a.govuk-task-list__link[href*="/leaf/"]`)[0]
	r.fill(a.login, leaf, form{css: `form.xd-upload`, files: files{"file": {"minutes.pdf", samplePDF(a.code, 99)}}})
	r.moveApp(a.login, a, "supplement")
	if n := r.read("technical", a.path+"/check").Find(`button[value=ask_supplement]`).Length(); n != 0 {
		r.t.Error("a second supplement can be asked for")
	}
}

func (r *callRun) confirm(a application) {
	at := a.path + "/check"
	for {
		page := r.read("technical", at)
		gate := page.Find(`form.xd-chkform:has([name=gate])`).FilterFunction(func(_ int, f *goquery.Selection) bool {
			return f.ParentsFiltered(".xd-chkgate").Find(".xd-tag--go").Length() == 0
		})
		if gate.Length() > 0 {
			id := gate.First().ParentsFiltered(".xd-chkgate").AttrOr("id", "")
			r.fill("technical", at, form{css: "#" + id + " form", v: url.Values{"verdict": {"holds"}, "note": {"Sample: seen on paper."}}})
			continue
		}
		other := page.Find(`form.xd-chkform:has([name=other])`)
		if other.Length() == 0 {
			return
		}
		id := other.First().ParentsFiltered(".xd-chkgate").AttrOr("id", "")
		r.fill("technical", at, form{css: fmt.Sprintf(`[id=%q] form`, id), v: url.Values{"note": {"Sample: another project."}}})
	}
}
