package panel_test

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/accredit/panel"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/draw/register"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/workflow"
)

// A run of the state machine fills a database of its own: a few say enough.
func TestMain(m *testing.M) {
	flag.Parse()
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == "rapid.checks" })
	if !set {
		_ = flag.Set("rapid.checks", "6")      // the flags are there: rapid is imported
		_ = flag.Set("rapid.shrinktime", "5s") // a step takes milliseconds
	}
	os.Exit(m.Run())
}

// city is what is around a panel: a call, applications, experts, conflicts.
type city struct {
	*panel.Service
	d       *db.DB
	call    accredit.Call
	apps    []accredit.Application
	pool    []expert.Expert
	ties    map[[2]string]bool
	sealed  map[string]bool
	guards  map[string]accredit.Guard
	effects map[string]accredit.Effect
}

var (
	office    = acting(account.RoleCity, "office")
	technical = acting(account.RoleTechnical, "technical")
)

func acting(role, id string) context.Context {
	ctx := account.With(context.Background(), account.Actor{ID: id, Grants: []account.Grant{{Role: role}}})
	return audit.With(ctx, audit.Who{Actor: id})
}

func as(e expert.Expert) context.Context { return acting(account.RoleExpert, e.AccountID) }

func newCity(d *db.DB, experts, apps int, rules pack.Panel) *city {
	c := &city{d: d, guards: map[string]accredit.Guard{}, effects: map[string]accredit.Effect{}, ties: map[[2]string]bool{}, sealed: map[string]bool{}}
	c.call = accredit.Call{ID: "call", Code: "2025-JY-1", Title: pack.Text{"zh-CN": "示例批次"}, State: "checking", Digest: "x",
		Rules: accredit.Rules{Programme: pack.AwardProgramme{Panel: rules}, Workflows: map[string]workflow.Definition{
			"call":        {States: []workflow.State{{Code: "checking"}, {Code: "reviewing"}, {Code: "closed", Final: true}}},
			"application": {States: []workflow.State{{Code: "ready"}, {Code: "desk_review"}, {Code: "withdrawn", Final: true}}},
		}}}
	for i := range apps {
		c.apps = append(c.apps, accredit.Application{ID: fmt.Sprintf("app%02d", i), CallID: "call", Code: fmt.Sprintf("JY-%03d", i), State: "ready"})
	}
	for i := range experts {
		id := fmt.Sprintf("expert%02d", i)
		c.pool = append(c.pool, expert.Expert{ID: id, AccountID: "account-" + id, Name: id, Categories: []string{[]string{"practice", "research"}[i%2]}})
	}
	now := func() time.Time { return time.Date(2025, 9, 1, 8, 0, 0, 0, time.UTC) }
	c.Service = panel.New(panel.Deps{DB: d, Calls: c, Experts: c, Draws: register.New(register.Deps{DB: d, Now: now}),
		Pack: func() *pack.Pack { return &pack.Pack{TimeZone: "Asia/Shanghai"} }, Now: now})
	c.OnRecuse(func(_ context.Context, _ *sql.Tx, id string) error { c.sealed[id] = true; return nil })
	c.Register(c)
	return c
}

func (c *city) Call(context.Context, string) (accredit.Call, error) { return c.call, nil }
func (c *city) OfCall(context.Context, string) ([]accredit.Application, error) {
	return slices.Clone(c.apps), nil
}
func (c *city) Subject(_ context.Context, id string) (expert.Subject, error) {
	return expert.Subject{ApplicationID: id}, nil
}
func (c *city) Advance(_ context.Context, _ *sql.Tx, _ string, ids []string, _, _ string) error {
	for i := range c.apps {
		if slices.Contains(ids, c.apps[i].ID) {
			c.apps[i].State = "desk_review"
		}
	}
	return nil
}

func (c *city) Matrix(_ context.Context, _ expert.Rule, experts []string, subjects []expert.Subject) (expert.Matrix, error) {
	m := expert.Matrix{}
	for _, e := range experts {
		m[e] = map[string][]expert.Edge{}
		for _, s := range subjects {
			if c.ties[[2]string{e, s.ApplicationID}] {
				m[e][s.ApplicationID] = []expert.Edge{{Kind: "declared", Reason: "found late"}}
			}
		}
	}
	return m, nil
}
func (c *city) Pool(context.Context) ([]expert.Expert, error) { return slices.Clone(c.pool), nil }
func (c *city) Of(_ context.Context, account string) (expert.Expert, bool, error) {
	for _, e := range c.pool {
		if e.AccountID == account {
			return e, true, nil
		}
	}
	return expert.Expert{}, false, nil
}

func (c *city) OnGuard(name string, g accredit.Guard)   { c.guards[name] = g }
func (c *city) OnEffect(name string, e accredit.Effect) { c.effects[name] = e }

// effect does what a move does, in a transaction.
func (c *city) effect(name, app string) error {
	return c.d.InTx(office, func(tx *sql.Tx) error { return c.effects[name](office, tx, c.call, app) })
}

func (c *city) guard(t testing.TB, name string) string {
	t.Helper()
	why, err := c.guards[name](office, c.call, "")
	must(t, err)
	return why
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%+v", err)
	}
}

var rules = pack.Panel{Seats: 6, Each: 3, Load: 20, Categories: []pack.Category{
	{Code: "practice", Least: 2, Each: 1}, {Code: "research", Least: 2, Each: 1}}}

// seated draws a panel and has everybody accept.
func (c *city) seated(t testing.TB) {
	t.Helper()
	must(t, c.Freeze(office, "call", "the closing index of 2 September 2025"))
	must(t, c.Draw(technical, "call", "3858.13"))
	for _, st := range c.in(t, panel.Asked) {
		must(t, c.Answer(office, panel.Answer{CallID: "call", ExpertID: st.ExpertID, Yes: true}))
	}
}

func (c *city) in(t testing.TB, state string) []panel.Seat {
	t.Helper()
	list, err := c.Seats(office, "call")
	must(t, err)
	return slices.DeleteFunc(list, func(s panel.Seat) bool { return s.State != state })
}

// confirmed assigns what is proposed.
func (c *city) confirmed(t testing.TB) {
	t.Helper()
	seed, err := c.Seed(office, "call")
	must(t, err)
	x, err := c.Assign(office, "call", seed)
	must(t, err)
	if x.Lack != nil {
		t.Fatalf("%+v", x.Lack)
	}
	must(t, c.Confirm(office, "call", seed, x.Digest))
}

func (c *city) begun(t testing.TB) {
	t.Helper()
	c.seated(t)
	c.confirmed(t)
	must(t, c.effect("begin_review", ""))
	c.call.State = "reviewing"
}

func (c *city) expert(id string) expert.Expert {
	for _, e := range c.pool {
		if e.ID == id {
			return e
		}
	}
	return expert.Expert{}
}

// From the pool to the review: what the guards say on the way (P1.7).
func TestFromPoolToReview(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCity(d, 12, 8, rules)
		for _, a := range c.apps { // tied to all: not drawn
			c.ties[[2]string{"expert00", a.ID}] = true
		}
		want := func(guard, key string) {
			t.Helper()
			if why := c.guard(t, guard); why != key {
				t.Fatalf("%s says %q, want %q", guard, why, key)
			}
		}
		want("panel_seated", "panel.not_frozen")
		must(t, c.Freeze(office, "call", "the closing index of tomorrow"))
		want("panel_seated", "panel.not_drawn")
		if got := c.in(t, panel.Excluded); len(got) != 1 || got[0].ExpertID != "expert00" {
			t.Fatalf("excluded: %+v", got)
		}
		if err := c.Draw(office, "call", "1"); errs.KindOf(err) != errs.Forbidden {
			t.Fatalf("the office entered the value: %v", err)
		}
		must(t, c.Draw(technical, "call", "3858.13"))
		want("panel_seated", "panel.unanswered")
		asked := c.in(t, panel.Asked)
		must(t, c.Answer(as(c.expert(asked[0].ExpertID)), panel.Answer{CallID: "call", Reason: "abroad"}))
		if len(c.in(t, panel.Asked)) != 6 || len(c.in(t, panel.Substitute)) != 4 {
			t.Fatal("no substitute was asked")
		}
		for _, st := range c.in(t, panel.Asked) {
			must(t, c.Answer(as(c.expert(st.ExpertID)), panel.Answer{CallID: "call", Yes: true}))
		}
		want("panel_seated", "")
		want("all_assigned", "panel.not_assigned")
		c.confirmed(t)
		want("all_assigned", "")
		if mine, err := c.Mine(as(c.expert(asked[1].ExpertID))); err != nil || len(mine) != 0 {
			t.Fatalf("seen before the review: %v %v", mine, err)
		}
		must(t, c.effect("begin_review", ""))
		c.call.State = "reviewing"
		if mine, err := c.Mine(as(c.expert(asked[1].ExpertID))); err != nil || len(mine) == 0 {
			t.Fatalf("nothing to review: %v %v", mine, err)
		}
	})
}

// What is confirmed is what was shown: a tie found in between is a conflict.
func TestConfirmIsWhatWasShown(t *testing.T) {
	t.Parallel()
	c := newCity(dbtest.SQLite(t), 10, 8, rules)
	c.seated(t)
	seed, err := c.Seed(office, "call")
	must(t, err)
	x, err := c.Assign(office, "call", seed)
	must(t, err)
	p := x.Plan.Pairs[0]
	c.ties[[2]string{x.Seats[p[0]].ExpertID, x.Applications[p[1]].ID}] = true
	if err := c.Confirm(office, "call", seed, x.Digest); errs.KindOf(err) != errs.Conflict {
		t.Fatalf("%v", err)
	}
}

// Everybody but the office and the technical body is refused, and an expert
// sees of a foreign assignment no more than of none.
func TestWhoMay(t *testing.T) {
	t.Parallel()
	c := newCity(dbtest.SQLite(t), 10, 6, rules)
	c.begun(t)
	list, err := c.Assignments(office, "call")
	must(t, err)
	stranger := as(c.expert(list[0].ExpertID))
	for _, call := range []func(context.Context) error{
		func(ctx context.Context) error { _, err := c.Seats(ctx, "call"); return err },
		func(ctx context.Context) error { _, err := c.Assignments(ctx, "call"); return err },
		func(ctx context.Context) error { _, err := c.Service.Pool(ctx, "call"); return err },
		func(ctx context.Context) error { _, err := c.Board(ctx, "call"); return err },
		func(ctx context.Context) error { return c.Recheck(ctx, "call") },
		func(ctx context.Context) error { return c.Dismiss(ctx, list[0].ID, "silent") },
		func(ctx context.Context) error { return c.Swap(ctx, list[0].ID, list[1].ExpertID, "by hand") },
		func(ctx context.Context) error { return c.Void(ctx, "call", "by hand") },
	} {
		if err := call(stranger); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("%v", err)
		}
	}
	other := slices.IndexFunc(list, func(a panel.Assignment) bool { return a.ExpertID != list[0].ExpertID })
	_, foreign := c.Assignment(stranger, list[other].ID)
	_, none := c.Assignment(stranger, "none")
	if errs.KindOf(foreign) != errs.NotFound || fmt.Sprint(foreign) != fmt.Sprint(none) {
		t.Errorf("%v is not %v", foreign, none)
	}
	if err := c.Recuse(stranger, list[other].ID, "declared", "a friend"); errs.KindOf(err) != errs.NotFound {
		t.Errorf("%v", err)
	}
}

// A conflict that turns up cuts the access before anybody acts on it, and once
// they do another expert has the application, nothing else moves.
func TestLateConflict(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCity(d, 10, 8, rules)
		c.begun(t)
		list, err := c.Assignments(office, "call")
		must(t, err)
		a := list[0]
		me := as(c.expert(a.ExpertID))
		c.ties[[2]string{a.ExpertID, a.ApplicationID}] = true
		if _, err := c.Assignment(me, a.ID); errs.KindOf(err) != errs.NotFound {
			t.Fatalf("seen in spite of a conflict: %v", err)
		}
		must(t, c.Recheck(office, "call"))
		after, err := c.Assignments(office, "call")
		must(t, err)
		if len(after) != len(list)+1 || !c.sealed[a.ID] {
			t.Fatalf("%d assignments became %d, sealed %v", len(list), len(after), c.sealed)
		}
		for _, x := range after {
			if x.ID == a.ID && (x.State != panel.Recused || x.Kind != "declared") {
				t.Errorf("%+v", x)
			}
		}
	})
}

// Whatever happens in whatever order: nobody judges against a conflict, every
// application has its experts or nobody is left, who is out sees nothing.
func TestInvariants(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		postgres := d.SQLitePath() == ""
		rapid.Check(t, func(rt *rapid.T) {
			if postgres {
				d = dbtest.Postgres(t)
			} else {
				d = dbtest.SQLite(t)
			}
			r := rules
			if rapid.Bool().Draw(rt, "grouped") {
				r.Mode, r.Groups, r.Anchors, r.Seats = "grouped", 2, 20, 10
			}
			c := newCity(d, 14, 8, r)
			c.begun(t)
			c.check(rt)
			for range rapid.IntRange(4, 16).Draw(rt, "steps") {
				if err := c.step(rt); err != nil && errs.KindOf(err) != errs.Conflict && errs.KindOf(err) != errs.NotFound {
					rt.Fatalf("%+v", err)
				}
				c.check(rt)
			}
			must(t, d.Close())
		})
	})
}

func (c *city) step(t *rapid.T) error {
	list, err := c.Assignments(office, "call")
	if err != nil {
		return err
	}
	a := rapid.SampledFrom(list).Draw(t, "assignment")
	e := c.expert(a.ExpertID)
	switch rapid.SampledFrom([]string{"tie", "recuse", "dismiss", "submit", "withdraw", "leave", "accept", "swap"}).Draw(t, "act") {
	case "tie":
		c.ties[[2]string{a.ExpertID, a.ApplicationID}] = true
		return c.Recheck(office, "call")
	case "recuse":
		return c.Recuse(as(e), a.ID, "declared", "a friend")
	case "dismiss":
		return c.Dismiss(office, a.ID, "silent for a week")
	case "submit":
		if _, err := c.Assignment(as(e), a.ID); err != nil {
			return err
		}
		return c.d.InTx(as(e), func(tx *sql.Tx) error { return c.Submit(as(e), tx, a.ID) })
	case "withdraw":
		i := slices.IndexFunc(c.apps, func(x accredit.Application) bool { return x.ID == a.ApplicationID })
		if c.apps[i].State == "withdrawn" {
			return nil
		}
		err := c.effect("release", a.ApplicationID)
		c.apps[i].State = "withdrawn"
		return err
	case "leave":
		return c.Answer(as(e), panel.Answer{CallID: "call", Reason: "ill"})
	case "accept":
		return c.Answer(as(e), panel.Answer{CallID: "call", Yes: true})
	}
	other := rapid.SampledFrom(c.pool).Draw(t, "other")
	return c.Swap(office, a.ID, other.ID, "by hand")
}

// check compares the panel with what must hold.
func (c *city) check(t *rapid.T) {
	b, err := c.Board(office, "call")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range b.Given {
		if a.Live() && c.ties[[2]string{a.ExpertID, a.ApplicationID}] {
			t.Fatalf("a conflict: %+v", a)
		}
		if ended := a.State == panel.Recused || a.State == panel.Replaced || a.State == panel.Released; ended && !c.sealed[a.ID] {
			t.Fatalf("ended and not sealed: %+v", a)
		}
	}
	for _, e := range c.pool {
		mine, err := c.Mine(as(e))
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range mine {
			if a.ExpertID != e.ID || a.State != panel.Open && a.State != panel.Submitted || c.ties[[2]string{e.ID, a.ApplicationID}] {
				t.Fatalf("%s sees %+v", e.ID, a)
			}
		}
	}
	for _, x := range b.Short() {
		c.checkShort(t, b, x)
	}
}

// checkShort proves a gap: nobody is left who could be asked.
func (c *city) checkShort(t *rapid.T, b panel.Board, x panel.Short) {
	had := map[string]bool{}
	for _, a := range b.Given {
		had[a.ExpertID] = had[a.ExpertID] || a.ApplicationID == x.Application.ID
	}
	list, err := c.Seats(office, "call")
	if err != nil {
		t.Fatal(err)
	}
	free := 0
	for _, st := range list {
		out := st.State == panel.Declined || st.State == panel.Left || st.State == panel.Excluded
		if !out && !had[st.ExpertID] && !c.ties[[2]string{st.ExpertID, x.Application.ID}] {
			free++
		}
	}
	if free > 0 && b.Call.Rules.Programme.Panel.Mode == "" && free >= x.Need {
		t.Fatalf("%s has %d of %d, and %d are free", x.Application.Code, x.Have, x.Need, free)
	}
}
