// Package calendar counts working days. The weekend, the holidays and the
// weekend days that are worked are data of a pack; a year without an
// announcement falls back to the weekend and says so.
package calendar

import (
	"time"
)

// Day is a day that differs from the weekly rhythm, or is named in it.
type Day struct {
	Date   string            // 2024-02-10
	Off    bool              // a day off; else a weekend day that is worked
	Name   map[string]string // of the holiday, by language
	Source string            // the notice it comes from
}

// Calendar knows the working days of a city. It is immutable and safe for
// concurrent use. Of a time it looks at the date in the time's own zone only,
// and the days it returns are midnight UTC.
type Calendar struct {
	weekend [7]bool
	days    map[string]Day
	years   map[int]bool
}

// New returns the calendar of a weekend, the days that differ from it, and the
// years whose holidays have been announced. A week must keep a working day:
// with all seven days in weekend there is none, and New takes none of them.
func New(weekend []time.Weekday, days []Day, announced []int) *Calendar {
	c := &Calendar{days: make(map[string]Day, len(days)), years: make(map[int]bool, len(announced))}
	free := 0
	for _, w := range weekend {
		if w >= time.Sunday && w <= time.Saturday && !c.weekend[w] {
			c.weekend[w] = true
			free++
		}
	}
	if free == len(c.weekend) {
		c.weekend = [7]bool{}
	}
	for _, d := range days {
		c.days[d.Date] = d
	}
	for _, y := range announced {
		c.years[y] = true
	}
	return c
}

// Kind says why a day is worked or not.
type Kind string

// The kinds of day.
const (
	Workday Kind = "workday"
	Weekend Kind = "weekend"
	Holiday Kind = "holiday"
	MakeUp  Kind = "make_up" // a weekend day that is worked for a holiday
)

// Reason is why a day is worked or not.
type Reason struct {
	Kind      Kind
	Name      map[string]string // of the holiday; nil if none is concerned
	Source    string            // the notice; "" if none
	Announced bool              // the year's holidays are known; else Kind may still change
}

// Works reports whether the day is a working day.
func (r Reason) Works() bool { return r.Kind == Workday || r.Kind == MakeUp }

// Reason returns why t is worked or not.
func (c *Calendar) Reason(t time.Time) Reason {
	r := Reason{Kind: Workday, Announced: c.Announced(t.Year())}
	if c.weekend[t.Weekday()] {
		r.Kind = Weekend
	}
	d, ok := c.days[t.Format(time.DateOnly)]
	if !ok {
		return r
	}
	r.Name, r.Source = d.Name, d.Source
	switch {
	case d.Off:
		r.Kind = Holiday
	case r.Kind == Weekend:
		r.Kind = MakeUp
	}
	return r
}

// IsWorkday reports whether t is a working day.
func (c *Calendar) IsWorkday(t time.Time) bool { return c.Reason(t).Works() }

// Announced reports whether the holidays of a year are known.
func (c *Calendar) Announced(year int) bool { return c.years[year] }

// horizon is how far Add looks for a working day before it gives up; no
// calendar that a pack check lets through has so long a holiday.
const horizon = 400

// Add returns the n-th working day after t, or before it if n is negative.
// Of n = 0 it returns t itself if it is worked, else the next working day.
func (c *Calendar) Add(t time.Time, n int) time.Time {
	d, step := dateOf(t), 1
	if n < 0 {
		n, step = -n, -1
	}
	if n == 0 {
		return c.seek(d, 1)
	}
	for range n {
		d = c.seek(d.AddDate(0, 0, step), step)
	}
	return d
}

// seek returns d if it is worked, else the nearest working day in step's
// direction.
func (c *Calendar) seek(d time.Time, step int) time.Time {
	for i := 0; i < horizon && !c.IsWorkday(d); i++ {
		d = d.AddDate(0, 0, step)
	}
	return d
}

// Between counts the working days after a up to and including b. It is
// negative if b is before a: −Between(b, a).
func (c *Calendar) Between(a, b time.Time) int {
	from, to, sign := dateOf(a), dateOf(b), 1
	if to.Before(from) {
		from, to, sign = to, from, -1
	}
	n := 0
	for d := from.AddDate(0, 0, 1); !d.After(to); d = d.AddDate(0, 0, 1) {
		if c.IsWorkday(d) {
			n++
		}
	}
	return sign * n
}

func dateOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}
