package visit_test

import (
	"errors"
	"slices"
	"testing"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/visit"
	"xuedu/internal/accredit/visit/visittest"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/draw"
	"xuedu/internal/draw/register"
	"xuedu/internal/errs"
)

// P1.7: from the plan to two signatures.
func TestVisit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := visittest.New(d)
		v := w.Announced(t)
		got, err := w.S.Get(visittest.Officer(), v.ID)
		if err != nil {
			t.Fatal(err)
		}
		named := slices.DeleteFunc(slices.Clone(got.Sites), func(s visit.Site) bool { return s.Origin == visit.ByDraw })
		if len(got.Sites) != 5 || len(named) != 2 { // odd: one more is drawn
			t.Errorf("sites %+v", got.Sites)
		}
		r, err := w.Draws.Get(visittest.Officer(), got.DrawID)
		if err != nil || len(draw.Verify(r.Manifest)) != 0 || len(r.Manifest.Entries) != 7 {
			t.Errorf("draw %+v, %v", r.Manifest, err)
		}
		w.Finish(t, v.ID)
		if _, err := w.S.Sign(visittest.Member(1), v.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("signed before the day: %v", err)
		}
		w.Now = w.Now.AddDate(0, 0, 7)
		if _, err := w.S.Sign(visittest.Member(1), v.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.S.Sign(visittest.Member(1), v.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("one person signed twice: %v", err)
		}
		if done, err := w.S.Sign(visittest.Member(2), v.ID); err != nil || done.State != visit.Done {
			t.Fatalf("second signature: %+v, %v", done, err)
		}
		checkDone(t, w, v.ID)
	})
}

func checkDone(t *testing.T, w *visittest.World, id string) {
	t.Helper()
	d, err := w.S.Get(visittest.Member(1), id)
	if err != nil || !d.Intact() || d.Leaves[0].Gap != 1 || d.Leaves[1].Gap != 0 {
		t.Errorf("done: %+v, %v", d, err)
	}
	if a := d.Agreement(); a.Percent() != "50.0" || a.Called != 3 || a.Reached != 2 {
		t.Errorf("agreement %+v", a)
	}
	if _, err := w.S.Find(visittest.Member(1), id, "1.1", "A", "", 1); errs.KindOf(err) != errs.Conflict {
		t.Errorf("changed though done: %v", err)
	}
	if err := w.S.Cancel(visittest.Officer(), id, "重来"); errs.KindOf(err) != errs.Conflict {
		t.Errorf("cancelled though done: %v", err)
	}
	found, err := w.S.Found(visittest.Officer(), "call1")
	if err != nil || found["app1"]["1.1"] != "B" || len(found["app1"]) != 2 {
		t.Errorf("found %v, %v", found, err)
	}
	if !slices.Equal(w.VisitedBy, []string{"e1 2025-07-01", "e2 2025-07-01"}) { // tied for the next call
		t.Errorf("ties %v", w.VisitedBy)
	}
}

// The notice is five working days: what is asked for later is refused.
func TestNotice(t *testing.T) {
	t.Parallel()
	w := visittest.New(dbtest.SQLite(t))
	n := visittest.Plan()
	n.Day = "2025-03-07" // the fourth working day after Monday 3 March
	_, err := w.S.Plan(visittest.Officer(), n)
	if e, ok := errors.AsType[*errs.Error](err); !ok || e.Key != "visit.too_soon" || e.Field != "day" {
		t.Errorf("too soon: %v", err)
	}
	v, err := w.S.Plan(visittest.Officer(), visittest.Plan())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.S.Announce(visittest.Officer(), v.ID, ""); errs.KindOf(err) != errs.Conflict {
		t.Errorf("announced without sites: %v", err)
	}
	if err := errors.Join(w.S.Name(visittest.District(), v.ID, []string{"S1", "S2"})); err != nil {
		t.Fatal(err)
	}
	if _, err := w.S.DrawSites(visittest.Officer(), v.ID, "1"); err != nil {
		t.Fatal(err)
	}
	w.Now = w.Now.AddDate(0, 0, 1)
	if err := w.S.Announce(visittest.Officer(), v.ID, ""); errs.KindOf(err) != errs.Invalid {
		t.Errorf("announced a day late: %v", err)
	}
	if err := w.S.Move(visittest.Officer(), v.ID, "2025-03-11"); err != nil {
		t.Fatal(err)
	}
	if err := w.S.Announce(visittest.Officer(), v.ID, ""); err != nil {
		t.Error(err)
	}
}

// P1.7: no conflict at the start, and one that turns up later cuts access at once.
func TestConflict(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := visittest.New(d)
		w.Tied["e1"] = "coach"
		if _, err := w.S.Plan(visittest.Officer(), visittest.Plan()); errs.KindOf(err) != errs.Invalid {
			t.Errorf("planned with a conflict: %v", err)
		}
		delete(w.Tied, "e1")
		v := w.Announced(t)
		w.Finish(t, v.ID)
		w.Now = w.Now.AddDate(0, 0, 7)
		if _, err := w.S.Sign(visittest.Member(1), v.ID); err != nil {
			t.Fatal(err)
		}
		w.Tied["e1"] = "family"
		checkHidden(t, w, v.ID)
		if n, err := w.S.Recheck(visittest.Officer(), "call1"); err != nil || n != 1 {
			t.Errorf("recused %d, %v", n, err)
		}
		delete(w.Tied, "e1") // recused stays recused
		checkHidden(t, w, v.ID)
		got, err := w.S.Get(visittest.Officer(), v.ID)
		if err != nil || got.Signed() != 0 {
			t.Errorf("signature of a recused member stands: %+v, %v", got.Team, err)
		}
		if err := w.S.Add(visittest.Officer(), v.ID, "e1"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("recused member is back: %v", err)
		}
		if err := w.S.Add(visittest.Officer(), v.ID, "e3"); err != nil {
			t.Fatal(err)
		}
		if err := w.S.Add(visittest.Officer(), v.ID, "e4"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("team of three experts: %v", err)
		}
		if _, err := w.S.Get(visittest.Member(3), v.ID); err != nil {
			t.Errorf("replacement: %v", err)
		}
	})
}

// checkHidden: for expert 1 the visit does not exist, on any path.
func checkHidden(t *testing.T, w *visittest.World, id string) {
	t.Helper()
	_, err1 := w.S.Get(visittest.Member(1), id)
	_, err2 := w.S.Find(visittest.Member(1), id, "1.1", "A", "", 1)
	_, err3 := w.S.Sign(visittest.Member(1), id)
	_, err4 := w.S.Rows(visittest.Member(1), id)
	_, _, err5 := w.S.Photo(visittest.Member(1), id, "digest1")
	_, err6 := w.S.AddPhoto(visittest.Member(1), id, "1.1", "image/jpeg", []byte("x"))
	_, none := w.S.Get(visittest.Member(1), "no such visit")
	for i, err := range []error{err1, err2, err3, err4, err5, err6, w.S.CallBack(visittest.Member(1), id, 1, visit.Denied, "")} {
		if err == nil || err.Error() != none.Error() {
			t.Errorf("path %d: %v", i+1, err)
		}
	}
	if list, err := w.S.Mine(visittest.Member(1)); err != nil || len(list) != 0 {
		t.Errorf("listed: %v, %v", list, err)
	}
}

// Who writes to what they did not see is told, and nothing is lost.
func TestVersions(t *testing.T) {
	t.Parallel()
	w := visittest.New(dbtest.SQLite(t))
	v := w.Announced(t)
	if _, err := w.S.Find(visittest.Member(1), v.ID, "1.1", "A", "第一次", 0); err != nil {
		t.Fatal(err)
	}
	now, err := w.S.Find(visittest.Member(2), v.ID, "1.1", "C", "没看到第一次", 0)
	if errs.KindOf(err) != errs.Conflict || now.Version != 1 || now.Note != "第一次" {
		t.Errorf("overwritten: %+v, %v", now, err)
	}
	if again, err := w.S.Find(visittest.Member(2), v.ID, "1.1", "C", "看到了", 1); err != nil || again.Version != 2 {
		t.Errorf("second: %+v, %v", again, err)
	}
	for name, try := range map[string]func() error{
		"leaf not on site": func() error { _, err := w.S.Find(visittest.Member(1), v.ID, "1.2", "A", "", 0); return err },
		"no level":         func() error { _, err := w.S.Find(visittest.Member(1), v.ID, "1.3", "Z", "", 0); return err },
		"no outcome":       func() error { return w.S.CallBack(visittest.Member(1), v.ID, 1, "maybe", "") },
		"no row":           func() error { return w.S.CallBack(visittest.Member(1), v.ID, 9, visit.Denied, "") },
		"no picture": func() error {
			_, err := w.S.AddPhoto(visittest.Member(1), v.ID, "1.1", "text/html", []byte("x"))
			return err
		},
	} {
		if err := try(); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p, err := w.S.AddPhoto(visittest.Member(1), v.ID, "1.1", "image/jpeg", []byte("x")); err != nil || p.Digest != "digest1" {
		t.Errorf("photo %+v, %v", p, err)
	}
}

// Signatures are for what was signed: a later change takes them back.
func TestChangeTakesSignaturesBack(t *testing.T) {
	t.Parallel()
	w := visittest.New(dbtest.SQLite(t))
	v := w.Announced(t)
	w.Finish(t, v.ID)
	w.Now = w.Now.AddDate(0, 0, 7)
	if _, err := w.S.Sign(visittest.Member(1), v.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.S.Find(visittest.Member(2), v.ID, "1.1", "C", "", 1); err != nil {
		t.Fatal(err)
	}
	if got, err := w.S.Sign(visittest.Member(2), v.ID); err != nil || got.State != visit.Announced {
		t.Errorf("done with one signature to this: %+v, %v", got, err)
	}
}

// Only the applicant and the office name sites; strangers see nothing.
func TestScope(t *testing.T) {
	t.Parallel()
	w := visittest.New(dbtest.SQLite(t))
	if _, err := w.S.Plan(visittest.District(), visittest.Plan()); errs.KindOf(err) != errs.Forbidden {
		t.Errorf("applicant plans: %v", err)
	}
	v, err := w.S.Plan(visittest.Officer(), visittest.Plan())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.S.Plan(visittest.Officer(), visittest.Plan()); errs.KindOf(err) != errs.Conflict {
		t.Errorf("planned twice: %v", err)
	}
	if err := w.S.Name(visittest.Member(1), v.ID, []string{"S1", "S2"}); errs.KindOf(err) != errs.NotFound {
		t.Errorf("expert names sites: %v", err)
	}
	if err := w.S.Name(visittest.District(), v.ID, []string{"S1"}); errs.KindOf(err) != errs.Invalid {
		t.Errorf("one site: %v", err)
	}
	if err := w.S.Name(visittest.District(), v.ID, []string{"S1", "S2"}); err != nil {
		t.Fatal(err)
	}
	if _, list, err := w.S.Notice(visittest.District(), v.ID); err != nil || len(list) != 2 {
		t.Errorf("notice before the draw: %v, %v", list, err)
	}
	if _, err := w.S.Get(visittest.Member(1), v.ID); errs.KindOf(err) != errs.NotFound {
		t.Errorf("team sees the visit before it is announced: %v", err)
	}
	if err := w.S.Cancel(visittest.Officer(), v.ID, "申报撤回"); err != nil {
		t.Fatal(err)
	}
	if list, err := w.Draws.List(visittest.Officer(), v.ID); err != nil || len(list) != 1 || list[0].State != register.Void {
		t.Errorf("draw of a cancelled visit: %v, %v", list, err)
	}
	if _, err := w.S.Plan(visittest.Officer(), visittest.Plan()); err != nil {
		t.Errorf("planned anew: %v", err)
	}
}

type hooks struct {
	guards  map[string]accredit.Guard
	effects map[string]accredit.Effect
}

func (h hooks) OnGuard(n string, g accredit.Guard)   { h.guards[n] = g }
func (h hooks) OnEffect(n string, e accredit.Effect) { h.effects[n] = e }

// What the workflow of a call asks of visits.
func TestWorkflow(t *testing.T) {
	t.Parallel()
	w := visittest.New(dbtest.SQLite(t))
	h := hooks{map[string]accredit.Guard{}, map[string]accredit.Effect{}}
	w.S.Register(h)
	c := accredit.Call{ID: "call1", Rules: visittest.Rules()}
	if why, err := h.guards["visits_asked"](visittest.Officer(), c, ""); why != "" || err != nil {
		t.Errorf("asked: %q, %v", why, err)
	}
	if why, err := h.guards["visits_done"](visittest.Officer(), c, ""); why != "visit.not_all_done" || err != nil {
		t.Errorf("done: %q, %v", why, err)
	}
	if err := h.effects["begin_visits"](visittest.Officer(), nil, c, ""); err != nil || !slices.Equal(w.Moved, []string{"app1 begin_visit"}) {
		t.Errorf("moved %v, %v", w.Moved, err)
	}
	c.Rules.Programme.Visit.Team = 0
	if why, err := h.guards["visits_asked"](visittest.Officer(), c, ""); why != "visit.not_asked" || err != nil {
		t.Errorf("without a team: %q, %v", why, err)
	}
	if why, err := h.guards["visits_done"](visittest.Officer(), c, ""); why != "" || err != nil {
		t.Errorf("without a team: %q, %v", why, err)
	}
}
