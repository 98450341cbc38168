// Package plantest makes a plan over a small tree of areas, with a meter whose
// counts a test writes down.
package plantest

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/plan"
	"xuedu/packs"
)

// Reason is why things change in tests.
const Reason = "市政府办公厅2023年第8号文"

// Pack loads a pack that ships.
func Pack(t testing.TB, name string) *pack.Pack {
	t.Helper()
	fsys, err := packs.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := pack.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Tree is a city, the root of pack p, with three districts; the first has a street.
func Tree(p *pack.Pack) *area.Tree {
	areas := []area.Area{{ID: 1, Code: p.RootArea, Name: "市", NameEN: "City", Level: area.City}}
	for i := range 3 {
		areas = append(areas, area.Area{ID: int64(2 + i), Code: fmt.Sprint("D", i+1), Name: fmt.Sprint(i+1, "区"), NameEN: fmt.Sprint("District ", i+1), Level: area.District, ParentID: 1})
	}
	return area.NewTree(append(areas, area.Area{ID: 5, Code: "D1S", Name: "街道", Level: area.Street, ParentID: 2}))
}

// Meter counts what a test has written down: readings by code, year and area code.
type Meter struct {
	Tree *area.Tree
	List []plan.Code
	Got  map[string]plan.Reading // "CODE 2023 AREA"; nothing there: not reported
}

// Codes implements plan.Meter.
func (m *Meter) Codes(context.Context) ([]plan.Code, error) { return m.List, nil }

// Read implements plan.Meter.
func (m *Meter) Read(_ context.Context, code string, at period.Period, nrs []int) ([]plan.Reading, error) {
	if !slices.ContainsFunc(m.List, func(c plan.Code) bool { return c.Code == code }) {
		return nil, errs.InvalidField("code", "plan.no_measure", "Code", code)
	}
	out := make([]plan.Reading, len(nrs))
	for i, n := range nrs {
		out[i] = m.Got[fmt.Sprint(code, " ", at.Name, " ", m.Tree.At(n).Code)]
	}
	return out, nil
}

// Set writes down what is counted.
func (m *Meter) Set(code string, year int, areaCode string, num, den int64) {
	m.Got[fmt.Sprint(code, " ", year, " ", areaCode)] = plan.Reading{State: formula.Value, Value: big.NewRat(num, den)}
}

// City is a plan that tests play with.
type City struct {
	*plan.Service
	Meter *Meter
	DB    *db.DB
	Root  string // code of the whole
	Day   time.Time
}

// New makes a plan of a shipped pack on d, on a day; its targets are not yet
// adopted.
func New(t testing.TB, d *db.DB, name string, day time.Time) *City {
	t.Helper()
	p := Pack(t, name)
	tree := Tree(p)
	c := &City{Meter: &Meter{Tree: tree, Got: map[string]plan.Reading{}}, DB: d, Root: p.RootArea, Day: day}
	for _, pl := range p.Plans {
		for _, x := range pl.Targets {
			c.Meter.List = append(c.Meter.List, plan.Code{Code: x.MeasureCode(), Name: x.Name, Unit: x.Unit, Adds: true, Stock: true, Things: true})
		}
	}
	c.Meter.List = append(c.Meter.List, plan.Code{Code: "D01", Name: pack.Text{"zh-CN": "参与率", "en": "Participation rate"}, Unit: pack.Text{"zh-CN": "%", "en": "%"}, Places: 1})
	c.Service = plan.New(plan.Deps{DB: d, Pack: func() *pack.Pack { return p }, Tree: func() *area.Tree { return tree }, Meter: c.Meter, Now: func() time.Time { return c.Day }})
	for i := range tree.Len() {
		a := tree.At(i)
		if _, err := d.Write.Exec(fmt.Sprintf("INSERT INTO area (id, code, level, valid_from, valid_to) VALUES (%d, '%s', '%s', '', '')", a.ID, a.Code, a.Level)); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// Adopt brings in the targets of the pack.
func (c *City) Adopt(t testing.TB) {
	t.Helper()
	if _, err := c.Service.Adopt(t.Context(), Reason); err != nil {
		t.Fatal(err)
	}
}

// Award writes an award as the register of awards holds it.
func (c *City) Award(t testing.TB, id int, kind, holder string, areaID int64, state, from, to string) {
	t.Helper()
	_, err := c.DB.Write.Exec(fmt.Sprintf(`INSERT INTO award (id, kind, holder, area_id, state, valid_from, valid_to, created_at)
		VALUES ('%d', '%s', '%s', %d, '%s', '%s', '%s', '2025-01-01 00:00:00Z')`, id, kind, holder, areaID, state, from, to))
	if err != nil {
		t.Fatal(err)
	}
}
