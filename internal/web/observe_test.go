package web_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"xuedu/internal/errs"
	"xuedu/internal/web"
)

// observed is a small program with its log.
func observed(m *web.Metrics, log *bytes.Buffer) http.Handler {
	l := slog.New(slog.NewTextHandler(log, nil))
	c := web.Config{
		Log: l, SignedIn: func(context.Context) bool { return false }, Can: func(context.Context, web.Perm) bool { return false },
		ErrorPage: func(w http.ResponseWriter, r *http.Request, status int, e *errs.Error) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(e.Key + " " + web.RequestID(r.Context())))
		},
	}
	mux := web.Mux(c,
		web.Route{Pattern: "GET /people/{name}", Perm: web.Public, Handler: func(w http.ResponseWriter, r *http.Request) error {
			_, err := w.Write([]byte("hello " + r.PathValue("name")))
			return err
		}},
		web.Route{Pattern: "GET /panic", Perm: web.Public, Handler: func(http.ResponseWriter, *http.Request) error { panic("secret") }},
		web.Route{Pattern: "GET /half", Perm: web.Public, Handler: func(w http.ResponseWriter, _ *http.Request) error {
			_, _ = w.Write([]byte("half"))
			panic("late")
		}},
		web.Route{Pattern: "GET /healthz", Perm: web.Public, Handler: web.Health},
		web.Route{Pattern: "GET /readyz", Perm: web.Public, Handler: c.Ready(
			web.Check{Name: "database", OK: func(context.Context) error { return nil }},
			web.Check{Name: "figures", OK: func(context.Context) error { return errors.New("engine at 7") }})},
		web.Route{Pattern: "GET /metrics", Perm: web.Public, Handler: m.Local},
	)
	return web.Observe(l, m, web.Recover(l, c.Fail, mux))
}

func get(h http.Handler, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", target, nil)
	r.RemoteAddr = "127.0.0.1:999"
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestRequestLogHoldsNoPersonalData(t *testing.T) {
	var log bytes.Buffer
	h := observed(web.NewMetrics(), &log)
	w := get(h, "/people/李静?phone=13800001234")
	id := w.Header().Get("X-Request-Id")
	if len(id) != 16 || !strings.Contains(log.String(), "id="+id) || !strings.Contains(log.String(), `route="GET /people/{name}"`) || !strings.Contains(log.String(), "status=200") {
		t.Errorf("id %q, log %s", id, &log)
	}
	for _, secret := range []string{"李静", "1380000", "127.0.0.1", "%E6"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q: %s", secret, &log)
		}
	}
}

func TestPanicBecomesPage(t *testing.T) {
	var log bytes.Buffer
	h := observed(web.NewMetrics(), &log)
	w := get(h, "/panic")
	if w.Code != 500 || w.Body.String() != "error.internal "+w.Header().Get("X-Request-Id") {
		t.Errorf("panic: %d %q", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "secret") || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("panic: log %s", &log)
	}
	defer func() {
		if v := recover(); v != http.ErrAbortHandler {
			t.Errorf("panic after the answer began: %v, want the connection cut", v)
		}
	}()
	get(h, "/half")
}

func TestHealth(t *testing.T) {
	var log bytes.Buffer
	h := observed(web.NewMetrics(), &log)
	if w := get(h, "/healthz"); w.Code != 200 || w.Body.String() != "ok\n" {
		t.Errorf("healthz: %d %q", w.Code, w.Body)
	}
	w := get(h, "/readyz")
	if w.Code != 503 || w.Body.String() != "database ok\nfigures failed\n" {
		t.Errorf("readyz: %d %q", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "engine at 7") {
		t.Errorf("the log does not say why: %s", &log)
	}
}

func TestMetrics(t *testing.T) {
	var log bytes.Buffer
	m := web.NewMetrics()
	m.Gauge("xuedu_test", "A number.", func() float64 { return 42 })
	h := observed(m, &log)
	get(h, "/people/a")
	get(h, "/people/b")
	get(h, "/nowhere/4711")
	body := get(h, "/metrics").Body.String()
	for _, want := range []string{
		`xuedu_http_requests_total{method="GET",route="GET /people/{name}",status="200"} 2`,
		`xuedu_http_requests_total{method="GET",route="none",status="404"} 1`,
		`xuedu_http_request_seconds_count{route="GET /people/{name}"} 2`,
		"xuedu_test 42", "xuedu_http_requests_running 1", "go_goroutines",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
	if strings.Contains(body, "4711") {
		t.Error("a path that somebody typed is a label")
	}
	if w := get(h, "/metrics", "X-Forwarded-For", "10.0.0.9"); w.Code != 404 {
		t.Errorf("metrics through a proxy: %d, want 404", w.Code)
	}
	r := httptest.NewRequest("GET", "/metrics", nil) // from 192.0.2.1
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != 404 {
		t.Errorf("metrics from elsewhere: %d, want 404", w.Code)
	}
}

func TestRemote(t *testing.T) {
	proxies, err := web.ParseProxies("127.0.0.0/8, ::1/128,10.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		peer, forwarded string
		proxies         []netip.Prefix
		want            string
	}{
		{"203.0.113.5:80", "", proxies, "203.0.113.5"},
		{"203.0.113.5:80", "1.2.3.4", proxies, "203.0.113.5"}, // not a proxy of ours: not believed
		{"127.0.0.1:80", "1.2.3.4", proxies, "1.2.3.4"},
		{"127.0.0.1:80", "6.6.6.6, 1.2.3.4, 10.0.0.2", proxies, "1.2.3.4"},
		{"127.0.0.1:80", "6.6.6.6, nonsense", proxies, "127.0.0.1"},
		{"[::1]:80", "2001:db8::7", proxies, "2001:db8::7"},
		{"127.0.0.1:80", "1.2.3.4", nil, "127.0.0.1"},
		{"127.0.0.1:80", "", proxies, "127.0.0.1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tt.peer
		if tt.forwarded != "" {
			r.Header.Set("X-Forwarded-For", tt.forwarded)
		}
		if got := web.Remote(r, tt.proxies); got != tt.want {
			t.Errorf("Remote(%s, %q) = %s, want %s", tt.peer, tt.forwarded, got, tt.want)
		}
	}
	if _, err := web.ParseProxies("10.0.0.1"); errs.KindOf(err) != errs.Invalid {
		t.Errorf("ParseProxies of an address: %v", err)
	}
}

func FuzzParseProxies(f *testing.F) {
	for _, s := range []string{"", "127.0.0.0/8, ::1/128", "10.0.0.1", ",,", "0.0.0.0/0", "fe80::1%eth0/64"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		list, err := web.ParseProxies(s)
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("X-Forwarded-For", s)
		if got := web.Remote(r, list); err == nil && got == "" {
			t.Errorf("Remote behind %q is empty", s)
		}
	})
}
