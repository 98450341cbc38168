package decidehttp

import (
	"html/template"
	"math"
	"net/http"
	"strconv"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/decide"
	"xuedu/internal/accredit/score/advice"
	"xuedu/internal/chart"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

var adviceView = view("advice")

// chartRows is how many applications around the line the chart shows.
const chartRows = 30

// advicePage is what statistics say beside the result of a call.
type advicePage struct {
	page
	Call       accredit.Call
	Advice     decide.Advice
	Rows       []adviceRow
	Chart      template.HTML
	Prev, Next int
}

// adviceRow is one application of the table.
type adviceRow struct {
	decide.Estimate
	Title string
}

func (h *handler) advice(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := &advicePage{page: h.page(r, ui.Desk, "decide.advice", nil)}
	p.Page = p.Page.In("nav.calls")
	var err error
	if p.Call, err = h.Calls.Call(ctx, r.PathValue("id")); err != nil {
		return err
	}
	if p.Advice, err = h.Decisions.Advise(ctx, p.Call); err != nil {
		return err
	}
	apps, err := h.Calls.OfCall(ctx, p.Call.ID)
	if err != nil {
		return err
	}
	titles := make(map[string]string, len(apps))
	for _, a := range apps {
		titles[a.ID] = a.Title
	}
	p.Chart = p.draw()
	list := p.Advice.Listed
	from, to, prev, next := window(r, len(list))
	p.Prev, p.Next = prev, next
	for _, e := range list[from:to] {
		p.Rows = append(p.Rows, adviceRow{e, titles[e.ApplicationID]})
	}
	return web.Render(w, r, http.StatusOK, adviceView, p)
}

// window is the part of a list that a request asks for, and where the parts
// before and after begin, -1 = nowhere.
func window(r *http.Request, n int) (from, to, prev, next int) {
	from, _ = strconv.Atoi(r.FormValue("from"))
	from, prev, next = min(max(from, 0), n), -1, -1
	if from > 0 {
		prev = max(from-pageRows, 0)
	}
	if from+pageRows < n {
		next = from + pageRows
	}
	return from, min(from+pageRows, n), prev, next
}

// draw shows the applications nearest to the line.
func (p *advicePage) draw() template.HTML {
	if p.Advice.Advice.Apart {
		return ""
	}
	list := p.Advice.Listed
	last := 0
	for i, e := range list {
		if e.Outcome.In {
			last = i
		}
	}
	from := max(0, last-chartRows/2)
	c := chart.Intervals{Head: chart.Head{ID: "advice", Title: p.T("decide.advice.chart"), Desc: p.T("decide.advice.chart.text")}}
	for _, e := range list[from:min(from+chartRows, len(list))] {
		c.Rows = append(c.Rows, chart.Interval{Point: chart.Point{Label: e.Application, Value: e.Fair, Text: p.Num(e.Fair)}, Low: e.Low(), High: e.High()})
	}
	v, err := strconv.ParseFloat(p.Advice.Cut, 64) // only where to draw
	c.Line = chart.Point{Value: v, Text: p.T("decide.advice.line", "Score", p.Advice.Cut), Missing: err != nil}
	return chart.Dots(c)
}

// Num prints an advisory number with one decimal, a dash where there is none.
func (p page) Num(x float64) string { return decimals(x, 1) }

// Num2 prints one with two.
func (p page) Num2(x float64) string { return decimals(x, 2) }

func decimals(x float64, places int) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "—"
	}
	return strconv.FormatFloat(x, 'f', places, 64)
}

// Agreement says in a word how far the experts agree: Krippendorff's own
// bounds, 0.8 and 0.667.
func (p *advicePage) Agreement() string {
	switch a := p.Advice.Alpha; {
	case math.IsNaN(a):
		return "decide.advice.agree.unknown"
	case a >= 0.8:
		return "decide.advice.agree.good"
	case a >= 0.667:
		return "decide.advice.agree.fair"
	}
	return "decide.advice.agree.poor"
}

// Differs tells whether the interval of an expert's offset does not hold 0.
func (p *advicePage) Differs(o advice.Offset) bool { return math.Abs(o.Points) > o.Half }
