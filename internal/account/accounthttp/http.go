// Package accounthttp serves sign-in, one's own account, and the pages of the
// three administrators: accounts, grants and the audit trail.
package accounthttp

import (
	"embed"
	"net/http"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

//go:embed templates/*.html
var files embed.FS

// Permissions of this feature.
const (
	Read   web.Perm = "account:read"
	Manage web.Perm = "account:manage"
	Grant  web.Perm = "account:grant"
	Lock   web.Perm = "account:lock"
	Trail  web.Perm = "audit:read"
)

// Deps is what the pages need from the rest of the program.
type Deps struct {
	Accounts *account.Service
	Audit    *audit.Service
	Zone     *time.Location // of the days in filters; nil = UTC
	Tree     func() *area.Tree
	Secure   bool                       // the browser reaches us by HTTPS
	Remote   func(*http.Request) string // address a request came from
}

type handler struct{ Deps }

// Routes returns the routes of this feature.
func Routes(d Deps) []web.Route {
	h := &handler{d}
	return []web.Route{
		{Pattern: "GET /signin", Perm: web.Public, Handler: h.signInForm},
		{Pattern: "POST /signin", Perm: web.Public, Handler: h.signIn},
		{Pattern: "POST /signout", Perm: web.Public, Handler: h.signOut},
		{Pattern: "GET /account", Perm: web.Signed, Handler: h.own},
		{Pattern: "GET /account/password", Perm: web.Signed, Handler: h.passwordForm},
		{Pattern: "POST /account/password", Perm: web.Signed, Handler: h.password},
		{Pattern: "POST /account/sessions/{id}/end", Perm: web.Signed, Handler: h.endSession},
		{Pattern: "GET /admin/accounts", Perm: Read, Handler: h.list},
		{Pattern: "GET /admin/accounts/new", Perm: Manage, Handler: h.newForm},
		{Pattern: "POST /admin/accounts", Perm: Manage, Handler: h.create},
		{Pattern: "GET /admin/accounts/{id}", Perm: Read, Handler: h.show},
		{Pattern: "POST /admin/accounts/{id}/disable", Perm: Lock, Handler: h.act((*account.Service).Disable)},
		{Pattern: "POST /admin/accounts/{id}/enable", Perm: Lock, Handler: h.act((*account.Service).Enable)},
		{Pattern: "POST /admin/accounts/{id}/unlock", Perm: Lock, Handler: h.act((*account.Service).Unlock)},
		{Pattern: "POST /admin/accounts/{id}/reset", Perm: Manage, Handler: h.reset},
		{Pattern: "POST /admin/accounts/{id}/grants", Perm: Grant, Handler: h.addGrant},
		{Pattern: "POST /admin/accounts/{id}/grants/{grant}/remove", Perm: Grant, Handler: h.removeGrant},
		{Pattern: "GET /admin/audit", Perm: Trail, Handler: h.trail},
		{Pattern: "POST /admin/audit/verify", Perm: Trail, Handler: h.verify},
		{Pattern: "GET /admin/audit/export", Perm: Trail, Handler: h.export},
	}
}

func view(name string) web.View {
	return web.View{Tmpl: ui.Parse(files, "templates/form.html", "templates/"+name+".html")}
}
