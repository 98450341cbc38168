package evaluationhttp

import (
	"html/template"
	"math/big"

	"xuedu/internal/chart"
	"xuedu/internal/evaluation"
	"xuedu/internal/evaluation/score"
	"xuedu/internal/pack"
)

// profile is an area as pages show it: on the desk and in public the same.
type profile struct {
	Area, Name string
	Source     string // where its figures are from, in words
	SourceHref string
	Past       string // the period before
	Parts      []part
	Chart      template.HTML
	Charted    bool
	Strengths  []cell
	Warnings   []cell
	Experts    []expert
	Count      counts
}

// counts are the cells of an area by verdict.
type counts struct{ Green, Amber, Red, Context, Unknown int }

type part struct {
	Code, Name, Clause string
	Cells              []cell
}

// cell is a figure in words.
type cell struct {
	Code, Name, Unit  string
	Value             string // or the word of its state
	Known             bool
	Target, Past      string // "" = none
	Median            string
	Verdict, Tag, Why string
	Gain              string // of a strength
	behind            *big.Rat
	Href              string // of the indicator
}

type expert struct {
	evaluation.Expert
	ProgrammeName, BandName, When string
}

// tags are the colours of verdicts; the word says the same.
var tags = map[string]string{score.Green: "xd-tag--done", score.Amber: "xd-tag--go", score.Red: "xd-tag--act"}

// profile puts an area into words.
func (p page) profile(r evaluation.Round, m evaluation.Method, x score.Profile) profile {
	a, _ := r.Figures.Area(x.Area)
	out := profile{Area: x.Area, Name: a.Name.In(p.Lang)}
	out.Source, out.SourceHref = p.source(r)
	if len(r.Figures.Past) > 0 {
		out.Past = p.period(r.Figures.Past[0])
	}
	for i, d := range x.Dimensions {
		y := part{Code: d.Code, Name: m.Dimensions[i].Name.In(p.Lang), Clause: m.Dimensions[i].Clause}
		for _, c := range d.Cells {
			z := p.cell(r, c)
			y.Cells = append(y.Cells, z)
			out.Count.add(c.Verdict)
		}
		out.Parts = append(out.Parts, y)
	}
	for _, c := range x.Strengths[:min(3, len(x.Strengths))] {
		out.Strengths = append(out.Strengths, p.cell(r, c))
	}
	for _, c := range x.Warnings {
		out.Warnings = append(out.Warnings, p.cell(r, c))
	}
	for _, e := range r.Figures.ExpertsOf(x.Area) {
		out.Experts = append(out.Experts, expert{e, e.Programme.In(p.Lang), e.Band.In(p.Lang), p.day(e.Day)})
	}
	out.Chart, out.Charted = p.chart(out)
	return out
}

func (n *counts) add(verdict string) {
	switch verdict {
	case score.Green:
		n.Green++
	case score.Amber:
		n.Amber++
	case score.Red:
		n.Red++
	case score.Neutral:
		n.Context++
	default:
		n.Unknown++
	}
}

// source says where the figures of a round are from.
func (p page) source(r evaluation.Round) (text, href string) {
	s := r.Figures.Source
	if s.Release == "" {
		return p.T("evaluation.source.day", "Day", p.day(s.Day)), ""
	}
	return p.T("evaluation.source.release", "Period", p.period(r.Period), "Version", s.Version),
		"/releases/" + s.Series + "/" + r.Area + "/" + r.Period + "/" + s.Version
}

func (p page) cell(r evaluation.Round, c score.Cell) cell {
	d, _ := r.Figures.Indicator(c.Code)
	out := cell{Code: c.Code, Name: d.Name.In(p.Lang), Unit: d.UnitName.In(p.Lang), Verdict: p.T("evaluation.verdict." + c.Verdict), Tag: tags[c.Verdict],
		Median: places(c.Median, d.Places), Target: places(c.Target, d.Places), behind: c.Behind, Href: "/indicators/" + c.Code}
	out.Known = c.Value != nil
	out.Value = places(c.Value, d.Places)
	if !out.Known {
		out.Value = p.T("evaluation.state." + c.State)
	}
	if len(c.Figure.Past) > 0 {
		out.Past = places(c.Figure.Past[0], d.Places)
	}
	switch {
	case c.Behind == nil:
	case c.Behind.Sign() > 0:
		out.Why = p.T("evaluation.behind."+c.By, "Percent", short(c.Behind))
	case c.Behind.Sign() == 0:
		out.Why = p.T("evaluation.level." + c.By)
	default:
		out.Why = p.T("evaluation.ahead."+c.By, "Percent", short(new(big.Rat).Neg(c.Behind)))
	}
	if c.Gain != nil {
		out.Gain = p.T("evaluation.gain", "Percent", short(c.Gain))
	}
	return out
}

// short writes a percentage with one decimal, without a needless zero.
func short(v *big.Rat) string {
	s := v.FloatString(1)
	if len(s) > 2 && s[len(s)-2:] == ".0" {
		s = s[:len(s)-2]
	}
	return grouped(s)
}

// most is how far from its yardstick a mark is drawn, in percent.
const most = 100

// chart draws how far each indicator is from its own yardstick.
func (p page) chart(x profile) (template.HTML, bool) {
	c := chart.Intervals{Head: chart.Head{ID: "own-" + x.Area, Title: p.T("evaluation.chart.title", "Name", x.Name), Desc: p.T("evaluation.chart.desc")},
		Line: chart.Point{Value: 0, Text: p.T("evaluation.chart.line")}}
	for _, part := range x.Parts {
		for _, y := range part.Cells {
			if y.behind == nil {
				continue
			}
			v, _ := y.behind.Float64()
			v = max(-most, min(most, -v))
			c.Rows = append(c.Rows, chart.Interval{Point: chart.Point{Label: y.Name, Value: v, Text: signed(y.behind)}, Low: min(0, v), High: max(0, v)})
		}
	}
	if len(c.Rows) == 0 {
		return "", false
	}
	return chart.Dots(c), true
}

// signed writes how far ahead (+) or behind (−) something is.
func signed(behind *big.Rat) string {
	ahead := new(big.Rat).Neg(behind)
	s := short(ahead) + "%"
	if ahead.Sign() > 0 {
		s = "+" + s
	}
	return s
}

// stateName names a state as the workflow does.
func (h *handler) stateName(p page, m evaluation.Method, code string) string {
	w, _ := h.Pack().Workflow(m.Workflow)
	for _, st := range w.States {
		if st.Code == code {
			return pack.Text(st.Name).In(p.Lang)
		}
	}
	return code
}
