package ui_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"xuedu/internal/i18n"
	"xuedu/internal/ui"
)

// navOf is the navigation of a page for somebody with permissions.
func navOf(t *testing.T, front ui.Front, section string, perms ...string) ui.Page {
	t.Helper()
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	env := &ui.Env{Bundle: b, Zone: time.UTC, Synthetic: func() bool { return false },
		City: func(string) string { return "" }, Owners: func(string) []string { return nil }, PackLine: func(string) string { return "" },
		User: func(context.Context, string) (string, string) { return "", "" },
		Can: func(_ context.Context, perm string) bool {
			return strings.Contains(" "+strings.Join(perms, " ")+" ", " "+perm+" ")
		},
		Nav: []ui.NavItem{
			{Front: ui.Desk, Key: "home", Path: "/desk"},
			{Front: ui.Desk, Key: "calls", Path: "/desk/calls", Perm: "read", Under: "awarding"},
			{Front: ui.Desk, Key: "awards", Path: "/desk/awards", Section: "register", Perm: "keep guide", Under: "awarding"},
			{Front: ui.Desk, Key: "ours", Path: "/desk/awards", Section: "register", Perm: "apply", Under: "awarding"},
			{Front: ui.Review, Key: "review", Path: "/review", Perm: "review:use"},
		}}
	var p ui.Page
	h := ui.Middleware(env, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { p = ui.NewPage(r, front, "ui.brand").In(section) }))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/x", nil))
	return p
}

// What stands below one entry is one entry, and a row of its own on its pages;
// two names of one page are the first.
func TestNavOfTwoRows(t *testing.T) {
	t.Parallel()
	p := navOf(t, ui.Desk, "register", "read", "guide", "apply")
	main := []ui.NavLink{{Key: "home", Path: "/desk"}, {Key: "awarding", Path: "/desk/calls", Current: "true"}}
	sub := []ui.NavLink{{Key: "calls", Path: "/desk/calls"}, {Key: "awards", Path: "/desk/awards", Current: "page"}}
	if diff := cmp.Diff(main, p.MainNav()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(sub, p.SubNav()); diff != "" {
		t.Error(diff)
	}
	if p.NavGroup() != "awarding" {
		t.Errorf("the page stands below %q", p.NavGroup())
	}
}

func TestNavOfOneEntryStandsForItself(t *testing.T) {
	t.Parallel()
	p := navOf(t, ui.Desk, "register", "apply")
	want := []ui.NavLink{{Key: "home", Path: "/desk"}, {Key: "ours", Path: "/desk/awards", Current: "page"}}
	if diff := cmp.Diff(want, p.MainNav()); diff != "" {
		t.Error(diff)
	}
	if len(p.SubNav()) != 0 {
		t.Errorf("a second row of one: %v", p.SubNav())
	}
}

// Who reviews and has no desk sees pages of the desk among their reviews.
func TestFrontOfReviewers(t *testing.T) {
	t.Parallel()
	if p := navOf(t, ui.Desk, "", "review:use"); p.Front != ui.Review || p.Home != "/review" || len(p.MainNav()) != 1 {
		t.Errorf("front %s, home %s, %v", p.Front, p.Home, p.MainNav())
	}
	if p := navOf(t, ui.Desk, "", "desk:use", "review:use"); p.Front != ui.Desk || p.Home != "/desk" {
		t.Errorf("front %s, home %s", p.Front, p.Home)
	}
}
