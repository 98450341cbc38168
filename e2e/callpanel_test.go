//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"github.com/xuri/excelize/v2"
)

// seat has experts drawn from the pool in public; they answer for themselves,
// one says no and a substitute is asked. A panel that conflicts leave too small
// is declared void, for a reason, and drawn again.
func (r *callRun) seat() {
	for try := 0; ; try++ {
		r.drawPanel(r.desk + "/panel")
		lack := r.read("city", r.desk+"/panel/assign").Find(`section:has(#lack-h)`).Text()
		if lack == "" && (try > 0 || !r.plan.redraw) {
			return
		}
		if try == 5 {
			r.t.Fatalf("experts lack: %s", lack)
		}
		r.fill("city", r.desk+"/panel", form{css: `form[action$="/panel/void"]`, v: url.Values{"reason": {"Sample: conflicts leave too few."}}})
		r.members = nil
	}
}

// drawPanel draws once, and has everybody answer who is asked.
func (r *callRun) drawPanel(panel string) {
	r.fill("technical", panel, form{css: `form[action$="/panel/freeze"]`, v: url.Values{"rule": {"示例：下一期福利彩票开奖号码"}}})
	r.later(0, 0, 2)
	r.fill("technical", panel, form{css: `form[action$="/panel/draw"]`, v: url.Values{"value": {"03 07 12 19 28 33 + 09"}}})
	declined := false
	for round := 0; ; round++ {
		asked := r.asked()
		if len(asked) == 0 {
			break
		}
		if round == 5 {
			r.t.Fatalf("still asked: %v", asked)
		}
		r.members = append(r.members, r.answers(asked, &declined)...)
	}
	if !declined || len(r.members) == 0 {
		r.t.Error("nobody declined")
	}
}

// asked are the experts of the seats that wait for an answer.
func (r *callRun) asked() []string {
	return r.read("city", r.desk+"/panel").Find(`form[action$="/panel/answer"]:has(button[name=yes]) input[name=expert]`).
		Map(func(_ int, e *goquery.Selection) string { return e.AttrOr("value", "") })
}

// answers has everybody who is asked answer; it returns who took a seat.
func (r *callRun) answers(asked []string, declined *bool) (seated []string) {
	r.t.Helper()
	r.link(asked)
	yes := fmt.Sprintf(`form[action="/review/seats/%s"]:has(button[name=yes])`, r.id)
	no := fmt.Sprintf(`details form[action="/review/seats/%s"]`, r.id)
	for _, login := range r.logins {
		if slices.Contains(r.members, login) || r.read(login, "/review/seats").Find(yes).Length() == 0 {
			continue
		}
		if !*declined {
			*declined = true
			r.fill(login, "/review/seats", form{css: no, v: url.Values{"reason": {"Sample: abroad that month."}}})
			continue
		}
		r.fill(login, "/review/seats", form{css: yes, v: url.Values{"yes": {"1"}}})
		seated = append(seated, login)
	}
	return seated
}

// link gives an account to experts of the pool that have none.
func (r *callRun) link(list []string) {
	r.t.Helper()
	for _, id := range list {
		page := "/desk/experts/" + id
		if !strings.Contains(r.read("technical", page).Find(".xd-facts").Text(), "Not linked") {
			continue
		}
		login := fmt.Sprintf("invited%d", len(r.logins))
		r.hire(login, [2]string{"expert", ""})
		r.fill("technical", page, form{css: `form[action$="/account"]`, v: url.Values{"login": {login}}})
		r.logins = append(r.logins, login)
	}
}

// assign takes the plan that is proposed, and begins the review.
func (r *callRun) assign() {
	r.fill("city", r.desk+"/panel/assign", form{css: `form[action$="/panel/confirm"]`})
	r.moveCall("city", "review")
}

// cases are the open assignments of an expert in the call.
func (r *callRun) cases(login string) []string {
	r.t.Helper()
	return r.read(login, "/review").hrefs(fmt.Sprintf(`section[aria-labelledby="c-%s"] tr:has(.xd-tag--go) th a`, r.id))
}

// numbers are those of applications, by which experts know them.
var numbers = regexp.MustCompile(`[A-Z]+-\d{4}-\d+`)

// conflict has an expert who has begun to mark find a conflict: access ends
// everywhere at once, and another expert has the application.
func (r *callRun) conflict() {
	i := slices.IndexFunc(r.members, func(m string) bool { return len(r.cases(m)) > 0 })
	login := r.members[i]
	one := r.cases(login)[0]
	page := r.read(login, one)
	leaf := page.attr(r.t, `.xd-rubric a`, "href")
	r.fill(login, leaf, form{css: `#mark`, v: url.Values{"level": {"B"}, "comment": {"Sample: begun before I saw who wrote it here."}}})
	page = r.read(login, one+"/recuse")
	code := numbers.FindString(page.Find("main .xd-fine").Text())
	kind := page.attr(r.t, `input[name=kind]`, "value")
	r.fill(login, one+"/recuse", form{css: `form[action$="/recuse"]`, v: url.Values{"kind": {kind}, "reason": {"Sample: a former pupil of mine leads it."}}})
	for _, path := range []string{"", "/1.1", "/print", "/recuse", "/discussion"} {
		if got := r.statusOf(login, one+path); got != http.StatusNotFound {
			r.t.Errorf("%s%s: %d after the conflict, want 404", one, path, got)
		}
	}
	if body := r.read(login, "/review").Text(); code == "" || strings.Contains(body, code) {
		r.t.Errorf("the list still names %q", code)
	}
	r.replacedBy(code)
}

func (r *callRun) statusOf(who, path string) int {
	r.t.Helper()
	res, err := r.client(who).Get(r.url + path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

// replacedBy wants every application to have its experts again, and a line in
// the log that says why.
func (r *callRun) replacedBy(code string) {
	page := r.read("technical", r.desk+"/panel")
	page.Find(`section[aria-labelledby=mx-h] tbody tr td:last-child`).Each(func(_ int, e *goquery.Selection) {
		if have, need, _ := strings.Cut(strings.TrimSpace(e.Text()), " / "); have != need {
			r.t.Errorf("an application has %s experts of %s", have, need)
		}
	})
	if log := page.Find(`section[aria-labelledby=log-h]`).Text(); !strings.Contains(log, code) || !strings.Contains(log, "a former pupil of mine") {
		r.t.Errorf("the log does not tell of %s: %s", code, log)
	}
}

// Levels that experts find: the first application is the best, the second next,
// the last two are equal in everything, so that only a draw can part them. One
// expert of the second is far from the others, which asks for a discussion.
func (r *callRun) levelsOf(code string, leaf int, outlier bool) int {
	at := slices.IndexFunc(r.apps, func(a application) bool { return a.code == code })
	switch {
	case at == 0:
		return 0
	case at == 1 && outlier:
		return 3
	case at == 1 && leaf%2 == 0:
		return 0
	}
	return 1
}

// markAll has every expert fill the workbook in, away from the network, bring
// it back and submit.
func (r *callRun) markAll() {
	outlier := true
	for _, login := range r.members {
		list := r.cases(login)
		if len(list) == 0 {
			continue
		}
		book, used := r.marked(login, outlier)
		outlier = outlier && !used
		r.fill(login, "/review", form{css: `form[action="/review/workbook"]`, files: files{"file": {"ballots.xlsx", book}}})
		for _, one := range list {
			r.fill(login, one, form{css: `form[action$="/submit"]`})
		}
	}
	if outlier && len(r.apps) > 1 {
		r.t.Error("nobody was far from the others")
	}
}

// marked is the workbook of an expert, filled in; used says that this expert
// is the one who is far from the others.
func (r *callRun) marked(login string, outlier bool) (book []byte, used bool) {
	r.t.Helper()
	res, err := r.client(login).Get(r.url + "/review/workbook/" + r.id)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		r.t.Fatalf("workbook of %s: %s, %v", login, res.Status, err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		r.t.Fatal(err)
	}
	for _, name := range f.GetSheetList() {
		used = r.markPage(f, name, outlier) || used
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		r.t.Fatal(err)
	}
	return out.Bytes(), used
}

// markPage fills in a page: row 4 has the names of the levels from column 6,
// items follow, and after the levels come the cells for level and comment.
func (r *callRun) markPage(f *excelize.File, name string, outlier bool) bool {
	r.t.Helper()
	rows, err := f.GetRows(name)
	if err != nil {
		r.t.Fatal(err)
	}
	const head, levels, column = 3, 4, 5 // from zero
	for i, row := range rows[head+1:] {
		if len(row) == 0 || row[0] == "" {
			continue
		}
		word, _, _ := strings.Cut(rows[head][column+r.levelsOf(name, i, outlier)], " ")
		for n, text := range []string{word, "Sample: shown by what is attached; name more of the people it reaches."} {
			cell, err := excelize.CoordinatesToCellName(column+levels+1+n, head+2+i)
			if err == nil {
				err = f.SetCellStr(name, cell, text)
			}
			if err != nil {
				r.t.Fatal(err)
			}
		}
	}
	return outlier && len(r.apps) > 1 && name == r.apps[1].code
}

// discuss holds the discussion that the spread has opened: an expert says why,
// changes a mark for a reason, and the office closes it.
func (r *callRun) discuss() {
	if len(r.apps) > 1 {
		r.talk(r.desk + "/ballots")
	}
	r.moveCall("city", "shortlist")
}

func (r *callRun) talk(at string) {
	link := ""
	for _, login := range r.members {
		if list := r.read(login, "/review").hrefs(fmt.Sprintf(`section[aria-labelledby="c-%s"] a[href$="/discussion"]`, r.id)); len(list) > 0 {
			link = list[0]
			r.fill(login, link, form{css: `form[action$="/say"]`, v: url.Values{"text": {"Sample: page four of the attachment answers that."}}})
			leaf := r.read(login, link).attr(r.t, `select[name=leaf] option`, "value")
			r.fill(login, link, form{css: `form[action$="/revise"]`, v: url.Values{"leaf": {leaf}, "level": {"B"}, "reason": {"Sample: read again after the discussion."}}})
			break
		}
	}
	if link == "" {
		r.t.Fatal("nobody is asked to discuss")
	}
	r.fill("city", at, form{css: `form:has(input[value=close])`, v: url.Values{"why": {"Sample: two read it otherwise, the rest stand."}}})
}
