// Package publishhttp is the public site of published reports: which there are,
// each as a page whose figures can be opened, what changed between versions,
// the files, and the keys to check them with (P1.8).
package publishhttp

import (
	"context"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"xuedu/internal/chart"
	"xuedu/internal/pack"
	"xuedu/internal/pdf"
	"xuedu/internal/publish"
	"xuedu/internal/release"
	"xuedu/internal/release/proof"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

//go:embed templates/*.html
var files embed.FS

var (
	listView    = web.View{Tmpl: ui.Parse(files, "templates/list.html")}
	editionView = web.View{Tmpl: ui.Parse(files, "templates/edition.html")}
	cellView    = web.View{Tmpl: ui.Parse(files, "templates/cell.html")}
	changeView  = web.View{Tmpl: ui.Parse(files, "templates/changes.html")}
	chartView   = web.View{Tmpl: ui.Parse(files, "templates/chart.html")}
	embedView   = web.View{Tmpl: ui.Parse(files, "templates/embed.html")}
	readersView = web.View{Tmpl: ui.Parse(files, "templates/readers.html")}
	keysView    = web.View{Tmpl: ui.Parse(files, "templates/keys.html")}
)

// Service is what the pages need from package publish.
type Service interface {
	Editions(ctx context.Context) ([]publish.Edition, error)
	Edition(ctx context.Context, id string) (publish.Edition, error)
	Find(ctx context.Context, series, area, period, version string) (publish.Edition, error)
	Public(ctx context.Context, series, area, period string, at time.Time) (publish.Edition, error)
	Release(ctx context.Context, id string) (*release.Release, *release.Index, error)
	Sealed(ctx context.Context, id string) ([]byte, error)
	Series(ctx context.Context, series, area string) ([]*release.Release, error)
	Readers(ctx context.Context, id string) ([]publish.Reader, error)
	EarlyReaders(ctx context.Context) ([]publish.EarlyList, error)
	Keys(ctx context.Context) ([]proof.PublicKey, error)
}

// Deps are what the pages need.
type Deps struct {
	Releases Service
	Pack     func() *pack.Pack
	Outlines func() *chart.Outlines // nil where the pack has no map
	AreaName func(code, lang string) string
	Base     func(*http.Request) string // address of the site: https://learn.example.org
	Zone     *time.Location             // in which the city's days end
	Now      func() time.Time
	Letters  func() bool  // e-mails tell of new releases; nil = none do
	Printer  *pdf.Printer // of pages that were sealed without a PDF; nil prints nothing
}

type handler struct {
	Deps
	shelf shelf
	known facts
}

// Routes returns the routes of this feature.
func Routes(d Deps) []web.Route {
	h := &handler{Deps: d}
	const one = "/releases/{series}/{area}/{period}/{version}"
	routes := []web.Route{
		{Pattern: "GET /releases", Perm: web.Public, Handler: h.list},
		{Pattern: "GET /releases/feed.atom", Perm: web.Public, Handler: h.feed},
		{Pattern: "GET /releases/catalog.jsonld", Perm: web.Public, Handler: h.catalogue},
		{Pattern: "GET /releases/readers", Perm: web.Public, Handler: h.readers},
		{Pattern: "GET /releases/keys", Perm: web.Public, Handler: h.keysPage},
		{Pattern: "GET /.well-known/xuedu-keys.json", Perm: web.Public, Handler: h.keys},
		{Pattern: "GET /releases/{series}/{area}/{period}", Perm: web.Public, Handler: h.newest},
		{Pattern: "GET " + one, Perm: web.Public, Handler: h.edition},
		{Pattern: "GET " + one + "/changes", Perm: web.Public, Handler: h.changes},
		{Pattern: "GET " + one + "/cells/{code}/{cellarea}/{cellperiod}", Perm: web.Public, Handler: h.cell},
		{Pattern: "GET " + one + "/charts/{section}/{n}", Perm: web.Public, Handler: h.chart},
		{Pattern: "GET " + one + "/charts/{section}/{n}/embed", Perm: web.Public, Handler: h.embed},
		{Pattern: "GET " + one + "/cite/{file}", Perm: web.Public, Handler: h.cite},
		{Pattern: "GET " + one + "/files/{file}", Perm: web.Public, Handler: h.file},
	}
	return routes
}

// base is the address of an edition.
func base(e publish.Edition) string {
	return "/releases/" + url.PathEscape(e.Series) + "/" + url.PathEscape(e.Area) + "/" + url.PathEscape(e.Period) + "/" + url.PathEscape(e.Version)
}

// cellHref is the permanent link of a cell.
func cellHref(e publish.Edition, k release.Key) string {
	s := base(e) + "/cells/" + url.PathEscape(k.Code) + "/" + url.PathEscape(k.Area) + "/" + url.PathEscape(k.Period)
	if k.Slice != "" {
		s += "?slice=" + url.QueryEscape(k.Slice)
	}
	return s
}

// find returns the edition that a request names.
func (h *handler) find(r *http.Request) (publish.Edition, error) {
	return h.Releases.Find(r.Context(), r.PathValue("series"), r.PathValue("area"), r.PathValue("period"), r.PathValue("version"))
}

// newest leads to the newest version that the reader may see.
func (h *handler) newest(w http.ResponseWriter, r *http.Request) error {
	e, err := h.find(r)
	if err != nil {
		return err
	}
	http.Redirect(w, r, base(e), http.StatusFound)
	return nil
}

// item is an edition in a list.
type item struct {
	publish.Edition
	Name, Place, Href string
	When              string // period, as people say it
}

func (h *handler) item(p ui.Page, e publish.Edition) item {
	return item{Edition: e, Name: e.Title.In(p.Lang), Place: h.AreaName(e.Area, p.Lang), Href: base(e), When: period(p, e.Period)}
}

// period writes a period as people do.
func period(p ui.Page, name string) string {
	year, part, _ := strings.Cut(name, "-")
	switch {
	case part == "":
		return p.T("narrative.period.year", "Year", year)
	case part[0] == 'Q':
		return p.T("narrative.period.quarter", "Year", year, "Quarter", part[1:])
	}
	return p.T("narrative.period.month", "Year", year, "Month", strings.TrimPrefix(part, "0"))
}

type listPage struct {
	ui.Page
	Groups  []group
	Query   string
	Letters bool // e-mails tell of new ones
	Judged  bool // the city evaluates its districts
}

// group is one report about one area, with its editions.
type group struct {
	Name, Place string
	Newest      item
	Older       []item
}

func (h *handler) list(w http.ResponseWriter, r *http.Request) error {
	list, err := h.Releases.Editions(r.Context())
	if err != nil {
		return err
	}
	p := listPage{Page: ui.NewPage(r, ui.Public, "publish.list.title").In("nav.reports"), Query: strings.TrimSpace(r.URL.Query().Get("q")), Judged: h.Pack().Evaluation != nil, Letters: h.Letters != nil && h.Letters()}
	p.Alternates = []ui.Alternate{{Type: "application/atom+xml", Href: "/releases/feed.atom", Title: p.T("publish.feed")}, {Type: ldType, Href: cataloguePath, Title: p.T("publish.catalogue")}}
	for _, e := range list {
		i := h.item(p.Page, e)
		if e.State != publish.Approved || !e.Public && !e.ReadEarly || p.Query != "" && !i.holds(p.Query) {
			continue
		}
		if n := len(p.Groups); n > 0 && p.Groups[n-1].Newest.Series == e.Series && p.Groups[n-1].Newest.Area == e.Area {
			p.Groups[n-1].Older = append(p.Groups[n-1].Older, i)
			continue
		}
		p.Groups = append(p.Groups, group{Name: i.Name, Place: i.Place, Newest: i})
	}
	return web.Render(w, r, http.StatusOK, listView, p)
}

// holds reports whether a search finds an edition.
func (i item) holds(q string) bool {
	for _, s := range append([]string{i.Place, i.Period, i.When, i.Version}, texts(i.Title)...) {
		if strings.Contains(strings.ToLower(s), strings.ToLower(q)) {
			return true
		}
	}
	return false
}

func texts(t pack.Text) (out []string) {
	for _, s := range t {
		out = append(out, s)
	}
	return out
}

// parsed makes the templates known to their test.
var parsed = []struct {
	tmpl *template.Template
	data any
}{
	{listView.Tmpl, listPage{}}, {editionView.Tmpl, editionPage{}}, {cellView.Tmpl, cellPage{}}, {changeView.Tmpl, changesPage{}}, {keysView.Tmpl, keysPage{}},
	{chartView.Tmpl, chartPage{}}, {embedView.Tmpl, chartPage{}}, {readersView.Tmpl, readersPage{}},
}
