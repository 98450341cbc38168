package view_test

import (
	"strings"
	"testing"

	"xuedu/internal/release"
	"xuedu/internal/release/view"
)

func text(s string) release.Text { return release.Text{"en": s} }

func sample() *release.Release {
	return &release.Release{Area: "1", Period: "2024", Languages: []string{"en"},
		Words:    map[string]release.Words{"en": {"value.percent": "{Value}%", "head.area": "Area", "state.withheld": "withheld", "head.unit": "{Name}, {Unit}"}},
		Areas:    []release.Area{{Code: "1", Level: "city", Name: text("City")}, {Code: "11", Level: "district", Name: text("<A>"), Parent: "1"}},
		Measures: []release.Definition{{Code: "D01", Name: text("Rate"), Unit: "percent", Places: 1}},
		Cells:    []release.Cell{{Code: "D01", Area: "1", Period: "2024", State: "value", Value: "22.3"}, {Code: "D01", Area: "11", Period: "2024", State: "withheld"}},
	}
}

func draw(t testing.TB, src string, o view.Options) view.Section {
	t.Helper()
	r := sample()
	o.Lang = "en"
	return view.Draw(r, release.NewIndex(r), release.Section{Code: "s", Title: text("In short"), Source: text(src)}, o)
}

// TestDraw: figures lead to their cells, whatever was written is escaped, and a
// chart stands beside the table of its cells.
func TestDraw(t *testing.T) {
	t.Parallel()
	href := func(k release.Key) string { return "/cells/" + strings.ReplaceAll(k.String(), " ", "/") }
	for _, tt := range []struct{ src, want string }{
		{"It was {{fig D01}}, **really**.", `<p>It was <a class="xd-fig" href="/cells/D01/1/2024">22.3%</a>, <strong>really</strong>.</p>`},
		{"## Why & how", `<h3 class="govuk-heading-m">Why &amp; how</h3>`},
		{"- a\n- [b](https://example.org)", `<li><a class="govuk-link" href="https://example.org">b</a></li>`},
		{"{{table D01 areas=1,district}}", `<th scope="row">&lt;A&gt;</th><td class="n"><a class="xd-plain" href="/cells/D01/11/2024"><span class="xd-c xd-c--wh"><span><span>withheld`},
		{"{{chart bars D01 areas=1,district}}", `<figure class="xd-figure"><figcaption>Rate</figcaption>`},
		{"> so", `<blockquote class="govuk-inset-text">`},
	} {
		got := draw(t, tt.src, view.Options{Href: href})
		if !strings.Contains(string(got.HTML), tt.want) || len(got.Problems) > 0 {
			t.Errorf("%s: %s %v, want %s", tt.src, got.HTML, got.Problems, tt.want)
		}
	}
	if s := draw(t, "{{chart bars D01 areas=1,district}}", view.Options{}); !strings.Contains(string(s.HTML), "<svg") || !strings.Contains(string(s.HTML), "<table") {
		t.Error("a chart without its table")
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	if got := draw(t, "About 12 of them, {{fig D09}}.", view.Options{}); len(got.Problems) != 2 {
		t.Errorf("%v", got.Problems)
	}
}
