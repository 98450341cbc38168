// Package statistictest gives tests a small city in which forms can be sent out.
package statistictest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/calendar"
	"xuedu/internal/db"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/form"
	"xuedu/internal/statistic/rule"
	"xuedu/packs"
)

// Noon is a Monday, at noon in the city.
var Noon = time.Date(2026, 10, 12, 4, 0, 0, 0, time.UTC)

// Areas of the city: two districts, three streets, six communities.
const (
	City, District, Street, North, South = int64(1), int64(2), int64(3), int64(4), int64(5)
	Street2, East, West                  = int64(6), int64(7), int64(8)
	District2, Street3, Far, Ended       = int64(9), int64(10), int64(11), int64(12)
)

// Communities are those that owe the base form.
var Communities = []int64{North, South, East, West, Far}

// Quarter is the period that is asked.
var Quarter = mustPeriod("2026-Q3")

func mustPeriod(name string) period.Period {
	p, err := period.Parse(name)
	if err != nil {
		panic(err) // a constant of the tests
	}
	return p
}

// Base and Sum are the codes of the two forms.
const (
	Base = "learn"
	Sum  = "learnsum"
)

// World is the small city.
type World struct {
	T    testing.TB
	DB   *db.DB
	Tree *area.Tree
	Pack *pack.Pack
	*statistic.Service
	Forms    *form.Service
	Engine   *measure.Engine
	Counted  *Counted
	Calendar *calendar.Calendar
	Clock    time.Time
}

func tree() *area.Tree {
	return area.NewTree([]area.Area{
		{ID: City, Code: "110000000000", Name: "北京市", Level: area.City},
		{ID: District, Code: "110108000000", Name: "海淀区", Level: area.District, ParentID: City},
		{ID: Street, Code: "110108001000", Name: "学院路街道", Level: area.Street, ParentID: District},
		{ID: North, Code: "110108001001", Name: "二里庄社区", Level: area.Community, ParentID: Street},
		{ID: South, Code: "110108001002", Name: "健翔园社区", Level: area.Community, ParentID: Street},
		{ID: Street2, Code: "110108002000", Name: "中关村街道", Level: area.Street, ParentID: District},
		{ID: East, Code: "110108002001", Name: "华清园社区", Level: area.Community, ParentID: Street2},
		{ID: West, Code: "110108002002", Name: "科育社区", Level: area.Community, ParentID: Street2},
		{ID: Ended, Code: "110108002003", Name: "已撤销社区", Level: area.Community, ParentID: Street2, ValidTo: "2026-01-01"},
		{ID: District2, Code: "110114000000", Name: "昌平区", Level: area.District, ParentID: City},
		{ID: Street3, Code: "110114001000", Name: "城北街道", Level: area.Street, ParentID: District2},
		{ID: Far, Code: "110114001001", Name: "北环里社区", Level: area.Community, ParentID: Street3},
	})
}

// Text is a text in both languages.
func Text(s string) pack.Text { return pack.Text{"zh-CN": s, "en": s} }

// Forms of the city: one that communities answer each quarter, and its summary.
func forms() []pack.Form {
	fields := []pack.Field{
		{Code: "met", Name: Text("met"), Type: "count", Unit: "person_time", Derive: "met"},
		{Code: "people", Name: Text("people"), Type: "count", Unit: "person", Derive: "people", Area: "none", Time: "none"},
		{Code: "places", Name: Text("places"), Type: "count", Unit: "seat", Min: "0", Required: true},
		{Code: "money", Name: Text("money"), Type: "decimal", Unit: "yuan", Decimals: 2, Min: "0", Carry: true},
		{Code: "open", Name: Text("open"), Type: "yesno", Rows: []string{"total"}},
	}
	rows := pack.Rows{Kind: "fixed", Name: Text("row"), Fixed: []pack.Row{
		{Code: "indoors", Name: Text("indoors"), Filter: map[string]string{"where": "indoors"}},
		{Code: "outdoors", Name: Text("outdoors"), Filter: map[string]string{"where": "outdoors"}},
		{Code: "total", Name: Text("total"), Total: true},
	}}
	base := pack.Form{Code: Base, Name: Text("learning"), Owner: "bj-education-commission", Levels: []string{"community"}, Kind: "span",
		Period: "quarter", DueDays: 5, CellMinutes: "1.5", Scope: Text("all"), Instructions: Text("fill in"), Basis: Text("P2.3"),
		Signatures: []string{"preparer", "reviewer", "head"}, Rows: rows, Fields: fields,
		Rules: []pack.Rule{{Code: "few_places", Text: Text("places at most 1000"), Check: "places[row=total] <= 1000", Weight: "hard"},
			{Code: "odd_money", Text: Text("money for places"), Check: "money[row=total] <= 50000", Weight: "soft"}}}
	sum := pack.Form{Code: Sum, Name: Text("learning, summed up"), Owner: "bj-education-commission", Levels: []string{"street", "district", "city"},
		Kind: "span", Period: "quarter", DueDays: 10, CellMinutes: "0", SummaryOf: Base, Scope: Text("all"), Instructions: Text("none"),
		Basis: Text("P2.3"), Signatures: []string{"preparer", "head"}, Rows: rows, Fields: slices.Clone(fields[:4])}
	for i := range sum.Fields {
		sum.Fields[i].Required, sum.Fields[i].Carry = false, false
	}
	return []pack.Form{base, sum}
}

// New makes the city in d; its forms are registered. Change may change the pack
// before.
func New(t testing.TB, d *db.DB, change ...func(*pack.Pack)) *World {
	t.Helper()
	fsys, err := packs.Open("beijing-2021")
	if err != nil {
		t.Fatal(err)
	}
	p, err := pack.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	own := *p
	own.Forms = forms()
	for _, f := range change {
		f(&own)
	}
	w := &World{T: t, DB: d, Tree: tree(), Pack: &own, Clock: Noon, Counted: &Counted{own: map[string]int64{}}}
	w.Calendar = calendar.New([]time.Weekday{time.Saturday, time.Sunday}, nil, []int{2026})
	treeOf, packOf := func() *area.Tree { return w.Tree }, func() *pack.Pack { return w.Pack }
	var s *statistic.Service
	say := func(_, key string, _ ...any) string { return key }
	w.Engine = measure.New(treeOf, nil, w.Counted, statistic.NewMeasures(func() *statistic.Service { return s }, say))
	w.Forms = form.New(d, packOf, func(ctx context.Context) (formula.Symbols, error) { return w.Engine.Catalogue(ctx) }, w.Now)
	s = statistic.New(statistic.Deps{DB: d, Forms: w.Forms, Engine: w.Engine, Tree: treeOf, Pack: packOf,
		Days: func() *calendar.Calendar { return w.Calendar }, Now: w.Now})
	w.Service = s
	w.fill()
	return w
}

// Now is the time in the city.
func (w *World) Now() time.Time { return w.Clock }

// Travel moves the time by days.
func (w *World) Travel(days int) { w.Clock = w.Clock.AddDate(0, 0, days) }

func (w *World) fill() {
	for i := range w.Tree.Len() {
		a := w.Tree.At(i)
		w.Exec(`INSERT INTO area (id, code, level, valid_from, valid_to) VALUES ($1, $2, $3, '', $4)`, a.ID, a.Code, string(a.Level), a.ValidTo)
	}
	ctx := w.Program()
	if _, err := w.Forms.Adopt(ctx, "test"); err != nil {
		w.T.Fatal(err)
	}
	for i, code := range []string{Base, Sum} {
		if f := w.Pack.Form(code); f != nil {
			w.Register(code, fmt.Sprint("示例", i+1))
		}
	}
}

// Register puts an invented legal head on a form.
func (w *World) Register(code, number string) form.Form {
	w.T.Helper()
	f, err := w.Forms.Current(w.Program(), code)
	if err == nil {
		f, err = w.Forms.Register(w.Program(), f.ID, Head(number), "test")
	}
	if err != nil {
		w.T.Fatalf("register %s: %+v", code, err)
	}
	return f
}

// Head is a lawful head, clearly invented.
func Head(number string) pack.Head {
	return pack.Head{Number: number, Organ: pack.Text{"zh-CN": "北京市教育委员会（虚构）", "en": "Beijing Municipal Education Commission (invented)"},
		Basis: "approval", Approver: pack.Text{"zh-CN": "示例市统计局（虚构）", "en": "Sample Bureau of Statistics (invented)"},
		Document: "示例统制〔2026〕1号（虚构）", From: "2026-01-01", Until: "2027-12-31"}
}

// Exec runs a statement of the fixture.
func (w *World) Exec(query string, args ...any) {
	w.T.Helper()
	if _, err := w.DB.Write.ExecContext(w.T.Context(), query, args...); err != nil {
		w.T.Fatalf("%s: %v", query, err)
	}
}

// Int reads one number.
func (w *World) Int(query string, args ...any) (n int64) {
	w.T.Helper()
	if err := w.DB.Read.QueryRowContext(w.T.Context(), query, args...).Scan(&n); err != nil {
		w.T.Fatalf("%s: %v", query, err)
	}
	return n
}

// Program is a context in which the program itself acts.
func (w *World) Program() context.Context { return w.T.Context() }

// As returns a context in which a acts.
func (w *World) As(a account.Actor) context.Context {
	return audit.With(account.With(w.T.Context(), a), audit.Who{Actor: a.ID})
}

// Worker fills in for a community, Officer for a street or a district; Boss is
// the officer of the city, who is one of two, Boss2 the other.
func (w *World) Worker(areaID int64) account.Actor {
	return account.Actor{ID: fmt.Sprint("w", areaID), Name: fmt.Sprint("Worker ", areaID), Grants: []account.Grant{{Role: account.RoleCommunity, AreaID: areaID}}}
}

// Officer of a street or district.
func (w *World) Officer(areaID int64) account.Actor {
	role := account.RoleStreet
	if n, _ := w.Tree.ByID(areaID); w.Tree.At(n).Level == area.District {
		role = account.RoleDistrict
	}
	return account.Actor{ID: fmt.Sprint("o", areaID), Name: fmt.Sprint("Officer ", areaID), Grants: []account.Grant{{Role: role, AreaID: areaID}}}
}

// Officers of the city.
var (
	Boss  = account.Actor{ID: "c1", Name: "Boss", Grants: []account.Grant{{Role: account.RoleCity}}}
	Boss2 = account.Actor{ID: "c2", Name: "Boss 2", Grants: []account.Grant{{Role: account.RoleCity}}}
)

// Unit is who fills in for an area.
func (w *World) Unit(areaID int64) account.Actor {
	n, _ := w.Tree.ByID(areaID)
	switch w.Tree.At(n).Level {
	case area.City:
		return Boss
	case area.Community:
		return w.Worker(areaID)
	}
	return w.Officer(areaID)
}

// Above is who reviews an area.
func (w *World) Above(areaID int64) account.Actor {
	n, _ := w.Tree.ByID(areaID)
	if p := w.Tree.Parent(n); p >= 0 {
		return w.Unit(w.Tree.At(p).ID)
	}
	return Boss2
}

// Send sends the base form out for the quarter.
func (w *World) Send() statistic.Collection {
	w.T.Helper()
	f, err := w.Forms.Current(w.Program(), Base)
	if err != nil {
		w.T.Fatal(err)
	}
	c, err := w.Service.Send(w.As(Boss), f.ID, Quarter, nil)
	if err != nil {
		w.T.Fatalf("send: %v", err)
	}
	return c
}

// Return finds the return of an area, of the base form or of the summary.
func (w *World) Return(code string, areaID int64) statistic.Return {
	w.T.Helper()
	list, err := w.Returns(w.Program(), statistic.ReturnQuery{AreaID: areaID, Own: true})
	if err != nil {
		w.T.Fatal(err)
	}
	for _, r := range list {
		if r.Collection.Form.Code == code {
			return r
		}
	}
	w.T.Fatalf("area %d owes no %s", areaID, code)
	return statistic.Return{}
}

// SheetOf returns the sheet as the program sees it.
func (w *World) SheetOf(code string, areaID int64) statistic.Sheet {
	w.T.Helper()
	sh, err := w.Service.Sheet(w.Program(), w.Return(code, areaID).ID, "en")
	if err != nil {
		w.T.Fatal(err)
	}
	return sh
}

// Key is a cell.
func Key(row, field string) rule.Key { return rule.Key{Row: row, Field: field} }

// Fill gives the cells that a community types.
func Fill(indoors, outdoors int64) []statistic.Entry {
	e := func(row, field, text string) statistic.Entry {
		return statistic.Entry{Key: Key(row, field), Text: text}
	}
	return []statistic.Entry{e("indoors", "places", fmt.Sprint(indoors)), e("outdoors", "places", fmt.Sprint(outdoors)),
		e("indoors", "money", fmt.Sprintf("%d.50", indoors)), e("outdoors", "money", "无"), e("total", "open", "是")}
}

// HandIn fills in, checks, signs and submits the return of a community.
func (w *World) HandIn(areaID, indoors, outdoors int64) error {
	r := w.Return(Base, areaID)
	ctx := w.As(w.Unit(areaID))
	if _, err := w.Enter(ctx, r.ID, r.Version, Fill(indoors, outdoors)); err != nil {
		return err
	}
	if err := w.Move(ctx, r.ID, "check", ""); err != nil {
		return err
	}
	return w.SignAndSubmit(r)
}

// SignAndSubmit signs every part and submits.
func (w *World) SignAndSubmit(r statistic.Return) error {
	ctx := w.As(w.Unit(r.AreaID))
	sh, err := w.Service.Sheet(ctx, r.ID, "en")
	if err != nil {
		return err
	}
	for _, part := range sh.Parts {
		if part.By != nil {
			continue
		}
		if err := w.Sign(ctx, r.ID, part.Part); err != nil {
			return fmt.Errorf("sign %s: %w", part.Part, err)
		}
	}
	if r.AreaID == City {
		return w.Move(ctx, r.ID, "settle", "")
	}
	return w.Move(ctx, r.ID, "submit", "")
}

// Accept accepts the return of an area at the desk above.
func (w *World) Accept(code string, areaID int64) error {
	return w.Move(w.As(w.Above(areaID)), w.Return(code, areaID).ID, "accept", "")
}

// HandInSummary signs and submits the summary of an area, and accepts it.
func (w *World) HandInSummary(areaID int64) error {
	if err := w.SignAndSubmit(w.Return(Sum, areaID)); err != nil || areaID == City {
		return err
	}
	return w.Accept(Sum, areaID)
}

// Counted is a source of two measures: met adds up, people does not.
type Counted struct {
	own     map[string]int64 // "CODE where AREA"
	version int64
}

// Set says what an area counted itself; people need a number for every level.
func (c *Counted) Set(code, where string, areaID, n int64) {
	c.own[fmt.Sprint(code, " ", where, " ", areaID)] = n
	c.version++
}

// Decls implements measure.Source.
func (c *Counted) Decls(context.Context) ([]measure.Decl, error) { return countedDecls, nil }

var countedDecls = []measure.Decl{
	{Code: "met", Name: Text("met"), Unit: "attendance", Domain: "test", Level: area.Community, Area: formula.Sum, Time: formula.Sum, Dims: dims(formula.Sum),
		Periods: []period.Kind{period.Quarter}},
	{Code: "people", Name: Text("people"), Unit: "person", Domain: "test", Area: formula.Distinct, Time: formula.None, Dims: dims(formula.Distinct),
		Periods: []period.Kind{period.Quarter}},
}

func dims(add formula.Additivity) []formula.Dim {
	return []formula.Dim{{Name: "where", Values: []string{"indoors", "outdoors"}, Add: add}}
}

// Version implements measure.Source.
func (c *Counted) Version(context.Context, string, period.Period) (string, error) {
	return fmt.Sprint(c.version), nil
}

// Read implements measure.Source.
func (c *Counted) Read(_ context.Context, a measure.Ask) (measure.Block, error) {
	b := measure.Block{Num: make([]int64, a.Tree.Len()), State: make([]formula.State, a.Tree.Len())}
	for n := range a.Tree.Len() {
		at := a.Tree.At(n)
		if a.Code != "met" || at.Level == area.Community {
			b.State[n] = formula.Value
		}
		for k, v := range c.own {
			f := strings.Fields(k)
			if f[0] == a.Code && f[2] == fmt.Sprint(at.ID) && (a.Filter["where"] == "" || a.Filter["where"] == f[1]) {
				b.Num[n] += v
				b.State[n] = formula.Value
			}
		}
	}
	return b, nil
}

// Origin implements measure.Source.
func (c *Counted) Origin(context.Context, measure.Ask, int, int) ([]measure.Part, int, error) {
	return nil, 0, nil
}
