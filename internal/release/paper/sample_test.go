package paper_test

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"xuedu/internal/chart"
	"xuedu/internal/i18n"
	"xuedu/internal/narrative"
	"xuedu/internal/release"
	"xuedu/internal/release/paper"
	"xuedu/internal/release/proof"
)

func text(zh, en string) release.Text { return release.Text{"zh-CN": zh, "en": en} }

const summaryZH = `## 谁在学习

全市参与率为{{fig D01}}，乙区为{{fig D01 area=12}}，比上年{{change D01 from=-1}}；共有{{fig PEOPLE}}参加。

{{chart bars D01 areas=district caption="各区 <参与率>"}}

- 甲区{{fig D01 area=11}}
- 详见[公报](https://example.org)

> 目标**不变**。

{{chart line D01 periods=-1..0}}

{{chart map D01 areas=district}}
`

const summaryEN = `## Who learns

The rate was {{fig D01}}, in B {{fig D01 area=12}}; it {{change D01 from=-1}}. In all {{fig PEOPLE}} took part.

{{chart bars D01 areas=district caption="Districts <rate>"}}

- A: {{fig D01 area=11}}
- See the [bulletin](https://example.org)

> The aim **stays**.

{{chart line D01 periods=-1..0}}

{{chart map D01 areas=district}}
`

// sample is a release of a city with three districts. One name looks like a
// formula, one like markup.
func sample(t testing.TB) *release.Release {
	t.Helper()
	b := bundle(t)
	r := &release.Release{Format: release.Format, Series: "yearly", Area: "1", Period: "2024", Version: "1.0.1", Stage: release.Revised, Supersedes: strings.Repeat("ab", 32), Frozen: "2025-03-01T20:00:00Z",
		Reason: text("演示：更正一处", "Sample: one correction"), Title: text("示例市<监测>报告", `Report "of" <Sample>`), Publisher: text("示例市学习办", "Sample office"), Synthetic: true,
		Languages: []string{"zh-CN", "en"}, Program: "test", Pack: release.Source{Name: "sample", Version: "1"}, Words: map[string]release.Words{}, Disclosure: release.Disclosure{Threshold: 5, Method: "m/1", Hidden: 1},
		Areas: []release.Area{{Code: "1", Level: "city", Name: text("示例市", "Sample")}},
		Measures: []release.Definition{
			{Code: "B05", Version: 1, Name: text("=1+1", "=1+1"), Unit: "class", UnitName: text("班", "classes"), Kind: release.KindCount, Group: "B"},
			{Code: "D01", Version: 1, Name: text("参与率", "Participation"), Note: text("占常住人口的比例。", "Share of residents."), Formula: "100 * a / b", Unit: "percent", Kind: release.KindRatio, Places: 1, Group: "D", Clauses: []string{"P2.7"}},
			{Code: "PEOPLE", Version: 1, Name: text("参加的人", "People"), Unit: "person", UnitName: text("人", "people"), Kind: release.KindPersons, By: "age", Slices: []release.Slice{{Code: "60+", Name: text("60 岁以上", "60 and over")}}},
		},
		Signoffs: []release.Signoff{{Role: "prepared", Post: text("学习办", "Office"), At: "2025-03-01T20:00:00Z"}, {Role: "approved", Post: text("领导小组", "Leading group"), At: "2025-03-02T20:00:00Z"}},
	}
	for _, lang := range r.Languages {
		r.Words[lang] = narrative.WordsFrom(func(key string, args ...any) string { return b.T(lang, key, args...) })
	}
	for i, name := range []release.Text{text("甲区", "Jia"), text("乙区", "Yi"), text("丙区", "Bing")} {
		r.Areas = append(r.Areas, release.Area{Code: "1" + strconv.Itoa(i+1), Level: "district", Name: name, Parent: "1"})
	}
	cells(r)
	r.Sections = []release.Section{{Code: "summary", Title: text("总体情况", "In short"), Source: text(summaryZH, summaryEN)}}
	for _, a := range r.Areas[1:] {
		r.Sections = append(r.Sections, release.Section{Code: "each", Area: a.Code, Title: a.Name,
			Source: text("开课{{fig B05}}。\n\n{{table B05,D01 periods=-1..0}}", "There were {{fig B05}}.\n\n{{table B05,D01 periods=-1..0}}")})
	}
	r.Sort()
	fillIn(t, r)
	return r
}

func cells(r *release.Release) {
	for i, a := range r.Areas {
		for _, p := range []string{"2023", "2024"} {
			n := strconv.Itoa(1000*i + len(p+a.Code) + int(p[3]))
			r.Cells = append(r.Cells, release.Cell{Code: "B05", Area: a.Code, Period: p, State: "value", Value: n, Expected: 9, Reported: 8},
				release.Cell{Code: "D01", Area: a.Code, Period: p, State: "value", Value: strconv.Itoa(10+i) + "." + p[3:]})
		}
		r.Cells = append(r.Cells, release.Cell{Code: "PEOPLE", Area: a.Code, Period: "2024", State: "value", Value: strconv.Itoa(12345 + i)},
			release.Cell{Code: "PEOPLE", Area: a.Code, Period: "2024", Slice: "60+", State: []string{"value", "withheld", "nil", "not_reported"}[i], Value: []string{"77", "", "", ""}[i]})
	}
}

func fillIn(t testing.TB, r *release.Release) {
	t.Helper()
	x := release.NewIndex(r)
	for i := range r.Sections {
		r.Sections[i].Text = release.Text{}
		for _, lang := range r.Languages {
			s, bad := proof.Sentences(x, r, r.Sections[i], lang)
			if len(bad) > 0 {
				t.Fatal(bad)
			}
			r.Sections[i].Text[lang] = s
		}
	}
}

func bundle(t testing.TB) *i18n.Bundle {
	t.Helper()
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func papers(t testing.TB) paper.Papers {
	t.Helper()
	o, err := chart.ParseOutlines([]byte(`{"view":[300,100],"areas":[{"code":"11","name":{"en":"Jia"},"paths":["M10 10L90 10L90 90Z"],"label":{"x":50,"y":60}},` +
		`{"code":"12","name":{"en":"Yi"},"paths":["M110 10L190 10L190 90Z"],"label":{"x":150,"y":60}},{"code":"13","name":{"en":"Bing"},"paths":["M210 10L290 10L290 90Z"],"label":{"x":250,"y":60}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	return paper.Papers{Texts: bundle(t), Zone: time.FixedZone("UTC+8", 8*3600), Outlines: o}
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s (make test installs it): %v\n%s", name, err, out)
	}
	return string(out)
}

// office converts a file with LibreOffice.
func office(t *testing.T, dir, to, file string) {
	t.Helper()
	run(t, "soffice", "--headless", "-env:UserInstallation=file://"+dir+"/profile", "--convert-to", to, "--outdir", dir, file)
}

func write(t *testing.T, file string, content []byte) string {
	t.Helper()
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// holds fails unless a text has all of these in this order, whatever its spaces.
func holds(t *testing.T, text string, want ...string) {
	t.Helper()
	text = strings.Join(strings.Fields(text), "")
	at := 0
	for _, w := range want {
		w = strings.Join(strings.Fields(w), "")
		i := strings.Index(text[at:], w)
		if i < 0 {
			t.Fatalf("%q is not where it belongs in %q", w, text)
		}
		at += i + len(w)
	}
}
