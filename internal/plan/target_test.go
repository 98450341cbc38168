package plan_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/plan"
	"xuedu/internal/plan/plantest"
)

// summer is a day on which the plan still has years to go.
var summer = time.Date(2023, 7, 1, 4, 0, 0, 0, time.UTC)

// way sets a path of the whole by year.
func way(pairs ...any) []plan.Entry {
	var out []plan.Entry
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, plan.Entry{Year: pairs[i].(int), Kind: plan.Path, Value: pairs[i+1].(string)})
	}
	return out
}

func share(area string, year int, value string) plan.Entry {
	return plan.Entry{Area: area, Year: year, Kind: plan.Path, Value: value}
}

// path puts numbers over those of the plan's first target.
func path(t *testing.T, c *plantest.City, list ...plan.Entry) plan.Target {
	t.Helper()
	v, err := c.Put(t.Context(), districts, -1, list, plantest.Reason)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func key(err error) string {
	if e, ok := err.(*errs.Error); ok {
		return fmt.Sprint(e.Key, " ", e.Args)
	}
	return fmt.Sprint(err)
}

// The split of what adds up must make the whole; the message says which year
// is off by how much (P1.3).
func TestSplitAddsUp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := plantest.New(t, d, "beijing-2021", summer)
		c.Adopt(t)
		path(t, c, way(2024, "8")...)
		for _, tt := range []struct {
			name string
			list []plan.Entry
			want string
		}{
			{"too much", []plan.Entry{share("D1", 2025, "10"), share("D2", 2025, "3")}, "plan.sum_more [Year 2025 Parts 13 Whole 12 Off 1 More 0]"},
			{"too little", []plan.Entry{share("D1", 2025, "5"), share("D2", 2025, "5"), share("D3", 2025, "0.5")}, "plan.sum_less [Year 2025 Parts 10.5 Whole 12 Off 1.5 More 0]"},
			{"two years", []plan.Entry{share("D1", 2024, "9"), share("D2", 2025, "13")}, "plan.sum_more [Year 2024 Parts 9 Whole 8 Off 1 More 1]"},
			{"no whole", []plan.Entry{share("D1", 2022, "1")}, "plan.sum_no_whole [Year 2022 More 0]"},
			{"no number", []plan.Entry{share("D1", 2025, "many")}, "plan.bad_number [Value many]"},
			{"a street", []plan.Entry{share("D1S", 2025, "1")}, "plan.no_area [Code D1S]"},
		} {
			if _, err := c.Put(t.Context(), districts, -1, tt.list, plantest.Reason); key(err) != tt.want {
				t.Errorf("%s: %s, want %s", tt.name, key(err), tt.want)
			}
		}
		path(t, c, share("D1", 2025, "5"), share("D2", 2025, "3")) // four are left for the third
		v := path(t, c, share("D3", 2025, "４"))                    // full-width, as an input method writes it
		if sums := c.SumsOf(v); len(sums) != 1 || !sums[0].OK() || sums[0].Missing != 0 {
			t.Errorf("sums = %+v", sums)
		}
		in := input(v)
		in.Numbers = way(2024, "8", 2025, "14")
		if _, err := c.Set(t.Context(), in); key(err) != "plan.sum_less [Year 2025 Parts 12 Whole 14 Off 2 More 0]" {
			t.Errorf("a path that leaves its split: %s", key(err))
		}
	})
}

// input is what the form says of a target as it is.
func input(t plan.Target) plan.Input {
	return plan.Input{Code: t.Code, Base: t.Version, Plan: t.Plan, Clause: t.Clause, Measure: t.Measure, Name: t.Name, Unit: t.Unit,
		Direction: t.Direction, Due: t.Due, SetBy: t.SetBy, Reason: plantest.Reason, Numbers: way(t.DueYear(), "12")}
}

func TestRatesAreNotAddedUp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := plantest.New(t, d, "beijing-2021", summer)
		in := plan.Input{Code: "rate", Plan: "plan-2021", Clause: "P2.7", Measure: "D01", Name: pack.Text{"zh-CN": "参与率"}, Unit: pack.Text{"zh-CN": "%"},
			Direction: plan.Up, Due: "2025-12-31", SetBy: "市府〔2023〕8号", Reason: plantest.Reason, Numbers: way(2025, "16.5")}
		if _, err := c.Set(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		list := []plan.Entry{share("D1", 2025, "20"), share("D2", 2025, "15"), share("D3", 2025, "15")}
		if _, err := c.Put(t.Context(), "rate", 1, list, plantest.Reason); err != nil {
			t.Error(err)
		}
	})
}

// Each change leaves a version; nothing is changed behind somebody's back.
func TestVersions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := plantest.New(t, d, "beijing-2021", summer)
		c.Adopt(t)
		v := path(t, c, way(2023, "4", 2024, "8")...)
		in := input(v)
		in.Tolerance, in.Numbers, in.Supporting = "1", way(2023, "4", 2024, "8", 2025, "12"), []string{"bj-finance"}
		if _, err := c.Set(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Set(t.Context(), in); errs.KindOf(err) != errs.Conflict {
			t.Errorf("set on an old version: %v", err)
		}
		in.Base = 3
		if _, err := c.Set(t.Context(), in); key(err) != "plan.nothing_changed []" {
			t.Errorf("the same again: %v", err)
		}
		in.Base = 0
		if _, err := c.Set(t.Context(), in); key(err) != "plan.code_taken [Code demonstration-districts]" {
			t.Errorf("a code that is taken: %v", err)
		}
		if err := c.Drop(t.Context(), districts, 3, " "); key(err) != "plan.no_reason [Max 500]" {
			t.Errorf("drop without a reason: %v", err)
		}
		if err := c.Drop(t.Context(), districts, 3, plantest.Reason); err != nil {
			t.Fatal(err)
		}
		all, err := c.History(t.Context(), districts)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i, h := range all {
			what := []string{"new"}
			if i+1 < len(all) {
				what = c.Changed(all[i+1], h)
			}
			got = append(got, fmt.Sprint(h.Version, h.Origin, what, len(h.Numbers)))
		}
		want := "4city[dropped] 3 3city[bodies tolerance] 3 2city[path] 3 1pack[new] 1"
		if strings.Join(got, " ") != want {
			t.Errorf("history = %s, want %s", strings.Join(got, " "), want)
		}
		if list, err := c.All(t.Context()); err != nil || len(list) != 3 {
			t.Errorf("%d in force, %v; want 3", len(list), err)
		}
	})
}

func TestRefusedTargets(t *testing.T) {
	t.Parallel()
	c := plantest.New(t, dbtest.SQLite(t), "beijing-2021", summer)
	good := plan.Input{Code: "more", Plan: "plan-2021", Clause: "P1.6", Measure: "award.district_project", Name: pack.Text{"zh-CN": "项目"}, Unit: pack.Text{"zh-CN": "个"},
		Direction: plan.Up, Due: "2025-12-31", SetBy: "文", Reason: "因", Numbers: way(2025, "3")}
	for _, tt := range []struct {
		field, key string
		change     func(*plan.Input)
	}{
		{"code", "plan.bad_code", func(in *plan.Input) { in.Code = "Mehr" }},
		{"name", "plan.no_name", func(in *plan.Input) { in.Name = nil }},
		{"unit", "plan.no_unit", func(in *plan.Input) { in.Unit = nil }},
		{"clause", "plan.no_clause", func(in *plan.Input) { in.Clause = "P9" }},
		{"measure", "plan.no_measure", func(in *plan.Input) { in.Measure = "d99" }},
		{"direction", "plan.bad_direction", func(in *plan.Input) { in.Direction = "" }},
		{"tolerance", "plan.bad_number", func(in *plan.Input) { in.Tolerance = "-1" }},
		{"due", "plan.bad_day", func(in *plan.Input) { in.Due = "2025-13-01" }},
		{"set_by", "plan.no_document", func(in *plan.Input) { in.SetBy = " " }},
		{"reason", "plan.no_reason", func(in *plan.Input) { in.Reason = strings.Repeat("长", 501) }},
		{"path", "plan.no_end", func(in *plan.Input) { in.Numbers = way(2024, "3") }},
		{"path", "plan.after_due", func(in *plan.Input) { in.Numbers = way(2025, "3", 2026, "3") }},
		{"path", "plan.bad_number", func(in *plan.Input) { in.Numbers = way(2025, "1.2345678") }},
		{"path", "plan.bad_year", func(in *plan.Input) { in.Numbers = way(20255, "1") }},
	} {
		in := good
		tt.change(&in)
		_, err := c.Set(t.Context(), in)
		if e, ok := err.(*errs.Error); !ok || e.Field != tt.field || e.Key != tt.key {
			t.Errorf("%v, want %s at %s", err, tt.key, tt.field)
		}
	}
	if _, err := c.Set(t.Context(), good); err != nil {
		t.Error(err)
	}
	if _, err := c.Put(t.Context(), "nobody", -1, way(2025, "1"), "因"); errs.KindOf(err) != errs.NotFound {
		t.Errorf("Put(nobody) = %v", err)
	}
}

// Who has no permission for the whole city sets nothing, and nothing is left.
func TestForeignOfficers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := plantest.New(t, d, "beijing-2021", summer)
		c.Adopt(t)
		as := func(g account.Grant) context.Context {
			return account.With(audit.With(t.Context(), audit.Who{Actor: "a1"}), account.Actor{ID: "a1", Grants: []account.Grant{g}})
		}
		for name, ctx := range map[string]context.Context{
			"public": audit.With(t.Context(), audit.Who{Actor: "public"}), "district": as(account.Grant{Role: account.RoleDistrict, AreaID: 2}),
			"analyst": as(account.Grant{Role: account.RoleAnalyst}), "auditor": as(account.Grant{Role: account.RoleAuditor}),
		} {
			_, set := c.Set(ctx, plan.Input{Code: "x", Reason: "因"})
			_, put := c.Put(ctx, districts, -1, way(2024, "1"), "因")
			_, imp := c.Import(ctx, []plan.Row{{Line: 2, Code: districts, Entry: share("", 2024, "1")}}, "因", false)
			for what, err := range map[string]error{"set": set, "put": put, "import": imp, "drop": c.Drop(ctx, districts, 1, "因"),
				"override": c.SetOverride(ctx, districts, "", "1", "因"), "end": c.EndOverride(ctx, districts, "", "因")} {
				if errs.KindOf(err) != errs.Forbidden {
					t.Errorf("%s: %s = %v, want Forbidden", name, what, err)
				}
			}
		}
		if all, err := c.History(t.Context(), districts); err != nil || len(all) != 1 {
			t.Errorf("%d versions, %v; want 1", len(all), err)
		}
		if _, err := c.Put(as(account.Grant{Role: account.RoleCity}), districts, 1, way(2024, "1"), "因"); err != nil {
			t.Errorf("the city's officer: %v", err)
		}
	})
}

// A number set by hand stands beside the count, has a reason, is in the trail,
// and can be ended.
func TestOverride(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := plantest.New(t, d, "beijing-2021", summer)
		c.Adopt(t)
		c.Meter.Set("award.demonstration_district", 2023, c.Root, 3, 1)
		if err := c.SetOverride(t.Context(), districts, "", "5", ""); errs.KindOf(err) != errs.Invalid {
			t.Errorf("without a reason: %v", err)
		}
		if err := c.SetOverride(t.Context(), districts, "D1", "5", "因"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("an area without a path: %v", err)
		}
		for _, v := range []string{"5", "12"} {
			if err := c.SetOverride(t.Context(), districts, c.Root, v, plantest.Reason+v); err != nil {
				t.Fatal(err)
			}
		}
		p, err := c.Progress(t.Context(), districts)
		if err != nil {
			t.Fatal(err)
		}
		if o := p.Whole.Override; o == nil || plan.Exact(o.Value) != "12" || plan.Exact(p.Whole.Now.Value) != "3" || p.Whole.Verdict != plan.Reached {
			t.Errorf("shown %+v beside %v, %s", o, p.Whole.Now.Value, p.Whole.Verdict)
		}
		if g, _ := c.Goals(t.Context()); g[0].Progress.InForce != 3 || g[0].Override == nil {
			t.Errorf("the goal hides the count: %+v", g[0])
		}
		if err := c.EndOverride(t.Context(), districts, "", "名录已更正"); err != nil {
			t.Fatal(err)
		}
		if err := c.EndOverride(t.Context(), districts, "", "再来"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("ended twice: %v", err)
		}
		if p, _ = c.Progress(t.Context(), districts); p.Whole.Override != nil || p.Whole.Verdict == plan.Reached {
			t.Error("the override holds on")
		}
		list, err := c.Overrides(t.Context(), districts)
		if err != nil || len(list) != 2 || list[0].Counted != "3.000000" || list[0].EndedWhy != "名录已更正" || list[1].EndedAt.IsZero() {
			t.Errorf("overrides = %+v, %v", list, err)
		}
		if got := trail(t, d); got != "target:adopt target:override target:override target:override-end" {
			t.Errorf("trail = %s", got)
		}
	})
}

// trail lists the verbs of the audit trail.
func trail(t *testing.T, d *db.DB) string {
	t.Helper()
	rows, err := d.Read.Query("SELECT verb FROM audit_entry WHERE reason <> '' ORDER BY seq")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return strings.Join(out, " ")
}

// The pack's targets come in once; what the city has set stays.
func TestAdopt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := plantest.Pack(t, "beijing-2021")
		c := plantest.New(t, d, "beijing-2021", summer)
		s := plan.New(plan.Deps{DB: d, Pack: func() *pack.Pack { return p }, Tree: c.Tree, Now: func() time.Time { return summer }})
		adopt := func(want int) {
			t.Helper()
			if n, err := s.Adopt(t.Context(), plantest.Reason); err != nil || n != want {
				t.Errorf("Adopt = %d, %v; want %d", n, err, want)
			}
		}
		adopt(4)
		adopt(0)
		path(t, c, way(2024, "8")...)
		list := p.Plans[0].Targets
		list[0].Value, list[1].Value = "13", "101"
		adopt(1) // the first is the city's now
		p.Plans[0].Targets = list[1:3]
		adopt(1) // the last is dropped; the city's stays
		adopt(0)
		all, err := c.All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range all {
			got = append(got, fmt.Sprint(x.Target.Code, " ", plan.Exact(x.Whole.Want)))
		}
		if want := "[demonstration-districts 12 learning-organisations 101 district-projects 15]"; fmt.Sprint(got) != want {
			t.Errorf("in force %v, want %s", got, want)
		}
		p.Plans[0].Targets = append(p.Plans[0].Targets, pack.Target{Code: "community-projects", Clause: "P2.8", Name: list[3].Name, Unit: list[3].Unit, Value: "100", By: "2025-12-31", Measure: "award.community_project"})
		adopt(1) // back again
	})
}

// What was set is what target(x) reads, for years and areas that have it.
func TestTargetsForFormulas(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := plantest.New(t, d, "beijing-2021", summer)
		targets := plan.NewTargets(d)
		before, err := targets.Version(t.Context())
		if err != nil || before != "0" {
			t.Errorf("Version = %q, %v", before, err)
		}
		c.Adopt(t)
		path(t, c, share("D1", 2025, "2.5"), share("D2", 2025, "0"))
		after, _ := targets.Version(t.Context())
		if after == before {
			t.Error("the version did not change")
		}
		for _, tt := range []struct{ code, period, want string }{
			{"award.demonstration_district", "2025", "12000000 2500000 - 0 -"},
			{"award.demonstration_district", "2024", "- - - - -"},
			{"award.demonstration_district", "2025-Q1", "- - - - -"},
			{"other", "2025", "- - - - -"},
		} {
			at, _ := period.Parse(tt.period)
			b, err := targets.Read(t.Context(), tt.code, at, c.Tree())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for i, s := range b.State {
				if s.Known() {
					got = append(got, fmt.Sprint(b.Num[i]))
				} else if got = append(got, "-"); b.Cause[i] != formula.NoTarget {
					t.Errorf("cause %s", b.Cause[i])
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("%s %s = %v, want %s", tt.code, tt.period, got, tt.want)
			}
		}
	})
}

// One project under two tasks is found, whatever way its name is written; two
// of one name in different districts are two.
func TestCountedTwice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := plantest.New(t, d, "beijing-2021", summer)
		c.Adopt(t)
		c.Award(t, 1, "district-project", "“Elders  Online” 项目", 5, "awarded", "2022-05-01", "")
		c.Award(t, 2, "community-project", "elders online项目（", 2, "awarded", "2023-05-01", "")
		c.Award(t, 3, "community-project", "Elders Online 项目", 3, "awarded", "2023-05-01", "") // another district
		c.Award(t, 4, "learning-organisation", "书香园", 2, "awarded", "2022-05-01", "")
		c.Award(t, 5, "district-project", "书香园", 2, "awarded", "2022-05-01", "") // the same clause
		c.Award(t, 6, "community-project", "书香园", 2, "revoked", "2022-05-01", "")
		c.Award(t, 7, "community-project", "书香园", 2, "awarded", "2022-05-01", "2023-01-01") // over
		found, err := c.CountedTwice(t.Context())
		if err != nil || len(found) != 1 {
			t.Fatalf("found %+v, %v; want one", found, err)
		}
		var got []string
		for _, x := range found[0].Counts {
			got = append(got, x.AwardID+" "+x.Target.Clause)
		}
		if fmt.Sprint(got) != "[2 P2.8 1 P1.7]" || found[0].Area.Code != "D1" {
			t.Errorf("counts %v in %s", got, found[0].Area.Code)
		}
		// One award that two tasks count through one measure is found as well.
		in := plan.Input{Code: "twice", Plan: "plan-2021", Clause: "P1.6", Measure: "award.learning_organisation", Name: pack.Text{"zh-CN": "又一个"}, Unit: pack.Text{"zh-CN": "个"},
			Direction: plan.Up, Due: "2025-12-31", SetBy: "文", Reason: "因", Numbers: way(2025, "3")}
		if _, err := c.Set(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		if found, _ = c.CountedTwice(t.Context()); len(found) != 2 {
			t.Errorf("found %d, want 2", len(found))
		}
	})
}
