//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"
)

// begin reads the rules of the open call, sees before writing whether the
// conditions hold, and begins.
func (r *round) begin() {
	r.as("district")
	r.do("read the rules", r.open("/calls"), click(`main section:first-of-type li a`), seen(`#rubric-h`))
	r.holds(`main`, "Coordination")
	r.do("apply", click(`main a[href^="/desk/applications/new?call="]`), seen(`.xd-gates`))
	if text := r.text(`.xd-gates`); strings.Contains(text, "not_reported") {
		r.t.Errorf("a state of a figure is shown as its code: %s", text)
	}
	shoot(r.t, r.ctx, "award gates")
	r.do("begin", click(`main form[method=post] button`), seen(`.xd-meter`))
	r.application = r.path()
	r.do("finish too early", chromedp.Navigate(r.url+r.application), seen(`#acts-h`))
	r.holds(`.xd-ret__acts`, "Finish the self-assessment")
	r.refused("district", r.application+"/move", url.Values{"move": {"assess"}})
}

// leaf is the address of an item of the application.
func (r *round) leaf(code string) string { return r.application + "/leaf/" + code }

// refuseFile uploads a program that calls itself a picture, a type that is not
// taken, and a good file.
func (r *round) refuseFile() {
	slot := `form.xd-upload`
	for name, content := range map[string]string{"minutes.exe": "MZ", "minutes.pdf": "MZ this is no PDF"} {
		r.do("upload "+name, r.open(r.leaf("1.1")), seen(slot), chromedp.SetUploadFiles(chromedp.CSS(slot+` input[type=file]`), []string{r.file(name, content)}),
			click(slot+` button`), seen(`.govuk-error-summary`))
	}
	shoot(r.t, r.ctx, "award file refused")
	good := "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
		"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
	r.do("upload a good one", r.open(r.leaf("1.1")), chromedp.SetUploadFiles(chromedp.CSS(slot+` input[type=file]`), []string{r.file("minutes of 2026.pdf", good)}),
		click(slot+` button`), seen(`.xd-slot .xd-links a`))
	r.holds(`.xd-slot .xd-links`, "minutes of 2026.pdf")
	link := js[string](r, "file", `document.querySelector('.xd-slot .xd-links a').getAttribute('href')`)
	if got := signedIn(r.t, r.url, "district").read(r.t, link); got != good {
		r.t.Error("the file that comes back is another one")
	}
}

func (r *round) file(name, content string) string {
	r.t.Helper()
	path := filepath.Join(r.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		r.t.Fatal(err)
	}
	return path
}

// lockedFigures finds our own figures filled in, with their source, and no way
// to change them.
func (r *round) lockedFigures() {
	r.do("open an item", r.open(r.leaf("2.1")), seen(`.xd-ev .xd-lock`))
	if n := js[int](r, "fields in figures", `document.querySelectorAll('.xd-ev input, .xd-ev textarea, .xd-ev select').length`); n != 0 {
		r.t.Errorf("%d fields in locked figures", n)
	}
	if n := js[int](r, "lines of sources", `document.querySelectorAll('.xd-ev .xd-sig dd').length`); n == 0 {
		r.t.Error("figures have no source")
	}
}

// twoWrite writes an item while a colleague writes it too: both texts are
// shown, neither is lost, and the writer decides.
func (r *round) twoWrite() {
	const theirs, mine = "The colleague's text: two meetings in spring.", "My text: three meetings, minutes attached."
	r.do("open the item", r.open(r.leaf("1.1")), seen(`#f-reason`))
	v := js[string](r, "version", `document.querySelector('#app-v input').value`)
	res, err := signedIn(r.t, r.url, "district").PostForm(r.url+r.leaf("1.1"), url.Values{"v": {v}, "level": {"B"}, "reason": {theirs}, "go": {"stay"}})
	if err != nil {
		r.t.Fatal(err)
	}
	res.Body.Close()
	r.do("write it too", chromedp.SendKeys(chromedp.CSS(`#f-reason`), mine+"\t"), seen(`#app-clash .xd-theirs`))
	r.want("theirs", r.text(`#app-clash .xd-theirs`), theirs)
	r.want("mine", js[string](r, "mine", `document.querySelector('#f-reason').value`), mine)
	shoot(r.t, r.ctx, "award two write")
	r.do("decide", click(`label[for=l-A]`), click(`form[data-autosave] button[value=stay]`), seen(`.xd-saved:not(.xd-saved--not)`), r.open(r.leaf("1.1")), seen(`#f-reason`))
	r.want("what was kept", js[string](r, "kept", `document.querySelector('#f-reason').value`), mine)
	r.do("history", r.open(r.application+"/history"), seen(`main`))
	r.holds(`main`, "two meetings in spring")
}

// owed are the addresses of what the expert has to mark.
func (r *round) owed() []string {
	r.t.Helper()
	r.do("what is owed", r.open("/review"), seen(`main h1`))
	return js[[]string](r, "owed", `[...document.querySelectorAll('tbody tr:has(.xd-tag--go) th a')].map(a => a.getAttribute('href'))`)
}

// mark marks all items of an application with JavaScript off, submits, and
// cannot change anything after.
func (r *round) mark() {
	plain := *r
	plain.ctx = browser(r.t)
	plain.do("scripts off", withoutScripts())
	plain.as("expert")
	list := plain.owed()
	if len(list) < 2 {
		r.t.Fatalf("expert owes %v, want two at least", list)
	}
	one := list[0]
	plain.do("open it", r.open(one), click(`.xd-rubric a`), seen(`#mark`))
	items := js[[]string](&plain, "items", `[...document.querySelectorAll('.xd-rubric a')].map(a => a.getAttribute('href'))`)
	plain.do("submit too early", r.open(one), seen(`#sub`))
	if n := js[int](&plain, "submit", `document.querySelectorAll('form[action$="/submit"]').length`); n != 0 {
		r.t.Error("an unfinished ballot can be submitted")
	}
	for _, item := range items {
		plain.do("mark "+item, r.open(item), click(`label[for=l-B]`), set(`#cm`, "Sample: complete and continuous; show more about ages."), click(`#mark button`),
			chromedp.WaitReady(chromedp.CSS(fmt.Sprintf(`.xd-rubric a[href=%q] .is-done`, item))))
	}
	plain.do("submit", r.open(one), click(`form[action$="/submit"] button`), gone(`form[action$="/submit"]`))
	if n := js[int](&plain, "fields", `document.querySelectorAll('main form textarea').length`); n != 0 {
		r.t.Error("a submitted ballot has fields")
	}
	r.refused("expert", items[0], url.Values{"level": {"A"}, "comment": {"Sample: changed my mind after all."}, "version": {"1"}})
	r.refused("expert", one+"/submit", nil)
	plain.do("read it again", r.open(items[0]), seen(`.xd-review__mark`))
	plain.holds(`.xd-review__mark`, "Good")
}

// stepBack declares a conflict late: the application is gone for the expert
// wherever it stood, another expert has it, and the office has the reason.
func (r *round) stepBack() {
	r.as("expert")
	one := r.owed()[0]
	r.do("open it", r.open(one), seen(`.xd-revhead h1`))
	title := r.text(`.xd-revhead h1`)
	r.do("step back", click(`a[href$="/recuse"]`), seen(`#f-reason`))
	code := js[string](r, "number", `document.querySelector('main .xd-fine').textContent.match(/[A-Z]+-\d{4}-\d+/)[0]`)
	r.do("without a reason", click(`.govuk-radios__item label`), click(`main form button`), seen(`.govuk-error-summary`))
	r.do("with one", click(`.govuk-radios__item label`), set(`#f-reason`, "Sample: my sister works there since September."), click(`main form button`), seen(`main h1`))
	for _, path := range []string{"", "/1.1", "/print", "/recuse", "/discussion"} {
		if got := r.status("expert", one+path); got != http.StatusNotFound {
			r.t.Errorf("%s%s: %d, want 404", one, path, got)
		}
	}
	c := signedIn(r.t, r.url, "expert")
	for _, path := range []string{"/review", "/review/visits", "/review/seats", "/review/me"} {
		if body := c.read(r.t, path); strings.Contains(body, code) || strings.Contains(body, title) {
			r.t.Errorf("%s still names %s", path, code)
		}
	}
	r.replaced(code)
}

// replaced looks at what the technical body sees of it.
func (r *round) replaced(code string) {
	panel := r.call("CQ") + "/panel"
	r.as("technical")
	r.do("the panel", r.open(panel), seen(`#log-h`), seen(`#mx-h`))
	row := fmt.Sprintf(`[...document.querySelectorAll('section[aria-labelledby=mx-h] tbody tr')].find(t => t.textContent.includes(%q)).querySelector('td:last-child').textContent`, code)
	if have, need, _ := strings.Cut(js[string](r, "experts of it", row), " / "); have != need {
		r.t.Errorf("%s has %s experts of %s", code, have, need)
	}
	log := r.text(`section[aria-labelledby=log-h]`)
	if !strings.Contains(log, code) || !strings.Contains(log, "my sister works there") {
		r.t.Errorf("the log does not tell: %s", log)
	}
	shoot(r.t, r.ctx, "award replaced")
}

// whatIsMissing reads what every next move of a call waits for; the program
// refuses it too.
func (r *round) whatIsMissing() {
	for _, x := range []struct{ letters, move, why string }{
		{"SFQ", "close", "time to apply is not over"}, {"CQ", "shortlist", "ballots are still missing"}, {"ZZ", "end_notice", "notice is still running"},
	} {
		path := r.call(x.letters)
		r.as("city")
		r.do("open the call", r.open(path), seen(`#next-h`))
		r.holds(`section[aria-labelledby=next-h] .xd-note`, x.why)
		r.refused("city", path+"/move", url.Values{"move": {x.move}})
		r.refused("leading", path+"/move", url.Values{"move": {"approve"}})
	}
}

// register reads the awards: who holds one, the certificate, its proof, and the
// target that counts them (P2.8).
func (r *round) register() {
	r.do("the register", chromedp.Func(clearCookies), r.open("/awards"), seen(`#list tbody`))
	rows := js[int](r, "awards", `document.querySelectorAll('#list > table tbody tr').length`)
	if rows == 0 || r.counted() != rows {
		r.t.Fatalf("%d awards, the target counts %d", rows, r.counted())
	}
	r.do("the list", r.open("/awards"), seen(`#list tbody th a`))
	r.holder = r.text(`#list tbody th a`)
	r.do("one of them", click(`#list tbody th a`), seen(`.xd-facts code`))
	r.number = r.text(`.xd-facts code`)
	r.do("its certificate", click(`a[href$="/certificate"]`), seen(`.xd-cert`), seen(`.xd-cert__code svg`))
	r.holds(`.xd-cert`, r.number)
	shoot(r.t, r.ctx, "award certificate")
	r.verify(r.number, "genuine and in force")
	r.verify("JY1999-999", "Nobody holds")
}

// verify asks whether a certificate is genuine.
func (r *round) verify(number, want string) {
	r.t.Helper()
	r.do("verify "+number, r.open("/awards/verify"), set(`#number`, number), click(`main form button`), seen(`main .xd-note`))
	r.holds(`main .xd-note`, want)
}

// counted is what the plan counts for its projects.
func (r *round) counted() int {
	r.t.Helper()
	r.do("the plan", r.open("/plan"), seen(`#community-projects`))
	return js[int](r, "counted", `Number(document.querySelector('#community-projects .xd-goal__value data').value)`)
}

// openHolder opens an account for the institution that holds the award.
func (r *round) openHolder() {
	_, org, _ := strings.Cut(r.holder, "（")
	org = strings.TrimSuffix(org, "）")
	r.do("find the institution", r.open("/orgs?q="+url.QueryEscape(org)), seen(`main table`))
	code := js[string](r, "code", `document.querySelector('main table a[href^="/orgs/"]').getAttribute('href').slice('/orgs/'.length)`)
	r.as("system")
	r.do("open an account", r.open("/admin/accounts/new"), set(`#f-login`, "college"), set(`#f-name`, "示例学院"), click(`main form button`), seen(`#once`))
	once := r.text(`#once`)
	r.do("its page", click(`main a[href^="/admin/accounts/"]`), seen(`main h1`))
	page := r.path()
	r.as("security")
	r.do("grant the post", r.open(page), set(`#f-role`, "org_staff"), set(`#f-place`, code), set(`#f-reason`, "Sample: holds an award"), click(`form[action$="/grants"] button`), seen(`table th[scope=row]`))
	r.do("sign in once", chromedp.Func(clearCookies), r.open("/signin"), set(`[name=login]`, "college"), set(`[name=password]`, once), click(`main form button`), seen(`#f-old`),
		set(`#f-old`, once), set(`#f-password`, demoPassword), set(`#f-again`, demoPassword), click(`main form[action="/account/password"] button`), gone(`#f-old`))
}

// proposeRevocation proposes to revoke the award, for a reason; nobody can
// revoke it before the holder was heard.
func (r *round) proposeRevocation() {
	r.as("city")
	r.do("find it", r.open("/desk/awards"), seen(`main table`))
	r.award = js[string](r, "award", fmt.Sprintf(`[...document.querySelectorAll('main table a')].find(a => a.textContent.trim() === %q).getAttribute('href')`, r.holder))
	form := `details:has(input[value=propose_revocation])`
	r.do("propose", r.open(r.award), click(form+` summary`), set(form+` textarea`, "Sample: the classes have stopped."), click(form+` button`), seen(`.xd-note--done`), gone(form))
	r.as("leading")
	r.do("too early", r.open(r.award), seen(`#moves-h`))
	r.holds(`section[aria-labelledby=moves-h]`, "still has time to be heard")
	r.refused("leading", r.award+"/move", url.Values{"move": {"revoke"}, "reason": {"Sample"}})
	r.verify(r.number, "genuine and in force")
}

// heard lets the holder say that it does not want to be heard.
func (r *round) heard() {
	r.as("college")
	r.do("answer", r.open("/desk"), seen(`main`), r.open(r.award), seen(`#kind`), set(`#kind`, "waiver"), set(`#text`, "Sample: we agree."), click(`form[action$="/record"] button`), seen(`.xd-note--done`))
	if got := r.status("community", r.award); got != http.StatusNotFound && got != http.StatusForbidden {
		r.t.Errorf("another institution reads the hearing: %d", got)
	}
}

// revoke revokes it: register, proof and target follow by themselves.
func (r *round) revoke() {
	before := r.counted()
	form := `details:has(input[value=revoke])`
	r.as("leading")
	r.do("revoke", r.open(r.award), click(form+` summary`), set(form+` textarea`, "Sample: the criteria are no longer met."), click(form+` button`), seen(`.xd-note--done`), gone(form))
	r.do("as anybody", chromedp.Func(clearCookies))
	r.verify(r.number, "no longer holds")
	r.do("its page", r.open("/awards/"+r.number), seen(`main .xd-note--act`))
	r.holds(`main .xd-line`, "the criteria are no longer met")
	if after := r.counted(); after != before-1 {
		r.t.Errorf("the target counted %d, counts %d", before, after)
	}
	shoot(r.t, r.ctx, "award revoked")
}

// fails runs a command that must fail and returns what it says.
func (r *round) fails(args ...string) string {
	r.t.Helper()
	out, err := exec.CommandContext(r.t.Context(), bin(r.t), args...).CombinedOutput()
	if err == nil {
		r.t.Errorf("xuedu %s succeeds: %s", strings.Join(args, " "), out)
	}
	return string(out)
}
