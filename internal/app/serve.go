package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"xuedu/internal/errs"
)

// followEvery is how often a running server looks for a pack or areas that
// another process has brought in.
const followEvery = 3 * time.Second

// Serve answers requests until ctx ends, then lets running ones finish.
// started is called with the address once the port is open.
func (a *App) Serve(ctx context.Context, started func(url string)) error {
	ln, err := net.Listen("tcp", a.Config.Addr)
	if err != nil {
		return &errs.Error{Kind: errs.Unavailable, Key: "app.no_port", Args: []any{"Addr", a.Config.Addr}, Field: "addr", Err: err}
	}
	if err := a.StartFigures(ctx); err != nil {
		return errors.Join(err, ln.Close())
	}
	go a.Figures.Watch(ctx)
	go a.followRosters(ctx)
	go a.watchAreas(ctx)
	go a.Packs.Watch(ctx, time.Tick(followEvery), func(err error) { a.Log.Error("read the pack again", "err", err) })
	if err := a.serveMetrics(ctx); err != nil {
		return errors.Join(err, ln.Close())
	}
	if err := a.Jobs.Start(ctx); err != nil {
		return errors.Join(err, ln.Close())
	}
	defer a.stopJobs()
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

// watchAreas takes over areas and populations that another process imported.
func (a *App) watchAreas(ctx context.Context) {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if _, err := a.Areas.Refresh(ctx); err != nil && ctx.Err() == nil {
			a.Log.Error("read the areas again", "err", err)
		}
	}
}
