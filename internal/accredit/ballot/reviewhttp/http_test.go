package reviewhttp_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/accredit/ballot/ballottest"
	"xuedu/internal/accredit/ballot/reviewhttp"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/i18n"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// site is the pages with one expert signed in.
type site struct {
	*ballottest.World
	seat    int
	h       http.Handler
	recused string
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{World: ballottest.New(t, dbtest.SQLite(t)), seat: 1}
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	can := func(ctx context.Context, perm string) bool { return account.From(ctx).Can(perm) }
	c := web.Config{Log: slog.New(slog.DiscardHandler), ErrorPage: ui.ErrorPage,
		Can:      func(ctx context.Context, p web.Perm) bool { return can(ctx, string(p)) },
		SignedIn: func(ctx context.Context) bool { return account.From(ctx).SignedIn() }}
	env := &ui.Env{Bundle: b, City: func(string) string { return "北京市" }, Owners: func(string) []string { return nil },
		PackLine: func(string) string { return "北京 2021" }, Synthetic: func() bool { return true }, Can: can, Zone: time.UTC,
		User: func(ctx context.Context, _ string) (string, string) { return account.From(ctx).Name, "" },
		Nav:  []ui.NavItem{{Front: ui.Review, Key: "nav.review", Path: "/review", Perm: "review:use"}}}
	routes := append(reviewhttp.Routes(reviewhttp.Deps{Ballots: s.Service, Days: s.Days, Zone: time.UTC, Now: func() time.Time { return ballottest.Noon },
		Recuse: func(_ context.Context, id, kind, reason string) error {
			if reason == "" {
				return errs.InvalidField("reason", "ballot.no_reason")
			}
			s.recused = id + " " + kind
			s.End(id)
			return nil
		}}), web.Route{Pattern: "GET /static/", Perm: web.Public, Handler: ui.Static})
	mux := ui.Middleware(env, web.Mux(c, routes...))
	s.h = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := account.From(s.Seat(s.seat))
		if s.seat == 0 {
			who = account.From(s.Office())
		}
		mux.ServeHTTP(w, r.WithContext(account.With(r.Context(), who)))
	})
	return s
}

func (s *site) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r)
	return w
}

// get shows a page, which must come.
func (s *site) get(path string) string {
	s.T.Helper()
	w := s.do(httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code != http.StatusOK {
		s.T.Fatalf("GET %s: %d %s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

func (s *site) post(path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(r)
}

func wants(t *testing.T, body string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(body, p) {
			t.Errorf("%q is not on the page", p)
		}
	}
}

// TestAnExpertsWay: from what is owed to the ballot that is handed in, without
// a script (P1.7).
func TestAnExpertsWay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	wants(t, s.get("/review"), "胡同里的京剧课", "JY-2025-0001", "2025年10月30日前交", "还有 13 个工作日")
	at := "/review/cases/" + ballottest.ID(1, 1)
	wants(t, s.get(at), "没有选等级", "理由不足 20 字")
	wants(t, s.get(at+"/1.1"), "参与居民", "1846", "申报人不能改", "年轻人偏少", "评审结束前，其他专家看不到您的评定")
	w := s.post(at+"/1.1", url.Values{"version": {"0"}, "level": {"B"}, "comment": {"主题有本地依据"}, "private": {"回头再看"}, "go": {"next"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != at+"/1.2" {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
	}
	wants(t, s.get(at+"/1.1"), `value="B" data-points="9.6" data-key="2" checked`, "主题有本地依据", "回头再看")
	w = s.post(at+"/1.1", url.Values{"version": {"0"}, "level": {"A"}, "comment": {"另一处写的"}})
	if w.Code != http.StatusConflict {
		t.Errorf("a stale mark: %d", w.Code)
	}
	wants(t, w.Body.String(), "刚在别处改过", "另一处写的")
	if w = s.post(at+"/submit", nil); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("an unfinished ballot: %d", w.Code)
	}
	s.Fill(1, 2, "A")
	second := "/review/cases/" + ballottest.ID(1, 2)
	if w = s.post(second+"/submit", nil); w.Code != http.StatusSeeOther {
		t.Errorf("submit: %d %s", w.Code, w.Body)
	}
	wants(t, s.get(second), "已提交，总分 100.00")
	wants(t, s.get(second+"/1.1"), "评分已提交，不能再改")
	wants(t, s.get(second+"/print"), "评分表", "席位 E01", "100")
}

// TestAutosave answers the script with the version that is kept.
func TestAutosave(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := httptest.NewRequest(http.MethodPost, "/review/cases/"+ballottest.ID(1, 1)+"/1.1", strings.NewReader("version=0&level=A"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Autosave", "1")
	if w := s.do(r); w.Code != http.StatusOK || w.Body.String() != "1" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestNothingOfAHiddenCase: what a conflict hides is there for no route, and
// what is in it changes no byte of any answer (P1.7).
func TestNothingOfAHiddenCase(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	hidden := ballottest.ID(1, 2)
	s.Hidden[hidden] = true
	answers := func() (out []string) {
		for _, path := range []string{"/review", "/review/workbook/call", "/review/cases/" + ballottest.ID(1, 1), "/review/cases/" + hidden, "/review/cases/" + hidden + "/1.1",
			"/review/cases/" + hidden + "/print", "/review/cases/" + hidden + "/discussion", "/review/cases/" + hidden + "/recuse", "/review/cases/" + hidden + "/file/d1"} {
			w := s.do(httptest.NewRequest(http.MethodGet, path, nil))
			out = append(out, path+" "+w.Result().Status+" "+w.Body.String())
		}
		for _, path := range []string{"/1.1", "/submit", "/say", "/revise"} {
			w := s.post("/review/cases/"+hidden+path, url.Values{"level": {"A"}, "text": {"看看"}, "leaf": {"1.1"}, "reason": {"看看"}})
			out = append(out, path+" "+w.Result().Status+" "+w.Body.String())
		}
		return out
	}
	before := answers()
	for _, a := range before[3:] {
		if !strings.Contains(a, "404") {
			t.Errorf("found: %.80s", a)
		}
	}
	s.Apps[1].Title = "另一个名字"
	s.seat = 2
	s.Fill(2, 2, "A")
	s.seat = 1
	for i, a := range answers() {
		if a != before[i] {
			t.Errorf("differs: %.80s", a)
		}
	}
}

// TestDiscussionPage: all ballots side by side by seat, what was said, and a
// level that changes for a reason.
func TestDiscussionPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	at := "/review/cases/" + ballottest.ID(1, 1)
	if w := s.do(httptest.NewRequest(http.MethodGet, at+"/discussion", nil)); w.Code != http.StatusNotFound {
		t.Errorf("a discussion before its time: %d", w.Code)
	}
	s.Submitted("D", "A", "A", "A", "A")
	wants(t, s.get("/review"), "参加集体讨论")
	wants(t, s.get(at+"/discussion"), "各席总分相差 70.00 分", "E05", "E01 （我）", "还没有人发言")
	if w := s.post(at+"/say", url.Values{"text": {"我没有看到大纲"}}); w.Code != http.StatusSeeOther {
		t.Errorf("say: %d", w.Code)
	}
	w := s.post(at+"/revise", url.Values{"leaf": {"1.1"}, "level": {"A"}, "reason": {""}})
	if w.Code != http.StatusUnprocessableEntity && w.Code != http.StatusBadRequest {
		t.Errorf("no reason: %d", w.Code)
	}
	wants(t, w.Body.String(), "请写明理由", `id="reason-e"`)
	for _, level := range []string{"A", "B"} {
		if w := s.post(at+"/revise", url.Values{"leaf": {"1.1"}, "level": {level}, "reason": {"看到了大纲"}}); w.Code != http.StatusSeeOther {
			t.Errorf("revise: %d %s", w.Code, w.Body)
		}
	}
	wants(t, s.get(at+"/1.1"), "讨论后调整：看到了大纲")
}

func TestRecusePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	at := "/review/cases/" + ballottest.ID(1, 1)
	wants(t, s.get(at+"/recuse"), "我指导过这家单位", "有近亲属")
	wants(t, s.post(at+"/recuse", url.Values{"reason": {"曾任顾问"}}).Body.String(), "请选择是哪种关联")
	wants(t, s.post(at+"/recuse", url.Values{"kind": {"coach"}}).Body.String(), "请写明理由")
	if w := s.post(at+"/recuse", url.Values{"kind": {"coach"}, "reason": {"曾任顾问"}}); w.Code != http.StatusSeeOther || s.recused != ballottest.ID(1, 1)+" coach" {
		t.Errorf("%d %s", w.Code, s.recused)
	}
	if w := s.do(httptest.NewRequest(http.MethodGet, at, nil)); w.Code != http.StatusNotFound {
		t.Errorf("after stepping aside: %d", w.Code)
	}
}

// TestFileAndWorkbook: a file comes as a download; a workbook goes out and in.
func TestFileAndWorkbook(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.do(httptest.NewRequest(http.MethodGet, "/review/cases/"+ballottest.ID(1, 1)+"/file/d1", nil))
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	book := s.get("/review/workbook/call")
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	part, err := m.CreateFormFile("file", "review.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(part, book); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/review/workbook", &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	wants(t, s.do(r).Body.String(), "已读入 0 项评定")
	if w := s.post("/review/workbook", nil); !strings.Contains(w.Body.String(), "请先选择文件") {
		t.Errorf("no file: %d %s", w.Code, w.Body)
	}
}
