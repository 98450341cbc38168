package expert_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/calendar"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// world is a small city with a pool of experts.
type world struct {
	*expert.Service
	db    *db.DB
	orgs  []expert.Org
	calls calls
	now   time.Time
	terms string
}

// calls answers for one call.
type calls struct {
	rule     expert.Rule
	subjects []expert.Subject
}

func (w *world) Orgs(context.Context) ([]expert.Org, error) { return w.orgs, nil }

func (w *world) Subjects(context.Context, string) (expert.Rule, []expert.Subject, error) {
	return w.calls.rule, w.calls.subjects, nil
}

// Expert knows the accounts whose login is their id.
func (w *world) Expert(_ context.Context, login string) (string, error) {
	if login == "nobody" {
		return "", errs.InvalidField("login", "expert.no_account")
	}
	return login, nil
}

// areas: city 1; districts 10, 20; streets 11, 12, 21, 22; community 111.
var areas = []area.Area{
	{ID: 1, Code: "1", Name: "市", Level: area.City},
	{ID: 10, Code: "10", Name: "东区", Level: area.District, ParentID: 1}, {ID: 20, Code: "20", Name: "西区", Level: area.District, ParentID: 1},
	{ID: 11, Code: "11", Name: "一街", Level: area.Street, ParentID: 10}, {ID: 12, Code: "12", Name: "二街", Level: area.Street, ParentID: 10},
	{ID: 21, Code: "21", Name: "三街", Level: area.Street, ParentID: 20}, {ID: 22, Code: "22", Name: "四街", Level: area.Street, ParentID: 20},
	{ID: 111, Code: "111", Name: "一社区", Level: area.Community, ParentID: 11},
}

func newWorld(_ testing.TB, d *db.DB) *world {
	w := &world{db: d, now: time.Date(2025, 10, 16, 2, 0, 0, 0, time.UTC), terms: "约定"}
	p := &pack.Pack{Awards: []pack.AwardProgramme{{Code: "p", Panel: pack.Panel{Categories: []pack.Category{{Code: "practice", Each: 1}, {Code: "research", Each: 2}}}}}}
	tree := area.NewTree(areas)
	week := calendar.New([]time.Weekday{time.Saturday, time.Sunday}, nil, nil)
	w.Service = expert.New(expert.Deps{DB: d, Pack: func() *pack.Pack { return p }, Tree: func() *area.Tree { return tree }, Days: func() *calendar.Calendar { return week },
		Orgs: w, Accounts: w, Caller: caller, Calls: w, Terms: func(string) string { return w.terms }, Now: func() time.Time { return w.now }})
	return w
}

func caller(ctx context.Context) expert.Caller {
	who := account.From(ctx)
	return expert.Caller{ID: who.ID, Can: who.Can}
}

func office() context.Context {
	return as("office", account.RoleTechnical)
}

func as(id, role string) context.Context {
	ctx := audit.With(context.Background(), audit.Who{Actor: id})
	return account.With(ctx, account.Actor{ID: id, Grants: []account.Grant{{Role: role}}})
}

func (w *world) add(t testing.TB, in expert.Input) expert.Expert {
	t.Helper()
	if in.Name == "" {
		in.Name = "专家"
	}
	in.Agreed = true
	e, err := w.Add(office(), in)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (w *world) tie(t testing.TB, e expert.Edge) expert.Edge {
	t.Helper()
	err := w.db.InTx(office(), func(tx *sql.Tx) (err error) {
		e, err = w.AddEdge(office(), tx, e)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

var allKinds = expert.Rule{LookBack: 3, Kinds: expert.Kinds, Level: "district", Day: "2025-10-16"}

// kinds returns what ties an expert to an application.
func (w *world) kinds(t testing.TB, e expert.Expert, s expert.Subject) (out []string) {
	t.Helper()
	m, err := w.Matrix(context.Background(), allKinds, []string{e.ID}, []expert.Subject{s})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range m[e.ID][s.ApplicationID] {
		out = append(out, x.Kind)
	}
	return out
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t testing.TB, err error, k errs.Kind) {
	t.Helper()
	if err == nil || errs.KindOf(err) != k {
		t.Fatalf("got %v, want kind %v", err, k)
	}
}
