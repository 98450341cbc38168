package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/plan"
	"xuedu/internal/plan/plantest"
	"xuedu/internal/sheet"
)

const splitYAML = `demonstration-districts:
  baseline: {2020: "2"}
  path: {2024: "8"}
  split:
    D1: {2024: "5", 2025: "6"}
    D2:
      2024: "3"
`

// A file of numbers goes in wholly or not at all, and again without harm.
func TestImport(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := plantest.New(t, d, "beijing-2021", summer)
		c.Adopt(t)
		table, err := sheet.NewBytes([]byte("目标,区划,年度,类别,目标数\ndemonstration-districts,,2020,起点,2\ndemonstration-districts,,2024,,8\n" +
			"demonstration-districts,D1,2024,,5\ndemonstration-districts,D1,2025,path,6\ndemonstration-districts,D2,2024,,3\n"))
		if err != nil {
			t.Fatal(err)
		}
		fromTable, bad, err := plan.ReadTable(table)
		if err != nil || len(bad) > 0 {
			t.Fatal(bad, err)
		}
		rows, bad := plan.ReadYAML([]byte(splitYAML))
		if len(bad) > 0 {
			t.Fatal(bad)
		}
		for _, dry := range []bool{true, false} {
			rep, err := c.Import(t.Context(), rows, plantest.Reason, dry)
			if err != nil || rep.Written == dry || rep.Changed != 1 || len(rep.Rejects) > 0 {
				t.Errorf("dry %v: %+v, %v", dry, rep, err)
			}
		}
		if v := mustHistory(t, c); len(v) != 2 || len(v[0].Numbers) != 6 {
			t.Errorf("%d versions, %d numbers; want 2 and 6", len(v), len(v[0].Numbers))
		}
		if rep, err := c.Import(t.Context(), fromTable, plantest.Reason, false); err != nil || rep.Written || rep.Changed != 0 {
			t.Errorf("the same as a table: %+v, %v", rep, err)
		}
		rows = append(rows, plan.Row{Line: 9, Code: districts, Entry: share("D3", 2024, "1")}, plan.Row{Line: 10, Code: "nobody", Entry: share("", 2024, "1")},
			plan.Row{Line: 11, Code: districts, Entry: share("D9", 2025, "x")})
		rep, err := c.Import(t.Context(), rows, plantest.Reason, false)
		if got := lines(rep.Rejects); err != nil || rep.Written || got != "11 plan.no_area [Code D9]; 3 plan.sum_more [Year 2024 Parts 9 Whole 8 Off 1 More 0]; 10 plan.no_target [Code nobody]" {
			t.Errorf("%s, %v", got, err)
		}
		if v := mustHistory(t, c); len(v) != 2 {
			t.Errorf("%d versions after a refused file", len(v))
		}
	})
}

func lines(bad []plan.Reject) string {
	var out []string
	for _, b := range bad {
		out = append(out, fmt.Sprint(b.Line, " ", b.Err.Key, " ", b.Err.Args))
	}
	return strings.Join(out, "; ")
}

func TestReadYAMLRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"", "1 plan.bad_yaml []"},
		{"a: [", "1 plan.bad_yaml []"},
		{"- a", "1 plan.bad_yaml []"},
		{"a:\n  road: {2024: 1}", "2 plan.bad_part [Value road]"},
		{"a:\n  path:\n    soon: 1\n    2024: {}", "3 plan.bad_year [Year soon]; 4 plan.bad_yaml []"},
		{"a:\n  split: {D1: 4}", "2 plan.bad_yaml []"},
	} {
		if _, bad := plan.ReadYAML([]byte(tt.in)); lines(bad) != tt.want {
			t.Errorf("%q: %s, want %s", tt.in, lines(bad), tt.want)
		}
	}
}

// Whatever stands in a file, reading it ends, and what is taken has a line.
func FuzzReadYAML(f *testing.F) {
	f.Add([]byte(splitYAML))
	f.Add([]byte("a: &x {path: {2024: 1}}\nb: *x"))
	f.Add([]byte("a:\n  split: {D1: {2024: null}}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, bad := plan.ReadYAML(b)
		for _, r := range rows {
			if r.Line < 1 || r.Kind == "" {
				t.Errorf("row %+v", r)
			}
		}
		for _, r := range bad {
			if r.Line < 1 {
				t.Errorf("refused at line %d: %v", r.Line, r.Err)
			}
		}
	})
}

// A number that is read is written so that it reads the same.
func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"0", "12", "12.50", "-3.000001", "１２，０００", "1e9", "1/3", "−4", "0x1", "999999999999.999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := plan.ParseNumber(s)
		if err != nil {
			return
		}
		back, err := plan.ParseNumber(plan.Exact(v))
		if err != nil || back.Cmp(v) != 0 {
			t.Errorf("%q is %s, read again %v, %v", s, v.RatString(), back, err)
		}
	})
}

// One rounding, half to even.
func TestRounded(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in     string
		places int
		want   string
	}{
		{"1/2", 0, "0"}, {"3/2", 0, "2"}, {"5/2", 0, "2"}, {"-5/2", 0, "-2"}, {"-7/2", 0, "-4"}, {"1/8", 2, "0.12"}, {"3/8", 2, "0.38"},
		{"2/3", 1, "0.7"}, {"12", 1, "12.0"}, {"1/1000", 2, "0.00"},
	} {
		if got := plan.Rounded(rat(tt.in), tt.places); got != tt.want {
			t.Errorf("Rounded(%s, %d) = %s, want %s", tt.in, tt.places, got, tt.want)
		}
	}
}
