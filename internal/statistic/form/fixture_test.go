package form_test

import (
	"context"
	"testing"
	"time"

	"xuedu/internal/activity"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/formula"
	"xuedu/internal/i18n"
	"xuedu/internal/ledger"
	"xuedu/internal/measure"
	"xuedu/internal/org"
	"xuedu/internal/pack"
	"xuedu/internal/statistic/form"
	"xuedu/internal/statistic/rule"
	"xuedu/packs"
)

// today is the day of every test.
var today = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

const day = "2026-11-23"

// city is a register with the forms of a pack, and clocks that a test sets.
type city struct {
	*form.Service
	db   *db.DB
	pack *pack.Pack
	now  time.Time
}

func load(t testing.TB, name string) *pack.Pack {
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

// catalogue are the measures of the program as they are.
func catalogue(t testing.TB, d *db.DB, p *pack.Pack) *measure.Catalogue {
	t.Helper()
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	give := func() *pack.Pack { return p }
	e := measure.New(func() *area.Tree { return nil }, nil,
		ledger.NewMeasures(func() *ledger.Figures { return nil }, give, b.T), activity.NewMeasures(d, give, b.T),
		org.NewMeasures(org.New(d, func() *area.Tree { return area.NewTree(nil) }, give, func() time.Time { return today }), nil, b.T))
	c, err := e.Catalogue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newCity(t testing.TB, d *db.DB) *city {
	t.Helper()
	c := &city{db: d, pack: load(t, "beijing-2021"), now: today}
	cat := catalogue(t, d, c.pack)
	c.Service = form.New(d, func() *pack.Pack { return c.pack },
		func(context.Context) (formula.Symbols, error) { return cat, nil }, func() time.Time { return c.now })
	c.Connect(form.Outside{Rules: func(f pack.Form) []form.BadRule {
		var out []form.BadRule
		for _, b := range rule.CheckForm(f) {
			out = append(out, form.BadRule{Rule: b.Rule, Problem: b.Problem})
		}
		return out
	}, Offered: func(context.Context) ([]form.Offer, error) {
		var out []form.Offer
		for _, d := range cat.List() {
			out = append(out, form.Offer{Code: d.Code, Name: d.Name, Unit: d.Unit})
		}
		return out, nil
	}})
	if _, err := c.Adopt(ctx(t), "beijing-2021 1.0"); err != nil {
		t.Fatal(err)
	}
	return c
}

func ctx(t testing.TB) context.Context {
	return audit.With(t.Context(), audit.Who{Actor: "city-officer"})
}

// head is a lawful head, clearly invented.
func head(number string) pack.Head {
	return pack.Head{
		Number:   number,
		Organ:    pack.Text{"zh-CN": "北京市教育委员会（虚构）", "en": "Beijing Municipal Education Commission (invented)"},
		Basis:    "approval",
		Approver: pack.Text{"zh-CN": "示例市统计局（虚构）", "en": "Sample Bureau of Statistics (invented)"},
		Document: "示例统制〔2026〕1号（虚构）",
		From:     "2026-01-01", Until: "2027-12-31",
	}
}

func current(t testing.TB, c *city, code string) form.Form {
	t.Helper()
	f, err := c.Current(ctx(t), code)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func register(t testing.TB, c *city, code string) form.Form {
	t.Helper()
	f, err := c.Register(ctx(t), current(t, c, code).ID, head("示例"+code), "示例")
	if err != nil {
		t.Fatal(code, err)
	}
	return f
}
