package release_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gowebpki/jcs"
	"pgregory.net/rapid"

	"xuedu/internal/release"
)

// anyRelease draws a release with odd texts in every field.
func anyRelease(t *rapid.T) *release.Release {
	word := rapid.OneOf(rapid.StringMatching(`[A-Za-z0-9._-]{0,6}`), rapid.SampledFrom([]string{`"`, `\`, "甲", "\u2028", "<&>", "\n", "😀", `,"cells":[]`, "\x7f", "é"}))
	text := rapid.Custom(func(t *rapid.T) release.Text {
		return release.Text{"zh-CN": word.Draw(t, "zh"), "en": word.Draw(t, "en")}
	})
	cell := rapid.Custom(func(t *rapid.T) release.Cell {
		return release.Cell{Code: word.Draw(t, "code"), Area: word.Draw(t, "area"), Period: word.Draw(t, "period"), Slice: word.Draw(t, "slice"), State: word.Draw(t, "state"),
			Cause: word.Draw(t, "cause"), Value: word.Draw(t, "value"), Exact: word.Draw(t, "exact"), Expected: rapid.Int32Range(0, 9000).Draw(t, "expected"), Reported: rapid.Int32Range(0, 9000).Draw(t, "reported")}
	})
	return &release.Release{Format: release.Format, Series: word.Draw(t, "series"), Title: text.Draw(t, "title"), Reason: text.Draw(t, "reason"),
		Areas: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) release.Area {
			return release.Area{Code: word.Draw(t, "a"), Name: text.Draw(t, "name")}
		}), 0, 3).Draw(t, "areas"),
		Cells:    rapid.SliceOfN(cell, 0, 5).Draw(t, "cells"),
		Sections: []release.Section{{Code: word.Draw(t, "s"), Source: text.Draw(t, "source")}},
		Words:    map[string]release.Words{"en": {word.Draw(t, "key"): word.Draw(t, "phrase")}},
	}
}

// TestCanonical: the bytes are those of the library (RFC 8785), and they read
// back as the same release.
func TestCanonical(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := anyRelease(t)
		got, err := r.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		if r.Cells == nil {
			r.Cells = []release.Cell{}
		}
		raw, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		want, err := jcs.Transform(raw)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
		back, err := release.Parse(got)
		if err != nil {
			t.Fatal(err)
		}
		again, err := back.Canonical()
		if err != nil || !bytes.Equal(again, got) {
			t.Fatalf("read back: %s %v", again, err)
		}
	})
}

// TestSort: the order in which a release was put together does not matter.
func TestSort(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := anyRelease(t)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		keys := map[release.Key]bool{}
		r.Cells = slices.DeleteFunc(r.Cells, func(c release.Cell) bool { was := keys[c.Key()]; keys[c.Key()] = true; return was })
		r.Sort()
		a, _ := r.Canonical()
		rng.Shuffle(len(r.Cells), func(i, j int) { r.Cells[i], r.Cells[j] = r.Cells[j], r.Cells[i] })
		r.Sort()
		if b, _ := r.Canonical(); !bytes.Equal(a, b) {
			t.Fatalf("%s\n%s", a, b)
		}
	})
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{``, `{}`, `[]`, `{"format":"xuedu-release/2"}`, `{"format":"xuedu-release/1","more":1}`, `{"format":"xuedu-release/1"}{}`} {
		if _, err := release.Parse([]byte(in)); err == nil {
			t.Errorf("Parse(%s) succeeds", in)
		}
	}
	if _, err := release.Parse([]byte(`{"format":"other"}`)); !errors.Is(err, release.ErrFormat) {
		t.Error(err)
	}
}

func series() []*release.Release {
	one := &release.Release{Version: "1.0.0", Measures: []release.Definition{{Code: "D01", Version: 1}},
		Cells: []release.Cell{{Code: "D01", Area: "1", Period: "2024", State: "value", Value: "10"}, {Code: "D01", Area: "2", Period: "2024", State: "not_reported"}}}
	two := &release.Release{Measures: one.Measures, Cells: slices.Clone(one.Cells)}
	two.Cells[1] = release.Cell{Code: "D01", Area: "2", Period: "2024", State: "value", Value: "7"}
	return []*release.Release{one, two}
}

// TestNext: values move the last number, more cells the second, another meaning
// or fewer cells the first.
func TestNext(t *testing.T) {
	t.Parallel()
	s := series()
	if got := release.Next(nil, s[0]); got != "1.0.0" {
		t.Error(got)
	}
	if got := release.Next(s[0], s[1]); got != "1.0.1" {
		t.Error(got)
	}
	s[1].Cells = append(s[1].Cells, release.Cell{Code: "D01", Area: "3", Period: "2024", State: "value"})
	if got := release.Next(s[0], s[1]); got != "1.1.0" {
		t.Error(got)
	}
	s[1].Measures = []release.Definition{{Code: "D01", Version: 2}}
	if got := release.Next(s[0], s[1]); got != "2.0.0" {
		t.Error(got)
	}
	s = series()
	s[1].Cells = s[1].Cells[:1]
	if got := release.Next(s[0], s[1]); got != "2.0.0" {
		t.Error(got)
	}
}

func TestCompareAndVintages(t *testing.T) {
	t.Parallel()
	s := series()
	changes := release.Compare(s[0], s[1])
	if len(changes) != 1 || changes[0].String() != "D01 2 2024" || changes[0].Was.State != "not_reported" || changes[0].Is.Value != "7" {
		t.Errorf("%+v", changes)
	}
	var got []string
	for _, v := range release.Vintages(s, release.Key{Code: "D01", Area: "2", Period: "2024"}) {
		got = append(got, v.Cell.State+v.Cell.Value)
	}
	if d := cmp.Diff("not_reported value7", strings.Join(got, " ")); d != "" {
		t.Error(d)
	}
}

func FuzzParse(f *testing.F) {
	b, _ := series()[0].Canonical()
	f.Add(b)
	f.Add([]byte(`{"format":"xuedu-release/1","cells":[{"area":"x"}]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := release.Parse(in)
		if err != nil {
			return
		}
		if _, err := r.Canonical(); err != nil {
			t.Error(err)
		}
	})
}

// A release that was signed before licences were named has the same bytes still.
func TestWithoutLicence(t *testing.T) {
	t.Parallel()
	r := release.Release{Format: release.Format, Series: "yearly"}
	old, err := r.Canonical()
	if err != nil || bytes.Contains(old, []byte("licen")) {
		t.Fatalf("%s, %v", old, err)
	}
	r.Licence = &release.Licence{IRI: "https://example.org/l", Name: release.Text{"en": "Free"}}
	b, err := r.Canonical()
	if err != nil || !bytes.Contains(b, []byte(`"licence":{"iri":"https://example.org/l","name":{"en":"Free"}}`)) {
		t.Fatalf("%s, %v", b, err)
	}
	back, err := release.Parse(b)
	if err != nil || back.Licence.Name["en"] != "Free" {
		t.Error(back, err)
	}
}
