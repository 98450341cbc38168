package planhttp

import (
	"context"
	"html/template"
	"math/big"
	"net/http"
	"strconv"
	"strings"

	"xuedu/internal/chart"
	"xuedu/internal/plan"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// targetPage is one target for everybody.
type targetPage struct {
	ui.Page
	standing
	Defs   template.HTML
	CanSet bool
}

// standing is what the public page and the page of officers both show.
type standing struct {
	Goal                    goal
	Dropped                 bool
	PlanTitle, ClauseText   string
	Facts                   []fact
	Responsible, Supporting []name
	Override                *override
	Chart                   template.HTML
	ChartTitle              string
	Years                   []yearRow
	Forecast                string
	Split                   []splitRow
	Versions                []version
	Desk                    bool // for those who set it: who did what
}

type fact struct{ Term, Text, Href string }

// override is a number set against the count.
type override struct {
	Area, Value, Counted, Reason, Who string
	At, Ended                         string // Ended: "" while it holds
	EndedWhy                          string
}

type yearRow struct {
	Year      int
	Word      string // running, ahead: ""
	Base      bool
	Want, Got num
	Off       string
}

// splitRow is one area against its own target.
type splitRow struct {
	Code, Name   string
	Now, Want    num
	Override     string
	Verdict, Tag string
	Gap          string
	Forecast     string
	Step         string
}

type version struct {
	No                     int64
	At, Who, What, Because string
}

func (h *handler) target(w http.ResponseWriter, r *http.Request) error {
	p := targetPage{Page: ui.NewPage(r, ui.Public, "plan.target").In("nav.plan"), Defs: chart.Defs}
	pr, err := h.svc.Progress(r.Context(), r.PathValue("code"))
	if err != nil {
		return err
	}
	p.CanSet = h.svc.CanSet(r.Context()) && p.Can(r, string(Set))
	if p.standing, err = h.standing(r.Context(), p.Page, pr); err != nil {
		return err
	}
	p.Title = p.Goal.Name
	return web.Render(w, r, http.StatusOK, targetView, p)
}

func (h *handler) standing(ctx context.Context, p ui.Page, pr plan.Progress) (standing, error) {
	t := pr.Target
	s := standing{Goal: newGoal(p, pr), Dropped: t.State == plan.Dropped, PlanTitle: pr.Plan.Title.In(p.Lang), ClauseText: pr.Clause.Text.In(p.Lang),
		Responsible: h.names(p, pr.Responsible()), Supporting: h.names(p, t.Supporting), Facts: facts(p, pr)}
	if s.PlanTitle == "" {
		s.PlanTitle = t.Plan
	}
	if pr.Whole.Override != nil {
		o := newOverride(p, *pr.Whole.Override, pr)
		s.Override = &o
	}
	s.ChartTitle = p.T("plan.chart", "Name", s.Goal.Name, "Unit", t.Unit.In(p.Lang))
	s.Chart = draw(p, pr, s.ChartTitle)
	for _, y := range pr.Whole.Years {
		s.Years = append(s.Years, newYearRow(p, pr, y))
	}
	s.Forecast = forecastText(p, pr)
	for _, st := range pr.Split {
		s.Split = append(s.Split, newSplitRow(p, pr, st))
	}
	all, err := h.svc.History(ctx, t.Code)
	if err != nil {
		return s, err
	}
	s.Versions = h.versions(p, all)
	return s, nil
}

func facts(p ui.Page, pr plan.Progress) []fact {
	t, c := pr.Target, pr.Code
	what := fact{Term: p.T("plan.measure"), Text: c.Code, Href: c.Href}
	if n := c.Name.In(p.Lang); n != "" {
		what.Text = n
	}
	out := []fact{what}
	if n := c.Note.In(p.Lang); n != "" {
		out = append(out, fact{Term: p.T("plan.rule"), Text: n})
	}
	out = append(out, fact{Term: p.T("plan.direction"), Text: p.T("plan.direction." + string(t.Direction))})
	if t.Tolerance.Sign() > 0 {
		out = append(out, fact{Term: p.T("plan.tolerance"), Text: grouped(plan.Exact(t.Tolerance)) + p.T("plan.space") + t.Unit.In(p.Lang)})
	}
	due := p.T("plan.days_left", "N", pr.DaysLeft)
	if pr.DaysLeft < 0 {
		due = p.T("plan.days_over", "N", -pr.DaysLeft)
	}
	return append(out, fact{Term: p.T("plan.by_day"), Text: p.Date(dueOf(t)) + " · " + due}, fact{Term: p.T("plan.set_by"), Text: t.SetBy})
}

func newOverride(p ui.Page, o plan.Override, pr plan.Progress) override {
	v := override{Value: grouped(plan.Exact(o.Value)), Counted: p.T("plan.unknown"), Reason: o.Reason, At: p.DateTime(o.At)}
	if c, err := plan.ParseNumber(o.Counted); err == nil {
		v.Counted = computed(c, pr.Code.Places)
	}
	if !o.EndedAt.IsZero() {
		v.Ended, v.EndedWhy = p.DateTime(o.EndedAt), o.EndedWhy
	}
	return v
}

func newYearRow(p ui.Page, pr plan.Progress, y plan.Year) yearRow {
	row := yearRow{Year: y.Year, Base: y.Began != nil, Want: given(p, y.Want)}
	if y.Want == nil && y.Began != nil {
		row.Want = given(p, y.Began)
	}
	switch {
	case y.Ahead:
		row.Got = num{Word: p.T("plan.ahead"), Class: "na"}
		return row
	case y.Running:
		row.Word = p.T("plan.running")
	}
	row.Got = counted(p, y.Got, pr.Code.Places)
	if y.Want != nil && y.Got.Known() {
		row.Off = signed(new(big.Rat).Sub(y.Got.Value, y.Want), pr.Code.Places)
	}
	return row
}

// signed is how much more there is than was set: "+2", "−1", "0".
func signed(diff *big.Rat, places int) string {
	text := computed(diff, places)
	if diff.Sign() > 0 && strings.Trim(text, "0.") != "" {
		return "+" + text
	}
	return text
}

func forecastText(p ui.Page, pr plan.Progress) string {
	f := pr.Whole.Forecast
	if f.Value == nil {
		return p.T("plan.forecast." + f.Why)
	}
	return p.T("plan.forecast.text", "From", moment(p, f.From), "FromValue", computed(f.From.Value, pr.Code.Places), "To", moment(p, f.To),
		"ToValue", computed(f.To.Value, pr.Code.Places), "Due", p.Date(dueOf(pr.Target)), "Value", computed(f.Value, pr.Code.Places), "Unit", pr.Target.Unit.In(p.Lang))
}

// moment names a point of a forecast: the end of a year, or a day in it.
func moment(p ui.Page, at plan.Point) string {
	if at.At.IsInt() {
		year := int(at.At.Num().Int64()) - 1
		return p.T("plan.end_of", "Year", year)
	}
	return p.T("plan.today")
}

func newSplitRow(p ui.Page, pr plan.Progress, s plan.Standing) splitRow {
	row := splitRow{Code: s.Area.Code, Name: s.Area.In(p.Lang), Now: counted(p, s.Now, pr.Code.Places), Want: given(p, s.Want),
		Verdict: p.T("plan.verdict." + string(s.Verdict)), Tag: verdictTag[s.Verdict], Gap: computed(s.Gap, pr.Code.Places),
		Forecast: computed(s.Forecast.Value, pr.Code.Places)}
	if s.Override != nil {
		row.Override = grouped(plan.Exact(s.Override.Value))
	}
	if s.Step != nil {
		row.Step = p.T("plan.step", "Year", s.Step.Year, "Want", grouped(plan.Exact(s.Step.Want)))
	}
	return row
}

// versions lists what changed from version to version. Who did it stands on
// the page of officers alone.
func (h *handler) versions(p ui.Page, all []plan.Target) []version {
	out := make([]version, 0, len(all))
	for i, t := range all {
		v := version{No: t.Version, At: p.DateTime(t.At), Because: t.Reason, Who: t.Author}
		if i == len(all)-1 {
			v.What = p.T("plan.change.new")
		} else {
			var words []string
			for _, c := range h.svc.Changed(all[i+1], t) {
				words = append(words, p.T("plan.change."+c))
			}
			v.What = strings.Join(words, p.T("plan.comma"))
		}
		if t.Origin == plan.FromPack {
			v.Because = p.T("plan.from_pack", "Pack", t.Reason)
		}
		out = append(out, v)
	}
	return out
}

// draw draws the path against what was counted; "" where there is nothing.
func draw(p ui.Page, pr plan.Progress, title string) template.HTML {
	w := chart.Way{Head: chart.Head{ID: "way", Title: title}, Forecast: chart.Point{Missing: true}}
	for _, y := range pr.Whole.Years {
		got, want := chart.Point{Label: strconv.Itoa(y.Year), Missing: true}, chart.Point{Missing: true}
		if !y.Ahead && y.Got.Known() {
			got.Value, got.Missing = float(y.Got.Value), false
			got.Text = computed(y.Got.Value, pr.Code.Places)
		}
		if v := y.Want; v != nil {
			want = chart.Point{Value: float(v), Text: p.T("plan.aim", "Value", grouped(plan.Exact(v)))}
		} else if y.Began != nil {
			want = chart.Point{Value: float(y.Began), Text: grouped(plan.Exact(y.Began))}
		}
		w.Points, w.Plan = append(w.Points, got), append(w.Plan, want)
	}
	if n := len(w.Points); n == 0 {
		return ""
	} else if f := pr.Whole.Forecast.Value; f != nil && pr.Whole.Years[n-1].Year == pr.Target.DueYear() {
		w.Forecast = chart.Point{Value: float(f), Text: p.T("plan.expected", "Value", computed(f, pr.Code.Places))}
	}
	w.Desc = forecastText(p, pr)
	return chart.Path(w)
}

func float(r *big.Rat) float64 {
	f, _ := r.Float64() // only where to draw
	return f
}
