package app_test

import (
	"testing"

	"xuedu/internal/accredit"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/org"
)

// Every figure that a programme of the pack names as evidence, and every formula
// of a gate, is answered by the running program: with a value, or with the state
// that says why there is none, never with 0 in its place (P1.7).
func TestEvidenceOfProgrammesIsAnswered(t *testing.T) {
	t.Parallel()
	a := beijing(t)
	if err := a.StartFigures(t.Context()); err != nil {
		t.Fatal(err)
	}
	tree := a.Areas.Tree()
	area := tree.At(tree.Below(0, "district")[0])
	o, err := a.Orgs.Create(t.Context(), org.Input{Code: "T-1", Type: a.Packs.Pack().OrgTypes[0].Code, Name: "测试学校", Area: area.Code,
		Profile: org.Profile{Space: "120.5", FullTime: "0"}})
	if err != nil {
		t.Fatal(err)
	}
	f := a.Calls.Figures
	seen := 0
	for _, p := range a.Packs.Pack().Awards {
		for _, l := range p.Leaves() {
			for _, e := range l.Evidence {
				var got accredit.Figure
				switch e.Kind {
				case accredit.EvidenceFigure:
					got, err = f.OfArea(t.Context(), e.Figure, area.ID, "2025")
				case accredit.EvidenceOrg:
					got, err = f.OfOrg(t.Context(), e.Figure, o.ID, "2025")
				default:
					continue
				}
				seen++
				if err != nil {
					t.Errorf("%s %s: %v", p.Code, e.Figure, err)
					continue
				}
				st, ok := formula.ParseState(got.State)
				if !ok || st.Known() != (got.Value != "") || got.Name.In("zh-CN") == "" || len(got.Sources) == 0 || got.Definition == "" || got.Period != "2025" {
					t.Errorf("%s %s: %+v", p.Code, e.Figure, got)
				}
			}
		}
		for _, g := range p.Gates {
			if g.Kind != "formula" {
				continue
			}
			if _, value, st, err := f.Holds(t.Context(), g.Test, area.ID, "2025"); err != nil || !st.Known() && value != "" {
				t.Errorf("%s %s: %q %v %v", p.Code, g.Test, value, st, err)
			}
		}
	}
	if seen == 0 {
		t.Error("no programme asks for a figure")
	}
	for code, want := range map[string]string{"space": "value 120.5", "full_time": "nil 0", "part_time": "not_reported ", "sessions": "not_reported "} {
		if got, err := f.OfOrg(t.Context(), code, o.ID, "2025"); err != nil || got.State+" "+got.Value != want {
			t.Errorf("%s: %s %s, %v; want %s", code, got.State, got.Value, err, want)
		}
	}
	if _, err := f.OfOrg(t.Context(), "no-such", o.ID, "2025"); errs.KindOf(err) != errs.Invalid {
		t.Errorf("an unknown figure: %v", err)
	}
	if holds, _, st, err := f.Holds(t.Context(), "2 > 1", area.ID, "2025"); err != nil || !holds || !st.Known() {
		t.Errorf("2 > 1: %v %v %v", holds, st, err)
	}
	if holds, _, st, err := f.Holds(t.Context(), "orgs >= 2", area.ID, "2025"); err != nil || holds && st.Known() {
		t.Errorf("orgs >= 2: %v %v %v", holds, st, err)
	}
}
