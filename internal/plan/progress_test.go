package plan_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/plan"
	"xuedu/internal/plan/plantest"
)

// The forecast is the straight line through the first and the last known point.
func TestExtend(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ points, to, want string }{
		{"2021=0 2023=6", "2026", "15"},
		{"2021=0 2022=1 2023=6", "2026", "15"}, // only the ends count
		{"2021=2 2023=2", "2026", "2"},
		{"2021=9 2023=3", "2026", "0"}, // never below zero
		{"2021=1 2024=2", "2026", "8/3"},
		{"2021=1 4043/2=2", "2023", "5"}, // half a year is enough
		{"2021=1 8085/4=2", "2023", "short"},
		{"2021=1", "2026", "points"},
		{"", "2026", "points"},
		{"2021=1 2026=2", "2026", "over"},
	} {
		var points []plan.Point
		for _, p := range strings.Fields(tt.points) {
			at, v, _ := strings.Cut(p, "=")
			points = append(points, plan.Point{At: rat(at), Value: rat(v)})
		}
		f := plan.Extend(points, rat(tt.to))
		got := f.Why
		if f.Value != nil {
			got = f.Value.RatString()
		}
		if got != tt.want {
			t.Errorf("Extend(%s, %s) = %s, want %s", tt.points, tt.to, got, tt.want)
		}
	}
}

func rat(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic(s)
	}
	return r
}

// How a stock stands: today against the last full year with a number.
func TestVerdicts(t *testing.T) { // P1.3, P1.7, P2.8
	t.Parallel()
	for _, tt := range []struct {
		name     string
		day      string
		now      int64
		path     []plan.Entry
		tol      string
		want     plan.Verdict
		gap      string
		forecast string
	}{
		{"no year has passed", "2023-07-01", 1, way(2023, "4"), "", plan.Open, "11", "points"},
		{"on its way", "2024-07-01", 4, way(2023, "4"), "", plan.OnTrack, "8", "points"},
		{"behind", "2024-07-01", 3, way(2023, "4"), "", plan.Behind, "9", "points"},
		{"behind, but within the tolerance", "2024-07-01", 3, way(2023, "4"), "1", plan.OnTrack, "9", "points"},
		{"reached", "2024-07-01", 12, way(2023, "4"), "", plan.Reached, "0", "points"},
		{"more than was asked", "2024-07-01", 14, nil, "", plan.Reached, "0", "points"},
		{"on its last day", "2025-12-31", 11, nil, "", plan.Open, "1", "points"},
		{"over", "2026-01-01", 11, nil, "", plan.Missed, "1", "over"},
		{"the tolerance is not for the end", "2026-01-01", 11, nil, "1", plan.Missed, "1", "over"},
		{"late, but there", "2026-07-01", 12, nil, "", plan.Reached, "0", "over"},
	} {
		day, _ := time.Parse(time.DateOnly, tt.day)
		c := plantest.New(t, dbtest.SQLite(t), "beijing-2021", day)
		c.Adopt(t)
		in := input(mustHistory(t, c)[0])
		in.Tolerance, in.Reason = tt.tol, "因"
		in.Numbers = append(in.Numbers, tt.path...)
		if tt.tol != "" || tt.path != nil {
			if _, err := c.Set(t.Context(), in); err != nil {
				t.Fatal(tt.name, err)
			}
		}
		c.Meter.Set("award.demonstration_district", day.Year(), c.Root, tt.now, 1)
		p, err := c.Progress(t.Context(), districts)
		if err != nil {
			t.Fatal(err)
		}
		if w := p.Whole; w.Verdict != tt.want || plan.Exact(w.Gap) != tt.gap || w.Forecast.Why != tt.forecast {
			t.Errorf("%s: %s, gap %s, %s; want %s, %s, %s", tt.name, w.Verdict, plan.Exact(w.Gap), w.Forecast.Why, tt.want, tt.gap, tt.forecast)
		}
	}
}

func mustHistory(t testing.TB, c *plantest.City) []plan.Target {
	t.Helper()
	all, err := c.History(t.Context(), districts)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What is gathered through a year is judged by full years; "about" lets the
// tolerance hold for the end; less can be better.
func TestRatesAndDirections(t *testing.T) {
	t.Parallel()
	c := plantest.New(t, dbtest.SQLite(t), "beijing-2021", time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC))
	in := plan.Input{Code: "rate", Plan: "plan-2021", Clause: "P2.7", Measure: "D01", Name: c.Meter.List[4].Name, Unit: c.Meter.List[4].Unit,
		Direction: plan.Down, Due: "2025-12-31", SetBy: "文", Reason: "因", About: true, Tolerance: "0.5", Numbers: way(2023, "10", 2025, "8")}
	if _, err := c.Set(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	check := func(day time.Time, want plan.Verdict) {
		t.Helper()
		c.Day = day
		p, err := c.Progress(t.Context(), "rate")
		if err != nil || p.Whole.Verdict != want {
			t.Errorf("on %s: %s, %v; want %s", day.Format(time.DateOnly), p.Whole.Verdict, err, want)
		}
	}
	check(c.Day, plan.Unknown)
	c.Meter.Set("D01", 2024, c.Root, 1, 1) // so far this year: says nothing of the full year
	check(c.Day, plan.Open)
	c.Meter.Set("D01", 2023, c.Root, 21, 2) // 10.5
	check(c.Day, plan.OnTrack)
	c.Meter.Set("D01", 2023, c.Root, 106, 10)
	check(c.Day, plan.Behind)
	c.Meter.Set("D01", 2025, c.Root, 17, 2) // 8.5: about 8
	check(c.Day.AddDate(1, 0, 0), plan.Reached)
	check(c.Day.AddDate(3, 0, 0), plan.Reached)
	c.Meter.Set("D01", 2025, c.Root, 86, 10)
	check(c.Day.AddDate(3, 0, 0), plan.Missed)
	c.Meter.Set("D01", 2021, c.Root, 12, 1)
	c.Meter.Set("D01", 2023, c.Root, 10, 1)
	c.Day = time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
	p, _ := c.Progress(t.Context(), "rate")
	if f := p.Whole.Forecast; f.Value == nil || plan.Rounded(f.Value, 1) != "8.0" {
		t.Errorf("forecast %+v, want 8: two less in two years", f)
	}
}

// Progress is what a slow and simple reading of the same numbers gives.
func TestProgressAgainstBruteForce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := plantest.New(t, d, "beijing-2021", summer)
		c.Adopt(t)
		areas := []string{"D1", "D2", "D3"}
		rapid.Check(t, func(r *rapid.T) {
			var list []plan.Entry
			set, got := map[string]int64{}, map[string]int64{}
			for y := 2021; y <= 2025; y++ {
				sum := int64(0)
				for _, a := range areas {
					k := fmt.Sprint(a, y)
					set[k], got[k] = rapid.Int64Range(0, 9).Draw(r, "set"), rapid.Int64Range(0, 12).Draw(r, "got")
					sum += set[k]
					list = append(list, share(a, y, fmt.Sprint(set[k])))
					c.Meter.Set("award.demonstration_district", y, a, got[k], 1)
				}
				list = append(list, share("", y, fmt.Sprint(sum)))
			}
			if _, err := c.Put(t.Context(), districts, -1, list, "因"); err != nil && key(err) != "plan.nothing_changed []" {
				r.Fatal(err)
			}
			c.Day = time.Date(rapid.IntRange(2021, 2026).Draw(r, "year"), 6, 1, 0, 0, 0, 0, time.UTC)
			for _, a := range areas {
				c.Meter.Set("award.demonstration_district", 2026, a, got[a+"2025"], 1)
				got[a+"2026"] = got[a+"2025"]
			}
			p, err := c.Progress(t.Context(), districts)
			if err != nil {
				r.Fatal(err)
			}
			for i, a := range areas {
				y := c.Day.Year()
				now, end := got[fmt.Sprint(a, y)], set[a+"2025"]
				want := plan.Behind
				switch {
				case now >= end:
					want = plan.Reached
				case y > 2025:
					want = plan.Missed
				case y == 2021:
					want = plan.Open
				case now >= set[fmt.Sprint(a, y-1)]:
					want = plan.OnTrack
				}
				s := p.Split[i]
				if s.Verdict != want || s.Gap.Cmp(big.NewRat(max(0, end-now), 1)) != 0 || s.Area.Code != a {
					r.Errorf("%s in %d: %d of %d is %s, gap %s; want %s", a, y, now, end, s.Verdict, s.Gap.RatString(), want)
				}
			}
		})
	})
}
