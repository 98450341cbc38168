package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"xuedu/internal/calendar"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

var spring = map[string]string{"zh-CN": "春节", "en": "Spring Festival"}

// cal is the Spring Festival of 2024 alone.
func cal() *calendar.Calendar {
	days := []calendar.Day{{Date: "2024-02-04", Name: spring, Source: "7"}, {Date: "2024-02-18", Name: spring, Source: "7"}}
	for d := day("2024-02-10"); !d.After(day("2024-02-17")); d = d.AddDate(0, 0, 1) {
		days = append(days, calendar.Day{Date: d.Format(time.DateOnly), Off: true, Name: spring, Source: "7"})
	}
	return calendar.New([]time.Weekday{time.Saturday, time.Sunday}, days, []int{2024})
}

func TestReason(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		day       string
		kind      calendar.Kind
		works     bool
		announced bool
		name      string
	}{
		{"2024-02-03", calendar.Weekend, false, true, ""},
		{"2024-02-04", calendar.MakeUp, true, true, "Spring Festival"},
		{"2024-02-09", calendar.Workday, true, true, ""},
		{"2024-02-10", calendar.Holiday, false, true, "Spring Festival"},
		{"2024-02-14", calendar.Holiday, false, true, "Spring Festival"},
		{"2024-02-18", calendar.MakeUp, true, true, "Spring Festival"},
		{"2024-02-19", calendar.Workday, true, true, ""},
		{"2031-01-01", calendar.Workday, true, false, ""}, // nobody has announced 2031
		{"2031-01-04", calendar.Weekend, false, false, ""},
	} {
		r := cal().Reason(day(tt.day))
		if r.Kind != tt.kind || r.Works() != tt.works || r.Announced != tt.announced || r.Name["en"] != tt.name {
			t.Errorf("Reason(%s) = %+v, want %+v", tt.day, r, tt)
		}
	}
}

func TestAdd(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		from string
		n    int
		want string
	}{
		{"2024-02-09", 1, "2024-02-18"}, // over the Spring Festival to the Sunday that is worked
		{"2024-02-09", 2, "2024-02-19"},
		{"2024-02-19", -1, "2024-02-18"},
		{"2024-02-19", -2, "2024-02-09"},
		{"2024-02-12", 0, "2024-02-18"},
		{"2024-02-09", 0, "2024-02-09"},
		{"2024-02-02", 1, "2024-02-04"},
	} {
		if got := cal().Add(day(tt.from), tt.n); !got.Equal(day(tt.want)) {
			t.Errorf("Add(%s, %d) = %s, want %s", tt.from, tt.n, got.Format(time.DateOnly), tt.want)
		}
	}
}

func TestOnlyTheDateCounts(t *testing.T) {
	t.Parallel()
	shanghai := time.FixedZone("UTC+8", 8*3600)
	late := time.Date(2024, 2, 9, 23, 59, 0, 0, shanghai)
	if !cal().IsWorkday(late) || cal().IsWorkday(late.Add(2*time.Minute)) {
		t.Error("the day is not the day of the clock on the wall")
	}
	if got := cal().Add(late, 1); !got.Equal(day("2024-02-18")) {
		t.Errorf("Add = %s", got)
	}
}

func TestNoWorkingDayInTheWeek(t *testing.T) {
	t.Parallel()
	all := []time.Weekday{0, 1, 2, 3, 4, 5, 6}
	if !calendar.New(all, nil, nil).IsWorkday(day("2024-02-10")) {
		t.Error("a week without a working day must not be believed")
	}
}

// drawCalendar draws a weekend and holidays at random.
func drawCalendar(t *rapid.T) *calendar.Calendar {
	var weekend []time.Weekday
	for _, w := range rapid.SliceOfNDistinct(rapid.IntRange(0, 6), 0, 3, rapid.ID).Draw(t, "weekend") {
		weekend = append(weekend, time.Weekday(w))
	}
	var days []calendar.Day
	for _, n := range rapid.SliceOfN(rapid.IntRange(0, 700), 0, 60).Draw(t, "days") {
		d := day("2024-01-01").AddDate(0, 0, n)
		days = append(days, calendar.Day{Date: d.Format(time.DateOnly), Off: n%3 > 0})
	}
	return calendar.New(weekend, days, []int{2024, 2025})
}

func TestProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		a := day("2024-01-01").AddDate(0, 0, rapid.IntRange(0, 600).Draw(t, "a"))
		m, n := rapid.IntRange(1, 40).Draw(t, "m"), rapid.IntRange(1, 40).Draw(t, "n")
		b := c.Add(a, n)
		if !c.IsWorkday(b) {
			t.Fatalf("Add(%s, %d) = %s is not a working day", a, n, b)
		}
		if got := c.Between(a, b); got != n {
			t.Fatalf("Between(a, Add(a, %d)) = %d", n, got)
		}
		if got := c.Between(b, a); got != -n {
			t.Fatalf("Between(Add(a, %d), a) = %d", n, got)
		}
		if x, y := c.Add(b, m), c.Add(a, n+m); !x.Equal(y) {
			t.Fatalf("Add(Add(a, %d), %d) = %s, Add(a, %d) = %s", n, m, x, n+m, y)
		}
		if back := c.Add(b, -n); n > 0 && c.IsWorkday(a) && !back.Equal(a) {
			t.Fatalf("Add(Add(a, %d), −%d) = %s, want %s", n, n, back, a)
		}
	})
}
