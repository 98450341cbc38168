//go:build e2e

package e2e

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/chromedp"
)

// held reads the person-times held in an area this year from its public page.
func held(t testing.TB, c *client, code string) int {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(c.read(t, "/areas/"+code)))
	if err != nil {
		t.Fatal(err)
	}
	v, ok := doc.Find("#n2 data").Attr("value")
	if !ok {
		return 0 // nothing was recorded there this year
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// openRoster leads a signed-in teacher from the desk to the roster of a class
// that meets today, and returns its address and the code of its community.
func openRoster(t testing.TB, ctx context.Context, base string) (path, area string) {
	t.Helper()
	do(t, ctx, "open the first roster of today", width(1280),
		chromedp.Navigate(base+"/desk"),
		chromedp.Click(chromedp.CSS(`.xd-owe tbody:has(.xd-tag--go) tr:has(.xd-tag--go) .xd-next a`)),
		chromedp.WaitVisible(chromedp.CSS(`#roll`)))
	u, err := url.Parse(get(t, ctx, "address", chromedp.Location()))
	if err != nil {
		t.Fatal(err)
	}
	link := get(t, ctx, "community", chromedp.Evaluate[string](`document.querySelector('#roll-side a[href^="/areas/"]').getAttribute('href')`))
	return u.Path, strings.TrimPrefix(link, "/areas/")
}

const absent = `#ticks li:has(input:not(:checked)) label`

// A teacher ticks a name; within a second the public page of the community has
// moved (P2.7), and an undo takes it back.
func TestATickMovesTheCommunitysFigure(t *testing.T) {
	s := serve(t, demo(t))
	ctx, public := browser(t), visitor(t, s.URL)
	signIn(t, ctx, s.URL, demoAccount{Login: "teacher"})
	_, area := openRoster(t, ctx, s.URL)
	before := held(t, public, area)

	do(t, ctx, "tick a name", chromedp.Click(chromedp.CSS(absent)), chromedp.WaitVisible(chromedp.CSS(`.xd-undo`)))
	within(t, time.Second, "the figure moves", func() bool { return held(t, public, area) == before+1 })
	shoot(t, ctx, "roster ticked")

	do(t, ctx, "undo", chromedp.Click(chromedp.CSS(`.xd-undo`)))
	within(t, 5*time.Second, "the figure goes back", func() bool { return held(t, public, area) == before })
}

// The same by form alone, and the bulletin of the month agrees with the figure.
func TestTheSameWithoutScripts(t *testing.T) {
	s := serve(t, demo(t))
	ctx, public := browser(t), visitor(t, s.URL)
	do(t, ctx, "scripts off", withoutScripts())
	signIn(t, ctx, s.URL, demoAccount{Login: "teacher"})
	_, area := openRoster(t, ctx, s.URL)
	before := held(t, public, area)

	do(t, ctx, "tick and send the form", chromedp.Click(chromedp.CSS(absent)),
		chromedp.Click(chromedp.CSS(`.xd-dock button[type=submit]`)), chromedp.WaitVisible(chromedp.CSS(`.xd-saved, .xd-owe`)))
	within(t, time.Second, "the figure moves", func() bool { return held(t, public, area) == before+1 })
}

// The bulletin's number is the explorer's number, on the page, in the file and
// in the workbook (P1.8).
func TestTheBulletinAgrees(t *testing.T) {
	s := serve(t, demo(t))
	c := visitor(t, s.URL)
	last := time.Now().AddDate(0, -3, 0)
	period := fmt.Sprintf("%d-Q%d", last.Year(), (int(last.Month())+2)/3)
	want := c.figure(t, url.Values{"measure": {"participants"}, "area": {"110000000000"}, "period": {period}})
	n, err := strconv.ParseInt(want, 10, 64)
	if err != nil || n == 0 {
		t.Fatalf("participants in %s: %q", period, want)
	}
	page := c.read(t, "/reports/"+period)
	if !strings.Contains(page, grouped(n)) {
		t.Errorf("the bulletin of %s does not show %s", period, grouped(n))
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	doc.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
		href, _ := a.Attr("href")
		ext := regexp.MustCompile(`\.(html|xlsx)(\?|$)`).FindStringSubmatch(href)
		if ext == nil || found[ext[1]] {
			return
		}
		found[ext[1]] = true
		u, err := url.Parse(s.URL + "/reports/" + period)
		if err != nil {
			t.Fatal(err)
		}
		u, err = u.Parse(href)
		if err != nil {
			t.Fatal(err)
		}
		body := c.read(t, u.RequestURI())
		if ext[1] == "html" && !strings.Contains(body, grouped(n)) {
			t.Errorf("the file %s does not show %s", href, grouped(n))
		}
		if ext[1] == "xlsx" && !inWorkbook(t, body, want) {
			t.Errorf("the workbook %s does not hold %s", href, want)
		}
	})
	if !found["html"] || !found["xlsx"] {
		t.Errorf("downloads on the bulletin's page: %v; want html and xlsx", found)
	}
}

// inWorkbook looks for a number in the cells of a workbook.
func inWorkbook(t testing.TB, body, number string) bool {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader([]byte(body)), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if !strings.HasPrefix(f.Name, "xl/worksheets/") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := b.ReadFrom(r); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "<v>"+number+"</v>") {
			return true
		}
	}
	return false
}

// grouped prints 1234567 as 1,234,567.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
