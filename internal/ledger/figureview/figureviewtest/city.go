// Package figureviewtest has a whole city with made-up but consistent figures,
// for tests of pages: the areas and the pack are real, and what is counted by
// home adds up.
package figureviewtest

import (
	"context"
	"encoding/csv"
	"io/fs"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/apd/v3"

	"xuedu/internal/area"
	"xuedu/internal/chart"
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/pack"
	"xuedu/packs"
)

// Today is the day the city lives in.
const Today ledger.Day = 20261123

// City returns the city of an embedded pack with made-up figures.
func City(t testing.TB, name string) *figureview.City {
	t.Helper()
	fsys, err := packs.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := pack.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	tree := Tree(t, fsys)
	c := &figureview.City{Tree: func() *area.Tree { return tree }, Pack: func() *pack.Pack { return p }, Today: func() ledger.Day { return Today }}
	var outlines *chart.Outlines
	if text, ok := p.File("data/map.json"); ok {
		if outlines, err = chart.ParseOutlines([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	c.Map = func() *chart.Outlines { return outlines }
	c.Figures = &Fake{City: c, People: people(t, fsys), From: 20241201, To: Today, Has: true}
	return c
}

func rows(t testing.TB, fsys fs.FS, name string) [][]string {
	t.Helper()
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(b), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Tree reads data/areas.csv of a pack.
func Tree(t testing.TB, fsys fs.FS) *area.Tree {
	all := rows(t, fsys, "data/areas.csv")
	col := map[string]int{}
	for i, h := range all[0] {
		col[h] = i
	}
	id := map[string]int64{}
	var list []area.Area
	for i, r := range all[1:] {
		a := area.Area{ID: int64(i + 1), Code: r[col["code"]], Name: r[col["name"]], NameEN: r[col["name_en"]], Level: area.Level(r[col["level"]])}
		id[a.Code] = a.ID
		a.ParentID = id[r[col["parent"]]]
		list = append(list, a)
	}
	return area.NewTree(list)
}

func people(t testing.TB, fsys fs.FS) map[string]int64 {
	out := map[string]int64{}
	for _, r := range rows(t, fsys, "data/population.csv")[1:] {
		n, err := strconv.ParseInt(r[2], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		out[r[0]] = n
	}
	return out
}

// Fake answers every question with numbers made from codes.
type Fake struct {
	City     *figureview.City
	People   map[string]int64
	From, To ledger.Day
	Has      bool
	Asked    []ledger.Query          // what was asked, for tests
	States   map[string]ledger.State // by area code, instead of a value
}

func (f *Fake) Span() (from, to ledger.Day, ok bool) { return f.From, f.To, f.Has }

func (f *Fake) Version() int64 { return 7 }

func (f *Fake) Query(_ context.Context, q ledger.Query) ([]ledger.Figure, error) {
	f.Asked = append(f.Asked, q)
	t := f.City.Tree()
	n, _ := t.ByCode(q.Area)
	nrs := []int{n}
	if q.Level != "" {
		nrs = t.Below(n, q.Level)
	}
	var out []ledger.Figure
	for _, n := range nrs {
		out = append(out, f.figure(q, t, n))
	}
	return out, nil
}

func (f *Fake) figure(q ledger.Query, t *area.Tree, n int) ledger.Figure {
	fig := ledger.Figure{Area: t.At(n), Nr: n, Period: q.Period, Measure: q.Measure, State: ledger.Value}
	if s := f.States[fig.Area.Code]; s != "" {
		fig.State = s
		return fig
	}
	var sum int64
	for i := n; i < t.Last(n); i++ {
		if t.At(i).Level == area.Community {
			sum += f.base(q, i)
		}
	}
	switch q.Measure {
	case ledger.Rate:
		return f.rate(fig, sum)
	case ledger.Attendances:
		sum *= 5
	case ledger.Headcount:
		sum /= 9
	case ledger.Hours:
		fig.Value.SetFinite(sum*725, -2)
		return fig
	}
	fig.Value.SetInt64(sum)
	return fig
}

func (f *Fake) rate(fig ledger.Figure, sum int64) ledger.Figure {
	people := f.People[fig.Area.Code]
	if people == 0 {
		fig.State = ledger.NotComputable
		return fig
	}
	fig.Base, fig.BaseAt, fig.BaseBy = people, "2020-11-01", "第七次全国人口普查"
	c := apd.BaseContext.WithPrecision(20)
	c.Quo(&fig.Value, apd.New(sum*100, 0), apd.New(people, 0))
	return fig
}

// base is the number of a community.
func (f *Fake) base(q ledger.Query, i int) int64 {
	if q.Period.To < f.From || q.Period.From > f.To {
		return 0
	}
	months := int64(q.Period.To/100-q.Period.From/100)%88 + 1
	grow := int64(q.Period.To.Year()-2020) + int64(q.Period.To/100%100)
	n := (100 + int64(i*7919%211)) * months * grow / 14
	for _, s := range []string{q.Filter.Theme, q.Filter.Age, q.Filter.Sex, q.Filter.Mode} {
		if s != "" {
			n /= 2 + int64(len(s))%7
		}
	}
	return n
}

func (f *Fake) Breakdown(ctx context.Context, q ledger.Query, axis ledger.Axis) ([]ledger.Slice, error) {
	var codes []string
	switch axis {
	case ledger.AxisTheme:
		for _, t := range f.City.Pack().Themes {
			codes = append(codes, t.Code)
		}
	case ledger.AxisAge:
		for _, b := range f.City.Pack().AgeBands {
			codes = append(codes, b.Code)
		}
	case ledger.AxisSex:
		codes = []string{"f", "m", ""}
	case ledger.AxisMode:
		codes = []string{"onsite", "online"}
	}
	var out []ledger.Slice
	for i, code := range codes {
		one := q
		one.Filter.Theme += strings.Repeat("x", i+1)
		fs, err := f.Query(ctx, one)
		if err != nil {
			return nil, err
		}
		out = append(out, ledger.Slice{Code: code, Figure: fs[0]})
	}
	return out, nil
}
