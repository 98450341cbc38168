package expert_test

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"testing"

	"xuedu/internal/account"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/sheet"
)

// Who changes employer or home stays tied to the former ones for the years of
// the rule, and is tied to the new ones at once (P1.7).
func TestChangeOfEmployer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.orgs = []expert.Org{{ID: "old", Code: "old", Name: "旧校"}, {ID: "new", Code: "new", Name: "新校"}}
		e := w.add(t, expert.Input{OrgID: "old", HomeArea: 11})
		var told []string
		w.OnChange(func(_ context.Context, _ *sql.Tx, id string) error { told = append(told, id); return nil })
		_, err := w.Change(office(), e.ID, expert.Input{Name: "专家", OrgID: "new", HomeArea: 22, Version: e.Version})
		must(t, err)
		if !slices.Equal(told, []string{e.ID}) {
			t.Errorf("told of %v", told)
		}
		for _, tt := range []struct {
			sub  expert.Subject
			want []string
		}{
			{expert.Subject{ApplicationID: "1", OrgID: "new", AreaID: 1}, []string{"employer"}},
			{expert.Subject{ApplicationID: "2", OrgID: "old", AreaID: 1}, []string{"employer"}},
			{expert.Subject{ApplicationID: "3", AreaID: 12}, []string{"home_area"}},
			{expert.Subject{ApplicationID: "4", AreaID: 21}, []string{"home_area"}},
			{expert.Subject{ApplicationID: "5", AreaID: 1}, nil},
		} {
			if got := w.kinds(t, e, tt.sub); !slices.Equal(got, tt.want) {
				t.Errorf("application %s: %v, want %v", tt.sub.ApplicationID, got, tt.want)
			}
		}
		_, err = w.Change(office(), e.ID, expert.Input{Name: "专家", Version: e.Version})
		wantKind(t, err, errs.Conflict) // somebody else was faster
		w.now = w.now.AddDate(3, 0, 1)
		r := allKinds
		r.Day = w.Today()
		m, err := w.Matrix(context.Background(), r, []string{e.ID}, []expert.Subject{{ApplicationID: "2", OrgID: "old", AreaID: 1}})
		must(t, err)
		if m.Conflicted(e.ID, "2") {
			t.Error("still excluded after the look-back")
		}
	})
}

// The program never undoes what the office has pinned, and the register shows at once.
func TestPins(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.orgs = []expert.Org{{ID: "a", Code: "a", Name: "甲"}, {ID: "b", Code: "b", Name: "乙"}}
		e := w.add(t, expert.Input{OrgID: "a"})
		sub := expert.Subject{ApplicationID: "1", OrgID: "a", AreaID: 1}
		p, err := w.Pin(office(), expert.Edge{ExpertID: e.ID, Kind: expert.KindAny, Subject: "org", SubjectID: "a", State: expert.Cleared, Reason: "同名的另一人"})
		must(t, err)
		w.tie(t, expert.Edge{ExpertID: e.ID, Kind: "coach", Subject: "org", SubjectID: "a", Source: "guidance:1", From: "2025-01-01"})
		if got := w.kinds(t, e, sub); got != nil {
			t.Errorf("pinned as none, found %v", got)
		}
		must(t, w.Unpin(office(), p.ID, "看错了"))
		if got := w.kinds(t, e, sub); !slices.Equal(got, []string{"employer", "coach"}) {
			t.Errorf("after the pin: %v", got)
		}
		other := expert.Subject{ApplicationID: "2", OrgID: "b", AreaID: 1}
		_, err = w.Pin(office(), expert.Edge{ExpertID: e.ID, Kind: "family", Subject: "org", SubjectID: "b", State: expert.Holds, Reason: "举报属实"})
		must(t, err)
		r := allKinds
		r.Kinds = []string{"employer"}
		m, err := w.Matrix(context.Background(), r, []string{e.ID}, []expert.Subject{other})
		must(t, err)
		if !m.Conflicted(e.ID, "2") {
			t.Error("pinned as a conflict, not found") // whatever kinds the rule names
		}
		w.orgs[0].ParentID = "b" // the register puts one below the other
		if got := w.kinds(t, e, other); !slices.Equal(got, []string{"employer", "family"}) {
			t.Errorf("after the merger: %v", got)
		}
		_, err = w.Pin(as("x", account.RoleExpert), expert.Edge{})
		wantKind(t, err, errs.Forbidden)
	})
}

// Names only suggest: the office decides (b.2).
func TestNamesOnlySuggest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.orgs = []expert.Org{{ID: "u", Code: "u", Name: "东城区社区学院"}}
		e := w.add(t, expert.Input{OrgName: "东城社区学院"})
		sub := expert.Subject{ApplicationID: "1", OrgID: "u", AreaID: 1}
		list, err := w.Suggestions(office())
		must(t, err)
		if len(list) != 1 || list[0].SubjectID != "u" || w.kinds(t, e, sub) != nil {
			t.Fatalf("suggested %+v, found %v", list, w.kinds(t, e, sub))
		}
		wantKind(t, w.Hold(office(), list[0].ID, ""), errs.Invalid)
		must(t, w.Hold(office(), list[0].ID, "已核实是同一单位"))
		if got := w.kinds(t, e, sub); !slices.Equal(got, []string{"employer"}) {
			t.Errorf("held: %v", got)
		}
		must(t, w.Clear(office(), list[0].ID, "其实不是"))
		if got := w.kinds(t, e, sub); got != nil {
			t.Errorf("cleared: %v", got)
		}
		log, err := w.Events(office(), e.ID)
		must(t, err)
		if len(log) != 3 {
			t.Errorf("log has %d lines", len(log))
		}
	})
}

// An expert's own word holds at once, and only for the expert.
func TestDeclare(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		e := w.add(t, expert.Input{})
		e, err := w.Attach(office(), e.ID, "account-1")
		must(t, err)
		me := as("account-1", account.RoleExpert)
		told := 0
		w.OnChange(func(context.Context, *sql.Tx, string) error { told++; return nil })
		_, err = w.Declare(me, expert.Edge{Kind: "declared", Subject: "application", SubjectID: "1", Reason: "曾合作研究"})
		must(t, err)
		if got := w.kinds(t, e, expert.Subject{ApplicationID: "1", AreaID: 1}); !slices.Equal(got, []string{"declared"}) || told != 1 {
			t.Errorf("declared: %v, told %d", got, told)
		}
		_, err = w.Declare(me, expert.Edge{Kind: "coach", Subject: "application", SubjectID: "1", Reason: "曾合作研究"})
		wantKind(t, err, errs.Invalid)
		_, err = w.Declare(as("stranger", account.RoleExpert), expert.Edge{Kind: "declared", Subject: "application", SubjectID: "1", Reason: "试试"})
		wantKind(t, err, errs.Forbidden)
		_, err = w.EdgesOf(as("stranger", account.RoleExpert), e.ID)
		wantKind(t, err, errs.Forbidden)
		other := w.add(t, expert.Input{})
		_, err = w.Attach(office(), other.ID, "account-1")
		wantKind(t, err, errs.Invalid) // belongs to another
	})
}

// Invitations: terms, working days, declined and opened again (c 4, 33, 35).
func TestInvitations(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		e, err := w.Add(office(), expert.Input{Name: "新人"})
		must(t, err)
		_, err = w.Attach(office(), e.ID, "account-1")
		must(t, err)
		me := as("account-1", account.RoleExpert)
		inv, err := w.Invite(office(), e.ID, "", 3) // Thursday: Friday, Monday, Tuesday
		must(t, err)
		if inv.Due != "2025-10-21" {
			t.Errorf("due %s", inv.Due)
		}
		_, err = w.Invite(office(), e.ID, "", 3)
		wantKind(t, err, errs.Conflict)
		wantKind(t, w.Answer(me, inv.ID, expert.Answer{Reason: "tired"}), errs.Invalid)
		must(t, w.Answer(me, inv.ID, expert.Answer{Reason: "busy", Note: "开学季"}))
		inv, err = w.Invite(office(), e.ID, "", 3)
		must(t, err)
		w.now = w.now.AddDate(0, 0, 6)
		wantKind(t, w.Answer(me, inv.ID, expert.Answer{Accept: true, Terms: inv.Terms}), errs.Conflict) // expired
		inv, err = w.Invite(office(), e.ID, "", 3)
		must(t, err)
		w.terms = "新约定"
		wantKind(t, w.Answer(me, inv.ID, expert.Answer{Accept: true, Terms: inv.Terms}), errs.Conflict) // other terms
		w.terms = "约定"
		must(t, w.Answer(me, inv.ID, expert.Answer{Accept: true, Terms: inv.Terms}))
		pool, err := w.Pool(context.Background())
		must(t, err)
		if len(pool) != 1 || pool[0].TermsAt.IsZero() {
			t.Errorf("pool %+v", pool)
		}
	})
}

// Conflicts are looked at before anybody is invited (c 1).
func TestInviteToCall(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		e := w.add(t, expert.Input{HomeArea: 11})
		w.calls = calls{allKinds, []expert.Subject{{ApplicationID: "1", AreaID: 12}}}
		_, err := w.Invite(office(), e.ID, "call", 5)
		wantKind(t, err, errs.Conflict)
		w.calls.subjects = append(w.calls.subjects, expert.Subject{ApplicationID: "2", AreaID: 21})
		fits, err := w.Fits(office(), "call", []string{e.ID})
		must(t, err)
		if fits[e.ID] != (expert.Fit{Conflicts: 1, Applications: 2}) {
			t.Errorf("fits %+v", fits)
		}
		_, err = w.Invite(office(), e.ID, "call", 5)
		must(t, err)
	})
}

const file = "code,name,categories,fields,org_name,home_area,load\nE1,甲,practice;research,社区教育,某校,11,8\nE2,乙,practice,,,22,\n"

// All of a file or nothing; the same file again changes nothing.
func TestImport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		take := func(text string, dry bool) expert.ImportReport {
			t.Helper()
			src, err := sheet.New(strings.NewReader(text))
			must(t, err)
			rep, err := w.Import(office(), src, expert.ImportOptions{Name: "f.csv", DryRun: dry})
			must(t, err)
			return rep
		}
		if rep := take(file, true); rep.Written || rep.Added != 2 {
			t.Errorf("dry %+v", rep)
		}
		if rep := take(file+"E3,丙,unheard,,,,\nE3,,,,,,\nE1,丁,,,,,x\n", false); rep.Written || len(rep.Rejects) != 3 {
			t.Errorf("bad rows %+v", rep)
		}
		if list, _ := w.Experts(office()); len(list) != 0 {
			t.Errorf("half-written: %d", len(list))
		}
		if rep := take(file, false); !rep.Written || rep.Added != 2 {
			t.Errorf("first %+v", rep)
		}
		if rep := take(file, false); rep.Written || rep.Same != 2 {
			t.Errorf("again %+v", rep)
		}
		if rep := take("code,name,home_area\nE1,甲,21\n", false); rep.Changed != 1 {
			t.Errorf("moved %+v", rep)
		}
		list, err := w.Experts(office())
		must(t, err)
		if list[0].HomeArea != 21 || !slices.Equal(list[0].Categories, []string{"practice", "research"}) || list[0].Load != 8 {
			t.Errorf("kept %+v", list[0])
		}
		gaps := w.Gaps(list)
		if len(gaps) != 2 || gaps[0].District != 20 || gaps[1].Category.Code != "research" || gaps[1].District != 0 {
			t.Errorf("gaps %+v", gaps)
		}
	})
}

// Ten thousand experts, five thousand applications, two hundred districts.
func BenchmarkMatrix(b *testing.B) {
	w := bigWorld(b)
	b.ResetTimer()
	for b.Loop() {
		if _, err := w.Matrix(context.Background(), allKinds, w.ids, w.subjects); err != nil {
			b.Fatal(err)
		}
	}
}
