package indicatorhttp

import (
	"net/http"
	"net/url"
	"strings"

	"xuedu/internal/area"
	"xuedu/internal/chart"
	"xuedu/internal/errs"
	"xuedu/internal/indicator"
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/period"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// trendLength is how many periods the trend of an indicator shows.
const trendLength = 8

// showPage is one indicator: what it is, how it stands, how it was changed.
type showPage struct {
	ui.Page
	Head      head
	Def       indicator.Definition
	Direction string
	Words     string
	Missing   string
	Periods   string
	Levels    string
	Tags      []string
	Now       cell
	NowPeriod string
	Trend     figureview.Chart
	Parts     figureview.Chart
	Versions  []version
	Board     string
	CanDefine bool
}

// version is one row of the history.
type version struct {
	No, From, To, Reason, Formula, Origin string
}

func (h *Pages) show(w http.ResponseWriter, r *http.Request) error {
	d, err := h.Indicators.Get(r.Context(), r.PathValue("code"), "")
	if err != nil {
		return err
	}
	p := showPage{Page: ui.NewPage(r, ui.Public, "indicators.one").In("nav.indicators"), Def: d}
	p.Head = h.head(p.Page, d.Indicator)
	p.Title = d.Code + " " + p.Head.Name
	p.CanDefine = p.Can(r, string(permDefine))
	p.Board = "/indicators/board?" + url.Values{"code": {d.Code}, "cols": {"period"}, "level": {string(area.District)}}.Encode()
	h.describe(&p)
	if p.Words, err = h.Indicators.Explain(r.Context(), d.Indicator, p.Lang); err != nil {
		return err
	}
	if err := h.values(r, &p); err != nil {
		return err
	}
	if p.Versions, err = h.versions(r, p.Page, d.Code); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, showView, p)
}

// describe puts the parts of the definition into words.
func (h *Pages) describe(p *showPage) {
	d := p.Def.Indicator
	p.Direction = p.T("indicators.direction." + d.Direction)
	policy := d.Missing.Policy
	if policy == "" {
		policy = "all"
	}
	p.Missing = p.T("indicators.missing."+policy, "Share", d.Missing.Share, "Why", d.Missing.Why.In(p.Lang))
	p.Periods = h.join(p.Page, "indicators.period.", d.Periods)
	var levels []string
	for _, l := range d.Levels {
		levels = append(levels, figureview.LevelName(p.Page, area.Level(l)))
	}
	p.Levels = strings.Join(levels, p.T("indicators.and"))
	for _, l := range h.Pack().Indicators.Tags {
		for _, t := range l.Tags {
			for _, tag := range d.Tags {
				if tag == l.Code+":"+t.Code {
					p.Tags = append(p.Tags, l.Name.In(p.Lang)+" "+t.Code+" "+t.Name.In(p.Lang))
				}
			}
		}
	}
}

func (h *Pages) join(p ui.Page, prefix string, list []string) string {
	var out []string
	for _, s := range list {
		out = append(out, p.T(prefix+s))
	}
	return strings.Join(out, p.T("indicators.and"))
}

// values computes how the city and its districts stand.
func (h *Pages) values(r *http.Request, p *showPage) error {
	at := h.usual(p.Def.Indicator)
	p.NowPeriod = figureview.PeriodName(p.Page, at)
	past := []period.Period{at}
	for len(past) < trendLength {
		q, ok := past[0].Add(-1)
		if !ok {
			break
		}
		past = append([]period.Period{q}, past...)
	}
	city, err := h.Indicators.Eval(r.Context(), indicator.Query{Codes: []string{p.Def.Code}, Area: h.root(), Periods: past})
	if err != nil {
		return err
	}
	if len(city) > 0 {
		p.Now = h.cellOf(p.Page, city[len(city)-1], p.Def)
	}
	p.Trend = h.trend(p.Page, p.Def, city)
	parts, err := h.Indicators.Eval(r.Context(), indicator.Query{Codes: []string{p.Def.Code}, Area: h.root(), Level: string(area.District), Periods: []period.Period{at}})
	if errs.KindOf(err) == errs.Invalid { // the definition is not made for districts
		return nil
	}
	p.Parts = h.bars(p.Page, p.Def, parts)
	return err
}

// trend draws the values of one area over periods.
func (h *Pages) trend(p ui.Page, d indicator.Definition, cells []indicator.Cell) figureview.Chart {
	unit := h.unitName(p, d.Unit)
	c := figureview.Chart{ID: "trend", Caption: p.T("indicators.trend"), Sub: unit, Open: p.T("figure.open_table"),
		Head: [2]string{p.T("figure.sig.period"), unit}}
	t := chart.Trend{Head: chart.Head{ID: c.ID, Title: d.Name.In(p.Lang), Desc: p.T("indicators.trend")}}
	for _, one := range cells {
		v := newCell(p, one, d.Places)
		name := figureview.PeriodName(p, one.Period)
		t.Points = append(t.Points, chart.Point{Label: figureview.ShortPeriod(p, one.Period), Group: one.Period.Name[:4], Value: v.number, Text: textOf(v), Missing: !v.known})
		c.Rows = append(c.Rows, figureview.Row{Label: name, Cell: v.Cell})
	}
	c.SVG = chart.Line(t)
	return c
}

// bars draws the values of areas in one period, in the order of the tree.
func (h *Pages) bars(p ui.Page, d indicator.Definition, cells []indicator.Cell) figureview.Chart {
	if len(cells) == 0 {
		return figureview.Chart{}
	}
	unit := h.unitName(p, d.Unit)
	c := figureview.Chart{ID: "parts", Caption: p.T("indicators.districts"), Sub: figureview.PeriodName(p, cells[0].Period) + " · " + unit,
		Open: p.T("figure.open_table"), Head: [2]string{p.T("indicators.area"), unit}}
	b := chart.Comparison{Head: chart.Head{ID: c.ID, Title: d.Name.In(p.Lang), Desc: p.T("indicators.districts")}, Name: figureview.PeriodName(p, cells[0].Period)}
	for _, one := range cells {
		v := newCell(p, one, d.Places)
		name := h.Tree().At(one.Nr).In(p.Lang)
		b.Points = append(b.Points, chart.Point{Label: name, Value: v.number, Text: textOf(v), Missing: !v.known})
		c.Rows = append(c.Rows, figureview.Row{Label: name, Cell: v.Cell})
	}
	c.SVG = chart.Bars(b)
	return c
}

func textOf(c cell) string {
	if c.State == ledger.Value {
		return c.Text
	}
	return c.Word
}

func (h *Pages) versions(r *http.Request, p ui.Page, code string) ([]version, error) {
	list, err := h.Indicators.History(r.Context(), code)
	if err != nil {
		return nil, err
	}
	var out []version
	for _, d := range list {
		out = append(out, version{No: p.Num(d.Version), From: d.From, To: d.ValidTo, Reason: d.Reason, Formula: d.Formula, Origin: p.T("indicators.origin." + d.Origin)})
	}
	return out, nil
}
