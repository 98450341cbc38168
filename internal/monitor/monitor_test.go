package monitor_test

import (
	"context"
	"crypto/ed25519"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/apd/v3"

	"xuedu/internal/account"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/i18n"
	"xuedu/internal/indicator"
	"xuedu/internal/monitor"
	"xuedu/internal/pack"
	"xuedu/internal/plan"
	"xuedu/internal/publish"
	"xuedu/internal/release"
	"xuedu/internal/release/proof"
	"xuedu/packs"
)

// figures are made up: the value of a cell is told by a map, 10 where it says
// nothing.
type figures struct {
	tree *area.Tree
	set  map[string]int64 // "D01 11 2024"
}

func (f *figures) Definitions(context.Context, string) ([]indicator.Definition, error) {
	return []indicator.Definition{{Indicator: pack.Indicator{Code: "D01", Group: "D", Name: pack.Text{"zh-CN": "参与率", "en": "Participation"}, Unit: "percent", Places: 1,
		Direction: "up", Periods: []string{"year"}, Levels: []string{"city", "district"}}, Version: 3}}, nil
}

func (f *figures) cells(code string, q indicator.Query) (out []indicator.Cell) {
	n, _ := f.tree.ByCode(q.Area)
	nrs := []int{n}
	if q.Level != "" {
		nrs = f.tree.Below(n, area.Level(q.Level))
	}
	for _, nr := range nrs {
		for _, p := range q.Periods {
			v, ok := f.set[code+" "+f.tree.At(nr).Code+" "+p.Name]
			if !ok {
				v = 10
			}
			c := indicator.Cell{Code: code, Nr: nr, Period: p, State: formula.Value, Value: *apd.New(v, 0)}
			c.Exact = c.Value.Text('f')
			if v < 0 {
				c.State, c.Exact = formula.NotReported, ""
			}
			if v == withheld {
				c.State, c.Expected, c.Reported = formula.Withheld, 3, 2
			}
			out = append(out, c)
		}
	}
	return out
}

// withheld stands for a value that its source does not give.
const withheld = -2

func (f *figures) Eval(_ context.Context, q indicator.Query) (out []indicator.Cell, err error) {
	for _, code := range q.Codes {
		out = append(out, f.cells(code, q)...)
	}
	return out, nil
}

func (f *figures) Preview(_ context.Context, d pack.Indicator, q indicator.Query) ([]indicator.Cell, error) {
	return f.cells(d.Code, q), nil
}

func (f *figures) Version(context.Context) (int64, error) { return 7, nil }

func (f *figures) SliceName(_, value, _ string) string { return value }

// world is a city with two districts that writes reports.
type world struct {
	*monitor.Service
	publish *publish.Service
	figures *figures
	pack    *pack.Pack
	now     time.Time
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
	text := func(s string) pack.Text { return pack.Text{"zh-CN": s, "en": s} }
	own.Reports = []pack.Report{{Code: "yearly", Title: text("年报"), Period: "year", Publisher: text("办公室"), Languages: []string{"zh-CN", "en"}, Workflow: "report",
		Figures:   []pack.FigureQuery{{Groups: []string{"D"}, Levels: []string{"", "district"}, Back: 1}},
		Checklist: []pack.Coded{{Code: "compared", Name: text("核对")}},
		Sections: []pack.ReportSection{{Code: "summary", Title: text("概要"), Role: account.RoleAnalyst, Body: text("{{fig D01}} {{change D01 from=-1}}")},
			{Code: "district", Title: text("各区"), Role: account.RoleDistrict, Each: "district", Body: text("{{fig D01}}")}}}}
	tree := area.NewTree([]area.Area{{ID: 1, Code: "110000000000", Level: area.City, Name: "示例市", NameEN: "Sample"},
		{ID: 11, ParentID: 1, Code: "110101000000", Level: area.District, Name: "甲区", NameEN: "A"}, {ID: 12, ParentID: 1, Code: "110102000000", Level: area.District, Name: "乙区", NameEN: "B"}})
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{pack: &own, figures: &figures{tree: tree, set: map[string]int64{}}, now: time.Date(2025, 3, 1, 2, 0, 0, 0, time.UTC)}
	now := func() time.Time { return w.now }
	w.publish = publish.New(publish.Deps{DB: d, Now: now, Post: func(a account.Actor) pack.Text { return text(a.ID) },
		Key: func(int64) (ed25519.PrivateKey, error) {
			return ed25519.NewKeyFromSeed([]byte(strings.Repeat("k", 32))), nil
		}})
	w.Service = monitor.New(monitor.Deps{DB: d, Pack: func() *pack.Pack { return w.pack }, Tree: func() *area.Tree { return tree }, Figures: w.figures, Bundle: bundle,
		Targets: func(context.Context) ([]plan.Progress, error) { return nil, nil }, Publish: w.publish, Synthetic: func() bool { return true }, Now: now})
	w.publish.OnDecided(w.Follow)
	if _, err := w.publish.NewKey(as("system")); err != nil {
		t.Fatal(err)
	}
	return w
}

// as is the context of somebody with a role; districts hold theirs in one area.
func as(id string) context.Context {
	grants := map[string]account.Grant{"city": {Role: account.RoleCity}, "leading": {Role: account.RoleLeading}, "analyst": {Role: account.RoleAnalyst},
		"a": {Role: account.RoleDistrict, AreaID: 11}, "teacher": {Role: account.RoleTeacher, OrgID: "x"}}
	ctx := audit.With(context.Background(), audit.Who{Actor: id})
	g, ok := grants[id]
	if !ok {
		return ctx
	}
	return account.With(ctx, account.Actor{ID: id, Grants: []account.Grant{g}})
}

const (
	cityCode = "110000000000"
	codeA    = "110101000000"
	codeB    = "110102000000"
)

func (w *world) begin(t testing.TB) monitor.Draft {
	t.Helper()
	d, err := w.Begin(as("city"), "yearly", cityCode, "2024")
	if err != nil {
		t.Fatal(err)
	}
	return d
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

func both(s string) pack.Text { return pack.Text{"zh-CN": s, "en": s} }

// P1.8: a report is begun, written by those who answer for its parts, contested
// by a district, answered, frozen, approved, and verifies.
func TestReport(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		draft := w.begin(t)
		w.written(t, draft)
		w.contested(t, draft)
		draft = w.frozen(t, draft)
		e, err := w.publish.Edition(as("leading"), draft.ReleaseID)
		ok(t, err)
		ok(t, w.publish.Approve(as("leading"), e.ID, e.Digest, w.now))
		got, err := w.Draft(as("city"), draft.ID)
		if err != nil || got.State != "released" {
			t.Errorf("%+v, %v", got, err)
		}
		sealed, err := w.publish.Sealed(as(""), e.ID)
		ok(t, err)
		keys, err := w.publish.Keys(as(""))
		ok(t, err)
		r := proof.Verify(sealed, keys)
		if !r.Agrees() || r.Cells != 6 || r.Sentences != 6 {
			t.Errorf("%+v", r)
		}
		if s := r.Release.Sections[0].Text["zh-CN"]; s != "参与率20.0%，上升10.0个百分点。\n" {
			t.Errorf("%q", s)
		}
	})
}

// written: sections are saved by whom they are assigned to, on the version they
// read.
func (w *world) written(t testing.TB, d monitor.Draft) {
	t.Helper()
	w.figures.set["D01 "+cityCode+" 2024"] = 20
	body := pack.Text{"zh-CN": "参与率{{fig D01}}，{{change D01 from=-1}}。", "en": "Participation {{change D01 from=-1}} to {{fig D01}}."}
	_, err := w.Save(as("a"), d, "summary", "", body, 1)
	want(t, err, errs.Forbidden, "a district writes the summary")
	_, err = w.Save(as("a"), d, "district", codeB, body, 1)
	want(t, err, errs.Forbidden, "a district writes another's section")
	_, err = w.Save(as("teacher"), d, "summary", "", body, 1)
	want(t, err, errs.Forbidden, "a teacher writes")
	_, err = w.Save(as("analyst"), d, "summary", "", body, 1)
	ok(t, err)
	_, err = w.Save(as("city"), d, "summary", "", both("other"), 1)
	want(t, err, errs.Conflict, "written on an old version")
	_, err = w.Save(as("a"), d, "district", codeA, both("{{fig D01}}!"), 1)
	ok(t, err)
	h, err := w.History(as("city"), d, "summary", "")
	if err != nil || len(h) != 2 || h[1].Author != "analyst" {
		t.Errorf("%+v, %v", h, err)
	}
}

// contested: a district says what is wrong with its own figures, with evidence;
// nothing is frozen before it is answered.
func (w *world) contested(t testing.TB, d monitor.Draft) {
	t.Helper()
	n := monitor.NewNote{Section: "district", Area: codeB, Kind: monitor.Contest, Cell: "D01 " + codeB + " 2024", Text: "少计了一所学校", Evidence: "登记表第3页"}
	want(t, w.Say(as("a"), d, n), errs.Forbidden, "another district's figure")
	n.Area, n.Cell, n.Evidence = codeA, "D01 "+codeA+" 2024", ""
	want(t, w.Say(as("a"), d, n), errs.Invalid, "contested without evidence")
	n.Evidence = "登记表第3页"
	ok(t, w.Say(as("a"), d, n))
	ok(t, w.SetTick(as("city"), d, "compared", true))
	want(t, w.Move(as("city"), d, "freeze", ""), errs.Conflict, "frozen with an open contest")
	notes, err := w.Notes(as("city"), d)
	if err != nil || len(notes) != 1 || !notes[0].Waits() {
		t.Fatalf("%+v, %v", notes, err)
	}
	want(t, w.Answer(as("a"), d, notes[0].ID, "kept", "不改"), errs.Forbidden, "answered by the district")
	ok(t, w.Answer(as("city"), d, notes[0].ID, "explained", "已写入说明"))
	want(t, w.Answer(as("city"), d, notes[0].ID, "kept", "再答"), errs.Conflict, "answered twice")
}

// frozen: with the list ticked since the last change, and no typed number.
func (w *world) frozen(t testing.TB, d monitor.Draft) monitor.Draft {
	t.Helper()
	_, err := w.Save(as("city"), d, "district", codeB, both("12 个"), 1)
	ok(t, err)
	want(t, w.Move(as("city"), d, "freeze", ""), errs.Conflict, "frozen though a text changed since the ticks")
	ok(t, w.SetTick(as("city"), d, "compared", true))
	_, bad, err := w.Compose(as("city"), d)
	ok(t, err)
	if !slices.ContainsFunc(bad, func(p monitor.Problem) bool { return p.Key == "narrative.problem.typed" && p.Area == codeB }) {
		t.Errorf("%+v", bad)
	}
	want(t, w.Move(as("city"), d, "freeze", ""), errs.Conflict, "frozen with a typed number")
	_, err = w.Save(as("city"), d, "district", codeB, pack.Text{"zh-CN": "{{fig D01}}", "en": "nothing"}, 2)
	ok(t, err)
	if _, bad, _ = w.Compose(as("city"), d); len(bad) != 1 || bad[0].Key != "narrative.problem.other_cells" {
		t.Errorf("%+v", bad)
	}
	_, err = w.Save(as("city"), d, "district", codeB, both("{{fig D01}}"), 3)
	ok(t, err)
	ok(t, w.SetTick(as("city"), d, "compared", true))
	want(t, w.Move(as("analyst"), d, "freeze", ""), errs.Forbidden, "frozen by who may only write")
	ok(t, w.Move(as("city"), d, "freeze", ""))
	d, err = w.Draft(as("city"), d.ID)
	ok(t, err)
	_, err = w.Save(as("analyst"), d, "summary", "", both("x"), 2)
	want(t, err, errs.Conflict, "written after it was frozen")
	return d
}

// What is sent back is written again; a revision begins with what was published
// and needs a public reason.
func TestAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		draft := w.begin(t)
		_, err := w.Begin(as("city"), "yearly", cityCode, "2024")
		want(t, err, errs.Conflict, "begun twice")
		freeze := func() {
			t.Helper()
			ok(t, w.SetTick(as("city"), draft, "compared", true))
			ok(t, w.Move(as("city"), draft, "freeze", ""))
			draft, err = w.Draft(as("city"), draft.ID)
			ok(t, err)
		}
		freeze()
		ok(t, w.publish.Reject(as("leading"), draft.ReleaseID, "再核一遍"))
		draft, err = w.Draft(as("city"), draft.ID)
		if err != nil || draft.State != "writing" || draft.ReleaseID != "" {
			t.Fatalf("%+v, %v", draft, err)
		}
		_, err = w.Save(as("analyst"), draft, "summary", "", both("{{fig D01}}。"), 1)
		ok(t, err)
		freeze()
		e, err := w.publish.Edition(as("leading"), draft.ReleaseID)
		ok(t, err)
		ok(t, w.publish.Approve(as("leading"), e.ID, e.Digest, w.now))

		w.figures.set["D01 "+codeA+" 2024"] = 12
		draft = w.begin(t)
		sec, err := w.Section(as("city"), draft, "summary", "")
		if err != nil || sec.Body["en"] != "{{fig D01}}。" {
			t.Errorf("%+v, %v", sec, err)
		}
		ok(t, w.SetTick(as("city"), draft, "compared", true))
		want(t, w.Move(as("city"), draft, "freeze", ""), errs.Invalid, "revised without a reason")
		ok(t, w.SetHead(as("city"), draft, release.Final, pack.Text{"zh-CN": "甲区补报", "en": "A reported late"}))
		draft, err = w.Draft(as("city"), draft.ID)
		ok(t, err)
		freeze()
		e, err = w.publish.Edition(as("leading"), draft.ReleaseID)
		if err != nil || e.Version != "1.0.1" || e.Stage != release.Revised {
			t.Errorf("%+v, %v", e, err)
		}
	})
}

// What a source withholds is in a report with nothing but its state.
func TestWithheld(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	w.figures.set["D01 "+codeA+" 2024"] = withheld
	rep, _ := w.pack.Report("yearly")
	r, err := w.Collect(as("city"), rep, cityCode, "2024")
	ok(t, err)
	got, _ := release.NewIndex(r).Cell(release.Key{Code: "D01", Area: codeA, Period: "2024"})
	if got != (release.Cell{Code: "D01", Area: codeA, Period: "2024", State: "withheld"}) {
		t.Errorf("%+v", got)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	for name, tt := range map[string]struct {
		who, series, area, period string
		kind                      errs.Kind
	}{
		"not allowed":  {"analyst", "yearly", cityCode, "2024", errs.Forbidden},
		"no report":    {"city", "monthly", cityCode, "2024", errs.Invalid},
		"no area":      {"city", "yearly", "99", "2024", errs.Invalid},
		"no period":    {"city", "yearly", cityCode, "later", errs.Invalid},
		"other period": {"city", "yearly", cityCode, "2024-Q1", errs.Invalid},
		"not over":     {"city", "yearly", cityCode, "2025", errs.Invalid},
	} {
		_, err := w.Begin(as(tt.who), tt.series, tt.area, tt.period)
		want(t, err, tt.kind, name)
	}
	_, err := w.Drafts(as("teacher"))
	want(t, err, errs.Forbidden, "a teacher reads drafts")
}
