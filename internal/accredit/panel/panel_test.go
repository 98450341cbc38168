package panel_test

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/panel"
	"xuedu/internal/accredit/panel/paneltest"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
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

type city struct{ *paneltest.City }

func newCity(d *db.DB, experts, apps int, r pack.Panel) *city {
	return &city{paneltest.New(d, experts, apps, r)}
}

// effect does what a move does, in a transaction.
func (c *city) effect(name, app string) error {
	return c.DB.InTx(paneltest.Office, func(tx *sql.Tx) error { return c.Effects[name](paneltest.Office, tx, c.Round, app) })
}

func (c *city) guard(t testing.TB, name string) string {
	t.Helper()
	why, err := c.Guards[name](paneltest.Office, c.Round, "")
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
	must(t, c.Freeze(paneltest.Office, "call", "the closing index of 2 September 2025"))
	must(t, c.Draw(paneltest.Technical, "call", "3858.13"))
	for _, st := range c.in(t, panel.Asked) {
		must(t, c.Answer(paneltest.Office, panel.Answer{CallID: "call", ExpertID: st.ExpertID, Yes: true}))
	}
}

func (c *city) in(t testing.TB, state string) []panel.Seat {
	t.Helper()
	list, err := c.Seats(paneltest.Office, "call")
	must(t, err)
	return slices.DeleteFunc(list, func(s panel.Seat) bool { return s.State != state })
}

// confirmed assigns what is proposed.
func (c *city) confirmed(t testing.TB) {
	t.Helper()
	seed, err := c.Seed(paneltest.Office, "call")
	must(t, err)
	x, err := c.Assign(paneltest.Office, "call", seed)
	must(t, err)
	if x.Lack != nil {
		t.Fatalf("%+v", x.Lack)
	}
	must(t, c.Confirm(paneltest.Office, "call", seed, x.Digest))
}

func (c *city) begun(t testing.TB) {
	t.Helper()
	c.seated(t)
	c.confirmed(t)
	must(t, c.effect("begin_review", ""))
	c.Round.State = "reviewing"
}

// From the pool to the review: what the guards say on the way (P1.7).
func TestFromPoolToReview(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCity(d, 12, 8, rules)
		for _, a := range c.Apps { // tied to all: not drawn
			c.Ties[[2]string{"expert00", a.ID}] = true
		}
		want := func(guard, key string) {
			t.Helper()
			if why := c.guard(t, guard); why != key {
				t.Fatalf("%s says %q, want %q", guard, why, key)
			}
		}
		want("panel_seated", "panel.not_frozen")
		must(t, c.Freeze(paneltest.Office, "call", "the closing index of tomorrow"))
		want("panel_seated", "panel.not_drawn")
		if got := c.in(t, panel.Excluded); len(got) != 1 || got[0].ExpertID != "expert00" {
			t.Fatalf("excluded: %+v", got)
		}
		if err := c.Draw(paneltest.Office, "call", "1"); errs.KindOf(err) != errs.Forbidden {
			t.Fatalf("the office entered the value: %v", err)
		}
		must(t, c.Draw(paneltest.Technical, "call", "3858.13"))
		want("panel_seated", "panel.unanswered")
		asked := c.in(t, panel.Asked)
		must(t, c.Answer(paneltest.As(c.Expert(asked[0].ExpertID)), panel.Answer{CallID: "call", Reason: "abroad"}))
		if len(c.in(t, panel.Asked)) != 6 || len(c.in(t, panel.Substitute)) != 4 {
			t.Fatal("no substitute was asked")
		}
		for _, st := range c.in(t, panel.Asked) {
			must(t, c.Answer(paneltest.As(c.Expert(st.ExpertID)), panel.Answer{CallID: "call", Yes: true}))
		}
		want("panel_seated", "")
		want("all_assigned", "panel.not_assigned")
		c.confirmed(t)
		want("all_assigned", "")
		if mine, err := c.Mine(paneltest.As(c.Expert(asked[1].ExpertID))); err != nil || len(mine) != 0 {
			t.Fatalf("seen before the review: %v %v", mine, err)
		}
		must(t, c.effect("begin_review", ""))
		c.Round.State = "reviewing"
		if mine, err := c.Mine(paneltest.As(c.Expert(asked[1].ExpertID))); err != nil || len(mine) == 0 {
			t.Fatalf("nothing to review: %v %v", mine, err)
		}
	})
}

// What is confirmed is what was shown: a tie found in between is a conflict.
func TestConfirmIsWhatWasShown(t *testing.T) {
	t.Parallel()
	c := newCity(dbtest.SQLite(t), 10, 8, rules)
	c.seated(t)
	seed, err := c.Seed(paneltest.Office, "call")
	must(t, err)
	x, err := c.Assign(paneltest.Office, "call", seed)
	must(t, err)
	p := x.Plan.Pairs[0]
	c.Ties[[2]string{x.Seats[p[0]].ExpertID, x.Applications[p[1]].ID}] = true
	if err := c.Confirm(paneltest.Office, "call", seed, x.Digest); errs.KindOf(err) != errs.Conflict {
		t.Fatalf("%v", err)
	}
}

// Everybody but the office and the technical body is refused, and an expert
// sees of a foreign assignment no more than of none.
func TestWhoMay(t *testing.T) {
	t.Parallel()
	c := newCity(dbtest.SQLite(t), 10, 6, rules)
	c.begun(t)
	list, err := c.Assignments(paneltest.Office, "call")
	must(t, err)
	stranger := paneltest.As(c.Expert(list[0].ExpertID))
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
		list, err := c.Assignments(paneltest.Office, "call")
		must(t, err)
		a := list[0]
		me := paneltest.As(c.Expert(a.ExpertID))
		c.Ties[[2]string{a.ExpertID, a.ApplicationID}] = true
		if _, err := c.Assignment(me, a.ID); errs.KindOf(err) != errs.NotFound {
			t.Fatalf("seen in spite of a conflict: %v", err)
		}
		must(t, c.Recheck(paneltest.Office, "call"))
		after, err := c.Assignments(paneltest.Office, "call")
		must(t, err)
		if len(after) != len(list)+1 || !c.Sealed[a.ID] {
			t.Fatalf("%d assignments became %d, sealed %v", len(list), len(after), c.Sealed)
		}
		for _, x := range after {
			if x.ID == a.ID && (x.State != panel.Recused || x.Kind != "declared") {
				t.Errorf("%+v", x)
			}
		}
	})
}

// What nobody told the program is found at night; a second look finds nothing.
func TestNightly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCity(d, 10, 8, rules)
		c.begun(t)
		program := audit.With(t.Context(), audit.Who{Actor: "system"})
		if n, err := c.Nightly(program); n != 0 || err != nil {
			t.Fatalf("%d calls with conflicts, %v", n, err)
		}
		list, err := c.Assignments(paneltest.Office, "call")
		must(t, err)
		c.Ties[[2]string{list[0].ExpertID, list[0].ApplicationID}] = true
		for _, want := range []int{1, 0} {
			if n, err := c.Nightly(program); n != want || err != nil {
				t.Fatalf("%d calls with conflicts, %v, want %d", n, err, want)
			}
		}
		if !c.Sealed[list[0].ID] {
			t.Error("marks are not sealed")
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
	list, err := c.Assignments(paneltest.Office, "call")
	if err != nil {
		return err
	}
	a := rapid.SampledFrom(list).Draw(t, "assignment")
	e := c.Expert(a.ExpertID)
	switch rapid.SampledFrom([]string{"tie", "recuse", "dismiss", "submit", "withdraw", "leave", "accept", "swap"}).Draw(t, "act") {
	case "tie":
		c.Ties[[2]string{a.ExpertID, a.ApplicationID}] = true
		return c.Recheck(paneltest.Office, "call")
	case "recuse":
		return c.Recuse(paneltest.As(e), a.ID, "declared", "a friend")
	case "dismiss":
		return c.Dismiss(paneltest.Office, a.ID, "silent for a week")
	case "submit":
		if _, err := c.Assignment(paneltest.As(e), a.ID); err != nil {
			return err
		}
		return c.DB.InTx(paneltest.As(e), func(tx *sql.Tx) error { return c.Submit(paneltest.As(e), tx, a.ID) })
	case "withdraw":
		i := slices.IndexFunc(c.Apps, func(x accredit.Application) bool { return x.ID == a.ApplicationID })
		if c.Apps[i].State == "withdrawn" {
			return nil
		}
		err := c.effect("release", a.ApplicationID)
		c.Apps[i].State = "withdrawn"
		return err
	case "leave":
		return c.Answer(paneltest.As(e), panel.Answer{CallID: "call", Reason: "ill"})
	case "accept":
		return c.Answer(paneltest.As(e), panel.Answer{CallID: "call", Yes: true})
	}
	other := rapid.SampledFrom(c.People).Draw(t, "other")
	return c.Swap(paneltest.Office, a.ID, other.ID, "by hand")
}

// check compares the panel with what must hold.
func (c *city) check(t *rapid.T) {
	b, err := c.Board(paneltest.Office, "call")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range b.Given {
		if a.Live() && c.Ties[[2]string{a.ExpertID, a.ApplicationID}] {
			t.Fatalf("a conflict: %+v", a)
		}
		if ended := a.State == panel.Recused || a.State == panel.Replaced || a.State == panel.Released; ended && !c.Sealed[a.ID] {
			t.Fatalf("ended and not sealed: %+v", a)
		}
	}
	for _, e := range c.People {
		mine, err := c.Mine(paneltest.As(e))
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range mine {
			if a.ExpertID != e.ID || a.State != panel.Open && a.State != panel.Submitted || c.Ties[[2]string{e.ID, a.ApplicationID}] {
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
	list, err := c.Seats(paneltest.Office, "call")
	if err != nil {
		t.Fatal(err)
	}
	free := 0
	for _, st := range list {
		out := st.State == panel.Declined || st.State == panel.Left || st.State == panel.Excluded
		if !out && !had[st.ExpertID] && !c.Ties[[2]string{st.ExpertID, x.Application.ID}] {
			free++
		}
	}
	if free > 0 && b.Call.Rules.Programme.Panel.Mode == "" && free >= x.Need {
		t.Fatalf("%s has %d of %d, and %d are free", x.Application.Code, x.Have, x.Need, free)
	}
}

// Who has none of the categories that a programme asks for is not drawn (P1.7).
func TestForeign(t *testing.T) {
	t.Parallel()
	r := rules
	r.Categories = []pack.Category{{Code: "practice", Least: 1}}
	c := newCity(dbtest.SQLite(t), 12, 4, r)
	p, err := c.Service.Pool(paneltest.Office, "call")
	must(t, err)
	for _, x := range p.Candidates {
		if practice := slices.Contains(x.Categories, "practice"); x.Foreign == practice || x.Out == practice {
			t.Errorf("%s of %v: %+v", x.ID, x.Categories, x)
		}
	}
}

// Two experts of one employer do not judge one application together where the
// pack says so (P1.7).
func TestApart(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := rules
		r.Seats, r.Each, r.Apart = 8, 3, []string{"employer"}
		c := newCity(d, 12, 6, r)
		employer := map[string]string{}
		for i := range c.People {
			c.People[i].OrgName = []string{"一大学", "二大学", "三大学", "四大学"}[i/3]
			employer[c.People[i].ID] = c.People[i].OrgName
		}
		c.begun(t)
		list, err := c.Assignments(paneltest.Office, "call")
		must(t, err)
		seen := map[[2]string]bool{}
		for _, a := range list {
			key := [2]string{a.ApplicationID, employer[a.ExpertID]}
			if seen[key] {
				t.Errorf("two of %s judge %s", key[1], a.ApplicationCode)
			}
			seen[key] = true
		}
		if len(list) != 18 {
			t.Errorf("%d assignments, want 18", len(list))
		}
	})
}
