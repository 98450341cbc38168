package accredittest_test

import (
	"testing"

	"xuedu/internal/accredit/accredittest"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
)

func TestWorldOpensACall(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accredittest.New(t, d)
		c := w.Opened("community-project")
		if c.State != "open" || len(c.Digest) != 64 || len(c.Timeline) == 0 || c.Code != "2026-JY-1" {
			t.Errorf("opened %+v", c)
		}
	})
}
