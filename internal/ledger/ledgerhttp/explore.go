package ledgerhttp

import (
	"context"
	"html/template"
	"net/http"

	"xuedu/internal/chart"
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

var exploreView = view("explore")

type explorePage struct {
	ui.Page
	Form    form
	HasData bool
	MayRows bool // the reader may see rows
	Defs    template.HTML
	Num     figureview.Num
	Command string
	Link    string
	CSV     string
	XLSX    string
	API     string
	Trend   figureview.Chart
	Table   *table
	Map     *figureview.Map
	Charts  []figureview.Chart
	Chain   chain
	States  []state
}

// state explains one of the states a cell can have.
type state struct {
	Cell  figureview.Cell
	About string
}

var states = []ledger.State{ledger.Nil, ledger.NotApplicable, ledger.NotReported, ledger.Withheld, ledger.NotComputable}

// explore answers one question in every form: number, trend, table, map, parts.
func (h *handler) explore(w http.ResponseWriter, r *http.Request) error {
	p := explorePage{Page: ui.NewPage(r, ui.Public, "explore.title").In("nav.figures"), Defs: chart.Defs}
	p.Scripts = []string{"echarts.js"}
	v := r.URL.Query()
	if to := h.resolve(v); to != "" {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	q, err := h.City.Question(v)
	p.Form = h.form(p.Page, q, v)
	if _, has := h.City.Latest(); has && err == nil {
		p.links(q)
		p.MayRows = h.seesRows(r, q.Area)
		err = h.answer(r.Context(), &p, q, page(v))
		p.HasData = err == nil
	}
	if err != nil {
		if p.Form.refuse(p.Page, err); p.Form.Problem == "" {
			return err
		}
		return web.Render(w, r, http.StatusUnprocessableEntity, exploreView, p)
	}
	return web.Render(w, r, http.StatusOK, exploreView, p)
}

func (p *explorePage) links(q ledger.Query) {
	for _, s := range states {
		p.States = append(p.States, state{figureview.Dash(p.Page, s), p.T("figure.state.about." + string(s))})
	}
	p.Link = figureview.Address("/figures", q)
	p.CSV = figureview.Address("/figures.csv", q)
	p.XLSX = figureview.Address("/figures.xlsx", q)
	p.API = figureview.Address("/api/v1/figures", q)
	p.Command = command(q)
}

func (h *handler) answer(ctx context.Context, p *explorePage, q ledger.Query, page int) error {
	f, err := h.City.One(ctx, q)
	if err != nil {
		return err
	}
	p.Num = h.City.Num(p.Page, "figure", q, f)
	p.Num.Lead, p.Num.Page = true, true
	p.Num.Label += " · " + p.Form.Name
	if only := h.City.Filters(p.Page, q); only != "" {
		p.Num.Sig = append(p.Num.Sig, figureview.Line{Term: p.T("figure.sig.filter"), Text: only})
	}
	figures, err := h.table(ctx, p, q, page)
	if err != nil {
		return err
	}
	p.Map = h.City.DrawMap(p.Page, "map", q, figures)
	if err := h.charts(ctx, p, q); err != nil {
		return err
	}
	p.Chain, err = h.chain(ctx, p, q, f)
	return err
}

// charts draws the trend and the parts that are not chosen already.
func (h *handler) charts(ctx context.Context, p *explorePage, q ledger.Query) (err error) {
	if periods := h.City.Trendable(q.Period, 24); len(periods) > 1 {
		if p.Trend, err = h.City.Trend(ctx, p.Page, "trend", q, periods); err != nil {
			return err
		}
		p.Trend.Data = exploreData(p.Trend, p.Num.Label)
	}
	for _, a := range []struct {
		axis   ledger.Axis
		chosen string
	}{{ledger.AxisTheme, q.Filter.Theme}, {ledger.AxisAge, q.Filter.Age}, {ledger.AxisSex, q.Filter.Sex}, {ledger.AxisMode, q.Filter.Mode}} {
		if a.chosen != "" || q.Measure == ledger.Rate || q.Measure == ledger.Headcount {
			continue
		}
		c, err := h.City.Breakdown(ctx, p.Page, string(a.axis), q, a.axis)
		if err != nil {
			return err
		}
		if len(c.Rows) > 0 {
			p.Charts = append(p.Charts, c)
		}
	}
	return nil
}
