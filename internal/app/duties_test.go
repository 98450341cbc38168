package app_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/app"
	"xuedu/internal/audit"
	"xuedu/internal/pack"
	"xuedu/internal/workflow"
)

// office is a city in which something waits for everybody.
type office struct {
	*app.App
	handler http.Handler
	signed  map[string]*http.Cookie // by role
	area    int64                   // of a district
	at      time.Time
}

// those who look at the city, with where they hold their role.
var officers = []string{account.RoleCity, account.RoleTechnical, account.RoleLeading, account.RoleHandler, account.RoleDistrict, account.RoleExpert}

func openOffice(t *testing.T) *office {
	w := &office{App: openCity(t), signed: map[string]*http.Cookie{}, at: time.Now().UTC().AddDate(0, -2, 0).Truncate(time.Millisecond)}
	w.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	if err := w.StartFigures(t.Context()); err != nil {
		t.Fatal(err)
	}
	tree := w.Areas.Tree()
	w.area = tree.At(tree.Children(0)[0]).ID
	w.handler = w.Handler()
	ctx := audit.With(t.Context(), audit.Who{Actor: "system"})
	for _, role := range officers {
		g := account.NewGrant{Role: role}
		if role == account.RoleDistrict {
			g.AreaID = w.area
		}
		if _, _, err := w.Accounts.Create(ctx, account.NewAccount{Login: role, Name: role, Password: reviewPassword, Grants: []account.NewGrant{g}}); err != nil {
			t.Fatal(role, err)
		}
		w.signed[role] = w.signIn(t, role)
	}
	e, err := w.Experts.Add(ctx, expert.Input{Name: "Judge", Agreed: true})
	if err == nil {
		_, err = w.Experts.Attach(ctx, e.ID, account.RoleExpert)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.fill(t)
	return w
}

func (w *office) signIn(t *testing.T, login string) *http.Cookie {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/signin", strings.NewReader(url.Values{"login": {login}, "password": {reviewPassword}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	if len(rec.Result().Cookies()) == 0 {
		t.Fatalf("sign-in of %s: %d", login, rec.Code)
	}
	return rec.Result().Cookies()[0]
}

func (w *office) must(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := w.DB.Write.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// fill writes calls in several states with what hangs on them. Days without a
// meaning of their own are long past.
func (w *office) fill(t *testing.T) {
	for state, due := range map[string]string{"open": "2999-12-31", "checking": "2024-01-10", "noticed": "2024-02-01", "approving": "2024-03-01", "closed": ""} {
		w.call(t, state, accredit.KindFirst, due)
	}
	w.must(t, `INSERT INTO call_question (id, call_id, question, asked_by, asked_at, answer, answered_by) VALUES ('q', 'open', '问', 'x', $1, '', '')`, w.at)
	w.application(t, "late-check", "checking", "formal_check", "technical", "2024-01-05", 0)
	w.application(t, "completing", "checking", "supplement", "applicant", "2024-01-08", 1)
	w.application(t, "late-district", "checking", "recommending", "district", "2024-01-06", 0)
	w.application(t, "late-street", "checking", "verifying", "street", "2024-01-07", 0)
	w.application(t, "following", "approving", "approving", "leading", "2024-01-01", 0)
	for _, call := range []string{"noticed", "approving"} {
		w.must(t, `INSERT INTO notice (id, call_id, from_day, to_day, body, at) VALUES ($1, $2, '2024-01-24', '2024-02-01', '[]', $3)`, "n-"+call, call, w.at)
		w.must(t, `INSERT INTO sealed (call_id, record, digest, at) VALUES ($1, '{}', '00', $2)`, call, w.at)
	}
	w.must(t, `INSERT INTO objection (id, code, notice_id, call_id, application_id, channel, named, name, contact, grounds, digest, state, since, due, handler, finding, answer, at)
		VALUES ('o', 'YY-1', 'n-noticed', 'noticed', 'following', 'web', 0, '', '', '', '', 'received', $1, '2024-01-20', '', '', '', $1)`, w.at)
	w.award(t, "active", "", "")
	w.award(t, "rectifying", "holder", "2024-05-01")
	w.award(t, "warned", "city", "2024-06-01")
	w.must(t, `INSERT INTO award_check (id, award_id, year, state, findings, answer, note, due, author, at) VALUES ('c', 'a-active', 2026, 'open', '[]', '', '', '2024-04-01', '', $1)`, w.at)
}

// rulesOf are the rules of a programme of the largest pack.
func rulesOf(t *testing.T) accredit.Rules {
	p := loadPack(t, "beijing-2021")
	rules := accredit.Rules{Programme: p.Awards[0], Workflows: map[string]workflow.Definition{}, PackName: p.Name, PackVersion: p.Version}
	for what, code := range p.Awards[0].Workflows {
		i := slices.IndexFunc(p.Workflows, func(d workflow.Definition) bool { return d.Code == code })
		rules.Workflows[what] = p.Workflows[i]
	}
	return rules
}

func (w *office) call(t *testing.T, state, kind, due string) {
	rules := rulesOf(t)
	text, err := json.Marshal(rules)
	if err != nil {
		t.Fatal(err)
	}
	title, err := json.Marshal(pack.Text{"zh-CN": "批次" + state, "en": "Call " + state})
	if err != nil {
		t.Fatal(err)
	}
	w.must(t, `INSERT INTO award_call (id, code, programme, title, kind, state, since, due, places, period, rules, digest, timeline, opens, authorisation, created_by, created_at, opened_at)
		VALUES ($1, $2, $3, $4, $5, $1, $6, $7, 5, '2024', $8, $9, '[]', '2025-09-01', '', 'system', $6, $6)`,
		state, "C-"+state, rules.Programme.Code, string(title), kind, w.at, due, string(text), fmt.Sprintf("%x", sha256.Sum256(text)))
}

func (w *office) application(t *testing.T, id, call, state, desk, due string, supplements int) {
	w.must(t, `INSERT INTO application (id, call_id, code, object, org_id, area_id, district, title, channel, award_id, gates, state, desk, since, due, supplements, version, created_by, created_at, submitted_at)
		VALUES ($1, $2, $1, 'district', '', $3, $3, $1, 'self', '', '[]', $4, $5, $6, $7, $8, 1, 'applicant', $6, $6)`, id, call, w.area, state, desk, w.at, due, supplements)
}

func (w *office) award(t *testing.T, state, desk, due string) {
	id, code := "a-"+state, rulesOf(t).Programme.Code
	w.must(t, `INSERT INTO award (id, kind, holder, area_id, state, valid_from, valid_to, created_at) VALUES ($1, $2, $1, $3, 'awarded', '2024-01-01', '2999-01-01', $4)`, id, code, w.area, w.at)
	w.must(t, `INSERT INTO award_detail (award_id, call_id, application_id, programme, org_id, number, document, day, term, state, desk, since, due, sentence, cause, exempt, score, failed, final)
		VALUES ($1, 'closed', '', $2, '', $3, '', '2024-01-01', '2999-01-01', $4, $5, $6, $7, '', '', 0, '', 0, 0)`, id, code, "NR-"+strings.ToUpper(state), state, desk, w.at, due)
}

// get asks as somebody, "" for the public.
func (w *office) get(t *testing.T, role, target string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	r.Header.Set("Accept-Language", "zh-CN")
	if c := w.signed[role]; c != nil {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return rec
}

// dutiesOf lists the addresses of somebody's duties, in their order; late ones
// with a mark.
func (w *office) dutiesOf(t *testing.T, role string) []string {
	t.Helper()
	rec := w.get(t, role, "/desk")
	if rec.Code != http.StatusOK {
		t.Fatalf("the desk of %s: %d", role, rec.Code)
	}
	doc, err := goquery.NewDocumentFromReader(rec.Body)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	doc.Find(".xd-duties tbody tr").Each(func(_ int, tr *goquery.Selection) {
		href, _ := tr.Find("th a").Attr("href")
		if tr.HasClass("is-due") {
			href = "! " + href
		}
		list = append(list, href)
	})
	return list
}

// Everybody's first page says what waits for them, by its day: calls,
// applications, awards, objections; what somebody below is late with goes up
// where the workflow says so (P1.6, P1.7).
func TestEverybodySeesWhatWaits(t *testing.T) {
	t.Parallel()
	w := openOffice(t)
	for role, want := range map[string][]string{
		account.RoleCity: {
			"! /desk/applications/late-check",    // the technical body is late
			"! /desk/applications/late-district", // the district is late
			"! /desk/applications?which=all&call=C-checking&state=supplement",
			"! /desk/calls/checking",
			"! /desk/calls/noticed", // the notice is over
			"! /desk/awards/a-rectifying",
			"! /desk/awards/a-warned",
			"/desk/calls/open#questions",
			"/desk/calls/open",
		},
		account.RoleTechnical: {
			"! /desk/applications/late-check/check",
			"! /desk/applications?which=all&call=C-checking&state=supplement",
		},
		account.RoleLeading: {
			"! /desk/calls/noticed/result", // an objection is late: its number is the handler's
			"! /desk/calls/approving/result",
			"! /desk/awards/a-warned",
		},
		account.RoleHandler: {"! /desk/objections/o"},
		account.RoleDistrict: {
			"! /desk/applications/late-district",
			"! /desk/applications/late-street", // the street is late
			"! /desk/applications/completing",  // its own
			"! /desk/awards/a-active",          // the yearly check
			"! /desk/awards/a-rectifying",
		},
	} {
		got := w.dutiesOf(t, role)
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %s\nwant %s", role, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
		}
	}
}

// Nobody's first row of the navigation is longer than nine entries, and every
// one of both rows leads somewhere.
func TestNavigationIsShort(t *testing.T) {
	t.Parallel()
	w := openOffice(t)
	for _, role := range officers {
		start := "/desk"
		if role == account.RoleExpert {
			start = "/review"
		}
		doc, err := goquery.NewDocumentFromReader(w.get(t, role, start).Body)
		if err != nil {
			t.Fatal(err)
		}
		if n := doc.Find(".xd-nav:not(.xd-nav--sub) a").Length(); n < 3 || n > 9 {
			t.Errorf("%s has %d entries", role, n)
		}
	}
}

// ids are what differs between pages of one kind.
var ids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}|\d[\d.Q-]*|%[0-9A-F]{2}`)

// kindOf is the pattern of an address with the names of what it asks.
func kindOf(u *url.URL) string {
	return ids.ReplaceAllString(u.EscapedPath(), "#") + "?" + strings.Join(slices.Sorted(maps.Keys(u.Query())), "&")
}

// A link that is shown to somebody answers: one of every kind of address that
// is reached from their first page, with its query.
func TestNoLinkIsDead(t *testing.T) {
	t.Parallel()
	w := openOffice(t)
	for role, least := range map[string]int{"": 60, account.RoleCity: 110, account.RoleTechnical: 80, account.RoleLeading: 80, account.RoleHandler: 60,
		account.RoleDistrict: 80, account.RoleExpert: 50} {
		start := map[string]string{"": "/", account.RoleExpert: "/review"}[role]
		if start == "" {
			start = "/desk"
		}
		if n := w.follow(t, role, start); n < least {
			t.Errorf("%q reaches only %d kinds of pages", role, n)
		}
	}
}

// follow fetches one link of every kind that is reached from start, and returns
// how many there were.
func (w *office) follow(t *testing.T, role, start string) int {
	queue, seen := [][2]string{{start, ""}}, map[string]bool{}
	for len(queue) > 0 {
		at, from := queue[0][0], queue[0][1]
		queue = queue[1:]
		rec := w.get(t, role, at)
		if rec.Code != http.StatusOK && rec.Code != http.StatusSeeOther {
			t.Errorf("%q: %s on %s answers %d", role, at, from, rec.Code)
		}
		if !strings.HasPrefix(rec.Header().Get("Content-Type"), "text/html") {
			continue
		}
		for _, href := range anchors.FindAllStringSubmatch(rec.Body.String(), -1) {
			base, err := url.Parse(at)
			if err != nil {
				t.Fatal(err)
			}
			u, err := base.Parse(html.UnescapeString(href[1]))
			if err != nil {
				t.Errorf("%s holds the address %q: %v", at, href[1], err)
				continue
			}
			if u.Host != "" || u.Query().Has("lang") || u.Query().Has("view") || seen[kindOf(u)] {
				continue
			}
			seen[kindOf(u)] = true
			queue = append(queue, [2]string{u.RequestURI(), at})
		}
	}
	return len(seen)
}

var anchors = regexp.MustCompile(`<a\b[^>]*\bhref="([^"#][^"]*)"`)
