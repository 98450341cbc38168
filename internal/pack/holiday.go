package pack

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"xuedu/internal/calendar"
)

// yearFile is calendar/YEAR.yaml: the holidays of a year as a notice announces
// them, in spans, with the weekend days that are worked for each.
type yearFile struct {
	file string

	Year      int       `yaml:"year"`
	Source    string    `yaml:"source"`
	Published string    `yaml:"published"`
	Statutory *int      `yaml:"statutory_days"`
	Holidays  []holiday `yaml:"holidays"`
}

type holiday struct {
	Name Text     `yaml:"name"`
	From string   `yaml:"from"`
	To   string   `yaml:"to"`
	Work []string `yaml:"work"`
}

// maxHoliday is the most days one holiday may have; a slip in a year gives more.
const maxHoliday = 31

var weekdays = map[string]time.Weekday{
	"sun": time.Sunday, "mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday,
	"thu": time.Thursday, "fri": time.Friday, "sat": time.Saturday,
}

// checkYears turns the years' spans into days and makes sure that no day is
// said twice and that the sum is what the law grants.
func (l *loader) checkYears() {
	seen := map[string]string{} // day to where it was said
	years := map[int]bool{}
	for _, y := range l.years {
		if !l.ok[y.file] {
			continue
		}
		if years[y.Year] {
			l.say(y.file, "/year", "pack.problem.code_twice", "Code", y.Year)
		}
		years[y.Year] = true
		l.pack.Calendar.Years = append(l.pack.Calendar.Years, Year{Year: y.Year, Source: y.Source, Published: y.Published})
		l.checkYear(y, seen)
	}
	slices.SortFunc(l.pack.Calendar.Days, func(a, b Day) int { return cmp.Compare(a.Day, b.Day) })
	slices.SortFunc(l.pack.Calendar.Years, func(a, b Year) int { return cmp.Compare(a.Year, b.Year) })
}

func (l *loader) checkYear(y yearFile, seen map[string]string) {
	granted := 0
	for i, h := range y.Holidays {
		at := fmt.Sprintf("/holidays/%d", i)
		span, ok := l.span(y, h, at)
		if !ok {
			continue
		}
		for _, d := range span {
			if l.day(y, Day{Day: d.Format(time.DateOnly), Off: true, Name: h.Name, Source: y.Source}, at+"/from", seen) && !l.weekend(d) {
				granted++
			}
		}
		for j, s := range h.Work {
			ptr := fmt.Sprintf("%s/work/%d", at, j)
			if d, err := time.Parse(time.DateOnly, s); err == nil && l.ok[packFile] && !l.weekend(d) {
				l.say(y.file, ptr, "pack.problem.work_on_weekday", "Day", s)
				continue
			}
			if l.day(y, Day{Day: s, Name: h.Name, Source: y.Source}, ptr, seen) {
				granted--
			}
		}
	}
	if y.Statutory != nil && l.ok[packFile] && granted != *y.Statutory {
		l.say(y.file, "/statutory_days", "pack.problem.statutory", "Got", granted, "Want", *y.Statutory)
	}
}

// span returns the days of a holiday. It must touch its year.
func (l *loader) span(y yearFile, h holiday, at string) ([]time.Time, bool) {
	from, err1 := time.Parse(time.DateOnly, h.From)
	to, err2 := time.Parse(time.DateOnly, h.To)
	switch {
	case err1 != nil || err2 != nil: // the schema has said so
		return nil, false
	case to.Before(from):
		l.say(y.file, at+"/to", "pack.problem.order", "From", h.From, "To", h.To)
		return nil, false
	case to.Sub(from) > maxHoliday*24*time.Hour:
		l.say(y.file, at+"/to", "pack.problem.long_holiday", "Max", maxHoliday)
		return nil, false
	case from.Year() != y.Year && to.Year() != y.Year:
		l.say(y.file, at+"/from", "pack.problem.other_year", "Day", h.From, "Year", y.Year)
		return nil, false
	}
	var days []time.Time
	for d := from; !d.After(to); d = d.AddDate(0, 0, 1) {
		days = append(days, d)
	}
	return days, true
}

func (l *loader) day(y yearFile, d Day, ptr string, seen map[string]string) bool {
	where := l.docs[y.file].problem(ptr, "").Where()
	if before, ok := seen[d.Day]; ok {
		l.say(y.file, ptr, "pack.problem.day_twice", "Day", d.Day, "Where", before)
		return false
	}
	seen[d.Day] = where
	l.pack.Calendar.Days = append(l.pack.Calendar.Days, d)
	return true
}

func (l *loader) weekend(d time.Time) bool {
	for _, w := range l.pack.Calendar.Weekend {
		if weekdays[w] == d.Weekday() {
			return true
		}
	}
	return false
}

// WorkDays returns the calendar that counts the pack's working days.
func (p *Pack) WorkDays() *calendar.Calendar {
	var weekend []time.Weekday
	for _, w := range p.Calendar.Weekend {
		weekend = append(weekend, weekdays[w])
	}
	days := make([]calendar.Day, len(p.Calendar.Days))
	for i, d := range p.Calendar.Days {
		days[i] = calendar.Day{Date: d.Day, Off: d.Off, Name: d.Name, Source: d.Source}
	}
	years := make([]int, len(p.Calendar.Years))
	for i, y := range p.Calendar.Years {
		years[i] = y.Year
	}
	return calendar.New(weekend, days, years)
}

// Zone returns the city's time zone.
func (p *Pack) Zone() *time.Location {
	z, err := time.LoadLocation(p.TimeZone)
	if err != nil { // a pack that was checked has a zone
		return time.UTC
	}
	return z
}
