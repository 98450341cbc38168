package score_test

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"xuedu/internal/accredit/score"
)

var update = flag.Bool("update", false, "write testdata/record.json again")

// TestWorkedExample: the record of the worked example in docs/staff/scores.md,
// whose numbers stand there as the program computes them.
func TestWorkedExample(t *testing.T) {
	t.Parallel()
	r := score.Record{Format: score.Format, Call: "2025-JY-1", Programme: programme(), Places: 1}
	r.Ballots = append(ballots("JY-2025-0001", "AAAAA", "ABABA", "BBBBB", "BCBDC", "DDDDD"), ballots("JY-2025-0002", "BBBBB", "BBBBB", "ABBBB", "BBBCB", "BBBBC")...)
	r.Entries = []score.Entry{{Application: "JY-2025-0001", Visit: map[string]string{"2.1": "A", "2.2": "B"}}, {Application: "JY-2025-0002", Visit: map[string]string{"2.1": "B", "2.2": "B"}}}
	r.Result = rank(t, r)
	data := encode(t, r)
	if *update {
		if err := os.WriteFile("testdata/record.json", data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile("testdata/record.json")
	if err != nil || !bytes.Equal(kept, data) {
		t.Errorf("testdata/record.json is another record (%v): go test -update", err)
	}
	for _, name := range []string{"scores.md", "scores.en.md"} {
		doc, err := os.ReadFile("../../../docs/staff/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range r.Result {
			want := "| " + strings.Join([]string{s.Application, s.Score, s.Spread, s.Visit, s.Final}, " | ") + " |"
			if !strings.Contains(string(doc), want) {
				t.Errorf("%s does not say %s", name, want)
			}
		}
	}
}
