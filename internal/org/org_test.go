package org_test

import (
	"context"
	"io/fs"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"xuedu/internal/account"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/org"
	"xuedu/internal/pack"
	"xuedu/internal/sheet"
	"xuedu/packs"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

type city struct {
	*org.Service
	areas *area.Service
	pack  *pack.Pack
	db    *db.DB
}

// open makes a city from a pack that ships, without institutions.
func open(t testing.TB, d *db.DB, name string) city {
	t.Helper()
	dir, err := packs.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := pack.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return noon }
	a := area.New(d, now)
	if _, err := a.Import(t.Context(), table(t, read(t, dir, "data/areas.csv")), area.ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	return city{Service: org.New(d, a.Tree, func() *pack.Pack { return p }, now), areas: a, pack: p, db: d}
}

func read(t testing.TB, dir fs.FS, name string) string {
	t.Helper()
	b, err := fs.ReadFile(dir, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func table(t testing.TB, csv string) *sheet.Table {
	t.Helper()
	tb, err := sheet.NewBytes([]byte(csv))
	if err != nil {
		t.Fatal(err)
	}
	return tb
}

// as returns a context in which an account acts with one role in an area or an institution.
func (c city) as(t testing.TB, role, areaCode, orgID string) context.Context {
	t.Helper()
	g := account.Grant{Role: role, OrgID: orgID}
	if areaCode != "" {
		n, ok := c.areas.Tree().ByCode(areaCode)
		if !ok {
			t.Fatalf("no area %s", areaCode)
		}
		g.AreaID = c.areas.Tree().At(n).ID
	}
	ctx := audit.With(t.Context(), audit.Who{Actor: "u1"})
	return account.With(ctx, account.Actor{ID: "u1", Login: "u1", Grants: []account.Grant{g}})
}

var house = org.Input{Code: "yunqiao-house", Type: "learning-house", Name: "云桥学习坊", Area: "QH-1-1", Address: "桥南路 1 号", Phone: "010-1"}

func (c city) mustCreate(t testing.TB, in org.Input) org.Org {
	t.Helper()
	o, err := c.Create(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestCreateEditDeactivate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := open(t, d, "minimal")
		ctx := c.as(t, account.RoleDistrict, "QH-1", "")
		o, err := c.Create(ctx, house)
		if err != nil || o.Initials != "yqxxf" || o.State != org.Active {
			t.Fatalf("Create = %+v, %v", o, err)
		}
		in := house
		in.Name, in.Phone, in.Seen = "云桥社区学习坊", "", o.UpdatedAt
		if o, err = c.Edit(ctx, house.Code, in); err != nil || o.Name != in.Name || o.Phone != "" {
			t.Fatalf("Edit = %+v, %v", o, err)
		}
		if _, err := c.Edit(ctx, house.Code, in); errs.KindOf(err) != errs.Conflict {
			t.Errorf("Edit of what somebody changed = %v, want Conflict", err)
		}
		if err := c.Deactivate(ctx, house.Code, "  "); errs.KindOf(err) != errs.Invalid {
			t.Errorf("Deactivate without a reason = %v, want Invalid", err)
		}
		if err := c.Deactivate(ctx, house.Code, "房屋收回"); err != nil {
			t.Fatal(err)
		}
		if err := c.Deactivate(ctx, house.Code, "再一次"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("Deactivate twice = %v, want Conflict", err)
		}
		if res, err := c.List(ctx, org.Query{}); err != nil || res.Total != 0 {
			t.Errorf("List = %d, %v; an institution out of work is not listed", res.Total, err)
		}
		if err := c.Reactivate(ctx, house.Code, "重新开放"); err != nil {
			t.Fatal(err)
		}
		checkHistory(t, c, ctx)
	})
}

func checkHistory(t *testing.T, c city, ctx context.Context) {
	t.Helper()
	events, err := c.History(ctx, house.Code)
	if err != nil {
		t.Fatal(err)
	}
	var verbs []string
	for _, e := range events {
		verbs = append(verbs, e.Verb+":"+e.Reason)
	}
	if want := []string{"reactivate:重新开放", "deactivate:房屋收回", "edit:", "create:"}; !slices.Equal(verbs, want) {
		t.Fatalf("history = %v, want %v", verbs, want)
	}
	want := []org.Change{{Field: "name", Before: "云桥学习坊", After: "云桥社区学习坊"}, {Field: "phone", Before: "010-1", After: ""}}
	if diff := cmp.Diff(want, events[2].Changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if ch := events[3].Changes; !slices.Contains(ch, org.Change{Field: "area", After: "QH-1-1"}) {
		t.Errorf("the first entry does not tell the area: %v", ch)
	}
	var n int
	if err := c.db.Read.QueryRowContext(ctx, `SELECT count(*) FROM audit_entry WHERE verb LIKE 'org:%' AND actor = 'u1'`).Scan(&n); err != nil || n != 4 {
		t.Errorf("%d audit entries, %v; want one for each of 4 writes", n, err)
	}
}

func TestScope(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := open(t, d, "minimal")
		o := c.mustCreate(t, house)
		moved := house
		moved.Area = "QH-2-1"
		for _, tt := range []struct {
			name       string
			ctx        context.Context
			edit, move errs.Kind
		}{
			{"city officer", c.as(t, account.RoleCity, "", ""), 0, 0},
			{"own district", c.as(t, account.RoleDistrict, "QH-1", ""), 0, errs.Forbidden},
			{"own street", c.as(t, account.RoleStreet, "QH-1-1", ""), 0, errs.Forbidden},
			{"other district", c.as(t, account.RoleDistrict, "QH-2", ""), errs.Forbidden, errs.Forbidden},
			{"own institution", c.as(t, account.RoleOrgStaff, "", o.ID), 0, errs.Forbidden},
			{"other institution", c.as(t, account.RoleOrgStaff, "", "else"), errs.Forbidden, errs.Forbidden},
			{"teacher", c.as(t, account.RoleTeacher, "", o.ID), errs.Forbidden, errs.Forbidden},
			{"nobody", audit.With(t.Context(), audit.Who{Actor: "public"}), errs.Forbidden, errs.Forbidden},
		} {
			if _, err := c.Edit(tt.ctx, house.Code, house); errs.KindOf(err) != tt.edit {
				t.Errorf("%s: Edit = %v, want kind %v", tt.name, err, tt.edit)
			}
			if _, err := c.Edit(tt.ctx, house.Code, moved); errs.KindOf(err) != tt.move {
				t.Errorf("%s: move to another district = %v, want kind %v", tt.name, err, tt.move)
			}
			if _, err := c.Edit(t.Context(), house.Code, house); err != nil { // back
				t.Fatal(err)
			}
		}
	})
}

func TestInputRules(t *testing.T) {
	t.Parallel()
	c := open(t, dbtest.SQLite(t), "minimal")
	c.mustCreate(t, house)
	child := house
	child.Code, child.Parent = "child", house.Code
	c.mustCreate(t, child)
	for _, tt := range []struct {
		name, field string
		kind        errs.Kind
		change      func(*org.Input)
	}{
		{"no code", "code", errs.Invalid, func(in *org.Input) { in.Code = " " }},
		{"code with a slash", "code", errs.Invalid, func(in *org.Input) { in.Code = "a/b" }},
		{"code of a page", "code", errs.Invalid, func(in *org.Input) { in.Code = "new" }},
		{"code taken", "code", errs.Conflict, func(in *org.Input) { in.Code = house.Code }},
		{"no name", "name", errs.Invalid, func(in *org.Input) { in.Name = "" }},
		{"unknown type", "type", errs.Invalid, func(in *org.Input) { in.Type = "x" }},
		{"unknown area", "area", errs.Invalid, func(in *org.Input) { in.Area = "x" }},
		{"unknown parent", "parent", errs.Invalid, func(in *org.Input) { in.Parent = "x" }},
	} {
		in := house
		in.Code = "fresh"
		tt.change(&in)
		_, err := c.Create(t.Context(), in)
		e, ok := err.(*errs.Error)
		if !ok || e.Kind != tt.kind || e.Field != tt.field {
			t.Errorf("%s: Create = %v, want kind %v at %s", tt.name, err, tt.kind, tt.field)
		}
	}
	ring := house
	ring.Parent = "child"
	if _, err := c.Edit(t.Context(), house.Code, ring); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a ring of parents: Edit = %v, want Invalid", err)
	}
}

// H1, H2: 16 issuing bodies, their counterparts in 16 districts, two technical bodies.
func TestImportBodies(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := open(t, d, "beijing-2021")
		dir, err := packs.Open("beijing-2021")
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []org.ImportReport{{Rows: 274, Added: 274, Written: true}, {Rows: 274, Same: 274}} {
			rep, err := c.Import(t.Context(), table(t, read(t, dir, "data/orgs.csv")), org.ImportOptions{Strict: true})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, rep); diff != "" {
				t.Errorf("import %d (-want +got):\n%s", i, diff)
			}
		}
		counts, err := c.CountByType(t.Context(), "")
		if err != nil || counts["city-body"] != 16 || counts["district-body"] != 256 || counts["technical-body"] != 2 || counts["library"] != 0 {
			t.Errorf("CountByType = %v, %v", counts, err)
		}
		if counts, err = c.CountByType(t.Context(), "110108000000"); err != nil || counts["district-body"] != 16 || counts["city-body"] != 0 {
			t.Errorf("CountByType of a district = %v, %v; want its 16 counterparts", counts, err)
		}
		for _, tt := range []struct {
			q     org.Query
			total int
			first string
		}{
			{org.Query{Text: "教育委员会"}, 1, "bj-education-commission"},
			{org.Query{Text: "bjkf"}, 1, "bj-open-university"},
			{org.Query{Text: "beijing kaifang"}, 1, "bj-open-university"},
			{org.Query{Text: "Open University"}, 1, "bj-open-university"},
			{org.Query{Text: "bj-finance"}, 17, "bj-finance"},
			{org.Query{Area: "110108000000", Text: "教委"}, 1, "bj-education-commission-110108"},
			{org.Query{Types: []string{"technical-body"}}, 2, "bj-education-academy"},
			{org.Query{Page: 5}, 274, "bj-ecology-environment-110118"},
			{org.Query{Page: 9}, 274, ""},
			{org.Query{State: org.Inactive}, 0, ""},
		} {
			res, err := c.List(t.Context(), tt.q)
			first := ""
			if len(res.Orgs) > 0 {
				first = res.Orgs[0].Code
			}
			if err != nil || res.Total != tt.total || first != tt.first {
				t.Errorf("List(%+v) = %d, first %s, %v; want %d, %s", tt.q, res.Total, first, err, tt.total, tt.first)
			}
		}
	})
}

func TestImportRejects(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := open(t, d, "minimal")
		const in = "代码,名称,类型,区划,上级\n" +
			"child,桥南教学点,学习点,QH-1-1-01,centre\n" + // its parent stands below it
			"centre,河东学习中心,learning-centre,QH-1,\n" +
			"bad-area,甲,学习点,QH-9,\n" +
			"bad-type,乙,什么,QH-1,\n" +
			",丙,学习点,QH-1,\n" +
			"centre,又一个,学习点,QH-1,\n" +
			"ring-a,丁,学习点,QH-1,ring-b\n" +
			"ring-b,戊,学习点,QH-1,ring-a\n" +
			"lost,己,学习点,QH-1,nobody\n"
		wantRejects := map[int]string{4: "area", 5: "type", 6: "code", 7: "code", 8: "parent", 9: "parent", 10: "parent"}
		rep, err := c.Import(t.Context(), table(t, in), org.ImportOptions{Strict: true})
		if err != nil || rep.Written || rep.Added != 2 {
			t.Fatalf("strict = %+v, %v; want nothing written", rep, err)
		}
		if res, err := c.List(t.Context(), org.Query{State: org.Any}); err != nil || res.Total != 0 {
			t.Fatalf("strict wrote %d, %v", res.Total, err)
		}
		if rep, err = c.Import(t.Context(), table(t, in), org.ImportOptions{}); err != nil || !rep.Written || rep.Added != 2 {
			t.Fatalf("import = %+v, %v", rep, err)
		}
		got := map[int]string{}
		for _, r := range rep.Rejects {
			got[r.Line] = r.Column
		}
		if diff := cmp.Diff(wantRejects, got); diff != "" {
			t.Errorf("refused rows (-want +got):\n%s", diff)
		}
		o, err := c.Get(t.Context(), "child")
		if err != nil || o.Type != "learning-point" || c.OrgName(t.Context(), o.ParentID) != "河东学习中心" {
			t.Errorf("child = %+v, %v", o, err)
		}
		// A column that the file lacks stays as it is; the parent stays too.
		rep, err = c.Import(t.Context(), table(t, "code,name,type,area\nchild,桥南学习点,learning-point,QH-1-1-01\n"), org.ImportOptions{})
		after, gerr := c.Get(t.Context(), "child")
		if err != nil || gerr != nil || rep.Changed != 1 || after.ParentID != o.ParentID || after.Name != "桥南学习点" {
			t.Errorf("second file = %+v, %+v, %v %v", rep, after, err, gerr)
		}
		// Outside the caller's area a row is refused.
		ctx := c.as(t, account.RoleDistrict, "QH-2", "")
		rep, err = c.Import(ctx, table(t, "code,name,type,area\nx1,甲,学习点,QH-1\nx2,乙,学习点,QH-2-1\n"), org.ImportOptions{})
		if err != nil || rep.Added != 1 || len(rep.Rejects) != 1 || rep.Rejects[0].Err.Kind != errs.Forbidden {
			t.Errorf("other district = %+v, %v", rep, err)
		}
	})
}

// Two processes on one database see each other's institutions.
func TestTwoServices(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := open(t, d, "minimal")
		other := org.New(d, c.areas.Tree, func() *pack.Pack { return c.pack }, func() time.Time { return noon })
		if _, err := other.Get(t.Context(), house.Code); errs.KindOf(err) != errs.NotFound {
			t.Fatalf("Get = %v, want NotFound", err)
		}
		c.mustCreate(t, house)
		if o, err := other.Get(t.Context(), house.Code); err != nil || o.Name != house.Name {
			t.Errorf("Get = %+v, %v", o, err)
		}
	})
}

// P2.1: coverage of the three-level network, against a count by hand.
func TestCoverage(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := open(t, d, "minimal")
		for _, in := range []org.Input{
			{Code: "c1", Type: "learning-centre", Name: "河东学习中心", Area: "QH-1"},
			{Code: "h1", Type: "learning-house", Name: "云桥学习坊", Area: "QH-1-1"},
			{Code: "h2", Type: "learning-house", Name: "云桥二坊", Area: "QH-1-1"},         // the same street
			{Code: "h3", Type: "learning-house", Name: "临江学习坊", Area: "QH-1-2-01"},     // stands in a community, serves its street
			{Code: "h4", Type: "learning-house", Name: "停办的", Area: "QH-2-1"},          // out of work
			{Code: "p1", Type: "learning-point", Name: "桥南学习点", Area: "QH-1-1-01"},     //
			{Code: "p2", Type: "learning-point", Name: "街道直属点", Area: "QH-1-1"},        // stands in no community
			{Code: "w1", Type: "learning-workplace", Name: "青禾机械厂", Area: "QH-2-1-01"}, // not of the network
		} {
			c.mustCreate(t, in)
		}
		if err := c.Deactivate(t.Context(), "h4", "停办"); err != nil {
			t.Fatal(err)
		}
		got, err := c.Coverage(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		table := map[string][]org.Covered{}
		for _, row := range got {
			table[row.Area.Code] = row.Levels
		}
		covered := func(district, streets, points [2]int) []org.Covered {
			return []org.Covered{{area.District, district[0], district[1]}, {area.Street, streets[0], streets[1]}, {area.Community, points[0], points[1]}}
		}
		want := map[string][]org.Covered{
			"QH":   covered([2]int{1, 3}, [2]int{2, 9}, [2]int{1, 30}),
			"QH-1": covered([2]int{1, 1}, [2]int{2, 3}, [2]int{1, 11}),
			"QH-2": covered([2]int{0, 1}, [2]int{0, 3}, [2]int{0, 9}),
			"QH-3": covered([2]int{0, 1}, [2]int{0, 3}, [2]int{0, 10}),
		}
		if diff := cmp.Diff(want, table); diff != "" {
			t.Errorf("coverage (-want +got):\n%s", diff)
		}
		gaps, err := c.Gaps(t.Context(), "QH-1", area.Street)
		if err != nil || len(gaps) != 1 || gaps[0].Code != "QH-1-3" {
			t.Errorf("Gaps = %v, %v; want the third street", gaps, err)
		}
		if _, err := c.Coverage(t.Context(), "nowhere"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("Coverage of nowhere = %v, want Invalid", err)
		}
	})
}

// Of many who register the same code at once, one succeeds.
func TestCreateOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := open(t, d, "minimal")
		var made, taken atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				switch _, err := c.Create(t.Context(), house); {
				case err == nil:
					made.Add(1)
				case errs.KindOf(err) == errs.Conflict:
					taken.Add(1)
				}
			})
		}
		wg.Wait()
		if made.Load() != 1 || taken.Load() != 7 {
			t.Errorf("%d made, %d told the code is taken; want 1 and 7", made.Load(), taken.Load())
		}
	})
}
