// Package visithttp serves the pages of site visits: the office plans, the
// applicant names sites and is told, the team fills in the checklist on site,
// also where there is no network (P1.7).
package visithttp

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"time"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/visit"
	"xuedu/internal/draw"
	"xuedu/internal/errs"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

//go:embed templates/*.html
var files embed.FS

func view(name string) web.View {
	return web.View{Tmpl: ui.Parse(files, "templates/part.html", "templates/"+name+".html")}
}

var (
	listView   = view("list")
	planView   = view("plan")
	officeView = view("office")
	noticeView = view("notice")
	mineView   = view("mine")
	teamView   = view("team")
)

// Visits is what the pages need from package visit.
type Visits interface {
	Cases(ctx context.Context, callID string) ([]visit.Case, error)
	Candidates(ctx context.Context, applicationID string) (accredit.Dossier, []visit.Candidate, error)
	FirstDay(d accredit.Dossier) string
	Plan(ctx context.Context, n visit.NewVisit) (visit.Visit, error)
	Get(ctx context.Context, id string) (visit.Detail, error)
	Recheck(ctx context.Context, callID string) (int, error)
	DrawSites(ctx context.Context, id, value string) (draw.Manifest, error)
	Announce(ctx context.Context, id, note string) error
	Move(ctx context.Context, id, day string) error
	Release(ctx context.Context, id, accountID, reason string) error
	Add(ctx context.Context, id, expertID string) error
	Cancel(ctx context.Context, id, reason string) error
	OfApplication(ctx context.Context, applicationID string) ([]visit.Visit, error)
	Notice(ctx context.Context, id string) (visit.Visit, []visit.Site, error)
	Choice(ctx context.Context, id string) (visit.Choice, error)
	Name(ctx context.Context, id string, codes []string) error
	Mine(ctx context.Context) ([]visit.Visit, error)
	Member(ctx context.Context, v visit.Visit) (bool, error)
	Rows(ctx context.Context, id string) (map[int64]visit.Row, error)
	Find(ctx context.Context, id, leaf, level, note string, base int64) (visit.Item, error)
	AddPhoto(ctx context.Context, id, leaf, media string, content []byte) (visit.Photo, error)
	Photo(ctx context.Context, id, digest string) (visit.Photo, []byte, error)
	CallBack(ctx context.Context, id string, nr int64, outcome, note string) error
	Sign(ctx context.Context, id string) (visit.Visit, error)
}

// Pages serves the pages.
type Pages struct {
	Visits Visits
	Calls  func(ctx context.Context) ([]accredit.Call, error)
	Names  func(ctx context.Context, accountIDs []string) (map[string]string, error)
}

// Permissions of the routes; whose visit it is, the service checks.
const (
	permPlan  web.Perm = "accredit:manage"
	permApply web.Perm = "accredit:apply"
	permTake  web.Perm = "visit:take"
)

// Routes returns the routes of the pages.
func (h *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /desk/visits", Perm: permPlan, Handler: h.list},
		{Pattern: "GET /desk/visits/new", Perm: permPlan, Handler: h.planForm},
		{Pattern: "POST /desk/visits", Perm: permPlan, Handler: h.plan},
		{Pattern: "GET /desk/visits/{id}", Perm: permPlan, Handler: h.office},
		{Pattern: "POST /desk/visits/{id}", Perm: permPlan, Handler: h.act},
		{Pattern: "GET /desk/visited/{application}", Perm: permApply, Handler: h.notices},
		{Pattern: "POST /desk/visited/{application}/{id}", Perm: permApply, Handler: h.name},
		{Pattern: "GET /review/visits", Perm: permTake, Handler: h.mine},
		{Pattern: "GET /review/visits/{id}", Perm: permTake, Handler: h.team},
		{Pattern: "POST /review/visits/{id}/items", Perm: permTake, Handler: h.find},
		{Pattern: "POST /review/visits/{id}/photos", Perm: permTake, Handler: h.addPhoto},
		{Pattern: "GET /review/visits/{id}/photos/{digest}", Perm: permTake, Handler: h.photo},
		{Pattern: "POST /review/visits/{id}/calls", Perm: permTake, Handler: h.callBack},
		{Pattern: "POST /review/visits/{id}/sign", Perm: permTake, Handler: h.sign},
	}
}

// page is what all pages of this package have.
type page struct {
	ui.Page
	Problem string // what went wrong with what was sent, "" = nothing
}

// Day prints a day for people.
func (p page) Day(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return p.Date(t)
}

// State names the state of a visit.
func (p page) State(state string) string { return p.T("visit.state." + state) }

// newPage returns a page, with the words of an error that the reader can mend.
func newPage(r *http.Request, title, nav string, failed error) page {
	p := page{Page: ui.NewPage(r, ui.Desk, title).In(nav)}
	if e, ok := errors.AsType[*errs.Error](failed); ok {
		p.Problem = p.T(e.Key, e.Args...)
	}
	return p
}

// mendable reports whether an error is shown on the page it came from.
func mendable(err error) bool {
	k := errs.KindOf(err)
	return k == errs.Invalid || k == errs.Conflict
}

func status(failed error) int {
	if failed != nil {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}
