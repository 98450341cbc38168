package statistichttp

import (
	"context"
	"html/template"
	"net/http"
	"strconv"

	"xuedu/internal/account"
	"xuedu/internal/chart"
	"xuedu/internal/errs"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/statistic"
	"xuedu/internal/web"
)

var matrixView = view("matrix", "")

// matrixPage shows which units have handed in which forms of a period.
type matrixPage struct {
	page
	C      statistic.Collection
	Crumbs []link
	Here   string
	Level  string // of the rows
	Forms  []statistic.Collection
	Rows   []matrixRow
	Totals []tally
	Defs   template.HTML
	Map    *figureview.Map
	Tally  tally // of this collection
	May    bool  // may publish
	Acts   []link
	Area   string
}

type matrixRow struct {
	Name, Href string
	Cells      []matrixCell
}

// matrixCell is what an area and everything below it owes of a form.
type matrixCell struct {
	Tally tally
	Own   *statistic.Return // where the area is all there is
	only  int64             // area of the last one counted
	Word  string
}

// collection shows the matrix of an area: its parts by forms. It needs an area
// that the reader may see; without one it is the whole of what they may see.
func (h *handler) collection(w http.ResponseWriter, r *http.Request) error {
	p := matrixPage{page: h.deskPage(r, "returns.collections.title"), Defs: chart.Defs}
	c, forms, err := h.same(r)
	if err != nil {
		return err
	}
	at, err := h.place(r)
	if err != nil {
		return err
	}
	p.C, p.Forms = c, forms
	p.Title = p.T("returns.matrix.title", "Period", p.Period(c.Period))
	if err := h.fillMatrix(r, &p, at); err != nil {
		return err
	}
	p.Map = h.completeness(p)
	p.May = p.Can(r, string(send))
	return web.Render(w, r, http.StatusOK, matrixView, p)
}

// place is the number of the area asked for, or the reader's own; Forbidden
// where they may not see it.
func (h *handler) place(r *http.Request) (int, error) {
	t, who := h.Tree(), account.From(r.Context())
	n, ok := t.ByCode(r.FormValue("area"))
	if !ok {
		if r.FormValue("area") != "" {
			return 0, errs.New(errs.NotFound, "place.unknown")
		}
		n = h.home(who)
	}
	if n >= t.Len() || !who.CoversArea(string(read), t, t.At(n).ID) {
		return 0, errs.New(errs.Forbidden, "error.forbidden")
	}
	return n, nil
}

// home is the topmost area that somebody may see returns of.
func (h *handler) home(who account.Actor) int {
	t, best := h.Tree(), h.Tree().Len()
	for n := range t.Len() {
		if who.CoversArea(string(read), t, t.At(n).ID) {
			best = n
			break
		}
	}
	if n, ok := t.ByCode(h.Pack().RootArea); ok && best < n && who.CoversArea(string(read), t, t.At(n).ID) {
		return n // a country and a province above the city own no returns
	}
	return best
}

// fillMatrix counts the returns below an area, a row for each of its parts.
func (h *handler) fillMatrix(r *http.Request, p *matrixPage, at int) error {
	t := h.Tree()
	p.Here, p.Area = t.At(at).In(p.Lang), t.At(at).Code
	for _, i := range t.Path(at) {
		if account.From(r.Context()).CoversArea(string(read), t, t.At(i).ID) {
			p.Crumbs = append(p.Crumbs, link{Text: t.At(i).In(p.Lang), Href: "/desk/collections/" + p.C.ID + "?area=" + t.At(i).Code})
		}
	}
	parts := t.Children(at)
	rowOf := map[int]int{} // tree number of a part → row
	p.Rows = make([]matrixRow, 0, len(parts)+1)
	p.Rows = append(p.Rows, h.matrixRow(p, at, true))
	for _, i := range parts {
		if t.At(i).ValidTo == "" {
			rowOf[i] = len(p.Rows)
			p.Rows = append(p.Rows, h.matrixRow(p, i, false))
			p.Level = figureview.LevelName(p.Page, t.At(i).Level)
		}
	}
	p.Totals = make([]tally, len(p.Forms))
	for col, c := range p.Forms {
		stands, err := h.Returns.Stands(r.Context(), c.ID, t.At(at).ID)
		if err != nil {
			return err
		}
		for _, x := range stands {
			h.count(p, at, rowOf, col, x)
		}
		if err := h.own(r.Context(), p, col); err != nil {
			return err
		}
	}
	p.trim()
	return nil
}

// own reads the returns that stand alone in a cell of a column.
func (h *handler) own(ctx context.Context, p *matrixPage, col int) error {
	cells := map[int64]*matrixCell{}
	var areas []int64
	for i := range p.Rows {
		if c := &p.Rows[i].Cells[col]; c.Tally.Total == 1 {
			cells[c.only] = c
			areas = append(areas, c.only)
		}
	}
	if len(areas) == 0 {
		return nil
	}
	list, err := h.Returns.Returns(ctx, statistic.ReturnQuery{Collection: p.Forms[col].ID, Areas: areas})
	for i := range list {
		r := &list[i]
		if c := cells[r.AreaID]; c != nil {
			c.Own, c.Word = r, p.State(*r)
		}
	}
	return err
}

func (h *handler) matrixRow(p *matrixPage, n int, own bool) matrixRow {
	t := h.Tree()
	row := matrixRow{Name: t.At(n).In(p.Lang), Cells: make([]matrixCell, len(p.Forms))}
	if own {
		row.Name = p.T("returns.matrix.own", "Area", row.Name)
	} else if t.Last(n) > n+1 {
		row.Href = "/desk/collections/" + p.C.ID + "?area=" + t.At(n).Code
	}
	return row
}

// count puts a return into the row of the part of the tree that owes it.
func (h *handler) count(p *matrixPage, at int, rowOf map[int]int, col int, x statistic.Stand) {
	t := h.Tree()
	n, ok := t.ByID(x.AreaID)
	if !ok {
		return
	}
	p.Totals[col].add(x.Stage)
	if p.Forms[col].ID == p.C.ID {
		p.Tally.add(x.Stage)
	}
	row := 0
	for i := n; i != at; i = t.Parent(i) {
		if at > i || i < 0 {
			return
		}
		row = rowOf[i]
	}
	c := &p.Rows[row].Cells[col]
	c.Tally.add(x.Stage)
	c.only = x.AreaID
}

// trim leaves out the area's own row where it owes nothing itself.
func (p *matrixPage) trim() {
	for _, c := range p.Rows[0].Cells {
		if c.Tally.Total > 0 {
			return
		}
	}
	p.Rows = p.Rows[1:]
}

// completeness draws how much of this collection is accepted; nil where the
// parts are not those of the pack's map.
func (h *handler) completeness(p matrixPage) *figureview.Map {
	if h.Map == nil || h.Map() == nil {
		return nil
	}
	outlines, t := h.Map(), h.Tree()
	col, values := -1, map[string]chart.Point{}
	for i, c := range p.Forms {
		if c.ID == p.C.ID {
			col = i
		}
	}
	for _, a := range outlines.Areas {
		n, ok := t.ByCode(a.Code)
		if !ok || t.Parent(n) < 0 || t.At(t.Parent(n)).Code != p.Area {
			return nil
		}
		values[a.Code] = chart.Point{Missing: true}
		for _, row := range p.Rows {
			if c := row.Cells[col]; row.Name == t.At(n).In(p.Lang) && c.Tally.Total > 0 {
				share := 100 * float64(c.Tally.Accepted()) / float64(c.Tally.Total)
				values[a.Code] = chart.Point{Value: share, Text: strconv.Itoa(int(share)) + "%"}
			}
		}
	}
	limits := []float64{20, 40, 60, 80}
	title := p.T("returns.map.title", "Form", p.C.Form.Name.In(p.Lang))
	return &figureview.Map{Caption: title, Sub: p.Period(p.C.Period), SVG: chart.Map(chart.Choropleth{
		Head: chart.Head{ID: "map", Title: title, Desc: p.T("figure.map.desc")}, Outlines: outlines, Lang: p.Lang, Values: values, Limits: limits}),
		Legend: chart.Legend(p.T("figure.map.steps"), limits, func(v float64) string { return strconv.Itoa(int(v)) + "%" },
			chart.LegendWords{Below: p.T("figure.map.below"), Above: p.T("figure.map.above")})}
}
