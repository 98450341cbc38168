package award_test

import (
	"strings"
	"testing"

	"xuedu/internal/account"
	"xuedu/internal/accredit/award"
	"xuedu/internal/accredit/award/awardtest"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/sheet"
)

func table(t *testing.T, lines ...string) *sheet.Table {
	t.Helper()
	src, err := sheet.NewBytes([]byte(strings.Join(lines, "\n") + "\n"))
	must(t, "table", err)
	return src
}

const head = "programme,area,holder,document,day,number,until,org"

// P1.3: seven districts held the award before the plan. They are checked again
// before they count, and then take a place.
func TestEarlier(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, by := awardtest.New(t, d), desks(t)
		file := []string{head, "demonstration-district,D1,一区,示例〔2018〕1号,2018-11-20,,,", "demonstration-district,D2,二区,示例〔2018〕1号,2018-11-20,示 2018-2,2026-11-20,"}
		rep, err := w.ImportEarlier(t.Context(), table(t, file...), award.ImportOptions{Name: "a.csv", DryRun: true})
		if err != nil || rep.Added != 2 || rep.Written {
			t.Fatalf("dry: %+v, %v", rep, err)
		}
		for i, want := range []int{2, 0} {
			rep, err := w.ImportEarlier(t.Context(), table(t, file...), award.ImportOptions{Name: "a.csv"})
			if err != nil || rep.Added != want || rep.Written != (want > 0) {
				t.Fatalf("run %d: %+v, %v", i, rep, err)
			}
		}
		if got := progress(t, w, awardtest.City); got != "0" {
			t.Errorf("earlier awards count %s before they were checked again", got)
		}
		due, err := w.DueAgain(by.city, "")
		if err != nil || len(due) != 2 || due[1].Number != "示2018-2" {
			t.Fatalf("due: %+v, %v", due, err)
		}
		must(t, "begin", w.Reevaluate(by.city, []string{due[0].ID, due[1].ID}, ""))
		must(t, "score", w.Score(by.city, due[0].ID, "80"))
		must(t, "renew", w.Move(by.city, due[0].ID, "renew", award.In{}))
		if got := progress(t, w, awardtest.City); got != "1" {
			t.Errorf("after one was renewed the target counts %s", got)
		}
		if a := now(t, w, due[0].ID); a.From != w.Today() || a.To != "2029-10-12" || a.Earlier {
			t.Errorf("renewed: %+v", a)
		}
		w.Granted(t, awardtest.District3, awardtest.Street) // the last two places
		must(t, "score", w.Score(by.city, due[1].ID, "80"))
		refused(t, "renewed above the quota", w.Move(by.city, due[1].ID, "renew", award.In{}), errs.Conflict)
	})
}

func TestEarlierRefuses(t *testing.T) {
	w := awardtest.New(t, dbtest.SQLite(t))
	for line, key := range map[string]string{
		"none,D1,一区,示例1号,2018-11-20,,,":                                "award.no_programme",
		"demonstration-district,X,一区,示例1号,2018-11-20,,,":               "award.no_area",
		"demonstration-district,D1,,示例1号,2018-11-20,,,":                "award.no_holder",
		"demonstration-district,D1,一区,,2018-11-20,,,":                  "award.no_document",
		"demonstration-district,D1,一区,示例1号,2018-02-30,,,":              "award.bad_day",
		"demonstration-district,D1,一区,示例1号,2030-01-01,,,":              "award.bad_day",
		"demonstration-district,D1,一区,示例1号,2018-11-20,A/1,,":           "award.bad_number",
		"demonstration-district,D1,一区,示例1号,2018-11-20,,2018-11-20,":    "award.bad_day",
		"demonstration-district,D1,一区,示例1号,2018-11-20,,2020-01-01,E01": "award.no_org",
	} {
		rep, err := w.ImportEarlier(t.Context(), table(t, head, "demonstration-district,D2,二区,示例1号,2018-11-20,,,", line), award.ImportOptions{})
		if err != nil || len(rep.Rejects) != 1 || rep.Rejects[0].Err.Key != key || rep.Rejects[0].Line != 3 || rep.Written {
			t.Errorf("%s: %+v, %v", line, rep, err)
		}
	}
	_, err := w.ImportEarlier(awardtest.As(t.Context(), account.RoleDistrict, awardtest.District), table(t, head), award.ImportOptions{})
	refused(t, "a district imports", err, errs.Forbidden)
}
