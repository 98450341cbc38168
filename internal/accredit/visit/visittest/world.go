// Package visittest is what surrounds visits in tests.
package visittest

import (
	"context"
	"database/sql"
	"errors"
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
	"xuedu/internal/draw/register"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// World is what surrounds visits: an application with three leaves (two looked
// at on site), a pool of five, conflicts that can be switched on.
type World struct {
	S         *visit.Service
	Draws     *register.Service
	Now       time.Time
	Apps      []accredit.Application
	Tied      map[string]string // expert to kind of tie
	Moved     []string
	VisitedBy []string
}

const (
	office    = "acc-office"
	applicant = "acc-applicant"
)

// Rules are those of the call.
func Rules() accredit.Rules {
	text := func(s string) pack.Text { return pack.Text{"zh-CN": s, "en": s} }
	return accredit.Rules{Programme: pack.AwardProgramme{
		Levels: []pack.AwardLevel{{Code: "A", Name: text("优"), Percent: 100}, {Code: "B", Name: text("良"), Percent: 80}, {Code: "C", Name: text("中"), Percent: 60}},
		Rubric: []pack.Criterion{{Code: "1", Name: text("条件"), Leaves: []pack.Leaf{
			{Code: "1.1", Name: text("场地"), OnSite: text("看场地"), Weight: 50}, {Code: "1.2", Name: text("制度"), Weight: 20},
			{Code: "1.3", Name: text("课程"), OnSite: text("看课堂"), Weight: 30}}}},
		Visit: pack.VisitRule{Team: 2, Notice: 5, Sites: 5, Sample: 3, Photos: true},
	}}
}

// New returns a world with its service.
func New(d *db.DB) *World {
	w := &World{Now: time.Date(2025, 3, 3, 1, 0, 0, 0, time.UTC), Tied: map[string]string{}}
	w.Apps = []accredit.Application{{ID: "app1", CallID: "call1", Code: "JY-01", AreaID: 2, Title: "学习之家", State: "shortlisted"}}
	tree := area.NewTree([]area.Area{{ID: 1, Code: "1"}, {ID: 2, Code: "11", ParentID: 1}})
	now := func() time.Time { return w.Now }
	w.Draws = register.New(register.Deps{DB: d, Now: now})
	w.S = visit.New(visit.Deps{DB: d, Calls: w, Experts: w, Ties: w, Draws: w.Draws, Sites: places{}, Ledger: w, Files: files{},
		Pack: func() *pack.Pack { return &pack.Pack{TimeZone: "Asia/Shanghai"} }, Tree: func() *area.Tree { return tree },
		Days: func() *calendar.Calendar {
			return calendar.New([]time.Weekday{time.Saturday, time.Sunday}, nil, []int{2025})
		}, Now: now})
	return w
}

func (w *World) Call(_ context.Context, id string) (accredit.Call, error) {
	return accredit.Call{ID: id, Rules: Rules(), Timeline: []accredit.Stage{{To: "2025-06-30"}}}, nil
}

func (w *World) Application(ctx context.Context, id string) (accredit.Application, error) {
	if who := account.From(ctx).ID; who != office && who != applicant {
		return accredit.Application{}, errs.New(errs.NotFound, "accredit.no_application")
	}
	return w.Apps[0], nil
}

func (w *World) DossierFor(_ context.Context, id string) (accredit.Dossier, error) {
	for _, a := range w.Apps {
		if a.ID == id {
			return accredit.Dossier{Application: a, Rules: Rules(), Claims: map[string]accredit.Claim{"1.1": {Level: "A"}, "1.3": {Level: "B"}}}, nil
		}
	}
	return accredit.Dossier{}, errs.New(errs.NotFound, "accredit.no_application")
}

func (w *World) OfCall(context.Context, string) ([]accredit.Application, error) { return w.Apps, nil }

func (w *World) Subject(_ context.Context, id string) (expert.Subject, error) {
	return expert.Subject{ApplicationID: id, AreaID: 2}, nil
}

func (w *World) Advance(_ context.Context, _ *sql.Tx, _ string, ids []string, move, _ string) error {
	for _, id := range ids {
		w.Moved = append(w.Moved, id+" "+move)
	}
	return nil
}

func (w *World) Matrix(_ context.Context, _ expert.Rule, experts []string, subjects []expert.Subject) (expert.Matrix, error) {
	m := expert.Matrix{}
	for _, e := range experts {
		if kind := w.Tied[e]; kind != "" {
			m[e] = map[string][]expert.Edge{subjects[0].ApplicationID: {{ExpertID: e, Kind: kind}}}
		}
	}
	return m, nil
}

func (w *World) Pool(context.Context) ([]expert.Expert, error) {
	var all []expert.Expert
	for i := range 5 {
		n := strconv.Itoa(i + 1)
		all = append(all, expert.Expert{ID: "e" + n, AccountID: "acc-e" + n, Name: "专家" + n})
	}
	return all, nil
}

func (w *World) Of(context.Context, string) (expert.Expert, bool, error) {
	return expert.Expert{}, false, nil
}

func (w *World) Visited(_ context.Context, _ *sql.Tx, expertID string, _ accredit.Application, _, day string) error {
	w.VisitedBy = append(w.VisitedBy, expertID+" "+day)
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

func (w *World) Sample(context.Context, accredit.Application, string, int) ([]int64, error) {
	return []int64{7, 70, 700}, nil
}

func (w *World) Describe(_ context.Context, rows []int64) (map[int64]visit.Row, error) {
	m := map[int64]visit.Row{}
	for _, r := range rows {
		m[r] = visit.Row{What: "太极拳", Phone: "138"}
	}
	return m, nil
}

type files struct{}

func (files) Put(context.Context, *sql.Tx, string, []byte) (string, error) { return "digest1", nil }
func (files) Get(context.Context, string) ([]byte, error)                  { return []byte("jpg"), nil }

// As returns a context in which an account acts.
func As(id string, grants ...account.Grant) context.Context {
	return audit.With(account.With(context.Background(), account.Actor{ID: id, Grants: grants}), audit.Who{Actor: id})
}

// Officer, District and Member act as the office, the applicant and an expert.
func Officer() context.Context { return As(office, account.Grant{Role: account.RoleCity}) }
func District() context.Context {
	return As(applicant, account.Grant{Role: account.RoleDistrict, AreaID: 2})
}
func Member(n int) context.Context {
	return As("acc-e"+strconv.Itoa(n), account.Grant{Role: account.RoleExpert})
}

// Plan is a visit that may be planned.
func Plan() visit.NewVisit {
	return visit.NewVisit{ApplicationID: "app1", Day: "2025-03-10", Experts: []string{"e1", "e2"}, Rule: "3月5日上证指数收盘价"}
}

// Announced brings a visit to the day on which the team works.
func (w *World) Announced(t testing.TB) visit.Visit {
	t.Helper()
	v, err := w.S.Plan(Officer(), Plan())
	if err == nil {
		err = w.S.Name(District(), v.ID, []string{"S1", "S4"})
	}
	if err == nil {
		_, err = w.S.DrawSites(Officer(), v.ID, "3248.71")
	}
	if err == nil {
		err = w.S.Announce(Officer(), v.ID, "请安排一间会议室")
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Finish finds all that is to be found.
func (w *World) Finish(t testing.TB, id string) {
	t.Helper()
	_, err1 := w.S.Find(Member(1), id, "1.1", "B", "场地偏小", 0)
	_, err2 := w.S.Find(Member(2), id, "1.3", "B", "", 0)
	err := errors.Join(err1, err2, w.S.CallBack(Member(1), id, 1, visit.Confirmed, ""), w.S.CallBack(Member(1), id, 2, visit.Denied, "没有来过"),
		w.S.CallBack(Officer(), id, 3, visit.Unreachable, ""))
	if err != nil {
		t.Fatal(err)
	}
}
