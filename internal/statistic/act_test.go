package statistic_test

import (
	"errors"
	"testing"
	"time"

	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/rule"
	. "xuedu/internal/statistic/statistictest"
)

// All or nothing, each cell with its own message; the same again changes
// nothing; an old version is refused.
func TestEnter(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := New(t, d)
		w.Send()
		r := w.Return(Base, North)
		ctx := w.As(w.Worker(North))
		e := func(row, field, text string) statistic.Entry {
			return statistic.Entry{Key: Key(row, field), Text: text}
		}
		_, err := w.Enter(ctx, r.ID, r.Version, []statistic.Entry{e("indoors", "places", "30"), e("outdoors", "places", "3.5"),
			e("indoors", "met", "9"), e("total", "places", "9"), e("nowhere", "places", "1"), e("indoors", "open", "是")})
		bad, ok := errors.AsType[statistic.EntryErrors](err)
		if !ok || len(bad) != 5 || bad[Key("indoors", "places")] != nil {
			t.Fatalf("bad cells: %v", bad)
		}
		if x := w.SheetOf(Base, North).Cells[Key("indoors", "places")]; x.State != formula.NotReported {
			t.Error("a good cell was written beside bad ones")
		}
		sh, err := w.Enter(ctx, r.ID, r.Version, []statistic.Entry{e("indoors", "places", "30"), e("outdoors", "places", "无")})
		must(t, err)
		if x := sh.Cells[Key("total", "places")]; x.Num != 30 || x.Origin != statistic.OriginSummed || sh.State != "entering" {
			t.Errorf("total %+v in %s", x, sh.State)
		}
		again, err := w.Enter(ctx, r.ID, sh.Version, []statistic.Entry{e("indoors", "places", "30")})
		must(t, err)
		if again.Version != sh.Version {
			t.Error("the same again is a change")
		}
		_, err = w.Enter(ctx, r.ID, r.Version, []statistic.Entry{e("indoors", "places", "31")})
		wantKind(t, err, errs.Conflict, "an old version")
		_, err = w.Enter(ctx, r.ID, r.Version, []statistic.Entry{e("indoors", "money", "31")})
		must(t, err) // another cell: no conflict
		h, err := w.History(ctx, r.ID, Key("indoors", "places"))
		must(t, err)
		if len(h) != 1 || h[0].Before != "not_reported" || h[0].After != "value 30" {
			t.Errorf("history %+v", h)
		}
		err = w.EnterAll(ctx, []statistic.Batch{{ID: r.ID, Entries: []statistic.Entry{e("indoors", "places", "x")}}})
		if b, ok := errors.AsType[statistic.BatchErrors](err); !ok || len(b[r.ID]) != 1 {
			t.Errorf("batch: %v", err)
		}
	})
}

// A return comes back by cell: only these open, and it has to be signed anew.
func TestSendBackByCell(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := New(t, d)
		w.Send()
		must(t, w.HandIn(North, 10, 5))
		r := w.Return(Base, North)
		unit, above := w.As(w.Worker(North)), w.As(w.Officer(Street))
		must(t, w.SendBack(above, r.ID, map[rule.Key]string{Key("indoors", "places"): "ten is too few"}))
		sh := w.SheetOf(Base, North)
		open := 0
		for _, c := range sh.Cells {
			if !c.Locked {
				open++
			}
		}
		if sh.State != "returned" || sh.Open != 1 || open != 1 || sh.Cells[Key("indoors", "places")].Locked || sh.Due != "2026-10-15" {
			t.Errorf("%s, %d open, %d unlocked, due %s", sh.State, sh.Open, open, sh.Due)
		}
		wantKind(t, w.Move(unit, r.ID, "recheck", ""), errs.Conflict, "nothing was mended")
		_, err := w.Enter(unit, r.ID, sh.Version, []statistic.Entry{{Key: Key("indoors", "places"), Text: "21"}})
		must(t, err)
		_, err = w.Enter(unit, r.ID, w.SheetOf(Base, North).Version, []statistic.Entry{{Key: Key("indoors", "places"), Text: "12"}})
		must(t, err) // a slip in the correction
		must(t, w.Move(unit, r.ID, "recheck", ""))
		wantKind(t, w.Move(unit, r.ID, "submit", ""), errs.Conflict, "not signed anew")
		must(t, w.SignAndSubmit(r))
		wantKind(t, w.Move(unit, r.ID, "accept", ""), errs.Forbidden, "accepted by the unit itself")
		must(t, w.Accept(Base, North))
	})
}

// Only the unit itself takes back what lies on the desk above; while it is the
// unit's turn, the level above may act for it.
func TestTakeBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := New(t, d)
		w.Send()
		must(t, w.HandIn(North, 10, 5))
		r := w.Return(Base, North)
		for _, who := range []int64{Street, District} {
			ctx := w.As(w.Officer(who))
			sh, err := w.Service.Sheet(ctx, r.ID, "en")
			must(t, err)
			for _, m := range sh.Moves {
				if m.Code == "withdraw" {
					t.Errorf("%d is offered to take back", who)
				}
			}
			wantKind(t, w.Move(ctx, r.ID, "withdraw", "mine"), errs.Forbidden, "taken back by who reviews")
		}
		must(t, w.Move(w.As(w.Worker(North)), r.ID, "withdraw", "forgot something"))
		must(t, w.Move(w.As(w.Officer(Street)), r.ID, "submit", ""))
	})
}

// Hard findings are mended, soft ones explained; four eyes see every return.
func TestCheckAndSign(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := New(t, d, func(p *pack.Pack) {
			for i := range p.Workflows {
				if p.Workflows[i].Code == "return" {
					p.Workflows[i].Together = [][]string{{"preparer", "reviewer"}}
				}
			}
		})
		w.Send()
		r := w.Return(Base, North)
		worker := w.As(w.Worker(North))
		_, err := w.Enter(worker, r.ID, r.Version, Fill(2000, 1))
		must(t, err)
		wantKind(t, w.Move(worker, r.ID, "check", ""), errs.Conflict, "a hard finding")
		_, err = w.Enter(worker, r.ID, 1<<40, []statistic.Entry{{Key: Key("indoors", "places"), Text: "20"}, {Key: Key("indoors", "money"), Text: "60,000"}})
		must(t, err)
		wantKind(t, w.Move(worker, r.ID, "check", ""), errs.Conflict, "a soft finding")
		for _, f := range w.SheetOf(Base, North).Findings {
			must(t, w.Say(worker, r.ID, statistic.Note{Kind: statistic.NoteExplanation, Rule: f.Rule, Key: f.Key, Text: "new hall"}))
		}
		wantKind(t, w.Sign(worker, r.ID, "preparer"), errs.Conflict, "before the check")
		must(t, w.Move(worker, r.ID, "check", ""))
		wantKind(t, w.Sign(worker, r.ID, "reviewer"), errs.Conflict, "the reviewer first")
		must(t, w.Sign(worker, r.ID, "preparer"))
		must(t, w.Sign(worker, r.ID, "reviewer"))
		wantKind(t, w.Sign(worker, r.ID, "head"), errs.Conflict, "one person in all parts")
		must(t, w.Sign(w.As(w.Officer(Street)), r.ID, "head"))
		must(t, w.Move(worker, r.ID, "submit", ""))
		wantKind(t, w.Accept(Base, North), errs.Conflict, "accepted by who signed")
		must(t, w.Move(w.As(w.Officer(District)), r.ID, "accept", ""))
	})
}

// Late returns are taken and marked; reminders and escalation follow the
// working days, each once (P2.3).
func TestChase(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := New(t, d)
		w.Send() // Monday 12 October, due Monday 19
		for day, want := range []int{0, 0, 0, 5, 0, 0, 0, 0, 5, 0} {
			n, err := w.Tick(w.Program())
			must(t, err)
			if n != want {
				t.Errorf("day %d: %d desks told, want %d", day, n, want)
			}
			again, err := w.Tick(w.Program())
			if again != 0 || err != nil {
				t.Errorf("day %d: %d told twice, %v", day, again, err)
			}
			w.Travel(1)
		}
		list, err := w.Debts(w.As(w.Officer(Street)), "", 0)
		must(t, err)
		if len(list) != 2 || list[0].Holder != North || list[0].Late != 1 || list[0].Due != "2026-10-19" {
			t.Errorf("debts %+v", list)
		}
		n, err := w.Remind(w.As(w.Officer(Street)), "", 0)
		must(t, err)
		if again, _ := w.Remind(w.As(w.Officer(Street)), "", 0); n != 2 || again != 0 {
			t.Errorf("reminded %d, then %d", n, again)
		}
		no, err := w.Notice(w.As(w.Worker(North)))
		must(t, err)
		if no.Open != 1 || no.Late != 1 || no.Reminded.IsZero() {
			t.Errorf("notice %+v", no)
		}
		if up, err := w.Notice(w.As(w.Officer(Street))); err != nil || up.Escalated != 2 {
			t.Errorf("the street is told of %d, %v", up.Escalated, err)
		}
		must(t, w.HandIn(North, 1, 1))
		must(t, w.Accept(Base, North))
		if r := w.Return(Base, North); !r.Late || r.Overdue || r.State != "accepted" {
			t.Errorf("late %v, overdue %v, %s", r.Late, r.Overdue, r.State)
		}
	})
}

// A lock is opened for a reason and until a day; what the registers say stays
// beside what is reported.
func TestUnlock(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := New(t, d)
		w.Counted.Set("met", "indoors", North, 30)
		w.Send()
		r := w.Return(Base, North)
		k := Key("indoors", "met")
		c := statistic.Correction{Keys: []rule.Key{k}, Reason: "roster lost", AskedBy: "the community", Until: w.Clock.AddDate(0, 0, 1).Format(time.DateOnly)}
		wantKind(t, w.Unlock(w.As(w.Worker(North)), r.ID, c), errs.Forbidden, "the unit itself")
		must(t, w.Unlock(w.As(w.Officer(Street)), r.ID, c))
		sh, err := w.Enter(w.As(w.Worker(North)), r.ID, r.Version, []statistic.Entry{{Key: k, Text: "33"}})
		must(t, err)
		if x := sh.Cells[k]; x.Num != 33 || x.Derived == nil || *x.Derived != 30 || x.Origin != statistic.OriginTyped {
			t.Errorf("cell %+v", x)
		}
		w.Travel(2)
		_, err = w.Enter(w.As(w.Worker(North)), r.ID, sh.Version, []statistic.Entry{{Key: k, Text: "34"}})
		if _, ok := errors.AsType[statistic.EntryErrors](err); !ok {
			t.Errorf("after the end: %v", err)
		}
	})
}

// H01 to H04: minutes from the template, cells computed and revised.
func TestBurden(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := New(t, d)
		w.Send()
		for code, want := range map[string]int64{"forms.returns": 5, "forms.cells": 5 * 13, "forms.cells_computed": 5 * 8, "forms.minutes": 5 * 5 * 150, "forms.flags": 0} {
			col, err := w.Engine.Column(t.Context(), formula.Ref{Code: code}, Quarter)
			must(t, err)
			if col.Num[0] != want {
				t.Errorf("%s = %d, want %d", code, col.Num[0], want)
			}
		}
	})
}
