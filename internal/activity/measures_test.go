package activity_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"xuedu/internal/activity"
	"xuedu/internal/activity/activitytest"
	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

func keyText(_, key string, _ ...any) string { return key }

func spanOf(t testing.TB, name string) period.Period {
	t.Helper()
	p, err := period.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// taught is a city full of random classes, and the loops that count them.
type taught struct {
	*activitytest.World
	t        testing.TB
	classes  []lesson
	meetings []gathering
}

type lesson struct {
	id, theme, mode, kind, teacher string
	capacity                       int64
}

type gathering struct {
	class        int
	day, state   string
	area, length int64
}

func randomClasses(t testing.TB, d *db.DB) *taught {
	w := &taught{World: activitytest.New(t, d), t: t}
	w.Pack.OrgTypes = []pack.OrgType{{Code: "point"}, {Code: "school"}}
	w.Pack.Params.CreditMinutes = 45
	w.Exec(`UPDATE org SET type = 'school' WHERE id = 'o2'`)
	r := rand.New(rand.NewPCG(3, 4))
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	places := []int64{activitytest.Near, activitytest.Far, activitytest.Street, activitytest.OtherNear, activitytest.OtherStreet, 10}
	for i := range 60 {
		org := pick("o1", "o2")
		c := lesson{id: fmt.Sprintf("c%02d", i), theme: pick("skills", "health", "culture"), mode: pick("onsite", "online"),
			kind: map[string]string{"o1": "point", "o2": "school"}[org], teacher: pick("", "t1", "t2"), capacity: 10 + r.Int64N(40)}
		w.Exec(`INSERT INTO activity (id, org_id, title, form, theme, tags, summary, state, created_at, updated_at) VALUES ($1, $2, $3, 'course', $4, '[]', '', 'open', $5, $6)`,
			"a"+c.id, org, "课程"+c.id, c.theme, activitytest.Noon, activitytest.Noon)
		var teacher any
		if c.teacher != "" {
			teacher = c.teacher
		}
		w.Exec(`INSERT INTO class (id, activity_id, name, teacher_id, capacity, mode, state, created_at, updated_at) VALUES ($1, $2, '班', $3, $4, $5, 'running', $6, $7)`,
			c.id, "a"+c.id, teacher, c.capacity, c.mode, activitytest.Noon, activitytest.Noon)
		w.classes = append(w.classes, c)
		for no := range 1 + r.IntN(8) {
			g := gathering{class: i, day: fmt.Sprintf("202%d-%02d-%02d", 5+r.IntN(2), 1+r.IntN(12), 1+r.IntN(28)), state: pick("held", "held", "planned", "cancelled"),
				area: places[r.IntN(len(places))], length: 30 + 5*r.Int64N(30)}
			w.Exec(`INSERT INTO meeting (id, class_id, no, day, starts, minutes, area_id, room, state, reason, updated_at) VALUES ($1, $2, $3, $4, '09:00', $5, $6, '', $7, '', $8)`,
				fmt.Sprintf("%s-%d", c.id, no), c.id, no+1, g.day, g.length, g.area, g.state, activitytest.Noon)
			w.meetings = append(w.meetings, g)
		}
	}
	return w
}

// brute counts one measure in one area with nothing but loops.
func (w *taught) brute(code string, filter map[string]string, p period.Period, nr int) int64 {
	once, sum := map[string]int64{}, int64(0)
	for _, g := range w.meetings {
		c := w.classes[g.class]
		n, _ := w.Tree.ByID(g.area)
		state := map[string]string{"meetings.planned": "", "meetings.cancelled": "cancelled"}
		want, any := state[code]
		if !any {
			want = "held"
		}
		if n < nr || n >= w.Tree.Last(nr) || g.day < p.From.String() || g.day > p.To.String() || want != "" && g.state != want ||
			filter["theme"] != "" && filter["theme"] != c.theme || filter["mode"] != "" && filter["mode"] != c.mode || filter["type"] != "" && filter["type"] != c.kind {
			continue
		}
		switch code {
		case "classes.run":
			once[c.id] = 1
		case "seats":
			once[c.id] = c.capacity
		case "themes.run":
			once[c.theme] = 1
		case "teachers.active":
			if c.teacher != "" {
				once[c.teacher] = 1
			}
		case "teaching.credits":
			sum += g.length
		default:
			sum++
		}
	}
	for _, v := range once {
		sum += v
	}
	return sum
}

// Every measure equals the loops in every area, adds up where it says so, and
// never holds more than its parts where it does not.
func TestMeasures(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := randomClasses(t, d)
		s := activity.NewMeasures(d, func() *pack.Pack { return w.Pack }, keyText)
		decls, err := s.Decls(t.Context())
		if err != nil || len(decls) != 15 {
			t.Fatalf("%d measures, %v; want 15", len(decls), err)
		}
		for _, decl := range decls {
			for _, name := range []string{"2025", "2026-Q1", "2025-11", "2025-12-20..2026-02-05"} {
				for _, filter := range []map[string]string{nil, {"theme": "health"}, {"mode": "online", "type": "school"}} {
					if decl.Code != "themes" && !strings.HasPrefix(decl.Code, "roster.") && !strings.HasPrefix(decl.Code, "learners.") && !strings.HasPrefix(decl.Code, "fullclass.") {
						w.compare(s, decl, filter, spanOf(t, name))
					}
				}
			}
		}
		held, err := s.HeldByOrg(t.Context(), spanOf(t, "2025"))
		if want := w.brute("meetings.held", nil, spanOf(t, "2025"), 0); err != nil || held["o1"]+held["o2"] != want || held["o1"] == 0 {
			t.Errorf("held %v, %v; want %d in all", held, err, want)
		}
		for org, want := range held {
			classes, err := s.TaughtBy(t.Context(), org, spanOf(t, "2025"))
			n := int64(0)
			for _, c := range classes {
				n += int64(len(c.Meetings))
			}
			if err != nil || n != want {
				t.Errorf("%s taught %d, %v; want %d", org, n, err, want)
			}
		}
		list, err := s.Read(t.Context(), measure.Ask{Code: "themes", Period: spanOf(t, "2025"), Tree: w.Tree})
		if err != nil || slices.Max(list.Num) != 3 || slices.Min(list.Num) != 3 {
			t.Errorf("themes = %v, %v; want 3 everywhere", list.Num, err)
		}
	})
}

func (w *taught) compare(s *activity.Measures, d measure.Decl, filter map[string]string, p period.Period) {
	w.t.Helper()
	b, err := s.Read(w.t.Context(), measure.Ask{Code: d.Code, Filter: filter, Period: p, Tree: w.Tree})
	if err != nil {
		w.t.Fatal(err)
	}
	for n := range w.Tree.Len() {
		if want := w.brute(d.Code, filter, p, n); b.State[n] != formula.Value || b.Num[n] != want {
			w.t.Fatalf("%s %v %s at %s = %s %d, want %d", d.Code, filter, p.Name, w.Tree.At(n).Name, b.State[n], b.Num[n], want)
		}
	}
	for n := range w.Tree.Len() {
		own, sum := w.Tree.At(n).Level == area.Street, int64(0) // a street also has meetings of its own
		for _, c := range w.Tree.Children(n) {
			sum += b.Num[c]
		}
		if len(w.Tree.Children(n)) == 0 || own {
			continue
		}
		if d.Area == formula.Sum && sum != b.Num[n] || d.Area == formula.Distinct && sum < b.Num[n] {
			w.t.Fatalf("%s at %s = %d, its parts %d", d.Code, w.Tree.At(n).Name, b.Num[n], sum)
		}
	}
	w.compareOrigin(s, d, filter, p, b)
}

// compareOrigin opens the city's figure: what adds up is made of its classes.
func (w *taught) compareOrigin(s *activity.Measures, d measure.Decl, filter map[string]string, p period.Period, b measure.Block) {
	w.t.Helper()
	parts, total, err := s.Origin(w.t.Context(), measure.Ask{Code: d.Code, Filter: filter, Period: p, Tree: w.Tree}, 0, 1000)
	if err != nil || total != len(parts) {
		w.t.Fatal(total, len(parts), err)
	}
	sum := int64(0)
	for i, part := range parts {
		sum += part.Value
		if !strings.HasPrefix(part.Href, "/desk/classes/c") || i > 0 && part.Value > parts[i-1].Value {
			w.t.Fatalf("%s: part %d = %+v", d.Code, i, part)
		}
	}
	if d.Area == formula.Sum || d.Code == "classes.run" || d.Code == "seats" {
		if sum != b.Num[0] {
			w.t.Fatalf("%s %v %s: parts add up to %d, want %d", d.Code, filter, p.Name, sum, b.Num[0])
		}
	}
}

// A period without any meeting is not reported, and a value that does not
// exist is refused.
func TestMeasuresRefuse(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := randomClasses(t, d)
		s := activity.NewMeasures(d, func() *pack.Pack { return w.Pack }, keyText)
		b, err := s.Read(t.Context(), measure.Ask{Code: "classes.run", Period: spanOf(t, "2019"), Tree: w.Tree})
		if err != nil || b.State[0] != formula.NotReported {
			t.Errorf("2019 = %s, %v; want not reported", b.State[0], err)
		}
		if _, err := s.Read(t.Context(), measure.Ask{Code: "seats", Filter: map[string]string{"theme": "nope"}, Period: spanOf(t, "2025"), Tree: w.Tree}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("unknown theme: %v, want Invalid", err)
		}
	})
}

// Only the months whose meetings move change their version.
func TestMeasuresVersion(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := activitytest.New(t, d)
		s := activity.NewMeasures(d, func() *pack.Pack { return w.Pack }, keyText)
		versions := func() (out [3]string) {
			for i, name := range []string{"2025", "2026-Q4", "2026-12"} {
				var err error
				if out[i], err = s.Version(t.Context(), "seats", spanOf(t, name)); err != nil {
					t.Fatal(err)
				}
			}
			return out
		}
		was := versions()
		moved := func(what string, want ...bool) {
			t.Helper()
			now := versions()
			for i := range want {
				if (now[i] != was[i]) != want[i] {
					t.Errorf("%s: version %d %q → %q, want changed = %v", what, i, was[i], now[i], want[i])
				}
			}
			was = now
		}
		c, list, _ := w.Class(1)
		moved("a class in November", false, true, false)
		if err := w.Activity.CancelMeeting(w.As(activitytest.Staff), list[3].ID, "停电"); err != nil {
			t.Fatal(err)
		}
		moved("a meeting cancelled", false, true, false)
		if err := w.Activity.Move(w.As(activitytest.Staff), list[2].ID, activity.Slot{Day: "2026-12-07", Starts: "09:00", Minutes: 90, AreaID: activitytest.Near, Room: "1"}, "改期"); err != nil {
			t.Fatal(err)
		}
		moved("a meeting moved to December", false, true, true)
		if err := w.Activity.EditClass(w.As(activitytest.Staff), c.ID, activity.ClassInput{Name: "秋季班", TeacherID: "t1", Capacity: 31, Mode: activity.Onsite}); err != nil {
			t.Fatal(err)
		}
		moved("another capacity", true, true, true)
	})
}
