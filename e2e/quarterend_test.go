//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/xuri/excelize/v2"
)

// training is what the community types into the form of trained people.
var training = map[string]string{"on_post": "20", "trained": "10", "credits": "15", "qualified": "8"}

// withoutScripts enters a whole form with JavaScript off: a bad cell comes back
// with its message, and nothing that was typed is lost.
func (q *quarter) withoutScripts() {
	plain := *q
	plain.ctx = browser(q.t)
	plain.do("scripts off", withoutScripts())
	plain.as("community")
	plain.do("open", q.open(q.owed["base5"]), seen(`#grid`))
	for _, row := range []string{"workers", "party", "volunteers", "teachers"} {
		for field, v := range training {
			plain.do("type", set(fmt.Sprintf(`[name="c:%s:%s"]`, field, row), v))
		}
	}
	bad := `[name="c:trained:party"]`
	plain.do("a bad cell", set(bad, "ten"), click(`.xd-dock button`), seen(`td.xd-gc--error`), seen(`.govuk-error-summary`))
	plain.want("what was typed", js[string](&plain, "kept", `document.querySelector('[name="c:qualified:teachers"]').value`), "8")
	plain.do("mend it", set(bad, "10"), click(`.xd-dock button`), gone(`td.xd-gc--error`))
	plain.move("check")
	plain.sign()
	plain.move("submit")
	plain.as("street")
	plain.do("accept", q.open(q.owed["base5"]), seen(`#grid`))
	plain.move("accept")
}

// byWorkbook takes a return out as a workbook and puts it back: a bad cell is
// named and marked in a copy, a good one is taken in.
func (q *quarter) byWorkbook() {
	q.as("community")
	c := signedIn(q.t, q.url, "community")
	book := c.read(q.t, q.owed["base3"]+"/xlsx")
	q.upload(q.filled(book, "many"), `.govuk-error-summary a[href]`)
	link := js[string](q, "marked copy", `document.querySelector('.govuk-error-summary__body a').getAttribute('href')`)
	if _, err := excelize.OpenReader(strings.NewReader(c.read(q.t, link))); err != nil {
		q.t.Fatalf("the marked copy: %v", err)
	}
	q.upload(q.filled(book, "6"), `.xd-note[role=status]`)
	q.do("see what was taken in", q.open(q.owed["base3"]), seen(`#grid`))
	q.want("a cell from the workbook", js[string](q, "cell", `document.querySelector('[name="c:times:disabled"]').value`), "6")
}

func (q *quarter) upload(file, want string) {
	q.t.Helper()
	q.do("upload", q.open("/desk/returns"), click(`a[href="/desk/returns/upload"]`), seen(`#file`),
		chromedp.SetUploadFiles(chromedp.CSS(`#file`), []string{file}), click(`main form button[type=submit]`), seen(want))
}

// filled writes the typed cells of a workbook; times of disabled people are v.
func (q *quarter) filled(book, v string) string {
	q.t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader([]byte(book)))
	if err != nil {
		q.t.Fatal(err)
	}
	defer f.Close()
	page := f.GetSheetList()[0]
	for _, row := range []string{"disabled", "new-citizens", "unemployed", "farmers", "parents"} {
		q.put(f, page, row, "persons", "5")
		q.put(f, page, row, "times", "6")
	}
	q.put(f, page, "disabled", "times", v)
	name := filepath.Join(q.t.TempDir(), "return.xlsx")
	if err := f.SaveAs(name); err != nil {
		q.t.Fatal(err)
	}
	if _, err := os.Stat(name); err != nil {
		q.t.Fatal(err)
	}
	return name
}

// put writes a cell, found by the hidden codes of its row and field.
func (q *quarter) put(f *excelize.File, page, row, field, v string) {
	q.t.Helper()
	rows, err := f.GetRows(page)
	if err != nil {
		q.t.Fatal(err)
	}
	for y, r := range rows {
		for x, code := range rows[0] {
			if len(r) > 0 && r[0] == row && code == field {
				at, err := excelize.CoordinatesToCellName(x+1, y+1)
				if err == nil {
					err = f.SetCellStr(page, at, v)
				}
				if err != nil {
					q.t.Fatal(err)
				}
				return
			}
		}
	}
	q.t.Fatalf("the workbook has no cell %s %s", row, field)
}

// sumUp signs the summaries from the street to the city; the other communities
// of the pilot have not reported, which the street says.
func (q *quarter) sumUp() {
	q.as("street")
	own := q.find("sum2", q.place(1))
	q.do("the street's summary", q.open(own), seen(`#grid`), click(`button[value=sum_incomplete]`), set(`[name=why]`, "Pilot: one community first"),
		click(`main form button[type=submit]`), seen(`button[name=part]`))
	q.handUp(own, "district")
	q.as("district")
	own = q.find("sum2", q.place(2))
	q.do("the district's summary", q.open(own), seen(`#grid`))
	q.handUp(own, "city")
	q.settle()
}

// handUp signs a summary, submits it, and has it accepted one level above.
func (q *quarter) handUp(path, above string) {
	q.t.Helper()
	q.do("sign "+path, q.open(path), seen(`button[name=part]`))
	q.sign()
	q.move("submit")
	q.as(above)
	q.do("accept", q.open(path), seen(`button[value=accept]`))
	q.move("accept")
}

// settle signs the city's own summary and settles it.
func (q *quarter) settle() {
	q.t.Helper()
	city := js[string](q, "city", `document.querySelector('.xd-ret__place').textContent`)
	q.do("the city's summary", q.open("/desk/returns?form=sum2"), seen(`#rows`))
	city = js[string](q, "the city's", fmt.Sprintf(`[...document.querySelectorAll('#rows th[scope=row]')].find(h => h.querySelector('small').textContent.endsWith(%q)
		&& !h.querySelector('small').textContent.startsWith(%q)).querySelector('a').getAttribute('href')`, " · "+q.words, city))
	q.do("open it", q.open(city), seen(`button[name=part]`))
	q.sign()
	q.move("settle")
}

// publish finishes and publishes; everybody reads the sum.
func (q *quarter) publish() {
	q.do("finish", q.open(q.sent["base2"]), click(fmt.Sprintf(`a[href="%s/publish"]`, q.sent["base2"])),
		click(`#m-finish button`), gone(`#m-finish`), click(`#m-publish button`), seen(`#m-revise, ol.xd-line`), gone(`#m-publish`))
	q.public("150")
	shoot(q.t, q.ctx, "quarter published")
}

// public opens what was published, as anybody does, and looks for the total.
func (q *quarter) public(times string) {
	q.t.Helper()
	q.do("the public page", chromedp.Func(clearCookies), q.open("/statistics"), seen(`main h1`))
	link := js[string](q, "link", fmt.Sprintf(`[...document.querySelectorAll('main section')].find(s => s.querySelector('h2').textContent === %q).querySelector('a').getAttribute('href')`, q.words))
	q.do("open it", click(fmt.Sprintf(`a[href=%q]`, link)), seen(`tr.is-sum`))
	q.want("the sum", js[string](q, "sum", `[...document.querySelectorAll('tr.is-sum td')].pop().textContent.trim()`), times)
}

// openAgain opens one cell of the accepted return, for a reason.
func (q *quarter) openAgain() {
	q.as("street")
	q.do("tick", q.open(q.owed["base2"]), click(`input[name=cell][value="other_times:total"]`), click(`.xd-ret__back button`), seen(`#f-reason`))
	q.do("without a reason", click(`main form[method=post] button`), seen(`.govuk-error-summary`))
	q.do("with one", set(`#f-reason`, "A lecture was left out"), set(`#f-asked_by`, "Community school"), click(`main form[method=post] button`), seen(`#grid`))
}

// correct corrects the opened cell; the return is signed and accepted anew.
func (q *quarter) correct() {
	q.as("community")
	q.do("open", q.open(q.owed["base2"]), seen(`#f-reason`))
	q.do("correct", append(typeIn("other_times:total", "190"), seen(`button[name=move][value=recheck]`))...)
	q.move("recheck")
	q.sign()
	q.move("submit")
	q.as("street")
	q.do("accept", q.open(q.owed["base2"]), seen(`button[value=accept]`))
	q.move("accept")
}

// confirmByDifference confirms what moved above, level by level.
func (q *quarter) confirmByDifference() {
	for i, up := range []struct{ who, above string }{{"street", "district"}, {"district", "city"}} {
		q.as(up.who)
		own := q.find("sum2", q.place(i+1))
		q.do("what moved", q.open(own), seen(`.xd-note--act`), click(fmt.Sprintf(`a[href="%s?view=diff"]`, own)), seen(`#diff-h`))
		if n := js[int](q, "figures that moved", `document.querySelectorAll('#diff-h ~ div tbody tr').length`); n != 1 {
			q.t.Fatalf("%d figures moved at the %s, want 1", n, up.who)
		}
		shoot(q.t, q.ctx, "quarter moved "+up.who)
		q.handUp(own, up.above)
	}
	q.settle()
}

// revise publishes the second version, for a reason that everybody reads; the
// first stays as it was.
func (q *quarter) revise() {
	q.do("revise", q.open(q.sent["base2"]+"/publish"), set(`#r-revise`, "A lecture was left out"), click(`#m-revise button`), gone(`#m-revise form`))
	q.public("190")
	q.holds(`.xd-note`, "A lecture was left out")
	q.holds(`.xd-tag--done`, "2")
	q.do("the first version", click(`ol.xd-line a[href*="version=1"]`), seen(`.xd-note--act`))
	q.want("the old sum", js[string](q, "sum", `[...document.querySelectorAll('tr.is-sum td')].pop().textContent.trim()`), "150")
}

// readCoverage opens an indicator that a return of the quarter feeds: it says
// how many have reported.
func (q *quarter) readCoverage() {
	q.as("analyst")
	q.do("find it", q.open("/indicators"), click(`a[href="/indicators/F04"]`), seen(`#def`))
	q.do("in the pilot", q.open("/indicators/F04/open?area="+q.street+"&period="+q.period), seen(`.xd-chain`))
	q.holds(`.xd-chain`, "reported")
	shoot(q.t, q.ctx, "quarter coverage")
}

// define writes an indicator: a bad formula is told its place, a good one is
// tried out, and what was saved stands in the catalogue.
func (q *quarter) define() {
	q.do("write", q.open("/indicators"), click(`a[href="/desk/indicators/new"]`), seen(`#formula`), set(`#code`, "D90"), set(`#name`, "未记录学习"),
		set(`#name-en`, "Learning not recorded"), set(`#unit`, "person_time"), set(`#direction`, "context"), set(`#missing`, "share"), set(`#share`, "0.01"),
		set(`#why`, "试点"), set(`#why-en`, "Pilot"), click(`label[for=periods-year]`), click(`label[for=periods-quarter]`), set(`#from`, "2021-01-01"), set(`#reason`, "Asked for by the city"))
	q.do("a bad formula", set(`#formula`, "base2.other_times +* 1"), click(`button[formaction="/desk/indicators/check"]`), seen(`#preview mark`))
	shoot(q.t, q.ctx, "quarter formula")
	q.do("a good formula", set(`#formula`, "base2.other_times"), click(`button[formaction="/desk/indicators/check"]`), seen(`#preview table`))
	q.do("save", click(`main form .govuk-button:not(.govuk-button--secondary)`), seen(`#def`))
	q.want("where it stands", q.path(), "/indicators/D90")
	q.do("in the catalogue", q.open("/indicators?q=D90"), seen(`a[href="/indicators/D90"]`))
	q.do("its figure", q.open("/indicators/D90/open?area="+q.street+"&period="+q.period), seen(`.xd-chain data`))
	q.want("the figure", js[string](q, "figure", `document.querySelector('.xd-chain data').value`), "190")
}
