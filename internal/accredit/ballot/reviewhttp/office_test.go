package reviewhttp_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

// TestOfficePage: the office sees progress and closes discussions; experts do
// not get there.
func TestOfficePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Submitted("D", "A", "A", "A", "A")
	at := "/desk/calls/call/ballots"
	if w := s.do(httptest.NewRequest(http.MethodGet, at, nil)); w.Code != http.StatusForbidden {
		t.Errorf("an expert: %d", w.Code)
	}
	s.seat = 0 // the technical body
	wants(t, s.get(at), "分差 70.00", "结束讨论", "12 / 12")
	talks, err := s.Service.Discussions(s.Office(), "call")
	if err != nil || len(talks) != 1 {
		t.Fatal(talks, err)
	}
	form := url.Values{"act": {"close"}, "of": {talks[0].ID}}
	wants(t, s.post(at, form).Body.String(), "请写明理由")
	form.Set("why", "各席说明了依据")
	if w := s.post(at, form); w.Code != http.StatusSeeOther {
		t.Errorf("close: %d", w.Code)
	}
	wants(t, s.get(at), "各席说明了依据")
}
