package measure_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/period"
)

// When one measure changes in one period, what uses it is made again, and
// nothing else.
func TestOnlyWhatChangedIsMadeAgain(t *testing.T) {
	tree := city()
	s := newSource(counted("a"), counted("b"))
	for _, code := range []string{"a", "b"} {
		for _, q := range []string{"2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4"} {
			s.put(code+"  "+q, "1", units(tree, 1, 2, 3, 4, 5))
			s.version[code+" "+q] = "1"
		}
	}
	e := engine(tree, s)
	cat, err := e.Catalogue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var jobs []measure.Job
	for _, f := range []string{"a + 1", "b + 1", "a / b"} {
		p, bad := formula.Compile(f, cat)
		if bad != nil {
			p, bad = formula.Compile("2 * "+f[:1], cat) // a count and a pure number do not add
		}
		if bad != nil {
			t.Fatal(bad)
		}
		jobs = append(jobs, measure.Job{Program: p, At: at(t, "2024")})
	}
	all := func() []formula.Result {
		t.Helper()
		r, err := e.EvalAll(t.Context(), jobs)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	all()
	if s.reads != 8 || e.Made() != 8+2+3 { // quarters, years, programs
		t.Fatalf("%d reads, %d columns", s.reads, e.Made())
	}
	all()
	if s.reads != 8 || e.Made() != 13 {
		t.Fatalf("asked again: %d reads, %d columns", s.reads, e.Made())
	}
	s.put("a  2024-Q2", "2", units(tree, 10, 2, 3, 4, 5))
	s.mu.Lock()
	s.version["a 2024-Q2"] = "2"
	s.mu.Unlock()
	r := all()
	if s.reads != 9 || e.Made() != 13+2+2 { // one quarter, its year, the two programs with a
		t.Errorf("after a change: %d reads, %d columns", s.reads, e.Made())
	}
	n, _ := tree.ByCode("1")
	if r[0].Num[n] != 2*69 {
		t.Errorf("the change is not seen: %d", r[0].Num[n])
	}
}

func TestMemoryIsBounded(t *testing.T) {
	tree := city()
	s := newSource(counted("a"))
	e := engine(tree, s)
	e.Memory(4000)
	for y := 1990; y < 2024; y++ {
		load(t, e, formula.Ref{Code: "a"}, fmt.Sprintf("%d-Q1", y))
		if e.Kept() > 4000 {
			t.Fatalf("%d bytes kept", e.Kept())
		}
	}
	before := s.reads
	load(t, e, formula.Ref{Code: "a"}, "2023-Q1")
	load(t, e, formula.Ref{Code: "a"}, "1990-Q1")
	if s.reads != before+1 {
		t.Errorf("%d reads: the last one used stays, the first one goes", s.reads-before)
	}
}

// A new tree makes everything anew.
func TestTreeChanges(t *testing.T) {
	tree := city()
	s := newSource(counted("a"))
	e := measure.New(func() *area.Tree { return tree }, nil, s)
	load(t, e, formula.Ref{Code: "a"}, "2024-Q1")
	tree = area.NewTree([]area.Area{{ID: 1, Code: "1", Level: area.City}})
	if l := load(t, e, formula.Ref{Code: "a"}, "2024-Q1"); l.Len() != 1 {
		t.Errorf("%d cells for one area", l.Len())
	}
}

// Of many who ask at once, one reads; a waiter whose context ends goes, and one
// whose leader was broken off does the work.
func TestOneComputationAtATime(t *testing.T) {
	tree := city()
	s := newSource(counted("a"))
	s.wait = make(chan struct{})
	e := engine(tree, s)
	q := at(t, "2024-Q1")
	ctx, cancel := context.WithCancel(t.Context())
	broken := make(chan error)
	go func() {
		_, err := e.Column(ctx, formula.Ref{Code: "a"}, q)
		broken <- err
	}()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := e.Column(t.Context(), formula.Ref{Code: "a"}, q); err != nil {
				t.Error(err)
			}
		})
	}
	cancel()
	if err := <-broken; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(s.wait)
	wg.Wait()
	if s.reads > 2 {
		t.Errorf("%d reads for one column", s.reads)
	}
}

func TestFailuresAreLoud(t *testing.T) {
	tree := city()
	s := newSource(counted("a"))
	e := engine(tree, s)
	cat, err := e.Catalogue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p, bad := formula.Compile("a", cat)
	if bad != nil {
		t.Fatal(bad)
	}
	s.fail = errs.New(errs.Unavailable, "figures.not_ready")
	if _, err := e.EvalAll(t.Context(), []measure.Job{{Program: p, At: at(t, "2024-Q1")}, {Program: p, At: at(t, "2024")}}); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("a source that fails: %v", err)
	}
	s.fail = nil
	for what, b := range map[string]measure.Block{
		"an empty block":           {},
		"a short one":              {Num: make([]int64, 3), State: make([]formula.State, 3)},
		"a state that is none":     {Num: make([]int64, 11), State: []formula.State{9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
		"no cause":                 {Num: make([]int64, 11), State: []formula.State{formula.NotComputable, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
		"more reported than owed":  {Num: make([]int64, 11), State: make([]formula.State, 11), Coverage: formula.Coverage{Expected: make([]int32, 11), Reported: []int32{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, NotApplicable: make([]int32, 11)}},
		"coverage that is cut off": {Num: make([]int64, 11), State: make([]formula.State, 11), Coverage: formula.Coverage{Expected: make([]int32, 11)}},
	} {
		s.put("a  2024-Q1", what, b)
		s.version["a 2024-Q1"] = what
		if _, err := e.Column(t.Context(), formula.Ref{Code: "a"}, at(t, "2024-Q1")); err == nil {
			t.Errorf("%s goes through", what)
		}
	}
}

func TestCatalogue(t *testing.T) {
	bad := map[string]func(*measure.Decl){
		"a code in capitals": func(d *measure.Decl) { d.Code = "Learners" },
		"no name":            func(d *measure.Decl) { d.Name = nil },
		"no additivity":      func(d *measure.Decl) { d.Area = "" },
		"a mean of areas":    func(d *measure.Decl) { d.Area = formula.Mean },
		"no periods":         func(d *measure.Decl) { d.Periods = nil },
		"a level of its own": func(d *measure.Decl) { d.Level = "village" },
		"a huge scale":       func(d *measure.Decl) { d.Scale = 12 },
		"a dimension twice": func(d *measure.Decl) {
			d.Dims = []formula.Dim{{Name: "age", Add: formula.Sum}, {Name: "age", Add: formula.Sum}}
		},
	}
	for what, spoil := range bad {
		d := counted("learners")
		spoil(&d)
		if _, err := engine(city(), newSource(d)).Catalogue(t.Context()); errs.KindOf(err) != errs.Conflict {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err := engine(city(), newSource(counted("learners")), newSource(counted("learners"))).Catalogue(t.Context())
	if errs.KindOf(err) != errs.Conflict {
		t.Errorf("one code twice: %v", err)
	}
	c, err := engine(city(), newSource(counted("learners"), counted("learners.new"), counted("teachers")), measure.Absent{}).Catalogue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string]string{"leaners": "learners", "laerners": "learners", "teacher": "teachers", "Teachers": "teachers"} {
		if near := c.Near(typed); len(near) == 0 || near[0] != want {
			t.Errorf("near %s: %v, want %s", typed, near, want)
		}
	}
	if near := c.Near("zzz"); near != nil {
		t.Errorf("near zzz: %v", near)
	}
}

// A breakdown narrows the references that know the dimension, and leaves the
// others whole.
func TestEvalWith(t *testing.T) {
	tree := city()
	a, b := counted("a"), counted("b")
	a.Dims = []formula.Dim{{Name: "sex", Values: []string{"f", "m"}, Add: formula.Sum}}
	s := newSource(a, b)
	s.put("a  2024-Q1", "1", units(tree, 10, 10, 10, 10, 10))
	s.put("a sex=f 2024-Q1", "1", units(tree, 4, 4, 4, 4, 4))
	s.put("b  2024-Q1", "1", units(tree, 20, 20, 20, 20, 20))
	e := engine(tree, s)
	cat, err := e.Catalogue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ formula, sex, want string }{
		{"a", "", "10"}, {"a", "f", "4"}, {"b", "f", "20"}, {"a[sex=f]", "f", "4"}, {"a[sex=f]", "m", "not_applicable"},
	} {
		p, bad := formula.Compile(c.formula, cat)
		if bad != nil {
			t.Fatal(bad)
		}
		var filter map[string]string
		if c.sex != "" {
			filter = map[string]string{"sex": c.sex}
		}
		r, err := e.EvalWith(t.Context(), p, formula.Missing{}, at(t, "2024-Q1"), filter)
		if err != nil {
			t.Fatal(err)
		}
		if got := show(tree, formula.Loaded(r), "1111"); got != c.want {
			t.Errorf("%s by sex=%s: %s, want %s", c.formula, c.sex, got, c.want)
		}
	}
	p, _ := formula.Compile("a", cat)
	if _, err := e.EvalWith(t.Context(), p, formula.Missing{}, at(t, "2024-Q1"), map[string]string{"sex": "x"}); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a value that does not exist: %v", err)
	}
}

// targets is set for one area.
type targets struct{ asked []string }

func (t *targets) Version(context.Context) (string, error) { return "1", nil }

func (t *targets) Read(_ context.Context, code string, p period.Period, tree *area.Tree) (measure.Block, error) {
	t.asked = append(t.asked, code+" "+p.Name)
	b := measure.Block{Num: make([]int64, tree.Len()), State: make([]formula.State, tree.Len()), Cause: make([]formula.Cause, tree.Len())}
	for n := range b.State {
		b.State[n], b.Cause[n] = formula.NotComputable, formula.NoTarget
	}
	b.Num[0], b.State[0], b.Cause[0] = 12_500_000, formula.Value, formula.NoCause
	return b, nil
}

func TestTarget(t *testing.T) {
	tree := city()
	set := &targets{}
	e := measure.New(func() *area.Tree { return tree }, set, newSource(counted("a")))
	l := load(t, e, formula.Ref{Code: "D01", Op: formula.Target, Back: 1}, "2025")
	if got := show(tree, l, "1"); got != "12500000/1000000" || set.asked[0] != "D01 2024" {
		t.Errorf("%s of %v", got, set.asked)
	}
	if got := show(tree, l, "11"); got != "not_computable no_target" {
		t.Error(got)
	}
	if got := show(tree, load(t, engine(tree), formula.Ref{Code: "a", Op: formula.Target}, "2024"), "1"); got != "not_computable no_target" {
		t.Error(got)
	}
}

func TestOriginOfParts(t *testing.T) {
	tree := city()
	s := newSource(counted("a"))
	s.put("a  2024-Q1", "1", units(tree, 1, 2, 3, 4, 5))
	e := engine(tree, s)
	parts, total, err := e.Origin(t.Context(), formula.Ref{Code: "a"}, at(t, "2024"), 0, 10)
	if err != nil || total != 4 || parts[0].Value != 15 || parts[0].Name.In("en") != "2024-Q1" || parts[1].State != formula.NotReported {
		t.Errorf("%+v %d %v", parts, total, err)
	}
	parts, total, err = e.Origin(t.Context(), formula.Ref{Code: "a"}, at(t, "2024-Q1"), 0, 10)
	if err != nil || total != 1 || parts[0].Value != 7 {
		t.Errorf("%+v %d %v", parts, total, err)
	}
	if _, _, err := e.Origin(t.Context(), formula.Ref{Code: "a"}, at(t, "2024-Q1"), 99, 10); errs.KindOf(err) != errs.NotFound {
		t.Error(err)
	}
}
