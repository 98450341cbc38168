// Package app puts the program together: it is the only place that knows all
// domains.
package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"xuedu/internal/config"
	"xuedu/internal/db"
	"xuedu/internal/i18n"
)

// App is an opened city.
type App struct {
	Config config.Config
	DB     *db.DB
	Bundle *i18n.Bundle
	Log    *slog.Logger
}

// Open opens the city of a configuration. It fails with Unavailable where the
// database holds no city or its schema is older or newer than this program.
func Open(ctx context.Context, c config.Config) (*App, error) {
	b, err := i18n.Load()
	if err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, c.DB)
	if err != nil {
		return nil, err
	}
	return &App{Config: c, DB: d, Bundle: b, Log: logger(c)}, nil
}

// Close ends what Open began.
func (a *App) Close() error { return a.DB.Close() }

func logger(c config.Config) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	opt := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, opt))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, opt))
}

// Serve answers requests until ctx ends, then lets running ones finish.
// started is called with the address once the port is open.
func (a *App) Serve(ctx context.Context, started func(url string)) error {
	ln, err := net.Listen("tcp", a.Config.Addr)
	if err != nil {
		return err
	}
	srv := &http.Server{
		Handler:           a.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       2 * time.Minute,
		WriteTimeout:      5 * time.Minute,
		IdleTimeout:       2 * time.Minute,
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	started(urlOf(ln.Addr()))
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := srv.Shutdown(end); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return srv.Close()
}

func urlOf(addr net.Addr) string {
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	return "http://localhost:" + port
}
