package publishhttp

import (
	"net/http"
	"net/url"
	"time"

	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/narrative"
	"xuedu/internal/publish"
	"xuedu/internal/release"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// cellPage is the permanent page of one figure.
type cellPage struct {
	ui.Page
	E           item
	D           release.Definition
	C           release.Cell
	Name, Unit  string
	Place, When string
	Slice       string
	Text        string // as it is shown
	Vintages    []vintage
	Base        string
	Address     string
	Live        string // where it is computed today
	Hidden      bool   // to protect people
	K           int    // counts of people below it are hidden
}

// vintage is the figure in one release.
type vintage struct {
	Version, Stage, Text string
	Frozen               time.Time
	Moved                bool // since the release before
}

func (h *handler) cell(w http.ResponseWriter, r *http.Request) error {
	e, err := h.find(r)
	if err != nil {
		return err
	}
	rel, x, err := h.Releases.Release(r.Context(), e.ID)
	if err != nil {
		return err
	}
	k := release.Key{Code: r.PathValue("code"), Area: r.PathValue("cellarea"), Period: r.PathValue("cellperiod"), Slice: r.URL.Query().Get("slice")}
	c, ok := x.Cell(k)
	d, okDef := x.Definition(k.Code)
	a, okArea := x.Area(k.Area)
	if !ok || !okDef || !okArea {
		return errs.New(errs.NotFound, "publish.no_cell")
	}
	page := ui.NewPage(r, ui.Public, "publish.list.title").In("nav.reports")
	p := cellPage{Page: page, E: h.item(page, e), D: d, C: c, Name: d.Name[page.Lang], Unit: d.UnitName[page.Lang], Place: a.Name[page.Lang],
		When: period(page, k.Period), Slice: slice(d, k.Slice, page.Lang), Text: shown(page, c), Base: base(e), Address: h.Base(r) + cellHref(e, k)}
	p.Title = p.Name + " " + p.Place + " " + p.When
	p.Hidden, p.K = c.State == formula.Withheld.String(), rel.Disclosure.Threshold
	if d.Version > 0 && !p.Hidden { // an indicator of the city
		p.Live = "/indicators/" + url.PathEscape(d.Code)
	}
	if p.Vintages, err = h.vintages(r, page, e, k); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, cellView, p)
}

func slice(d release.Definition, code, lang string) string {
	for _, s := range d.Slices {
		if s.Code == code {
			return s.Name[lang]
		}
	}
	return code
}

// shown is a cell's value with the thousands apart, or the word of its state.
func shown(p ui.Page, c release.Cell) string {
	if c.Value == "" {
		return p.T("narrative.state." + c.State)
	}
	return narrative.Group(c.Value)
}

// vintages are the figure in every release of the series, the oldest first.
func (h *handler) vintages(r *http.Request, p ui.Page, e publish.Edition, k release.Key) (out []vintage, err error) {
	series, err := h.Releases.Series(r.Context(), e.Series, e.Area)
	if err != nil {
		return nil, err
	}
	var last release.Cell
	for i, v := range release.Vintages(series, k) {
		out = append(out, vintage{Version: v.Version, Stage: p.T("publish.stage." + v.Stage), Frozen: stamp(v.Frozen), Text: shown(p, v.Cell), Moved: i > 0 && v.Cell != last})
		last = v.Cell
	}
	return out, nil
}

// changesPage lists what differs from the version before.
type changesPage struct {
	ui.Page
	E       item
	Before  item
	Rows    []change
	More    int
	Reason  string
	Base    string
	Defined []string // definitions that changed
}

type change struct {
	Name, Place, When, Slice string
	Was, Is                  string
	Href                     string
}

// mostChanges is how many changed figures a page lists; the files have all.
const mostChanges = 500

func (h *handler) changes(w http.ResponseWriter, r *http.Request) error {
	e, err := h.find(r)
	if err != nil {
		return err
	}
	if e.Supersedes == "" {
		return errs.New(errs.NotFound, "publish.first")
	}
	before, err := h.Releases.Edition(r.Context(), e.Supersedes)
	if err != nil {
		return err
	}
	now, x, err := h.Releases.Release(r.Context(), e.ID)
	if err != nil {
		return err
	}
	old, xOld, err := h.Releases.Release(r.Context(), before.ID)
	if err != nil {
		return err
	}
	page := ui.NewPage(r, ui.Public, "publish.changes.title").In("nav.reports")
	p := changesPage{Page: page, E: h.item(page, e), Before: h.item(page, before), Reason: e.Reason.In(page.Lang), Base: base(e)}
	list := release.Compare(old, now)
	for _, c := range list[:min(mostChanges, len(list))] {
		p.Rows = append(p.Rows, h.change(page, e, c, x, xOld))
	}
	p.More = len(list) - len(p.Rows)
	for _, d := range now.Measures {
		if was, ok := xOld.Definition(d.Code); ok && (was.Version != d.Version || was.Formula != d.Formula) {
			p.Defined = append(p.Defined, d.Name[page.Lang])
		}
	}
	return web.Render(w, r, http.StatusOK, changeView, p)
}

func (h *handler) change(p ui.Page, e publish.Edition, c release.Change, now, old *release.Index) change {
	x := now
	if c.Is == nil {
		x = old
	}
	d, _ := x.Definition(c.Code)
	a, _ := x.Area(c.Area)
	out := change{Name: d.Name[p.Lang], Place: a.Name[p.Lang], When: period(p, c.Period), Slice: slice(d, c.Slice, p.Lang), Was: "—", Is: "—"}
	if c.Was != nil {
		out.Was = shown(p, *c.Was)
	}
	if c.Is != nil {
		out.Is, out.Href = shown(p, *c.Is), cellHref(e, c.Key)
	}
	return out
}
