package score_test

import (
	"fmt"
	"testing"

	"xuedu/internal/accredit/score"
)

// TestTurns: 84 against 81.2 on one place; the mean moves by a fifth of a change.
func TestTurns(t *testing.T) {
	t.Parallel()
	r := record(1, "BBBBA", "BBBBB")
	r.Programme.Scoring.Method, r.Programme.Scoring.Trim = score.Mean, 0
	r.Ballots[5] = ballot("JY-2", "E01", "AAAAD") // 92 − 14 … mean of JY-2: 80 + (86−80)/5 = 81.2
	got, err := score.Turns(r, 1)
	if err != nil {
		t.Fatal(err)
	}
	// JY-1 loses 14 points on one ballot, or JY-2 2.8 × 5 = 14 points more on one ballot: D → A on 2.3 of 20 gives exactly 14, a tie that the chain decides.
	want := "[{JY-1 E01 2.3 A D -1400 [JY-2] [JY-1]} {JY-2 E01 2.3 D A 1400 [JY-2] [JY-1]}]"
	if fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}
