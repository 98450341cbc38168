package pack_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"xuedu/internal/pack"
)

const someIndicators = `groups:
  - {code: A, name: {zh-CN: 甲, en: A}}
units:
  - {code: percent, name: {zh-CN: "%", en: "%"}, dim: ""}
  - {code: person, name: {zh-CN: 人, en: persons}, dim: person}
tags:
  - code: unesco
    name: {zh-CN: 教科文组织, en: UNESCO}
    tags:
      - {code: "5.2", name: {zh-CN: 参与, en: Participation}}
`

const someDefinitions = `- code: A01
  group: A
  name: {zh-CN: 参与率, en: Participation}
  formula: 100 * participants / population
  unit: percent
  direction: up
  missing: {policy: share, share: "0.8"}
  periods: [year]
  clauses: [P1.1]
  tags: ["unesco:5.2"]
  from: "2024-01-01"
- code: A01
  group: A
  name: {zh-CN: 参与率, en: Participation}
  formula: |
    100 * participants
    / population
  unit: percent
  direction: up
  periods: [year]
  from: "2025-01-01"
`

// Each mistake in a definition is found once, with its file and line (P1.8).
func TestCheckIndicators(t *testing.T) {
	t.Parallel()
	files := []edit{{"indicators.yaml", "", someIndicators}, {"indicators/a.yaml", "", someDefinitions}}
	for _, tt := range []struct {
		name string
		edit edit
		want string // FILE:LINE:COLUMN key
	}{
		{"in order", edit{"themes.yaml", "nature", "nature"}, ""},
		{"no catalogue", edit{"indicators.yaml", "", ""}, "indicators.yaml pack.problem.no_file"},
		{"group", edit{"indicators/a.yaml", "group: A", "group: Z"}, "indicators/a.yaml:2:10 pack.problem.no_group"},
		{"unit", edit{"indicators/a.yaml", "unit: percent", "unit: promille"}, "indicators/a.yaml:5:9 pack.problem.no_unit"},
		{"clause", edit{"indicators/a.yaml", "P1.1", "P9.9"}, "indicators/a.yaml:9:13 pack.problem.no_clause"},
		{"tag", edit{"indicators/a.yaml", "unesco:5.2", "unesco:5.9"}, "indicators/a.yaml:10:10 pack.problem.no_tag"},
		{"list of tags", edit{"indicators/a.yaml", "unesco:5.2", "elli:5.2"}, "indicators/a.yaml:10:10 pack.problem.no_tag"},
		{"same first day", edit{"indicators/a.yaml", `"2025-01-01"`, `"2024-01-01"`}, "indicators/a.yaml:12:9 pack.problem.version_twice"},
		{"zero", edit{"indicators/a.yaml", `policy: share, share: "0.8"`, "policy: zero"}, "indicators/a.yaml:7:12 pack.problem.zero_why"},
		{"share", edit{"indicators/a.yaml", `"0.8"`, `"1.2"`}, "indicators/a.yaml:7:35 pack.problem.share"},
		{"idle share", edit{"indicators/a.yaml", "policy: share", "policy: all"}, "indicators/a.yaml:7:33 pack.problem.share_idle"},
		{"formula", edit{"indicators/a.yaml", "100 * participants / population", "100 * participants /"}, "indicators/a.yaml:4:32 formula.unfinished"},
		{"code of group twice", edit{"indicators.yaml", "units:", "  - {code: A, name: {zh-CN: 甲, en: A}}\nunits:"}, "indicators.yaml:3:12 pack.problem.code_twice_at"},
		{"dim", edit{"indicators.yaml", "dim: person", "dim: person/1*"}, "indicators.yaml:5:56 pack.problem.dim"},
		{"text", edit{"indicators/a.yaml", "{zh-CN: 参与率, en: Participation}", "{zh-CN: 参与率}"}, "indicators/a.yaml:3:9 pack.problem.no_text_in"},
		{"field", edit{"indicators/a.yaml", "direction: up", "way: up"}, "indicators/a.yaml:6:3 pack.problem.unknown_field"},
	} {
		_, bad := pack.Check(edited(t, append(slices.Clone(files), tt.edit)...))
		var got []string
		for _, p := range bad {
			if p.Key != "pack.problem.required" { // of the field that was renamed
				got = append(got, p.Where()+" "+p.Key)
			}
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, got, tt.want)
		}
	}
}

// A comparison of packs knows indicators, each version by itself.
func TestDiffIndicators(t *testing.T) {
	t.Parallel()
	load := func(more ...edit) *pack.Pack {
		p, err := pack.Load(edited(t, append([]edit{{"indicators.yaml", "", someIndicators}, {"indicators/a.yaml", "", someDefinitions}}, more...)...))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	a, b := load(), load(edit{"indicators/a.yaml", "100 * participants / population", "100 * regular / population"}, edit{"indicators/a.yaml", `"2025-01-01"`, `"2026-01-01"`},
		edit{"indicators.yaml", "en: persons", "en: people"})
	want := []string{`changed unit person: name.en "persons" → "people"`, `changed indicator A01 2024-01-01: formula "100 * participants / population" → "100 * regular / population"`,
		"removed indicator A01 2025-01-01", "added indicator A01 2026-01-01"}
	var got []string
	for _, c := range pack.Diff(a, b) {
		got = append(got, c.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("Diff = %s, want %s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if d := pack.Diff(a, a); len(d) != 0 {
		t.Errorf("a pack differs from itself: %v", d)
	}
}

// A file of definitions is read with its places, and written so that it reads
// the same.
func TestReadDefinitions(t *testing.T) {
	t.Parallel()
	p, err := pack.Load(edited(t, edit{"indicators.yaml", "", someIndicators}))
	if err != nil {
		t.Fatal(err)
	}
	f, bad := p.ReadDefinitions("a.yaml", someDefinitions)
	if len(bad) > 0 || len(f.List) != 2 {
		t.Fatalf("ReadDefinitions = %v, %v", f.List, bad)
	}
	for _, tt := range []struct {
		i, offset int
		field     string
		want      string
	}{
		{0, 6, "formula", "a.yaml:4:18"}, {1, 0, "formula", "a.yaml:15:12"}, {1, 22, "formula", "a.yaml:17:1"}, {0, 0, "clauses[0]", "a.yaml:9:13"},
		{0, 0, "missing.share", "a.yaml:7:35"}, {0, 0, "nothing", "a.yaml:1:3"},
	} {
		if got := f.Problem(tt.i, tt.field, tt.offset, "x").Where(); got != tt.want {
			t.Errorf("%s of %d at %d: %s, want %s", tt.field, tt.i, tt.offset, got, tt.want)
		}
	}
	again, bad := p.ReadDefinitions("b.yaml", pack.FormatDefinitions(f.List))
	if len(bad) > 0 || fmt.Sprint(again.List) != fmt.Sprint(f.List) {
		t.Errorf("written and read: %v, %v", again.List, bad)
	}
	if _, bad := p.ReadDefinitions("c.yaml", "- {code: a}"); len(bad) == 0 {
		t.Error("a broken file has no problem")
	}
}

// Whatever is in a file of definitions, reading ends and says where.
func FuzzReadDefinitions(f *testing.F) {
	p, err := pack.Load(edited(f, edit{"indicators.yaml", "", someIndicators}))
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{someDefinitions, "", "[]", "- {}", "- code: A01\n  formula: ‘", "a: [", "- {code: A01, missing: {policy: zero}}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, content string) {
		d, bad := p.ReadDefinitions("x.yaml", content)
		for _, b := range bad {
			if b.Line < 1 || b.Key == "" {
				t.Fatalf("a problem without a place: %+v", b)
			}
		}
		for i, x := range d.List {
			for _, at := range []int{0, 1, len(x.Formula), len(x.Formula) + 9} {
				if w := d.Problem(i, "formula", at, "k"); w.Line < 1 || w.Column < 1 {
					t.Fatalf("no place: %+v", w)
				}
			}
		}
	})
}
