package plan_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/plan"
	"xuedu/internal/plan/plantest"
)

// Awards in force at the end of a period, in every area, as loops count them
// (P1.3, P1.7, P2.8).
func TestAwardMeasures(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := plantest.New(t, d, "beijing-2021", noon)
		p, tree := beijing(t), c.Tree()
		now := noon
		s := plan.NewAwardMeasures(d, func() *pack.Pack { return p }, func(_, key string, _ ...any) string { return key }, func() time.Time { return now })
		const code = "award.district_project"
		read := func(name string) measure.Block {
			t.Helper()
			at, err := period.Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			b, err := s.Read(t.Context(), measure.Ask{Code: code, Period: at, Tree: tree})
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		version := func(name string) string {
			at, _ := period.Parse(name)
			v, err := s.Version(t.Context(), code, at)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		before := version("2024")
		type award struct {
			nr              int
			state, from, to string
		}
		r := rand.New(rand.NewPCG(1, 1))
		var all []award
		for i := range 40 {
			a := award{nr: r.IntN(tree.Len()), state: []string{"awarded", "awarded", "revoked", "under_review"}[r.IntN(4)], from: fmt.Sprintf("202%d-06-30", 2+r.IntN(4))}
			if r.IntN(3) == 0 {
				a.to = "2025-01-01"
			}
			c.Award(t, 100+i, []string{"district-project", "district-project", "else-where"}[i%3], "示例", tree.At(a.nr).ID, a.state, a.from, a.to)
			if i%3 < 2 {
				all = append(all, a)
			}
		}
		if version("2024") == before {
			t.Error("new awards leave the version as it was")
		}
		for _, name := range []string{"2022", "2024", "2024-Q2", "2025-Q1", "2025"} {
			b, at := read(name), func() period.Period { p, _ := period.Parse(name); return p }()
			last := min(at.To, period.Day(20251201)).String()
			for n := range tree.Len() {
				want := int64(0)
				for _, a := range all {
					if a.nr >= n && a.nr < tree.Last(n) && a.state == "awarded" && a.from <= last && (a.to == "" || a.to > last) {
						want++
					}
				}
				if b.Num[n] != want || b.State[n] != formula.Value {
					t.Fatalf("%s at %s = %s %d, want %d", name, tree.At(n).Code, b.State[n], b.Num[n], want)
				}
			}
			parts, total, err := s.Origin(t.Context(), measure.Ask{Code: code, Period: at, Tree: tree}, 0, 3)
			if err != nil || int64(total) != b.Num[0] || len(parts) != min(3, total) {
				t.Errorf("%s: %d parts, %d in all, %v; want %d", name, len(parts), total, err, b.Num[0])
			}
		}
		if b := read("2026"); b.State[0] != formula.NotReported {
			t.Errorf("next year is %s, want not reported", b.State[0])
		}
		decls, err := s.Decls(t.Context())
		var codes []string
		for _, d := range decls {
			codes = append(codes, d.Code)
		}
		want := "[award.community_project award.demonstration_district award.district_project award.else_where award.learning_organisation]"
		if fmt.Sprint(codes) != want || err != nil {
			t.Errorf("measures %v, %v; want %s", codes, err, want)
		}
	})
}
