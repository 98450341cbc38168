package figureviewtest

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/i18n"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// Serve serves routes with the layout, for whoever acts in the request.
func Serve(t testing.TB, routes ...web.Route) http.Handler {
	t.Helper()
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	env := &ui.Env{
		Bundle: b,
		City:   func(string) string { return "test" }, Owners: func(string) []string { return nil }, PackLine: func(string) string { return "" },
		Synthetic: func() bool { return true },
		User:      func(ctx context.Context, _ string) (string, string) { return account.From(ctx).Name, "" },
		Can:       func(ctx context.Context, perm string) bool { return account.From(ctx).Can(perm) },
		Nav:       []ui.NavItem{{Front: ui.Public, Key: "nav.home", Path: "/"}, {Front: ui.Public, Key: "nav.figures", Path: "/figures"}},
		Zone:      time.UTC,
	}
	c := web.Config{
		Log:       slog.New(slog.NewTextHandler(t.Output(), nil)),
		Can:       func(ctx context.Context, p web.Perm) bool { return account.From(ctx).Can(string(p)) },
		SignedIn:  func(ctx context.Context) bool { return account.From(ctx).SignedIn() },
		ErrorPage: ui.ErrorPage,
	}
	return web.Guard(ui.Middleware(env, web.Mux(c, routes...)), http.NotFoundHandler())
}
