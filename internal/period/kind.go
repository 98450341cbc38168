package period

import (
	"fmt"
	"strings"
)

// Kind is the length of a period.
type Kind string

// The kinds of periods.
const (
	Year    Kind = "year"
	Quarter Kind = "quarter"
	Month   Kind = "month"
	Range   Kind = "range" // any span of days
)

// Kind returns the kind of p, which its name tells.
func (p Period) Kind() Kind {
	switch {
	case p.IsYear():
		return Year
	case len(p.Name) == len("2024-Q1") && strings.Contains(p.Name, "-Q"):
		return Quarter
	case len(p.Name) == len("2024-01"):
		return Month
	}
	return Range
}

// Add returns the period of p's kind that stands n of them later, or earlier
// if n is negative; ok is false for a range and before the year 1900.
func (p Period) Add(n int) (q Period, ok bool) {
	per := map[Kind]int{Year: 1, Quarter: 4, Month: 12}[p.Kind()]
	if per == 0 {
		return Period{}, false
	}
	i := p.From.Year()*per + (int(p.From/100%100)-1)*per/12 + n
	year, part := i/per, i%per+1
	name := fmt.Sprintf("%04d", year)
	switch p.Kind() {
	case Quarter:
		name += fmt.Sprintf("-Q%d", part)
	case Month:
		name += fmt.Sprintf("-%02d", part)
	}
	q, err := Parse(name)
	return q, err == nil
}

// At returns the year, quarter or month that holds a day; for Range the day itself.
func At(k Kind, d Day) Period {
	year, month := d.Year(), int(d/100%100)
	name := d.String()
	switch k {
	case Year:
		name = fmt.Sprintf("%04d", year)
	case Quarter:
		name = fmt.Sprintf("%04d-Q%d", year, (month+2)/3)
	case Month:
		name = name[:len("2024-01")]
	}
	p, err := Parse(name)
	if err != nil { // only of a day before 1900
		return Period{Name: name, From: d, To: d}
	}
	return p
}
