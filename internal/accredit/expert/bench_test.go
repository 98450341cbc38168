package expert_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"xuedu/internal/accredit/expert"
	"xuedu/internal/area"
	"xuedu/internal/calendar"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/pack"
	"xuedu/internal/sheet"
)

// big is a province: experts and applications in two hundred districts.
type big struct {
	*expert.Service
	ids      []string
	subjects []expert.Subject
}

type register []expert.Org

func (r register) Orgs(context.Context) ([]expert.Org, error) { return r, nil }

const (
	bigDistricts    = 200
	bigOrgs         = 6000
	bigExperts      = 10_000
	bigApplications = 5000
)

func bigWorld(b *testing.B) big {
	d := dbtest.SQLite(b)
	list := []area.Area{{ID: 1, Code: "1", Name: "省", Level: area.Province}}
	for i := range int64(bigDistricts) {
		list = append(list, area.Area{ID: 10 + i, Code: fmt.Sprint("d", i), Name: fmt.Sprint("区", i), Level: area.District, ParentID: 1})
	}
	tree, p := area.NewTree(list), &pack.Pack{}
	orgs := make(register, bigOrgs)
	for i := range orgs {
		orgs[i] = expert.Org{ID: fmt.Sprint("o", i), Code: fmt.Sprint("o", i), Name: fmt.Sprint("机构", i), AreaID: 10 + int64(i%bigDistricts)}
	}
	s := expert.New(expert.Deps{DB: d, Pack: func() *pack.Pack { return p }, Tree: func() *area.Tree { return tree },
		Days: func() *calendar.Calendar { return nil }, Orgs: orgs, Caller: caller, Now: time.Now})
	w := big{Service: s}
	w.fill(b)
	for i := range bigApplications {
		w.subjects = append(w.subjects, expert.Subject{ApplicationID: fmt.Sprint("a", i), OrgID: fmt.Sprint("o", i), AreaID: 10 + int64(i%bigDistricts)})
	}
	return w
}

func (w *big) fill(b *testing.B) {
	var file strings.Builder
	file.WriteString("code,name,org,work_area,home_area\n")
	for i := range bigExperts {
		fmt.Fprintf(&file, "E%d,专家,o%d,d%d,d%d\n", i, i%bigOrgs, i%bigDistricts, i*7%bigDistricts)
	}
	src, err := sheet.New(strings.NewReader(file.String()))
	must(b, err)
	if _, err := w.Import(office(), src, expert.ImportOptions{}); err != nil {
		b.Fatal(err)
	}
	list, err := w.Experts(office())
	must(b, err)
	for _, e := range list {
		w.ids = append(w.ids, e.ID)
	}
}
