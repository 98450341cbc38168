package org_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/org"
)

func factOf(t testing.TB, name string) org.Fact {
	t.Helper()
	for _, f := range org.Facts {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("no fact %s", name)
	return org.Fact{}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		fact, text, want string
		bad              bool
	}{
		{"space", "１２０．５０", "120.5", false},
		{"space", " 1,200 ", "1200", false},
		{"space", "007.0", "7", false},
		{"space", "0", "0", false},
		{"space", "", "", false},
		{"space", "12.34", "", true},
		{"space", "-3", "", true},
		{"space", "1e5", "", true},
		{"space", "1000000.1", "", true},
		{"open_hours", "168", "168", false},
		{"open_hours", "168.1", "", true},
		{"rooms", "3", "3", false},
		{"rooms", "3.0", "", true},
		{"rooms", ".", "", true},
		{"ramp", "有", "yes", false},
		{"ramp", "否", "no", false},
		{"ramp", "TRUE", "yes", false},
		{"ramp", "ground", "", true},
		{"lift", "均在一层，无需电梯", "ground", false},
		{"lift", "大概", "", true},
		{"host", "  教育局  ", "教育局", false},
		{"opening", strings.Repeat("开", 201), "", true},
	} {
		got, err := factOf(t, tt.fact).Plain(tt.text)
		if got != tt.want || (errs.KindOf(err) == errs.Invalid) != tt.bad && (err != nil || tt.bad) {
			t.Errorf("%s %q = %q, %v; want %q, bad = %v", tt.fact, tt.text, got, err, tt.want, tt.bad)
		}
	}
}

// What is accepted is plain: it is accepted again as it is, and is a number.
func FuzzPlain(f *testing.F) {
	for _, s := range []string{"1", "0012.50", "１２", "有", "ground", "", "-1", "1e9", "١", "½", "9999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, fact := range org.Facts {
			v, err := fact.Plain(text)
			if err != nil {
				continue
			}
			if again, err := fact.Plain(v); err != nil || again != v {
				t.Errorf("%s: %q → %q → %q, %v", fact.Name, text, v, again, err)
			}
			if fact.Kind == org.Count || fact.Kind == org.Decimal {
				if r, ok := new(big.Rat).SetString(v); v != "" && (!ok || r.Sign() < 0) {
					t.Errorf("%s: %q is no number", fact.Name, v)
				}
			}
		}
	})
}

var full = org.Profile{Host: "云桥街道办事处", Space: "320.5", Shared: "120", Rooms: "4", Ramp: "yes", Lift: "ground", Toilet: "no",
	FullTime: "3", PartTime: "0", Volunteers: "25", OpenHours: "52.5", Opening: "周一至周六"}

// P2.1: what is known of an institution is kept, changed and told; what is not
// known stays unknown.
func TestProfile(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := open(t, d, "minimal")
		ctx := trusted(t)
		in := org.Input{Code: "h1", Type: "learning-house", Name: "云桥学习坊", Area: "QH-1-1"}
		if o := c.mustCreate(t, in); o.Profile != (org.Profile{}) {
			t.Fatalf("a new institution knows %+v", o.Profile)
		}
		in.Profile = full
		if _, err := c.Edit(ctx, "h1", in); err != nil {
			t.Fatal(err)
		}
		o, err := c.Get(ctx, "h1")
		if err != nil || o.Profile != full {
			t.Fatalf("kept %+v, %v; want %+v", o.Profile, err, full)
		}
		in.Shared = "320.6"
		if _, err := c.Edit(ctx, "h1", in); errs.KindOf(err) != errs.Invalid {
			t.Errorf("more shared than there is: %v, want Invalid", err)
		}
		in.Profile = full
		in.Rooms, in.PartTime = "", "2"
		if o, err = c.Edit(ctx, "h1", in); err != nil || o.Rooms != "" {
			t.Fatal(o.Rooms, err)
		}
		events, err := c.History(ctx, "h1")
		want := []org.Change{{Field: "rooms", Before: "4"}, {Field: "part_time", Before: "0", After: "2"}}
		if diff := cmp.Diff(want, events[0].Changes); err != nil || diff != "" {
			t.Errorf("history (-want +got), %v:\n%s", err, diff)
		}
	})
}

// A file changes the facts it has columns for, and no others.
func TestImportProfile(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := open(t, d, "minimal")
		ctx := trusted(t)
		imp := func(csv string) org.ImportReport {
			t.Helper()
			rep, err := c.Import(ctx, table(t, csv), org.ImportOptions{Name: "x.csv"})
			if err != nil {
				t.Fatal(err)
			}
			return rep
		}
		imp("code,name,type,area,场地面积,教室数,电梯,举办单位\nh1,云桥学习坊,learning-house,QH-1-1,３２０.50,4,均在一层,街道办\n")
		rep := imp("code,name,type,area,rooms,ramp\nh1,云桥学习坊,learning-house,QH-1-1,,有\n")
		o, err := c.Get(ctx, "h1")
		if want := (org.Profile{Space: "320.5", Lift: "ground", Host: "街道办", Ramp: "yes"}); err != nil || o.Profile != want || rep.Changed != 1 {
			t.Errorf("kept %+v, %v, %d changed; want %+v", o.Profile, err, rep.Changed, want)
		}
		rep = imp("code,name,type,area,rooms,ramp\nh1,云桥学习坊,learning-house,QH-1-1,三间,有\n")
		if len(rep.Rejects) != 1 || rep.Rejects[0].Column != "rooms" || rep.Rejects[0].Value != "三间" {
			t.Errorf("refused %+v, want the column rooms", rep.Rejects)
		}
	})
}
