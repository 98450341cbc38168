//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// maxPages bounds the walk of one visitor: one page of each kind is looked at.
const maxPages = 90

// A view is one way to look at a page.
type view struct {
	name, query string
	px          int64
}

var views = []view{
	{"zh-desktop", "lang=zh-CN&view=normal", 1280},
	{"en-tablet", "lang=en&view=normal", 800},
	{"en-phone", "lang=en&view=normal", 360},
	{"zh-elder-phone", "lang=zh-CN&view=elder", 390},
}

// TestEveryPage walks the site as the public and as each role and looks at one
// page of each kind in both languages, on a desk and a phone, in large type:
// axe finds nothing, nothing sticks out sideways, nothing is untranslated.
func TestEveryPage(t *testing.T) {
	axe, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("axe-core is not installed: run make test: %v", err)
	}
	s := serve(t, demo(t))
	t.Run("public", func(t *testing.T) {
		t.Parallel()
		look(t, s.URL, []demoAccount{{Role: "public"}}, string(axe), 20)
	})
	t.Run("staff", func(t *testing.T) {
		t.Parallel()
		look(t, s.URL, accounts(t), string(axe), 30)
	})
}

// look walks the site as each visitor in turn and checks what it finds, at
// least so many kinds of pages in all.
func look(t *testing.T, base string, visitors []demoAccount, axe string, least int) {
	ctx := browser(t)
	seen := map[string]bool{}
	for _, who := range visitors {
		start := "/"
		if who.Login != "" {
			signIn(t, ctx, base, who)
			start = "/desk"
		}
		if who.Role == "expert" {
			start = "/review"
		}
		pages := walk(t, ctx, base, start, seen)
		t.Logf("%s: %d kinds of pages", who.Role, len(pages))
		for _, v := range views {
			do(t, ctx, v.name, width(v.px), chromedp.Navigate(base+start+"?"+v.query))
			for _, p := range pages {
				check(t, ctx, base+p, v, axe)
				shoot(t, ctx, fmt.Sprintf("%s %s %s", who.Role, v.name, strings.NewReplacer("/", "_", "?", "_", "&", "_").Replace(p[:min(len(p), 80)])))
			}
		}
	}
	if len(seen) < least {
		t.Errorf("only %d kinds of pages were found", len(seen))
	}
}

// varying is what differs between pages of one kind: ids, codes, periods.
var varying = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|\d[\d\-Q.]*|(/orgs/|/bodies/|/indicators/|/forms/|/targets/|/awards/|/v/|/calls/|/check/|/recommend/)[\w〔〕-]+`)

// words that follow /orgs/ and are pages of their own.
var notVarying = regexp.MustCompile(`/(orgs|indicators|forms|targets|awards|calls)/(new|verify|import|template|export|board|fields|burden|refusals|design|twice)\b`)

// kind reduces an address to its pattern.
func kind(path string) string {
	p, query, _ := strings.Cut(path, "?")
	if !notVarying.MatchString(p) {
		p = varying.ReplaceAllString(p, "$1#")
	}
	q, err := url.ParseQuery(query)
	if err != nil {
		return p
	}
	names := slices.Sorted(maps.Keys(q))
	if strings.HasPrefix(p, "/figures") || strings.HasPrefix(p, "/indicators") { // filters make no new page
		names = slices.DeleteFunc(names, func(n string) bool { return n != "level" && n != "cursor" })
	}
	return p + "?" + strings.Join(names, "&")
}

// walk follows links from start and returns one address of each new kind.
func walk(t testing.TB, ctx context.Context, base, start string, seen map[string]bool) []string {
	t.Helper()
	queue, pages := []string{start}, []string(nil)
	queued, answered := map[string]bool{kind(start): true}, map[string]bool{}
	for len(queue) > 0 && len(pages) < maxPages {
		p := queue[0]
		queue = queue[1:]
		do(t, ctx, "open "+p, chromedp.Navigate(base+p))
		if typ := get(t, ctx, "type of "+p, chromedp.Evaluate[string](`document.contentType`)); typ != "text/html" {
			continue
		}
		if !seen[kind(p)] {
			seen[kind(p)] = true
			pages = append(pages, p)
		}
		links := get(t, ctx, "links of "+p, chromedp.Evaluate[[]string](
			`[...document.querySelectorAll('a[href]')].filter(a => a.origin === location.origin && !a.hasAttribute('download')).map(a => a.pathname + a.search)`))
		answer(t, ctx, p, links, answered)
		for _, l := range links {
			if attachment.MatchString(l) || skip(l) || start != "/" && !staffPage.MatchString(l) || queued[kind(l)] {
				continue
			}
			queued[kind(l)] = true
			queue = append(queue, l)
		}
	}
	return pages
}

// switches are links to the same page in another language or view.
var switches = regexp.MustCompile(`[?&](lang|view)=`)

// answer asks for one link of every kind on a page, downloads and what is
// walked by others too: what is shown to somebody answers them.
func answer(t testing.TB, ctx context.Context, page string, links []string, asked map[string]bool) {
	t.Helper()
	var fresh []string
	for _, l := range links {
		k := attachment.ReplaceAllString(kind(l), "/$1$3")
		if !asked[k] && !switches.MatchString(l) {
			asked[k] = true
			fresh = append(fresh, l)
		}
	}
	if len(fresh) == 0 {
		return
	}
	list, err := json.Marshal(fresh)
	if err != nil {
		t.Fatal(err)
	}
	dead := get(t, ctx, "links of "+page, chromedp.Evaluate[[]string](fmt.Sprintf(
		`Promise.all(%s.map(l => fetch(l).then(a => a.ok ? '' : l + ' answers ' + a.status))).then(all => all.filter(x => x))`, list), chromedp.EvalAwaitPromise))
	for _, d := range dead {
		t.Errorf("%s: the link %s", page, d)
	}
}

// attachment is a file that somebody handed in, or that is delivered with a report.
var attachment = regexp.MustCompile(`/(?:(file|photos|evidence)(/[0-9a-f]{64})?|(files)/[^/]+)$`)

// staffPage is what only staff see; the public's walk looks at the rest.
var staffPage = regexp.MustCompile(`^/(desk|review|admin|account|figures/rows|help/desk)`)

// skip leaves out what is no page: downloads and the switches.
func skip(link string) bool {
	return regexp.MustCompile(`[./](csv|xlsx|docx|json|jsonld|bib|ris|ics|html|yaml)\b|format=|lang=|view=|^/static|^/api|^/credentials/status/|/download|^/review/workbook/|^/desk/reports/.*/paper/`).MatchString(link)
}

func check(t testing.TB, ctx context.Context, url string, v view, axe string) {
	t.Helper()
	do(t, ctx, "open "+url, chromedp.Navigate(url))
	if status := get(t, ctx, "status of "+url, chromedp.Evaluate[int](`performance.getEntriesByType('navigation')[0].responseStatus`)); status != http.StatusOK {
		t.Errorf("%s %s: a link leads to status %d", v.name, url, status)
	}
	if over := get(t, ctx, "width of "+url, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`)); over > 0 {
		t.Errorf("%s %s: the page is %d px wider than the window", v.name, url, over)
	}
	text := get(t, ctx, "text of "+url, chromedp.Evaluate[string](shownText))
	if key := untranslated.FindString(text); key != "" {
		t.Errorf("%s %s: untranslated key %q", v.name, url, key)
	}
	if strings.Contains(text, "<no value>") || strings.Contains(text, "{{") || strings.Contains(text, "%!") {
		t.Errorf("%s %s: an unfilled placeholder is shown", v.name, url)
	}
	do(t, ctx, "load axe", chromedp.Evaluate[chromedp.Void](axe))
	found := get(t, ctx, "axe on "+url, chromedp.Evaluate[string](
		`axe.run({resultTypes: ['violations']}).then(r => JSON.stringify(r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(' | '))))`,
		chromedp.EvalAwaitPromise))
	var violations []string
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		t.Fatal(err)
	}
	for _, f := range violations {
		t.Errorf("%s %s: axe: %s", v.name, url, f)
	}
}

// shownText is what a page says, formulas, commands, codes of measures and what is being written left out.
const shownText = `(() => {
	const b = document.body.cloneNode(true)
	b.querySelectorAll('code, .xd-code, textarea, script, style, select[name=measure]').forEach(e => e.remove())
	return b.textContent + '\n' + document.title
})()`

// untranslated finds texts that look like keys: "roster.saved_at".
var untranslated = regexp.MustCompile(`\b(` + strings.Join(keyDomains(), "|") + `)\.[a-z_]+(\.[a-z_]+)*\b`)

// keyDomains are the first words of keys, from the files of texts.
func keyDomains() []string {
	files, _ := os.ReadDir("../internal/i18n/locales/en")
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), ".json"))
	}
	slices.Sort(names)
	return names
}
