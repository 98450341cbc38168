//go:build e2e

package e2e

import (
	"strconv"
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
