package visit_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/accredit/visit"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/calendar"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/draw"
	"xuedu/internal/draw/register"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// world is what surrounds visits: an application with three leaves (two looked
// at on site), a pool of five, conflicts that can be switched on.
type world struct {
	S       *visit.Service
	Draws   *register.Service
	now     time.Time
	apps    []accredit.Application
	tied    map[string]string // expert to kind of tie
	moved   []string
	visited []string
}

const (
	office    = "acc-office"
	applicant = "acc-applicant"
)

func rules() accredit.Rules {
	text := func(s string) pack.Text { return pack.Text{"zh-CN": s, "en": s} }
	return accredit.Rules{Programme: pack.AwardProgramme{
		Levels: []pack.AwardLevel{{Code: "A", Name: text("优"), Percent: 100}, {Code: "B", Name: text("良"), Percent: 80}, {Code: "C", Name: text("中"), Percent: 60}},
		Rubric: []pack.Criterion{{Code: "1", Name: text("条件"), Leaves: []pack.Leaf{
			{Code: "1.1", Name: text("场地"), OnSite: text("看场地"), Weight: 50}, {Code: "1.2", Name: text("制度"), Weight: 20},
			{Code: "1.3", Name: text("课程"), OnSite: text("看课堂"), Weight: 30}}}},
		Visit: pack.VisitRule{Team: 2, Notice: 5, Sites: 5, Sample: 3, Photos: true},
	}}
}

func newWorld(d *db.DB) *world {
	w := &world{now: time.Date(2025, 3, 3, 1, 0, 0, 0, time.UTC), tied: map[string]string{}}
	w.apps = []accredit.Application{{ID: "app1", CallID: "call1", Code: "JY-01", AreaID: 2, Title: "学习之家", State: "shortlisted"}}
	tree := area.NewTree([]area.Area{{ID: 1, Code: "1"}, {ID: 2, Code: "11", ParentID: 1}})
	now := func() time.Time { return w.now }
	w.Draws = register.New(register.Deps{DB: d, Now: now})
	w.S = visit.New(visit.Deps{DB: d, Calls: w, Experts: w, Ties: w, Draws: w.Draws, Sites: places{}, Ledger: w, Files: files{},
		Pack: func() *pack.Pack { return &pack.Pack{TimeZone: "Asia/Shanghai"} }, Tree: func() *area.Tree { return tree },
		Days: func() *calendar.Calendar {
			return calendar.New([]time.Weekday{time.Saturday, time.Sunday}, nil, []int{2025})
		}, Now: now})
	return w
}

func (w *world) Call(_ context.Context, id string) (accredit.Call, error) {
	return accredit.Call{ID: id, Rules: rules(), Timeline: []accredit.Stage{{To: "2025-06-30"}}}, nil
}

func (w *world) Application(ctx context.Context, id string) (accredit.Application, error) {
	if who := account.From(ctx).ID; who != office && who != applicant {
		return accredit.Application{}, errs.New(errs.NotFound, "accredit.no_application")
	}
	return w.apps[0], nil
}

func (w *world) DossierFor(_ context.Context, id string) (accredit.Dossier, error) {
	for _, a := range w.apps {
		if a.ID == id {
			return accredit.Dossier{Application: a, Rules: rules(), Claims: map[string]accredit.Claim{"1.1": {Level: "A"}, "1.3": {Level: "B"}}}, nil
		}
	}
	return accredit.Dossier{}, errs.New(errs.NotFound, "accredit.no_application")
}

func (w *world) OfCall(context.Context, string) ([]accredit.Application, error) { return w.apps, nil }

func (w *world) Subject(_ context.Context, id string) (expert.Subject, error) {
	return expert.Subject{ApplicationID: id, AreaID: 2}, nil
}

func (w *world) Advance(_ context.Context, _ *sql.Tx, _ string, ids []string, move, _ string) error {
	for _, id := range ids {
		w.moved = append(w.moved, id+" "+move)
	}
	return nil
}

func (w *world) Matrix(_ context.Context, _ expert.Rule, experts []string, subjects []expert.Subject) (expert.Matrix, error) {
	m := expert.Matrix{}
	for _, e := range experts {
		if kind := w.tied[e]; kind != "" {
			m[e] = map[string][]expert.Edge{subjects[0].ApplicationID: {{ExpertID: e, Kind: kind}}}
		}
	}
	return m, nil
}

func (w *world) Pool(context.Context) ([]expert.Expert, error) {
	var all []expert.Expert
	for i := range 5 {
		n := strconv.Itoa(i + 1)
		all = append(all, expert.Expert{ID: "e" + n, AccountID: "acc-e" + n, Name: "专家" + n})
	}
	return all, nil
}

func (w *world) Of(context.Context, string) (expert.Expert, bool, error) {
	return expert.Expert{}, false, nil
}

func (w *world) Visited(_ context.Context, _ *sql.Tx, expertID string, _ accredit.Application, _, day string) error {
	w.visited = append(w.visited, expertID+" "+day)
	return nil
}

type places struct{}

func (places) Of(context.Context, accredit.Application) ([]visit.Site, error) {
	var all []visit.Site
	for i := range 9 {
		all = append(all, visit.Site{Code: "S" + strconv.Itoa(i), Name: "学校" + strconv.Itoa(i)})
	}
	return all, nil
}

func (w *world) Sample(context.Context, accredit.Application, string, int) ([]int64, error) {
	return []int64{7, 70, 700}, nil
}

func (w *world) Describe(_ context.Context, rows []int64) (map[int64]visit.Row, error) {
	m := map[int64]visit.Row{}
	for _, r := range rows {
		m[r] = visit.Row{What: "太极拳", Phone: "138"}
	}
	return m, nil
}

type files struct{}

func (files) Put(context.Context, *sql.Tx, string, []byte) (string, error) { return "digest1", nil }
func (files) Get(context.Context, string) ([]byte, error)                  { return []byte("jpg"), nil }

func as(id string, grants ...account.Grant) context.Context {
	return audit.With(account.With(context.Background(), account.Actor{ID: id, Grants: grants}), audit.Who{Actor: id})
}

func officer() context.Context { return as(office, account.Grant{Role: account.RoleCity}) }
func district() context.Context {
	return as(applicant, account.Grant{Role: account.RoleDistrict, AreaID: 2})
}
func member(n int) context.Context {
	return as("acc-e"+strconv.Itoa(n), account.Grant{Role: account.RoleExpert})
}

func plan() visit.NewVisit {
	return visit.NewVisit{ApplicationID: "app1", Day: "2025-03-10", Experts: []string{"e1", "e2"}, Rule: "3月5日上证指数收盘价"}
}

// announced brings a visit to the day on which the team works.
func (w *world) announced(t *testing.T) visit.Visit {
	t.Helper()
	v, err := w.S.Plan(officer(), plan())
	if err == nil {
		err = w.S.Name(district(), v.ID, []string{"S1", "S4"})
	}
	if err == nil {
		_, err = w.S.DrawSites(officer(), v.ID, "3248.71")
	}
	if err == nil {
		err = w.S.Announce(officer(), v.ID, "请安排一间会议室")
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// finish finds all that is to be found.
func (w *world) finish(t *testing.T, id string) {
	t.Helper()
	_, err1 := w.S.Find(member(1), id, "1.1", "B", "场地偏小", 0)
	_, err2 := w.S.Find(member(2), id, "1.3", "B", "", 0)
	err := errors.Join(err1, err2, w.S.CallBack(member(1), id, 1, visit.Confirmed, ""), w.S.CallBack(member(1), id, 2, visit.Denied, "没有来过"),
		w.S.CallBack(officer(), id, 3, visit.Unreachable, ""))
	if err != nil {
		t.Fatal(err)
	}
}

// P1.7: from the plan to two signatures.
func TestVisit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(d)
		v := w.announced(t)
		got, err := w.S.Get(officer(), v.ID)
		if err != nil {
			t.Fatal(err)
		}
		named := slices.DeleteFunc(slices.Clone(got.Sites), func(s visit.Site) bool { return s.Origin == visit.ByDraw })
		if len(got.Sites) != 5 || len(named) != 2 { // odd: one more is drawn
			t.Errorf("sites %+v", got.Sites)
		}
		r, err := w.Draws.Get(officer(), got.DrawID)
		if err != nil || len(draw.Verify(r.Manifest)) != 0 || len(r.Manifest.Entries) != 7 {
			t.Errorf("draw %+v, %v", r.Manifest, err)
		}
		w.finish(t, v.ID)
		if _, err := w.S.Sign(member(1), v.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("signed before the day: %v", err)
		}
		w.now = w.now.AddDate(0, 0, 7)
		if _, err := w.S.Sign(member(1), v.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.S.Sign(member(1), v.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("one person signed twice: %v", err)
		}
		if done, err := w.S.Sign(member(2), v.ID); err != nil || done.State != visit.Done {
			t.Fatalf("second signature: %+v, %v", done, err)
		}
		w.checkDone(t, v.ID)
	})
}

func (w *world) checkDone(t *testing.T, id string) {
	t.Helper()
	d, err := w.S.Get(member(1), id)
	if err != nil || !d.Intact() || d.Leaves[0].Gap != 1 || d.Leaves[1].Gap != 0 {
		t.Errorf("done: %+v, %v", d, err)
	}
	if a := d.Agreement(); a.Percent() != "50.0" || a.Called != 3 || a.Reached != 2 {
		t.Errorf("agreement %+v", a)
	}
	if _, err := w.S.Find(member(1), id, "1.1", "A", "", 1); errs.KindOf(err) != errs.Conflict {
		t.Errorf("changed though done: %v", err)
	}
	if err := w.S.Cancel(officer(), id, "重来"); errs.KindOf(err) != errs.Conflict {
		t.Errorf("cancelled though done: %v", err)
	}
	found, err := w.S.Found(officer(), "call1")
	if err != nil || found["app1"]["1.1"] != "B" || len(found["app1"]) != 2 {
		t.Errorf("found %v, %v", found, err)
	}
	if !slices.Equal(w.visited, []string{"e1 2025-07-01", "e2 2025-07-01"}) { // tied for the next call
		t.Errorf("ties %v", w.visited)
	}
}

// The notice is five working days: what is asked for later is refused.
func TestNotice(t *testing.T) {
	t.Parallel()
	w := newWorld(dbtest.SQLite(t))
	n := plan()
	n.Day = "2025-03-07" // the fourth working day after Monday 3 March
	_, err := w.S.Plan(officer(), n)
	if e, ok := errors.AsType[*errs.Error](err); !ok || e.Key != "visit.too_soon" || e.Field != "day" {
		t.Errorf("too soon: %v", err)
	}
	v, err := w.S.Plan(officer(), plan())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.S.Announce(officer(), v.ID, ""); errs.KindOf(err) != errs.Conflict {
		t.Errorf("announced without sites: %v", err)
	}
	if err := errors.Join(w.S.Name(district(), v.ID, []string{"S1", "S2"})); err != nil {
		t.Fatal(err)
	}
	if _, err := w.S.DrawSites(officer(), v.ID, "1"); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.AddDate(0, 0, 1)
	if err := w.S.Announce(officer(), v.ID, ""); errs.KindOf(err) != errs.Invalid {
		t.Errorf("announced a day late: %v", err)
	}
	if err := w.S.Move(officer(), v.ID, "2025-03-11"); err != nil {
		t.Fatal(err)
	}
	if err := w.S.Announce(officer(), v.ID, ""); err != nil {
		t.Error(err)
	}
}

// P1.7: no conflict at the start, and one that turns up later cuts access at once.
func TestConflict(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(d)
		w.tied["e1"] = "coach"
		if _, err := w.S.Plan(officer(), plan()); errs.KindOf(err) != errs.Invalid {
			t.Errorf("planned with a conflict: %v", err)
		}
		delete(w.tied, "e1")
		v := w.announced(t)
		w.finish(t, v.ID)
		w.now = w.now.AddDate(0, 0, 7)
		if _, err := w.S.Sign(member(1), v.ID); err != nil {
			t.Fatal(err)
		}
		w.tied["e1"] = "family"
		w.checkHidden(t, v.ID)
		if n, err := w.S.Recheck(officer(), "call1"); err != nil || n != 1 {
			t.Errorf("recused %d, %v", n, err)
		}
		delete(w.tied, "e1") // recused stays recused
		w.checkHidden(t, v.ID)
		got, err := w.S.Get(officer(), v.ID)
		if err != nil || got.Signed() != 0 {
			t.Errorf("signature of a recused member stands: %+v, %v", got.Team, err)
		}
		if err := w.S.Add(officer(), v.ID, "e1"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("recused member is back: %v", err)
		}
		if err := w.S.Add(officer(), v.ID, "e3"); err != nil {
			t.Fatal(err)
		}
		if err := w.S.Add(officer(), v.ID, "e4"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("team of three experts: %v", err)
		}
		if _, err := w.S.Get(member(3), v.ID); err != nil {
			t.Errorf("replacement: %v", err)
		}
	})
}

// checkHidden: for expert 1 the visit does not exist, on any path.
func (w *world) checkHidden(t *testing.T, id string) {
	t.Helper()
	_, err1 := w.S.Get(member(1), id)
	_, err2 := w.S.Find(member(1), id, "1.1", "A", "", 1)
	_, err3 := w.S.Sign(member(1), id)
	_, err4 := w.S.Rows(member(1), id)
	_, _, err5 := w.S.Photo(member(1), id, "digest1")
	_, err6 := w.S.AddPhoto(member(1), id, "1.1", "image/jpeg", []byte("x"))
	_, none := w.S.Get(member(1), "no such visit")
	for i, err := range []error{err1, err2, err3, err4, err5, err6, w.S.CallBack(member(1), id, 1, visit.Denied, "")} {
		if err == nil || err.Error() != none.Error() {
			t.Errorf("path %d: %v", i+1, err)
		}
	}
	if list, err := w.S.Mine(member(1)); err != nil || len(list) != 0 {
		t.Errorf("listed: %v, %v", list, err)
	}
}

// Who writes to what they did not see is told, and nothing is lost.
func TestVersions(t *testing.T) {
	t.Parallel()
	w := newWorld(dbtest.SQLite(t))
	v := w.announced(t)
	if _, err := w.S.Find(member(1), v.ID, "1.1", "A", "第一次", 0); err != nil {
		t.Fatal(err)
	}
	now, err := w.S.Find(member(2), v.ID, "1.1", "C", "没看到第一次", 0)
	if errs.KindOf(err) != errs.Conflict || now.Version != 1 || now.Note != "第一次" {
		t.Errorf("overwritten: %+v, %v", now, err)
	}
	if again, err := w.S.Find(member(2), v.ID, "1.1", "C", "看到了", 1); err != nil || again.Version != 2 {
		t.Errorf("second: %+v, %v", again, err)
	}
	for name, try := range map[string]func() error{
		"leaf not on site": func() error { _, err := w.S.Find(member(1), v.ID, "1.2", "A", "", 0); return err },
		"no level":         func() error { _, err := w.S.Find(member(1), v.ID, "1.3", "Z", "", 0); return err },
		"no outcome":       func() error { return w.S.CallBack(member(1), v.ID, 1, "maybe", "") },
		"no row":           func() error { return w.S.CallBack(member(1), v.ID, 9, visit.Denied, "") },
		"no picture":       func() error { _, err := w.S.AddPhoto(member(1), v.ID, "1.1", "text/html", []byte("x")); return err },
	} {
		if err := try(); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p, err := w.S.AddPhoto(member(1), v.ID, "1.1", "image/jpeg", []byte("x")); err != nil || p.Digest != "digest1" {
		t.Errorf("photo %+v, %v", p, err)
	}
}

// Signatures are for what was signed: a later change takes them back.
func TestChangeTakesSignaturesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(dbtest.SQLite(t))
	v := w.announced(t)
	w.finish(t, v.ID)
	w.now = w.now.AddDate(0, 0, 7)
	if _, err := w.S.Sign(member(1), v.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.S.Find(member(2), v.ID, "1.1", "C", "", 1); err != nil {
		t.Fatal(err)
	}
	if got, err := w.S.Sign(member(2), v.ID); err != nil || got.State != visit.Announced {
		t.Errorf("done with one signature to this: %+v, %v", got, err)
	}
}

// Only the applicant and the office name sites; strangers see nothing.
func TestScope(t *testing.T) {
	t.Parallel()
	w := newWorld(dbtest.SQLite(t))
	if _, err := w.S.Plan(district(), plan()); errs.KindOf(err) != errs.Forbidden {
		t.Errorf("applicant plans: %v", err)
	}
	v, err := w.S.Plan(officer(), plan())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.S.Plan(officer(), plan()); errs.KindOf(err) != errs.Conflict {
		t.Errorf("planned twice: %v", err)
	}
	if err := w.S.Name(member(1), v.ID, []string{"S1", "S2"}); errs.KindOf(err) != errs.NotFound {
		t.Errorf("expert names sites: %v", err)
	}
	if err := w.S.Name(district(), v.ID, []string{"S1"}); errs.KindOf(err) != errs.Invalid {
		t.Errorf("one site: %v", err)
	}
	if err := w.S.Name(district(), v.ID, []string{"S1", "S2"}); err != nil {
		t.Fatal(err)
	}
	if _, list, err := w.S.Notice(district(), v.ID); err != nil || len(list) != 2 {
		t.Errorf("notice before the draw: %v, %v", list, err)
	}
	if _, err := w.S.Get(member(1), v.ID); errs.KindOf(err) != errs.NotFound {
		t.Errorf("team sees the visit before it is announced: %v", err)
	}
	if err := w.S.Cancel(officer(), v.ID, "申报撤回"); err != nil {
		t.Fatal(err)
	}
	if list, err := w.Draws.List(officer(), v.ID); err != nil || len(list) != 1 || list[0].State != register.Void {
		t.Errorf("draw of a cancelled visit: %v, %v", list, err)
	}
	if _, err := w.S.Plan(officer(), plan()); err != nil {
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
	w := newWorld(dbtest.SQLite(t))
	h := hooks{map[string]accredit.Guard{}, map[string]accredit.Effect{}}
	w.S.Register(h)
	c := accredit.Call{ID: "call1", Rules: rules()}
	if why, err := h.guards["visits_asked"](officer(), c, ""); why != "" || err != nil {
		t.Errorf("asked: %q, %v", why, err)
	}
	if why, err := h.guards["visits_done"](officer(), c, ""); why != "visit.not_all_done" || err != nil {
		t.Errorf("done: %q, %v", why, err)
	}
	if err := h.effects["begin_visits"](officer(), nil, c, ""); err != nil || !slices.Equal(w.moved, []string{"app1 begin_visit"}) {
		t.Errorf("moved %v, %v", w.moved, err)
	}
	c.Rules.Programme.Visit.Team = 0
	if why, err := h.guards["visits_asked"](officer(), c, ""); why != "visit.not_asked" || err != nil {
		t.Errorf("without a team: %q, %v", why, err)
	}
	if why, err := h.guards["visits_done"](officer(), c, ""); why != "" || err != nil {
		t.Errorf("without a team: %q, %v", why, err)
	}
}
