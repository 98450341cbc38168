package figureview_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/cockroachdb/apd/v3"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/ledger/figureview/figureviewtest"
	"xuedu/internal/ui"
)

func dec(t testing.TB, s string) apd.Decimal {
	t.Helper()
	d, _, err := apd.NewFromString(s)
	if err != nil {
		t.Fatal(err)
	}
	return *d
}

func TestRounded(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in     string
		places int32
		want   string
	}{
		{"0", 0, "0"}, {"21893095", 0, "21,893,095"}, {"999.95", 1, "1,000.0"}, {"-0.04", 1, "0.0"}, {"-1234.5", 0, "−1,235"}, {"0.05", 1, "0.1"}, {"1E+3", 0, "1,000"},
	} {
		d := dec(t, tt.in)
		if got := ledger.Rounded(&d, tt.places); got != tt.want {
			t.Errorf("Rounded(%s, %d) = %q, want %q", tt.in, tt.places, got, tt.want)
		}
	}
}

func TestChangeNeedsTwoValues(t *testing.T) {
	t.Parallel()
	figure := func(s string, st ledger.State) ledger.Figure {
		return ledger.Figure{Measure: ledger.Rate, Value: dec(t, s), State: st}
	}
	for _, tt := range []struct {
		now, was ledger.Figure
		state    ledger.State
		text     string
	}{
		{figure("15.4", ledger.Value), figure("14.1", ledger.Value), ledger.Value, "+1.3"},
		{figure("14.1", ledger.Value), figure("15.4", ledger.Value), ledger.Value, "−1.3"},
		{figure("15.40", ledger.Value), figure("15.39", ledger.Value), ledger.Value, "0.0"},
		{figure("15.4", ledger.Value), figure("0", ledger.NotReported), ledger.NotComputable, ""},
		{figure("15.4", ledger.Value), ledger.Figure{}, ledger.NotComputable, ""},
	} {
		if got := figureview.Change(ui.Page{}, tt.now, tt.was); got.State != tt.state || got.Text != tt.text {
			t.Errorf("Change = %s %q, want %s %q", got.State, got.Text, tt.state, tt.text)
		}
	}
}

func parse(t testing.TB, name string) ledger.Period {
	t.Helper()
	p, err := ledger.ParsePeriod(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func names(list []ledger.Period) string {
	var out []string
	for _, p := range list {
		out = append(out, p.Name)
	}
	return strings.Join(out, " ")
}

// The city's records run from 2024-12-01 to today, 2026-11-23.
func TestTrendableShowsOnlyFullPeriods(t *testing.T) {
	t.Parallel()
	c := figureviewtest.City(t, "minimal")
	for period, want := range map[string]string{
		"2026-Q3": "2025-Q1 2025-Q2 2025-Q3 2025-Q4 2026-Q1 2026-Q2 2026-Q3", // 2024-Q4 was recorded in part
		"2026-Q4": "2025-Q1 2025-Q2 2025-Q3 2025-Q4 2026-Q1 2026-Q2 2026-Q3", // runs still
		"2025-02": "2024-12 2025-01 2025-02",
		"2025":    "2025-Q1 2025-Q2 2025-Q3 2025-Q4", // two years are no trend
		"2025-Q2": "2024-12 2025-01 2025-02 2025-03 2025-04 2025-05 2025-06",
	} {
		if got := names(c.Trendable(parse(t, period), 24)); got != want {
			t.Errorf("Trendable(%s) = %s, want %s", period, got, want)
		}
	}
}

func TestNeighbours(t *testing.T) {
	t.Parallel()
	for period, want := range map[string]string{"2026": "2025 2025", "2026-Q1": "2025-Q4 2025-Q1", "2026-01": "2025-12 2025-01"} {
		before, _ := figureview.Before(parse(t, period))
		year, _ := figureview.YearBefore(parse(t, period))
		if got := before.Name + " " + year.Name; got != want {
			t.Errorf("before %s: %s, want %s", period, got, want)
		}
	}
	if _, ok := figureview.Before(parse(t, "2026-01-03..2026-02-05")); ok {
		t.Error("a range of days has a period before it")
	}
}

// One question has one address, and the address asks the same question.
func TestAddressAsksTheSameQuestion(t *testing.T) {
	t.Parallel()
	c := figureviewtest.City(t, "minimal")
	tree := c.Tree()
	rapid.Check(t, func(rt *rapid.T) {
		pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(rt, name) }
		q := ledger.Query{
			Measure: rapid.SampledFrom(figureview.Measures).Draw(rt, "measure"),
			Area:    tree.At(rapid.IntRange(0, tree.Len()-1).Draw(rt, "area")).Code,
			Level:   rapid.SampledFrom(figureview.Levels).Draw(rt, "level"),
			Period:  parse(t, pick("period", "2024", "2025-Q3", "2026-01", "2026-01-05..2026-02-03")),
			By:      ledger.By(pick("by", "home", "place")),
			Filter:  ledger.Filter{Theme: pick("theme", "", "health", "a&b=c"), Age: pick("age", "", "60-69", "80+"), Sex: pick("sex", "", "f"), Mode: pick("mode", "", "online")},
		}
		u, err := url.Parse(figureview.Address("/figures", q))
		if err != nil {
			rt.Fatal(err)
		}
		got, err := c.Question(u.Query())
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(q, got); diff != "" {
			rt.Error(diff)
		}
	})
}

func TestQuestionDefaults(t *testing.T) {
	t.Parallel()
	c := figureviewtest.City(t, "beijing-2021")
	q, err := c.Question(url.Values{})
	if err != nil {
		t.Fatal(err)
	}
	want := ledger.Query{Measure: ledger.Participants, Area: "110000000000", Period: parse(t, "2026-Q3"), By: ledger.ByHome}
	if diff := cmp.Diff(want, q); diff != "" {
		t.Error(diff)
	}
}
