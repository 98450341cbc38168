package indicatorhttp

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/indicator"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/period"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// Limits of a board: what is more is downloaded or narrowed.
const (
	maxCells   = 60 * 16 * 20
	maxLinked  = 3000 // cells that are links of their own
	maxPeriods = 24
)

// boardPage is the pivot of area × period × indicator × breakdown.
type boardPage struct {
	ui.Page
	Form    boardForm
	Problem string
	Table   *pivot
	Chart   figureview.Chart
	CSV     string
	XLSX    string
}

// boardForm is the question as fields.
type boardForm struct {
	Place   string
	Codes   []option
	Levels  []option
	Kinds   []option
	Count   string
	By      []option
	Columns []option
}

// question is what a board asks.
type question struct {
	indicator.Query
	defs []indicator.Definition // of Codes, in the order of the catalogue
	cols string                 // axis that goes across: period, area, indicator, slice
}

// ask reads a question; what is left out has a sensible default.
func (h *Pages) ask(r *http.Request) (question, error) {
	v := r.URL.Query()
	defs, err := h.Indicators.Definitions(r.Context(), "")
	if err != nil {
		return question{}, err
	}
	q := question{cols: v.Get("cols")}
	if q.cols == "" {
		q.cols = "period"
	}
	codes := v["code"]
	for _, d := range defs {
		if slices.Contains(codes, d.Code) || len(codes) == 0 && d.Core || slices.Contains(codes, "all") {
			q.defs = append(q.defs, d)
			q.Codes = append(q.Codes, d.Code)
		}
	}
	if len(q.Codes) == 0 {
		return q, errs.InvalidField("code", "indicators.board.no_code")
	}
	q.By, q.Level = v.Get("by"), v.Get("level")
	if q.Area, err = h.place(v.Get("place")); err != nil {
		return q, err
	}
	q.Periods, err = h.periods(v, q.defs)
	return q, err
}

// place returns the code of what was typed; "" is the whole city.
func (h *Pages) place(text string) (string, error) {
	if text == "" {
		return h.root(), nil
	}
	t := h.Tree()
	if _, ok := t.ByCode(text); ok {
		return text, nil
	}
	found := t.Search(text, 2)
	if len(found) == 0 {
		return "", errs.InvalidField("place", "indicators.board.no_place", "Text", text)
	}
	return t.At(found[0]).Code, nil
}

// periods returns the last n periods of a kind up to one, oldest first.
func (h *Pages) periods(v url.Values, defs []indicator.Definition) ([]period.Period, error) {
	kind := period.Kind(v.Get("kind"))
	to := h.latest(period.Year)
	if len(defs) == 1 {
		to = h.usual(defs[0].Indicator)
	}
	if kind != "" {
		to = h.latest(kind)
	}
	if s := v.Get("to"); s != "" {
		p, err := period.Parse(s)
		if err != nil {
			return nil, err
		}
		to = p
	}
	n, err := strconv.Atoi(v.Get("n"))
	if err != nil || n < 1 {
		n = 4
	}
	list := []period.Period{to}
	for len(list) < min(n, maxPeriods) {
		p, ok := list[0].Add(-1)
		if !ok {
			break
		}
		list = append([]period.Period{p}, list...)
	}
	return list, nil
}

func (h *Pages) board(w http.ResponseWriter, r *http.Request) error {
	p := boardPage{Page: ui.NewPage(r, ui.Public, "indicators.board").In("nav.indicators")}
	q, err := h.ask(r)
	var cells []indicator.Cell
	if err == nil {
		cells, err = h.Indicators.Eval(r.Context(), q.Query)
	}
	if err == nil && len(cells) > maxCells {
		err = errs.New(errs.Invalid, "indicators.board.too_large", "N", p.Num(int64(len(cells))), "Max", p.Num(maxCells))
	}
	if err != nil {
		e, ok := errors.AsType[*errs.Error](err)
		if !ok || e.Kind != errs.Invalid {
			return err
		}
		p.Problem = p.T(e.Key, e.Args...)
	}
	if p.Form, err = h.form(r, p.Page, q); err != nil {
		return err
	}
	if p.Problem == "" {
		p.Table = h.pivot(p.Page, q, cells)
		p.Chart = h.boardChart(p.Page, q, cells)
		query := r.URL.RawQuery
		p.CSV, p.XLSX = "/indicators/board.csv?"+query, "/indicators/board.xlsx?"+query
	}
	status := http.StatusOK
	if p.Problem != "" && r.URL.RawQuery != "" { // whoever asked for nothing made no mistake
		status = http.StatusUnprocessableEntity
	}
	return web.Render(w, r, status, boardView, p)
}

// boardChart draws one indicator: areas in one period, or one area through
// several.
func (h *Pages) boardChart(p ui.Page, q question, cells []indicator.Cell) figureview.Chart {
	if len(q.defs) != 1 || q.By != "" || len(cells) == 0 {
		return figureview.Chart{}
	}
	switch {
	case q.Level == "" && len(q.Periods) > 1:
		return h.trend(p, q.defs[0], cells)
	case q.Level != "" && len(cells) <= 40*len(q.Periods):
		last := q.Periods[len(q.Periods)-1]
		return h.bars(p, q.defs[0], slices.DeleteFunc(slices.Clone(cells), func(c indicator.Cell) bool { return c.Period != last }))
	}
	return figureview.Chart{}
}

// form shows the question as fields.
func (h *Pages) form(r *http.Request, p ui.Page, q question) (boardForm, error) {
	defs, err := h.Indicators.Definitions(r.Context(), "")
	if err != nil {
		return boardForm{}, err
	}
	v := r.URL.Query()
	f := boardForm{Place: v.Get("place"), Count: v.Get("n")}
	for _, d := range defs {
		f.Codes = append(f.Codes, option{d.Code, d.Code + " " + d.Name.In(p.Lang), slices.Contains(q.Codes, d.Code)})
	}
	for _, l := range []area.Level{"", area.District, area.Street, area.Community} {
		text := p.T("indicators.board.itself")
		if l != "" {
			text = figureview.LevelName(p, l)
		}
		f.Levels = append(f.Levels, option{string(l), text, string(l) == q.Level})
	}
	kind := period.Year
	if len(q.Periods) > 0 {
		kind = q.Periods[0].Kind()
	}
	for _, k := range []period.Kind{period.Year, period.Quarter, period.Month} {
		f.Kinds = append(f.Kinds, option{string(k), p.T("indicators.period." + string(k)), k == kind})
	}
	for _, by := range []string{"", "theme", "age", "sex", "mode"} {
		f.By = append(f.By, option{by, p.T("indicators.by." + orNone(by)), by == q.By})
	}
	for _, axis := range axes {
		f.Columns = append(f.Columns, option{axis, p.T("indicators.axis." + axis), axis == q.cols})
	}
	return f, nil
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
