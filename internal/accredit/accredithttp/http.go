// Package accredithttp serves the pages of applications: those of the
// applicant, of the street that verifies, of the district that recommends, and
// of the technical body's formal check (P1.7).
package accredithttp

import (
	"context"
	"embed"
	"net/http"
	"time"

	"xuedu/internal/accredit"
	"xuedu/internal/area"
	"xuedu/internal/calendar"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// Permissions of this feature; the service checks where they are held.
const (
	desk      web.Perm = accredit.PermDesk
	apply     web.Perm = accredit.PermApply
	verify    web.Perm = accredit.PermVerify
	recommend web.Perm = accredit.PermRecommend
	check     web.Perm = accredit.PermCheck
)

//go:embed templates/*.html
var files embed.FS

// Comments gives what the experts wrote to the applicant, after the decision.
type Comments interface {
	// Comments returns the comments on an application by leaf, in a fixed order
	// and without who wrote them; nothing before the decision.
	Comments(ctx context.Context, applicationID string) (map[string][]string, error)
}

// Deps is what the pages are made of.
type Deps struct {
	Service  *accredit.Service
	Tree     func() *area.Tree
	Days     func() *calendar.Calendar
	Orgs     accredit.Orgs
	Names    func(ctx context.Context, ids []string) (map[string]string, error) // of accounts, by id
	Comments Comments                                                           // nil = nobody keeps any
	// Links are the pages of other features about an application; own is set for
	// the applicant. It may be nil.
	Links func(r *http.Request, p ui.Page, a accredit.Application, own bool) ([]ui.Link, error)
	Zone  *time.Location
	Now   func() time.Time
}

// Pages are the pages and API operations of applications.
type Pages struct{ Deps }

// Routes returns the routes of this feature. Where somebody may do what is
// checked by the service: an application that is not theirs does not exist.
func (h *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /desk/applications", Perm: desk, Handler: h.list},
		{Pattern: "GET /desk/applications/new", Perm: apply, Handler: h.beginForm},
		{Pattern: "POST /desk/applications/new", Perm: apply, Handler: h.begin},
		{Pattern: "GET /desk/applications/{id}", Perm: desk, Handler: h.show},
		{Pattern: "GET /desk/applications/{id}/content", Perm: desk, Handler: h.content},
		{Pattern: "POST /desk/applications/{id}/content", Perm: apply, Handler: h.saveContent},
		{Pattern: "GET /desk/applications/{id}/leaf/{leaf}", Perm: desk, Handler: h.leaf},
		{Pattern: "POST /desk/applications/{id}/leaf/{leaf}", Perm: apply, Handler: h.saveLeaf},
		{Pattern: "POST /desk/applications/{id}/leaf/{leaf}/evidence", Perm: apply, Handler: h.addEvidence},
		{Pattern: "POST /desk/applications/{id}/leaf/{leaf}/remove", Perm: apply, Handler: h.removeEvidence},
		{Pattern: "GET /desk/applications/{id}/file/{digest}", Perm: desk, Handler: h.file},
		{Pattern: "GET /desk/applications/{id}/history", Perm: desk, Handler: h.history},
		{Pattern: "GET /desk/applications/{id}/print", Perm: desk, Handler: h.print},
		{Pattern: "POST /desk/applications/{id}/figures", Perm: apply, Handler: h.refresh},
		{Pattern: "GET /desk/applications/{id}/move", Perm: desk, Handler: h.moveForm},
		{Pattern: "POST /desk/applications/{id}/move", Perm: desk, Handler: h.move},
		{Pattern: "GET /desk/applications/{id}/verify", Perm: verify, Handler: h.verifyForm},
		{Pattern: "POST /desk/applications/{id}/verify", Perm: verify, Handler: h.verify},
		{Pattern: "GET /desk/applications/{id}/check", Perm: check, Handler: h.checkForm},
		{Pattern: "POST /desk/applications/{id}/check", Perm: check, Handler: h.check},
		{Pattern: "GET /desk/recommend/{code}", Perm: recommend, Handler: h.board},
		{Pattern: "POST /desk/recommend/{code}", Perm: recommend, Handler: h.recommend},
		{Pattern: "POST /desk/check/{code}", Perm: check, Handler: h.acceptClean},
		{Pattern: "GET /desk/check/{code}", Perm: check, Handler: h.cleanForm},
	}
}

// page is what every page here is made from. Its methods turn codes and days
// into words.
type page struct {
	ui.Page
	h     *Pages
	names map[string]string // of accounts, by id
}

func (h *Pages) page(r *http.Request, title string, args ...any) page {
	return page{Page: ui.NewPage(r, ui.Desk, title, args...).In("nav.applications"), h: h}
}

// knowing looks up the names of accounts for a page.
func (p page) knowing(ctx context.Context, ids ...string) (page, error) {
	var err error
	p.names, err = p.h.Names(ctx, ids)
	return p, err
}

func view(name, fragment string) web.View {
	return web.View{Tmpl: figureview.Parse(files, "templates/"+name+".html", "templates/parts.html"), Fragment: fragment}
}

// option is one of the choices of a field.
type option struct {
	Value, Text string
	On          bool
}
