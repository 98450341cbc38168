package figureview

import (
	"html/template"
	"strconv"

	"xuedu/internal/chart"
	"xuedu/internal/ledger"
	"xuedu/internal/ui"
)

// Map is a drawing of areas in five steps.
type Map struct {
	Caption, Sub string
	SVG, Legend  template.HTML
	None         string // said where areas without a value are hatched
}

// Map draws figures of areas; nil where the pack has no outline for each.
func (c *City) DrawMap(p ui.Page, id string, q ledger.Query, figures []ledger.Figure) *Map {
	outlines := c.Map()
	if outlines == nil || len(figures) == 0 {
		return nil
	}
	drawn := map[string]bool{}
	for _, a := range outlines.Areas {
		drawn[a.Code] = true
	}
	values := map[string]chart.Point{}
	var numbers []float64
	none := ""
	for _, f := range figures {
		if !drawn[f.Area.Code] {
			return nil
		}
		cell := NewCell(p, f)
		values[f.Area.Code] = point(f, "", cell)
		if v, ok := number(f); ok {
			numbers = append(numbers, v)
		} else {
			none = p.T("figure.map.none")
		}
	}
	if len(values) != len(drawn) || len(numbers) == 0 {
		return nil
	}
	limits := chart.Steps(numbers, 5)
	title := p.T("figure.map.title", "Measure", Name(p, q.Measure), "Area", c.areaName(p, q.Area))
	m := &Map{Caption: Name(p, q.Measure) + p.T("figure.bracket", "Text", Unit(p, q.Measure)), Sub: c.PeriodDays(p, q.Period), None: none}
	m.SVG = chart.Map(chart.Choropleth{Head: chart.Head{ID: id, Title: title, Desc: p.T("figure.map.desc")},
		Outlines: outlines, Lang: p.Lang, Values: values, Limits: limits})
	m.Legend = chart.Legend(p.T("figure.map.steps"), limits, limit,
		chart.LegendWords{Below: p.T("figure.map.below"), Above: p.T("figure.map.above")})
	return m
}

// limit prints a limit of a class: a round number, however small.
func limit(v float64) string {
	if v >= 100 {
		return chart.Grouped(v)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

func (c *City) areaName(p ui.Page, code string) string {
	t := c.Tree()
	n, ok := t.ByCode(code)
	if !ok {
		return code
	}
	return t.At(n).In(p.Lang)
}
