package accredit_test

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/accredittest"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
)

// many fills a call with n applications of three districts, most submitted, half
// of them recommended.
func (w *town) many(n int) {
	w.T.Helper()
	states := []struct{ state, desk string }{{"applying", "applicant"}, {"verifying", "street"}, {"recommending", "district"}, {"formal_check", "technical"}, {"ready", "city"}}
	orgs := []struct {
		id             string
		area, district int64
	}{{accredittest.School, accredittest.Street, accredittest.District}, {accredittest.School2, accredittest.Street2, accredittest.District2},
		{accredittest.School3, accredittest.Street3, accredittest.District3}}
	at := w.Clock.UTC()
	err := w.DB.InBulk(w.T.Context(), func(_ *sql.Tx, add db.CopyFunc) error {
		var rows, said [][]any
		for i := range n {
			o, s, id := orgs[i%3], states[i%5], fmt.Sprintf("a%06d", i)
			rows = append(rows, []any{id, w.call.ID, fmt.Sprintf("JY-2026-%04d", i+1), "project", o.id, o.area, o.district, fmt.Sprintf("第%d号项目", i*7919%n), "self", "", "[]",
				s.state, s.desk, at.Add(time.Duration(i) * time.Second), fmt.Sprintf("2026-04-%02d", i%28+1), int64(0), int64(1), "s", at, at})
			if i%2 == 0 {
				said = append(said, []any{id, w.call.ID, o.district, "yes", int64(i + 1), "90", "", "o", at})
			}
		}
		err := add("application", []string{"id", "call_id", "code", "object", "org_id", "area_id", "district", "title", "channel", "award_id", "gates", "state", "desk",
			"since", "due", "supplements", "version", "created_by", "created_at", "submitted_at"}, rows)
		if err != nil {
			return err
		}
		return add("recommendation", []string{"application_id", "call_id", "area_id", "verdict", "place", "score", "reason", "author", "at"}, said)
	})
	w.must(err)
	w.Exec(`ANALYZE`)
}

// A page of 5,000 applications with filters and sort, as the office and a
// district see it: below 50 ms (issue, section 6).
func BenchmarkApplications(b *testing.B) {
	w := newTown(b, dbtest.SQLite(b))
	w.many(5000)
	for name, f := range map[string]accredit.Filter{
		"first": {Call: w.call.ID},
		"state": {Call: w.call.ID, State: "formal_check", Sort: "-since"},
		"title": {Call: w.call.ID, Sort: "title", After: "a004000", Limit: 100},
		"text":  {Call: w.call.ID, Text: "499", Sort: "due"},
		"desk":  {Call: w.call.ID, Desk: "district", Area: accredittest.District, Sort: "due"},
		"all":   {Limit: 500, Sort: "-district"},
	} {
		b.Run("office/"+name, func(b *testing.B) { w.pages(b, f, false) })
		b.Run("district/"+name, func(b *testing.B) { w.pages(b, f, true) })
	}
}

func (w *town) pages(b *testing.B, f accredit.Filter, district bool) {
	ctx := w.As(accredittest.Office)
	if district {
		ctx = w.As(w.Officer(accredittest.District))
	}
	for b.Loop() {
		if _, err := w.Applications(ctx, f); err != nil {
			b.Fatal(err)
		}
		if _, err := w.CountApplications(ctx, f); err != nil {
			b.Fatal(err)
		}
	}
}
