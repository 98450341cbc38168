package statistichttp

import (
	"net/http"
	"slices"
	"strconv"

	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/pack"
	"xuedu/internal/sheet"
	"xuedu/internal/statistic"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

var (
	statisticsView = view("statistics", "")
	releaseView    = view("release", "")
)

func (h *handler) publicRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /statistics", Perm: web.Public, Handler: h.statistics},
		{Pattern: "GET /statistics/{id}", Perm: web.Public, Handler: h.release},
		{Pattern: "GET /statistics/{id}/data.csv", Perm: web.Public, Handler: h.csv},
		{Pattern: "GET /statistics/{id}/data.xlsx", Perm: web.Public, Handler: h.xlsx},
	}
}

// statisticsPage lists what is published.
type statisticsPage struct {
	page
	Periods []periodGroup
}

// statistics lists the published collections, the newest period first. Of a
// form and its summary the summary stands for both.
func (h *handler) statistics(w http.ResponseWriter, r *http.Request) error {
	p := statisticsPage{page: h.page(r, ui.Public, "nav.statistics", "nav.statistics")}
	list, err := h.Returns.Published(r.Context())
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(c statistic.Collection) bool {
		return slices.ContainsFunc(list, func(s statistic.Collection) bool { return s.BaseID == c.ID })
	})
	p.Periods = p.byPeriod(list)
	return web.Render(w, r, http.StatusOK, statisticsView, p)
}

// releasePage is one published version: the figures of the city and of its
// districts, and what is needed to read them.
type releasePage struct {
	page
	C     statistic.Collection
	R     statistic.Release
	Table figureTable   // of the area asked for
	All   []areaFigures // the city, and each district
	Districts
	Head     []link
	Releases []releaseLine
	Coverage string
	Latest   bool
	Base     string
	Notes    []link // what each column means
}

// figureTable is the table of a release.
type figureTable struct {
	Corner string
	Groups []group
	Cols   []col
	Rows   []figureRow
	Single bool
}

type figureRow struct {
	Code, Name string
	Total      bool
	Cells      []figureview.Cell
	Asked      []bool
}

// Width is the number of columns of the table.
func (t figureTable) Width() int { return len(t.Cols) + 1 }

func (h *handler) release(w http.ResponseWriter, r *http.Request) error {
	p, err := h.releasePage(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, releaseView, p)
}

// releasePage reads the version that is asked for, or the newest.
func (h *handler) releasePage(r *http.Request) (releasePage, error) {
	p := releasePage{page: h.page(r, ui.Public, "nav.statistics", "nav.statistics")}
	list, err := h.Returns.Releases(r.Context(), r.PathValue("id"))
	if err != nil {
		return p, err
	}
	i := 0
	if v := r.FormValue("version"); v != "" {
		i = slices.IndexFunc(list, func(x statistic.Release) bool { return strconv.FormatInt(x.Version, 10) == v })
	}
	if i < 0 || len(list) == 0 {
		return p, errs.New(errs.NotFound, "returns.release.none")
	}
	p.R, p.C, p.Latest, p.Base = list[i], list[i].Collection, i == 0, "/statistics/"+list[i].Collection.ID
	p.Title = p.T("returns.release.title", "Form", p.C.Form.Name.In(p.Lang), "Period", p.Period(p.C.Period))
	p.Head = p.legalHead(p.C.Form.Head)
	p.Releases = p.releaseLines(list)
	for n := range p.Releases {
		p.Releases[n].By = "" // the office publishes, not a person
	}
	p.Coverage = p.Releases[i].Coverage
	if err := p.districts(r); err != nil {
		return p, err
	}
	for _, f := range p.C.Form.Fields {
		if f.Note.In(p.Lang) != "" {
			p.Notes = append(p.Notes, link{Text: f.Name.In(p.Lang), Note: f.Note.In(p.Lang)})
		}
	}
	return p, nil
}

// released reads a published cell back.
func released(f *pack.Form, c statistic.ReleasedCell) statistic.Cell {
	out := statistic.Cell{}
	out.State, _ = formula.ParseState(c.State)
	if fd, ok := f.Field(c.Field); ok && out.State == formula.Value {
		if _, num, text, err := statistic.ParseEntry(fd, c.Value); err == nil {
			out.Num, out.Text = num, text
		}
	}
	return out
}

func attach(w http.ResponseWriter, kind, name string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
}

func (p releasePage) file(ext string) string {
	return "xuedu-" + p.C.Form.Code + "-" + p.C.Period.Name + "-v" + strconv.FormatInt(p.R.Version, 10) + "." + ext
}

// csv writes one line for each cell, of the city and of each district: a
// missing value is empty and says why.
func (h *handler) csv(w http.ResponseWriter, r *http.Request) error {
	p, err := h.releasePage(r)
	if err != nil {
		return err
	}
	attach(w, "text/csv; charset=utf-8", p.file("csv"))
	out := sheet.NewCSV(w)
	out.Write("form", "period", "version", "area", "area_name", "row", "row_name", "field", "field_name", "unit", "value", "state")
	p.each(func(a areaFigures, row figureRow, c col, cell figureview.Cell) {
		out.Write(p.C.Form.Code, p.C.Period.Name, strconv.FormatInt(p.R.Version, 10), a.Code, a.Name, row.Code, row.Name, c.Code, c.Name, c.Unit,
			cell.Exact, string(cell.State))
	})
	return out.Flush()
}

func (p releasePage) each(f func(areaFigures, figureRow, col, figureview.Cell)) {
	for _, a := range p.All {
		for _, row := range a.Table.Rows {
			for i, c := range row.Cells {
				if row.Asked[i] {
					f(a, row, a.Table.Cols[i], c)
				}
			}
		}
	}
}

// xlsx writes the table as the page shows it, and a sheet that says what the
// figures are.
func (h *handler) xlsx(w http.ResponseWriter, r *http.Request) error {
	p, err := h.releasePage(r)
	if err != nil {
		return err
	}
	b, err := sheet.NewBook(sheet.Info{Title: p.Title, At: p.R.At})
	if err != nil {
		return err
	}
	defer b.Close()
	if err := p.writeFigures(b); err != nil {
		return err
	}
	if err := p.writeAbout(b); err != nil {
		return err
	}
	attach(w, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", p.file("xlsx"))
	_, err = b.WriteTo(w)
	return err
}

func (p releasePage) writeFigures(b *sheet.Book) error {
	cols := []sheet.Col{{Title: p.T("returns.file.area_code"), Width: 16}, {Title: p.T("returns.file.area"), Width: 16}, {Title: p.T("returns.file.row"), Width: 24}, {Title: p.T("returns.grid.field"), Width: 28}, {Title: p.T("returns.grid.unit"), Width: 12},
		{Title: p.T("returns.grid.value"), Width: 16, Format: sheet.Decimal, Places: 2}, {Title: p.T("returns.state"), Width: 14}}
	s, err := b.Sheet(p.T("returns.file.figures"), cols...)
	if err != nil {
		return err
	}
	p.each(func(a areaFigures, row figureRow, c col, cell figureview.Cell) {
		var v any
		if n, perr := strconv.ParseFloat(cell.Exact, 64); perr == nil {
			v = n
		}
		if err == nil {
			err = s.Row(a.Code, a.Name, row.Name, c.Name, c.Unit, v, p.T("figure.state."+string(cell.State)))
		}
	})
	if err != nil {
		return err
	}
	return s.Flush()
}

func (p releasePage) writeAbout(b *sheet.Book) error {
	s, err := b.Sheet(p.T("returns.file.about"), sheet.Col{Title: p.T("returns.grid.field"), Width: 20}, sheet.Col{Title: p.T("returns.file.text"), Width: 90})
	if err != nil {
		return err
	}
	lines := append([]link{{Text: p.T("returns.form"), Note: p.C.Form.Name.In(p.Lang)}, {Text: p.T("returns.period"), Note: p.Period(p.C.Period)},
		{Text: p.T("returns.scope"), Note: p.C.Form.Scope.In(p.Lang)}, {Text: p.T("returns.covered"), Note: p.Coverage}}, p.Head...)
	for _, l := range append(lines, p.Notes...) {
		if err := s.Row(l.Text, l.Note); err != nil {
			return err
		}
	}
	return s.Flush()
}

func statisticsHref(r statistic.Release) string {
	return "/statistics/" + r.Collection.ID + "?version=" + strconv.FormatInt(r.Version, 10)
}
