package narrative_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xuedu/internal/narrative"
)

// TestTyped: a number that looks like a figure and is not bound is found, with
// its place (P1.8).
func TestTyped(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"全市共有 12 个示范区。", "1:6 12"},
		{"参与率为23.5%。", "1:5 23.5%"},
		{"参与率为２３％。", "1:5 23%"},
		{"参与率达到百分之三十。", "1:6 百分之三十"},
		{"增长两成以上。", "1:3 两成以上"},
		{"共有三十二个街道。", "1:3 三十二个"},
		{"参与人数翻一番，是前年的三倍。", "1:5 翻一番|1:13 三倍"},
		{"共有 2024 个教学点。", "1:4 2024"},
		{"2024年全市推进。", ""},
		{"2021—2025年行动计划，自2024年12月31日起。", ""},
		{"依据京教职成〔2021〕19号第十二条和 P1.8。", ""},
		{"进一步完善，一批项目，第3章，D01 指标。", ""},
		{"## 1.2 背景\n\n一个也没有。", ""},
		{"# 3 个区\n", "1:3 3"},
		{"12 districts took part in 2024.", "1:1 12"},
		{"About thirty districts, two-thirds of all.", "1:7 thirty|1:25 two-thirds"},
		{"From 2021 to 2025, section 3 of the plan; two ways.", ""},
		{"- first\n- rose by **4.5** points\n", "2:13 4.5"},
		{"> 引用 100 人", "1:6 100"},
		{"one line\nand 17 more", "2:5 17"},
		{"{{fig D01}} of residents", ""},
		{`{{quote "12 个" source="P1.3"}}`, ""},
	} {
		_, bad := narrative.Parse(tt.in)
		if got := places(bad); got != tt.want {
			t.Errorf("Parse(%q): %s, want %s", tt.in, got, tt.want)
		}
	}
}

func places(bad []narrative.Problem) string {
	var out []string
	for _, p := range bad {
		out = append(out, fmt.Sprintf("%d:%d %s", p.Line, p.Col, p.Text))
	}
	return strings.Join(out, "|")
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"<b>x</b>":                    "narrative.problem.inline",
		"<div>\nx\n</div>":            "narrative.problem.block",
		"![a](b.png)":                 "narrative.problem.inline",
		"a `code`":                    "narrative.problem.inline",
		"[x](javascript:alert)":       "narrative.problem.link",
		"{{}}":                        "narrative.problem.binding",
		`{{fig "D01}}`:                "narrative.problem.binding",
		"{{figs D01}}":                "narrative.problem.verb",
		"{{fig}}":                     "narrative.problem.no_code",
		"{{fig D01 D02}}":             "narrative.problem.codes",
		"{{fig D01 year=2024}}":       "narrative.problem.name",
		"{{change D01}}":              "narrative.problem.must",
		"{{chart D01}}":               "narrative.problem.chart",
		"So it is: {{table D01}} yes": "narrative.problem.alone",
	} {
		_, bad := narrative.Parse(in)
		if len(bad) == 0 || bad[0].Key != want {
			t.Errorf("Parse(%q): %v, want %s", in, bad, want)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	doc, bad := narrative.Parse("## 参与\n\n全市{{fig D01 area=110105}}的居民**参加**。\n\n{{chart line D01,D02 periods=2021..2024}}\n\n- 甲\n- 乙\n")
	if len(bad) != 0 {
		t.Fatal(bad)
	}
	var kinds []string
	for _, b := range doc.Blocks {
		kinds = append(kinds, b.Kind)
	}
	if d := cmp.Diff([]string{"heading", "paragraph", "bound", "list"}, kinds); d != "" {
		t.Error(d)
	}
	fig := doc.Blocks[1].Inlines[1].Binding
	want := &narrative.Binding{Verb: "fig", Codes: []string{"D01"}, Args: map[string]string{"area": "110105"}, Place: narrative.Place{Line: 3, Col: 3}, Source: "{{fig D01 area=110105}}"}
	if d := cmp.Diff(want, fig); d != "" {
		t.Error(d)
	}
	chart := doc.Blocks[2].Binding
	if d := cmp.Diff([]string{"D01", "D02"}, chart.Codes); d != "" || chart.Kind != "line" {
		t.Error(chart.Kind, d)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"{{fig D01}}", "# a\n- b\n  - 3 {{x", "> {{table D01,D02 areas=district}}", "a\\{{b}}\n\n1. x", "[a]({{fig D01}})"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		_, bad := narrative.Parse(src)
		lines := strings.Count(src, "\n") + 1
		for _, p := range bad {
			if p.Line < 1 || p.Line > lines || p.Col < 1 {
				t.Errorf("%q: place %v of %s", src, p.Place, p.Key)
			}
		}
	})
}
