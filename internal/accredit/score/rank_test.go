package score_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xuedu/internal/accredit/score"
)

// record has applications whose five ballots all show the same levels.
func record(places int, levels ...string) score.Record {
	r := score.Record{Format: score.Format, Call: "2025-JY-1", Programme: programme(), Places: places}
	for i, l := range levels {
		app := "JY-" + strconv.Itoa(i+1)
		r.Ballots = append(r.Ballots, ballots(app, l, l, l, l, l)...)
		r.Entries = append(r.Entries, score.Entry{Application: app})
	}
	return r
}

func rank(t testing.TB, r score.Record) []score.Standing {
	t.Helper()
	list, err := score.Rank(r)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// show prints place, application, final, tie and marks of each standing.
func show(list []score.Standing) string {
	var out []string
	for _, s := range list {
		text := strconv.Itoa(s.Place) + " " + s.Application + " " + s.Final
		for _, add := range []struct {
			yes  bool
			text string
		}{{s.Tie != "", s.Tie}, {s.Grey, "grey"}, {s.In, "in"}} {
			if add.yes {
				text += " " + add.text
			}
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}

func TestRank(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		record func() score.Record
		want   string
	}{
		{"by score", func() score.Record { return record(1, "BBBBB", "AAAAA", "CCCCC") },
			"1 JY-2 100.00 in; 2 JY-1 80.00; 3 JY-3 60.00"},
		{"too few ballots", func() score.Record { r := record(2, "BBBBB", "AAAAA"); r.Ballots = r.Ballots[:9]; return r },
			"1 JY-1 80.00 in; 2 JY-2 "},
		{"visit", func() score.Record { // 80 × 70 % + 100 × 30 % = 86
			r := record(2, "BBBBB")
			r.Entries[0].Visit = map[string]string{"2.1": "A"}
			return r
		}, "1 JY-1 86.00 in"},
		{"pass", func() score.Record {
			r := record(3, "AAAAA", "BBBBB", "CCCCC")
			r.Programme.Scoring.Pass = "80"
			return r
		},
			"1 JY-1 100.00 in; 2 JY-2 80.00 grey in; 3 JY-3 60.00"},
		{"shortlist takes ties", func() score.Record {
			r := record(1, "AAAAA", "BBBBB", "BBBBB", "CCCCC")
			r.Programme.Scoring.Shortlist = 150 // two, and who equals the second
			r.Entries[1].Recommendation, r.Entries[2].Recommendation = 2, 1
			r.Entries[3].Visit = map[string]string{"1.1": "A"} // never helps who was left out
			return r
		}, "1 JY-1 100.00 in; 2 JY-3 80.00 recommendation; 3 JY-2 80.00 recommendation; 4 JY-4 72.00"},
		{"meeting deviates", func() score.Record {
			r := record(1, "AAAAA", "BBBBB")
			r.Entries[0].Decision, r.Entries[1].Decision = score.DecisionOut, score.DecisionIn
			return r
		}, "1 JY-1 100.00; 2 JY-2 80.00 in"},
		{"nothing to award", func() score.Record { return record(0, "AAAAA", "BBBBB") }, "1 JY-1 100.00; 2 JY-2 80.00"},
		{"empty", func() score.Record { return record(3) }, ""},
	} {
		if got := show(rank(t, c.record())); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// TestTieChain: two applications equal in score are parted by each link of the
// chain in turn (P1.7).
func TestTieChain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		levels [2]string // 1.1 20, 1.2 15, 2.1 25, 2.2 20, 2.3 20
		change func(*score.Record)
		want   string
	}{
		{"leaf", [2]string{"BBBBA", "ABBBB"}, func(r *score.Record) { r.Programme.Ties = []string{"leaf:1.1", "draw"} }, "1 JY-2 84.00 leaf:1.1 grey in; 2 JY-1 84.00 leaf:1.1 grey"},
		{"group", [2]string{"BBBBA", "ABBBB"}, nil, "1 JY-2 84.00 group:1 grey in; 2 JY-1 84.00 group:1 grey"},
		{"visit", [2]string{"BBBBA", "BBBAB"}, func(r *score.Record) {
			r.Programme.Scoring.Visit = 0
			r.Entries[1].Visit = map[string]string{"1.1": "D"}
		}, "1 JY-2 84.00 visit grey in; 2 JY-1 84.00 visit grey"},
		{"spread", [2]string{"BBBBA", "BBBAB"}, func(r *score.Record) { // the two that trimming drops lie closer
			r.Ballots[0], r.Ballots[1] = ballot("JY-1", "E01", "ABBAA"), ballot("JY-1", "E02", "CBBBB")
			r.Programme.Ties = []string{"spread", "draw"}
		}, "1 JY-2 84.00 spread grey in; 2 JY-1 84.00 spread grey"},
		{"recommendation", [2]string{"BBBBA", "BBBAB"}, func(r *score.Record) { r.Entries[1].Recommendation = 7 }, "1 JY-2 84.00 recommendation grey in; 2 JY-1 84.00 recommendation grey"},
		{"ballot", [2]string{"BBBBA", "BBBAB"}, func(r *score.Record) { r.Entries[0].Yes, r.Entries[1].Yes = 3, 4 }, "1 JY-2 84.00 ballot grey in; 2 JY-1 84.00 ballot grey"},
		{"draw", [2]string{"BBBBA", "BBBAB"}, func(r *score.Record) { r.Entries[0].Draw, r.Entries[1].Draw = 2, 1 }, "1 JY-2 84.00 draw grey in; 2 JY-1 84.00 draw grey"},
		{"not drawn", [2]string{"BBBBA", "BBBAB"}, nil, "1 JY-1 84.00 draw grey; 1 JY-2 84.00 draw grey"},
		{"nothing depends on it", [2]string{"BBBBA", "BBBAB"}, func(r *score.Record) { r.Places = 2 }, "1 JY-1 84.00 shared in; 1 JY-2 84.00 shared in"},
	} {
		r := record(1, c.levels[0], c.levels[1])
		if c.change != nil {
			c.change(&r)
		}
		if got := show(rank(t, r)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestNeedDraw(t *testing.T) {
	t.Parallel()
	r := record(2, "AAAAA", "BBBBB", "BBBBB", "BBBBB", "CCCCC", "CCCCC")
	need, err := score.NeedDraw(r)
	if err != nil || len(need) != 1 || !slices.Equal(need[0], []string{"JY-2", "JY-3", "JY-4"}) {
		t.Fatalf("%v, %v: a tie below the line decides nothing", need, err)
	}
	for i, place := range []int{0, 3, 1, 2} {
		r.Entries[i].Draw = place
	}
	if need, err = score.NeedDraw(r); err != nil || len(need) != 0 {
		t.Fatalf("drawn, and still %v, %v", need, err)
	}
	want := "1 JY-1 100.00 in; 2 JY-3 80.00 draw grey in; 3 JY-4 80.00 draw grey; 4 JY-2 80.00 draw grey; 5 JY-5 60.00 shared; 5 JY-6 60.00 shared"
	if got := show(rank(t, r)); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if line, err := score.CutLine(r); err != nil || line != "80.00" {
		t.Errorf("cut line %s, %v", line, err)
	}
}

func drawRecord(t *rapid.T) score.Record {
	r := score.Record{Format: score.Format, Programme: programme(), Places: rapid.IntRange(0, 6).Draw(t, "places")}
	r.Programme.Scoring.Shortlist = rapid.SampledFrom([]int{0, 100, 150}).Draw(t, "shortlist")
	r.Programme.Scoring.Pass = rapid.SampledFrom([]string{"", "60", "75.5"}).Draw(t, "pass")
	for i := range rapid.IntRange(0, 8).Draw(t, "applications") {
		app := "JY-" + strconv.Itoa(i)
		e := score.Entry{Application: app, Recommendation: rapid.IntRange(0, 2).Draw(t, "rec"), Yes: rapid.IntRange(0, 2).Draw(t, "yes"), Draw: rapid.IntRange(0, 3).Draw(t, "draw")}
		if rapid.Bool().Draw(t, "visited") {
			e.Visit = map[string]string{"2.1": rapid.SampledFrom([]string{"A", "B"}).Draw(t, "on site")}
		}
		r.Entries = append(r.Entries, e)
		r.Ballots = append(r.Ballots, drawBallots(t, app, 4)...)
	}
	return r
}

// TestRankProperties: never more in than there are places, nobody in below
// somebody out unless a tie is open, and the order of the input is nothing (P1.7).
func TestRankProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := drawRecord(t)
		list, err := score.Rank(r)
		if err != nil {
			t.Fatal(err)
		}
		in, closed := 0, false
		for i, s := range list {
			if s.In {
				in++
				if closed || s.Place > r.Places {
					t.Fatalf("%s is in at %d of %d: %s", s.Application, s.Place, r.Places, show(list))
				}
			} else {
				closed = true
			}
			if i > 0 && s.Place < list[i-1].Place {
				t.Fatalf("places fall: %s", show(list))
			}
		}
		if in > r.Places {
			t.Fatalf("%d in on %d places", in, r.Places)
		}
		shuffled := r
		shuffled.Ballots = rapid.Permutation(r.Ballots).Draw(t, "ballots")
		shuffled.Entries = rapid.Permutation(r.Entries).Draw(t, "entries")
		again, err := score.Rank(shuffled)
		if err != nil || !slices.Equal(again, list) {
			t.Fatalf("in another order: %s, not %s", show(again), show(list))
		}
	})
}
