package indicator_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/formula"
	"xuedu/internal/i18n"
	"xuedu/internal/indicator"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// city is a tree of one city, three districts, six streets and eighteen
// communities.
func city() *area.Tree {
	list := []area.Area{{ID: 1, Code: "C", Name: "城", Level: area.City}}
	add := func(id, parent int64, code string, l area.Level) {
		list = append(list, area.Area{ID: id, Code: code, Name: code, ParentID: parent, Level: l})
	}
	for d := range int64(3) {
		district := 10 + d
		add(district, 1, fmt.Sprintf("C%d", d), area.District)
		for s := range int64(2) {
			street := 10*district + s
			add(street, district, fmt.Sprintf("C%d%d", d, s), area.Street)
			for c := range int64(3) {
				add(10*street+c, street, fmt.Sprintf("C%d%d%d", d, s, c), area.Community)
			}
		}
	}
	return area.NewTree(list)
}

func text(s string) pack.Text { return pack.Text{"zh-CN": s, "en": s} }

func at(t testing.TB, s string) period.Period {
	t.Helper()
	p, err := period.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func periods(t testing.TB, names ...string) []period.Period {
	t.Helper()
	out := make([]period.Period, len(names))
	for i, n := range names {
		out[i] = at(t, n)
	}
	return out
}

// leaf is what one community says of one measure in one quarter.
type leaf struct {
	state formula.State
	num   int64
}

// town answers made-up figures: people by sex, which record themselves; money
// from returns, of which some are missing; residents, which some areas do not
// have.
type town struct {
	tree *area.Tree

	mu      sync.Mutex
	version int
	leaves  map[string]leaf // by measure, filter, quarter and community
	living  map[string]int64
}

func newTown(t *area.Tree) *town { return &town{tree: t} }

var quarters = []string{"2023-Q1", "2023-Q2", "2023-Q3", "2023-Q4", "2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4"}

func key(code, filter, quarter, community string) string {
	return code + "|" + filter + "|" + quarter + "|" + community
}

// fill makes the town anew.
func (w *town) fill(seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.version++
	w.leaves, w.living = map[string]leaf{}, map[string]int64{}
	for n := range w.tree.Len() {
		a := w.tree.At(n)
		if r.IntN(5) > 0 || a.Level == area.City {
			w.living[a.Code] = 1 + r.Int64N(500)
		}
		if a.Level != area.Community {
			continue
		}
		for _, q := range quarters {
			f, m := r.Int64N(9), r.Int64N(9)
			w.leaves[key("people", "", q, a.Code)] = leaf{formula.Value, f + m}
			w.leaves[key("people", "sex=f", q, a.Code)] = leaf{formula.Value, f}
			w.leaves[key("people", "sex=m", q, a.Code)] = leaf{formula.Value, m}
			for _, code := range []string{"paid", "budget"} {
				l := leaf{state: []formula.State{formula.Value, formula.Value, formula.Value, formula.Nil, formula.NotReported, formula.NotApplicable}[r.IntN(6)]}
				if l.state == formula.Value {
					l.num = r.Int64N(100000)
				}
				w.leaves[key(code, "", q, a.Code)] = l
			}
		}
	}
}

func (w *town) Decls(context.Context) ([]measure.Decl, error) { return townDecls, nil }

var townDecls = []measure.Decl{
	{Code: "people", Name: pack.Text{"zh-CN": "参加人数", "en": "people"}, Unit: "person", Domain: "test", Level: area.Community, Area: formula.Sum, Time: formula.Sum,
		Periods: []period.Kind{period.Quarter}, Dims: []formula.Dim{{Name: "sex", Values: []string{"f", "m"}, Add: formula.Sum}, {Name: "theme", Add: formula.Distinct}}},
	{Code: "paid", Name: text("paid"), Unit: "yuan", Scale: 2, Domain: "test", Level: area.Community, Area: formula.Sum, Time: formula.Sum, Periods: []period.Kind{period.Quarter}},
	{Code: "budget", Name: text("budget"), Unit: "yuan", Scale: 2, Domain: "test", Level: area.Community, Area: formula.Sum, Time: formula.Sum, Periods: []period.Kind{period.Quarter}},
	{Code: "residents", Name: pack.Text{"zh-CN": "常住人口", "en": "residents"}, Unit: "person", Domain: "test", Area: formula.Sum, Time: formula.Last,
		Periods: []period.Kind{period.Year, period.Quarter, period.Month}},
	{Code: "distinct", Name: text("distinct"), Unit: "person", Domain: "test", Area: formula.Distinct, Time: formula.Distinct, Periods: []period.Kind{period.Year}},
	{Code: "later", Name: text("later"), Unit: "person", Domain: "test", Area: formula.Sum, Time: formula.Sum, Absent: true},
}

func (w *town) Version(context.Context, string, period.Period) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return fmt.Sprint(w.version), nil
}

func (w *town) Read(_ context.Context, a measure.Ask) (measure.Block, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := a.Tree.Len()
	b := measure.Block{Num: make([]int64, n), State: make([]formula.State, n)}
	if a.Code == "residents" {
		b.Cause = make([]formula.Cause, n)
	}
	if a.Code == "paid" || a.Code == "budget" {
		b.Coverage = measure.Coverage{Expected: make([]int32, n), Reported: make([]int32, n), NotApplicable: make([]int32, n)}
	}
	for i := range n {
		code := a.Tree.At(i).Code
		if a.Code == "residents" {
			if b.State[i], b.Num[i] = formula.Value, w.living[code]; b.Num[i] == 0 {
				b.State[i], b.Cause[i] = formula.NotComputable, formula.NoPopulation
			}
			continue
		}
		if a.Tree.At(i).Level != area.Community {
			continue
		}
		l := w.leaves[key(a.Code, measure.FilterText(a.Filter), a.Period.Name, code)]
		b.State[i], b.Num[i] = l.state, l.num
		if b.Expected == nil {
			continue
		}
		switch l.state {
		case formula.Value, formula.Nil:
			b.Expected[i], b.Reported[i] = 1, 1
		case formula.NotApplicable:
			b.NotApplicable[i] = 1
		default:
			b.Expected[i] = 1
		}
	}
	return b, nil
}

func (w *town) Origin(_ context.Context, a measure.Ask, nr, limit int) ([]measure.Part, int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []measure.Part
	for i := nr; i < a.Tree.Last(nr); i++ {
		if c := a.Tree.At(i); c.Level == area.Community {
			l := w.leaves[key(a.Code, measure.FilterText(a.Filter), a.Period.Name, c.Code)]
			out = append(out, measure.Part{Name: text(c.Code), Value: l.num, State: l.state, Href: "/areas/" + c.Code})
		}
	}
	return out[:min(limit, len(out))], len(out), nil
}

// def makes a definition that is in order; what is wrong with it is for more to
// put in.
func def(code, src, unit string, more ...func(*pack.Indicator)) pack.Indicator {
	d := pack.Indicator{Code: code, Group: "A", Name: text(code), Formula: src, Unit: unit, Places: 2, Direction: "up",
		Periods: []string{"year", "quarter"}, From: "2021-01-01"}
	for _, f := range more {
		f(&d)
	}
	return d
}

func missing(policy, share string) func(*pack.Indicator) {
	return func(d *pack.Indicator) {
		d.Missing = pack.Missing{Policy: policy, Share: share}
		if policy == formula.TreatAsZero {
			d.Missing.Why = text("who reports nothing has nothing")
		}
	}
}

func from(day string) func(*pack.Indicator) { return func(d *pack.Indicator) { d.From = day } }

// base is a pack with groups and units, and the definitions that are given.
func base(defs ...pack.Indicator) *pack.Pack {
	return &pack.Pack{Name: "test", Version: "1", Languages: []string{"zh-CN", "en"}, TimeZone: "Asia/Shanghai", RootArea: "C",
		Themes:   []pack.Coded{{Code: "health", Name: text("health")}, {Code: "arts", Name: text("arts")}},
		AgeBands: []pack.AgeBand{{Code: "0-59", To: 59, Name: text("0-59")}, {Code: "60+", From: 60, Name: text("60+")}},
		Plans:    []pack.Plan{{Code: "p", Goals: []pack.Clause{{Code: "P1.8"}}}},
		Indicators: pack.Indicators{
			Groups: []pack.Coded{{Code: "B", Name: text("B")}, {Code: "A", Name: text("A")}},
			Units: []pack.Unit{{Code: "percent", Name: text("%")}, {Code: "person", Name: text("person"), Dim: "person"}, {Code: "area", Name: text("area"), Dim: "area"},
				{Code: "yuan", Name: text("yuan"), Dim: "yuan"}, {Code: "yuan_per_person", Name: text("yuan"), Dim: "yuan/person"}},
			Tags:        []pack.TagList{{Code: "unesco", Name: text("U"), Tags: []pack.Coded{{Code: "5.2", Name: text("5.2")}}}},
			Definitions: defs,
		}}
}

// desk is a service over a town; pack and clock can be changed.
type desk struct {
	*indicator.Service
	town *town
	pack *pack.Pack
	now  time.Time
}

func newDesk(t testing.TB, d *db.DB, p *pack.Pack) *desk {
	t.Helper()
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	k := &desk{town: newTown(city()), pack: p, now: time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)}
	k.town.fill(1)
	e := measure.New(func() *area.Tree { return k.town.tree }, nil, k.town)
	k.Service = indicator.New(d, e, func() *pack.Pack { return k.pack }, b.T, func() time.Time { return k.now })
	return k
}

func (k *desk) adopt(t testing.TB) int {
	t.Helper()
	n, err := k.Adopt(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (k *desk) eval(t testing.TB, q indicator.Query) []indicator.Cell {
	t.Helper()
	cells, err := k.Eval(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return cells
}

// show writes a cell: "12.50", "not_reported" or "not_computable: no_period".
func show(c indicator.Cell) string {
	switch {
	case c.State.Known():
		return c.Value.Text('f')
	case c.Cause != formula.NoCause:
		return c.State.String() + ": " + c.Cause.String()
	}
	return c.State.String()
}
