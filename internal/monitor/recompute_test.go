package monitor_test

import (
	"context"
	"strings"
	"testing"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/i18n"
	"xuedu/internal/indicator"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/release"
)

// registers answer with what the test says of an area; it may be corrected.
type registers struct{ learners map[string]int64 }

func (registers) Decls(context.Context) ([]measure.Decl, error) { return registerDecls, nil }

var registerDecls = []measure.Decl{{Code: "learners", Name: pack.Text{"zh-CN": "学员", "en": "Learners"}, Unit: "person", Domain: "test", Area: formula.None, Time: formula.None, Periods: []period.Kind{period.Year}}}

func (registers) Version(context.Context, string, period.Period) (string, error) { return "", nil }

func (registers) Origin(context.Context, measure.Ask, int, int) ([]measure.Part, int, error) {
	return nil, 0, nil
}

func (r registers) Read(_ context.Context, a measure.Ask) (measure.Block, error) {
	b := measure.Block{Num: make([]int64, a.Tree.Len()), State: make([]formula.State, a.Tree.Len())}
	for n := range a.Tree.Len() {
		b.Num[n], b.State[n] = r.learners[a.Tree.At(n).Code], formula.Value
	}
	return b, nil
}

// P1.8: years later, after any correction, the release is computed again from
// what it was made of: the same; what was corrected is listed, what was
// tampered with is named.
func TestRecompute(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, source := recorded(t, d)
		draft := w.begin(t)
		ok(t, w.SetTick(as("city"), draft, "compared", true))
		ok(t, w.Move(as("city"), draft, "freeze", ""))
		draft, err := w.Draft(as("city"), draft.ID)
		ok(t, err)
		r, _, err := w.publish.Release(as("city"), draft.ReleaseID)
		ok(t, err)

		got, err := w.Recompute(as(""), r)
		if err != nil || got.Cells != len(r.Cells) || len(got.Changes)+len(got.Drift)+got.Hidden != 0 {
			t.Fatalf("%+v, %v", got, err)
		}
		source.learners[codeA] = 99
		w.pack.Reports[0].Figures = nil // the report of today asks for something else
		got, err = w.Recompute(as(""), r)
		if err != nil || got.Cells != len(r.Cells) || len(got.Changes) != 0 || len(got.Drift) != 2 || got.Drift[0].Areas != 1 || got.Drift[0].Period != "2023" {
			t.Errorf("after a correction: %+v, %v", got, err)
		}
		w.tampered(t, r)
	})
}

// recorded is a world whose figures are computed by an engine.
func recorded(t testing.TB, d *db.DB) (*world, registers) {
	t.Helper()
	w := newWorld(t, d)
	source := registers{map[string]int64{cityCode: 30, codeA: 10, codeB: 20}}
	tree, bundle := w.Tree(), must(i18n.Load())
	engine := measure.New(func() *area.Tree { return tree }, nil, source)
	defs := map[string][]indicator.Definition{"D01": {{Indicator: pack.Indicator{Code: "D01", Group: "D", Name: both("学员"), Unit: "person", Formula: "learners * 2",
		Periods: []string{"year"}, From: "2020-01-01"}, Version: 1, Author: "somebody"}}}
	give := func() *pack.Pack { return w.pack }
	w.Figures = indicator.Fixed(defs, engine, give, bundle.T, w.Now)
	w.Record = func(ctx context.Context) (*indicator.Service, *measure.Tape, error) {
		e, tape, err := engine.Record(ctx)
		return indicator.Fixed(defs, e, give, bundle.T, w.Now), tape, err
	}
	return w, source
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// tampered: a cell that is not what its archive says is named, a withheld one is
// not compared, and an archive that is not the release's is refused.
func (w *world) tampered(t testing.TB, r *release.Release) {
	t.Helper()
	was := r.Cells[0].Value
	r.Cells[0].Value = "7"
	got, err := w.Recompute(as(""), r)
	if err != nil || len(got.Changes) != 1 || got.Changes[0].Key != r.Cells[0].Key() || got.Changes[0].Is.Value != was {
		t.Errorf("tampered: %+v, %v", got, err)
	}
	r.Cells[0].Value, r.Cells[0].State = "", formula.Withheld.String()
	r.Cells[1].Exact = "" // it was shown rounded alone
	if got, err = w.Recompute(as(""), r); err != nil || got.Hidden != 1 || len(got.Changes) != 0 || got.Cells != len(r.Cells)-1 {
		t.Errorf("withheld: %+v, %v", got, err)
	}
	for i := range r.Inputs {
		if r.Inputs[i].Name == "archive" {
			r.Inputs[i].SHA256 = strings.Repeat("0", 64)
		}
	}
	_, err = w.Recompute(as(""), r)
	want(t, err, errs.NotFound, "no such archive")
}
