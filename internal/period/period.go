// Package period has the spans of days that figures, forms and targets speak of:
// years, quarters, months, and any range of days.
package period

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"xuedu/internal/errs"
)

// Day is a calendar day as a number that sorts and reads: 20240301.
type Day int64

// DayOf returns the day of t in t's own zone.
func DayOf(t time.Time) Day { return Day(t.Year()*10000 + int(t.Month())*100 + t.Day()) }

// ParseDay reads "2024-03-01".
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, errs.New(errs.Invalid, "period.bad_day", "Value", s)
	}
	return DayOf(t), nil
}

// Time returns midnight UTC of d.
func (d Day) Time() time.Time {
	return time.Date(int(d/10000), time.Month(d/100%100), int(d%100), 0, 0, 0, 0, time.UTC)
}

func (d Day) String() string { return d.Time().Format(time.DateOnly) }

// Year returns the calendar year of d.
func (d Day) Year() int { return int(d / 10000) }

// Period is a span of whole days, both ends included, with the name it was
// asked by: "2024", "2024-Q1", "2024-03", "2024-03-05..2024-04-10".
type Period struct {
	Name     string
	From, To Day
}

var periodName = regexp.MustCompile(`^(\d{4})(?:-(?:Q([1-4])|(\d{2})))?$`)

// Parse reads a year, a quarter, a month, a day or a range of days
// "FROM..TO". It fails with Invalid and says which forms there are.
func Parse(s string) (Period, error) {
	bad := errs.InvalidField("period", "period.bad", "Value", s)
	if from, to, ok := strings.Cut(s, ".."); ok {
		return dayRange(s, from, to, bad)
	}
	if len(s) == len(time.DateOnly) {
		return dayRange(s, s, s, bad)
	}
	m := periodName.FindStringSubmatch(s)
	if m == nil {
		return Period{}, bad
	}
	year, _ := strconv.Atoi(m[1])
	month, months := 1, 12
	switch {
	case m[2] != "":
		q, _ := strconv.Atoi(m[2])
		month, months = 3*q-2, 3
	case m[3] != "":
		month, _ = strconv.Atoi(m[3])
		months = 1
	}
	if month < 1 || month > 12 || year < 1900 {
		return Period{}, bad
	}
	first := time.Date(year, time.Month(month), 1, 0, 0, 0, 0, time.UTC)
	return Period{Name: s, From: DayOf(first), To: DayOf(first.AddDate(0, months, -1))}, nil
}

func dayRange(name, from, to string, bad error) (Period, error) {
	a, err := ParseDay(from)
	if err != nil {
		return Period{}, bad
	}
	b, err := ParseDay(to)
	if err != nil || b < a {
		return Period{}, bad
	}
	return Period{Name: name, From: a, To: b}, nil
}

// IsYear reports whether p is a calendar year.
func (p Period) IsYear() bool { return len(p.Name) == 4 }

// Parts returns the quarters of a year or the months of a quarter; a month or
// a range has none.
func (p Period) Parts() []Period {
	var names []string
	switch {
	case p.IsYear():
		for q := range 4 {
			names = append(names, fmt.Sprintf("%s-Q%d", p.Name, q+1))
		}
	case strings.Contains(p.Name, "-Q"):
		first := int(p.From / 100 % 100)
		for m := range 3 {
			names = append(names, fmt.Sprintf("%04d-%02d", p.From.Year(), first+m))
		}
	}
	parts := make([]Period, 0, len(names))
	for _, n := range names {
		q, err := Parse(n)
		if err != nil {
			continue // cannot happen: the names are made above
		}
		parts = append(parts, q)
	}
	return parts
}
