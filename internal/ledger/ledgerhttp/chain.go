package ledgerhttp

import (
	"context"
	"encoding/json"
	"html/template"
	"strings"

	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/ui"
)

// chain leads from a figure to its records.
type chain struct {
	Value    string
	Version  string
	Rule     string
	Formula  string
	Records  string // how many persons and person-times, in words
	Href     string
	RowsHref string // "" = not for this reader
	Base     string
}

// chain opens the figure f that answers q.
func (h *handler) chain(ctx context.Context, p *explorePage, q ledger.Query, f ledger.Figure) (chain, error) {
	c := chain{Value: valueOf(p.Page, f), Version: h.City.Version(), Rule: h.City.Rule(p.Page, q), Formula: formula(q),
		Href: figureview.Address("/figures/sessions", q)}
	if q.Measure == ledger.Rate {
		c.Base = figureview.Base(p.Page, f)
	}
	if p.MayRows {
		c.RowsHref = figureview.Address("/figures/rows", q)
	}
	var counts [3]figureview.Cell
	for i, m := range []ledger.Measure{ledger.Participants, ledger.Attendances, ledger.Headcount} {
		one := q
		one.Measure = m
		f, err := h.City.One(ctx, one)
		if err != nil {
			return c, err
		}
		counts[i] = figureview.NewCell(p.Page, f)
	}
	if counts[1].State == ledger.Value {
		c.Records = p.T("explore.chain.counted", "People", counts[0].Text, "Times", counts[1].Text, "Heads", counts[2].Text)
	}
	return c, nil
}

// valueOf is the value with its unit, or the state's word.
func valueOf(p ui.Page, f ledger.Figure) string {
	c := figureview.NewCell(p, f)
	if f.State != ledger.Value {
		return c.Word
	}
	return c.Text + p.T("figure.space") + figureview.Unit(p, f.Measure)
}

// formula writes q the way a formula would.
func formula(q ledger.Query) string {
	args := []string{"by=" + string(q.By), "period=" + q.Period.Name}
	for _, f := range [][2]string{{"theme", q.Filter.Theme}, {"age", q.Filter.Age}, {"sex", q.Filter.Sex}, {"mode", q.Filter.Mode}} {
		if f[1] != "" {
			args = append(args, f[0]+"="+f[1])
		}
	}
	in := "(" + strings.Join(args, ", ") + ")"
	if q.Measure == ledger.Rate {
		return "participants" + in + " / population × 100"
	}
	return string(q.Measure) + in
}

// command is the command line that gives the same answer.
func command(q ledger.Query) string {
	out := "xuedu figures --measure " + string(q.Measure) + " --area " + q.Area
	if q.Level != "" {
		out += " --level " + string(q.Level)
	}
	out += " --period " + q.Period.Name
	if q.By == ledger.ByPlace {
		out += " --by place"
	}
	for _, f := range [][2]string{{"theme", q.Filter.Theme}, {"age", q.Filter.Age}, {"sex", q.Filter.Sex}, {"mode", q.Filter.Mode}} {
		if f[1] != "" {
			out += " --" + f[0] + " " + f[1]
		}
	}
	return out
}

// exploreData is what the script draws: the same cells as the table.
func exploreData(c figureview.Chart, name string) template.JS {
	type point struct {
		Label string `json:"label"`
		Short string `json:"short"`
		Group string `json:"group"`
		Value string `json:"value"` // exact, "" = none
		Text  string `json:"text"`
	}
	data := struct {
		Kind   string  `json:"kind"`
		Name   string  `json:"name"`
		Points []point `json:"points"`
	}{Kind: "line", Name: name}
	for _, r := range c.Rows {
		data.Points = append(data.Points, point{r.Label, r.Short, r.Group, r.Cell.Exact, r.Cell.Text + r.Cell.Word})
	}
	b, err := json.Marshal(data)
	if err != nil {
		return ""
	}
	return template.JS(b) // json.Marshal escapes <, > and &
}
