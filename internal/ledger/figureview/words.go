package figureview

import (
	"strings"

	"xuedu/internal/area"
	"xuedu/internal/ledger"
	"xuedu/internal/ui"
)

// Measures lists what can be asked for, in the order it is offered.
var Measures = []ledger.Measure{ledger.Participants, ledger.Rate, ledger.Attendances, ledger.Headcount,
	ledger.Hours, ledger.CreditHours, ledger.Regular}

// Name names a measure.
func Name(p ui.Page, m ledger.Measure) string { return p.T("figure.measure." + string(m)) }

// Unit is the unit of a measure: 人, 人次.
func Unit(p ui.Page, m ledger.Measure) string { return p.T("figure.unit." + string(m)) }

// LevelName names a level; the city's own word for it may differ by pack.
func LevelName(p ui.Page, l area.Level) string { return p.T("figure.level." + string(l)) }

// AxisName names an axis of a breakdown.
func AxisName(p ui.Page, a ledger.Axis) string { return p.T("figure.axis." + string(a)) }

// Rule says in one sentence how the figure of q is counted.
func (c *City) Rule(p ui.Page, q ledger.Query) string {
	pa := c.Pack().Params
	by := q.By
	if by == "" {
		by = ledger.ByHome
	}
	return p.T("figure.rule."+string(q.Measure), "Sessions", pa.RegularSessions, "Credits", pa.RegularCredits, "Minutes", pa.CreditMinutes) +
		p.T("figure.rule.by_"+string(by))
}

// Base says what a rate was divided by, or why there is none.
func Base(p ui.Page, f ledger.Figure) string {
	if f.Base == 0 {
		return p.T("figure.base.none")
	}
	return p.T("figure.base", "People", p.Num(f.Base), "Source", ledger.SourceIn(f.BaseBy, p.Lang))
}

// Filters names the filter of q, from widest to narrowest; empty without one.
func (c *City) Filters(p ui.Page, q ledger.Query) string {
	var out []string
	for _, f := range []struct {
		axis ledger.Axis
		code string
	}{{ledger.AxisTheme, q.Filter.Theme}, {ledger.AxisAge, q.Filter.Age}, {ledger.AxisSex, q.Filter.Sex}, {ledger.AxisMode, q.Filter.Mode}} {
		if f.code != "" {
			out = append(out, c.SliceName(p, f.axis, f.code))
		}
	}
	return strings.Join(out, " · ")
}

// SliceName names one part of a breakdown.
func (c *City) SliceName(p ui.Page, axis ledger.Axis, code string) string {
	switch axis {
	case ledger.AxisTheme:
		for _, t := range c.Pack().Themes {
			if t.Code == code {
				return t.Name.In(p.Lang)
			}
		}
	case ledger.AxisAge:
		for _, b := range c.Pack().AgeBands {
			if b.Code == code {
				return b.Name.In(p.Lang)
			}
		}
	case ledger.AxisSex, ledger.AxisMode:
		if code == "" {
			code = "unknown"
		}
		return p.T("figure." + string(axis) + "." + code)
	case ledger.AxisPeriod:
		if d, err := ledger.ParsePeriod(code); err == nil {
			return PeriodName(p, d)
		}
	}
	if code == "" {
		return p.T("figure.slice.unknown")
	}
	return code
}
