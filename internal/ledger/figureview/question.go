package figureview

import (
	"net/url"

	"xuedu/internal/area"
	"xuedu/internal/ledger"
)

// Levels lists the levels that can be asked for.
var Levels = []area.Level{area.City, area.District, area.Street, area.Community}

// Address returns path with the parameters that ask q.
func Address(path string, q ledger.Query) string { return path + "?" + q.Values().Encode() }

// Question reads a query from parameters. What is missing becomes the
// default: participants of the whole city in the last full quarter, by home.
// It fails with Invalid where the period cannot be read; whether the rest
// means something is said by Figures.
func (c *City) Question(v url.Values) (ledger.Query, error) {
	q := ledger.Query{Measure: ledger.Measure(v.Get("measure")), Area: v.Get("area"), Level: area.Level(v.Get("level")), By: ledger.By(v.Get("by")),
		Filter: ledger.Filter{Theme: v.Get("theme"), Age: v.Get("age"), Sex: v.Get("sex"), Mode: v.Get("mode")}}
	if q.Measure == "" {
		q.Measure = ledger.Participants
	}
	if q.By == "" {
		q.By = ledger.ByHome
	}
	if root := c.Root(); q.Area == "" && root != nil {
		q.Area = root.Code
	}
	name := v.Get("period")
	if name == "" {
		name = c.Quarter().Name
	}
	d, err := ledger.ParsePeriod(name)
	if err != nil {
		return q, err
	}
	q.Period = d
	return q, nil
}

// Quarter returns the last full quarter with records, or the last one before
// today where there are none.
func (c *City) Quarter() ledger.Period {
	d := c.Today()
	q := QuarterOf(d)
	if last := Complete(q, d); last.Name != "" {
		q = last
	}
	if from, to, ok := c.Figures.Span(); ok && from <= to && to < q.From {
		q = QuarterOf(to)
	}
	return q
}
