package statistichttp_test

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"xuedu/internal/account"
	"xuedu/internal/statistic/statistichttp"
)

// good is a content that nothing stands against.
var good = map[string]string{"c:homes:old": "１20", "c:hours:old": "30.5", "c:way:old": "foot", "c:homes:new": "无", "c:hours:new": "不适用"}

// Filling in works as a plain form: typed, saved, said back, with its sums and
// its progress (issue 3 §4).
func TestFillInWithoutScript(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	base := "/desk/returns/" + w.of(w.send(), 4)
	code, doc := w.get(worker, base)
	if code != 200 || doc.Find("#grid .xd-in").Length() != 5 {
		t.Fatalf("page: %d, %d fields", code, doc.Find("#grid .xd-in").Length())
	}
	if doc.Find("[style], script:not([src]):not([type='application/json'])").Length() != 0 {
		t.Error("inline style or script")
	}
	if head := text(doc, ".xd-legal"); head != "表号示例visits制定机关北京市教育委员会（示例）批准机关示例市统计局批准文号示例〔2026〕1号有效期至2027年12月31日" {
		t.Errorf("legal head = %q", head)
	}
	doc.Find("#grid .xd-in").Each(func(i int, s fieldOf) {
		if s.AttrOr("aria-label", "") == "" {
			t.Errorf("field %d has no label", i)
		}
	})
	code, doc = w.post(worker, base, filled(doc, good), false)
	if code != 200 || !strings.Contains(text(doc, "#ret-saved"), "已保存 5 格") {
		t.Fatalf("save: %d, %s", code, text(doc, "#ret-saved"))
	}
	for name, want := range map[string]string{"c:homes:old": "120", "c:hours:old": "30.5", "c:homes:new": "无", "c:hours:new": "不适用"} {
		if got := value(doc, fmt.Sprintf("[name=%q]", name)); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if got := doc.Find(`[name="c:way:old"] option[selected]`).AttrOr("value", ""); got != "foot" {
		t.Errorf("choice = %q", got)
	}
	if got := text(doc, "#c-2-0"); got != "120" {
		t.Errorf("total = %q", got)
	}
	if got := text(doc, "#ret-count"); !strings.HasPrefix(got, "7 / 7") {
		t.Errorf("progress = %q", got)
	}
}

// What cannot be taken comes back as it was typed, with the reason at its
// cell and a summary that leads there; nothing of the form was written.
func TestBadEntriesComeBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	base := "/desk/returns/" + w.of(w.send(), 4)
	_, doc := w.get(worker, base)
	typed := map[string]string{"c:homes:old": "一百二", "c:homes:new": "7", "c:hours:old": "1.55"}
	code, doc := w.post(worker, base, filled(doc, typed), false)
	if code != 422 || doc.Find(".govuk-error-summary__list a").Length() != 2 {
		t.Fatalf("bad entries: %d, %s", code, text(doc, ".govuk-error-summary"))
	}
	doc.Find(".govuk-error-summary__list a").Each(func(_ int, s fieldOf) {
		if doc.Find(s.AttrOr("href", "")).Length() != 1 {
			t.Errorf("the summary leads nowhere: %s", s.AttrOr("href", ""))
		}
	})
	for name, want := range typed {
		if got := value(doc, fmt.Sprintf("[name=%q]", name)); got != want {
			t.Errorf("%s came back as %q, want %q", name, got, want)
		}
	}
	field := doc.Find(`[name="c:homes:old"]`)
	says := strings.Fields(field.AttrOr("aria-describedby", ""))
	if field.AttrOr("aria-invalid", "") != "true" || len(says) == 0 || !strings.Contains(text(doc, "#"+says[0]), "没有保存") {
		t.Errorf("the cell does not say what is wrong: %v %q", says, text(doc, "#says-0"))
	}
	if _, doc = w.get(worker, base); value(doc, `[name="c:homes:new"]`) != "" {
		t.Error("half of a refused form was written")
	}
	// the form that came back can be mended and sent
	code, doc = w.post(worker, base, url.Values{"v": {value(doc, "#ret-v")}, "was": {"{}"}, "c:homes:old": {"120"}}, false)
	if code != 200 || value(doc, `[name="c:homes:old"]`) != "120" {
		t.Errorf("mended: %d %q", code, value(doc, `[name="c:homes:old"]`))
	}
}

// Two people in one return: other cells do not disturb each other; in the
// same cell the second is told what the first wrote, and decides.
func TestConflict(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	base := "/desk/returns/" + w.of(w.send(), 4)
	_, first := w.get(worker, base)
	helper := account.Actor{ID: "w4b", Name: "名w4b", Grants: worker.Grants}
	_, second := w.get(helper, base)
	if code, _ := w.post(worker, base, filled(first, map[string]string{"c:homes:old": "1"}), false); code != 200 {
		t.Fatalf("first: %d", code)
	}
	if code, doc := w.post(helper, base, filled(second, map[string]string{"c:homes:new": "2"}), false); code != 200 || value(doc, `[name="c:homes:old"]`) != "1" {
		t.Fatalf("another cell: %d, the first one's is %q", code, value(doc, `[name="c:homes:old"]`))
	}
	code, doc := w.post(helper, base, filled(second, map[string]string{"c:homes:old": "9"}), false)
	if code != 409 || value(doc, `[name="c:homes:old"]`) != "9" || !strings.Contains(text(doc, "#says-0"), "“1”") || !strings.Contains(text(doc, "#says-0"), "名w4") {
		t.Fatalf("same cell: %d, %s", code, text(doc, "#says-0"))
	}
	if code, doc = w.post(helper, base, filled(doc, nil), false); code != 200 || value(doc, `[name="c:homes:old"]`) != "9" {
		t.Errorf("saved again: %d, %q", code, value(doc, `[name="c:homes:old"]`))
	}
}

// The script sends the cells that changed, and gets the live parts alone.
func TestAutosave(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	base := "/desk/returns/" + w.of(w.send(), 4)
	_, doc := w.get(worker, base)
	cell := url.Values{"v": {value(doc, "#ret-v")}, "was": {`{"c:homes:old":""}`}, "c:homes:old": {"501"}}
	code, doc := w.post(worker, base, cell, true)
	if code != 200 || doc.Find("main").Length() != 0 || doc.Find("#grid").Length() != 1 || doc.Find("#ret-saved").Length() != 1 || doc.Find("#ret-acts").Length() != 1 {
		t.Fatalf("autosave: %d, %s", code, text(doc, "body"))
	}
	if !strings.Contains(text(doc, "#says-0"), "户数不会超过 500") || doc.Find(".xd-gc--hard").Length() != 1 || !strings.Contains(text(doc, "#ret-count"), "1 处要改") {
		t.Errorf("the hard finding is not said: %s / %s", text(doc, "#says-0"), text(doc, "#ret-count"))
	}
	cell.Set("c:homes:old", "many")
	if code, doc = w.post(worker, base, cell, true); code != 422 || doc.Find("#grid .xd-gc--error").Length() != 1 {
		t.Errorf("bad cell: %d", code)
	}
}

// Who may not, is told so: another unit, another post, nobody, a state in
// which nothing is entered.
func TestWhoMay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.send()
	id := w.of(c, 4)
	base := "/desk/returns/" + id
	_, doc := w.get(worker, base)
	form := filled(doc, map[string]string{"c:homes:old": "1"})
	for _, tt := range []struct {
		name string
		who  account.Actor
		path string
		form url.Values
		want int
	}{
		{"foreign unit reads", stranger, base, nil, 403},
		{"foreign unit reads paper", stranger, base + "/print", nil, 403},
		{"foreign unit reads a cell", stranger, base + "/cell?row=old&field=homes", nil, 403},
		{"foreign unit writes", stranger, base, form, 403},
		{"foreign unit notes", stranger, base + "/note", url.Values{"text": {"x"}}, 403},
		{"foreign unit moves", stranger, base + "/move", url.Values{"move": {"check"}}, 403},
		{"sibling writes", worker5, base, form, 403},
		{"teacher reads", teacher, base, nil, 403},
		{"nobody reads", nobody, base, nil, 303},
		{"community sends back", worker, base + "/back", url.Values{"cell": {"homes:old"}}, 403},
		{"community sends forms", worker, "/desk/collections/new", nil, 403},
		{"district sends forms", district, "/desk/collections/new", nil, 403},
		{"foreign area's matrix", stranger, "/desk/collections/" + c.ID + "?area=110108001000", nil, 403},
		{"unknown return", worker, "/desk/returns/none", nil, 404},
		{"unknown cell", worker, base + "/cell?row=old&field=none", nil, 404},
		{"unknown collection", city, "/desk/collections/none", nil, 404},
		{"garbled form", worker, base, url.Values{"v": {"x"}}, 422},
		{"locked total", worker, base, url.Values{"v": {"99"}, "was": {"{}"}, "c:homes:total": {"5"}}, 422},
	} {
		var code int
		if tt.form == nil {
			code, _ = w.get(tt.who, tt.path)
		} else {
			code, _ = w.post(tt.who, tt.path, tt.form, false)
		}
		if code != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, code, tt.want)
		}
	}
}

// A quarter through the browser's plain forms: entered, checked, signed, sent
// up, sent back by cell, mended, accepted (issue 3 §6).
func TestLifeWithoutScript(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.send()
	base := "/desk/returns/" + w.of(c, 4)
	_, doc := w.get(worker, base)
	form := filled(doc, good)
	form.Set("move", "check") // the button of the move sends what was typed along
	if code, doc := w.post(worker, base+"/move", form, false); code != 200 || !strings.Contains(text(doc, ".xd-ret__top"), "已核对") {
		t.Fatalf("check: %d %s %s", code, text(doc, ".xd-ret__top"), text(doc, ".govuk-error-summary"))
	}
	w.signAndSubmit(base)
	_, doc = w.get(street, "/desk/returns")
	if got := text(doc, "#rows"); !strings.Contains(got, "走访情况") || !strings.Contains(got, "去审") {
		t.Fatalf("the street's desk: %s", got)
	}
	_, doc = w.get(street, base)
	if n := doc.Find(`#grid input[name="cell"]`).Length(); n != 5 {
		t.Fatalf("%d cells can be ticked, want 5 (no sums)", n)
	}
	_, doc = w.get(street, base+"/back?cell=homes:old&cell=way:old")
	if doc.Find(`input[name="why:homes:old"]`).Length() != 1 {
		t.Fatalf("no field for the reason: %s", text(doc, "main"))
	}
	if code, doc := w.post(street, base+"/back", url.Values{"cell": {"homes:old", "way:old"}, "why:homes:old": {"太多"}}, false); code != 422 || value(doc, `input[name="why:homes:old"]`) != "太多" {
		t.Errorf("without a reason: %d", code)
	}
	code, doc := w.post(street, base+"/back", url.Values{"cell": {"homes:old", "way:old"}, "why:homes:old": {"与台账不符"}, "all": {"请核对"}}, false)
	if code != 200 || !strings.Contains(text(doc, ".xd-ret__top"), "已退回") {
		t.Fatalf("sent back: %d %s", code, text(doc, "main"))
	}
	_, doc = w.get(worker, base)
	if doc.Find("#grid .xd-in").Length() != 2 || !strings.Contains(text(doc, "#says-0"), "与台账不符") || doc.Find(".xd-gc--back").Length() != 2 {
		t.Fatalf("returned by cell: %d fields, %s", doc.Find("#grid .xd-in").Length(), text(doc, "#says-0"))
	}
	form = filled(doc, map[string]string{"c:homes:old": "110", "c:way:old": "call"})
	form.Set("move", "recheck")
	if code, doc = w.post(worker, base+"/move", form, false); code != 200 || !strings.Contains(text(doc, ".xd-ret__top"), "已核对") {
		t.Fatalf("mended: %d %s %s", code, text(doc, ".xd-ret__top"), text(doc, ".xd-ret__acts"))
	}
	w.signAndSubmit(base)
	if code, doc = w.post(street, base+"/move", url.Values{"move": {"accept"}}, false); code != 200 || !strings.Contains(text(doc, ".xd-ret__top"), "已通过") {
		t.Fatalf("accepted: %d %s", code, text(doc, "main"))
	}
	if got := text(doc, ".xd-line"); !strings.Contains(got, "名w4") || !strings.Contains(got, "名s3") {
		t.Errorf("the history does not name who did it: %s", got)
	}
	w.correctOne(t, base)
}

func (w *world) signAndSubmit(base string) {
	w.t.Helper()
	for _, part := range []string{"preparer", "head"} {
		if code, doc := w.post(worker, base+"/sign", url.Values{"part": {part}}, false); code != 200 || doc.Find(".govuk-error-summary").Length() != 0 {
			w.t.Fatalf("sign %s: %d %s", part, code, text(doc, ".govuk-error-summary"))
		}
	}
	if code, doc := w.post(worker, base+"/move", url.Values{"move": {"submit"}}, false); code != 200 || !strings.Contains(text(doc, ".xd-ret__top"), "审核中") {
		w.t.Fatalf("submit: %d %s", code, text(doc, "main"))
	}
}

// correctOne opens a cell of an accepted return and shows by how much it moved.
func (w *world) correctOne(t *testing.T, base string) {
	t.Helper()
	if code, _ := w.post(street, base+"/back", url.Values{"cell": {"homes:old"}, "all": {"漏报"}}, false); code != 422 {
		t.Errorf("opened without saying who asked: %d", code)
	}
	code, doc := w.post(street, base+"/back", url.Values{"cell": {"homes:old"}, "all": {"漏报 11 户"}, "asked_by": {"二里庄社区"}, "until": {"2026-11-30"}}, false)
	if code != 200 {
		t.Fatalf("open for correction: %d %s", code, text(doc, "main"))
	}
	_, doc = w.get(worker, base)
	if doc.Find("#grid .xd-in").Length() != 1 {
		t.Fatalf("%d cells are open", doc.Find("#grid .xd-in").Length())
	}
	w.post(worker, base, filled(doc, map[string]string{"c:homes:old": "121"}), false)
	_, doc = w.get(worker, base+"?view=diff")
	if got := text(doc, "table"); !strings.Contains(got, "老人，户数110121+10.0%") {
		t.Errorf("difference since approval: %s", got)
	}
	_, doc = w.get(worker, base+"/cell?row=old&field=homes")
	if got := text(doc, "main"); !strings.Contains(got, "110 → 121") || !strings.Contains(got, "漏报 11 户") {
		t.Errorf("the page of the cell does not tell its history: %s", got)
	}
}

// A soft finding is explained beside its cell; then nothing stands in the way.
func TestExplain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	base := "/desk/returns/" + w.of(w.send(), 4)
	_, doc := w.get(worker, base)
	typed := map[string]string{}
	for k, v := range good {
		typed[k] = v
	}
	typed["c:homes:new"], typed["c:hours:new"] = "101", "12"
	_, doc = w.post(worker, base, filled(doc, typed), false)
	field := doc.Find(`[name^="x:"]`)
	if field.Length() != 1 || !strings.Contains(text(doc, "#ret-count"), "1 处要说明") {
		t.Fatalf("%d fields for explanations; %s", field.Length(), text(doc, "#ret-count"))
	}
	code, doc := w.post(worker, base, filled(doc, map[string]string{field.AttrOr("name", ""): "新楼盘入住"}), false)
	if code != 200 || strings.Contains(text(doc, "#ret-count"), "要说明") || doc.Find(".xd-say--told").Length() != 1 {
		t.Errorf("explained: %d %s", code, text(doc, "#ret-count"))
	}
}

// One cell has a page: state by choice, notes, where it comes from.
func TestCellPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	base := "/desk/returns/" + w.of(w.send(), 4)
	cell := base + "/cell?row=old&field=homes"
	_, doc := w.get(worker, cell)
	v := value(doc, `[name="v"]`)
	set := func(state, val string) url.Values {
		return url.Values{"v": {v}, "row": {"old"}, "field": {"homes"}, "state": {state}, "value": {val}}
	}
	if code, doc := w.post(worker, base+"/cell", set("value", ""), false); code != 422 || doc.Find(".govuk-error-summary").Length() != 1 {
		t.Errorf("no value: %d", code)
	}
	if code, doc := w.post(worker, base+"/cell", set("value", "abc"), false); code != 422 || value(doc, "#f-value") != "abc" {
		t.Errorf("bad value: %d %q", code, value(doc, "#f-value"))
	}
	if code, doc := w.post(worker, base+"/cell", set("nil", ""), false); code != 200 || !strings.Contains(text(doc, ".xd-cellvalue"), "零报") {
		t.Errorf("nil: %d %s", code, text(doc, ".xd-cellvalue"))
	}
	if code, doc := w.post(street, base+"/cell", url.Values{"row": {"old"}, "field": {"homes"}, "text": {"请再核对"}}, false); code != 200 || !strings.Contains(text(doc, ".xd-line"), "请再核对") {
		t.Errorf("comment: %d %s", code, text(doc, "main"))
	}
	if code, _ := w.post(worker, base+"/cell", url.Values{"row": {"old"}, "field": {"homes"}, "text": {" "}}, false); code != 422 {
		t.Errorf("empty comment: %d", code)
	}
	if _, doc := w.get(worker, base); !strings.Contains(text(doc, "#c-0-0-td"), "备注 1") {
		t.Errorf("the grid does not tell of the note: %s", text(doc, "#c-0-0-td"))
	}
	if _, doc := w.get(worker, base+"/print"); !strings.Contains(text(doc, ".xd-retprint"), "填报人") || doc.Find(".xd-in").Length() != 0 {
		t.Error("the paper has no line to sign, or fields")
	}
}

// Nothing is sent out without a legal head; with it, the page says to whom and
// at what cost, and the matrix shows it (P2.3).
func TestSendOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ask := "/desk/collections/new?form=visits&period=2026-Q3"
	code, doc := w.get(city, ask)
	if code != 200 || doc.Find(`form[method="post"][action="/desk/collections/new"]`).Length() != 0 || !strings.Contains(text(doc, ".xd-verdict"), "有权拒绝") {
		t.Fatalf("unregistered: %d %s", code, text(doc, "main"))
	}
	if code, _ := w.post(city, "/desk/collections/new", url.Values{"form": {"visits"}, "period": {"2026-Q3"}}, false); code != 403 && code != 422 {
		t.Errorf("sent without a head: %d", code)
	}
	w.register()
	if _, doc = w.get(city, ask); !strings.Contains(text(doc, "main"), "3 个单位") {
		t.Errorf("preview: %s", text(doc, "main"))
	}
	if _, doc = w.get(city, ask+"&area=110108002000"); !strings.Contains(text(doc, "main"), "1 个单位") || value(doc, `form[method="post"] [name="area"]`) != "110108002000" {
		t.Errorf("preview of a pilot: %s", text(doc, "main"))
	}
	if code, doc = w.post(city, "/desk/collections/new", url.Values{"form": {"visits"}, "period": {"2026-Q3"}, "area": {"9"}}, false); code != 422 || !strings.Contains(text(doc, ".govuk-error-summary"), "9") {
		t.Errorf("sent to nowhere: %d %s", code, text(doc, ".govuk-error-summary"))
	}
	code, doc = w.post(city, "/desk/collections/new", url.Values{"form": {"visits"}, "period": {"2026-Q3"}}, false)
	if code != 200 || !strings.Contains(text(doc, "main"), "海淀区") {
		t.Fatalf("sent: %d %s", code, text(doc, "main"))
	}
	if code, doc := w.post(city, "/desk/collections/new", url.Values{"form": {"visits"}, "period": {"2026-Q3"}}, false); code != 409 || doc.Find(".govuk-error-summary").Length() != 1 {
		t.Errorf("sent twice: %d", code)
	}
	if code, _ := w.post(city, "/desk/collections/new", url.Values{"form": {"visits"}, "period": {"2026"}}, false); code != 422 {
		t.Errorf("a year of a quarterly form: %d", code)
	}
}

// The matrix counts what the returns say, and leads down to each of them.
func TestMatrixAndChase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.send()
	page := "/desk/collections/" + c.ID
	if _, doc := w.get(city, "/desk/collections"); !strings.Contains(text(doc, "main"), "0 / 3") {
		t.Errorf("collections: %s", text(doc, "main"))
	}
	_, doc := w.get(city, page+"?area=110108000000")
	if got := text(doc, "tbody"); !strings.Contains(got, "学院路街道") || !strings.Contains(got, "0 / 2") {
		t.Errorf("district: %s", got)
	}
	_, doc = w.get(street, page)
	if doc.Find(`tbody a[href^="/desk/returns/"]`).Length() < 2 || strings.Contains(text(doc, "main"), "中关村") {
		t.Errorf("street: %s", text(doc, "tbody"))
	}
	w.now = w.now.AddDate(0, 0, 14)
	_, doc = w.get(street, page+"/chase")
	if doc.Find("tbody tr").Length() != 2 || doc.Find(`input[name="unit"]`).Length() != 2 {
		t.Fatalf("late: %s", text(doc, "main"))
	}
	if code, _ := w.post(street, page+"/chase", url.Values{}, false); code != 422 {
		t.Errorf("nobody ticked: %d", code)
	}
	code, doc := w.post(street, page+"/chase", url.Values{"unit": {"110108001001", "110108001002"}, "area": {"110108001000"}}, false)
	if code != 200 || !strings.Contains(text(doc, `[role="status"]`), "已提醒 2 个单位") {
		t.Errorf("remind: %d %s", code, text(doc, `[role="status"]`))
	}
	if _, doc = w.get(worker, "/desk/returns"); !strings.Contains(text(doc, ".xd-group--act"), "已逾期") {
		t.Errorf("the desk does not say that it is late: %s", text(doc, "#rows"))
	}
	if _, doc = w.get(district, "/desk/returns"); doc.Find(".xd-empty").Length() != 1 {
		t.Errorf("nothing waits for the district: %s", text(doc, "#rows"))
	}
}

// The first page of the desk lists what is owed.
func TestDuties(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.send()
	r := newRequest(w, worker)
	d, err := statistichttp.Duties(w.deps(), r, 1)
	if err != nil || d.All != 1 || len(d.List) != 1 || d.List[0].Of != 5 || d.Late != 0 {
		t.Fatalf("%+v, %v", d, err)
	}
	if d, err = statistichttp.Duties(w.deps(), newRequest(w, teacher), 1); err != nil || d.All != 0 {
		t.Errorf("a teacher owes %+v, %v", d, err)
	}
}

// What is published is there for everybody, as a page and as files, with the
// version and without the name of whoever pressed the button.
func TestPublished(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.send()
	if code, doc := w.get(nobody, "/statistics"); code != 200 || doc.Find(".xd-empty").Length() != 1 {
		t.Fatalf("nothing published: %d", code)
	}
	if code, _ := w.get(nobody, "/statistics/"+c.ID); code != 404 {
		t.Errorf("an open collection is public: %d", code)
	}
	page := "/desk/collections/" + c.ID + "/publish"
	if _, doc := w.get(city, page); !strings.Contains(text(doc, "main"), "定稿") || doc.Find("main form").Length() != 0 {
		t.Errorf("an unfinished collection can be finished: %s", text(doc, "main"))
	}
	if code, doc := w.post(city, page, url.Values{"move": {"finish"}}, false); code != 409 || doc.Find(".govuk-error-summary").Length() != 1 {
		t.Errorf("finished too early: %d", code)
	}
	if code, _ := w.post(street, page, url.Values{"move": {"finish"}}, false); code != 403 {
		t.Errorf("a street publishes: %d", code)
	}
}

// A release shows the city, each district, and the districts side by side; its
// files hold every area with its code, and the six states stay apart (P2.3).
func TestReleaseByDistrict(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.send()
	var id string
	if err := w.db.Read.QueryRow("SELECT id FROM collection WHERE base_id <> ''").Scan(&id); err != nil {
		t.Fatal(err)
	}
	cell := func(row, state, value string) string {
		return `{"row":"` + row + `","field":"homes","state":"` + state + `","value":"` + value + `"}`
	}
	city := cell("old", "value", "7") + "," + cell("new", "nil", "") + "," + cell("total", "value", "7")
	snap := `{"area":"110000000000","expected":3,"reported":2,"cells":[` + city + `],"areas":[
		{"area":"110108000000","expected":3,"reported":2,"cells":[` + cell("old", "not_applicable", "") + "," + cell("new", "withheld", "") + `]}]}`
	for _, q := range []string{"UPDATE collection SET version = 1 WHERE id = $1",
		"INSERT INTO collection_release (collection_id, version, reason, actor, published_at, cells) VALUES ($1, 1, '', 'c1', '2026-11-24T04:00:00Z', $2)"} {
		if _, err := w.db.Write.Exec(q, []any{id, snap}[:strings.Count(q, "$")]...); err != nil {
			t.Fatal(err)
		}
	}
	_, doc := w.get(nobody, "/statistics/"+id)
	if doc.Find("#area option").Length() != 2 || doc.Find("#districts tbody tr").Length() != 2 || !strings.Contains(text(doc, "#districts tbody"), "海淀区") {
		t.Fatalf("districts: %s", text(doc, "main"))
	}
	_, doc = w.get(nobody, "/statistics/"+id+"?area=110108000000&row=old")
	if text(doc, "main h2:first-of-type") == "" || !strings.Contains(text(doc, "main"), "海淀区") || doc.Find(`#area option[selected]`).AttrOr("value", "") != "110108000000" {
		t.Errorf("one district: %s", text(doc, "main"))
	}
	if code, _ := w.get(nobody, "/statistics/"+id+"?area=999"); code != 404 {
		t.Errorf("an area of which nothing is published: %d", code)
	}
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, httptest.NewRequest("GET", "/statistics/"+id+"/data.csv", nil))
	for _, line := range []string{"110000000000,北京市,old,老人,homes,户数,,7,value", "110000000000,北京市,new,新市民,homes,户数,,,nil",
		"110108000000,海淀区,old,老人,homes,户数,,,not_applicable", "110108000000,海淀区,new,新市民,homes,户数,,,withheld", "110108000000,海淀区,total,合计,homes,户数,,,not_reported"} {
		if !strings.Contains(rec.Body.String(), line) {
			t.Errorf("no line %q in\n%s", line, rec.Body)
		}
	}
	rec = httptest.NewRecorder()
	w.h.ServeHTTP(rec, httptest.NewRequest("GET", "/statistics/"+id+"/data.xlsx", nil))
	if rec.Code != 200 || rec.Body.Len() < 1000 {
		t.Errorf("workbook: %d, %d bytes", rec.Code, rec.Body.Len())
	}
}
