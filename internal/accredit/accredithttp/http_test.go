package accredithttp_test

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/accredittest"
)

const programme = "community-project"

// begun is an application of the first school.
func (w *world) begun(c accredit.Call, orgID, title string) accredit.Application {
	w.T.Helper()
	a, err := w.Begin(w.As(w.Staff(orgID)), accredit.NewApplication{CallID: c.ID, OrgID: orgID, Title: title})
	if err != nil {
		w.T.Fatalf("begin: %+v", err)
	}
	return a
}

func base(a accredit.Application) string { return "/desk/applications/" + a.ID }

// Nobody writes before they know whether they may: every gate is shown with
// what was found, and where one fails there is no button but a remedy (P1.7).
func TestEligibilityComesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.Opened(programme)
	staff := w.Staff(accredittest.School)
	_, doc := w.get(staff, "/desk/applications")
	if !strings.Contains(text(doc, ".xd-empty"), "正在接受申报") || doc.Find(`a[href="/calls/`+c.Code+`"]`).Length() == 0 {
		t.Errorf("the empty list does not say where calls are: %s", text(doc, ".xd-empty"))
	}
	code, doc := w.get(staff, "/desk/applications/new?call="+c.Code)
	if code != 200 || doc.Find("input[name=party]").Length() != 1 || doc.Find(".xd-gates").Length() != 0 {
		t.Fatalf("who applies: %d, %d parties", code, doc.Find("input[name=party]").Length())
	}
	q := url.Values{"call": {c.Code}, "party": {"org:" + accredittest.School}, "title": {"胡同里的京剧课"}}
	code, doc = w.get(staff, "/desk/applications/new?"+q.Encode())
	if n := len(c.Rules.Programme.Gates); code != 200 || doc.Find(".xd-gates > li").Length() != n || doc.Find("form[method=post] button.govuk-button").Length() != 1 {
		t.Fatalf("gates: %d, %d of %d", code, doc.Find(".xd-gates > li").Length(), n)
	}
	_, err := w.Bar(w.As(accredittest.Technical), accredit.Bar{OrgID: accredittest.School, From: "2026-01-01", Source: "示例案由", Reason: "示例"})
	if err != nil {
		t.Fatalf("bar: %+v", err)
	}
	_, doc = w.get(staff, "/desk/applications/new?"+q.Encode())
	if doc.Find(".xd-main form[method=post]").Length() != 0 || !strings.Contains(text(doc, ".xd-gates"), "示例案由") || !strings.Contains(text(doc, ".xd-gates"), "解除后方可申报") {
		t.Errorf("a failing gate: %s", text(doc, ".xd-main"))
	}
	if code, doc = w.post(staff, "/desk/applications/new", q); code != 409 || doc.Find(".govuk-error-summary").Length() != 1 {
		t.Errorf("begun all the same: %d", code)
	}
}

func TestBeginRefusesWhatIsNotTheirs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.Opened(programme)
	for _, tt := range []struct {
		name string
		who  account.Actor
		form url.Values
		code int
	}{
		{"another school", w.Staff(accredittest.School), url.Values{"call": {c.Code}, "party": {"org:" + accredittest.School2}, "title": {"甲"}}, 404},
		{"no such call", w.Staff(accredittest.School), url.Values{"call": {"2099-XX-1"}}, 404},
		{"nobody chosen", w.Staff(accredittest.School), url.Values{"call": {c.Code}, "title": {"甲"}}, 422},
		{"no title", w.Staff(accredittest.School), url.Values{"call": {c.Code}, "party": {"org:" + accredittest.School}}, 422},
		{"street officer", w.Officer(accredittest.Street), url.Values{"call": {c.Code}}, 403},
		{"wrong kind of institution", w.Staff(accredittest.Business), url.Values{"call": {c.Code}, "party": {"org:" + accredittest.Business}, "title": {"甲"}}, 422},
	} {
		if code, _ := w.post(tt.who, "/desk/applications/new", tt.form); code != tt.code {
			t.Errorf("%s: %d, want %d", tt.name, code, tt.code)
		}
	}
	if n := w.Int(`SELECT count(*) FROM application`); n != 0 {
		t.Errorf("%d applications were begun", n)
	}
}

// The task list says what is there and what is missing; a leaf shows its four
// levels with what each means, and our figure locked with its lineage.
func TestTaskListAndLeaf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.begun(w.Opened(programme), accredittest.School, "胡同里的京剧课")
	staff := w.Staff(accredittest.School)
	code, doc := w.get(staff, base(a))
	if code != 200 || doc.Find(".govuk-task-list__item").Length() != 1+12 {
		t.Fatalf("task list: %d, %d items", code, doc.Find(".govuk-task-list__item").Length())
	}
	if !strings.Contains(text(doc, ".xd-meter"), "还缺") {
		t.Errorf("meter: %s", text(doc, ".xd-meter"))
	}
	w.Figures.Values["B10"] = "4321"
	if code, _ = w.post(staff, base(a)+"/figures", nil); code != 200 {
		t.Errorf("counted again: %d", code)
	}
	_, doc = w.get(staff, base(a)+"/leaf/1.1")
	if !strings.Contains(text(doc, ".xd-ev__v"), "4,321 人") {
		t.Errorf("figure: %s", text(doc, ".xd-ev__v"))
	}
	if doc.Find(".xd-level").Length() != 4 || doc.Find(".xd-ev .xd-lock").Length() == 0 || !strings.Contains(text(doc, ".xd-ev"), "口径") || !strings.Contains(text(doc, "#slot-p11_outline"), "必交") {
		t.Errorf("leaf: %s", text(doc, ".xd-review"))
	}
	if !strings.Contains(text(doc, ".xd-review__ev"), "20 MB") {
		t.Error("the limits of files are not named before one is chosen")
	}
	code, doc = w.post(staff, base(a)+"/leaf/1.1", url.Values{"v": {"0"}, "level": {"A"}, "reason": {"有传承人。"}, "go": {"next"}})
	if code != 200 || !strings.Contains(text(doc, "h1"), "1.2") {
		t.Errorf("next leaf: %d %s", code, text(doc, "h1"))
	}
	if code, _ = w.get(staff, base(a)+"/leaf/9.9"); code != 404 {
		t.Errorf("unknown leaf: %d", code)
	}
	if code, _ = w.post(staff, base(a)+"/leaf/1.1", url.Values{"v": {"1"}, "level": {"Z"}, "reason": {"乙"}}); code != 422 {
		t.Errorf("unknown level: %d", code)
	}
	if code, doc = w.post(staff, base(a)+"/content", url.Values{"v:began": {"0"}, "f:began": {"昨天"}, "v:summary": {"0"}, "f:summary": {"讲京剧"}}); code != 422 || value(doc, "#f-began") != "昨天" || doc.Find(`a[href="#f-began"]`).Length() != 1 {
		t.Errorf("no day: %d, %q", code, value(doc, "#f-began"))
	}
	if d, err := w.Dossier(w.As(staff), a.ID); err != nil || d.Content["summary"] != "讲京剧" {
		t.Errorf("the good text was held up by the bad one: %v %v", d.Content, err)
	}
}

// Two people in one text: the second is shown both and decides; the text of
// the first stays in the history with the difference.
func TestStaleTextShowsBoth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.begun(w.Opened(programme), accredittest.School, "胡同里的京剧课")
	one, two := w.Staff(accredittest.School), w.Staff(accredittest.School)
	two.ID, two.Name = "s-2", "乙"
	leaf := base(a) + "/leaf/1.1"
	w.post(one, leaf, url.Values{"v": {"0"}, "level": {"A"}, "reason": {"十二堂课"}})
	r := posting(leaf, url.Values{"v": {"0"}, "level": {"B"}, "reason": {"十堂课"}})
	r.Header.Set("HX-Request-Type", "partial")
	code, doc := w.do(two, r)
	if code != 409 || !strings.Contains(text(doc, "#app-clash"), "十二堂课") || value(doc, "[name=v]") != "1" || doc.Find("main").Length() != 0 {
		t.Fatalf("script: %d %s v=%s", code, text(doc, "#app-clash"), value(doc, "[name=v]"))
	}
	code, doc = w.post(two, leaf, url.Values{"v": {"0"}, "level": {"B"}, "reason": {"十堂课"}})
	if code != 409 || text(doc, "#f-reason") != "十堂课" || !strings.Contains(text(doc, "#app-clash"), "名s-org-1") || doc.Find("#l-B[checked]").Length() != 1 {
		t.Fatalf("page: %d, mine %q, clash %s", code, text(doc, "#f-reason"), text(doc, "#app-clash"))
	}
	if code, _ = w.post(two, leaf, url.Values{"v": {"1"}, "level": {"B"}, "reason": {"十堂课"}}); code != 200 {
		t.Errorf("saved on theirs: %d", code)
	}
	if code, _ = w.post(one, leaf, url.Values{"v": {"1"}, "level": {"A"}, "reason": {"十二堂课"}}); code != 200 {
		t.Errorf("what was not touched clashes: %d", code)
	}
	_, doc = w.get(one, base(a)+"/history")
	if text(doc, ".xd-diff ins") == "" || text(doc, ".xd-diff del") != "二" || !strings.Contains(text(doc, ".xd-hist"), "优 → 良") {
		t.Errorf("history: %s / ins %q del %q", text(doc, ".xd-hist"), text(doc, ".xd-diff ins"), text(doc, ".xd-diff del"))
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.begun(w.Opened(programme), accredittest.School, "胡同里的京剧课")
	staff := w.Staff(accredittest.School)
	leaf := base(a) + "/leaf/1.1"
	to := leaf + "/evidence?slot=p11_outline"
	for _, tt := range []struct {
		name, file string
		content    []byte
		code       int
		says       string
	}{
		{"none", "", nil, 422, "请先选择一个文件"},
		{"too large", "大.pdf", append(pdf(), make([]byte, 22<<20)...), 422, "超过 20 MB"},
		{"wrong type", "a.exe", []byte("MZ\x90\x00"), 422, ""},
		{"not what it says", "a.pdf", []byte("MZ\x90\x00 not a pdf"), 422, ""},
		{"good", "课程大纲 第1稿.pdf", pdf(), 200, ""},
	} {
		code, doc := w.upload(staff, to, tt.file, tt.content)
		if code != tt.code || tt.code != 200 && (doc.Find("#slot-p11_outline .govuk-error-message").Length() != 1 || !strings.Contains(text(doc, ".govuk-error-summary"), tt.says)) {
			t.Errorf("%s: %d, %s", tt.name, code, text(doc, ".govuk-error-summary"))
		}
	}
	if code, _ := w.upload(staff, leaf+"/evidence?slot=p11_course", "a.pdf", pdf()); code != 403 {
		t.Errorf("a file in the place of our figure: %d", code)
	}
	if code, doc := w.post(staff, to+"&kind=link", url.Values{"url": {"javascript:alert(1)"}}); code != 422 || doc.Find("details.xd-addlink[open]").Length() != 1 || value(doc, "#url-p11_outline") != "javascript:alert(1)" {
		t.Errorf("bad link: %d", code)
	}
	code, doc := w.post(staff, to+"&kind=link", url.Values{"url": {"https://example.org/a"}, "label": {"报道"}})
	if code != 200 || doc.Find(`#slot-p11_outline a[href="https://example.org/a"]`).Length() != 1 {
		t.Errorf("link: %d", code)
	}
	href := doc.Find(`#slot-p11_outline a[href*="/file/"]`).AttrOr("href", "")
	rec := w.raw(staff, httptest.NewRequest("GET", href, nil))
	if rec.Code != 200 || rec.Body.String() != string(pdf()) || !strings.Contains(rec.Header().Get("Content-Disposition"), "attachment; filename*=UTF-8''%E8%AF%BE") {
		t.Errorf("file: %d %s", rec.Code, rec.Header())
	}
	if rec := w.raw(w.Staff(accredittest.School2), httptest.NewRequest("GET", href, nil)); rec.Code != 404 {
		t.Errorf("a foreign file: %d", rec.Code)
	}
	id := value(doc, "[name=evidence]")
	if code, doc := w.post(staff, leaf+"/remove", url.Values{"evidence": {id}, "slot": {"p11_outline"}}); code != 422 || doc.Find("details.xd-remove[open] .govuk-error-message").Length() != 1 {
		t.Errorf("removed without a reason: %d", code)
	}
	if _, doc = w.post(staff, leaf+"/remove", url.Values{"evidence": {id}, "slot": {"p11_outline"}, "reason": {"传错了"}}); doc.Find("#slot-p11_outline .xd-links > li").Length() != 1 {
		t.Errorf("not removed: %s", text(doc, "#slot-p11_outline"))
	}
}

// An application that is not theirs is not there, on any route.
func TestForeignApplicationIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.begun(w.Opened(programme), accredittest.School, "胡同里的京剧课")
	for _, who := range []account.Actor{w.Staff(accredittest.School2), w.Officer(accredittest.Street), w.Officer(accredittest.District2), accredittest.Leading} {
		for _, page := range []string{"", "/content", "/leaf/1.1", "/history", "/print", "/move?move=withdraw", "/file/00"} {
			if code, _ := w.get(who, base(a)+page); code != 404 {
				t.Errorf("%s reads %q: %d", who.ID, page, code)
			}
		}
		if code, _ := w.post(who, base(a)+"/move", url.Values{"move": {"withdraw"}, "reason": {"乙"}}); code != 404 {
			t.Errorf("%s withdraws: %d", who.ID, code)
		}
		if _, doc := w.get(who, "/desk/applications?which=all"); strings.Contains(doc.Text(), "京剧") {
			t.Errorf("%s sees it in the list", who.ID)
		}
		if rec := w.raw(who, httptest.NewRequest("GET", "/api/v1/applications/"+a.ID, nil)); rec.Code != 404 {
			t.Errorf("%s through the API: %d", who.ID, rec.Code)
		}
	}
	teacher := account.Actor{ID: "t9", Grants: []account.Grant{{Role: account.RoleTeacher, OrgID: accredittest.School}}}
	if code, _ := w.get(teacher, base(a)); code != 403 {
		t.Errorf("teacher: %d", code)
	}
	if rec := w.raw(account.Actor{}, httptest.NewRequest("GET", "/desk/applications", nil)); rec.Code != 303 {
		t.Errorf("nobody: %d", rec.Code)
	}
}

// whole fills in everything that is required.
func (w *world) whole(a accredit.Application) {
	w.T.Helper()
	ctx := w.As(w.Staff(a.OrgID))
	must := func(err error) {
		w.T.Helper()
		if err != nil {
			w.T.Fatalf("%+v", err)
		}
	}
	c, err := w.Completeness(ctx, a.ID)
	must(err)
	for _, m := range c.Missing {
		switch {
		case m.Kind == accredit.MissingText && m.Code == "began":
			_, err = w.SetContent(ctx, a.ID, m.Code, "2024-03-01", 0)
		case m.Kind == accredit.MissingText:
			_, err = w.SetContent(ctx, a.ID, m.Code, "讲京剧", 0)
		case m.Kind == accredit.MissingClaim:
			_, err = w.Claim(ctx, a.ID, m.Leaf, "B", "有记录。", 0)
		default:
			_, err = w.AddFile(ctx, a.ID, m.Leaf, m.Code, m.Code+".pdf", pdf())
		}
		must(err)
	}
}

// The way of an application through all desks, each on its own page: verified,
// ordered within the quota, asked to be completed, accepted (P1.7).
func TestThroughAllDesks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.Opened(programme)
	a, b := w.begun(c, accredittest.School, "胡同里的京剧课"), w.begun(c, accredittest.School, "运河边的写生班")
	staff, street, district := w.Staff(accredittest.School), w.Officer(accredittest.Street), w.Officer(accredittest.District)
	for _, x := range []accredit.Application{a, b} {
		w.whole(x)
		for _, move := range []string{"assess", "submit_street"} {
			if code, doc := w.post(staff, base(x)+"/move", url.Values{"move": {move}}); code != 200 || doc.Find(".govuk-error-summary").Length() > 0 {
				t.Fatalf("%s: %d %s", move, code, text(doc, ".govuk-error-summary"))
			}
		}
		w.verified(x, street)
	}
	w.ordered(c, a, b, district)
	_, doc := w.get(staff, base(b))
	if !strings.Contains(text(doc, ".xd-note"), "材料太少") || !strings.Contains(text(doc, ".xd-ret__top"), "不予推荐") {
		t.Errorf("the applicant is not told why: %s", text(doc, ".xd-main"))
	}
	w.checked(c, a, staff)
}

func (w *world) verified(a accredit.Application, street account.Actor) {
	w.T.Helper()
	_, doc := w.get(street, "/desk/applications")
	if doc.Find(`a[href="`+base(a)+`/verify"]`).Length() != 1 {
		w.T.Fatalf("not on the street's desk: %s", text(doc, ".xd-main"))
	}
	code, doc := w.get(street, base(a)+"/verify")
	fields := doc.Find(`input[type=radio][value=exists]`)
	if code != 200 || fields.Length() == 0 {
		w.T.Fatalf("verify: %d", code)
	}
	if code, doc := w.post(street, base(a)+"/verify", url.Values{"move": {"verify"}}); code != 409 || doc.Find(".govuk-error-summary").Length() != 1 {
		w.T.Errorf("verified unseen: %d", code)
	}
	v := url.Values{}
	fields.Each(func(_ int, s *goquery.Selection) { v.Set(s.AttrOr("name", ""), "exists") })
	first := fields.First().AttrOr("name", "")
	v.Set(first, "missing")
	if code, doc := w.post(street, base(a)+"/verify", v); code != 422 || doc.Find(".govuk-error-message").Length() != 1 {
		w.T.Errorf("missing without a note: %d", code)
	}
	v.Set("n:"+strings.TrimPrefix(first, "e:"), "现场未见原件")
	v.Set("move", "verify")
	if code, doc := w.post(street, base(a)+"/verify", v); code != 200 || !strings.Contains(text(doc, ".xd-ret__top"), "推荐") {
		w.T.Fatalf("verify: %d %s", code, text(doc, ".govuk-error-summary"))
	}
}

func (w *world) ordered(c accredit.Call, a, b accredit.Application, district account.Actor) {
	w.T.Helper()
	board := "/desk/recommend/" + c.Code
	code, doc := w.get(district, board)
	if code != 200 || doc.Find(".xd-board tbody tr").Length() != 2 || !strings.Contains(text(doc, ".xd-tally"), "6推荐名额") {
		w.T.Fatalf("board: %d %s", code, text(doc, ".xd-tally"))
	}
	if code, doc := w.post(district, board, url.Values{"place:" + a.ID: {"1"}, "place:" + b.ID: {"1"}}); code != 422 || doc.Find(`.govuk-error-summary a[href^="#place-"]`).Length() != 1 {
		w.T.Errorf("the same place twice: %d", code)
	}
	if code, doc := w.post(district, board, url.Values{"place:" + a.ID: {"第一"}}); code != 422 || value(doc, "#place-"+a.ID) != "第一" {
		w.T.Errorf("a place in words: %d", code)
	}
	if code, _ := w.post(district, board, url.Values{"place:" + a.ID: {"1"}, "place:" + b.ID: {"0"}}); code != 422 {
		w.T.Errorf("not recommended without a reason: %d", code)
	}
	v := url.Values{"place:" + a.ID: {"1"}, "score:" + a.ID: {"88.5"}, "place:" + b.ID: {"0"}, "reason:" + b.ID: {"材料太少"}, "go": {"save"}}
	if _, doc = w.post(district, board, v); value(doc, "#place-"+a.ID) != "1" || !strings.Contains(text(doc, ".xd-tally"), "5剩余名额") {
		w.T.Errorf("draft: %s", text(doc, ".xd-tally"))
	}
	if _, doc := w.get(w.Staff(a.OrgID), base(a)); strings.Contains(doc.Text(), "88.5") {
		w.T.Error("the applicant sees the district's draft")
	}
	v.Set("go", "send")
	if _, doc = w.post(district, board, v); doc.Find(".xd-note--done").Length() != 1 || doc.Find(".xd-board").Length() != 0 {
		w.T.Errorf("sent: %s", text(doc, ".xd-main"))
	}
	for _, who := range []account.Actor{w.Officer(accredittest.District2), w.Officer(accredittest.Street)} {
		if _, doc := w.get(who, board); strings.Contains(doc.Text(), "京剧") {
			w.T.Errorf("%s sees the board of another district", who.ID)
		}
	}
}

func (w *world) checked(c accredit.Call, a accredit.Application, staff account.Actor) {
	w.T.Helper()
	tech := accredittest.Technical
	_, doc := w.get(tech, "/desk/check/"+c.Code)
	if doc.Find("input[type=checkbox]").Length() != 0 || !strings.Contains(text(doc, ".xd-chaselist"), "条件") {
		w.T.Errorf("a declared gate is not clean: %s", text(doc, ".xd-chaselist"))
	}
	check := base(a) + "/check"
	if code, _ := w.post(tech, check, url.Values{"gate": {"spread"}, "note": {"看过台账"}}); code != 422 {
		w.T.Errorf("a gate without a verdict: %d", code)
	}
	if code, _ := w.post(tech, check, url.Values{"gate": {"spread"}, "verdict": {"holds"}}); code != 422 {
		w.T.Errorf("a gate without a note: %d", code)
	}
	if code, doc := w.post(tech, check, url.Values{"gate": {"spread"}, "verdict": {"holds"}, "note": {"看过台账"}}); code != 200 || !strings.Contains(text(doc, "#gate-spread"), "看过台账") {
		w.T.Errorf("gate: %d %s", code, text(doc, "#gate-spread"))
	}
	code, doc := w.post(tech, base(a)+"/move", url.Values{"move": {"ask_supplement"}})
	if code != 200 || doc.Find("#f-reason").Length() != 1 {
		w.T.Fatalf("the reason is not asked for: %d", code)
	}
	if code, _ := w.post(tech, base(a)+"/move", url.Values{"move": {"ask_supplement"}, "reason": {" "}}); code != 422 {
		w.T.Errorf("no reason: %d", code)
	}
	w.post(tech, base(a)+"/move", url.Values{"move": {"ask_supplement"}, "reason": {"请补盖章页"}})
	if _, doc = w.get(staff, base(a)); !strings.Contains(text(doc, ".xd-note--act"), "请补盖章页") || !strings.Contains(text(doc, ".xd-note--act"), "工作日") {
		w.T.Errorf("what was asked, and how long: %s", text(doc, ".xd-note"))
	}
	if code, doc = w.post(staff, base(a)+"/move", url.Values{"move": {"supplement"}}); code != 200 || !strings.Contains(text(doc, ".xd-ret__top"), "形式审查") {
		w.T.Errorf("completed: %d %s", code, text(doc, ".xd-main"))
	}
	if _, doc = w.get(tech, check); !strings.Contains(text(doc, ".xd-ret__acts"), "补正") || doc.Find(`button[value=ask_supplement]`).Length() != 0 {
		w.T.Errorf("asked twice: %s", text(doc, ".xd-ret__acts"))
	}
	if _, doc = w.get(tech, "/desk/check/"+c.Code); doc.Find("input[type=checkbox]").Length() != 1 {
		w.T.Errorf("clean: %s", text(doc, ".xd-chaselist"))
	}
	if code, _ = w.post(tech, "/desk/check/"+c.Code, url.Values{}); code != 422 {
		w.T.Errorf("none ticked: %d", code)
	}
	w.post(tech, "/desk/check/"+c.Code, url.Values{"id": {a.ID}})
	if x, err := w.Application(w.As(tech), a.ID); err != nil || x.State != "ready" {
		w.T.Errorf("accepted: %s, %v", x.State, err)
	}
	w.comments[a.ID] = map[string][]string{"1.1": {"大纲扎实。"}}
	if _, doc = w.get(staff, base(a)); !strings.Contains(doc.Text(), "大纲扎实。") {
		w.T.Error("the experts' comments are not shown")
	}
	if code, doc = w.get(accredittest.Office, base(a)+"/print"); code != 200 || !strings.Contains(text(doc, ".xd-appprint"), "SHA-256") {
		w.T.Errorf("print: %d", code)
	}
	w.withdrawn(a, staff)
}

func (w *world) withdrawn(a accredit.Application, staff account.Actor) {
	w.T.Helper()
	_, doc := w.get(staff, base(a)+"/move?move=withdraw")
	if doc.Find(".xd-note--act").Length() != 1 {
		w.T.Error("no warning that a withdrawal stands")
	}
	if code, _ := w.get(staff, base(a)+"/move?move=fly"); code != 404 {
		w.T.Errorf("unknown move: %d", code)
	}
	if _, doc = w.post(staff, base(a)+"/move", url.Values{"move": {"withdraw"}, "reason": {"项目停办"}}); !strings.Contains(text(doc, ".xd-ret__top"), "已撤回") {
		w.T.Errorf("withdrawn: %s", text(doc, ".xd-main"))
	}
}

// The list counts, filters, sorts and pages, each by an address of its own.
func TestList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.Opened(programme)
	for _, title := range []string{"甲项目", "乙项目", "丙项目"} {
		w.begun(c, accredittest.School, title)
	}
	staff := w.Staff(accredittest.School)
	_, doc := w.get(staff, "/desk/applications")
	if doc.Find(".xd-apps tbody tr").Length() != 3 || !strings.Contains(text(doc, ".xd-acount"), "填写中 3") {
		t.Errorf("desk: %s", text(doc, ".xd-main"))
	}
	_, doc = w.get(staff, "/desk/applications?which=all&q="+url.QueryEscape("乙项")+"&sort=-title")
	if doc.Find(".xd-apps tbody tr").Length() != 1 || doc.Find("th[aria-sort=descending]").Length() != 1 {
		t.Errorf("found: %s", text(doc, ".xd-apps"))
	}
	for target, want := range map[string]int{"?which=all&sort=colour": 422, "?call=none": 404, "?which=all&state=nowhere": 200} {
		if code, _ := w.get(staff, "/desk/applications"+target); code != want {
			t.Errorf("%s: %d, want %d", target, code, want)
		}
	}
}

func TestAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.Opened(programme)
	a := w.begun(c, accredittest.School, "甲项目")
	w.begun(c, accredittest.School, "乙项目")
	staff := w.Staff(accredittest.School)
	ask := func(who account.Actor, target string) (int, map[string]any) {
		rec := w.raw(who, httptest.NewRequest("GET", "/api/v1/applications"+target, nil))
		var m map[string]any
		if err := json.Unmarshal(rec.Body.Bytes(), &m); err != nil {
			t.Fatalf("%s: %v in %s", target, err, rec.Body)
		}
		return rec.Code, m
	}
	code, m := ask(staff, "?limit=1&call="+c.Code)
	next, _ := m["next"].(string)
	if list, _ := m["applications"].([]any); code != 200 || len(list) != 1 || next == "" {
		t.Fatalf("list: %d %v", code, m)
	}
	if _, m = ask(staff, "?limit=1&cursor="+next); len(m["applications"].([]any)) != 1 || m["next"] != nil {
		t.Errorf("next: %v", m)
	}
	if code, m = ask(staff, "/"+a.ID); code != 200 || len(m["evidence"].([]any)) == 0 || len(m["events"].([]any)) != 1 {
		t.Errorf("one: %d %v", code, m)
	}
	if _, m = ask(w.Staff(accredittest.School2), ""); len(m["applications"].([]any)) != 0 {
		t.Errorf("somebody else's: %v", m)
	}
	for target, want := range map[string]int{"?call=none": 404, "?area=1": 404, "?state=A": 422, "?cursor=x": 422, "/" + strings.Repeat("0", 36): 404} {
		if code, _ := ask(staff, target); code != want {
			t.Errorf("%s: %d, want %d", target, code, want)
		}
	}
	if code, _ := ask(account.Actor{}, ""); code != 401 {
		t.Errorf("nobody: %d", code)
	}
	rec := w.raw(staff, httptest.NewRequest("GET", "/api/v1/applications?format=csv", nil))
	if lines := strings.Split(strings.TrimSpace(rec.Body.String()), "\n"); len(lines) != 3 || !slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, "乙项目") }) {
		t.Errorf("csv: %v", lines)
	}
}
