package visithttp

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/visit"
	"xuedu/internal/accredit/visit/visittest"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/web"
)

// site is the pages over a world.
type site struct {
	*visittest.World
	t   *testing.T
	mux http.Handler
}

func newSite(t *testing.T) site {
	w := visittest.New(dbtest.SQLite(t))
	pages := &Pages{Visits: w.S,
		Calls: func(ctx context.Context) ([]accredit.Call, error) {
			c, err := w.Call(ctx, "call1")
			return []accredit.Call{c}, err
		},
		Names: func(_ context.Context, ids []string) (map[string]string, error) {
			m := map[string]string{}
			for _, id := range ids {
				m[id] = "姓名" + id
			}
			return m, nil
		}}
	c := web.Config{Log: slog.New(slog.DiscardHandler), Can: func(ctx context.Context, p web.Perm) bool { return account.From(ctx).Can(string(p)) },
		SignedIn: func(ctx context.Context) bool { return account.From(ctx).SignedIn() },
		ErrorPage: func(w http.ResponseWriter, _ *http.Request, status int, e *errs.Error) {
			http.Error(w, e.Key, status)
		}}
	return site{w, t, web.Mux(c, pages.Routes()...)}
}

func (s site) do(ctx context.Context, method, path string, form url.Values, header ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, accept := range header {
		r.Header.Set("Accept", accept)
	}
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	return w
}

func (s site) want(status int, w *httptest.ResponseRecorder, parts ...string) {
	s.t.Helper()
	if w.Code != status {
		s.t.Fatalf("status %d, want %d: %.600s", w.Code, status, w.Body)
	}
	for _, p := range parts {
		if !strings.Contains(w.Body.String(), p) {
			s.t.Errorf("no %q in %.3000s", p, w.Body)
		}
	}
}

// P1.7: the whole way through the pages, without JavaScript.
func TestPages(t *testing.T) {
	s := newSite(t)
	office, applicant, expert := visittest.Officer(), visittest.District(), visittest.Member(1)
	s.want(200, s.do(office, "GET", "/desk/visits", nil), "JY-01", "/desk/visits/new?application=app1")
	s.want(404, s.do(office, "GET", "/desk/visits?call=none", nil))
	s.want(200, s.do(office, "GET", "/desk/visits/new?application=app1", nil), "专家1", `min="2025-03-10"`)
	plan := url.Values{"application": {"app1"}, "day": {"2025-03-04"}, "expert": {"e1", "e2"}, "rule": {"3月5日收盘指数"}}
	s.want(422, s.do(office, "POST", "/desk/visits", plan), "visit.too_soon", `value="2025-03-04"`)
	plan.Set("day", "2025-03-10")
	w := s.do(office, "POST", "/desk/visits", plan)
	s.want(303, w)
	at := w.Header().Get("Location")
	id := strings.TrimPrefix(at, "/desk/visits/")

	s.want(200, s.do(applicant, "GET", "/desk/visited/app1", nil), "学校3", "/desk/visited/app1/"+id)
	s.want(422, s.do(applicant, "POST", "/desk/visited/app1/"+id, url.Values{"site": {"S1"}}), "visit.name_sites")
	s.want(303, s.do(applicant, "POST", "/desk/visited/app1/"+id, url.Values{"site": {"S1", "S2"}}))
	s.want(303, s.do(office, "POST", at, url.Values{"act": {"draw"}, "value": {"3248.71"}}))
	s.want(404, s.do(expert, "GET", "/review/visits/"+id, nil))
	if strings.Contains(s.do(expert, "GET", "/review/visits", nil).Body.String(), id) {
		t.Error("a visit that is only planned is linked to")
	}
	s.want(303, s.do(office, "POST", at, url.Values{"act": {"announce"}, "note": {"请备会议室"}}))
	s.want(200, s.do(office, "GET", at, nil), "姓名acc-e1", "/draws/")
	s.want(200, s.do(applicant, "GET", "/desk/visited/app1", nil), "请备会议室")

	s.want(200, s.do(expert, "GET", "/review/visits", nil), id)
	s.want(200, s.do(expert, "GET", "/review/visits/"+id, nil), "看场地", "太极拳", `data-leaf="1.1"`)
	s.want(422, s.do(expert, "POST", "/review/visits/"+id+"/items", url.Values{"leaf": {"1.1"}, "level": {""}, "note": {"留住我"}}), "visit.no_level", "留住我")
	s.want(303, s.do(expert, "POST", "/review/visits/"+id+"/items", url.Values{"leaf": {"1.1"}, "level": {"B"}, "version": {"0"}}))
	s.want(303, s.do(expert, "POST", "/review/visits/"+id+"/calls", url.Values{"nr": {"1"}, "outcome": {visit.Confirmed}}))
	s.want(422, s.do(expert, "POST", "/review/visits/"+id+"/sign", nil), "visit.before_day")
	s.want(403, s.do(expert, "GET", at, nil))
	s.want(404, s.do(visittest.Member(5), "GET", "/review/visits/"+id, nil))
}

// What the script keeps offline is never written over what another wrote since.
func TestScript(t *testing.T) {
	s := newSite(t)
	v := s.Announced(t)
	path := "/review/visits/" + v.ID + "/items"
	send := func(n int, note, version string) (answer, int) {
		w := s.do(visittest.Member(n), "POST", path, url.Values{"leaf": {"1.3"}, "level": {"A"}, "note": {note}, "version": {version}}, "application/json")
		var a answer
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
			t.Fatalf("%v: %s", err, w.Body)
		}
		return a, w.Code
	}
	if a, code := send(1, "先到", "0"); code != 200 || a.Item.Version != 1 {
		t.Errorf("first: %d %+v", code, a)
	}
	if a, code := send(2, "后到", "0"); code != 409 || a.Item.Note != "先到" || a.Problem == "" {
		t.Errorf("second: %d %+v", code, a)
	}
	if a, code := send(2, "看过再写", "1"); code != 200 || a.Item.Version != 2 {
		t.Errorf("after looking: %d %+v", code, a)
	}
}

func TestPhoto(t *testing.T) {
	s := newSite(t)
	v := s.Announced(t)
	post := func(content string) *httptest.ResponseRecorder {
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		m.WriteField("leaf", "1.1")
		f, err := m.CreateFormFile("photo", "a.png")
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(content))
		m.Close()
		r := httptest.NewRequestWithContext(visittest.Member(1), "POST", "/review/visits/"+v.ID+"/photos", &body)
		r.Header.Set("Content-Type", m.FormDataContentType())
		w := httptest.NewRecorder()
		s.mux.ServeHTTP(w, r)
		return w
	}
	s.want(422, post("<script>"), "visit.bad_photo")
	s.want(303, post("\x89PNG\r\n\x1a\n0000"))
	s.want(200, s.do(visittest.Officer(), "GET", "/review/visits/"+v.ID+"/photos/digest1", nil), "jpg")
	s.want(404, s.do(visittest.Member(4), "GET", "/review/visits/"+v.ID+"/photos/digest1", nil))
}
