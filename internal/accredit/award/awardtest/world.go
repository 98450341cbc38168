// Package awardtest gives tests a small city with a programme of award and
// calls that are decided.
package awardtest

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/award"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/calendar"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/workflow"
	"xuedu/packs"
)

// Noon is a Monday, at noon in the city.
var Noon = time.Date(2026, 10, 12, 4, 0, 0, 0, time.UTC)

// Areas of the city: three districts; the first has a street.
const City, District, District2, District3, Street = int64(1), int64(2), int64(3), int64(4), int64(5)

// Programme is the code of the programme of the tests.
const Programme = "demonstration-district"

// Reason is why things change in tests.
const Reason = "经核实，情况属实。"

// World is the small city.
type World struct {
	*award.Service
	DB     *db.DB
	Clock  time.Time
	Pack   *pack.Pack
	Tree   *area.Tree
	Calls  *Calls
	Reds   map[string]bool            // "CODE AREA": red
	Upheld map[string][]award.Finding // by award
	Bars   []string                   // "ORG AREA FROM TO"
	Edges  []expert.Edge
}

// Now is the time in the city.
func (w *World) Now() time.Time { return w.Clock }

// To moves the clock to noon of a day.
func (w *World) To(day string) {
	t, _ := time.Parse(time.DateOnly, day)
	w.Clock = t.Add(4 * time.Hour)
}

// Rule is the programme: three places, three years.
func Rule() pack.AwardProgramme {
	return pack.AwardProgramme{Code: Programme, Name: pack.Text{"zh-CN": "学习型城市建设示范区", "en": "Demonstration district"}, Clause: "P1.3",
		Object: accredit.ObjectDistrict, Quota: 3, Validity: 3, Prefix: "SF", Workflows: map[string]string{"award": "award"},
		Rubric: []pack.Criterion{{Code: "1", Name: pack.Text{"zh-CN": "组织保障", "en": "Organisation"}, Weight: 100,
			Leaves: []pack.Leaf{{Code: "1.1", Name: pack.Text{"zh-CN": "统筹机制", "en": "Coordination"}, Weight: 100, Core: true}}}},
		Life: pack.AwardLife{Check: 15, Red: 2, Core: []string{"D01", "B04", "C02"}, Rectify: 90, RectifyMost: 180, Reevaluate: 6, Keep: "75", Defer: "60",
			Excellent: "90", Hearing: 10, Appeal: 60, Ban: 3}}
}

// New makes the city in d.
func New(t testing.TB, d *db.DB) *World {
	t.Helper()
	fsys, err := packs.Open("beijing-2021")
	if err != nil {
		t.Fatal(err)
	}
	p, err := pack.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	own := *p
	own.Awards = []pack.AwardProgramme{Rule()}
	areas := []area.Area{{ID: City, Code: p.RootArea, Name: "市", NameEN: "City", Level: area.City}}
	for i := range 3 {
		areas = append(areas, area.Area{ID: District + int64(i), Code: fmt.Sprint("D", i+1), Name: fmt.Sprint(i+1, "区"), NameEN: fmt.Sprint("District ", i+1), Level: area.District, ParentID: City})
	}
	areas = append(areas, area.Area{ID: Street, Code: "D1S", Name: "街道", Level: area.Street, ParentID: District})
	for _, a := range areas {
		if _, err := d.Write.Exec(fmt.Sprintf("INSERT INTO area (id, code, level, valid_from, valid_to) VALUES (%d, '%s', '%s', '', '')", a.ID, a.Code, a.Level)); err != nil {
			t.Fatal(err)
		}
	}
	w := &World{DB: d, Clock: Noon, Pack: &own, Tree: area.NewTree(areas), Reds: map[string]bool{}, Upheld: map[string][]award.Finding{}}
	w.Calls = &Calls{calls: map[string]accredit.Call{}, apps: map[string][]accredit.Application{}}
	days := calendar.New([]time.Weekday{time.Saturday, time.Sunday}, nil, []int{2026})
	w.Service = award.NewService(award.Deps{DB: d, Pack: func() *pack.Pack { return w.Pack }, Tree: func() *area.Tree { return w.Tree },
		Days: func() *calendar.Calendar { return days }, Calls: w.Calls, Watch: watch{w}, Bars: bars{w}, Ties: ties{w}, Now: w.Now})
	return w
}

// Flow is the workflow of awards of the pack.
func (w *World) Flow() workflow.Definition {
	for _, d := range w.Pack.Workflows {
		if d.Code == "award" {
			return d
		}
	}
	return workflow.Definition{}
}

// Decided makes a decided call with an approved application of each area, and
// returns what is to be awarded.
func (w *World) Decided(areas ...int64) []award.New {
	c := w.Calls.add(accredit.Call{Programme: Programme, Kind: accredit.KindFirst, State: "decided", Digest: "x",
		Rules: accredit.Rules{Programme: Rule(), Workflows: map[string]workflow.Definition{"award": w.Flow()}}}, areas)
	var list []award.New
	for _, a := range w.Calls.apps[c.ID] {
		list = append(list, award.New{CallID: c.ID, ApplicationID: a.ID, Programme: Programme, AreaID: a.AreaID, Holder: a.Title,
			Document: "京学组〔2026〕5号", Day: w.Today(), Sentence: "统筹有力，成效明显。"})
	}
	return list
}

// Granted makes awards of areas.
func (w *World) Granted(t testing.TB, areas ...int64) []award.Award {
	t.Helper()
	list, err := w.Give(t.Context(), w.Decided(areas...))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Give grants in a transaction of its own.
func (w *World) Give(ctx context.Context, list []award.New) (out []award.Award, err error) {
	err = w.DB.InTx(ctx, func(tx *sql.Tx) error {
		out, err = w.Grant(ctx, tx, list)
		return err
	})
	return out, err
}

// Score gives the re-evaluation of an award a score.
func (w *World) Score(ctx context.Context, id, score string) error {
	return w.DB.InTx(ctx, func(tx *sql.Tx) error { return w.Scored(ctx, tx, id, score) })
}

// As returns a context in which somebody with a role acts, over an area or,
// with 0, in the whole city.
func As(ctx context.Context, role string, areaID int64) context.Context {
	ctx = audit.With(ctx, audit.Who{Actor: role})
	return account.With(ctx, account.Actor{ID: role, Login: role, Name: role, Grants: []account.Grant{{Role: role, AreaID: areaID}}})
}

// Calls are calls and applications that a test writes down.
type Calls struct {
	calls map[string]accredit.Call
	apps  map[string][]accredit.Application
}

func (c *Calls) add(call accredit.Call, areas []int64) accredit.Call {
	call.ID = fmt.Sprint("call-", len(c.calls)+1)
	c.calls[call.ID] = call
	for i, a := range areas {
		c.apps[call.ID] = append(c.apps[call.ID], accredit.Application{ID: fmt.Sprint(call.ID, "-", i), CallID: call.ID, AreaID: a, State: "approved",
			Title: fmt.Sprint("第", a, "区")})
	}
	return call
}

// Set changes the state of a call and of its applications.
func (c *Calls) Set(id, call, application string) {
	x := c.calls[id]
	x.State = call
	c.calls[id] = x
	for i := range c.apps[id] {
		c.apps[id][i].State = application
	}
}

// Call implements award.Calls.
func (c *Calls) Call(_ context.Context, id string) (accredit.Call, error) {
	if x, ok := c.calls[id]; ok {
		return x, nil
	}
	return accredit.Call{}, errs.New(errs.NotFound, "accredit.no_call")
}

// OfCall implements award.Calls.
func (c *Calls) OfCall(_ context.Context, id string) ([]accredit.Application, error) {
	return c.apps[id], nil
}

type watch struct{ w *World }

func (x watch) Red(_ context.Context, code string, areaID int64, year int) (*award.Finding, error) {
	if !x.w.Reds[fmt.Sprint(code, " ", areaID)] {
		return nil, nil
	}
	return &award.Finding{Kind: award.FindingRed, Code: code, Text: fmt.Sprint(code, " ", year)}, nil
}

func (x watch) Upheld(_ context.Context, a award.Award, _, _ string) ([]award.Finding, error) {
	return x.w.Upheld[a.ID], nil
}

type bars struct{ w *World }

func (b bars) Bar(_ context.Context, _ *sql.Tx, orgID string, areaID int64, from, to, _, _ string) error {
	b.w.Bars = append(b.w.Bars, fmt.Sprint(orgID, " ", areaID, " ", from, " ", to))
	return nil
}

func (b bars) Unbar(context.Context, *sql.Tx, string, string) error {
	b.w.Bars = nil
	return nil
}

type ties struct{ w *World }

func (t ties) AddEdge(_ context.Context, _ *sql.Tx, e expert.Edge) error {
	t.w.Edges = append(t.w.Edges, e)
	return nil
}
