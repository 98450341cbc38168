// Package accredittest gives tests a small city in which calls can be opened.
package accredittest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/calendar"
	"xuedu/internal/db"
	"xuedu/internal/pack"
	"xuedu/packs"
)

// Noon is a Monday, at noon in the city.
var Noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

// Areas of the city: three districts, each with a street and a community.
const (
	City                               = int64(1)
	District, Street, Community        = int64(2), int64(3), int64(4)
	District2, Street2, Community2     = int64(5), int64(6), int64(7)
	District3, Street3, Community3     = int64(8), int64(9), int64(10)
	School, School2, School3, Business = "org-1", "org-2", "org-3", "org-4"
)

// World is the small city.
type World struct {
	T        testing.TB
	DB       *db.DB
	Tree     *area.Tree
	Pack     *pack.Pack
	Calendar *calendar.Calendar
	Clock    time.Time
	*accredit.Service
	Orgs    Orgs
	Figures *Figures
	Awards  *Awards
	Files   *Files
}

func tree() *area.Tree {
	list := []area.Area{{ID: City, Code: "110000000000", Name: "示例市", Level: area.City}}
	for i, name := range []string{"东湖区", "西山区", "南桥区"} {
		id, code := int64(2+3*i), fmt.Sprintf("1101%02d", i+1)
		list = append(list,
			area.Area{ID: id, Code: code + "000000", Name: name, Level: area.District, ParentID: City},
			area.Area{ID: id + 1, Code: code + "001000", Name: name + "一街道", Level: area.Street, ParentID: id},
			area.Area{ID: id + 2, Code: code + "001001", Name: name + "一社区", Level: area.Community, ParentID: id + 1})
	}
	return area.NewTree(list)
}

// New makes the city in d with the pack of Beijing. Change may change the pack
// before.
func New(t testing.TB, d *db.DB, change ...func(*pack.Pack)) *World {
	t.Helper()
	fsys, err := packs.Open("beijing-2021")
	if err != nil {
		t.Fatal(err)
	}
	p, err := pack.Load(fsys)
	if err != nil {
		t.Fatalf("%+v", err)
	}
	own := *p
	for _, f := range change {
		f(&own)
	}
	w := &World{T: t, DB: d, Tree: tree(), Pack: &own, Clock: Noon, Orgs: orgs(), Figures: &Figures{Values: map[string]string{}},
		Awards: &Awards{}, Files: &Files{content: map[string][]byte{}}}
	w.Calendar = Calendar(p)
	w.Service = accredit.New(accredit.Deps{DB: d, Pack: func() *pack.Pack { return w.Pack }, Tree: func() *area.Tree { return w.Tree },
		Days: func() *calendar.Calendar { return w.Calendar }, Orgs: w.Orgs, Staff: employed{}, Figures: w.Figures, Files: w.Files, Awards: w.Awards, Now: w.Now})
	for i := range w.Tree.Len() {
		a := w.Tree.At(i)
		w.Exec(`INSERT INTO area (id, code, level, valid_from, valid_to) VALUES ($1, $2, $3, '', $4)`, a.ID, a.Code, string(a.Level), a.ValidTo)
	}
	return w
}

// Calendar is the official calendar of a pack.
func Calendar(p *pack.Pack) *calendar.Calendar {
	var days []calendar.Day
	for _, d := range p.Calendar.Days {
		days = append(days, calendar.Day{Date: d.Day, Off: d.Off, Name: d.Name, Source: d.Source})
	}
	var years []int
	for _, y := range p.Calendar.Years {
		years = append(years, y.Year)
	}
	return calendar.New([]time.Weekday{time.Saturday, time.Sunday}, days, years)
}

// Now is the time in the city.
func (w *World) Now() time.Time { return w.Clock }

// Travel moves the time by days.
func (w *World) Travel(days int) { w.Clock = w.Clock.AddDate(0, 0, days) }

// Day moves the time to noon of a day.
func (w *World) Day(day string) {
	w.T.Helper()
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		w.T.Fatal(err)
	}
	w.Clock = t.Add(4 * time.Hour)
}

// Exec runs a statement of the fixture.
func (w *World) Exec(query string, args ...any) {
	w.T.Helper()
	if _, err := w.DB.Write.ExecContext(w.T.Context(), query, args...); err != nil {
		w.T.Fatalf("%s: %v", query, err)
	}
}

// Int reads one number.
func (w *World) Int(query string, args ...any) (n int64) {
	w.T.Helper()
	if err := w.DB.Read.QueryRowContext(w.T.Context(), query, args...).Scan(&n); err != nil {
		w.T.Fatalf("%s: %v", query, err)
	}
	return n
}

// Text reads one text.
func (w *World) Text(query string, args ...any) (s string) {
	w.T.Helper()
	if err := w.DB.Read.QueryRowContext(w.T.Context(), query, args...).Scan(&s); err != nil {
		w.T.Fatalf("%s: %v", query, err)
	}
	return s
}

// Program is a context in which the program itself acts.
func (w *World) Program() context.Context { return w.T.Context() }

// As returns a context in which a acts.
func (w *World) As(a account.Actor) context.Context {
	return audit.With(account.With(w.T.Context(), a), audit.Who{Actor: a.ID})
}

// Officers of the whole city.
var (
	Office    = city("c1", "Office", account.RoleCity)
	Technical = city("t1", "Technical", account.RoleTechnical)
	Leading   = city("l1", "Leading", account.RoleLeading)
	Handler   = city("h1", "Handler", account.RoleHandler)
)

func city(id, name, role string) account.Actor {
	return account.Actor{ID: id, Login: id, Name: name, Grants: []account.Grant{{Role: role}}}
}

// Officer of a street or district.
func (w *World) Officer(areaID int64) account.Actor {
	role := account.RoleStreet
	if n, _ := w.Tree.ByID(areaID); w.Tree.At(n).Level == area.District {
		role = account.RoleDistrict
	}
	id := fmt.Sprint("o", areaID)
	return account.Actor{ID: id, Login: id, Name: fmt.Sprint("Officer ", areaID), Grants: []account.Grant{{Role: role, AreaID: areaID}}}
}

// Staff works for an institution.
func (w *World) Staff(orgID string) account.Actor {
	return account.Actor{ID: "s-" + orgID, Login: "s-" + orgID, Name: "Staff " + orgID, Grants: []account.Grant{{Role: account.RoleOrgStaff, OrgID: orgID}}}
}

// Authorisation is an invented one that carries every programme of the pack.
func Authorisation() pack.Authorisation {
	text := func(zh, en string) pack.Text { return pack.Text{"zh-CN": zh, "en": en} }
	return pack.Authorisation{Organ: text("示例市评比达标表彰工作协调小组（虚构）", "Sample commission (invented)"),
		Document: text("关于同意保留示例项目的通知（虚构）", "Sample notice (invented)"), Number: "示例函〔2026〕1号", Item: text("示例项目", "Sample item"),
		Level: "province", Name: "province", From: "2020-01-01"}
}

// Drafted is a draft of a call of a programme with a lawful authorisation.
func (w *World) Drafted(programme string, change ...func(*accredit.NewCall)) accredit.Call {
	w.T.Helper()
	n := accredit.NewCall{Programme: programme, Authorisation: Authorisation()}
	for _, f := range change {
		f(&n)
	}
	c, err := w.Draft(w.As(Office), n)
	if err != nil {
		w.T.Fatalf("draft: %+v", err)
	}
	return c
}

// Opened is a call of a programme that is open for applications.
func (w *World) Opened(programme string, change ...func(*accredit.NewCall)) accredit.Call {
	w.T.Helper()
	c := w.Drafted(programme, change...)
	w.Move(c.ID, "open")
	return w.Reload(c.ID)
}

// Move makes a move of a call as the office.
func (w *World) Move(callID, move string) {
	w.T.Helper()
	if err := w.MoveCall(w.As(Office), callID, move, "test"); err != nil {
		w.T.Fatalf("%s: %+v", move, err)
	}
}

// Reload reads a call again.
func (w *World) Reload(id string) accredit.Call {
	w.T.Helper()
	c, err := w.Call(w.Program(), id)
	if err != nil {
		w.T.Fatal(err)
	}
	return c
}

// JSON writes a value of the fixture.
func JSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // a constant of the tests
	}
	return string(b)
}
