package portalhttp

import (
	"html/template"
	"net/http"
	"strings"

	"xuedu/internal/activity"
	"xuedu/internal/area"
	"xuedu/internal/chart"
	"xuedu/internal/errs"
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

var (
	areaView = view("area")
	findView = view("find")
)

type areaPage struct {
	ui.Page
	Code, Name, Level string
	Crumbs            []Link
	Ended             string
	HasData           bool
	Defs              template.HTML
	Switch            []choice
	Nums              []figureview.Num
	Areas             *areaTable
	Map               *figureview.Map
	Charts            []figureview.Chart
	Trend             figureview.Chart
	Population        string
	Classes           []class
	More              string // how many classes there are, "" if all are shown
}

// choice is one of the periods the page can show.
type choice struct {
	Text, Href string
	Here       bool
}

// class is one to which somebody may come.
type class struct{ Title, Href, Where, When, Theme string }

// mostClasses is how many classes the page of an area shows.
const mostClasses = 6

// area shows one area: what its residents learn, what is learnt in it, and
// its parts. A code that is not in the tree is NotFound.
func (h *handler) area(w http.ResponseWriter, r *http.Request) error {
	t := h.City.Tree()
	n, ok := t.ByCode(r.PathValue("code"))
	if !ok {
		return errs.New(errs.NotFound, "place.unknown")
	}
	ar := t.At(n)
	p := areaPage{Page: ui.NewPage(r, ui.Public, "place.title").In("nav.figures"), Code: ar.Code, Defs: chart.Defs}
	p.Name, p.Level = ar.In(p.Lang), figureview.LevelName(p.Page, ar.Level)
	p.Title = p.Name
	for _, i := range t.Path(n) {
		p.Crumbs = append(p.Crumbs, Link{Text: t.At(i).In(p.Lang), Href: "/areas/" + t.At(i).Code})
	}
	if ar.ValidTo != "" {
		p.Ended = p.T("place.ended", "Day", ar.ValidTo)
	}
	if err := h.classes(r, &p, ar); err != nil {
		return err
	}
	day, ok := h.City.Latest()
	if !ok {
		return web.Render(w, r, http.StatusOK, areaView, p)
	}
	p.HasData = true
	period, err := h.period(r, day)
	if err != nil {
		return err
	}
	a := ask(h.City, r)
	p.Switch = choices(p.Page, "/areas/"+ar.Code, day, period)
	p.fill(a, ledger.Query{Area: ar.Code, Period: period, By: ledger.ByHome})
	if a.err != nil {
		return a.err
	}
	return web.Render(w, r, http.StatusOK, areaView, p)
}

// period is what was asked for, or the running year.
func (h *handler) period(r *http.Request, day ledger.Day) (ledger.Period, error) {
	if name := r.URL.Query().Get("period"); name != "" {
		return ledger.ParsePeriod(name)
	}
	return figureview.YearOf(day), nil
}

// choices offers the running year, quarter and month and the full ones before.
func choices(p ui.Page, path string, day ledger.Day, now ledger.Period) []choice {
	year, quarter := figureview.YearOf(day), figureview.QuarterOf(day)
	list := []ledger.Period{year, quarter, figureview.MonthOf(day)}
	for _, d := range []ledger.Period{quarter, year} {
		if b, ok := figureview.Before(d); ok {
			list = append(list, b)
		}
	}
	var out []choice
	for _, d := range list {
		out = append(out, choice{Text: figureview.PeriodName(p, d), Href: path + "?period=" + d.Name, Here: d.Name == now.Name})
	}
	return out
}

func (p *areaPage) fill(a *asker, q ledger.Query) {
	with := func(m ledger.Measure) ledger.Query { n := q; n.Measure = m; return n }
	here := with(ledger.Attendances)
	here.By = ledger.ByPlace
	rate := a.one(with(ledger.Rate))
	p.Nums = []figureview.Num{
		a.NumOf(p.Page, "n1", with(ledger.Participants), a.one(with(ledger.Participants))),
		a.NumOf(p.Page, "n2", here, a.one(here)),
	}
	p.Nums[0].Lead = true
	p.Nums[1].Label = p.T("place.held_here")
	if rate.Base > 0 {
		p.Nums = append(p.Nums, a.NumOf(p.Page, "n3", with(ledger.Rate), rate))
		p.Population = p.T("place.population", "People", p.Num(rate.Base), "Source", ledger.SourceIn(rate.BaseBy, p.Lang))
	} else {
		p.Population = p.T("place.population.none")
	}
	p.Areas = newAreaTable(p.Page, a, q)
	if p.Areas != nil && p.Areas.HasRate {
		p.Map = a.DrawMap(p.Page, "map", with(ledger.Rate), a.children(with(ledger.Rate)))
	}
	if p.Areas != nil {
		p.Areas.HasTimes = p.Map == nil
	}
	for _, axis := range []ledger.Axis{ledger.AxisTheme, ledger.AxisAge} {
		p.Charts = append(p.Charts, a.draw(a.Breakdown(a.ctx, p.Page, string(axis), with(ledger.Participants), axis)))
	}
	day, _ := a.Latest()
	p.Trend = a.draw(a.City.Trend(a.ctx, p.Page, "trend", with(ledger.Participants), a.Trendable(figureview.MonthOf(day), 24)))
}

// classes lists what can be joined in or near the area.
func (h *handler) classes(r *http.Request, p *areaPage, ar *area.Area) error {
	offers, total, err := h.Classes.Find(r.Context(), activity.Wish{AreaID: ar.ID})
	if err != nil {
		return err
	}
	t := h.City.Tree()
	for _, o := range offers[:min(mostClasses, len(offers))] {
		c := class{Title: o.Title, Href: "/classes/" + o.ClassID, Where: o.OrgName, Theme: h.City.SliceName(p.Page, ledger.AxisTheme, o.Theme)}
		if n, ok := t.ByID(o.AreaID); ok && o.AreaID != ar.ID {
			c.Where += p.T("figure.comma") + t.At(n).In(p.Lang)
		}
		if d, err := ledger.ParseDay(o.Day); err == nil {
			c.When = p.Date(d.Time()) + " " + o.Starts
		}
		p.Classes = append(p.Classes, c)
	}
	if total > mostClasses {
		p.More = p.Num(total)
	}
	return nil
}

type findPage struct {
	ui.Page
	Text   string
	Asked  bool
	Found  []Link
	Places []Link
}

// find finds an area by name, initials of the name or code, and lists the
// parts of the city.
func (h *handler) find(w http.ResponseWriter, r *http.Request) error {
	p := findPage{Page: ui.NewPage(r, ui.Public, "place.find").In("nav.figures"), Text: strings.TrimSpace(r.URL.Query().Get("q"))}
	t := h.City.Tree()
	if p.Asked = p.Text != ""; p.Asked {
		for _, n := range t.Search(p.Text, 50) {
			a := t.At(n)
			p.Found = append(p.Found, Link{Text: a.In(p.Lang), Href: "/areas/" + a.Code, Note: above(t, a, p.Lang)})
		}
	}
	if root := h.City.Root(); root != nil {
		n, _ := t.ByCode(root.Code)
		p.Places = append(p.Places, Link{Text: root.In(p.Lang), Href: "/areas/" + root.Code})
		for i := n + 1; i < t.Last(n); i = t.Last(i) {
			p.Places = append(p.Places, Link{Text: t.At(i).In(p.Lang), Href: "/areas/" + t.At(i).Code})
		}
	}
	return web.Render(w, r, http.StatusOK, findView, p)
}

// above names the areas that hold a.
func above(t *area.Tree, a *area.Area, lang string) string {
	n, ok := t.ByCode(a.Code)
	if !ok {
		return ""
	}
	var names []string
	for _, i := range t.Path(t.Parent(n)) {
		names = append(names, t.At(i).In(lang))
	}
	return strings.Join(names, " › ")
}
