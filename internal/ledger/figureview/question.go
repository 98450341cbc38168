package figureview

import (
	"net/url"
	"regexp"
	"slices"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/ledger"
)

// Levels lists the levels that can be asked for.
var Levels = []area.Level{area.City, area.District, area.Street, area.Community}

// Values returns the parameters that ask q again; what is the default is left
// out, so that one question has one address.
func Values(q ledger.Query) url.Values {
	v := url.Values{}
	set := func(name, value, std string) {
		if value != "" && value != std {
			v.Set(name, value)
		}
	}
	set("measure", string(q.Measure), "")
	set("area", q.Area, "")
	set("level", string(q.Level), "")
	set("period", q.Period.Name, "")
	set("by", string(q.By), string(ledger.ByHome))
	set("theme", q.Filter.Theme, "")
	set("age", q.Filter.Age, "")
	set("sex", q.Filter.Sex, "")
	set("mode", q.Filter.Mode, "")
	return v
}

// Address returns path with the parameters that ask q.
func Address(path string, q ledger.Query) string { return path + "?" + Values(q).Encode() }

var ageRange = regexp.MustCompile(`^(\d{1,3})(-(\d{1,3})|\+)$`)

// Question reads a query from parameters. What is missing becomes the
// default: participants of the whole city in the last full quarter, by home.
// It fails with Invalid and names the field.
func (c *City) Question(v url.Values) (ledger.Query, error) {
	q := ledger.Query{Measure: ledger.Measure(v.Get("measure")), Area: v.Get("area"), Level: area.Level(v.Get("level")), By: ledger.By(v.Get("by")),
		Filter: ledger.Filter{Theme: v.Get("theme"), Age: v.Get("age"), Sex: v.Get("sex"), Mode: v.Get("mode")}}
	if q.Measure == "" {
		q.Measure = ledger.Participants
	}
	if q.By == "" || q.Measure == ledger.Rate {
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
	return q, c.check(q)
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

func (c *City) check(q ledger.Query) error {
	bad := func(field, value string) error {
		return errs.InvalidField(field, "figure.bad."+field, "Value", value)
	}
	_, known := c.Tree().ByCode(q.Area)
	switch {
	case !slices.Contains(Measures, q.Measure):
		return bad("measure", string(q.Measure))
	case !known:
		return bad("area", q.Area)
	case q.Level != "" && !slices.Contains(Levels, q.Level):
		return bad("level", string(q.Level))
	case q.By != ledger.ByHome && q.By != ledger.ByPlace:
		return bad("by", string(q.By))
	case q.Filter.Sex != "" && q.Filter.Sex != "f" && q.Filter.Sex != "m":
		return bad("sex", q.Filter.Sex)
	case q.Filter.Mode != "" && q.Filter.Mode != "onsite" && q.Filter.Mode != "online":
		return bad("mode", q.Filter.Mode)
	case q.Filter.Age != "" && !ageRange.MatchString(q.Filter.Age):
		return bad("age", q.Filter.Age)
	case q.Filter.Theme != "" && !c.hasTheme(q.Filter.Theme):
		return bad("theme", q.Filter.Theme)
	case q.Measure == ledger.Regular && !q.Period.IsYear():
		return errs.InvalidField("period", "figure.bad.regular")
	}
	return nil
}

func (c *City) hasTheme(code string) bool {
	for _, t := range c.Pack().Themes {
		if t.Code == code {
			return true
		}
	}
	return false
}
