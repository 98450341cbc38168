package app_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"xuedu/internal/app"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/indicator"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// beijing opens a city of the largest pack on SQLite.
func beijing(t testing.TB) *app.App {
	t.Helper()
	dsn, key := dbtest.SQLite(t).DSN, keyFile(t)
	if _, err := makeCity(t, dsn, key, loadPack(t, "beijing-2021")); err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), settings(dsn, key))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

// The sixty indicators of the pack compute against the measures of the running
// program: each compiles, has the unit it shows, and may be asked by the
// periods and dimensions it names (P1.8, P1.9, P2.3).
func TestPackIndicatorsCompute(t *testing.T) {
	t.Parallel()
	a := beijing(t)
	defs, err := a.Indicators.Definitions(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	groups := map[string]int{}
	core := 0
	for _, d := range defs {
		groups[d.Group]++
		if d.Core {
			core++
		}
		bad, err := a.Indicators.Check(t.Context(), d.Indicator)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range bad {
			t.Errorf("%s %s: %s", d.Code, p.Field, a.Bundle.T("en", p.Key, p.Args...))
		}
		if len(d.Clauses) == 0 || len(d.Tags) == 0 || len(d.Collection) == 0 || d.Note.In("zh-CN") == "" || d.Note.In("en") == "" {
			t.Errorf("%s lacks a clause, a tag, a way of collection or a note", d.Code)
		}
		for _, lang := range []string{"zh-CN", "en"} {
			if words, err := a.Indicators.Explain(t.Context(), d.Indicator, lang); err != nil || words == d.Formula || strings.Contains(words, "formula.words") {
				t.Errorf("%s in %s words: %q, %v", d.Code, lang, words, err)
			}
		}
	}
	want := map[string]int{"A": 6, "B": 10, "C": 8, "D": 11, "E": 10, "F": 6, "G": 5, "H": 4}
	for g, n := range want {
		if groups[g] != n {
			t.Errorf("group %s has %d indicators, want %d", g, groups[g], n)
		}
	}
	if len(defs) != 60 || core != 40 {
		t.Errorf("%d indicators, %d of them core; want 60 and 40", len(defs), core)
	}
	checkTags(t, a, defs)
}

// checkTags makes sure that each of the eight national heads and of the areas
// that an indicator can speak of has one.
func checkTags(t *testing.T, a *app.App, defs []indicator.Definition) {
	t.Helper()
	for _, l := range a.Packs.Pack().Indicators.Tags {
		if l.Code != "national" {
			continue
		}
		for _, tag := range l.Tags {
			if !slices.ContainsFunc(defs, func(d indicator.Definition) bool { return slices.Contains(d.Tags, "national:"+tag.Code) }) {
				t.Errorf("no indicator under the national head %s", tag.Code)
			}
		}
	}
}

// An empty city gives every cell a state: what has no source yet says so, and
// nothing is a number that nobody recorded.
func TestEveryIndicatorHasAState(t *testing.T) {
	t.Parallel()
	a := beijing(t)
	if err := a.StartFigures(t.Context()); err != nil {
		t.Fatal(err)
	}
	p, err := period.Parse("2024")
	if err != nil {
		t.Fatal(err)
	}
	cells, err := a.Indicators.Eval(t.Context(), indicator.Query{Area: a.Packs.Pack().RootArea, Level: "district", Periods: []period.Period{p}})
	if err != nil {
		t.Fatal(err)
	}
	if len(cells) != 16*60 {
		t.Errorf("%d cells, want 16 districts of 60 indicators", len(cells))
	}
	states := map[string]string{}
	for _, c := range cells {
		if c.State == formula.NotComputable && c.Cause == formula.NoCause {
			t.Errorf("%s: not computable without a cause", c.Code)
		}
		states[c.Code] = c.State.String() + " " + c.Cause.String()
	}
	for code, want := range map[string]string{"A01": "not_computable no_source", "C02": "not_computable no_source", "E01": "not_computable no_source",
		"D02": "not_reported ", "F04": "not_computable no_period"} {
		if states[code] != want {
			t.Errorf("%s is %q, want %q", code, states[code], want)
		}
	}
}

// A pack that is applied brings new definitions in; the same pack again changes
// nothing, and a city that has none needs none.
func TestApplyPackAdoptsIndicators(t *testing.T) {
	t.Parallel()
	a := openCity(t)
	if defs, err := a.Indicators.Definitions(t.Context(), ""); err != nil || len(defs) != 0 {
		t.Fatalf("the small pack has %d indicators, %v", len(defs), err)
	}
	p := with(t, "minimal", map[string]string{
		"indicators.yaml": "groups: [{code: A, name: {zh-CN: 甲, en: A}}]\nunits: [{code: person, name: {zh-CN: 人, en: persons}, dim: person}]\n",
		"indicators/a.yaml": `- {code: A01, group: A, name: {zh-CN: 人数, en: Persons}, formula: participants, unit: person, direction: up, periods: [year], from: "2024-01-01"}
`})
	for i, want := range []int{1, 1} {
		if _, err := app.ApplyPack(t.Context(), a.DB, p, "indicators", time.Now); err != nil {
			t.Fatal(err)
		}
		if n := count(t, a.DB.DSN, "indicator"); n != want {
			t.Errorf("applied %d times: %d versions, want %d", i+1, n, want)
		}
	}
	if _, err := a.Packs.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	d, err := a.Indicators.Get(t.Context(), "A01", "")
	if err != nil || d.Origin != indicator.FromPack || d.Reason != "indicators" {
		t.Errorf("Get = %+v, %v", d, err)
	}
	if _, err := a.Indicators.Get(t.Context(), "A02", ""); errs.KindOf(err) != errs.NotFound {
		t.Errorf("no such indicator: %v", err)
	}
}

// with is a pack with more files.
func with(t testing.TB, name string, more map[string]string) *pack.Pack {
	t.Helper()
	files := fstest.MapFS{}
	for _, f := range loadPack(t, name).Files() {
		files[f.Path] = &fstest.MapFile{Data: []byte(f.Content)}
	}
	for path, content := range more {
		files[path] = &fstest.MapFile{Data: []byte(content)}
	}
	p, err := pack.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
