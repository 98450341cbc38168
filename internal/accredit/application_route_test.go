package accredit_test

import (
	"testing"

	"xuedu/internal/accredit/accredittest"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
)

// What lies in no street, as a district's own hospital, is not left waiting for
// a street that nobody is: its district looks at it at once.
func TestNoStreetToVerify(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		o := w.Orgs[accredittest.School]
		o.AreaID = accredittest.District
		w.Orgs[accredittest.School] = o
		a := w.begin(o.ID, "区里的项目")
		w.fill(a)
		w.must(w.move(w.Staff(o.ID), a.ID, "assess"))
		w.kind(w.move(w.Staff(o.ID), a.ID, "submit_street"), errs.Conflict, "submitted to a street")
		w.must(w.move(w.Staff(o.ID), a.ID, "submit_district"))
		if got := w.read(a.ID).State; got != "recommending" {
			t.Errorf("it is %s, want recommending", got)
		}
	})
}
