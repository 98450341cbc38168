package panelhttp_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/panel"
	"xuedu/internal/accredit/panel/panelhttp"
	"xuedu/internal/accredit/panel/paneltest"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/pack"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// calls also finds calls by their code.
type calls struct{ *paneltest.City }

func (c calls) CallByCode(ctx context.Context, _ string) (accredit.Call, error) {
	return c.Call(ctx, "call")
}

// site sends requests as somebody.
type site struct {
	*paneltest.City
	t   *testing.T
	mux http.Handler
}

func newSite(t *testing.T) *site {
	c := paneltest.New(dbtest.SQLite(t), 10, 8, pack.Panel{Seats: 6, Each: 3, Load: 20,
		Categories: []pack.Category{{Code: "practice", Name: pack.Text{"zh-CN": "一线"}, Least: 2, Each: 1}, {Code: "research", Name: pack.Text{"zh-CN": "科研"}}}})
	may := web.Config{Log: slog.New(slog.NewTextHandler(t.Output(), nil)), ErrorPage: ui.ErrorPage, Can: func(context.Context, web.Perm) bool { return true }, SignedIn: func(context.Context) bool { return true }}
	return &site{c, t, web.Mux(may, panelhttp.Routes(panelhttp.Deps{Panels: c.Service, Calls: calls{c}})...)}
}

func (s *site) send(ctx context.Context, path string, form url.Values, want int) string {
	s.t.Helper()
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	if w.Code != want {
		s.t.Fatalf("%s %s: %d, want %d\n%s", method, path, w.Code, want, w.Body)
	}
	return w.Body.String()
}

// A panel is made through the pages by three roles, from the pool to a
// replacement (P1.7).
func TestFromPoolToReplacement(t *testing.T) {
	s := newSite(t)
	office, technical, base := paneltest.Office, paneltest.Technical, "/desk/calls/call/panel"
	has := func(body string, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(body, w) {
				t.Errorf("the page lacks %s", w)
			}
		}
	}
	has(s.send(office, base, nil, 200), "panel.freeze", "expert00")
	has(s.send(office, base+"/freeze", url.Values{"rule": {""}}, 422), "panel.refused")
	s.send(office, base+"/freeze", url.Values{"rule": {"the closing index of tomorrow"}}, 303)
	s.send(office, base+"/draw", url.Values{"value": {"1"}}, 403)
	s.send(technical, base+"/draw", url.Values{"value": {"3858.13"}}, 303)
	for i, st := range s.seats(panel.Asked) {
		if e := s.Expert(st.ExpertID); i == 0 {
			has(s.send(paneltest.As(e), "/review/seats", nil, 200), "panel.seats.asked")
			s.send(paneltest.As(e), "/review/seats/call", url.Values{"reason": {"abroad"}}, 303)
			continue
		}
		s.send(office, base+"/answer", url.Values{"expert": {st.ExpertID}, "yes": {"1"}}, 303)
	}
	for _, st := range s.seats(panel.Asked) { // the substitute
		s.send(paneltest.As(s.Expert(st.ExpertID)), "/review/seats/call", url.Values{"yes": {"1"}}, 303)
	}
	body := s.send(office, base+"/assign", nil, 200)
	has(body, "panel.compare.yes", "panel.assign.exact")
	seed, digest := s.proposed()
	s.send(office, base+"/confirm", url.Values{"seed": {seed}, "digest": {"other"}}, 409)
	s.send(office, base+"/confirm", url.Values{"seed": {seed}, "digest": {digest}}, 303)
	list, err := s.Assignments(office, "call")
	if err != nil {
		t.Fatal(err)
	}
	has(s.send(office, base, nil, 200), "panel.matrix", "/desk/assignments/"+list[0].ID)
	has(s.send(office, "/desk/assignments/"+list[0].ID, nil, 200), "panel.act.recuse")
	s.send(office, "/desk/assignments/"+list[0].ID, url.Values{"act": {"recuse"}, "kind": {"declared"}}, 422)
	s.send(office, "/desk/assignments/"+list[0].ID, url.Values{"act": {"recuse"}, "kind": {"declared"}, "reason": {"a friend"}}, 303)
	has(s.send(office, base, nil, 200), "panel.log", "a friend")
	s.public(has)
}

// public shows nobody before the decision, then everybody and no seat.
func (s *site) public(has func(string, ...string)) {
	ctx := context.Background()
	s.send(ctx, "/calls/2025-JY-1/panel", nil, 404)
	s.Round.State = "decided"
	body := s.send(ctx, "/calls/2025-JY-1/panel", nil, 200)
	has(body, "expert0", "一线")
	if strings.Contains(body, "E01") {
		s.t.Error("the public page names a seat")
	}
}

func (s *site) seats(state string) (out []panel.Seat) {
	list, err := s.Seats(paneltest.Office, "call")
	if err != nil {
		s.t.Fatal(err)
	}
	for _, st := range list {
		if st.State == state {
			out = append(out, st)
		}
	}
	return out
}

// proposed is what the page of the assignment offers to confirm.
func (s *site) proposed() (seed, digest string) {
	n, err := s.Seed(paneltest.Office, "call")
	if err != nil {
		s.t.Fatal(err)
	}
	x, err := s.Assign(paneltest.Office, "call", n)
	if err != nil {
		s.t.Fatal(err)
	}
	return strconv.FormatUint(n, 10), x.Digest
}
