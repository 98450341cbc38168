package activityhttp_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"xuedu/internal/account"
	"xuedu/internal/activity/activityhttp"
	"xuedu/internal/activity/activitytest"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/i18n"
	"xuedu/internal/ledger"
	"xuedu/internal/pack"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// site is the feature over a real database, with pages in Chinese.
type site struct {
	*activitytest.World
	h http.Handler
}

func newSite(t *testing.T) *site {
	t.Helper()
	w := activitytest.New(t, dbtest.SQLite(t))
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	figure := func(_ context.Context, q ledger.Query) (ledger.Figure, error) {
		return ledger.Figure{Measure: q.Measure, Period: q.Period, State: ledger.NotComputable}, nil
	}
	c := web.Config{Log: slog.New(slog.DiscardHandler), ErrorPage: ui.ErrorPage,
		Can:      func(ctx context.Context, p web.Perm) bool { return account.From(ctx).Can(string(p)) },
		SignedIn: func(ctx context.Context) bool { return account.From(ctx).SignedIn() }}
	mux := web.Mux(c, activityhttp.Routes(activityhttp.Deps{Activity: w.Activity, Tree: func() *area.Tree { return w.Tree },
		Pack: func() *pack.Pack { return w.Pack }, Figure: figure, Text: b.T, Now: w.Now})...)
	env := &ui.Env{Bundle: b, City: func(string) string { return "城" }, Owners: func(string) []string { return nil }, PackLine: func(string) string { return "" },
		Synthetic: func() bool { return false }, User: func(ctx context.Context, _ string) (string, string) { return account.From(ctx).Name, "" },
		Can: func(ctx context.Context, perm string) bool { return account.From(ctx).Can(perm) }, Zone: time.UTC}
	return &site{World: w, h: ui.Middleware(env, mux)}
}

// send makes a request as somebody; a form makes it a POST.
func (s *site) send(t *testing.T, who account.Actor, target string, form url.Values, partial bool) (*httptest.ResponseRecorder, *goquery.Document) {
	t.Helper()
	method, body := "GET", ""
	if form != nil {
		method, body = "POST", form.Encode()
	}
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if partial {
		r.Header.Set("HX-Request-Type", "partial")
	}
	return s.serve(t, who, r)
}

func (s *site) serve(t *testing.T, who account.Actor, r *http.Request) (*httptest.ResponseRecorder, *goquery.Document) {
	t.Helper()
	ctx := audit.With(account.With(r.Context(), who), audit.Who{Actor: who.ID})
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r.WithContext(ctx))
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	return w, doc
}

func text(doc *goquery.Document, sel string) string {
	return strings.Join(strings.Fields(doc.Find(sel).Text()), " ")
}

func TestRosterPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, list, people := s.Class(3)
	s.Exec("UPDATE activity SET title = '<b>书法</b>'")
	base := "/desk/roster/" + list[2].ID
	w, doc := s.send(t, activitytest.Teacher, base, nil, false)
	if w.Code != 200 || doc.Find("#ticks li").Length() != 3 || doc.Find("main h1 b").Length() != 0 || !strings.Contains(text(doc, "h1"), "<b>书法</b>") {
		t.Fatalf("page: %d\n%s", w.Code, w.Body)
	}
	if got, _ := doc.Find(`#roll-side a[href^="/areas/"]`).Attr("href"); got != "/areas/110108001001" {
		t.Errorf("link to the figures = %q", got)
	}
	if doc.Find("[style], script:not([src]):not([type='application/json'])").Length() != 0 {
		t.Error("inline style or script")
	}

	one := fmt.Sprint(people[0])
	w, doc = s.send(t, activitytest.Teacher, base+"/ticks", url.Values{"person": {one}, "on": {"1"}}, true)
	if w.Code != 200 || strings.Contains(w.Body.String(), "<html") || text(doc, `#roll-count [data-n=here]`) != "1" || !strings.Contains(text(doc, "#roll-saved"), "王一 记为到课") {
		t.Errorf("tick: %d\n%s", w.Code, w.Body)
	}
	if v, _ := doc.Find("#roll-undo [name=person]").Attr("value"); v != one {
		t.Errorf("undo is for %q, want %s", v, one)
	}
	if got := text(doc, "#roll-state"); got != `{"here":[`+one+`],"heads":0}` {
		t.Errorf("state = %s", got)
	}
	s.send(t, activitytest.Teacher, base+"/ticks", url.Values{"person": {one}, "on": {"1"}}, true)
	if n := s.Times(list[2].ID); n != 1 {
		t.Errorf("person-times after two ticks = %d, want 1", n)
	}
	w, doc = s.send(t, activitytest.Teacher, base+"/undo", url.Values{"person": {one}, "tick": {"1"}}, true)
	if w.Code != 200 || text(doc, `#roll-count [data-n=here]`) != "0" {
		t.Errorf("undo: %d\n%s", w.Code, w.Body)
	}
	if w, doc = s.send(t, activitytest.Teacher, base+"/all", url.Values{}, true); w.Code != 200 || text(doc, `#roll-count [data-n=here]`) != "3" {
		t.Errorf("all: %d\n%s", w.Code, w.Body)
	}
	if w, doc = s.send(t, activitytest.Teacher, base+"/heads", url.Values{"heads": {"4"}}, true); w.Code != 200 || text(doc, `#roll-count [data-n=times]`) != "7" {
		t.Errorf("heads: %d\n%s", w.Code, w.Body)
	}
}

func TestRosterWithoutScript(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, list, people := s.Class(3)
	base := "/desk/roster/" + list[2].ID
	w, _ := s.send(t, activitytest.Teacher, base, url.Values{"was": {""}, "here": {fmt.Sprint(people[0]), fmt.Sprint(people[2])}, "heads": {"2"}}, false)
	if w.Code != 303 || w.Header().Get("Location") != base || s.Times(list[2].ID) != 4 {
		t.Fatalf("save: %d to %s, %d person-times", w.Code, w.Header().Get("Location"), s.Times(list[2].ID))
	}
	w, _ = s.send(t, activitytest.Teacher, base+"/ticks", url.Values{"person": {fmt.Sprint(people[1])}, "on": {"1"}}, false)
	to := w.Header().Get("Location")
	if w.Code != 303 || !strings.HasPrefix(to, base+"?did=1%3A") {
		t.Fatalf("tick: %d to %s", w.Code, to)
	}
	if _, doc := s.send(t, activitytest.Teacher, to, nil, false); !strings.Contains(text(doc, "#roll-saved"), "记为到课") || doc.Find("#ticks input[checked]").Length() != 3 {
		t.Errorf("after the tick: %s", text(doc, "#roll-saved"))
	}
	walk := url.Values{"was": {""}, "heads": {"2"}, "was_heads": {"2"}, "walkin_name": {"赵长海"}, "walkin_phone": {"13912345678"}, "walkin_birth": {"19x0"}, "walkin_home": {"健翔园"}}
	w, doc := s.send(t, activitytest.Teacher, base+"/walkin", walk, false)
	if v, _ := doc.Find("#f-walkin_name").Attr("value"); w.Code != 422 || v != "赵长海" || doc.Find("#f-walkin_birth-error").Length() != 1 || doc.Find("details[open] #f-walkin_birth").Length() != 1 {
		t.Errorf("bad year: %d, name %q\n%s", w.Code, v, w.Body)
	}
	walk.Set("walkin_birth", "1950")
	if w, doc = s.send(t, activitytest.Teacher, base+"/walkin", walk, false); w.Code != 422 || doc.Find("#f-walkin_consent-error").Length() != 1 {
		t.Errorf("no consent: %d", w.Code)
	}
	walk.Set("walkin_consent", "1")
	walk.Set("walkin_home", "华清园社区") // one in this district, so it is meant
	if w, _ = s.send(t, activitytest.Teacher, base+"/walkin", walk, false); w.Code != 303 || s.Times(list[2].ID) != 6 {
		t.Errorf("walk-in: %d, %d person-times\n%s", w.Code, s.Times(list[2].ID), w.Body)
	}
	if w, _ = s.send(t, activitytest.Teacher, base+"/leave", url.Values{"leave_person": {""}}, false); w.Code != 422 {
		t.Errorf("leave of nobody: %d, want 422", w.Code)
	}
	ahead := "/desk/roster/" + list[3].ID
	if w, _ = s.send(t, activitytest.Teacher, ahead+"/leave", url.Values{"leave_person": {fmt.Sprint(people[0])}}, false); w.Code != 303 {
		t.Errorf("leave ahead: %d\n%s", w.Code, w.Body)
	}
	if _, doc = s.send(t, activitytest.Teacher, ahead, nil, false); doc.Find("#ticks li[data-leave]").Length() != 1 || doc.Find("fieldset[disabled] #ticks").Length() != 1 {
		t.Error("a roster ahead shows the leave and takes no ticks")
	}
}

func TestLateRosterAsksForAReason(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, list, people := s.Class(1)
	base, one := "/desk/roster/"+list[2].ID, fmt.Sprint(people[0])
	s.send(t, activitytest.Teacher, base+"/ticks", url.Values{"person": {one}, "on": {"1"}}, true)
	s.Travel(3)
	if _, doc := s.send(t, activitytest.Teacher, base, nil, false); doc.Find("#f-reason").Length() != 1 {
		t.Error("no field for the reason")
	}
	w, _ := s.send(t, activitytest.Teacher, base+"/ticks", url.Values{"person": {one}, "on": {"0"}}, true)
	if w.Code != 422 || w.Header().Get("HX-Retarget") != "#notice" || s.Times(list[2].ID) != 1 {
		t.Errorf("without reason: %d, retarget %q", w.Code, w.Header().Get("HX-Retarget"))
	}
	if w, doc := s.send(t, activitytest.Teacher, base, url.Values{"was": {one}, "heads": {""}}, false); w.Code != 422 || doc.Find("#reason-e").Length() != 1 {
		t.Errorf("form without reason: %d\n%s", w.Code, w.Body)
	}
	if w, _ = s.send(t, activitytest.Teacher, base+"/ticks", url.Values{"person": {one}, "on": {"0"}, "reason": {"记错人"}}, true); w.Code != 200 || s.Times(list[2].ID) != 0 {
		t.Errorf("with reason: %d", w.Code)
	}
}

func TestWhoMayWhat(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c, list, people := s.Class(1)
	roster, one := "/desk/roster/"+list[2].ID, fmt.Sprint(people[0])
	tickForm := url.Values{"person": {one}, "on": {"1"}}
	for _, tt := range []struct {
		name   string
		who    account.Actor
		target string
		form   url.Values
		want   int
	}{
		{"teacher", activitytest.Teacher, roster, nil, 200},
		{"worker of the community", activitytest.Worker, roster, nil, 200},
		{"teacher of another", activitytest.Teacher2, roster, nil, 404},
		{"teacher of another ticks", activitytest.Teacher2, roster + "/ticks", tickForm, 404},
		{"staff of another prints", activitytest.Staff2, roster + "/print", nil, 404},
		{"officer", activitytest.Officer, roster, nil, 403},
		{"auditor", activitytest.Auditor, roster, nil, 403},
		{"public", activitytest.Public, roster + "/ticks", tickForm, 401},
		{"public looks", activitytest.Public, roster, nil, 303},
		{"no such meeting", activitytest.Teacher, "/desk/roster/nope", nil, 404},
		{"a broken number", activitytest.Teacher, roster + "/ticks", url.Values{"person": {"x"}, "on": {"1"}}, 422},
		{"a stranger", activitytest.Teacher, roster + "/ticks", url.Values{"person": {"99"}, "on": {"1"}}, 422},
		{"the future", activitytest.Teacher, "/desk/roster/" + list[3].ID + "/ticks", tickForm, 409},
		{"another's class", activitytest.Staff2, "/desk/classes/" + c.ID, nil, 404},
		{"another's class to edit", activitytest.Staff2, "/desk/classes/" + c.ID + "/edit", nil, 404},
		{"another's activity", activitytest.Staff2, "/desk/activities/" + c.ActivityID, nil, 404},
		{"a teacher edits", activitytest.Teacher, "/desk/classes/" + c.ID + "/edit", nil, 403},
		{"another's import", activitytest.Auditor, "/desk/activities/import", nil, 403},
	} {
		if w, _ := s.send(t, tt.who, tt.target, tt.form, false); w.Code != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, w.Code, tt.want)
		}
	}
}

func TestPrint(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, list, _ := s.Class(2)
	w, doc := s.send(t, activitytest.Teacher, "/desk/roster/"+list[3].ID+"/print", nil, false)
	if w.Code != 200 || doc.Find(".xd-sheet__table").First().Find("tbody tr").Length() != 2 || doc.Find(".xd-sheet__table--walk tbody tr").Length() != 6 {
		t.Errorf("print: %d\n%s", w.Code, w.Body)
	}
}

func TestHomeOfEachPost(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Class(1)
	for _, tt := range []struct {
		name string
		who  account.Actor
		sel  string
	}{
		{"teacher", activitytest.Teacher, ".xd-owe .xd-tag--act"},
		{"staff", activitytest.Staff, `.xd-mineorg`},
		{"another institution has nothing to do", activitytest.Staff2, ".xd-empty"},
		{"auditor", activitytest.Auditor, `a[href="/admin/audit"]`},
		{"officer", activitytest.Officer, `a[href="/desk/activities"]`},
	} {
		w, doc := s.send(t, tt.who, "/desk", nil, false)
		if w.Code != 200 || doc.Find("main "+tt.sel).Length() == 0 {
			t.Errorf("%s: %d, no %s\n%s", tt.name, w.Code, tt.sel, text(doc, "main"))
		}
	}
}

func TestDesk(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staff := activitytest.Staff
	make := url.Values{"org": {"o1"}, "title": {"太极 <i>"}, "form": {"course"}, "theme": {""}, "tags": {"health"}, "state": {"open"}}
	w, doc := s.send(t, staff, "/desk/activities/new", make, false)
	if v, _ := doc.Find("#f-title").Attr("value"); w.Code != 422 || v != "太极 <i>" || doc.Find(`.govuk-error-summary a[href="#f-theme"]`).Length() != 1 || doc.Find(`#f-tags input[value=health][checked]`).Length() != 1 {
		t.Fatalf("no theme: %d\n%s", w.Code, w.Body)
	}
	make.Set("theme", "skills")
	w, _ = s.send(t, staff, "/desk/activities/new", make, false)
	act := w.Header().Get("Location")
	if w.Code != 303 || !strings.HasPrefix(act, "/desk/activities/") {
		t.Fatalf("make: %d\n%s", w.Code, w.Body)
	}
	open := url.Values{"name": {"一班"}, "capacity": {"2"}, "mode": {"onsite"}, "teacher": {"t1"}, "day": {"2026-11-23"}, "starts": {"9:00"}, "minutes": {"90"},
		"area": {"华清园社区 x"}, "count": {"2"}}
	if w, doc = s.send(t, staff, act+"/class", open, false); w.Code != 422 || doc.Find("#f-area-error").Length() != 1 {
		t.Errorf("unknown place: %d", w.Code)
	}
	open.Set("area", "二里庄社区")
	w, _ = s.send(t, staff, act+"/class", open, false)
	class := w.Header().Get("Location")
	if w.Code != 303 {
		t.Fatalf("class: %d\n%s", w.Code, w.Body)
	}
	learner := url.Values{"walkin_name": {"赵一"}, "walkin_home": {"二里庄社区"}, "walkin_consent": {"1"}}
	for _, step := range []struct {
		name, target string
		form         url.Values
		want         int
	}{
		{"show activity", act, nil, 200}, {"edit form", act + "/edit", nil, 200}, {"edit", act + "/edit", make, 303},
		{"show class", class, nil, 200}, {"learner form", class + "/learners", nil, 200}, {"learner", class + "/learners", learner, 303},
		{"edit class form", class + "/edit", nil, 200}, {"edit class", class + "/edit", open, 303},
		{"copy form", class + "/copy", nil, 200}, {"copy without day", class + "/copy", url.Values{"name": {"二班"}}, 422},
		{"copy", class + "/copy", url.Values{"name": {"二班"}, "day": {"2027-03-01"}, "learners": {"1"}}, 303},
		{"more form", class + "/meetings", nil, 200}, {"more", class + "/meetings", open, 303},
		{"cancel form", class + "/state", nil, 200}, {"cancel without reason", class + "/state", url.Values{}, 422},
		{"cancel", class + "/state", url.Values{"reason": {"人太少"}}, 303}, {"reinstate", class + "/state", url.Values{"reason": {"够了"}}, 303},
		{"list", "/desk/activities?q=太极", nil, 200}, {"meetings", "/desk/meetings", nil, 200}, {"bad page", "/desk/activities?page=0", nil, 422},
		{"import form", "/desk/activities/import", nil, 200}, {"template", "/desk/activities/template.xlsx", nil, 200},
	} {
		if w, _ := s.send(t, staff, step.target, step.form, false); w.Code != step.want {
			t.Errorf("%s: %d, want %d\n%s", step.name, w.Code, step.want, w.Body)
		}
	}
	_, doc = s.send(t, staff, class, nil, false)
	move, _ := doc.Find(`a[href$="/move"], a[href$="/state"][href^="/desk/meetings/"]`).First().Attr("href")
	if move == "" {
		t.Fatalf("no meeting to move or reinstate\n%s", text(doc, "main"))
	}
	if w, doc := s.send(t, staff, "/desk/activities?q=太极", nil, true); strings.Contains(w.Body.String(), "<html") || doc.Find("tbody tr").Length() != 1 {
		t.Errorf("fragment: %s", w.Body)
	}
}

func TestMoveForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, list, _ := s.Class(1)
	to := "/desk/meetings/" + list[3].ID
	form := url.Values{"day": {"2026-11-27"}, "starts": {"14:00"}, "minutes": {"60"}, "area": {"健翔园社区"}, "reason": {""}}
	if w, doc := s.send(t, activitytest.Staff, to+"/move", form, false); w.Code != 422 || doc.Find("#f-reason-error").Length() != 1 {
		t.Errorf("without reason: %d", w.Code)
	}
	form.Set("reason", "停电")
	if w, _ := s.send(t, activitytest.Staff, to+"/move", form, false); w.Code != 303 {
		t.Errorf("move: %d\n%s", w.Code, w.Body)
	}
	if w, _ := s.send(t, activitytest.Staff, to+"/state", url.Values{"reason": {"停电"}}, false); w.Code != 303 {
		t.Errorf("cancel: %d\n%s", w.Code, w.Body)
	}
	if w, _ := s.send(t, activitytest.Staff, to+"/move", nil, false); w.Code != 200 {
		t.Errorf("form: %d", w.Code)
	}
}

func TestFindPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c, _, _ := s.Class(1)
	for _, tt := range []struct {
		name, query string
		want        int
		sel         string
	}{
		{"all", "", 200, ".xd-offers li"},
		{"near", "?near=二里庄&theme=skills", 200, ".xd-offers h2"},
		{"by code", "?area=110108001002", 200, ".xd-offers li"},
		{"which one", "?near=华清园社区", 200, `.xd-note a[href*="area=110114001001"]`},
		{"unknown", "?near=<script>", 200, ".xd-note"},
		{"nothing there", "?near=城北街道", 200, ".xd-empty"},
		{"no such day", "?weekday=9", 422, "[role=alert]"},
		{"one class", "/" + c.ID, 200, ".xd-facts"},
		{"no class", "/nope", 404, "[role=alert]"},
	} {
		w, doc := s.send(t, activitytest.Public, "/classes"+strings.ReplaceAll(tt.query, "<", "%3C"), nil, false)
		if w.Code != tt.want || doc.Find("main "+tt.sel).Length() == 0 || doc.Find("main script").Length() != 0 {
			t.Errorf("%s: %d, want %d with %s\n%s", tt.name, w.Code, tt.want, tt.sel, text(doc, "main"))
		}
		if strings.Contains(w.Body.String(), "教师t1") {
			t.Errorf("%s: names the teacher", tt.name)
		}
	}
	r := httptest.NewRequest("GET", "/classes?near=二里庄", nil)
	r.AddCookie(&http.Cookie{Name: "xd_view", Value: "elder"})
	if _, doc := s.serve(t, activitytest.Public, r); doc.Find("html.xd-elder").Length() != 1 || doc.Find("main select").Length() != 0 || doc.Find(".xd-offers li").Length() != 1 {
		t.Error("elder view has one question and the classes")
	}
	w, _ := s.send(t, activitytest.Public, "/classes/"+c.ID+"/calendar.ics", nil, false)
	if got := w.Body.String(); strings.Count(got, "BEGIN:VEVENT") != 4 || !strings.Contains(got, "DTSTART:20261123T010000Z\r\n") || !strings.Contains(got, "LOCATION:海淀区 学院路街道 二里庄社区 2 号教室") {
		t.Errorf("calendar:\n%s", got)
	}
	for line := range strings.SplitSeq(w.Body.String(), "\r\n") {
		if len(line) > 75 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
}

func TestImportPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	post := func(how, file string) (*httptest.ResponseRecorder, *goquery.Document) {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		m.WriteField("how", how)
		if file != "" {
			f, _ := m.CreateFormFile("file", "c.csv")
			f.Write([]byte(file))
		}
		m.Close()
		r := httptest.NewRequest("POST", "/desk/activities/import", &b)
		r.Header.Set("Content-Type", m.FormDataContentType())
		return s.serve(t, activitytest.Staff, r)
	}
	head := "机构代码,活动名称,形式,主题,班名,名额,第一次课,开始,分钟,次数,上课地点,星期,方式\n"
	row := "C-o1,书法,中course,中skills,一班,20,2026/9/1,9:00,90,3,二里庄社区,周二,线下\n"
	if w, doc := post("dry", ""); w.Code != 422 || doc.Find("#f-file-error").Length() != 1 {
		t.Errorf("no file: %d", w.Code)
	}
	if w, doc := post("dry", "a,b\n1,2\n"); w.Code != 422 || !strings.Contains(text(doc, "#f-file-error"), "机构代码") {
		t.Errorf("no columns: %d, %s", w.Code, text(doc, "#f-file-error"))
	}
	if w, doc := post("strict", head+row+strings.Replace(row, "中skills", "？", 1)); w.Code != 422 || doc.Find("table tbody tr").Length() != 1 || s.Int("SELECT count(*) FROM class") != 0 {
		t.Errorf("strict: %d\n%s", w.Code, text(doc, "main"))
	}
	if w, _ := post("good", head+row); w.Code != 200 || s.Int("SELECT count(*) FROM meeting") != 3 {
		t.Errorf("import: %d\n%s", w.Code, w.Body)
	}
}
