package publishhttp

import (
	"html/template"
	"net/http"
	"strings"
	"time"

	"xuedu/internal/chart"
	"xuedu/internal/publish"
	"xuedu/internal/release"
	"xuedu/internal/release/view"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

type editionPage struct {
	ui.Page
	E        item
	R        *release.Release
	Year     string
	Part     string // of the year: Q4
	Defs     template.HTML
	Sections []view.Part
	Files    []fileRow
	Versions []item // of the same report and period, the newest first
	Readers  []publish.Reader
	Base     string
	Address  string // permanent, for citing
	Cites    []ui.Alternate
	API      string // its cells there
	Signoffs []signoff
}

type signoff struct {
	Role, Post string
	At         time.Time
}

func (h *handler) edition(w http.ResponseWriter, r *http.Request) error {
	e, err := h.find(r)
	if err != nil {
		return err
	}
	rel, _, err := h.Releases.Release(r.Context(), e.ID)
	if err != nil {
		return err
	}
	page := ui.NewPage(r, ui.Public, "publish.list.title").In("nav.reports")
	p := editionPage{Page: page, E: h.item(page, e), R: rel, Base: base(e), Address: h.Base(r) + base(e)}
	p.Title = p.E.Name + " " + p.E.When
	p.Year, p.Part, _ = strings.Cut(e.Period, "-")
	d, err := h.drawn(r, page, e)
	if err != nil {
		return err
	}
	if p.Sections, p.Files = d.parts, d.files; d.hasMap {
		p.Defs = chart.Defs
	}
	for _, s := range rel.Signoffs {
		p.Signoffs = append(p.Signoffs, signoff{page.T("publish.role." + s.Role), s.Post[page.Lang], stamp(s.At)})
	}
	if e.Public {
		p.Cites, p.Alternates, p.API = citeForms(page, e), otherForms(page, e), cellsPath(e)
	}
	if err := h.around(r, &p); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, editionView, p)
}

// stamp reads a time of a release.
func stamp(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

// options draw figures that lead to their permanent pages.
func (h *handler) options(p ui.Page, e publish.Edition) view.Options {
	return view.Options{Lang: p.Lang, Outlines: h.Outlines(), Href: func(k release.Key) string { return cellHref(e, k) },
		Embed: func(section string, n int) string { return chartHref(e, section, n) },
		Words: view.Words{Legend: p.T("figure.map.steps"), Below: p.T("figure.map.below"), Above: p.T("figure.map.above"), Desc: p.T("publish.chart.desc"), Embed: p.T("publish.embed")}}
}

// around adds versions and who reads early.
func (h *handler) around(r *http.Request, p *editionPage) error {
	all, err := h.Releases.Editions(r.Context())
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.Series == p.E.Series && o.Area == p.E.Area && o.Period == p.E.Period && o.State == publish.Approved {
			p.Versions = append(p.Versions, h.item(p.Page, o))
		}
	}
	p.Readers, err = h.Releases.Readers(r.Context(), p.E.ID)
	return err
}
