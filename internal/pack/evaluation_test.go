package pack_test

import (
	"slices"
	"strings"
	"testing"

	"xuedu/internal/pack"
)

// TestBadEvaluation: a method that cannot be used is refused with file and line
// (P1.9).
func TestBadEvaluation(t *testing.T) {
	t.Parallel()
	const file = "evaluation.yaml"
	for _, tt := range []struct{ name, old, text, key string }{
		{"unknown indicator", "codes: [C01, D09, E08]", "codes: [C99, D09, E08]", "no_indicator"},
		{"no goalpost", "codes: [C01, D09, E08]", "codes: [C01, D09, E06]", "no_goalpost"},
		{"weights", "weight: 10", "weight: 11", "weights"},
		{"amber beyond red", "amber: 5", "amber: 25", "evaluation_amber"},
		{"no workflow", "workflow: evaluation", "workflow: none", "no_workflow"},
		{"no number", `A01: {worst: "50"`, `A01: {worst: "half"`, ""},
		{"unknown field", "act: 20", "act: 20\nprize: 1", "unknown_field"},
	} {
		fsys, line := changed(t, file, tt.old, tt.text)
		_, bad := pack.Check(fsys)
		i := slices.IndexFunc(bad, func(p pack.Problem) bool { return p.File == file && strings.HasSuffix(p.Key, tt.key) })
		if i < 0 {
			t.Errorf("%s: not refused: %v", tt.name, bad)
			continue
		}
		if d := bad[i].Line - line; tt.key != "weights" && (d < -3 || d > 3) {
			t.Errorf("%s: line %d, want about %d", tt.name, bad[i].Line, line)
		}
	}
}
