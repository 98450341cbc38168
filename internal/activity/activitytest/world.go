// Package activitytest gives tests a small city with institutions, accounts
// and a real ledger, in which activities can be held.
package activitytest

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/activity"
	"xuedu/internal/activity/activityhttp"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/calendar"
	"xuedu/internal/db"
	"xuedu/internal/keys"
	"xuedu/internal/ledger"
	"xuedu/internal/pack"
)

// Noon is a Monday, at noon in the city.
var Noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

// Areas of the city.
const (
	City, District, Street, Near, Far, Other, OtherStreet, OtherNear = int64(1), int64(2), int64(3), int64(4), int64(5), int64(6), int64(7), int64(8)
)

// World is the small city.
type World struct {
	DB       *db.DB
	Activity *activity.Service
	Ledger   *ledger.Service
	Book     activityhttp.Book
	Tree     *area.Tree
	Pack     *pack.Pack
	Refresh  atomic.Int64 // how often the figures were told
	now      time.Time
	t        testing.TB
}

func tree() *area.Tree {
	return area.NewTree([]area.Area{
		{ID: City, Code: "110000000000", Name: "北京市", Level: area.City},
		{ID: District, Code: "110108000000", Name: "海淀区", Level: area.District, ParentID: City},
		{ID: Street, Code: "110108001000", Name: "学院路街道", Level: area.Street, ParentID: District},
		{ID: Near, Code: "110108001001", Name: "二里庄社区", Level: area.Community, ParentID: Street, Initials: "elzsq"},
		{ID: Far, Code: "110108001002", Name: "健翔园社区", Level: area.Community, ParentID: Street},
		{ID: 9, Code: "110108002000", Name: "中关村街道", Level: area.Street, ParentID: District},
		{ID: 10, Code: "110108002001", Name: "华清园社区", Level: area.Community, ParentID: 9},
		{ID: Other, Code: "110114000000", Name: "昌平区", Level: area.District, ParentID: City},
		{ID: OtherStreet, Code: "110114001000", Name: "城北街道", Level: area.Street, ParentID: Other},
		{ID: OtherNear, Code: "110114001001", Name: "华清园社区", Level: area.Community, ParentID: OtherStreet},
	})
}

func coded(codes ...string) []pack.Coded {
	var list []pack.Coded
	for _, c := range codes {
		list = append(list, pack.Coded{Code: c, Name: pack.Text{"zh-CN": "中" + c, "en": "E" + c}})
	}
	return list
}

// New makes the city in d. Institution "o1" stands in Near, "o2" in OtherNear;
// "t1" teaches in o1, "t2" in o2.
func New(t testing.TB, d *db.DB) *World {
	t.Helper()
	w := &World{DB: d, Tree: tree(), now: Noon, t: t}
	w.Pack = &pack.Pack{TimeZone: "Asia/Shanghai", Themes: coded("skills", "health", "culture"), ActivityForms: coded("course", "lecture"),
		Needs: coded("learn-well"), Params: pack.Params{RosterDays: 1}, AgeBands: []pack.AgeBand{{Code: "0-59", To: 59}, {Code: "60-79", From: 60, To: 79},
			{Code: "80+", From: 80, Name: pack.Text{"zh-CN": "80 岁及以上", "en": "80 and over"}}}}
	ring := &keys.Ring{Pseudonym: []byte(strings.Repeat("p", 32)), Contact: []byte(strings.Repeat("c", 32)), Phone: []byte(strings.Repeat("t", 32))}
	w.Ledger = ledger.New(d, func() *area.Tree { return w.Tree }, func() *pack.Pack { return w.Pack }, ring, w.Now)
	w.Book = activityhttp.Book{Ledger: w.Ledger, Refresh: func(context.Context) { w.Refresh.Add(1) }}
	cal := calendar.New([]time.Weekday{time.Saturday, time.Sunday}, []calendar.Day{{Date: "2026-12-01", Off: true}}, []int{2026})
	w.Activity = activity.New(d, activity.Deps{Tree: func() *area.Tree { return w.Tree }, Pack: func() *pack.Pack { return w.Pack },
		Calendar: func() *calendar.Calendar { return cal }, Book: w.Book, People: w.Book}, w.Now)
	w.fill()
	if err := w.Ledger.SyncThemes(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

// Now is the time in the city.
func (w *World) Now() time.Time { return w.now }

// Travel moves the time by days.
func (w *World) Travel(days int) { w.now = w.now.AddDate(0, 0, days) }

func (w *World) fill() {
	for i := range w.Tree.Len() {
		a := w.Tree.At(i)
		w.Exec(`INSERT INTO area (id, code, level, valid_from, valid_to) VALUES ($1, $2, $3, '', '')`, a.ID, a.Code, string(a.Level))
	}
	for _, o := range []struct {
		id   string
		area int64
	}{{"o1", Near}, {"o2", OtherNear}} {
		w.Exec(`INSERT INTO org (id, code, type, name, name_en, pinyin, initials, area_id, address, phone, state, created_at, updated_at)
			VALUES ($1, $2, 'point', $3, '', $4, '', $5, '', '', 'active', $6, $7)`, o.id, "C-"+o.id, "教学点 "+o.id, o.id, o.area, Noon, Noon)
	}
	for _, a := range []struct{ id, org string }{{"t1", "o1"}, {"t2", "o2"}} {
		w.Exec(`INSERT INTO account (id, login, name, password_hash, password_at, must_change, state, created_at, updated_at)
			VALUES ($1, $2, $3, '', $4, FALSE, 'active', $5, $6)`, a.id, a.id, "教师"+a.id, Noon, Noon, Noon)
		w.Exec(`INSERT INTO role_grant (id, account_id, role, org_id, scope, created_at) VALUES ($1, $2, 'teacher', $3, $4, $5)`, "g"+a.id, a.id, a.org, "org:"+a.org, Noon)
	}
}

// Exec runs a statement of the fixture.
func (w *World) Exec(query string, args ...any) {
	w.t.Helper()
	if _, err := w.DB.Write.ExecContext(w.t.Context(), query, args...); err != nil {
		w.t.Fatalf("%s: %v", query, err)
	}
}

// Int reads one number.
func (w *World) Int(query string, args ...any) (n int64) {
	w.t.Helper()
	if err := w.DB.Read.QueryRowContext(w.t.Context(), query, args...).Scan(&n); err != nil {
		w.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// Actors of the city.
var (
	Teacher  = account.Actor{ID: "t1", Login: "t1", Grants: []account.Grant{{Role: account.RoleTeacher, OrgID: "o1"}}}
	Teacher2 = account.Actor{ID: "t2", Login: "t2", Grants: []account.Grant{{Role: account.RoleTeacher, OrgID: "o2"}}}
	Staff    = account.Actor{ID: "s1", Grants: []account.Grant{{Role: account.RoleOrgStaff, OrgID: "o1"}}}
	Staff2   = account.Actor{ID: "s2", Grants: []account.Grant{{Role: account.RoleOrgStaff, OrgID: "o2"}}}
	Worker   = account.Actor{ID: "w1", Grants: []account.Grant{{Role: account.RoleCommunity, AreaID: Near}}}
	Officer  = account.Actor{ID: "d1", Grants: []account.Grant{{Role: account.RoleDistrict, AreaID: District}}}
	Auditor  = account.Actor{ID: "a1", Grants: []account.Grant{{Role: account.RoleAuditor}}}
	Public   = account.Actor{}
)

// As returns a context in which a acts.
func (w *World) As(a account.Actor) context.Context {
	return audit.With(account.With(w.t.Context(), a), audit.Who{Actor: a.ID})
}

// Input is a good activity.
func Input() activity.Input {
	return activity.Input{Title: "智能手机入门", Form: "course", Theme: "skills", Tags: []string{"health", "learn-well"}, Summary: "零基础"}
}

// Weekly is a good rhythm: Mondays and Tuesdays from a week ago, nine o'clock.
func Weekly(count int) activity.Weekly {
	return activity.Weekly{Slot: activity.Slot{Day: "2026-11-16", Starts: "09:00", Minutes: 90, AreaID: Near, Room: "2 号教室"},
		Weekdays: []time.Weekday{time.Monday, time.Tuesday}, Count: count}
}

// Class makes a class of o1 with four meetings and n learners, and returns it
// with its meetings: 16, 17, 23 and 24 November.
func (w *World) Class(n int) (activity.Class, []activity.Meeting, []int64) {
	w.t.Helper()
	a, err := w.Activity.Create(w.As(Staff), "o1", Input())
	if err != nil {
		w.t.Fatal(err)
	}
	c, err := w.Activity.Open(w.As(Staff), a.ID, activity.ClassInput{Name: "秋季班", TeacherID: "t1", Capacity: 30, Mode: activity.Onsite}, Weekly(4))
	if err != nil {
		w.t.Fatal(err)
	}
	_, list, err := w.Activity.Class(w.As(Staff), c.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return c, list, w.Learners(c.ID, n)
}

// Learners adds n new people to a class.
func (w *World) Learners(classID string, n int) []int64 {
	w.t.Helper()
	var people []int64
	for i := range n {
		id, err := w.Ledger.AddPerson(w.As(Staff), ledger.NewPerson{Name: fmt.Sprintf("王%c", '一'+rune(i)), Phone: fmt.Sprintf("138%08d", i),
			HomeID: Near, BirthYear: 1940 + i, Sex: "f", Consent: "test"})
		if err != nil {
			w.t.Fatal(err)
		}
		if err := w.Activity.AddLearner(w.As(Staff), classID, id); err != nil {
			w.t.Fatal(err)
		}
		people = append(people, id)
	}
	return people
}

// Times counts the standing person-times of a meeting.
func (w *World) Times(meetingID string) int64 {
	w.t.Helper()
	return w.Int(`SELECT coalesce(sum(a.heads), 0) FROM attendance a JOIN session s ON s.id = a.session_id
		LEFT JOIN reversal r ON r.attendance_id = a.id WHERE s.key = $1 AND r.id IS NULL`, meetingID)
}
