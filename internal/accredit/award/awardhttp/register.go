package awardhttp

import (
	"context"
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"xuedu/internal/accredit/award"
	"xuedu/internal/area"
	"xuedu/internal/chart"
	"xuedu/internal/errs"
	"xuedu/internal/sheet"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// registerPage is the public register.
type registerPage struct {
	ui.Page
	Text                                string
	Programmes, Districts, States, Year []choice
	Narrowed                            bool
	Rows                                []row
	Total, InForce                      int64
	Query                               string // of the downloads
	Pager                               pager
	Defs                                template.HTML
	Map                                 template.HTML
	Legend                              template.HTML
	Tally                               []tally
	CallCode, CallTitle                 string // whose awards alone are listed, "" = of all
}

// choice is an option of a select.
type choice struct {
	Value, Text string
	On          bool
}

// row is one line of the register.
type row struct {
	Number, Href, Holder, Programme, Place, Day, Until string
	State                                              state
}

// tally counts the awards of a district.
type tally struct {
	Code, Name   string
	InForce, All int64
}

type pager struct{ Prev, Next string }

// onPage is how many awards a page of the register shows.
const onPage = 50

// filter reads what the register is asked for.
func (h *handler) filter(ctx context.Context, v url.Values) (award.Filter, error) {
	f := award.Filter{Programme: v.Get("programme"), State: v.Get("state"), Year: v.Get("year"), Text: v.Get("q")}
	if code := v.Get("area"); code != "" {
		n, ok := h.Tree().ByCode(code)
		if !ok {
			return f, errs.New(errs.NotFound, "award.no_area")
		}
		f.AreaID = h.Tree().At(n).ID
	}
	if code := v.Get("call"); code != "" && h.Call != nil {
		var err error
		if f.CallID, _, err = h.Call(ctx, code); err != nil {
			return f, err
		}
	}
	return f, nil
}

// ofCall names the call whose awards are asked for.
func (h *handler) ofCall(r *http.Request, p *registerPage) error {
	code := r.URL.Query().Get("call")
	if code == "" || h.Call == nil {
		return nil
	}
	_, title, err := h.Call(r.Context(), code)
	p.CallCode, p.CallTitle = code, title.In(p.Lang)
	return err
}

func (h *handler) register(w http.ResponseWriter, r *http.Request) error {
	p := registerPage{Page: ui.NewPage(r, ui.Public, "award.title").In("nav.awards"), Defs: chart.Defs}
	v := r.URL.Query()
	f, err := h.filter(r.Context(), v)
	if err != nil {
		return err
	}
	all, err := h.Awards.List(r.Context(), award.Filter{})
	if err != nil {
		return err
	}
	found, err := h.Awards.List(r.Context(), f)
	if err != nil {
		return err
	}
	p.Text, p.Narrowed, p.Total = f.Text, f != award.Filter{}, int64(len(found))
	for _, a := range found {
		if a.Holds(h.Awards.Today()) {
			p.InForce++
		}
	}
	if err := h.ofCall(r, &p); err != nil {
		return err
	}
	h.choices(&p, f, v.Get("area"), all)
	if err := h.page(r, &p, v, found); err != nil {
		return err
	}
	h.draw(&p, found)
	v.Del("page")
	if q := v.Encode(); q != "" {
		p.Query = "?" + q
	}
	return web.Render(w, r, http.StatusOK, registerView, p)
}

// page fills the rows of the page that is asked for.
func (h *handler) page(r *http.Request, p *registerPage, v url.Values, found []award.Award) error {
	n := 1
	if s := v.Get("page"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil || n < 1 || n > 1+len(found)/onPage {
			return errs.InvalidField("page", "error.not_a_number")
		}
	}
	from, to := min((n-1)*onPage, len(found)), min(n*onPage, len(found))
	for _, a := range found[from:to] {
		line, err := h.row(r, p.Page, a)
		if err != nil {
			return err
		}
		p.Rows = append(p.Rows, line)
	}
	at := func(n int) string {
		q := maps(v)
		q.Set("page", strconv.Itoa(n))
		return "/awards?" + q.Encode()
	}
	if n > 1 {
		p.Pager.Prev = at(n - 1)
	}
	if to < len(found) {
		p.Pager.Next = at(n + 1)
	}
	return nil
}

func maps(v url.Values) url.Values {
	out := url.Values{}
	for k, x := range v {
		out[k] = slices.Clone(x)
	}
	return out
}

func (h *handler) row(r *http.Request, p ui.Page, a award.Award) (row, error) {
	st, err := h.state(r.Context(), p, a)
	return row{Number: a.Number, Href: "/awards/" + url.PathEscape(a.Number), Holder: a.Holder, Programme: h.programme(a.Programme, p.Lang),
		Place: h.place(a.AreaID, p.Lang), Day: day(p, a.Day), Until: day(p, a.To), State: st}, err
}

// choices fills the selects of the filter.
func (h *handler) choices(p *registerPage, f award.Filter, areaCode string, all []award.Award) {
	p.Programmes = []choice{{Text: p.T("award.filter.all")}}
	for _, x := range h.Pack().Awards {
		if !x.Example {
			p.Programmes = append(p.Programmes, choice{x.Code, x.Name.In(p.Lang), x.Code == f.Programme})
		}
	}
	p.Districts = []choice{{Text: p.T("award.filter.all")}}
	for _, a := range h.districts() {
		p.Districts = append(p.Districts, choice{a.Code, a.In(p.Lang), a.Code == areaCode})
	}
	p.States = []choice{{Text: p.T("award.filter.all")}}
	for _, s := range []string{award.StateInForce, award.StateOver, award.StateEarlier} {
		p.States = append(p.States, choice{s, p.T("award.state." + s), s == f.State})
	}
	p.Year = []choice{{Text: p.T("award.filter.all")}}
	for _, a := range all {
		if y := a.Day[:4]; !slices.ContainsFunc(p.Year, func(c choice) bool { return c.Value == y }) {
			p.Year = append(p.Year, choice{y, y, y == f.Year})
		}
	}
}

// districts are the areas directly below the whole.
func (h *handler) districts() []*area.Area {
	t := h.Tree()
	var list []*area.Area
	if t.Len() == 0 {
		return nil
	}
	for _, n := range t.Children(0) {
		list = append(list, t.At(n))
	}
	return list
}

// draw counts by district, and draws the map where the pack has outlines.
func (h *handler) draw(p *registerPage, found []award.Award) {
	t, today := h.Tree(), h.Awards.Today()
	values := map[string]chart.Point{}
	var numbers []float64
	for _, d := range h.districts() {
		top, _ := t.ByID(d.ID)
		line := tally{Code: d.Code, Name: d.In(p.Lang)}
		for _, a := range found {
			if n, ok := t.ByID(a.AreaID); !ok || n < top || n >= t.Last(top) {
				continue
			}
			line.All++
			if a.Holds(today) {
				line.InForce++
			}
		}
		p.Tally = append(p.Tally, line)
		values[d.Code] = chart.Point{Value: float64(line.InForce), Text: strconv.FormatInt(line.InForce, 10)}
		numbers = append(numbers, float64(line.InForce))
	}
	outlines := h.Map()
	if outlines == nil || p.InForce == 0 {
		return
	}
	drawn := map[string]chart.Point{}
	for _, code := range outlines.Codes() {
		v, ok := values[code]
		if !ok {
			return // outlines of another city's areas
		}
		drawn[code] = v
	}
	limits := chart.Steps(numbers, 5)
	p.Map = chart.Map(chart.Choropleth{Head: chart.Head{ID: "map", Title: p.T("award.map"), Desc: p.T("award.map.desc")}, Outlines: outlines,
		Lang: p.Lang, Values: drawn, Limits: limits})
	p.Legend = chart.Legend(p.T("figure.map.steps"), limits, func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) },
		chart.LegendWords{Below: p.T("figure.map.below"), Above: p.T("figure.map.above")})
}

// csv gives the awards that are asked for as a table.
func (h *handler) csv(w http.ResponseWriter, r *http.Request) error {
	f, err := h.filter(r.Context(), r.URL.Query())
	if err != nil {
		return err
	}
	list, err := h.Awards.List(r.Context(), f)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="awards.csv"`)
	c := sheet.NewCSV(w)
	c.Write(Columns...)
	for _, a := range list {
		c.Write(h.entry(a).cells()...)
	}
	return c.Flush()
}

func (h *handler) json(w http.ResponseWriter, r *http.Request) error {
	f, err := h.filter(r.Context(), r.URL.Query())
	if err != nil {
		return err
	}
	list, err := h.Awards.List(r.Context(), f)
	if err != nil {
		return err
	}
	out := make([]Entry, len(list))
	for i, a := range list {
		out[i] = h.entry(a)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="awards.json"`)
	return json.NewEncoder(w).Encode(map[string]any{"awards": out})
}
