package measure_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/period"
)

// What a tape plays is what was computed when it was recorded, whatever the
// sources say later; what they say differently is listed (design 4.8).
func TestTape(t *testing.T) {
	t.Parallel()
	tree := city()
	rapid.Check(t, func(t *rapid.T) {
		s := newSource(counted("a"), counted("b"))
		fill := func(key string) {
			b := measure.Block{Num: make([]int64, tree.Len()), State: make([]formula.State, tree.Len()), Cause: make([]formula.Cause, tree.Len()),
				Given: rapid.Bool().Draw(t, "given")}
			for i := range b.Num {
				b.Num[i], b.State[i] = rapid.Int64Range(0, 9).Draw(t, "n"), formula.Value
				if rapid.IntRange(0, 4).Draw(t, "gap") == 0 {
					b.Num[i], b.State[i] = 0, formula.NotReported
				}
			}
			s.put(key, rapid.StringMatching(`[a-z]{8}`).Draw(t, "version"), b)
		}
		for _, key := range []string{"a  2024-Q1", "a  2024-Q2", "b  2024-Q1", "b  2024-Q2"} {
			fill(key)
		}
		live := engine(tree, s)
		recording, tape, err := live.Record(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		eval := func(e *measure.Engine) formula.Result {
			cat, err := e.Catalogue(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			p, bad := formula.Compile("a / (a + b) * 100", cat)
			if len(bad) > 0 {
				t.Fatal(bad)
			}
			half, err := period.Parse("2024-Q2")
			if err != nil {
				t.Fatal(err)
			}
			r, err := e.Eval(t.Context(), p, formula.Missing{Policy: "zero"}, half)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		was := eval(recording)
		body, err := json.Marshal(tape)
		if err != nil {
			t.Fatal(err)
		}
		kept := &measure.Tape{}
		if err := json.Unmarshal(body, kept); err != nil {
			t.Fatal(err)
		}
		if drift, err := live.Drift(t.Context(), kept, tree); err != nil || len(drift) != 0 {
			t.Fatalf("nothing changed yet: %+v, %v", drift, err)
		}
		fill("a  2024-Q2")
		s.blocks["a  2024-Q2"].Num[tree.Len()-1] = 77
		s.blocks["a  2024-Q2"].State[tree.Len()-1] = formula.Value
		if diff := cmp.Diff(was, eval(kept.Play(tree)), cmp.AllowUnexported(formula.Result{}, formula.Column{})); diff != "" {
			t.Fatalf("played again (-was +is):\n%s", diff)
		}
		drift, err := live.Drift(t.Context(), kept, tree)
		if err != nil || len(drift) != 1 || drift[0].Code != "a" || drift[0].Period != "2024-Q2" || drift[0].Areas == 0 {
			t.Fatalf("drift %+v, %v", drift, err)
		}
	})
}

// Nothing that a tape does not hold is made up, and a measure that nobody offers
// any more is said to be gone.
func TestTapeHoldsNothingElse(t *testing.T) {
	t.Parallel()
	tree := city()
	live := engine(tree, newSource(counted("a")))
	recording, tape, err := live.Record(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	one := formula.Ref{Code: "a"}
	if _, err := recording.Column(t.Context(), one, at(t, "2024-Q1")); err != nil {
		t.Fatal(err)
	}
	played := tape.Play(tree)
	if _, err := played.Column(t.Context(), one, at(t, "2024-Q1")); err != nil {
		t.Error(err)
	}
	if _, err := played.Column(t.Context(), one, at(t, "2024-Q2")); errs.KindOf(err) != errs.Conflict {
		t.Errorf("another period: %v", err)
	}
	other := engine(tree, newSource(counted("b")))
	if drift, err := other.Drift(t.Context(), tape, tree); err != nil || len(drift) != 1 || !drift[0].Gone {
		t.Errorf("gone: %+v, %v", drift, err)
	}
	smaller := area.NewTree([]area.Area{*tree.At(0)})
	if drift, err := engine(smaller, newSource(counted("a"))).Drift(t.Context(), tape, tree); err != nil || len(drift) != 0 {
		t.Errorf("areas are matched by their codes: %+v, %v", drift, err)
	}
}
