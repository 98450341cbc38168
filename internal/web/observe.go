package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"xuedu/internal/errs"
)

// request is what the layers of one request tell each other.
type request struct {
	id    string
	route string // pattern of the route that answers, "" = none
}

type requestKey struct{}

func requestOf(ctx context.Context) *request {
	r, _ := ctx.Value(requestKey{}).(*request)
	return r
}

// RequestID returns the number of the request, which stands in the log, in the
// header X-Request-Id and on the page of an internal error; "" outside one.
func RequestID(ctx context.Context) string {
	if r := requestOf(ctx); r != nil {
		return r.id
	}
	return ""
}

// setRoute notes which route answers, for the log and the metrics.
func setRoute(ctx context.Context, pattern string) {
	if r := requestOf(ctx); r != nil {
		r.route = pattern
	}
}

// Observe is the outermost layer: it numbers the request, logs it when it has
// been answered, and counts it. The log holds neither query nor address nor
// anything a person typed.
func Observe(log *slog.Logger, m *Metrics, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, rq := time.Now(), &request{id: strings.ToLower(rand.Text()[:16])}
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, rq))
		w.Header().Set("X-Request-Id", rq.id)
		seen := &recorder{ResponseWriter: w}
		m.begin()
		defer func() {
			took := time.Since(start)
			m.end(rq.route, r.Method, seen.code(), took)
			log.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("id", rq.id), slog.String("method", r.Method),
				slog.String("route", rq.route), slog.Int("status", seen.code()), slog.Int64("bytes", seen.bytes), slog.Duration("took", took))
		}()
		next.ServeHTTP(seen, r)
	})
}

// Recover turns a panic into the page of an internal error, which fail writes.
// If the answer has begun it cuts the connection, so that nobody takes half a
// page for a whole one.
func Recover(log *slog.Logger, fail func(http.ResponseWriter, *http.Request, error), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &recorder{ResponseWriter: w}
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler {
				panic(v)
			}
			log.ErrorContext(r.Context(), "panic", "id", RequestID(r.Context()), "panic", fmt.Sprint(v), "trace", string(debug.Stack()))
			if seen.status != 0 {
				panic(http.ErrAbortHandler)
			}
			fail(w, r, errs.New(errs.Internal, "error.internal"))
		}()
		next.ServeHTTP(seen, r)
	})
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

func (w *recorder) code() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}

// Unwrap lets http.ResponseController reach what is beneath.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
