package figureview

import (
	"fmt"
	"strconv"

	"xuedu/internal/ledger"
	"xuedu/internal/ui"
)

// named returns the period of a name made by this file.
func named(format string, a ...any) ledger.Period {
	p, err := ledger.ParsePeriod(fmt.Sprintf(format, a...))
	if err != nil {
		return ledger.Period{}
	}
	return p
}

// YearOf, QuarterOf and MonthOf return the period that holds a day.
func YearOf(d ledger.Day) ledger.Period { return named("%04d", d.Year()) }

// QuarterOf returns the quarter that holds d.
func QuarterOf(d ledger.Day) ledger.Period {
	return named("%04d-Q%d", d.Year(), (int(d/100%100)+2)/3)
}

// MonthOf returns the month that holds d.
func MonthOf(d ledger.Day) ledger.Period { return named("%04d-%02d", d.Year(), int(d/100%100)) }

// like returns the period of p's kind that holds d; a range has none.
func like(p ledger.Period, d ledger.Day) (ledger.Period, bool) {
	switch {
	case p.IsYear():
		return YearOf(d), true
	case IsQuarter(p):
		return QuarterOf(d), true
	case IsMonth(p):
		return MonthOf(d), true
	}
	return ledger.Period{}, false
}

// IsQuarter reports whether p is a calendar quarter.
func IsQuarter(p ledger.Period) bool { return len(p.Name) == 7 && p.Name[5] == 'Q' }

// IsMonth reports whether p is a calendar month.
func IsMonth(p ledger.Period) bool { return len(p.Name) == 7 && p.Name[5] != 'Q' }

// Before returns the period of the same kind just before p.
func Before(p ledger.Period) (ledger.Period, bool) {
	return like(p, ledger.DayOf(p.From.Time().AddDate(0, 0, -1)))
}

// YearBefore returns the same period one year earlier.
func YearBefore(p ledger.Period) (ledger.Period, bool) {
	return like(p, ledger.DayOf(p.From.Time().AddDate(-1, 0, 0)))
}

// Complete returns the last period of p's kind that has ended by the day d.
func Complete(p ledger.Period, d ledger.Day) ledger.Period {
	q, ok := like(p, d)
	if !ok || q.To <= d {
		return q
	}
	q, _ = Before(q)
	return q
}

// Series returns the periods of p's kind up to p that began on from or later,
// oldest first, at most n of them and p at least: a period of which only the
// end was recorded would look like a rise.
func Series(p ledger.Period, from ledger.Day, n int) []ledger.Period {
	out := []ledger.Period{p}
	for len(out) < n {
		q, ok := Before(out[0])
		if !ok || q.From < from {
			break
		}
		out = append([]ledger.Period{q}, out...)
	}
	return out
}

// Trendable returns the full periods that a trend up to p shows: of p's kind,
// or finer where fewer than three of them were recorded.
func (c *City) Trendable(p ledger.Period, n int) []ledger.Period {
	from, _, _ := c.Figures.Span()
	day, _ := c.Latest()
	if p.To > day { // a running period would look like a fall
		if b, ok := Before(p); ok {
			p = b
		}
	}
	out := Series(p, from, n)
	end := min(p.To, day)
	for _, finer := range []ledger.Period{QuarterOf(end), MonthOf(end)} {
		if len(out) > 2 || IsMonth(p) {
			break
		}
		out = Series(Complete(finer, end), from, n)
	}
	return out
}

// PeriodName names a period for people: 2024年第一季度.
func PeriodName(p ui.Page, d ledger.Period) string {
	year, month := strconv.Itoa(d.From.Year()), int(d.From/100%100)
	switch {
	case d.IsYear():
		return p.T("figure.year", "Year", year)
	case IsQuarter(d):
		return p.T("figure.quarter."+d.Name[6:], "Year", year)
	case IsMonth(d):
		return p.T("figure.month", "Year", year, "Month", monthName(p, d))
	case d.From == d.To:
		return p.Date(d.From.Time())
	}
	return p.T("figure.range", "From", p.Date(d.From.Time()), "To", p.Date(d.To.Time()), "Month", month)
}

func monthName(p ui.Page, d ledger.Period) string {
	if p.Lang == "en" {
		return d.From.Time().Month().String()
	}
	return strconv.Itoa(int(d.From / 100 % 100))
}

// PeriodDays says which days a period holds, and up to when there are records
// if it still runs.
func (c *City) PeriodDays(p ui.Page, d ledger.Period) string {
	text := p.T("figure.range", "From", p.Date(d.From.Time()), "To", p.Date(d.To.Time()))
	if today := c.Today(); d.From <= today && today < d.To {
		return p.T("figure.running", "From", p.Date(d.From.Time()), "To", p.Date(today.Time()))
	}
	return text
}
