//go:build e2e

package e2e

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/visit"
	"xuedu/internal/accredit/visit/visithttp"
	"xuedu/internal/accredit/visit/visittest"
	"xuedu/internal/audit"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// checklist serves the pages of visits to one expert; down cuts what is sent.
func checklist(t *testing.T, w *visittest.World, down *atomic.Bool) string {
	t.Helper()
	pages := &visithttp.Pages{Visits: w.S,
		Calls: func(context.Context) ([]accredit.Call, error) { return nil, nil },
		Names: func(context.Context, []string) (map[string]string, error) { return nil, nil }}
	c := web.Config{Log: slog.New(slog.DiscardHandler), Can: func(ctx context.Context, p web.Perm) bool { return account.From(ctx).Can(string(p)) },
		SignedIn:  func(ctx context.Context) bool { return account.From(ctx).SignedIn() },
		ErrorPage: func(w http.ResponseWriter, _ *http.Request, status int, e *errs.Error) { http.Error(w, e.Key, status) }}
	mux := web.Mux(c, append(pages.Routes(), web.Route{Pattern: "GET /static/", Perm: web.Public, Handler: ui.Static})...)
	me := account.From(visittest.Member(1))
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if down.Load() && r.Method == http.MethodPost {
			panic(http.ErrAbortHandler) // as if there were no network
		}
		mux.ServeHTTP(rw, r.WithContext(audit.With(account.With(r.Context(), me), audit.Who{Actor: me.ID})))
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// What is entered without a network waits in the browser, also over a reload,
// and is sent later; what another wrote meanwhile is shown, not overwritten.
func TestVisitOffline(t *testing.T) {
	w := visittest.New(dbtest.SQLite(t))
	v := w.Announced(t)
	var down atomic.Bool
	url := checklist(t, w, &down) + "/review/visits/" + v.ID
	ctx := browser(t)
	const leaf = `form[data-leaf="1.1"]`
	const waiting, saved = `#visit-net.xd-note--act`, `#visit-net:not(.xd-note--act)`
	see := func(what, css string) { t.Helper(); do(t, ctx, what, chromedp.WaitVisible(chromedp.CSS(css))) }
	down.Store(true)
	do(t, ctx, "enter offline", width(360), chromedp.Navigate(url), chromedp.Click(chromedp.CSS(leaf+` .xd-level:nth-child(2) label`)),
		chromedp.SendKeys(chromedp.CSS(leaf+" textarea"), "场地偏小"))
	see("waiting", waiting)
	do(t, ctx, "reload", chromedp.Navigate(url))
	see("still there", waiting)
	if note := get(t, ctx, "note", chromedp.Evaluate[string](`document.querySelector('`+leaf+` textarea').value`)); note != "场地偏小" {
		t.Errorf("after a reload: %q", note)
	}
	if over := get(t, ctx, "width", chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`)); over > 0 {
		t.Errorf("%d px too wide on a phone", over)
	}

	if _, err := w.S.Find(visittest.Member(2), v.ID, "1.1", "C", "另一人先到", 0); err != nil {
		t.Fatal(err)
	}
	down.Store(false)
	do(t, ctx, "back online", chromedp.Navigate(url)) // the reloaded page shows version 1, what waits was written upon 0
	see("asked", leaf+" [data-other]:not([hidden])")
	if d, err := w.S.Get(visittest.Officer(), v.ID); err != nil || d.Leaves[0].Item.Note != "另一人先到" {
		t.Fatalf("overwritten unseen: %+v, %v", d.Leaves[0].Item, err)
	}
	do(t, ctx, "take mine", chromedp.Click(chromedp.CSS(leaf+` [data-take=mine]`)))
	see("sent", saved)
	d, err := w.S.Get(visittest.Officer(), v.ID)
	if err != nil || d.Leaves[0].Item.Note != "场地偏小" || d.Leaves[0].Item.Level != "B" || d.Leaves[0].Item.Version != 2 {
		t.Errorf("kept %+v, %v", d.Leaves[0].Item, err)
	}
	if d.State != visit.Announced {
		t.Errorf("state %s", d.State)
	}
}
