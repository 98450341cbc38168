package register_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/draw"
	"xuedu/internal/draw/register"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

var ctx = audit.With(context.Background(), audit.Who{Actor: "tester"})

func service(d *db.DB) *register.Service {
	return register.New(register.Deps{DB: d, Now: func() time.Time { return time.Date(2025, 3, 4, 1, 2, 3, 999, time.UTC) }})
}

func tickets(n int) []register.Ticket {
	var all []register.Ticket
	for i := range n {
		all = append(all, register.Ticket{Thing: "thing-" + strconv.Itoa(i), Groups: []string{[]string{"practice", "research"}[i%2]}})
	}
	return all
}

func newDraw(n int) register.NewDraw {
	return register.NewDraw{
		Purpose: register.PurposeExperts, Subject: "call-1", Title: pack.Text{"zh-CN": "评审专家抽取", "en": "Experts"}, Seats: 5,
		Groups: []draw.Group{{Code: "practice", Least: 2, Most: 3}}, Entries: tickets(n), Rule: "3月5日收盘指数",
	}
}

// P1.7: what is drawn was fixed before, follows from a value nobody knew, and is never drawn again.
func TestDraw(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		id, err := s.Freeze(ctx, newDraw(11))
		if err != nil {
			t.Fatal(err)
		}
		frozen, err := s.Get(ctx, id)
		if err != nil || frozen.State != register.Frozen || frozen.Manifest.Secret != "" || len(frozen.Manifest.Entries) != 11 {
			t.Fatalf("frozen: %+v, %v", frozen, err)
		}
		if _, _, err := s.Things(ctx, id); errs.KindOf(err) != errs.Conflict {
			t.Errorf("result before the draw: %v", err)
		}
		m, err := s.Draw(ctx, id, " 3 248.71 ")
		if err != nil {
			t.Fatal(err)
		}
		if found := draw.Verify(m); len(found) != 0 {
			t.Errorf("does not verify: %v", found)
		}
		if m.Frozen != frozen.Manifest.Frozen || m.Value != "3 248.71" {
			t.Errorf("drawn %+v", m)
		}
		order, taken, err := s.Things(ctx, id)
		if err != nil || len(order) != 11 || len(taken) != 5 || slices.Contains(order, "") {
			t.Errorf("things %v %v %v", order, taken, err)
		}
		checkNames(t, s, id)
		if _, err := s.Draw(ctx, id, "another"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("second draw: %v", err)
		}
	})
}

// checkNames: each can find their own token and nobody else's thing is in the manifest.
func checkNames(t *testing.T, s *register.Service, id string) {
	t.Helper()
	r, err := s.Get(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, thing := range tickets(11) {
		token, salt, ok := r.Token(thing.Thing)
		if !ok || draw.Token(salt, thing.Thing) != token || r.Manifest.Place(token) == 0 || r.Thing(token) != thing.Thing {
			t.Errorf("%s has token %q", thing.Thing, token)
		}
	}
}

func TestVoid(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		id, err := s.Freeze(ctx, newDraw(8))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Void(ctx, id, " "); errs.KindOf(err) != errs.Invalid {
			t.Errorf("void without a reason: %v", err)
		}
		if err := s.Void(ctx, id, "名单漏列一人"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Draw(ctx, id, "1"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("drawn though void: %v", err)
		}
		if err := s.Void(ctx, id, "again"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("void twice: %v", err)
		}
		list, err := s.List(ctx, "call-1")
		if err != nil || len(list) != 1 || list[0].Reason != "名单漏列一人" || list[0].State != register.Void {
			t.Errorf("list %+v, %v", list, err)
		}
		if all, err := s.All(ctx, register.PurposeTie, 10); err != nil || len(all) != 0 {
			t.Errorf("ties %v, %v", all, err)
		}
	})
}

func TestRefused(t *testing.T) {
	t.Parallel()
	s := service(dbtest.SQLite(t))
	for name, change := range map[string]func(*register.NewDraw){
		"twice":      func(n *register.NewDraw) { n.Entries[1] = n.Entries[0] },
		"no rule":    func(n *register.NewDraw) { n.Rule = " " },
		"no entries": func(n *register.NewDraw) { n.Entries = nil },
		"infeasible": func(n *register.NewDraw) { n.Groups[0].Least, n.Groups[0].Most = 5, 5 },
		"negative":   func(n *register.NewDraw) { n.Entries[0].Weight = -1 },
	} {
		n := newDraw(8)
		change(&n)
		if _, err := s.Freeze(ctx, n); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.Draw(ctx, "none", "1"); errs.KindOf(err) != errs.NotFound {
		t.Errorf("unknown draw: %v", err)
	}
}
