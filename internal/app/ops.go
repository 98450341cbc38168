package app

import (
	"context"
	"errors"
	"math"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"xuedu/internal/account"
	"xuedu/internal/config"
	"xuedu/internal/errs"
	"xuedu/internal/job"
	"xuedu/internal/pack"
	"xuedu/internal/web"
)

// policy returns the rules of sign-in: the pack's, with the machine's cost of
// hashing.
func policy(c config.Config, p func() *pack.Pack) (func() account.Policy, error) {
	hash, err := account.ParseHashParams(c.PasswordHash)
	if err != nil {
		return nil, err
	}
	of := func() account.Policy { return account.PolicyOf(p().Security, hash) }
	if c.Clock != "" {
		of = func() account.Policy { return ageless(account.PolicyOf(p().Security, hash)) }
	}
	return of, of().Check()
}

// remote returns how the address of a request is read behind the proxies of
// the configuration.
func remote(c config.Config) (func(*http.Request) string, error) {
	proxies, err := web.ParseProxies(c.Proxies)
	if err != nil {
		return nil, err
	}
	return func(r *http.Request) string { return web.Remote(r, proxies) }, nil
}

// opsRoutes are what an operator's tools ask.
func (a *App) opsRoutes() []web.Route {
	ready := web.Config{Log: a.Log}.Ready(
		web.Check{Name: "database", OK: func(ctx context.Context) error { return a.DB.Read.PingContext(ctx) }},
		web.Check{Name: "schema", OK: func(ctx context.Context) error { return checkSchema(ctx, a.DB) }},
		web.Check{Name: "figures", OK: func(context.Context) error {
			if a.Figures == nil {
				return errors.New("the engine has not started")
			}
			return nil
		}},
	)
	routes := []web.Route{
		{Pattern: "GET /healthz", Perm: web.Public, Handler: web.Health},
		{Pattern: "GET /readyz", Perm: web.Public, Handler: ready},
	}
	if a.Config.MetricsAddr == "" {
		routes = append(routes, web.Route{Pattern: "GET /metrics", Perm: web.Public, Handler: a.Metrics.Local})
	}
	return routes
}

// newMetrics counts requests, connections, the engine and the jobs.
func (a *App) newMetrics() *web.Metrics {
	m := web.NewMetrics()
	m.Pool("write", a.DB.Write)
	if a.DB.Read != a.DB.Write {
		m.Pool("read", a.DB.Read)
	}
	m.Gauge("xuedu_engine_version", "Number of the ledger up to which figures are complete.", a.engineVersion)
	m.Gauge("xuedu_engine_lag_rows", "Numbers of the ledger that figures do not hold yet; NaN where that is not known.", a.engineLag)
	m.MustRegister(jobMetrics{a.Jobs})
	return m
}

func (a *App) engineVersion() float64 {
	if a.Figures == nil {
		return 0
	}
	return float64(a.Figures.Version())
}

func (a *App) engineLag() float64 {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var last int64
	if err := a.DB.Read.QueryRowContext(ctx, "SELECT coalesce(max(next), 1) - 1 FROM counter WHERE name = 'ledger'").Scan(&last); err != nil {
		return math.NaN()
	}
	return max(0, float64(last)-a.engineVersion())
}

// serveMetrics answers Prometheus on an address of its own until ctx ends.
func (a *App) serveMetrics(ctx context.Context) error {
	if a.Config.MetricsAddr == "" {
		return nil
	}
	ln, err := net.Listen("tcp", a.Config.MetricsAddr)
	if err != nil {
		return &errs.Error{Kind: errs.Unavailable, Key: "app.no_port", Args: []any{"Addr", a.Config.MetricsAddr}, Field: "metrics-addr", Err: err}
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.Metrics.Handler())
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second}
	context.AfterFunc(ctx, func() { _ = srv.Close() })
	go func() {
		if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			a.Log.ErrorContext(ctx, "metrics", "err", err)
		}
	}()
	return nil
}

// jobMetrics prints what this process has run and what the city's queue holds.
type jobMetrics struct{ q *job.Queue }

var (
	jobRuns    = prometheus.NewDesc("xuedu_job_runs_total", "Jobs run by this process.", []string{"kind", "result"}, nil)
	jobSeconds = prometheus.NewDesc("xuedu_job_seconds_total", "Time this process spent in jobs.", []string{"kind"}, nil)
	jobWaiting = prometheus.NewDesc("xuedu_jobs", "Jobs of the city that are not finished.", []string{"state"}, nil)
)

// Describe implements prometheus.Collector.
func (m jobMetrics) Describe(c chan<- *prometheus.Desc) { prometheus.DescribeByCollect(m, c) }

// Collect implements prometheus.Collector.
func (m jobMetrics) Collect(c chan<- prometheus.Metric) {
	for kind, n := range m.q.Counts() {
		c <- prometheus.MustNewConstMetric(jobRuns, prometheus.CounterValue, float64(n.Done), kind, "done")
		c <- prometheus.MustNewConstMetric(jobRuns, prometheus.CounterValue, float64(n.Failed), kind, "failed")
		c <- prometheus.MustNewConstMetric(jobSeconds, prometheus.CounterValue, n.Seconds, kind)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	waiting, err := m.q.Waiting(ctx)
	if err != nil {
		return // the scrape goes on without it
	}
	for _, state := range []string{"available", "running", "retryable", "scheduled"} {
		c <- prometheus.MustNewConstMetric(jobWaiting, prometheus.GaugeValue, float64(waiting[state]), state)
	}
}
