// Package monitorhttp is the desk of reports: begun, written section by section
// with a preview, contested and answered, checked, frozen, and by somebody else
// approved (P1.8).
package monitorhttp

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"net/http"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/chart"
	"xuedu/internal/errs"
	"xuedu/internal/monitor"
	"xuedu/internal/pack"
	"xuedu/internal/publish"
	"xuedu/internal/release/paper"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

//go:embed templates/*.html
var files embed.FS

var (
	listView    = web.View{Tmpl: ui.Parse(files, "templates/part.html", "templates/list.html")}
	draftView   = web.View{Tmpl: ui.Parse(files, "templates/part.html", "templates/draft.html")}
	sectionView = web.View{Tmpl: ui.Parse(files, "templates/part.html", "templates/section.html")}
	approveView = web.View{Tmpl: ui.Parse(files, "templates/part.html", "templates/approve.html")}
)

// Deps are what the pages need.
type Deps struct {
	Reports  *monitor.Service
	Tree     func() *area.Tree
	Releases *publish.Service
	Pack     func() *pack.Pack
	AreaName func(code, lang string) string
	Names    func(ctx context.Context, ids []string) (map[string]string, error) // of accounts, by id
	Outlines func() *chart.Outlines
	Papers   func() paper.Papers
	Days     func(from time.Time, workdays int) time.Time
	Zone     *time.Location
	Now      func() time.Time
}

type handler struct{ Deps }

// Routes returns the routes of this feature; what the caller may do there is
// checked by the services.
func Routes(d Deps) []web.Route {
	h := &handler{d}
	const write, prepare, approve web.Perm = "desk:use", publish.PermPrepare, publish.PermApprove
	return []web.Route{
		{Pattern: "GET /desk/reports", Perm: write, Handler: h.list},
		{Pattern: "POST /desk/reports", Perm: prepare, Handler: h.begin},
		{Pattern: "GET /desk/reports/{id}", Perm: write, Handler: h.draft},
		{Pattern: "GET /desk/reports/{id}/paper/{lang}", Perm: write, Handler: h.paper},
		{Pattern: "POST /desk/reports/{id}/move", Perm: prepare, Handler: h.move},
		{Pattern: "POST /desk/reports/{id}/ticks", Perm: prepare, Handler: h.ticks},
		{Pattern: "POST /desk/reports/{id}/head", Perm: prepare, Handler: h.head},
		{Pattern: "POST /desk/reports/{id}/notes/{note}", Perm: prepare, Handler: h.answer},
		{Pattern: "GET /desk/reports/{id}/sections/{section}", Perm: write, Handler: h.section},
		{Pattern: "POST /desk/reports/{id}/sections/{section}", Perm: write, Handler: h.save},
		{Pattern: "POST /desk/reports/{id}/sections/{section}/notes", Perm: write, Handler: h.say},
		{Pattern: "GET /desk/releases/{id}", Perm: approve, Handler: h.approval},
		{Pattern: "POST /desk/releases/{id}", Perm: approve, Handler: h.approve},
	}
}

// page is what the pages of this desk share.
type page struct {
	ui.Page
	Problem, Field string
}

func newPage(r *http.Request, title string) page {
	return page{Page: ui.NewPage(r, ui.Desk, title).In("nav.desk_reports")}
}

// refuse shows what the caller can mend on the page; all else is an error page.
func (p *page) refuse(err error) (status int, rest error) {
	if err == nil {
		return http.StatusOK, nil
	}
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || e.Kind != errs.Invalid && e.Kind != errs.Conflict {
		return 0, err
	}
	p.Problem, p.Field = p.T(e.Key, e.Args...), e.Field
	return web.Status(err), nil
}

// period writes a period as people do.
func (p page) period(name string) string {
	if len(name) > 5 && name[5] == 'Q' {
		return p.T("narrative.period.quarter", "Year", name[:4], "Quarter", name[6:])
	}
	return p.T("narrative.period.year", "Year", name)
}

// back answers a form that did what it was asked.
func back(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// row is a draft in the list.
type row struct {
	monitor.Draft
	Name, Place, When, State string
}

// choice is an option of a field.
type choice struct {
	Value, Text string
	On          bool
}

type listPage struct {
	page
	Rows    []row
	Waiting []waiting // frozen, to be approved
	Reports []choice
	Areas   []choice // that a report may be about, the city first
	Year    string
	May     bool
}

type waiting struct {
	publish.Edition
	Name, When string
}

func (h *handler) list(w http.ResponseWriter, r *http.Request) error { return h.listWith(w, r, nil) }

func (h *handler) listWith(w http.ResponseWriter, r *http.Request, cause error) error {
	p := listPage{page: newPage(r, "monitor.desk.title")}
	status, err := p.refuse(cause)
	if err != nil {
		return err
	}
	list, err := h.Reports.Drafts(r.Context())
	if err != nil {
		return err
	}
	for _, d := range list {
		p.Rows = append(p.Rows, h.row(p.page, d))
	}
	p.May, p.Year = p.Can(r, publish.PermPrepare), r.FormValue("period")
	if p.Year == "" {
		p.Year = h.Now().In(h.Zone).AddDate(-1, 0, 0).Format("2006")
	}
	for _, x := range h.Pack().Reports {
		p.Reports = append(p.Reports, choice{Value: x.Code, Text: x.Name.In(p.Lang), On: r.FormValue("series") == x.Code})
	}
	p.Areas = h.areas(p.page, r.FormValue("area"))
	if p.Can(r, publish.PermApprove) {
		if p.Waiting, err = h.waiting(r, p.page); err != nil {
			return err
		}
	}
	return web.Render(w, r, status, listView, p)
}

// areas are the city, and the areas of the levels that reports of the pack are
// about.
func (h *handler) areas(p page, chosen string) (out []choice) {
	t := h.Tree()
	top, ok := t.ByCode(h.Pack().RootArea)
	if !ok {
		return nil
	}
	add := func(n int) {
		out = append(out, choice{Value: t.At(n).Code, Text: t.At(n).In(p.Lang), On: t.At(n).Code == chosen})
	}
	add(top)
	seen := map[string]bool{"": true}
	for _, rep := range h.Pack().Reports {
		if seen[rep.Level] {
			continue
		}
		seen[rep.Level] = true
		for _, n := range t.Below(top, area.Level(rep.Level)) {
			add(n)
		}
	}
	return out
}

func (h *handler) waiting(r *http.Request, p page) (out []waiting, err error) {
	all, err := h.Releases.Editions(r.Context())
	for _, e := range all {
		if e.State == publish.Frozen || e.State == publish.Approved && !e.Public {
			out = append(out, waiting{e, e.Title.In(p.Lang), p.period(e.Period)})
		}
	}
	return out, err
}

func (h *handler) row(p page, d monitor.Draft) row {
	x := row{Draft: d, Name: d.Series, Place: h.AreaName(d.Area, p.Lang), When: p.period(d.Period), State: h.stateName(p, d)}
	if rep, ok := h.Pack().Report(d.Series); ok {
		x.Name = rep.Name.In(p.Lang)
	}
	return x
}

func (h *handler) stateName(p page, d monitor.Draft) string {
	rep, _ := h.Pack().Report(d.Series)
	for _, f := range h.Pack().Workflows {
		if f.Code != rep.Workflow {
			continue
		}
		for _, st := range f.States {
			if st.Code == d.State {
				return pack.Text(st.Name).In(p.Lang)
			}
		}
	}
	return d.State
}

func (h *handler) begin(w http.ResponseWriter, r *http.Request) error {
	d, err := h.Reports.Begin(r.Context(), r.FormValue("series"), cmp.Or(r.FormValue("area"), h.Pack().RootArea), r.FormValue("period"))
	if err != nil {
		return h.listWith(w, r, err)
	}
	return back(w, r, "/desk/reports/"+d.ID)
}
