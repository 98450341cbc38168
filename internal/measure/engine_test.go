package measure_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// city is a tree of one city, two districts, three streets and five communities.
func city() *area.Tree {
	list := []area.Area{{ID: 1, Code: "1", Level: area.City}}
	add := func(id, parent int64, l area.Level) {
		list = append(list, area.Area{ID: id, Code: fmt.Sprint(id), ParentID: parent, Level: l})
	}
	add(11, 1, area.District)
	add(12, 1, area.District)
	add(111, 11, area.Street)
	add(112, 11, area.Street)
	add(121, 12, area.Street)
	add(1111, 111, area.Community)
	add(1112, 111, area.Community)
	add(1121, 112, area.Community)
	add(1211, 121, area.Community)
	add(1212, 121, area.Community)
	return area.NewTree(list)
}

func name(s string) pack.Text { return pack.Text{"zh-CN": s, "en": s} }

func at(t testing.TB, s string) period.Period {
	t.Helper()
	p, err := period.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// source answers what the test puts into it, and counts how often it is asked.
type source struct {
	mu      sync.Mutex
	decls   []measure.Decl
	version map[string]string        // by code and period
	blocks  map[string]measure.Block // by code, filter and period
	fail    error
	reads   int
	wait    chan struct{} // Read blocks until it is closed
}

func (s *source) Decls(context.Context) ([]measure.Decl, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.decls, nil
}

func (s *source) Version(_ context.Context, code string, p period.Period) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version[code+" "+p.Name], nil
}

func (s *source) Read(ctx context.Context, a measure.Ask) (measure.Block, error) {
	s.mu.Lock()
	s.reads++
	wait, fail := s.wait, s.fail
	b, ok := s.blocks[a.Code+" "+measure.FilterText(a.Filter)+" "+a.Period.Name]
	s.mu.Unlock()
	if wait != nil {
		select {
		case <-wait:
		case <-ctx.Done():
			return b, ctx.Err()
		}
	}
	if !ok && fail == nil {
		b = measure.Block{Num: make([]int64, a.Tree.Len()), State: make([]formula.State, a.Tree.Len())}
	}
	return b, fail
}

func (s *source) Origin(context.Context, measure.Ask, int, int) ([]measure.Part, int, error) {
	return []measure.Part{{Name: name("unit"), Value: 7, State: formula.Value}}, 1, nil
}

func (s *source) put(key string, version string, b measure.Block) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blocks[key], s.version[key] = b, version
}

func newSource(decls ...measure.Decl) *source {
	return &source{decls: decls, version: map[string]string{}, blocks: map[string]measure.Block{}}
}

func counted(code string) measure.Decl {
	return measure.Decl{Code: code, Name: name(code), Unit: "person", Domain: "test", Level: area.Community,
		Area: formula.Sum, Time: formula.Sum, Periods: []period.Kind{period.Quarter}}
}

func engine(tree *area.Tree, s ...measure.Source) *measure.Engine {
	return measure.New(func() *area.Tree { return tree }, nil, s...)
}

// units makes a block of the communities' values; the others are not filled in.
func units(t *area.Tree, values ...int64) measure.Block {
	b := measure.Block{Num: make([]int64, t.Len()), State: make([]formula.State, t.Len())}
	i := 0
	for n := range t.Len() {
		if t.At(n).Level == area.Community {
			b.Num[n], b.State[n] = values[i], formula.Value
			i++
		}
	}
	return b
}

func load(t *testing.T, e *measure.Engine, r formula.Ref, p string) formula.Loaded {
	t.Helper()
	l, err := e.Column(t.Context(), r, at(t, p))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// show writes a column by code of area: "12" or the first letters of a state.
func show(t *area.Tree, l formula.Loaded, code string) string {
	n, _ := t.ByCode(code)
	switch {
	case !l.State[n].Known():
		s := l.State[n].String()
		if l.Cause != nil && l.Cause[n] != formula.NoCause {
			s += " " + l.Cause[n].String()
		}
		return s
	case l.Big[n] != nil:
		return l.Big[n].RatString()
	case l.Den != nil && l.Den[n] != 1:
		return fmt.Sprintf("%d/%d", l.Num[n], l.Den[n])
	case l.State[n] == formula.Nil:
		return "nil"
	}
	return fmt.Sprint(l.Num[n])
}

func TestRollUp(t *testing.T) {
	tree := city()
	s := newSource(counted("learners"))
	s.put("learners  2024-Q1", "", units(tree, 1, 2, 3, 4, 5))
	e := engine(tree, s)
	l := load(t, e, formula.Ref{Code: "learners"}, "2024-Q1")
	for code, want := range map[string]string{"1": "15", "11": "6", "12": "9", "111": "3", "112": "3", "121": "9", "1111": "1", "1212": "5"} {
		if got := show(tree, l, code); got != want {
			t.Errorf("area %s: %s, want %s", code, got, want)
		}
	}
	if l.Expected != nil {
		t.Error("a register that counts by itself has no coverage")
	}
}

func TestUnknown(t *testing.T) {
	e := engine(city(), newSource(counted("learners")))
	_, err := e.Column(t.Context(), formula.Ref{Code: "learnes"}, at(t, "2024-Q1"))
	if errs.KindOf(err) != errs.Invalid {
		t.Fatal(err)
	}
}
