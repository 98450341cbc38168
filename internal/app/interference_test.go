package app_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/app"
	"xuedu/internal/audit"
	"xuedu/internal/pack"
	"xuedu/internal/workflow"
)

// An expert who must not judge an application learns nothing of it: every route
// of the program answers the same, byte for byte, whatever the application says
// (b.2, e 18). Both answers come from one city, changed in between, so that
// numbers and times that are made by chance are the same by construction.
func TestConflictHidesEverything(t *testing.T) {
	t.Parallel()
	w := reviewCity(t)
	w.tie(t)
	if rec := w.send(t, http.MethodGet, "/review/cases/mine-open", ""); rec.Code != http.StatusOK {
		t.Fatalf("the other one answers %d", rec.Code)
	}
	before := w.answers(t)
	w.rewrite(t, "hidden", "second")
	after := w.answers(t)
	for key, was := range before {
		if now := after[key]; now != was {
			t.Errorf("%s depends on what is hidden:\n%s", key, firstDifference(was, now))
		}
	}
	if len(before) < 150 {
		t.Errorf("only %d requests were compared", len(before))
	}
}

// The same comparison finds a difference where the expert may judge: it is not
// blind.
func TestAssignedApplicationIsSeen(t *testing.T) {
	t.Parallel()
	w := reviewCity(t)
	if rec := w.send(t, http.MethodGet, "/review/cases/mine-hidden", ""); rec.Code != http.StatusOK {
		t.Fatalf("what is assigned answers %d", rec.Code)
	}
	before := w.answers(t)
	w.rewrite(t, "hidden", "second")
	differ := 0
	for key, now := range w.answers(t) {
		if before[key] != now {
			differ++
		}
	}
	if differ == 0 {
		t.Error("nothing that an expert may judge is to be seen")
	}
}

func firstDifference(a, b string) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	from := max(0, i-80)
	return fmt.Sprintf("was …%s\nnow …%s", a[from:min(len(a), i+120)], b[from:min(len(b), i+120)])
}

// reviewed is a city with a call under review and one expert with two
// applications: "hidden" and "open".
type reviewed struct {
	*app.App
	handler  http.Handler
	cookie   *http.Cookie
	expertID string
}

const reviewPassword = "Demo-xuedu-24"

func reviewCity(t *testing.T) *reviewed {
	w := &reviewed{App: openCity(t)}
	w.Log = slog.New(slog.DiscardHandler)
	ctx := audit.With(t.Context(), audit.Who{Actor: "system"})
	acc, _, err := w.Accounts.Create(ctx, account.NewAccount{Login: "judge", Name: "Judge", Password: reviewPassword, Grants: []account.NewGrant{{Role: account.RoleExpert}}})
	if err != nil {
		t.Fatal(err)
	}
	e, err := w.Experts.Add(ctx, expert.Input{Name: "Judge", Agreed: true})
	if err == nil {
		e, err = w.Experts.Attach(ctx, e.ID, acc.Login)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.expertID = e.ID
	w.fill(t)
	w.handler = w.Handler()
	w.signIn(t)
	return w
}

// must runs one statement.
func (w *reviewed) must(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := w.DB.Write.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// fill writes the call and its applications as they are under review.
func (w *reviewed) fill(t *testing.T) {
	p := loadPack(t, "beijing-2021")
	rules := accredit.Rules{Programme: p.Awards[0], Workflows: map[string]workflow.Definition{}, PackName: p.Name, PackVersion: p.Version}
	for what, code := range p.Awards[0].Workflows {
		for _, d := range p.Workflows {
			if d.Code == code {
				rules.Workflows[what] = d
			}
		}
	}
	rules.Programme.Conflict.Kinds = expert.Kinds
	text, err := json.Marshal(rules)
	if err != nil {
		t.Fatal(err)
	}
	title, err := json.Marshal(pack.Text{"zh-CN": "试评", "en": "Trial"})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2025, 10, 16, 2, 0, 0, 0, time.UTC)
	w.must(t, `INSERT INTO award_call (id, code, programme, title, kind, state, since, due, places, period, rules, digest, timeline, opens, authorisation, created_by, created_at, opened_at)
		VALUES ('call', '2025-T-1', $1, $2, 'first', 'reviewing', $3, '2999-12-31', 5, '2024', $4, $5, '[]', '2025-09-01', '', 'system', $3, $3)`,
		rules.Programme.Code, string(title), at, string(text), fmt.Sprintf("%x", sha256.Sum256(text)))
	w.must(t, `INSERT INTO seat (call_id, expert_id, place, panel, state, draw_id, reason, at) VALUES ('call', $1, 1, 0, 'seated', '', '', $2)`, w.expertID, at)
	w.must(t, `INSERT INTO seat (call_id, expert_id, place, panel, state, draw_id, reason, at) VALUES ('call', 'other', 2, 0, 'seated', '', '', $1)`, at)
	for i, id := range []string{"hidden", "open"} {
		w.application(t, id, fmt.Sprint("T-2025-000", i+1), p.Awards[0].Leaves()[0].Code, at)
	}
}

func (w *reviewed) application(t *testing.T, id, code, leaf string, at time.Time) {
	top := w.Areas.Tree().At(0).ID
	w.must(t, `INSERT INTO application (id, call_id, code, object, org_id, area_id, district, title, channel, award_id, gates, state, desk, since, due, supplements, version, created_by, created_at, submitted_at)
		VALUES ($1, 'call', $2, 'district', '', $3, 0, 'first', 'self', '', '[]', 'reviewing', '', $4, '', 0, 1, 'applicant', $4, $4)`, id, code, top, at)
	w.must(t, `INSERT INTO claim (application_id, leaf, version, level, reason, author, at) VALUES ($1, $2, 1, 'A', 'first', 'applicant', $3)`, id, leaf, at)
	w.must(t, `INSERT INTO evidence (id, application_id, leaf, slot, kind, label, figure, url, digest, media, size, verdict, note, removed_by, removed_why, author, at)
		VALUES ($1, $2, $3, 's', 'link', 'first', '', 'https://example.org/first', '', '', 0, '', '', '', '', 'applicant', $4)`, "evidence-"+id, id, leaf, at)
	for _, who := range []string{w.expertID, "other"} {
		w.must(t, `INSERT INTO assignment (id, call_id, application_id, code, expert_id, state, anchor, pinned, kind, reason, author, created_at)
			VALUES ($1, 'call', $2, $3, $4, 'open', 0, 0, '', '', '', $5)`, map[bool]string{true: "mine-", false: "other-"}[who == w.expertID]+id, id, code, who, at)
	}
	for _, of := range []string{"mine-", "other-"} {
		w.must(t, `INSERT INTO mark (assignment_id, leaf, round, level, comment, private, reason, sealed, version, author, at) VALUES ($1, $2, 1, 'A', 'first', 'first', '', 0, 1, '', $3)`, of+id, leaf, at)
	}
}

// tie makes the conflict behind the back of who would end the assignment: what
// hides is the check at every reading, not the end alone.
func (w *reviewed) tie(t *testing.T) {
	w.must(t, `INSERT INTO conflict (id, expert_id, kind, subject, subject_id, source, from_day, to_day, state, pinned, reason, author, at)
		VALUES ('tie', $1, 'coach', 'application', 'hidden', 'guidance:1', '', '', 'holds', 0, '', 'system', $2)`, w.expertID, time.Now().UTC())
}

// rewrite changes all that an application says and all that others found of it.
func (w *reviewed) rewrite(t *testing.T, id, text string) {
	w.must(t, `UPDATE application SET title = $1, version = 9, supplements = 1 WHERE id = $2`, text, id)
	w.must(t, `UPDATE claim SET level = 'C', reason = $1 WHERE application_id = $2`, text, id)
	w.must(t, `UPDATE evidence SET label = $1, url = 'https://example.org/second' WHERE application_id = $2`, text, id)
	w.must(t, `UPDATE mark SET level = 'D', comment = $1, private = $1, version = 7 WHERE assignment_id IN ($2, $3)`, text, "mine-"+id, "other-"+id)
	w.must(t, `UPDATE assignment SET state = 'submitted', submitted_at = created_at WHERE id = $1`, "other-"+id)
	w.must(t, `INSERT INTO claim (application_id, leaf, version, level, reason, author, at) SELECT application_id, leaf, 2, 'B', $1, author, at FROM claim WHERE application_id = $2`, text, id)
	w.must(t, `INSERT INTO discussion (id, call_id, application_id, state, spread, opened_at, summary) VALUES ('talk', 'call', $1, 'open', '30', $2, '')`, id, time.Now().UTC())
}

func (w *reviewed) signIn(t *testing.T) {
	form := url.Values{"login": {"judge"}, "password": {reviewPassword}}
	res := w.send(t, "POST", "/signin", form.Encode())
	if len(res.Result().Cookies()) == 0 {
		t.Fatalf("sign-in: %d %.300s", res.Code, res.Body)
	}
	w.cookie = res.Result().Cookies()[0]
}

func (w *reviewed) send(t *testing.T, method, target, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if w.cookie != nil {
		r.AddCookie(w.cookie)
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return rec
}

// What the routes' placeholders are tried with: everything of the hidden application.
var hiddenNames = map[string][]string{
	"id":          {"hidden", "mine-hidden", "other-hidden", "call", "evidence-hidden", "talk"},
	"assignment":  {"mine-hidden", "other-hidden", "hidden", "T-2025-0001", "mine-open"},
	"application": {"hidden", "T-2025-0001"},
	"code":        {"2025-T-1", "T-2025-0001", "hidden"},
	"call":        {"call", "2025-T-1"},
	"number":      {"T-2025-0001"},
	"leaf":        {"1.1", "A1"},
	"act":         {"recuse", "say"},
}

var (
	placeholder = regexp.MustCompile(`\{([a-z_]+)(\.\.\.)?\}`)
	clock       = regexp.MustCompile(`\d\d:\d\d(:\d\d)?`)
	// Counts of the process itself, and the end of the session that asks.
	ownRoutes = map[string]bool{"GET /metrics": true, "POST /signout": true, "GET /static/": true, "POST /signin": true, "POST /account/password": true}
)

// changes reports addresses at which the expert changes what is theirs by right:
// the open application, the seat, stepping back.
func changes(target string) bool {
	return strings.Contains(target, "mine-open") || target == "/review/seats/call" || target == "/review/cases/mine-hidden/recuse"
}

// parts unpacks a workbook, without the time it was made at.
func parts(t *testing.T, body []byte) string {
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return string(body) // no archive
	}
	var out strings.Builder
	for _, f := range z.File {
		if f.Name == "docProps/core.xml" {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&out, f.Name)
		if _, err := io.Copy(&out, r); err != nil {
			t.Fatal(err)
		}
		r.Close()
	}
	return out.String()
}

func (w *reviewed) answers(t *testing.T) map[string]string {
	out := map[string]string{}
	for _, r := range w.Routes() {
		method, path, ok := strings.Cut(r.Pattern, " ")
		if !ok || ownRoutes[r.Pattern] {
			continue
		}
		for _, target := range targets(path) {
			if method != http.MethodGet && changes(target) {
				continue
			}
			for _, query := range queries(method, target) {
				rec := w.send(t, method, target+query, bodyOf(method))
				h := rec.Header().Clone()
				if strings.Contains(h.Get("Content-Type"), "officedocument") {
					h.Del("Content-Length") // follows the time packed into it
				}
				chance := h.Get("X-Request-Id") // drawn for each request, and named by error pages
				text := strings.ReplaceAll(fmt.Sprint(rec.Code, h, parts(t, rec.Body.Bytes())), chance, "")
				out[method+" "+target+query] = clock.ReplaceAllString(text, "")
			}
		}
	}
	return out
}

// queries are tried behind every address: words that stand in the hidden
// application before or after, and orders. The API names parameters that it
// does not know in the order of chance: it gets one.
func queries(method, target string) []string {
	switch {
	case method != http.MethodGet:
		return []string{""}
	case strings.HasPrefix(target, "/api/"):
		return []string{"", "?q=second", "?q=first", "?code=T-2025-0001"}
	}
	return []string{"", "?q=second", "?q=first&sort=score&format=csv", "?text=second&code=T-2025-0001&state=submitted"}
}

func bodyOf(method string) string {
	if method == http.MethodGet {
		return ""
	}
	return url.Values{"reason": {"测试理由"}, "level": {"A"}, "comment": {"测试意见"}, "version": {"1"}, "kind": {"declared"}, "application": {"hidden"}}.Encode()
}

// targets fills the placeholders of a path, one at a time.
func targets(path string) []string {
	path = strings.TrimSuffix(path, "{$}")
	m := placeholder.FindStringSubmatchIndex(path)
	if m == nil {
		return []string{path}
	}
	names := hiddenNames[path[m[2]:m[3]]]
	if names == nil {
		names = []string{"hidden"}
	}
	var out []string
	for _, n := range names {
		for _, rest := range targets(path[m[1]:]) {
			out = append(out, path[:m[0]]+url.PathEscape(n)+rest)
		}
	}
	return out
}
