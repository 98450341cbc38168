package orghttp_test

import (
	"net/url"
	"strings"
	"testing"

	"xuedu/internal/account"
)

// P2.1: the profile of an institution on its form, its pages, in its history
// and in the file; what is not known is said to be so, and is not zero.
func TestProfile(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.as(t, account.RoleDistrict, "QH-1")
	form := url.Values{"name": {"临江学习坊"}, "type": {"learning-house"}, "area": {"QH-1-2"}, "code": {"h1"},
		"space": {"１２０．５"}, "shared": {"200"}, "rooms": {"0"}, "lift": {"ground"}, "host": {"<b>临江</b>街道"}}
	w, doc := s.post(t, "/desk/orgs", form)
	if w.Code != 422 || doc.Find(".govuk-error-summary a").AttrOr("href", "") != "#f-shared" || doc.Find("#f-shared-error").Length() != 1 ||
		doc.Find("#f-lift option[selected]").AttrOr("value", "") != "ground" || doc.Find("#f-ramp option[selected]").AttrOr("value", "x") != "" {
		t.Fatalf("more shared than there is: status %d\n%s", w.Code, w.Body)
	}
	form.Set("shared", "20")
	if w, _ = s.post(t, "/desk/orgs", form); w.Code != 303 {
		t.Fatalf("create: status %d\n%s", w.Code, w.Body)
	}
	w, doc = s.get(t, "/desk/orgs/h1")
	text := doc.Find("section[aria-labelledby=profile]").Text()
	for _, want := range []string{"<b>临江</b>街道", "120.5 m²", "all on the ground floor", "not registered"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q: %s", want, text)
		}
	}
	if w.Code != 200 || strings.Contains(w.Body.String(), "<b>临江") {
		t.Errorf("status %d, or markup of a host stands in the page", w.Code)
	}
	_, doc = s.get(t, "/orgs/h1")
	if text := doc.Find("section[aria-labelledby=profile]").Text(); strings.Contains(text, "not registered") || !strings.Contains(text, "120.5 m²") {
		t.Errorf("the public page says %s", text)
	}
	form.Set("rooms", "")
	if w, _ = s.post(t, "/desk/orgs/h1", form); w.Code != 303 {
		t.Fatalf("edit: status %d\n%s", w.Code, w.Body)
	}
	_, doc = s.get(t, "/desk/orgs/h1")
	if text := doc.Find("#history").Closest("section").Text(); !strings.Contains(text, "Classrooms: 0 →") {
		t.Errorf("history: %s", text)
	}
	w, _ = s.get(t, "/desk/orgs/export")
	if body := w.Body.String(); !strings.Contains(body, ",host,space,shared,rooms,ramp,lift,toilet,") || !strings.Contains(body, "街道,120.5,20,,,ground,,") {
		t.Errorf("export:\n%s", body)
	}
}
