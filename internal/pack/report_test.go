package pack_test

import (
	"slices"
	"strings"
	"testing"

	"xuedu/internal/pack"
)

// TestBadReports: a report whose text holds a typed number, or whose languages
// say different things, is refused with file and line (P1.8).
func TestBadReports(t *testing.T) {
	t.Parallel()
	const file = "reports/yearly.yaml"
	for _, tt := range []struct{ name, old, text, key string }{
		{"typed", "到课率为{{fig D07}}", "到课率为85.9%", "problem.typed"},
		{"two languages", "{{fig D07}}.", "{{fig D08}}.", "report_bindings"},
		{"unknown verb", "{{fig B02}}。", "{{figure B02}}。", "problem.verb"},
		{"unknown indicator", "codes: [PEOPLE], levels: [\"\", district], back: 1", "codes: [D99], levels: [\"\", district], back: 1", "no_indicator"},
		{"unknown group", "groups: [A, B,", "groups: [Z, B,", "no_group"},
		{"section twice", "code: network", "code: summary", "code_twice"},
		{"an indicator's code", "  - code: PEOPLE", "  - code: D01", "code_twice"},
		{"no workflow", "workflow: report", "workflow: none", "no_workflow"},
		{"one language", "{zh-CN: 总体情况, en: In short}", "{zh-CN: 总体情况}", "no_text_in"},
		{"unknown field", "embargo: 5", "embargo: 5\nprice: 1", "unknown_field"},
	} {
		fsys, line := changed(t, file, tt.old, tt.text)
		_, bad := pack.Check(fsys)
		i := slices.IndexFunc(bad, func(p pack.Problem) bool { return p.File == file && strings.HasSuffix(p.Key, tt.key) })
		if i < 0 {
			t.Errorf("%s: not refused: %v", tt.name, bad)
			continue
		}
		if d := bad[i].Line - line; d < -3 || d > 3 {
			t.Errorf("%s: line %d, want about %d", tt.name, bad[i].Line, line)
		}
	}
}
