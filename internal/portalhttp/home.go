package portalhttp

import (
	"cmp"
	"html/template"
	"net/http"
	"slices"

	"xuedu/internal/chart"
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/report"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

var homeView = view("home")

type homePage struct {
	ui.Page
	Headline string
	HasData  bool
	Defs     template.HTML
	Nums     []figureview.Num
	Running  []fact
	Goals    []goal
	Map      *figureview.Map
	Areas    *areaTable
	Themes   figureview.Chart
	Ages     figureview.Chart
	Trend    figureview.Chart
	Choices  []option
	Reports  []Link
}

// fact is a figure inside a sentence.
type fact struct {
	Before, Text, After, Href string
}

// goal is a target that is counted in whole things.
type goal struct {
	Name, Href, Note string
	Done             int64
	Counted          bool
	Value            string
	Squares          template.HTML
}

type option struct{ Value, Text string }

// home shows the last full quarter of the whole city, and the running year in
// one sentence.
func (h *handler) home(w http.ResponseWriter, r *http.Request) error {
	p := homePage{Page: ui.NewPage(r, ui.Public, "home.title").In("nav.home"), Defs: chart.Defs}
	p.Headline = p.T("home.headline.none")
	for _, t := range h.City.Pack().Themes {
		p.Choices = append(p.Choices, option{t.Code, t.Name.In(p.Lang)})
	}
	var err error
	if p.Goals, err = h.goals(r, p.Page); err != nil {
		return err
	}
	p.Reports = h.bulletins(p.Page)
	root := h.City.Root()
	if _, ok := h.City.Latest(); ok && root != nil {
		p.HasData = true
		a := ask(h.City, r)
		p.fill(a, ledger.Query{Area: root.Code, Period: h.City.Quarter(), By: ledger.ByHome})
		if a.err != nil {
			return a.err
		}
	}
	return web.Render(w, r, http.StatusOK, homeView, p)
}

// mostBulletins is how many bulletins the home page names.
const mostBulletins = 4

// bulletins lists the latest bulletins of full quarters and years.
func (h *handler) bulletins(p ui.Page) []Link {
	var out []Link
	list := h.Reports.Periods()
	slices.SortStableFunc(list, func(a, b report.Span) int { return cmp.Compare(b.Period.To, a.Period.To) })
	for _, s := range list {
		if len(out) < mostBulletins && !s.Running && !figureview.IsMonth(s.Period) {
			name := figureview.PeriodName(p, s.Period)
			out = append(out, Link{Text: p.T("home.bulletin", "Period", name), Href: "/reports/" + s.Period.Name, Note: h.City.PeriodDays(p, s.Period)})
		}
	}
	return out
}

func (h *handler) goals(r *http.Request, p ui.Page) ([]goal, error) {
	list, err := h.Goals.Goals(r.Context())
	if err != nil {
		return nil, err
	}
	var out []goal
	for _, g := range list {
		if g.Want() == 0 { // not a number of things
			continue
		}
		key, args := g.Note()
		v := goal{Name: g.Target.Name.In(p.Lang), Href: g.Href(), Note: p.T(key, args...), Done: g.Progress.InForce, Counted: g.Counted, Value: p.Num(g.Want())}
		if g.Target.About {
			v.Value = p.T("home.about") + v.Value
		}
		v.Squares = chart.Squares(chart.Goal{Done: int(g.Progress.InForce), Way: int(g.Progress.UnderWay), Target: int(g.Want())})
		out = append(out, v)
	}
	return out, nil
}

// fill asks everything the home page says about the quarter of q.
func (p *homePage) fill(a *asker, q ledger.Query) {
	with := func(m ledger.Measure) ledger.Query { n := q; n.Measure = m; return n }
	people, rate := a.one(with(ledger.Participants)), a.one(with(ledger.Rate))
	times, anonymous := a.one(with(ledger.Attendances)), a.one(with(ledger.Headcount))
	p.Headline = headline(p.Page, figureview.PeriodName(p.Page, q.Period), people, rate)
	p.Nums = []figureview.Num{
		a.NumOf(p.Page, "n1", with(ledger.Participants), people),
		a.NumOf(p.Page, "n2", with(ledger.Rate), rate),
		a.NumOf(p.Page, "n3", with(ledger.Attendances), times),
	}
	p.Nums[0].Lead = true
	p.Nums[2].Sig = append(p.Nums[2].Sig, figureview.Line{Term: p.T("figure.sig.within"),
		Text: p.T("figure.within", "Count", figureview.NewCell(p.Page, anonymous).Text), Href: figureview.Address("/figures", with(ledger.Headcount))})
	p.Running = running(p.Page, a, q.Area)
	p.Areas = newAreaTable(p.Page, a, q)
	p.Map = a.DrawMap(p.Page, "map", with(ledger.Rate), a.children(with(ledger.Rate)))
	if p.Areas != nil {
		p.Areas.HasTimes = p.Map == nil
	}
	p.Themes = a.draw(a.Breakdown(a.ctx, p.Page, "themes", with(ledger.Participants), ledger.AxisTheme))
	p.Ages = a.draw(a.Breakdown(a.ctx, p.Page, "ages", with(ledger.Participants), ledger.AxisAge))
	p.Trend = a.draw(a.City.Trend(a.ctx, p.Page, "trend", with(ledger.Participants), a.Trendable(q.Period, 12)))
}

// running says what the running year has brought so far.
func running(p ui.Page, a *asker, code string) []fact {
	day, _ := a.Latest()
	var out []fact
	for _, m := range []ledger.Measure{ledger.Participants, ledger.Attendances, ledger.Hours} {
		q := ledger.Query{Measure: m, Area: code, Period: figureview.YearOf(day), By: ledger.ByHome}
		f := a.one(q)
		if f.State != ledger.Value {
			continue
		}
		out = append(out, fact{Before: p.T("home.running." + string(m)), Text: ledger.Rounded(&f.Value, 0) + p.T("figure.space") + figureview.Unit(p, m),
			Href: figureview.Address("/figures", q)})
	}
	return out
}
