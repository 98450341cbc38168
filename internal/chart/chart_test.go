package chart_test

import (
	"encoding/xml"
	"errors"
	"flag"
	"html/template"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"xuedu/internal/chart"
	"xuedu/packs"
)

var update = flag.Bool("update", false, "write the golden files")

func trend() chart.Trend {
	var ps []chart.Point
	for i, v := range []float64{9.6, 9.9, 10.4, 11, 0, 12.1, 12.6, 13.4} {
		q := []string{"三季", "四季", "一季", "二季"}[i%4]
		year := []string{"2022", "2022", "2023", "2023", "2023", "2023", "2024", "2024"}[i]
		ps = append(ps, chart.Point{Label: q, Group: year, Value: v, Text: chart.Grouped(v) + "%"})
	}
	ps[4] = chart.Point{Label: "三季", Group: "2023", Missing: true, Text: "未报"}
	return chart.Trend{
		Head:   chart.Head{ID: "tr", Title: "参与率走势", Desc: "从 9.6% 升到 13.4%。"},
		Points: ps, Aims: []chart.Aim{{From: 2, To: 5, Value: 12, Text: "2023 目标 12"}},
	}
}

func comparison() chart.Comparison {
	return chart.Comparison{
		Head: chart.Head{ID: "age", Title: "各年龄段居民参与率", Desc: "数值见表 1"},
		Points: []chart.Point{
			{Label: "0–5 岁", Value: 1.9, Text: "1.9"}, {Label: "60–69 岁", Value: 31.5, Text: "31.5"},
			{Label: "很长很长的一个名字要截短才放得下在这里", Missing: true, Text: "不可计算"},
		},
		Past: []chart.Point{{Value: 1.4}, {Value: 29.3}, {Missing: true}},
		Name: "2024 年", PastName: "2023 年",
	}
}

func outlines(t testing.TB) *chart.Outlines {
	t.Helper()
	fsys, err := packs.Open("beijing-2021")
	if err != nil {
		t.Fatal(err)
	}
	f, err := fsys.Open("data/map.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	o, err := chart.ParseOutlines(b)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func beijing(t testing.TB) chart.Choropleth {
	c := chart.Choropleth{Head: chart.Head{ID: "m", Title: "地图"}, Outlines: outlines(t), Lang: "zh-CN", Limits: []float64{12, 15, 18, 21}, Values: map[string]chart.Point{}}
	for i, a := range c.Outlines.Areas {
		v := 9.7 + float64(i)
		c.Values[a.Code] = chart.Point{Value: v, Text: chart.Grouped(v)}
	}
	c.Values["110114000000"] = chart.Point{Missing: true, Text: "未报"}
	return c
}

func inEnglish(c chart.Choropleth) chart.Choropleth {
	c.Lang = "en"
	return c
}

// way is a path of four years of which one is ahead.
func way() chart.Way {
	w := chart.Way{Head: chart.Head{ID: "w", Title: "示范区：目标与实际", Desc: "2023 年 5 个，2025 年的目标是 12 个。"}}
	for i, v := range []float64{0, 2, 5, 0} {
		w.Points = append(w.Points, chart.Point{Label: []string{"2022", "2023", "2024", "2025"}[i], Value: v, Text: chart.Grouped(v), Missing: i == 3})
		w.Plan = append(w.Plan, chart.Point{Value: []float64{0, 4, 8, 12}[i], Text: "目标 12", Missing: i == 0})
	}
	w.Forecast = chart.Point{Value: 7.5, Text: "预计 7.5"}
	return w
}

// TestGolden fixes the markup of each chart.
func TestGolden(t *testing.T) {
	t.Parallel()
	for name, got := range map[string]template.HTML{
		"line":    chart.Line(trend()),
		"path":    chart.Path(way()),
		"bars":    chart.Bars(comparison()),
		"squares": chart.Squares(chart.Goal{Done: 7, Way: 41, Target: 100}),
		"map":     chart.Map(beijing(t)),
		"map-en":  chart.Map(inEnglish(beijing(t))),
		"legend":  chart.Legend("分级", []float64{12, 15}, func(v float64) string { return chart.Grouped(v) + "%" }, chart.LegendWords{Below: "不足 #", Above: "# 以上"}),
	} {
		path := filepath.Join("testdata", name+".svg")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), string(got)); d != "" {
			t.Errorf("%s differs from its golden file (-want +got):\n%.2000s", name, d)
		}
		wellFormed(t, string(got))
	}
}

// wellFormed parses svg as XML and refuses inline style, scripts and numbers
// that are none.
func wellFormed(t testing.TB, svg string) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader("<x>" + svg + "</x>"))
	ids := map[string]bool{}
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("not well formed: %v\n%.3000s", err, svg)
		}
		el, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		if el.Name.Local == "script" || el.Name.Local == "style" {
			t.Errorf("element %s", el.Name.Local)
		}
		for _, a := range el.Attr {
			if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") {
				t.Errorf("attribute %s on %s", a.Name.Local, el.Name.Local)
			}
			if strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
				t.Errorf("%s=%q on %s", a.Name.Local, a.Value, el.Name.Local)
			}
			if a.Name.Local == "id" {
				if ids[a.Value] {
					t.Errorf("id %q twice", a.Value)
				}
				ids[a.Value] = true
			}
		}
	}
}

// TestNamed checks that each drawing has a name that a screen reader finds.
func TestNamed(t *testing.T) {
	t.Parallel()
	for _, svg := range []template.HTML{chart.Line(trend()), chart.Bars(comparison()), chart.Map(beijing(t))} {
		n := strings.Count(string(svg), "<svg ")
		if strings.Count(string(svg), `role="img"`) != n || strings.Count(string(svg), "<title ") != n {
			t.Errorf("%d drawings, not all named: %.200s", n, svg)
		}
	}
}

// TestDots: names that have room are whole, dots lie between the ends of their
// ranges, and what is missing has a word and no dot.
func TestDots(t *testing.T) {
	t.Parallel()
	row := func(name string, v, low, high float64) chart.Interval {
		return chart.Interval{Point: chart.Point{Label: name, Value: v, Text: "x"}, Low: low, High: high}
	}
	c := chart.Intervals{Head: chart.Head{ID: "d", Title: "t"}, Rows: []chart.Interval{row("JY-2026-0001", 80, 75, 85), row("JY-2026-0002", 60, math.NaN(), math.NaN()),
		{Point: chart.Point{Label: "JY-2026-0003", Missing: true, Text: "—"}}}, Line: chart.Point{Value: 70, Text: "70"}}
	svg := string(chart.Dots(c))
	wellFormed(t, svg)
	if strings.Count(svg, "JY-2026-0001") != 2 || strings.Count(svg, "<circle") != 4 || strings.Count(svg, `class="past"`) != 2 {
		t.Error(svg)
	}
	wellFormed(t, string(chart.Dots(chart.Intervals{Head: chart.Head{ID: "d", Title: "t"}})))
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	missing := []chart.Point{{Label: "一季", Missing: true, Text: "未报"}, {Label: "二季", Value: math.NaN(), Text: "不可计算"}}
	for _, svg := range []template.HTML{
		chart.Line(chart.Trend{Head: chart.Head{ID: "a", Title: "t"}}), chart.Line(chart.Trend{Head: chart.Head{ID: "a", Title: "t"}, Points: missing}),
		chart.Path(chart.Way{Head: chart.Head{ID: "a", Title: "t"}, Forecast: chart.Point{Missing: true}}), chart.Path(chart.Way{Head: chart.Head{ID: "a", Title: "t"}, Points: missing, Plan: missing}),
		chart.Bars(chart.Comparison{Head: chart.Head{ID: "a", Title: "t"}}), chart.Bars(chart.Comparison{Head: chart.Head{ID: "a", Title: "t"}, Points: missing}),
		chart.Squares(chart.Goal{}), chart.Squares(chart.Goal{Done: -1, Way: 1e9, Target: 3}), chart.Defs,
	} {
		wellFormed(t, string(svg))
	}
}

func TestSteps(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in   []float64
		want []float64
	}{
		{[]float64{9.7, 23.1, 14}, []float64{12, 15, 18, 21}},
		{[]float64{0.31, 0.52}, []float64{0.35, 0.4, 0.45, 0.5}},
		{[]float64{5, 5}, nil}, {nil, nil}, {[]float64{math.NaN(), 4}, nil},
	} {
		if d := cmp.Diff(tt.want, chart.Steps(tt.in, 5)); d != "" {
			t.Errorf("Steps(%v) (-want +got):\n%s", tt.in, d)
		}
	}
}

func TestGrouped(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{0: "0", 1234567: "1,234,567", 12.5: "12.5", 999.999: "1,000", -1500: "−1,500", -0.00001: "0", 0.0755: "0.0755", 0.105: "0.105", 100: "100", 0.25: "0.25"} {
		if got := chart.Grouped(v); got != want {
			t.Errorf("Grouped(%v) = %q, want %q", v, got, want)
		}
	}
}

func TestParseOutlinesRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		``, `{}`, `{"view":[0,1],"areas":[{"code":"1","paths":["M0 0"]}]}`, `{"view":[1,1],"areas":[{"code":"1","paths":[]}]}`,
		`{"view":[1,1],"areas":[{"code":"1","paths":["M0 0\"/><script>"]}]}`, `{"view":[1,1],"areas":[{"code":"1","paths":["M0 0"],"label":{"leader":[1]}}]}`,
	} {
		if _, err := chart.ParseOutlines([]byte(in)); err == nil {
			t.Errorf("ParseOutlines(%s) took it", in)
		}
	}
}

// FuzzEscape feeds texts and values into every chart.
func FuzzEscape(f *testing.F) {
	f.Add("东城区", "15.4%", 15.4)
	f.Add(`"><script>alert(1)</script>`, "a&b<c>'", -1.0)
	f.Add("", "", math.Inf(1))
	f.Fuzz(func(t *testing.T, label, text string, v float64) {
		if !utf8.ValidString(label) || !utf8.ValidString(text) || strings.ContainsFunc(label+text, func(r rune) bool { return r < ' ' || r == 0xfffd || r == 0xfffe || r == 0xffff }) {
			return // not characters of XML
		}
		h := chart.Head{ID: "a" + strings.Map(onlyLetters, label), Title: label, Desc: text}
		ps := []chart.Point{{Label: label, Group: text, Value: v, Text: text}, {Label: text, Group: label, Value: 1, Text: label}}
		o := &chart.Outlines{View: [2]float64{10, 10}, Areas: []chart.Shape{{Code: label, Name: map[string]string{"en": text}, Paths: []string{text}}}}
		for _, svg := range []template.HTML{
			chart.Line(chart.Trend{Head: h, Points: ps, Past: ps, Aims: []chart.Aim{{To: 1, Value: 3, Text: text}}}),
			chart.Path(chart.Way{Head: h, Points: ps, Plan: ps, Forecast: ps[0]}),
			chart.Bars(chart.Comparison{Head: h, Points: ps, Past: ps, Name: label, PastName: text}),
			chart.Map(chart.Choropleth{Head: h, Outlines: o, Lang: "en", Values: map[string]chart.Point{label: ps[0]}, Limits: []float64{1, 2}}),
			chart.Legend(label, []float64{v}, chart.Grouped, chart.LegendWords{Below: label, Above: text}),
		} {
			wellFormed(t, string(svg))
		}
	})
}

func onlyLetters(r rune) rune {
	if r >= 'a' && r <= 'z' {
		return r
	}
	return -1
}
