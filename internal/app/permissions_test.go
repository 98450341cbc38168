package app_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"xuedu/internal/account"
	"xuedu/internal/app"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/i18n"
	"xuedu/internal/web"
)

var update = flag.Bool("update", false, "write docs/permissions.md anew")

const permissionsFile = "../../docs/permissions.md"

// openCity opens the smallest city on SQLite.
func openCity(t testing.TB) *app.App {
	t.Helper()
	dsn, key := dbtest.SQLite(t).DSN, keyFile(t)
	if _, err := makeCity(t, dsn, key, loadPack(t, "minimal")); err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), settings(dsn, key))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

// docs/permissions.md is what the routes and the roles say; nobody writes it.
func TestPermissionsDocument(t *testing.T) {
	t.Parallel()
	a := openCity(t)
	got := permissions(a.Bundle, a.Routes())
	if *update {
		if err := os.WriteFile(permissionsFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(permissionsFile)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is stale; run: go test ./internal/app -run TestPermissionsDocument -update", permissionsFile)
	}
}

// A permission that no role has would close its page to everybody.
func TestEveryPermissionHasARole(t *testing.T) {
	t.Parallel()
	for _, r := range openCity(t).Routes() {
		if r.Perm != web.Public && r.Perm != web.Signed && len(rolesWith(string(r.Perm))) == 0 {
			t.Errorf("%s asks for %s, which no role has", r.Pattern, r.Perm)
		}
	}
}

// Nobody can act and audit; who manages accounts does not fill them (design 2).
func TestAdministratorsAreSeparate(t *testing.T) {
	t.Parallel()
	holders := map[string][]string{}
	for _, role := range account.Roles {
		for _, p := range account.Permissions(role) {
			holders[p] = append(holders[p], role)
		}
	}
	for perm, want := range map[string]string{"audit:read": account.RoleAuditor, "account:manage": account.RoleSystem, "account:grant": account.RoleSecurity} {
		if got := holders[perm]; len(got) != 1 || got[0] != want {
			t.Errorf("%s is held by %v, want %s alone", perm, got, want)
		}
	}
	for _, role := range []string{account.RoleAuditor, account.RoleSystem, account.RoleSecurity} {
		for _, p := range account.Permissions(role) {
			if domain, _, _ := strings.Cut(p, ":"); domain != "desk" && domain != "account" && domain != "audit" {
				t.Errorf("%s, an administrator, has %s", role, p)
			}
		}
	}
}

func rolesWith(perm string) []string {
	var out []string
	for _, role := range account.Roles {
		if slices.Contains(account.Permissions(role), perm) {
			out = append(out, role)
		}
	}
	return out
}

func permissions(b *i18n.Bundle, routes []web.Route) string {
	var w strings.Builder
	w.WriteString(`# Permissions

Made from the routes and the roles by ` + "`go test ./internal/app -run TestPermissionsDocument -update`" + `; do not edit.

A permission is a verb on a domain, held by a role within an area subtree or an institution. The route checks the verb, the
service checks the place. *public*: anybody; *signed*: any account, for its own things.

## Roles

| role | name | 名称 | held in | permissions |
| --- | --- | --- | --- | --- |
`)
	for _, role := range account.Roles {
		fmt.Fprintf(&w, "| %s | %s | %s | %s | %s |\n", role, b.T(i18n.EN, "account.role."+role), b.T(i18n.ZH, "account.role."+role),
			account.ScopeOf(role), strings.Join(account.Permissions(role), ", "))
	}
	w.WriteString(`
Each of the administrators (auditor, system_admin, security_admin) stands alone: who holds one holds no other role. Nobody
grants to themselves, and the last security administrator stays.

## Routes

| route | permission | roles |
| --- | --- | --- |
`)
	routes = slices.Clone(routes)
	slices.SortStableFunc(routes, func(x, y web.Route) int { return strings.Compare(path(x), path(y)) })
	for _, r := range routes {
		who := strings.Join(rolesWith(string(r.Perm)), ", ")
		switch r.Perm {
		case web.Public:
			who = "anybody"
		case web.Signed:
			who = "any account"
		}
		fmt.Fprintf(&w, "| `%s` | %s | %s |\n", r.Pattern, r.Perm, who)
	}
	return w.String()
}

// path is a route's path, then its method, to sort by.
func path(r web.Route) string {
	method, p, ok := strings.Cut(r.Pattern, " ")
	if !ok {
		return method
	}
	return p + " " + method
}
