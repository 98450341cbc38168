package figureview

import (
	"context"
	"html/template"
	"strconv"

	"xuedu/internal/chart"
	"xuedu/internal/ledger"
	"xuedu/internal/ui"
)

// Chart is a drawing with its caption and the table of the same numbers.
type Chart struct {
	ID, Caption, Sub string
	SVG              template.HTML
	Open             string // label of the table's fold
	Head             [2]string
	Rows             []Row
	Note             string
	Data             template.JS // JSON for the script that lets people explore it, or ""
}

// Row is one line of a chart's table.
type Row struct {
	Label, Href string
	Short       string // under a chart …
	Group       string // … and what is written where it changes
	Cell        Cell
	Here        bool
}

// point makes the mark of a cell.
func point(f ledger.Figure, label string, c Cell) chart.Point {
	v, ok := number(f)
	text := c.Text
	if f.State != ledger.Value {
		text = c.Word
	}
	return chart.Point{Label: label, Value: v, Text: text, Missing: !ok}
}

// Breakdown draws the parts of q along an axis. It has no rows where there is
// nothing to show.
func (c *City) Breakdown(ctx context.Context, p ui.Page, id string, q ledger.Query, axis ledger.Axis) (Chart, error) {
	q.Level = ""
	slices, err := c.Figures.Breakdown(ctx, q, axis)
	if err != nil {
		return Chart{}, err
	}
	ch := Chart{ID: id, Caption: p.T("figure.by_axis", "Measure", Name(p, q.Measure), "Axis", AxisName(p, axis)),
		Sub: PeriodName(p, q.Period) + p.T("figure.comma") + Unit(p, q.Measure), Open: p.T("figure.open_table"),
		Head: [2]string{AxisName(p, axis), Unit(p, q.Measure)}}
	var points []chart.Point
	desc := ""
	hide := zeros(slices)
	for _, s := range slices {
		row := Row{Label: c.SliceName(p, axis, s.Code), Cell: NewCell(p, s.Figure), Href: Address("/figures", narrowed(q, axis, s.Code))}
		ch.Rows = append(ch.Rows, row)
		if hide > 0 && isZero(s.Figure) {
			continue
		}
		points = append(points, point(s.Figure, row.Label, row.Cell))
		desc += row.Label + " " + row.Cell.Text + row.Cell.Word + p.T("figure.semicolon")
	}
	if axis == ledger.AxisTheme && isPersons(q.Measure) {
		ch.Note = p.T("figure.note.theme")
	}
	if hide > 0 {
		ch.Note = p.T("figure.note.zeros", "N", hide) + ch.Note
	}
	ch.SVG = chart.Bars(chart.Comparison{Head: chart.Head{ID: id, Title: ch.Caption, Desc: desc}, Points: points})
	return ch, nil
}

func isZero(f ledger.Figure) bool { return f.State == ledger.Value && f.Value.IsZero() }

// zeros returns how many bars of no length a chart leaves to its table: all
// of them where they are more than half and something is left.
func zeros(slices []ledger.Slice) int {
	n := 0
	for _, s := range slices {
		if isZero(s.Figure) {
			n++
		}
	}
	if n*2 <= len(slices) || n == len(slices) {
		return 0
	}
	return n
}

func isPersons(m ledger.Measure) bool {
	return m == ledger.Participants || m == ledger.Regular || m == ledger.Rate
}

// narrowed is q with one part of an axis chosen.
func narrowed(q ledger.Query, axis ledger.Axis, code string) ledger.Query {
	switch axis {
	case ledger.AxisTheme:
		q.Filter.Theme = code
	case ledger.AxisAge:
		q.Filter.Age = code
	case ledger.AxisSex:
		q.Filter.Sex = code
	case ledger.AxisMode:
		q.Filter.Mode = code
	}
	return q
}

// Trend draws q's own area through the periods, oldest first.
func (c *City) Trend(ctx context.Context, p ui.Page, id string, q ledger.Query, periods []ledger.Period) (Chart, error) {
	q.Level = ""
	ch := Chart{ID: id, Caption: p.T("figure.trend", "Measure", Name(p, q.Measure)), Open: p.T("figure.open_table"),
		Head: [2]string{p.T("figure.sig.period"), Unit(p, q.Measure)}}
	var points []chart.Point
	for _, d := range periods {
		one := q
		one.Period = d
		f, err := c.One(ctx, one)
		if err != nil {
			return Chart{}, err
		}
		row := Row{Label: PeriodName(p, d), Cell: NewCell(p, f), Href: Address("/figures", one), Here: d.Name == q.Period.Name, Short: ShortPeriod(p, d)}
		if !d.IsYear() {
			row.Group = strconv.Itoa(d.From.Year())
		}
		ch.Rows = append(ch.Rows, row)
		pt := point(f, row.Short, row.Cell)
		pt.Group = row.Group
		points = append(points, pt)
	}
	if len(ch.Rows) == 0 {
		return ch, nil
	}
	first, last := ch.Rows[0], ch.Rows[len(ch.Rows)-1]
	ch.Sub = Unit(p, q.Measure) + p.T("figure.comma") + p.T("figure.span", "From", first.Label, "To", last.Label)
	ch.SVG = chart.Line(chart.Trend{Head: chart.Head{ID: id, Title: ch.Caption,
		Desc: p.T("figure.trend.desc", "From", first.Label, "A", first.Cell.Text+first.Cell.Word, "To", last.Label, "B", last.Cell.Text+last.Cell.Word)},
		Points: points, Tick: c.tick(p)})
	return ch, nil
}

// ShortPeriod is a period under a chart: 三季, Q3, 3月, Mar.
func ShortPeriod(p ui.Page, d ledger.Period) string {
	switch {
	case d.IsYear():
		return d.Name
	case IsQuarter(d):
		return p.T("figure.short_quarter." + d.Name[6:])
	case IsMonth(d) && p.Lang == "en":
		return d.From.Time().Month().String()[:3]
	case IsMonth(d):
		return p.T("figure.short_month", "Month", int(d.From/100%100))
	}
	return d.Name
}

// tick prints an axis with the language's own large units: 300万, 3M.
func (c *City) tick(p ui.Page) func(float64) string {
	return func(v float64) string {
		switch {
		case p.Lang != "en" && v >= 1e4:
			return chart.Grouped(v/1e4) + p.T("figure.ten_thousand")
		case p.Lang == "en" && v >= 1e6:
			return chart.Grouped(v/1e6) + "M"
		case p.Lang == "en" && v >= 1e4:
			return chart.Grouped(v/1e3) + "k"
		}
		return chart.Grouped(v)
	}
}
