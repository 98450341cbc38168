package advice_test

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"

	"xuedu/internal/accredit/score/advice"
)

func read(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestAgainstR: estimates, intervals and offsets are those of lm, ICC(2,1) that
// of lme4's variance components (testdata/fixtures.R).
func TestAgainstR(t *testing.T) {
	t.Parallel()
	cells := map[string][]advice.Cell{}
	for _, r := range read(t, "fixtures.csv") {
		cells[r[0]] = append(cells[r[0]], advice.Cell{Application: r[1], Expert: r[2], Points: number(t, r[3])})
	}
	got := map[[3]string]float64{}
	for design, list := range cells {
		a := advice.Of(list, false)
		for _, e := range a.Estimates {
			got[[3]string{design, "estimate", e.Application}], got[[3]string{design, "half", e.Application}] = e.Fair, e.Half
		}
		for _, o := range a.Offsets {
			got[[3]string{design, "offset", o.Expert}] = o.Points
		}
		got[[3]string{design, "icc", ""}] = a.ICC
	}
	for _, r := range read(t, "expected.csv") {
		key, want := [3]string(r[:3]), number(t, r[3])
		if x, ok := got[key]; !ok || math.Abs(x-want) > 1e-6 {
			t.Errorf("%v: %v, R says %v", key, x, want)
		}
	}
	if !math.IsNaN(got[[3]string{"ragged", "icc", ""}]) {
		t.Error("an ICC of a design that is not complete")
	}
}

// TestAlpha: perfect agreement is 1; and Krippendorff's own worked example of
// interval data (Computing Krippendorff's Alpha-Reliability, 2011, part D) 0.849.
func TestAlpha(t *testing.T) {
	t.Parallel()
	same := []advice.Cell{{"A", "1", 80}, {"A", "2", 80}, {"B", "1", 60}, {"B", "2", 60}}
	if got := advice.Of(same, false).Alpha; got != 1 {
		t.Errorf("agreement %v", got)
	}
	const none = 0
	var cells []advice.Cell
	for e, row := range [][]float64{
		{1, 2, 3, 3, 2, 1, 4, 1, 2, none, none, none},
		{1, 2, 3, 3, 2, 2, 4, 1, 2, 5, none, 3},
		{none, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, none},
		{1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, none},
	} {
		for u, x := range row {
			if x != none {
				cells = append(cells, advice.Cell{Application: strconv.Itoa(u), Expert: strconv.Itoa(e), Points: x})
			}
		}
	}
	if got := advice.Of(cells, false).Alpha; math.Abs(got-0.849) > 0.0005 {
		t.Errorf("alpha %v, want 0.849", got)
	}
}

// TestNoZ: standardised points are refused, with why, where they mislead (P1.7).
func TestNoZ(t *testing.T) {
	t.Parallel()
	var whole, apart []advice.Cell
	for i := range 6 {
		for e := range 5 {
			c := advice.Cell{Application: strconv.Itoa(i), Expert: strconv.Itoa(e), Points: float64(60 + i*3 + e*i%4)}
			whole = append(whole, c)
			c.Expert += strconv.Itoa(i % 2) // two panels that share nobody
			apart = append(apart, c)
		}
	}
	for name, c := range map[string]struct {
		cells   []advice.Cell
		grouped bool
		want    string
	}{
		"random": {whole, false, ""}, "grouped": {whole, true, advice.NoZGrouped}, "apart": {apart, false, advice.NoZApart}, "few": {whole[:20], false, advice.NoZFew},
	} {
		a := advice.Of(c.cells, c.grouped)
		if a.NoZ != c.want || math.IsNaN(a.Estimates[0].Z) != (c.want != "") || a.Apart != math.IsNaN(a.Estimates[0].Fair) {
			t.Errorf("%s: %q, %+v", name, a.NoZ, a.Estimates[0])
		}
	}
	if a := advice.Of(nil, false); len(a.Estimates) != 0 {
		t.Error("advice of nothing")
	}
}
