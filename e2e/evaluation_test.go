//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// judged is an evaluation on its way to the public.
type judged struct {
	session
	srv    *server
	year   string
	round  string // its desk page
	area   string // the district's own page there
	other  string // another district's
	public string
}

// The districts are evaluated: each sees its own draft alone, contests a figure
// with evidence, is answered; one finishes, another publishes; a red figure is a
// task with an owner and a day; a ranking is public only with a reason (P1.9).
func TestEvaluation(t *testing.T) {
	j := &judged{session: session{t: t, ctx: browser(t), dsn: demo(t)}, year: strconv.Itoa(time.Now().Year() - 2)}
	j.goTo(time.Now())
	for _, step := range []func(){j.begin, j.contest, j.answer, j.publish, j.task, j.league, j.revise} {
		step()
	}
}

// goTo serves the city on a day.
func (j *judged) goTo(day time.Time) {
	j.t.Helper()
	if j.srv != nil {
		j.srv.stop(j.t)
	}
	j.srv = serve(j.t, j.dsn, "--clock", day.Format(time.DateOnly))
	j.url = j.srv.URL
	j.do("another day", chromedp.Func(clearCookies))
}

// begin collects the figures of a year and shows every district its draft.
func (j *judged) begin() {
	j.as("analyst")
	j.do("a year that is not over", j.open("/desk/evaluations"), set(`#f-period`, "2199"), click(`form[action="/desk/evaluations"] button`), seen(`.govuk-error-summary`))
	j.do("begin", set(`#f-period`, j.year), click(`form[action="/desk/evaluations"] button`), seen(`#areas-h`))
	j.round = j.path()
	shoot(j.t, j.ctx, "evaluation begun")
	if got := j.status("district", j.round); got != http.StatusNotFound {
		j.t.Errorf("a district before it is shown: %d", got)
	}
	j.do("show", click(`button[name=move][value=show]`), gone(`button[name=move][value=show]`))
	j.holds(`main`, "Districts comment until")
}

// contest finds another district's draft closed, and contests a figure of its own.
func (j *judged) contest() {
	j.as("district")
	j.do("what waits", j.open("/desk"), seen(`a[href^="`+j.round+`"]`))
	j.do("the round", j.open(j.round), seen(`#mine-h`))
	j.area = js[string](j, "own page", `document.querySelector('#mine-h ~ ul a').getAttribute('href')`)
	own := j.area[strings.LastIndexByte(j.area, '/')+1:]
	j.other = j.round + "/areas/110101000000"
	if own == "110101000000" {
		j.other = j.round + "/areas/110102000000"
	}
	for who, path := range map[string]string{"district": j.other, "street": j.area} {
		if got := j.status(who, path); got != http.StatusNotFound {
			j.t.Errorf("%s opens %s: %d", who, path, got)
		}
	}
	form := `form[action$="/notes"] button`
	j.do("without evidence", j.open(j.area), seen(`#say-h`), set(`#f-code`, "D01"), set(`#f-text`, "Sample: two classes are missing."), click(form), seen(`.govuk-error-summary a[href="#f-evidence"]`))
	j.want("what was typed stays", js[string](j, "text", `document.querySelector('#f-text').value`), "Sample: two classes are missing.")
	j.do("with evidence", set(`#f-code`, "D01"), set(`#f-evidence`, "Sample: list of classes, page 2"), click(form), seen(`#notes-h`))
	shoot(j.t, j.ctx, "evaluation contested")
}

// answer keeps the round until every contest is answered and the term is over.
func (j *judged) answer() {
	j.as("city")
	j.do("the round", j.open(j.round), seen(`#notes-h`))
	j.holds(`#next-h ~ .xd-note`, "time is not over")
	j.do("answer", click(`#notes-h ~ .xd-note summary`), set(`#notes-h ~ .xd-note select`, "kept"), set(`#notes-h ~ .xd-note textarea`, "Sample: both begin next year."), click(`#notes-h ~ .xd-note button`), seen(`#notes-h ~ .xd-note .xd-tag--done`))
	j.goTo(time.Now().AddDate(0, 0, 40))
	j.as("city")
	j.do("close the check", j.open(j.round), click(`button[name=move][value=answer]`), seen(`button[name=move][value=finish]`))
	j.do("finish", click(`button[name=move][value=finish]`), gone(`button[name=move][value=finish]`))
}

// publish is somebody else's.
func (j *judged) publish() {
	j.public = "/evaluations/" + j.year
	if got := j.status("city", j.public); got != http.StatusNotFound {
		j.t.Errorf("public before it is approved: %d", got)
	}
	j.as("leading")
	j.do("approve", j.open(j.round), click(`button[name=move][value=publish]`), gone(`button[name=move][value=publish]`))
	j.do("read it", chromedp.Func(clearCookies), j.open(j.public), seen(`main table`))
	j.holds(`main`, "Figures from the registers")
	j.holds(`main`, "1 figure")
	j.do("a district", j.open(j.public+"/"+j.area[strings.LastIndexByte(j.area, '/')+1:]), seen(`#con-h`))
	j.holds(`main`, "Sample: both begin next year.")
	for _, f := range []struct{ name, part string }{{"csv", "verdict"}, {"json", `"seed"`}} {
		if got := visitor(j.t, j.url).read(j.t, j.public+"/evaluation."+f.name); !strings.Contains(got, f.part) {
			j.t.Errorf("%s: %.200s", f.name, got)
		}
	}
	j.do("the method", j.open("/evaluations/method"), seen(`#v-0`))
}

// task is what a red figure of last year leads to: it is reported and done.
func (j *judged) task() {
	j.as("city")
	j.do("rounds", j.open("/desk/evaluations"), seen(`#wait-h`))
	at := js[string](j, "a task", `document.querySelector('#wait-h ~ ul a').getAttribute('href')`)
	page, id, _ := strings.Cut(at, "#a-")
	report := fmt.Sprintf(`form[action$="/actions/%s/report"]`, id)
	opened := func(form string) step {
		return chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector('%s').closest('details').open = true`, form))
	}
	j.do("report nothing", j.open(page), seen(`#act-h`), opened(report), click(report+` button`), seen(`.govuk-error-summary`))
	j.do("done", opened(report), set(report+` select`, "done"), set(report+` textarea`, "Sample: every point was visited."), click(report+` button`), gone(report))
	j.holds(`[id="a-`+id+`"]`, "Sample: every point was visited.")
}

// league is off, on with a reason, off again.
func (j *judged) league() {
	page := j.public + "/league"
	if got := j.status("leading", page); got != http.StatusNotFound {
		j.t.Errorf("the ranking is public by itself: %d", got)
	}
	j.as("leading")
	button := `button[name=do][value=league]`
	j.do("without a reason", j.open(j.round), click(button), seen(`.govuk-error-summary`))
	j.do("with one", set(`#f-reason_zh-CN`, "演示：市人大要求公布"), set(`#f-reason_en`, "Sample: asked for by the council"), click(button), gone(`.govuk-error-summary`), gone(`input[name=on][value="1"]`))
	j.do("read it", chromedp.Func(clearCookies), j.open(page), seen(`main table`))
	j.holds(`main`, "Sample: asked for by the council")
	j.holds(`main`, "Seed:")
	shoot(j.t, j.ctx, "evaluation league")
}

// revise publishes a second edition with a reason; the first stays readable.
func (j *judged) revise() {
	first := j.round
	button := `button[name=do][value=revise]`
	j.as("city")
	j.do("without a reason", j.open(first), click(button), seen(`.govuk-error-summary a[href="#f-reason_zh-CN-revise"]`))
	j.do("with one", set(`#f-reason_zh-CN-revise`, "演示：更正漏报的班次"), set(`#f-reason_en-revise`, "Sample: classes that were missing"), click(button), seen(`button[name=move][value=show]`))
	j.round = j.path()
	j.do("show", click(`button[name=move][value=show]`), gone(`button[name=move][value=show]`))
	j.goTo(time.Now().AddDate(0, 0, 80))
	j.as("city")
	j.do("finish", j.open(j.round), click(`button[name=move][value=answer]`), seen(`button[name=move][value=finish]`), click(`button[name=move][value=finish]`), gone(`button[name=move][value=finish]`))
	j.as("leading")
	j.do("approve", j.open(j.round), click(`button[name=move][value=publish]`), gone(`button[name=move][value=publish]`))
	j.do("read it", chromedp.Func(clearCookies), j.open(j.public), seen(`#ed-h`))
	j.holds(`main`, "Sample: classes that were missing")
	shoot(j.t, j.ctx, "evaluation revised")
	j.do("the first", click(`#ed-h ~ ul a`), gone(`#ed-h ~ ul li:first-child b`))
	j.holds(`main`, "A later one has replaced it.")
}
