package planhttp

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"xuedu/internal/account"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/i18n"
	"xuedu/internal/plan/plantest"
)

const code = "demonstration-districts"

var officer = account.Actor{ID: "a1", Name: "市教委", Grants: []account.Grant{{Role: account.RoleCity}}}

// newCity is a city with its targets, and its pages for an officer.
func newCity(t *testing.T) (*plantest.City, http.Handler) {
	t.Helper()
	c := plantest.New(t, dbtest.SQLite(t), "beijing-2021", noon)
	c.Adopt(t)
	c.Meter.Set("award.demonstration_district", noon.Year(), c.Root, 3, 1)
	c.Meter.Set("award.demonstration_district", 2025, c.Root, 2, 1)
	return c, serve(t, c.Service, officer)
}

func post(t *testing.T, h http.Handler, path string, form url.Values, head ...string) (*httptest.ResponseRecorder, *goquery.Document) {
	t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Language", "en")
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	return w, doc
}

// fields reads a form as a browser would send it.
func fields(doc *goquery.Document, action string) url.Values {
	v := url.Values{}
	f := doc.Find(`form[action="` + action + `"]`)
	f.Find("input, textarea").Each(func(_ int, s *goquery.Selection) {
		kind, _ := s.Attr("type")
		_, on := s.Attr("checked")
		if name, ok := s.Attr("name"); ok && (kind != "checkbox" || on) {
			value, has := s.Attr("value")
			if !has {
				value = s.Text()
			}
			v.Add(name, value)
		}
	})
	f.Find("select").Each(func(_ int, s *goquery.Selection) {
		name, _ := s.Attr("name")
		o := s.Find("option[selected]")
		if o.Length() == 0 {
			o = s.Find("option").First()
		}
		value, _ := o.Attr("value")
		v.Set(name, value)
	})
	return v
}

// A form that was opened and sent, path and split, stands on the public page;
// a split that is off comes back with what was typed and by how much.
func TestSetAndShareOut(t *testing.T) { // P1.3
	t.Parallel()
	c, h := newCity(t)
	at := "/desk/targets/" + code
	_, doc := get(t, h, at+"/edit", "en")
	v := fields(doc, at)
	if v.Get("path-2025") != "12" || v.Get("set_by") == "" || v.Get("version") != "1" {
		t.Fatalf("form = %v", v)
	}
	v.Set("path-2024", "8")
	if w, doc := post(t, h, at, v); w.Code != 422 || doc.Find(".govuk-error-summary").Length() != 1 || fields(doc, at).Get("path-2024") != "8" {
		t.Errorf("without a reason: %d", w.Code)
	}
	v.Set("reason", plantest.Reason)
	if w, _ := post(t, h, at, v); w.Code != 303 || w.Header().Get("Location") != at+"?done=set" {
		t.Fatalf("status %d", w.Code)
	}
	_, doc = get(t, h, at+"/split", "en")
	v = fields(doc, at+"/split")
	v.Set("v-D1-2024", "5")
	v.Set("v-D2-2024", "4")
	w, part := post(t, h, at+"/split", v, "HX-Request", "true", "HX-Request-Type", "partial")
	if w.Code != 200 || part.Find("h1").Length() != 0 || !strings.Contains(part.Find("#sums").Text(), "1 too much") {
		t.Errorf("live sum: %d %q", w.Code, part.Text())
	}
	v.Set("reason", plantest.Reason)
	if w, doc := post(t, h, at+"/split", v); w.Code != 422 || !strings.Contains(doc.Find(".govuk-error-summary").Text(), "In 2024 the areas make 9, 1 more than the whole, 8") ||
		fields(doc, at+"/split").Get("v-D2-2024") != "4" {
		t.Errorf("a split that is off: %d", w.Code)
	}
	v.Set("v-D2-2024", "3")
	if w, _ := post(t, h, at+"/split", v); w.Code != 303 {
		t.Errorf("a split that holds: %d", w.Code)
	}
	if _, doc = get(t, h, "/plan/targets/"+code, "en"); doc.Find("section[aria-labelledby=split-h] tbody tr").Length() != 2 || doc.Find("section[aria-labelledby=versions-h] tbody tr").Length() != 3 {
		t.Error("the public page does not show split and history")
	}
	if w, _ := post(t, h, at+"/split", v); w.Code != 409 {
		t.Errorf("a page from before: %d, want 409", w.Code)
	}
	if all, _ := c.History(t.Context(), code); len(all) != 3 || all[0].Author != "a1" {
		t.Errorf("%d versions", len(all))
	}
}

func TestOverrideIsShown(t *testing.T) {
	t.Parallel()
	_, h := newCity(t)
	at := "/desk/targets/" + code
	if w, doc := post(t, h, at+"/override", url.Values{"value": {"many"}, "reason": {"名录有误"}}); w.Code != 422 || doc.Find("#f-override-value-error").Length() != 1 || doc.Find("#f-override-reason").Text() != "名录有误" {
		t.Errorf("no number: %d", w.Code)
	}
	if w, _ := post(t, h, at+"/override", url.Values{"value": {"5"}, "reason": {"名录有误"}}); w.Code != 303 {
		t.Fatalf("override: %d", w.Code)
	}
	for _, lang := range i18n.Langs {
		_, doc := get(t, h, "/plan/targets/"+code, lang)
		text := doc.Find("main").Text()
		if !strings.Contains(text, "名录有误") || doc.Find(".xd-goal__value data").First().Text() != "3" {
			t.Errorf("%s: the page hides reason or count", lang)
		}
		if noText.MatchString(text) {
			t.Errorf("%s: a text is missing: %s", lang, noText.FindString(text))
		}
		_, doc = get(t, h, "/plan", lang)
		if !strings.Contains(doc.Find("#"+code).Text(), map[string]string{"zh-CN": "人工核定 5", "en": "Set by hand: 5"}[lang]) {
			t.Errorf("%s: the plan page hides the override: %s", lang, doc.Find("#"+code).Text())
		}
	}
	if w, _ := post(t, h, at+"/count", url.Values{"reason": {"名录已更正"}}); w.Code != 303 {
		t.Errorf("end: %d", w.Code)
	}
	if _, doc := get(t, h, "/plan/targets/"+code, "en"); strings.Contains(doc.Find("main").Text(), "Set by hand") {
		t.Error("the override is still shown")
	}
}

func TestNewAndDrop(t *testing.T) {
	t.Parallel()
	_, h := newCity(t)
	_, doc := get(t, h, "/desk/targets/new?clause=P2.7", "en")
	v := fields(doc, "/desk/targets")
	if v.Get("clause") != "P2.7" {
		t.Errorf("clause %s", v.Get("clause"))
	}
	for name, value := range map[string]string{"code": "rate", "name": "参与率", "unit": "%", "measure": "D01", "path-2025": "16.5", "reason": "市府〔2024〕1号"} {
		v.Set(name, value)
	}
	v.Add("supporting", "bj-finance")
	w, doc := post(t, h, "/desk/targets", v)
	if w.Code != 303 {
		t.Fatalf("create: %d %s", w.Code, doc.Find(".govuk-error-summary").Text())
	}
	if _, doc = get(t, h, "/plan/bodies/bj-finance", "en"); doc.Find("#rate").Length() != 1 {
		t.Error("the supporting body does not show the target")
	}
	if w, _ := post(t, h, "/desk/targets/rate/drop", url.Values{"version": {"1"}, "reason": {""}}); w.Code != 422 {
		t.Errorf("drop without a reason: %d", w.Code)
	}
	if w, _ := post(t, h, "/desk/targets/rate/drop", url.Values{"version": {"1"}, "reason": {"计划有变"}}); w.Code != 303 {
		t.Errorf("drop: %d", w.Code)
	}
	if status, doc := get(t, h, "/plan/targets/rate", "en"); status != 200 || !strings.Contains(doc.Find("main").Text(), "dropped") {
		t.Errorf("a dropped target: %d", status)
	}
	if status, _ := get(t, h, "/desk/targets/rate/edit", "en"); status != 404 {
		t.Errorf("edit a dropped target: %d", status)
	}
}

// The list of targets says what is counted under two tasks.
func TestDeskShowsWhatIsCountedTwice(t *testing.T) {
	t.Parallel()
	c, h := newCity(t)
	c.Award(t, 1, "district-project", "书香 园", 2, "awarded", "2022-05-01", "")
	c.Award(t, 2, "community-project", "书香园", 2, "awarded", "2023-05-01", "")
	for _, lang := range i18n.Langs {
		status, doc := get(t, h, "/desk/targets", lang)
		if status != 200 || doc.Find("section[aria-labelledby=twice-h] tbody tr").Length() != 1 || doc.Find("section[aria-labelledby=all-h] tbody tr").Length() != 4 {
			t.Errorf("%s: status %d", lang, status)
		}
		for _, path := range []string{"/desk/targets", "/desk/targets/new", "/desk/targets/" + code, "/desk/targets/" + code + "/edit", "/desk/targets/" + code + "/split"} {
			_, doc := get(t, h, path, lang)
			if text := doc.Find("main").Text(); noText.MatchString(text) {
				t.Errorf("%s %s: a text is missing: %s", lang, path, noText.FindString(text))
			}
			uniqueIDs(t, doc)
		}
	}
}

// Everybody reads; only who may set targets comes to the desk.
func TestWhoMaySet(t *testing.T) {
	t.Parallel()
	c, _ := newCity(t)
	for name, tt := range map[string]struct {
		who  account.Actor
		want int
	}{
		"public": {account.Actor{}, 303}, "officer": {officer, 200},
		"district": {account.Actor{ID: "b", Grants: []account.Grant{{Role: account.RoleDistrict, AreaID: 2}}}, 403},
	} {
		h := serve(t, c.Service, tt.who)
		if status, _ := get(t, h, "/desk/targets", "en"); status != tt.want {
			t.Errorf("%s: desk %d, want %d", name, status, tt.want)
		}
		status, doc := get(t, h, "/plan/targets/"+code, "en")
		if status != 200 || (doc.Find(`a[href="/desk/targets/`+code+`"]`).Length() == 1) != (tt.want == 200) {
			t.Errorf("%s: public page %d", name, status)
		}
		if tt.want != 200 {
			if w, _ := post(t, h, "/desk/targets/"+code+"/override", url.Values{"value": {"5"}, "reason": {"x"}}); w.Code < 400 {
				t.Errorf("%s: override %d", name, w.Code)
			}
		}
	}
	if status, _ := get(t, serve(t, c.Service, officer), "/plan/targets/nobody", "en"); status != 404 {
		t.Errorf("nobody: %d", status)
	}
}
