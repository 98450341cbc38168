package web

import (
	"database/sql"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"xuedu/internal/errs"
)

// Metrics is the counters of one server, in a registry of its own. Labels are
// patterns, methods and codes: never what a person typed.
type Metrics struct {
	*prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	running  prometheus.Gauge
}

// NewMetrics returns the counters of requests, of the Go runtime and of the
// process; others may be registered.
func NewMetrics() *Metrics {
	m := &Metrics{
		Registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "xuedu_http_requests_total", Help: "Requests answered."}, []string{"route", "method", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "xuedu_http_request_seconds", Help: "Time to answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}}, []string{"route"}),
		running: prometheus.NewGauge(prometheus.GaugeOpts{Name: "xuedu_http_requests_running", Help: "Requests being answered now."}),
	}
	m.MustRegister(m.requests, m.duration, m.running, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Pool adds the statistics of a connection pool.
func (m *Metrics) Pool(name string, d *sql.DB) {
	m.MustRegister(collectors.NewDBStatsCollector(d, name))
}

// Gauge adds a number that f reads when it is asked for.
func (m *Metrics) Gauge(name, help string, f func() float64) {
	m.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, f))
}

func (m *Metrics) begin() { m.running.Inc() }

func (m *Metrics) end(route, method string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	m.running.Dec()
	m.requests.WithLabelValues(route, knownMethod(method), strconv.Itoa(status)).Inc()
	m.duration.WithLabelValues(route).Observe(took.Seconds())
}

// knownMethod keeps anybody from filling the registry with invented methods.
func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// Handler prints the counters for Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.Registry, promhttp.HandlerOpts{})
}

// Local serves the counters to this machine only: a request from elsewhere, or
// one that a proxy passes on, finds no such page.
func (m *Metrics) Local(w http.ResponseWriter, r *http.Request) error {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	a, err := netip.ParseAddr(host)
	if err != nil || !a.IsLoopback() || r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" || r.Header.Get("X-Real-Ip") != "" {
		return errs.New(errs.NotFound, "error.not_found")
	}
	m.Handler().ServeHTTP(w, r)
	return nil
}
