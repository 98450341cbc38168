package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Check is one thing a server needs before it should be sent requests.
type Check struct {
	Name string
	OK   func(context.Context) error
}

// Health answers that the process runs.
func Health(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, err := fmt.Fprintln(w, "ok")
	return err
}

// Ready answers 200 if all checks pass within two seconds, else 503, with a
// line for each. Why a check fails stands in the log only.
func (c Config) Ready(checks ...Check) HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		var out strings.Builder
		status := http.StatusOK
		for _, ch := range checks {
			word := "ok"
			if err := ch.OK(ctx); err != nil {
				c.Log.WarnContext(ctx, "not ready", "check", ch.Name, "err", err)
				word, status = "failed", http.StatusServiceUnavailable
			}
			fmt.Fprintf(&out, "%s %s\n", ch.Name, word)
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		_, err := w.Write([]byte(out.String()))
		return err
	}
}
