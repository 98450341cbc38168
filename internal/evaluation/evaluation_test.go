package evaluation_test

import (
	"context"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/evaluation"
	"xuedu/internal/evaluation/score"
	"xuedu/internal/pack"
	"xuedu/internal/plan"
	"xuedu/internal/publish"
	"xuedu/internal/release"
	"xuedu/packs"
)

const (
	cityCode = "110000000000"
	codeA    = "110101000000"
	codeB    = "110102000000"
)

func text(s string) pack.Text { return pack.Text{"zh-CN": s, "en": s} }

// world is a city with two districts. Its release and its registers say
// different things, so that a test sees which was read.
type world struct {
	*evaluation.Service
	pack      *pack.Pack
	published *release.Release // nil = none
	registers *release.Release
	targets   []plan.Progress
	experts   []evaluation.Expert
	now       time.Time
}

func (w *world) Find(_ context.Context, series, areaCode, period, _ string) (publish.Edition, error) {
	if w.published == nil || series != w.published.Series || areaCode != w.published.Area || period != w.published.Period {
		return publish.Edition{}, errs.New(errs.NotFound, "publish.not_found")
	}
	return publish.Edition{ID: "r1", Series: series, Version: "1.0.0", Digest: "abc", Public: true}, nil
}

func (w *world) Release(context.Context, string) (*release.Release, *release.Index, error) {
	return w.published, release.NewIndex(w.published), nil
}

// figures is a release with the values of X (up) and Y (down), "" = withheld.
func figures(values map[string]string) *release.Release {
	r := &release.Release{Series: "yearly", Area: cityCode, Period: "2024", Areas: []release.Area{{Code: cityCode, Level: "city"},
		{Code: codeA, Level: "district", Name: release.Text{"zh-CN": "甲区", "en": "A"}}, {Code: codeB, Level: "district", Name: release.Text{"zh-CN": "乙区", "en": "B"}}},
		Measures: []release.Definition{{Code: "D01", Direction: "up", Places: 1, Name: release.Text{"zh-CN": "参与率"}}, {Code: "E08", Direction: "down", Places: 1, Name: release.Text{"zh-CN": "停课率"}}}}
	for k, v := range values {
		c := release.Cell{Code: k[:3], Area: map[byte]string{'A': codeA, 'B': codeB}[k[4]], Period: k[6:], State: "value", Value: v}
		if v == "" {
			c.State = "withheld"
		}
		r.Cells = append(r.Cells, c)
	}
	return r
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	fsys, err := packs.Open("beijing-2021")
	if err != nil {
		t.Fatal(err)
	}
	p, bad := pack.Check(fsys)
	if len(bad) > 0 {
		t.Fatal(bad)
	}
	own := *p
	own.Reports = []pack.Report{{Code: "yearly", Period: "year"}}
	own.Evaluation = &pack.Evaluation{Code: "eval", Version: "1.0", Name: text("评价"), Level: "district", Red: 20, Amber: 5, Comment: 10, Act: 20, Workflow: "evaluation",
		Dimensions: []pack.EvaluationDimension{{Code: "social", Name: text("社会"), Codes: []string{"D01"}, Weight: 60}, {Code: "governance", Name: text("治理"), Codes: []string{"E08"}, Weight: 40}},
		Composite:  &pack.Composite{Missing: "mean", Places: 1, Shake: 25, Runs: 200, Goalposts: map[string]pack.Goalpost{"D01": {Worst: "0", Best: "100"}, "E08": {Worst: "20", Best: "0"}}}}
	tree := area.NewTree([]area.Area{{ID: 1, Code: cityCode, Level: area.City, Name: "示例市"}, {ID: 11, ParentID: 1, Code: codeA, Level: area.District, Name: "甲区"},
		{ID: 12, ParentID: 1, Code: codeB, Level: area.District, Name: "乙区"}, {ID: 111, ParentID: 11, Code: "110101001000", Level: area.Street, Name: "甲街道"}})
	w := &world{pack: &own, now: time.Date(2025, 3, 3, 2, 0, 0, 0, time.UTC),
		registers: figures(map[string]string{"D01 A 2024": "40", "D01 A 2023": "50", "D01 B 2024": "30", "D01 B 2023": "20", "E08 A 2024": "4", "E08 A 2023": "5", "E08 B 2024": "6", "E08 B 2023": "6"})}
	w.Service = evaluation.New(evaluation.Deps{DB: d, Pack: func() *pack.Pack { return w.pack }, Tree: func() *area.Tree { return tree }, Releases: w,
		Collect: func(_ context.Context, r pack.Report, _, _ string) (*release.Release, error) {
			if !slices.Equal(r.Figures[0].Codes, []string{"D01", "E08"}) || r.Figures[0].Levels[0] != "district" {
				t.Errorf("asked for %+v", r.Figures)
			}
			return w.registers, nil
		},
		Targets: func(context.Context) ([]plan.Progress, error) { return w.targets, nil },
		Experts: func(_ context.Context, day string) ([]evaluation.Expert, error) {
			if !strings.HasSuffix(day, "-12-31") {
				t.Errorf("experts on %s", day)
			}
			return w.experts, nil
		},
		Days: func(from time.Time, n int) time.Time { return from.AddDate(0, 0, n) }, Zone: func() *time.Location { return time.UTC }, Now: func() time.Time { return w.now }})
	return w
}

// as is the context of somebody with a role; districts hold theirs in one area.
func as(id string) context.Context {
	ctx := audit.With(context.Background(), audit.Who{Actor: id})
	g, ok := map[string]account.Grant{"city": {Role: account.RoleCity}, "leading": {Role: account.RoleLeading}, "analyst": {Role: account.RoleAnalyst},
		"a": {Role: account.RoleDistrict, AreaID: 11}, "b": {Role: account.RoleDistrict, AreaID: 12}, "street": {Role: account.RoleStreet, AreaID: 111}}[id]
	if !ok {
		return ctx
	}
	return account.With(ctx, account.Actor{ID: id, Grants: []account.Grant{g}})
}

func want(t testing.TB, err error, k errs.Kind, what string) {
	t.Helper()
	if err == nil || errs.KindOf(err) != k {
		t.Errorf("%s: %v", what, err)
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) begin(t testing.TB) evaluation.Round {
	t.Helper()
	r, err := w.Begin(as("analyst"), "2024")
	ok(t, err)
	return r
}

func (w *world) move(t testing.TB, who string, r evaluation.Round, move, reason string) evaluation.Round {
	t.Helper()
	ok(t, w.Move(as(who), r, move, reason))
	return w.again(t, r)
}

func (w *world) again(t testing.TB, r evaluation.Round) evaluation.Round {
	t.Helper()
	r, err := w.Round(as("city"), r.ID)
	ok(t, err)
	return r
}

// public takes a round to its publication.
func (w *world) public(t testing.TB) evaluation.Round {
	t.Helper()
	return w.publish(t, w.begin(t))
}

func (w *world) publish(t testing.TB, r evaluation.Round) evaluation.Round {
	t.Helper()
	r = w.move(t, "analyst", r, "show", "")
	w.now = w.now.AddDate(0, 0, 11)
	r = w.move(t, "city", r, "answer", "")
	r = w.move(t, "analyst", r, "finish", "")
	return w.move(t, "leading", r, "publish", "")
}

// P1.9: begun, shown, contested with evidence, answered, collected again where
// something was corrected, finished by one and approved by another, published.
func TestLife(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		want(t, second(w.Begin(as("a"), "2024")), errs.Forbidden, "a district begins")
		want(t, second(w.Begin(as("city"), "2025")), errs.Invalid, "a year that is not over")
		want(t, second(w.Begin(as("city"), "2024-Q1")), errs.Invalid, "a quarter of a yearly method")
		r := w.begin(t)
		want(t, second(w.Begin(as("city"), "2024")), errs.Conflict, "a second one")
		want(t, second(w.Round(as("a"), r.ID)), errs.NotFound, "a district before it is shown")
		want(t, second(w.Round(as(""), r.ID)), errs.NotFound, "the public")
		want(t, w.Move(as("a"), r, "show", ""), errs.Forbidden, "a district shows")
		r = w.move(t, "analyst", r, "show", "")
		if r.Until != "2025-03-13" {
			t.Errorf("until %s", r.Until)
		}
		w.contested(t, r)
		r = w.finished(t, r)
		want(t, w.Move(as("analyst"), r, "publish", ""), errs.Forbidden, "who finished approves")
		r = w.move(t, "leading", r, "publish", "")
		if !r.Public() || r.ApprovedBy != "leading" || r.FinishedBy != "analyst" {
			t.Errorf("%+v", r)
		}
		events, err := w.Events(as("city"), r)
		ok(t, err)
		var verbs []string
		for _, e := range events {
			verbs = append(verbs, e.Verb)
		}
		if w := []string{"begin", "show", "contest", "remark", "note", "answer", "collect", "finish", "publish"}; !slices.Equal(verbs, w) {
			t.Errorf("%v", verbs)
		}
	})
}

func second[T any](_ T, err error) error { return err }

// contested: a district sees its own draft alone, and contests it with evidence
// within its term.
func (w *world) contested(t *testing.T, r evaluation.Round) {
	t.Helper()
	mine, err := w.Profiles(as("a"), r)
	ok(t, err)
	if len(mine) != 1 || mine[0].Area != codeA {
		t.Errorf("a sees %+v", mine)
	}
	want(t, second(w.Profile(as("a"), r, codeB)), errs.NotFound, "a district sees another's draft")
	want(t, second(w.Profile(as("street"), r, codeA)), errs.NotFound, "a street sees its district's draft")
	want(t, second(w.Profile(as(""), r, codeA)), errs.NotFound, "the public sees a draft")
	want(t, second(w.Ranking(as("a"), r)), errs.NotFound, "a district sees the index")
	n := evaluation.NewNote{Area: codeA, Kind: evaluation.Contest, Code: "D01", Text: "少计了两个班"}
	want(t, w.Say(as("a"), r, n), errs.Invalid, "without evidence")
	n.Evidence = "开班表第2页"
	want(t, w.Say(as("b"), r, n), errs.NotFound, "for another district")
	bad := n
	bad.Code = "Z99"
	want(t, w.Say(as("a"), r, bad), errs.Invalid, "of no figure")
	ok(t, w.Say(as("a"), r, n))
	ok(t, w.Say(as("b"), r, evaluation.NewNote{Area: codeB, Kind: evaluation.Remark, Text: "没有问题"}))
	theirs, err := w.Notes(as("b"), r)
	ok(t, err)
	if len(theirs) != 1 || theirs[0].Area != codeB {
		t.Errorf("b reads %+v", theirs)
	}
	want(t, w.Move(as("city"), r, "answer", ""), errs.Conflict, "before the term is over")
	want(t, w.Recollect(as("city"), r), errs.Conflict, "figures change while districts look at them")
	w.now = w.now.AddDate(0, 0, 11)
	want(t, w.Say(as("a"), r, n), errs.Conflict, "after the term")
	want(t, w.Move(as("city"), r, "answer", ""), errs.Conflict, "before every contest is answered")
}

// finished: the contest is answered, its figure corrected and collected again.
func (w *world) finished(t *testing.T, r evaluation.Round) evaluation.Round {
	t.Helper()
	notes, err := w.Notes(as("city"), r)
	ok(t, err)
	id := notes[0].ID
	want(t, w.Answer(as("a"), r, id, evaluation.Corrected, "已更正"), errs.Forbidden, "a district answers itself")
	want(t, w.Answer(as("city"), r, id, "maybe", "已更正"), errs.Invalid, "no outcome")
	want(t, w.Answer(as("city"), r, id, evaluation.Corrected, " "), errs.Invalid, "no answer")
	ok(t, w.Answer(as("city"), r, id, evaluation.Corrected, "已更正"))
	want(t, w.Answer(as("city"), r, id, evaluation.Kept, "不改"), errs.Conflict, "an answer is changed")
	r = w.move(t, "city", r, "answer", "")
	want(t, w.Move(as("analyst"), r, "finish", ""), errs.Conflict, "corrected and not collected again")
	w.now = w.now.Add(time.Hour)
	w.registers = figures(map[string]string{"D01 A 2024": "60", "D01 A 2023": "50", "D01 B 2024": "10", "D01 B 2023": "20"})
	ok(t, w.Recollect(as("analyst"), r))
	r = w.again(t, r)
	p, err := w.Profile(as("a"), r, codeA)
	ok(t, err)
	if c := p.Dimensions[0].Cells[0]; c.Value.Cmp(big.NewRat(60, 1)) != 0 || c.Verdict != score.Green {
		t.Errorf("%+v", c)
	}
	return w.move(t, "analyst", r, "finish", "")
}

// Red cells become tasks; they are planned, reported, done, and late ones show.
func TestActions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		r := w.public(t) // A fell from 50 to 40: 20 % behind
		list, err := w.Actions(as(""), r)
		ok(t, err)
		if len(list) != 1 || list[0].Area != codeA || list[0].Code != "D01" || list[0].State != evaluation.ActOpen || list[0].Due != "2025-04-03" {
			t.Fatalf("%+v", list)
		}
		id := list[0].ID
		want(t, w.Plan(as("b"), r, id, "逐点核查", "乙区教委", "2025-06-30"), errs.Forbidden, "another district plans")
		want(t, w.Plan(as(""), r, id, "逐点核查", "公众", "2025-06-30"), errs.Forbidden, "the public plans")
		want(t, w.Report(as("a"), r, id, evaluation.ActWorking, "已开始"), errs.Conflict, "not planned yet")
		want(t, w.Plan(as("a"), r, id, "逐点核查", "", "2025-06-30"), errs.Invalid, "no owner")
		want(t, w.Plan(as("a"), r, id, "逐点核查", "甲区教委", "2025-03-14"), errs.Invalid, "a day that is not ahead")
		want(t, w.Plan(as("a"), r, "x", "逐点核查", "甲区教委", "2025-06-30"), errs.NotFound, "no such task")
		ok(t, w.Plan(as("a"), r, id, "逐点核查", "甲区教委", "2025-06-30"))
		w.now = time.Date(2025, 7, 1, 2, 0, 0, 0, time.UTC)
		for who, n := range map[string]int{"a": 1, "b": 0, "city": 1, "leading": 0, "": 0} {
			if got, err := w.Waiting(as(who)); err != nil || len(got) != n {
				t.Errorf("%s waits for %+v, %v", who, got, err)
			}
		}
		ok(t, w.Report(as("a"), r, id, evaluation.ActWorking, "已核查三个点"))
		ok(t, w.Report(as("city"), r, id, evaluation.ActDone, "已办结"))
		want(t, w.Report(as("a"), r, id, evaluation.ActWorking, "再办"), errs.Conflict, "done stays done")
		list, err = w.Actions(as(""), r)
		ok(t, err)
		if a := list[0]; a.State != evaluation.ActDone || len(a.Progress) != 3 || a.Late(w.Today()) || a.Text != "逐点核查" {
			t.Errorf("%+v", a)
		}
	})
}

// Figures of a published release are used where there is one; what it withholds
// stays withheld, and is never computed from the registers.
func TestWithheld(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	w := newWorld(t, d)
	w.published = figures(map[string]string{"D01 A 2024": "", "D01 A 2023": "50", "D01 B 2024": "30"})
	tree := w.Tree()
	at := func(code string) *area.Area { n, _ := tree.ByCode(code); return tree.At(n) }
	w.targets = []plan.Progress{{Target: plan.Target{Measure: "D01"}, Split: []plan.Standing{{Area: at(codeB), Years: []plan.Year{{Year: 2023, Want: big.NewRat(10, 1)}, {Year: 2024, Want: big.NewRat(40, 1)}}}}}}
	w.experts = []evaluation.Expert{{Area: "110101001000", Holder: "甲街道", Number: "SF2024-001", Day: "2024-05-01"}}
	r := w.begin(t)
	if s := r.Figures.Source; s.Release != "r1" || s.Version != "1.0.0" || s.SHA256 != "abc" {
		t.Errorf("source %+v", s)
	}
	p, err := w.Profile(as("city"), r, codeA)
	ok(t, err)
	if c := p.Dimensions[0].Cells[0]; c.Value != nil || c.State != "withheld" || c.Verdict != score.Unknown {
		t.Errorf("withheld: %+v", c)
	}
	if c := p.Dimensions[1].Cells[0]; c.State != evaluation.Absent || c.Verdict != score.Unknown {
		t.Errorf("not in the release: %+v", c)
	}
	p, err = w.Profile(as("city"), r, codeB)
	ok(t, err)
	if c := p.Dimensions[0].Cells[0]; c.By != score.ByTarget || c.Verdict != score.Red || c.Behind.Cmp(big.NewRat(25, 1)) != 0 {
		t.Errorf("by its own target: %+v", c)
	}
	if e := r.Figures.ExpertsOf(codeA); len(e) != 1 || e[0].Number != "SF2024-001" || len(r.Figures.ExpertsOf(codeB)) != 0 {
		t.Errorf("experts %+v", r.Figures.Experts)
	}
}

// The ranking is off until somebody says why, in public, and can be taken away.
func TestLeague(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		r := w.public(t)
		want(t, second(w.Ranking(as(""), r)), errs.NotFound, "off by default")
		want(t, w.SetLeague(as("city"), r, true, text("市人大要求公布")), errs.Forbidden, "the office alone")
		want(t, w.SetLeague(as("leading"), r, true, pack.Text{"zh-CN": "市人大要求公布"}), errs.Invalid, "a reason in one language")
		want(t, w.SetLeague(as("leading"), r, false, text("撤下")), errs.Conflict, "it is off")
		ok(t, w.SetLeague(as("leading"), r, true, text("市人大要求公布")))
		r = w.again(t, r)
		k, err := w.Ranking(as(""), r)
		ok(t, err)
		if len(k.Rows) != 2 || k.Rows[0].Rank != 1 || !r.League || r.LeagueReason["en"] != "市人大要求公布" {
			t.Errorf("%+v", k)
		}
		ok(t, w.SetLeague(as("leading"), r, false, text("不再需要")))
		want(t, second(w.Ranking(as(""), w.again(t, r))), errs.NotFound, "taken away")
	})
}

// A published evaluation is revised with a reason, by the same way; its tasks go
// on, those of cells that are red no more are dropped; the first stays readable.
func TestRevise(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		r := w.public(t) // D01 of A is red
		why := text("更正漏报的班次")
		want(t, second(w.Revise(as("a"), r, why)), errs.Forbidden, "a district revises")
		want(t, second(w.Revise(as("city"), r, pack.Text{"en": "only English"})), errs.Invalid, "a reason in one language")
		old, err := w.Actions(as(""), r)
		ok(t, err)
		w.registers = figures(map[string]string{"D01 A 2024": "60", "D01 A 2023": "50", "D01 B 2024": "10", "D01 B 2023": "20"}) // now B is red
		next, err := w.Revise(as("analyst"), r, why)
		ok(t, err)
		if next.Edition != 2 || next.Public() || next.Why["en"] != why["en"] {
			t.Errorf("%+v", next)
		}
		want(t, second(w.Revise(as("city"), r, why)), errs.Conflict, "a revision is under way")
		want(t, second(w.Revise(as("city"), next, why)), errs.Conflict, "not public yet")
		if got, err := w.Service.Find(as(""), "2024", 0); err != nil || got.ID != r.ID {
			t.Errorf("public while it is revised: %+v, %v", got, err)
		}
		next = w.publish(t, next)
		if got, err := w.Service.Find(as(""), "2024", 0); err != nil || got.ID != next.ID {
			t.Errorf("the newest: %+v, %v", got, err)
		}
		if got, err := w.Service.Find(as(""), "2024", 1); err != nil || got.ID != r.ID {
			t.Errorf("the first: %+v, %v", got, err)
		}
		want(t, second(w.Service.Find(as(""), "2024", 3)), errs.NotFound, "an edition that is not there")
		list, err := w.Actions(as(""), next)
		ok(t, err)
		if len(list) != 2 || list[0].ID != old[0].ID || list[0].State != evaluation.ActDropped || len(list[0].Progress) != 1 || list[1].Area != codeB || list[1].State != evaluation.ActOpen {
			t.Errorf("%+v", list)
		}
		want(t, w.Plan(as("a"), next, old[0].ID, "逐点核查", "甲区教委", "2025-12-30"), errs.Conflict, "a dropped task")
		want(t, second(w.Revise(as("city"), r, why)), errs.Conflict, "not the newest")
	})
}

// A version of the method that was used cannot change its rules; what versions
// changed is listed.
func TestMethods(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.public(t)
		other := *w.pack.Evaluation
		other.Red = 30
		other.Dimensions = slices.Clone(other.Dimensions)
		other.Dimensions[0].Weight, other.Dimensions[1].Weight = 50, 50
		w.pack.Evaluation = &other
		w.registers.Period = "2023"
		want(t, second(w.Begin(as("city"), "2023")), errs.Conflict, "other rules under the same version")
		other.Version = "1.1"
		if r, err := w.Begin(as("city"), "2023"); err != nil || r.Version != "1.1" {
			t.Fatalf("%+v %v", r, err)
		}
		list, err := w.Methods(as(""))
		ok(t, err)
		if len(list) != 2 || list[0].Version != "1.1" || list[1].Version != "1.0" || list[0].At.IsZero() {
			t.Fatalf("%+v", list)
		}
		got := evaluation.Differences(list[1].Evaluation, list[0].Evaluation)
		if w := []evaluation.Change{{"red", "", "20", "30"}, {"weight", "social", "60", "50"}, {"weight", "governance", "40", "50"}}; !slices.Equal(got, w) {
			t.Errorf("%+v", got)
		}
		r, err := w.Service.Find(as(""), "2024", 0)
		ok(t, err)
		m, err := w.MethodOf(as(""), r)
		if err != nil || m.Red != 20 {
			t.Errorf("what was published keeps its method: %d, %v", m.Red, err)
		}
	})
}

// A pack without a method evaluates nothing, and nothing breaks.
func TestNoMethod(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	w.pack.Evaluation = nil
	want(t, second(w.Begin(as("city"), "2024")), errs.NotFound, "no method")
	if list, err := w.Rounds(as("city")); err != nil || len(list) != 0 {
		t.Errorf("%v %v", list, err)
	}
	if list, err := w.Methods(as("")); err != nil || len(list) != 0 {
		t.Errorf("%v %v", list, err)
	}
}
