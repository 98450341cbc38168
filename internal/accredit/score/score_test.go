package score_test

import (
	"math/big"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"xuedu/internal/accredit/score"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// programme has the weights and levels of the plan's own rubrics: leaves of 15
// to 25 points, 优 100, 良 80, 中 60, 差 30.
func programme() pack.AwardProgramme {
	return pack.AwardProgramme{
		Levels: []pack.AwardLevel{{Code: "A", Percent: 100}, {Code: "B", Percent: 80}, {Code: "C", Percent: 60}, {Code: "D", Percent: 30}},
		Rubric: []pack.Criterion{
			{Code: "1", Weight: 35, Leaves: []pack.Leaf{{Code: "1.1", Weight: 20, Core: true}, {Code: "1.2", Weight: 15}}},
			{Code: "2", Weight: 65, Leaves: []pack.Leaf{{Code: "2.1", Weight: 25}, {Code: "2.2", Weight: 20, Core: true}, {Code: "2.3", Weight: 20}}},
		},
		Scoring: pack.Scoring{Method: score.TrimmedMean, Trim: 1, Least: 5, Places: 2, Rounding: score.HalfUp, Spread: "20", Visit: 30, Pass: "", Grey: "1"},
		Ties:    []string{"leaf:2.1", "group:1", "visit", "spread", "recommendation", "ballot", "draw"},
	}
}

// ballot gives the levels of the leaves in their order: "AABCD".
func ballot(app, seat, levels string) score.Ballot {
	b := score.Ballot{Application: app, Expert: seat, Levels: map[string]string{}}
	for i, l := range programme().Leaves() {
		b.Levels[l.Code] = levels[i : i+1]
	}
	return b
}

func ballots(app string, levels ...string) []score.Ballot {
	var out []score.Ballot
	for i, l := range levels {
		out = append(out, ballot(app, "E0"+strconv.Itoa(i+1), l))
	}
	return out
}

// TestOfficialByHand: worked out with pencil and paper.
//
//	E01 AAAAA = 100;  E02 ABABA = 20+12+25+16+20 = 93;  E03 BBBBB = 80
//	E04 BCBDC = 16+9+20+6+12 = 63;  E05 DDDDD = 30
//	trimmed: (93+80+63)/3 = 78.666… → 78.67;  mean 366/5 = 73.2;  median 80
func TestOfficialByHand(t *testing.T) {
	t.Parallel()
	all := ballots("JY-1", "AAAAA", "ABABA", "BBBBB", "BCBDC", "DDDDD")
	for _, c := range []struct{ method, want string }{{score.TrimmedMean, "78.67"}, {score.Mean, "73.20"}, {score.Median, "80.00"}} {
		p := programme()
		p.Scoring.Method = c.method
		got, spread, err := score.Official(p, all)
		if err != nil || got != c.want || spread != "70.00" {
			t.Errorf("%s: %s, spread %s, %v; want %s", c.method, got, spread, err, c.want)
		}
	}
}

func TestRounding(t *testing.T) {
	t.Parallel()
	// Two ballots, 80 and 93: 86.5 exactly.
	two := ballots("JY-1", "BBBBB", "ABABA")
	for _, c := range []struct {
		rule string
		want string
	}{{score.HalfUp, "87"}, {score.HalfEven, "86"}} {
		p := programme()
		p.Scoring.Method, p.Scoring.Least, p.Scoring.Places, p.Scoring.Rounding = score.Median, 2, 0, c.rule
		if got, _, err := score.Official(p, two); err != nil || got != c.want {
			t.Errorf("%s: %s, %v; want %s", c.rule, got, err, c.want)
		}
	}
}

// TestRefused: below five ballots there is no score (P1.7), nor of a ballot
// that is not whole.
func TestRefused(t *testing.T) {
	t.Parallel()
	five := []string{"AAAAA", "AAAAA", "AAAAA", "AAAAA", "AAAAA"}
	for name, c := range map[string]struct {
		key    string
		change func(*pack.AwardProgramme, *[]score.Ballot)
	}{
		"few":          {"score.few", func(_ *pack.AwardProgramme, b *[]score.Ballot) { *b = (*b)[1:] }},
		"none":         {"score.few", func(_ *pack.AwardProgramme, b *[]score.Ballot) { *b = nil }},
		"no mark":      {"score.no_mark", func(_ *pack.AwardProgramme, b *[]score.Ballot) { delete((*b)[2].Levels, "2.2") }},
		"level":        {"score.bad_mark", func(_ *pack.AwardProgramme, b *[]score.Ballot) { (*b)[2].Levels["2.2"] = "E" }},
		"leaf":         {"score.bad_mark", func(_ *pack.AwardProgramme, b *[]score.Ballot) { (*b)[2].Levels["9"] = "A" }},
		"seat twice":   {"score.ballot_twice", func(_ *pack.AwardProgramme, b *[]score.Ballot) { (*b)[2].Expert = "E01" }},
		"other":        {"score.ballot_twice", func(_ *pack.AwardProgramme, b *[]score.Ballot) { (*b)[2].Application = "JY-2" }},
		"method":       {"score.bad_method", func(p *pack.AwardProgramme, _ *[]score.Ballot) { p.Scoring.Method = "best" }},
		"rounding":     {"score.bad_rounding", func(p *pack.AwardProgramme, _ *[]score.Ballot) { p.Scoring.Rounding = "" }},
		"trim":         {"score.bad_trim", func(p *pack.AwardProgramme, _ *[]score.Ballot) { p.Scoring.Trim = 3 }},
		"places":       {"score.bad_places", func(p *pack.AwardProgramme, _ *[]score.Ballot) { p.Scoring.Places = 10 }},
		"share":        {"score.bad_share", func(p *pack.AwardProgramme, _ *[]score.Ballot) { p.Scoring.Visit = 101 }},
		"spread":       {"score.bad_number", func(p *pack.AwardProgramme, _ *[]score.Ballot) { p.Scoring.Spread = "1e2" }},
		"tie":          {"score.bad_tie", func(p *pack.AwardProgramme, _ *[]score.Ballot) { p.Ties = []string{"leaf:9"} }},
		"level twice":  {"score.bad_level", func(p *pack.AwardProgramme, _ *[]score.Ballot) { p.Levels = append(p.Levels, p.Levels[0]) }},
		"leaf twice":   {"score.bad_leaf", func(p *pack.AwardProgramme, _ *[]score.Ballot) { p.Rubric = append(p.Rubric, p.Rubric[0]) }},
		"empty rubric": {"score.no_rubric", func(p *pack.AwardProgramme, _ *[]score.Ballot) { p.Rubric = nil }},
	} {
		p, b := programme(), ballots("JY-1", five...)
		c.change(&p, &b)
		_, _, err := score.Official(p, b)
		wantKey(t, name, err, c.key)
	}
}

func wantKey(t *testing.T, name string, err error, key string) {
	t.Helper()
	e, ok := err.(*errs.Error)
	if !ok || e.Key != key || e.Kind != errs.Invalid {
		t.Errorf("%s: %v, want %s", name, err, key)
	}
}

func TestTooFar(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		levels []string
		far    bool
		spread string
	}{
		{[]string{"AAAAA", "BBBBB"}, false, "20.00"}, // the limit itself is borne
		{[]string{"AAAAA", "BBBBC"}, true, "24.00"},
		{[]string{"AAAAA"}, false, "0.00"},
	} {
		far, spread, err := score.TooFar(programme(), ballots("JY-1", c.levels...))
		if err != nil || far != c.far || spread != c.spread {
			t.Errorf("%v: %v %s %v", c.levels, far, spread, err)
		}
	}
}

// TestPoints: one ballot by itself, out of 100 also where the weights are not.
func TestPoints(t *testing.T) {
	t.Parallel()
	p := programme()
	p.Rubric = p.Rubric[:1]
	p.Ties = nil
	got, err := score.Points(p, score.Ballot{Levels: map[string]string{"1.1": "A", "1.2": "C"}}) // (20 + 9) of 35
	if err != nil || got != "82.86" {
		t.Errorf("%s, %v", got, err)
	}
}

// brute computes the trimmed mean straight from its definition.
func brute(p pack.AwardProgramme, list []score.Ballot) *big.Rat {
	var points []*big.Rat
	for _, b := range list {
		sum := new(big.Rat)
		for _, l := range p.Leaves() {
			for _, level := range p.Levels {
				if level.Code == b.Levels[l.Code] {
					sum.Add(sum, big.NewRat(int64(l.Weight*level.Percent), 100))
				}
			}
		}
		points = append(points, sum)
	}
	for range p.Scoring.Trim {
		points = drop(drop(points, 1), -1)
	}
	sum := new(big.Rat)
	for _, x := range points {
		sum.Add(sum, x)
	}
	return sum.Quo(sum, big.NewRat(int64(len(points)), 1))
}

// drop leaves out the highest (1) or lowest (-1).
func drop(list []*big.Rat, sign int) []*big.Rat {
	at := 0
	for i, x := range list {
		if x.Cmp(list[at]) == sign {
			at = i
		}
	}
	return slices.Delete(slices.Clone(list), at, at+1)
}

func drawBallots(t *rapid.T, app string, least int) []score.Ballot {
	levels := rapid.SliceOfN(rapid.StringMatching("[ABCD]{5}"), least, 9).Draw(t, "levels "+app)
	return ballots(app, levels...)
}

// TestOfficialProperties: it is what its definition says, does not depend on
// the order of the ballots, and a better mark never lowers it (P1.7).
func TestOfficialProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := programme()
		p.Scoring.Trim = rapid.IntRange(0, 2).Draw(t, "trim")
		p.Scoring.Places = rapid.IntRange(0, 4).Draw(t, "places")
		list := drawBallots(t, "JY-1", 5)
		got, _, err := score.Official(p, list)
		if err != nil {
			t.Fatal(err)
		}
		if want := brute(p, list).FloatString(p.Scoring.Places); got != want { // FloatString rounds half away from zero
			t.Fatalf("%s, by definition %s", got, want)
		}
		again, _, _ := score.Official(p, rapid.Permutation(list).Draw(t, "order"))
		if again != got {
			t.Fatalf("in another order %s, not %s", again, got)
		}
		b := rapid.SampledFrom(list).Draw(t, "ballot")
		b.Levels[rapid.SampledFrom([]string{"1.1", "1.2", "2.1", "2.2", "2.3"}).Draw(t, "leaf")] = "A"
		better, _, _ := score.Official(p, list)
		x, _ := new(big.Rat).SetString(better)
		y, _ := new(big.Rat).SetString(got)
		if x.Cmp(y) < 0 {
			t.Fatalf("a better mark lowered %s to %s", got, better)
		}
	})
}
