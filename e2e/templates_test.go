//go:build e2e

package e2e

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Every kind of report that the pack has is begun for the right area and period,
// refused for others, and composed without a problem; those that were published
// stand on one shelf (P1.8, P1.9).
func TestReportTemplates(t *testing.T) {
	s := open(t, demo(t))
	year := strconv.Itoa(time.Now().Year() - 1)
	begin := func(series, area, period string) []step {
		return []step{s.open("/desk/reports"), set(`#f-series`, series), set(`#f-area`, area), set(`#f-period`, period), click(`form[action="/desk/reports"] button`)}
	}
	s.as("city")
	for what, x := range map[string][3]string{"a district's report about the city": {"district", cityCode, year}, "the city's about a district": {"yearly", "110101000000", year}, "a yearly one of a quarter": {"unesco", cityCode, year + "-Q1"}} {
		s.do(what, append(begin(x[0], x[1], x[2]), seen(`.govuk-error-summary`))...)
	}
	for _, x := range [][3]string{{"clauses", cityCode, year}, {"unesco", cityCode, year}, {"quarterly", cityCode, year + "-Q3"}, {"district", "110101000000", year}} {
		s.do("begin "+x[0], append(begin(x[0], x[1], x[2]), seen(`#parts-h`))...)
		s.holds(`main`, "Every number in the texts is bound")
		shoot(t, s.ctx, "report "+x[0])
	}
	s.do("the shelf", chromedp.Func(clearCookies), s.open("/releases"), seen(`main a[href^="/releases/district/"]`), seen(`main a[href^="/releases/quarterly/"]`))
	s.do("a district's profile", click(`main a[href^="/releases/district/"]`), seen(`main table`))
	shoot(t, s.ctx, "release district")
}

// A chart is given to other sites with its table and its source; that page alone
// may stand in theirs.
func TestEmbed(t *testing.T) {
	s := open(t, demo(t))
	s.do("a report", s.open("/releases"), click(`main h2 a[href^="/releases/yearly/"]`), seen(`main .xd-figure`))
	page := s.path()
	s.do("its first chart", click(`.xd-figure a[href*="/charts/"]`), seen(`#f-code`))
	chart := s.path()
	code := js[string](&s, "code", `document.querySelector('#f-code').value`)
	for _, part := range []string{`<iframe src="` + s.url + chart + `/embed`, `title="`} {
		if !strings.Contains(code, part) {
			t.Errorf("%s is not in %s", part, code)
		}
	}
	s.do("by itself", s.open(chart+"/embed"), seen(`main svg`), seen(`main table`), seen(`main a[href$="`+page+`"]`))
	for path, want := range map[string]string{chart + "/embed": "frame-ancestors *", chart: "frame-ancestors 'none'"} {
		res, err := http.Get(s.url + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got := res.Header.Get("Content-Security-Policy"); !strings.Contains(got, want) {
			t.Errorf("%s: %s", path, got)
		}
	}
	if got := s.status("city", chart[:len(chart)-1]+"99"); got != http.StatusNotFound {
		t.Errorf("a chart that is not there: %d", got)
	}
	s.do("early readers", s.open("/releases/readers"), seen(`main h1`))
}
