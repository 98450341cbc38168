package publishhttp

import (
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"xuedu/internal/chart"
	"xuedu/internal/errs"
	"xuedu/internal/publish"
	"xuedu/internal/release"
	"xuedu/internal/release/view"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// chartPage is one chart of a release: with the lines that put it on another
// site, or by itself inside one.
type chartPage struct {
	ui.Page
	E         item
	Publisher string
	F         view.Figure
	Defs      template.HTML
	Base      string // of the edition
	Back      string // where it stands there
	Address   string // of the edition, in full
	Frame     string // of the chart by itself, in full
}

// chartHref is the page of a chart.
func chartHref(e publish.Edition, section string, n int) string {
	return base(e) + "/charts/" + url.PathEscape(section) + "/" + strconv.Itoa(n)
}

func (h *handler) chartPage(r *http.Request) (chartPage, error) {
	e, err := h.find(r)
	if err != nil {
		return chartPage{}, err
	}
	rel, x, err := h.Releases.Release(r.Context(), e.ID)
	if err != nil {
		return chartPage{}, err
	}
	n, err := strconv.Atoi(r.PathValue("n"))
	s, ok := view.SectionOf(rel, r.PathValue("section"))
	if err != nil || !ok {
		return chartPage{}, errs.New(errs.NotFound, "publish.no_chart")
	}
	page := ui.NewPage(r, ui.Public, "publish.list.title").In("nav.reports")
	o := h.options(page, e)
	o.Href = func(k release.Key) string { return h.Base(r) + cellHref(e, k) }
	p := chartPage{Page: page, E: h.item(page, e), Publisher: rel.Publisher[page.Lang], Base: base(e), Back: base(e) + "#" + r.PathValue("section"), Address: h.Base(r) + base(e)}
	if p.F, ok = view.Alone(rel, x, s, n, o); !ok {
		return chartPage{}, errs.New(errs.NotFound, "publish.no_chart")
	}
	p.Title, p.Frame = p.F.Title, h.Base(r)+chartHref(e, r.PathValue("section"), n)+"/embed?lang="+page.Lang
	if p.F.HasMap {
		p.Defs = chart.Defs
	}
	return p, nil
}

func (h *handler) chart(w http.ResponseWriter, r *http.Request) error {
	p, err := h.chartPage(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, chartView, p)
}

// embed is the chart by itself. It is the one page that other sites may show in
// theirs: nothing can be done on it.
func (h *handler) embed(w http.ResponseWriter, r *http.Request) error {
	p, err := h.chartPage(r)
	if err != nil {
		return err
	}
	csp := w.Header().Get("Content-Security-Policy")
	w.Header().Set("Content-Security-Policy", strings.Replace(csp, "frame-ancestors 'none'", "frame-ancestors *", 1))
	w.Header().Del("X-Frame-Options")
	return web.Render(w, r, http.StatusOK, embedView, p)
}

// readersPage lists who reads releases before they are public.
type readersPage struct {
	ui.Page
	Rows []readersRow
}

type readersRow struct {
	item
	Readers []publish.Reader
}

func (h *handler) readers(w http.ResponseWriter, r *http.Request) error {
	p := readersPage{Page: ui.NewPage(r, ui.Public, "publish.readers.title").In("nav.reports")}
	list, err := h.Releases.EarlyReaders(r.Context())
	if err != nil {
		return err
	}
	for _, x := range list {
		p.Rows = append(p.Rows, readersRow{h.item(p.Page, x.Edition), x.Readers})
	}
	return web.Render(w, r, http.StatusOK, readersView, p)
}
