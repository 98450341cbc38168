package report

import (
	"strconv"

	"github.com/cockroachdb/apd/v3"

	"xuedu/internal/i18n"
	"xuedu/internal/ledger"
)

// words prints a bulletin in one language.
type words struct {
	s    *Service
	lang string
	data *Data
	link func(ledger.Query) string // address of a figure's lineage; nil where the page stands alone
}

func (w *words) t(key string, args ...any) string { return w.s.Bundle.T(w.lang, key, args...) }

// areaName returns the name of an area in the language.
func (w *words) areaName(code string) string {
	t := w.s.Tree()
	if n, ok := t.ByCode(code); ok {
		return t.At(n).In(w.lang)
	}
	return code
}

func (w *words) period() ledger.Period {
	p, _ := ledger.ParsePeriod(w.data.Period.Name)
	return p
}

// periodName names a period for people: 2024年第一季度.
func (w *words) periodName(name string) string {
	p, err := ledger.ParsePeriod(name)
	if err != nil {
		return name
	}
	year := strconv.Itoa(p.From.Year())
	switch {
	case p.IsYear():
		return w.t("figure.year", "Year", year)
	case len(name) == 7 && name[5] == 'Q':
		return w.t("figure.quarter."+name[6:], "Year", year)
	}
	return w.t("figure.month", "Year", year, "Month", w.month(p))
}

func (w *words) month(p ledger.Period) string {
	if w.lang == i18n.EN {
		return p.From.Time().Month().String()
	}
	return strconv.Itoa(int(p.From / 100 % 100))
}

// shortName is what stands under a point of a trend, with its year.
func (w *words) shortName(name string) (label, group string) {
	p, err := ledger.ParsePeriod(name)
	if err != nil {
		return name, ""
	}
	year := strconv.Itoa(p.From.Year())
	switch {
	case p.IsYear():
		return year, ""
	case name[5] == 'Q':
		return w.t("figure.short_quarter." + name[6:]), year
	case w.lang == i18n.EN:
		return p.From.Time().Format("Jan"), year
	}
	return w.t("figure.short_month", "Month", w.month(p)), year
}

func (w *words) date(day string) string {
	d, err := ledger.ParseDay(day)
	if err != nil {
		return day
	}
	if w.lang == i18n.EN {
		return d.Time().Format("2 January 2006")
	}
	return d.Time().Format("2006年1月2日")
}

// code names the row of a table.
func (w *words) code(key, code string) string {
	switch {
	case key == TableAreas:
		return w.areaName(code)
	case key == TableTrend:
		return w.periodName(code)
	case key == TableSummary:
		return w.t("figure.measure." + code)
	case code == "":
		return w.t("figure.slice.unknown")
	case key == TableSex:
		return w.t("figure.sex." + code)
	case key == TableMode:
		return w.t("figure.mode." + code)
	}
	p := w.s.Pack()
	for _, b := range p.AgeBands {
		if key == TableAge && b.Code == code {
			return b.Name.In(w.lang)
		}
	}
	for _, t := range p.Themes {
		if key == TableTheme && t.Code == code {
			return t.Name.In(w.lang)
		}
	}
	return code
}

// column names a column and its unit.
func (w *words) column(name string, measure ledger.Measure) (text, unit string) {
	switch name {
	case "now":
		return w.periodName(w.data.Period.Name), ""
	case colYearBefore:
		return w.t("report.col.year_before"), w.unit(measure)
	case colPlaceTimes:
		return w.t("report.col.place_times"), w.unit(ledger.Attendances)
	}
	return w.t("report.col." + name), w.unit(ledger.Measure(name))
}

func (w *words) unit(m ledger.Measure) string {
	if m == "" {
		return ""
	}
	return w.t("figure.unit." + string(m))
}

// Number prints a value of a measure as people read it.
func Number(d *apd.Decimal, m ledger.Measure) string { return ledger.Rounded(d, ledger.Places(d, m)) }

// number prints a value as people read it; "" where it is missing.
func (w *words) number(c Cell, m ledger.Measure) string {
	d, ok := c.Number()
	if !ok {
		return ""
	}
	return Number(d, m)
}

// state is the word of a missing figure.
func (w *words) state(c Cell) string { return w.t("figure.state." + c.State) }

// measureOf returns what a column or, in the summary, a row counts.
func measureOf(key, column, row string) ledger.Measure {
	switch {
	case key == TableSummary:
		return ledger.Measure(row)
	case column == colYearBefore:
		return ledger.Participants
	case column == colPlaceTimes:
		return ledger.Attendances
	}
	return ledger.Measure(column)
}

// query is the question whose answer stands in a cell.
func (w *words) query(key, column, row string) ledger.Query {
	q := ledger.Query{Measure: measureOf(key, column, row), Area: w.data.Area, Period: w.period(), By: ledger.ByHome}
	if column == colPlaceTimes {
		q.By = ledger.ByPlace
	}
	if column == colYearBefore {
		q.Period, _ = shift(q.Period, -12)
	}
	switch key {
	case TableAge:
		q.Filter.Age = row
	case TableSex:
		q.Filter.Sex = row
	case TableTheme:
		q.Filter.Theme = row
	case TableMode:
		q.Filter.Mode = row
	case TableAreas:
		if row != "" {
			q.Area = row
		}
	case TableTrend:
		q.Period, _ = ledger.ParsePeriod(row)
	}
	return q
}

func (w *words) href(q ledger.Query) string {
	if w.link == nil || q.Measure == "" {
		return ""
	}
	return w.link(q)
}
