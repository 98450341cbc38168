package pack_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"xuedu/internal/pack"
	"xuedu/internal/workflow"
	"xuedu/packs"
)

// changed returns the files of the pack of Beijing with one place changed, and
// the line of that place.
func changed(t testing.TB, file, old, text string) (fstest.MapFS, int) {
	t.Helper()
	out := fstest.MapFS{}
	src := folder(t, "beijing-2021")
	err := fs.WalkDir(src, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, "data/") {
			return err
		}
		b, err := fs.ReadFile(src, name)
		out[name] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s := string(out[file].Data)
	before, after, ok := strings.Cut(s, old)
	if !ok {
		t.Fatalf("%s does not hold %q", file, old)
	}
	out[file] = &fstest.MapFile{Data: []byte(before + text + after)}
	return out, 1 + strings.Count(before, "\n")
}

// Bad programmes of award are refused with file and line (P1.7).
func TestBadAwards(t *testing.T) {
	t.Parallel()
	const file, call, app = "programmes/community-project.yaml", "workflows/award-call.yaml", "workflows/application.yaml"
	for _, tt := range []struct {
		name, file, old, text, key string
		line                       int // from the changed one
	}{
		{"weights", file, "        weight: 12\n", "        weight: 13\n", "award_weights", -1},
		{"group weight", file, "        weight: 12\n", "        weight: 13\n", "award_group_weight", -1},
		{"fee", file, "fee: 0", "fee: 100", "schema", 0},
		{"unknown field", file, "fee: 0", "fee: 0\nprice: 1", "unknown_field", 1},
		{"level above", file, "authorisation: {}", "authorisation: {organ: {zh-CN: 示例, en: x}, document: {zh-CN: 示例, en: x}, number: '1', item: {zh-CN: 示例, en: x}, level: city, name: nation, from: 2021-01-01}", "award_level", 0},
		{"half known", file, "authorisation: {}", "authorisation: {document: {zh-CN: 示例, en: x}}", "award_authorisation", 0},
		{"tie of nothing", file, `"group:1"`, `"group:9"`, "award_tie", 0},
		{"tie without draw", file, ", ballot, draw]", ", draw, ballot]", "award_tie_draw", 0},
		{"no evidence", file, "{code: p12_link, kind: link", "{code: p12_works, kind: link", "code_twice", 0},
		{"no figure", file, "figure: B10, ", "", "award_no_figure", 0},
		{"unknown figure", file, "figure: B10", "figure: B99", "award_unknown_figure", 0},
		{"unknown fact", file, "figure: sessions", "figure: lessons", "award_unknown_fact", 0},
		{"descriptor", file, "          D: {zh-CN: 只讲解，没有传习, en: \"Talks only, nothing is passed on\"}\n", "", "award_descriptor", -3},
		{"language", file, "{zh-CN: 只讲解，没有传习, en: \"Talks only, nothing is passed on\"}", "{zh-CN: 只讲解}", "no_text_in", 0},
		{"too few experts", file, "  each: 5\n", "  each: 4\n", "award_ballots", 0},
		{"too few seats", file, "  seats: 9\n", "  seats: 4\n", "award_seats", 0},
		{"trim", file, "trim: 1, least: 5", "trim: 3, least: 5", "award_trim", 0},
		{"fraction", file, "quorum: 2/3", "quorum: 3/2", "award_fraction", 0},
		{"day of no stage", file, "{code: applying, days: 20", "{code: writing, days: 20", "award_stage", 0},
		{"no workflow", file, "call: award_call", "call: other_call", "award_no_workflow", 0},
		{"gate", file, "kind: declared, name: {zh-CN: 已覆盖", "kind: formula, test: B04 >=, name: {zh-CN: 已覆盖", "", 0},
		{"missing guard", call, "guards: [authorised, rubric_whole", "guards: [rubric_whole", "flow_guard", 0},
		{"missing effect", call, "does: [seal, notice]", "does: [notice]", "flow_effect", 0},
		{"missing move", app, "{code: too_late,", "{code: later,", "flow_move", -1},
		{"unreachable state", app, "moves:", "  - {code: island, name: {zh-CN: 孤岛, en: Island}, final: true}\nmoves:", "unreachable", 0},
	} {
		fsys, line := changed(t, tt.file, tt.old, tt.text)
		_, bad := pack.Check(fsys)
		i := slices.IndexFunc(bad, func(p pack.Problem) bool {
			return p.File == tt.file && strings.HasSuffix(p.Key, tt.key) && p.Line > 0 && (tt.line == -1 || tt.line == -3 || p.Line == line+tt.line)
		})
		if i < 0 {
			t.Errorf("%s: want %s at %s:%d, got\n%v", tt.name, tt.key, tt.file, line, pack.Problems(bad).Error())
		}
	}
}

// Every workflow that ships is sound: each state is reached and left (P1.7).
func TestShippedWorkflows(t *testing.T) {
	t.Parallel()
	for _, name := range packs.Names {
		for _, d := range embedded(t, name).Workflows {
			if _, err := workflow.Compile(d); err != nil {
				t.Errorf("%s of %s: %v", d.Code, name, err)
			}
		}
	}
}
