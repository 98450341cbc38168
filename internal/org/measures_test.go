package org_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/org"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

func trusted(t testing.TB) context.Context {
	return audit.With(t.Context(), audit.Who{Actor: "system"})
}

func keyText(_, key string, _ ...any) string { return key }

func spanOf(t testing.TB, name string) period.Period {
	t.Helper()
	p, err := period.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// inTime is a register that lives for years.
type inTime struct {
	city
	now  time.Time
	src  *org.Measures
	held map[string]int64 // meetings in any period
}

func (c *inTime) HeldByOrg(context.Context, period.Period) (map[string]int64, error) {
	return c.held, nil
}

func (c *inTime) HeldVersion(context.Context, period.Period) (string, error) {
	return fmt.Sprint(c.held), nil
}

func openInTime(t testing.TB, d *db.DB) *inTime {
	c := &inTime{city: open(t, d, "minimal"), now: time.Date(2024, 2, 1, 8, 0, 0, 0, time.UTC)}
	c.Service = org.New(d, c.areas.Tree, func() *pack.Pack { return c.pack }, func() time.Time { return c.now })
	c.src = org.NewMeasures(c.Service, c, keyText)
	return c
}

func (c *inTime) to(day string) { c.now, _ = time.Parse(time.DateOnly, day) }

func (c *inTime) at(t testing.TB, code, name, areaCode string) string {
	t.Helper()
	b, err := c.src.Read(t.Context(), measure.Ask{Code: code, Period: spanOf(t, name), Tree: c.areas.Tree()})
	if err != nil {
		t.Fatal(err)
	}
	n, ok := c.areas.Tree().ByCode(areaCode)
	if !ok {
		t.Fatal(areaCode)
	}
	if b.State[n] != formula.Value {
		return b.State[n].String()
	}
	return fmt.Sprint(b.Num[n])
}

// The end of a period counts, whatever was changed since.
func TestMeasuresThroughTime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := openInTime(t, d)
		in := org.Input{Code: "p1", Type: "learning-point", Name: "桥南学习点", Area: "QH-1-1-01"}
		in.FullTime = "2"
		c.mustCreate(t, in)
		c.to("2024-05-10")
		in.FullTime, in.Area = "5", "QH-2-1-01"
		if _, err := c.Edit(trusted(t), "p1", in); err != nil {
			t.Fatal(err)
		}
		c.mustCreate(t, org.Input{Code: "p2", Type: "learning-point", Name: "桥北学习点", Area: "QH-1-1-02"})
		c.to("2024-08-10")
		if err := c.Deactivate(trusted(t), "p2", "搬走"); err != nil {
			t.Fatal(err)
		}
		c.to("2025-01-10")
		for _, tt := range []struct{ code, period, area, want string }{
			{"points", "2023", "QH", "not_reported"},
			{"points", "2024-Q1", "QH", "1"},
			{"points", "2024-Q1", "QH-1", "1"},
			{"points", "2024-Q2", "QH", "2"},
			{"points", "2024-Q2", "QH-1", "1"},
			{"points", "2024-Q3", "QH", "1"},
			{"points", "2024", "QH-1", "0"},
			{"points", "2025-Q4", "QH", "not_reported"}, // has not begun
			{"points", "2025", "QH", "1"},               // so far
			{"orgs.full_time", "2024-Q1", "QH-1-1-01", "2"},
			{"orgs.full_time", "2024-Q2", "QH-2-1-01", "5"},
			{"network.communities", "2024-Q2", "QH", "2"},
			{"areas.communities", "2024-Q2", "QH", "30"},
		} {
			if got := c.at(t, tt.code, tt.period, tt.area); got != tt.want {
				t.Errorf("%s %s in %s = %s, want %s", tt.code, tt.period, tt.area, got, tt.want)
			}
		}
		rows := c.rows(t, "QH-1-1-01", "2024-Q1")
		want := []org.Row{{Code: "p1", Name: "桥南学习点", Values: map[string]string{"code": "p1", "type": "学习点", "full_time": "2"}}}
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
		if rows := c.rows(t, "QH-1-1", "2024-Q1"); rows != nil { // stands below, not in it
			t.Errorf("rows of the street = %+v", rows)
		}
		if rows := c.rows(t, "QH-1-1-02", "2024"); rows != nil { // out of work
			t.Errorf("rows = %+v, want none", rows)
		}
		if _, err := c.Rows(t.Context(), "people", 1, spanOf(t, "2024")); errs.KindOf(err) != errs.NotFound {
			t.Errorf("another register: %v, want NotFound", err)
		}
	})
}

func (c *inTime) rows(t testing.TB, areaCode, name string) []org.Row {
	t.Helper()
	n, _ := c.areas.Tree().ByCode(areaCode)
	rows, err := c.Rows(t.Context(), org.Register, c.areas.Tree().At(n).ID, spanOf(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// A change of the register changes the version, and so does the day that a
// running period is counted at.
func TestMeasuresVersion(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := openInTime(t, d)
		version := func() string {
			v, err := c.src.Version(t.Context(), "points", spanOf(t, "2024"))
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		a := version()
		if version() != a {
			t.Error("changes by itself")
		}
		c.mustCreate(t, org.Input{Code: "p1", Type: "learning-point", Name: "桥南学习点", Area: "QH-1-1-01"})
		b := version()
		c.to("2024-05-10")
		if now := version(); a == b || now == b {
			t.Errorf("versions %s, %s, %s; want three", a, b, now)
		}
	})
}

// Every measure equals a loop over the institutions, adds up over areas, and
// never covers more than there is.
func TestMeasures(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := openInTime(t, d)
		list := c.scatter(t)
		if got := c.at(t, "points.active", "2024", "QH"); got != "not_reported" {
			t.Errorf("without a meeting %s points are active, want not reported", got)
		}
		c.pack.Params.ActiveMeetings = 3
		c.held = map[string]int64{"somebody": 7}
		for i, o := range list {
			c.held[o.ID] = int64(i % 6)
		}
		decls, err := c.src.Decls(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range decls {
			for _, filter := range []map[string]string{nil, {"type": "learning-point"}} {
				if filter == nil || len(decl.Dims) > 0 {
					c.compare(t, decl, filter, list)
				}
			}
		}
		if _, err := c.src.Read(t.Context(), measure.Ask{Code: "points", Filter: map[string]string{"type": "x"}, Period: spanOf(t, "2024"), Tree: c.areas.Tree()}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("unknown type: %v, want Invalid", err)
		}
	})
}

// scatter registers institutions at random.
func (c *inTime) scatter(t testing.TB) []org.Org {
	r := rand.New(rand.NewPCG(5, 6))
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	var list []org.Org
	for i := range 40 {
		n := 1 + r.IntN(c.areas.Tree().Len()-1)
		in := org.Input{Code: fmt.Sprint("o", i), Name: fmt.Sprint("机构", i), Area: c.areas.Tree().At(n).Code,
			Type: pick("learning-centre", "learning-house", "learning-point", "learning-point", "learning-workplace", "partner", "city-body")}
		in.Space, in.Rooms, in.Lift, in.FullTime = pick("", "100.5", "20", "0"), pick("", "3"), pick("", "yes", "no", "ground"), pick("", "2", "0")
		in.Ramp, in.Toilet, in.PartTime, in.Volunteers = pick("", "yes", "no"), pick("yes", "no"), pick("1", "2"), pick("", "")
		o := c.mustCreate(t, in)
		if r.IntN(6) == 0 {
			if err := c.Deactivate(trusted(t), in.Code, "停"); err != nil {
				t.Fatal(err)
			}
			continue
		}
		list = append(list, o)
	}
	return list
}

func (c *inTime) compare(t testing.TB, d measure.Decl, filter map[string]string, list []org.Org) {
	t.Helper()
	tree, p := c.areas.Tree(), spanOf(t, "2024")
	ask := measure.Ask{Code: d.Code, Filter: filter, Period: p, Tree: tree}
	b, err := c.src.Read(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	group := map[string]pack.OrgType{}
	for _, ty := range c.pack.OrgTypes {
		group[ty.Code] = ty
	}
	for n := range tree.Len() {
		sum, known, expected := int64(0), int32(0), int32(0)
		served := map[int]bool{}
		for i, o := range list {
			if d.Code == "points.active" && i%6 < 3 {
				continue
			}
			at, _ := tree.ByID(o.AreaID)
			below := at >= n && at < tree.Last(n)
			if d.Level != "" {
				below = at == n // units alone: the engine adds them up
			}
			g := group[o.Type]
			for up := at; up >= 0; up = tree.Parent(up) { // which area of its level it serves
				if g.Group == "network" && string(tree.At(up).Level) == g.Level {
					served[up] = true
				}
			}
			if !below || filter["type"] != "" && filter["type"] != o.Type {
				continue
			}
			v, ok, takes := brute(d.Code, o, g)
			if !takes {
				continue
			}
			expected++
			if ok {
				known++
				sum += v
			}
		}
		if level, have := areasAsked(d.Code); level != "" {
			sum = 0
			for m := n; m < tree.Last(n); m++ {
				if tree.At(m).Level == level && (!have || served[m]) {
					sum++
				}
			}
		}
		if b.Num[n] != sum {
			t.Fatalf("%s %v at %s = %d, want %d", d.Code, filter, tree.At(n).Code, b.Num[n], sum)
		}
		if b.Expected != nil && (b.Expected[n] != expected || b.Reported[n] != known || (b.State[n] == formula.Value) != (known > 0)) {
			t.Fatalf("%s %v at %s: %s, %d of %d, want %d of %d", d.Code, filter, tree.At(n).Code, b.State[n], b.Reported[n], b.Expected[n], known, expected)
		}
	}
	parts, total, err := c.src.Origin(t.Context(), ask, 0, 1000)
	if err != nil || total != len(parts) {
		t.Fatal(total, len(parts), err)
	}
	sum := int64(0)
	for _, p := range parts {
		sum += p.Value
	}
	whole := b.Num[0]
	if d.Level != "" {
		whole = 0
		for _, v := range b.Num {
			whole += v
		}
	}
	if sum != whole {
		t.Fatalf("%s: parts add up to %d, want %d", d.Code, sum, whole)
	}
}

func areasAsked(code string) (area.Level, bool) {
	switch code {
	case "network.communities", "areas.communities":
		return area.Community, code[0] == 'n'
	case "network.streets", "areas.streets":
		return area.Street, code[0] == 'n'
	case "network.districts", "areas.districts":
		return area.District, code[0] == 'n'
	}
	return "", false
}

func brute(code string, o org.Org, t pack.OrgType) (v int64, known, takes bool) {
	net := t.Group == "network"
	yes := func(s string) (int64, bool, bool) {
		return map[string]int64{"yes": 1, "ground": 1}[s], s != "", net
	}
	num := func(s string) (n int64, known, takes bool) {
		_, err := fmt.Sscan(s, &n)
		return n, err == nil, net
	}
	switch code {
	case "points", "points.active":
		return 1, true, net && t.Level == "community"
	case "schools":
		return 1, true, net && t.Level == "street"
	case "colleges":
		return 1, true, net && t.Level == "district"
	case "spaces":
		return 1, true, net
	case "orgs":
		return 1, true, t.Group != "body"
	case "orgs.space":
		tenths := map[string]int64{"100.5": 1005, "20": 200}
		return tenths[o.Space], o.Space != "", net
	case "orgs.shared":
		return 0, false, net
	case "orgs.rooms":
		return num(o.Rooms)
	case "orgs.full_time":
		return num(o.FullTime)
	case "orgs.part_time":
		return num(o.PartTime)
	case "orgs.volunteers":
		return num(o.Volunteers)
	case "orgs.ramp":
		return yes(o.Ramp)
	case "orgs.lift":
		return yes(o.Lift)
	case "orgs.toilet":
		return yes(o.Toilet)
	}
	return 0, false, false
}
