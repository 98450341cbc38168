package demo_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xuedu/internal/account"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/demo"
	"xuedu/internal/demo/demotest"
	"xuedu/internal/errs"
)

var today = demotest.Today

func fillCity(t testing.TB, d *db.DB, packName string, o demo.Options) {
	t.Helper()
	demotest.Fill(t, d, packName, o)
}

// digest is SHA-256 over what a demo writes, but for pseudonyms and sealed
// names, which depend on the city's keys.
func digest(t testing.TB, d *db.DB) string {
	t.Helper()
	h := sha256.New()
	for _, q := range []string{
		"SELECT id, birth_year, sex FROM person ORDER BY id",
		"SELECT id, key FROM session ORDER BY id",
		"SELECT id, person_id, session_id, rev, home_id, place_id, day, theme_id, online, minutes, heads, batch_id FROM attendance ORDER BY id",
		"SELECT id, attendance_id, reason FROM reversal ORDER BY id",
		"SELECT id, code, type, name, area_id, parent_id, host, space, shared, rooms, ramp, lift, toilet, full_time, part_time, volunteers, open_hours, opening FROM org ORDER BY id",
		"SELECT id, org_id, title, form, theme FROM activity ORDER BY id",
		"SELECT id, activity_id, name, teacher_id, capacity, mode, state FROM class ORDER BY id",
		"SELECT id, class_id, no, day, starts, minutes, area_id, room, state, reason FROM meeting ORDER BY id",
		"SELECT class_id, person_id, state FROM learner ORDER BY class_id, person_id",
		"SELECT id, login, name, state FROM account ORDER BY id",
		"SELECT person_id, home_id, phone_tag <> '' FROM person_contact ORDER BY person_id",
	} {
		each(t, d, q, func(cells []any) { fmt.Fprintln(h, cells...) })
	}
	return hex.EncodeToString(h.Sum(nil))
}

func each(t testing.TB, d *db.DB, query string, f func(cells []any)) {
	t.Helper()
	rows, err := d.Read.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(query, err)
	}
	defer rows.Close()
	cols, _ := rows.Columns()
	for rows.Next() {
		cells := make([]any, len(cols))
		to := make([]any, len(cols))
		for i := range to {
			var s sql.NullString
			to[i] = &s
		}
		if err := rows.Scan(to...); err != nil {
			t.Fatal(query, err)
		}
		for i := range to {
			cells[i] = truth.Replace(to[i].(*sql.NullString).String)
		}
		f(cells)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(query, err)
	}
}

// truth: one driver says 1 where the other says true.
var truth = strings.NewReplacer("true", "1", "false", "0")

func one(t testing.TB, d *db.DB, query string) (n int64) {
	t.Helper()
	if err := d.Read.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(query, err)
	}
	return n
}

// TestSameSeedSameCity makes the same city on both databases and again, and
// another with another seed.
func TestSameSeedSameCity(t *testing.T) {
	t.Parallel()
	o := demo.Options{Scale: 0.0003, Seed: 1, Today: today}
	sqlite := dbtest.SQLite(t)
	fillCity(t, sqlite, "minimal", o)
	want := digest(t, sqlite)
	again := dbtest.SQLite(t)
	fillCity(t, again, "minimal", o)
	if got := digest(t, again); got != want {
		t.Errorf("second city has digest %s, want %s", got, want)
	}
	o.Seed = 2
	other := dbtest.SQLite(t)
	fillCity(t, other, "minimal", o)
	if digest(t, other) == want {
		t.Error("another seed made the same city")
	}
	o.Seed = 1
	pg := dbtest.Postgres(t)
	fillCity(t, pg, "minimal", o)
	if got := digest(t, pg); got != want {
		t.Errorf("on PostgreSQL the city has digest %s, want %s", got, want)
	}
}

// TestCity makes one city of Beijing's pack and looks at it from all sides.
func TestCity(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	fillCity(t, d, "beijing-2021", demo.Options{Scale: 0.001, Seed: 7, Today: today})
	t.Run("consistent", func(t *testing.T) { consistent(t, d) })
	t.Run("plausible", func(t *testing.T) { plausible(t, d) })
}

// consistent checks that what the ledger holds is what classes and rosters
// show.
func consistent(t *testing.T, d *db.DB) {
	for name, query := range map[string]string{
		"sessions that are no held meeting": `SELECT count(*) FROM session s LEFT JOIN meeting m ON m.id = s.key WHERE m.id IS NULL OR m.state <> 'held'`,
		"held meetings without a session":   `SELECT count(*) FROM meeting m LEFT JOIN session s ON s.key = m.id WHERE m.state = 'held' AND s.id IS NULL`,
		"attendances of strangers": `SELECT count(*) FROM attendance a JOIN session s ON s.id = a.session_id JOIN meeting m ON m.id = s.key
			LEFT JOIN learner l ON l.class_id = m.class_id AND l.person_id = a.person_id WHERE a.person_id <> 0 AND l.person_id IS NULL`,
		"attendances at another place, day, length or mode": `SELECT count(*) FROM attendance a JOIN session s ON s.id = a.session_id JOIN meeting m ON m.id = s.key
			JOIN class c ON c.id = m.class_id JOIN activity v ON v.id = c.activity_id JOIN theme t ON t.id = a.theme_id
			WHERE a.place_id <> m.area_id OR CAST(a.day AS TEXT) <> replace(m.day, '-', '') OR (a.rev = 0 AND a.minutes <> m.minutes)
			OR t.code <> v.theme OR (a.online = 1) <> (c.mode = 'online')`,
		"attendances from today on":      `SELECT count(*) FROM attendance WHERE day >= 20261123`,
		"attendances before the window":  `SELECT count(*) FROM attendance WHERE day < 20241101`,
		"meetings of the past left over": `SELECT count(*) FROM meeting m JOIN class c ON c.id = m.class_id JOIN account t ON t.id = c.teacher_id WHERE m.state = 'planned' AND m.day < '2026-11-23' AND t.login <> 'teacher'`,
		"reversals of nothing":           `SELECT count(*) FROM reversal r LEFT JOIN attendance a ON a.id = r.attendance_id WHERE a.id IS NULL`,
		"second records without a reversal": `SELECT count(*) FROM attendance a WHERE a.rev = 1 AND NOT EXISTS (SELECT 1 FROM attendance b JOIN reversal r ON r.attendance_id = b.id
			WHERE b.person_id = a.person_id AND b.session_id = a.session_id AND b.rev = 0)`,
		"rows without a batch":                    `SELECT count(*) FROM attendance a LEFT JOIN batch b ON b.id = a.batch_id WHERE b.id IS NULL`,
		"institutions younger than their classes": `SELECT count(*) FROM org o JOIN activity v ON v.org_id = o.id WHERE v.created_at < o.created_at`,
		"more shared than there is":               `SELECT count(*) FROM org WHERE CAST(shared AS REAL) > CAST(space AS REAL)`,
		"unknown facts of the desk's point": `SELECT count(*) FROM org o JOIN role_grant g ON g.area_id = o.area_id JOIN account t ON t.id = g.account_id WHERE t.login = 'community'
			AND o.type = 'learning-point' AND (o.host IS NULL OR o.space IS NULL OR o.shared IS NULL OR o.rooms IS NULL OR o.lift IS NULL OR o.full_time IS NULL OR o.open_hours IS NULL)`,
		"overfull classes": `SELECT count(*) FROM class c WHERE capacity < (SELECT count(*) FROM learner l WHERE l.class_id = c.id AND l.state = 'enrolled')`,
		"learners without name on today's rosters": `SELECT count(*) FROM learner l JOIN meeting m ON m.class_id = l.class_id LEFT JOIN person_contact p ON p.person_id = l.person_id
			WHERE m.day = '2026-11-23' AND p.person_id IS NULL`,
		"homes that are no leaf": `SELECT count(*) FROM attendance a JOIN area r ON r.id = a.home_id WHERE a.person_id <> 0 AND r.level <> 'community'`,
		"numbers of the ledger given twice": `SELECT count(*) FROM (SELECT id FROM attendance UNION ALL SELECT id FROM reversal UNION ALL SELECT id FROM batch) x
			GROUP BY id HAVING count(*) > 1 UNION ALL SELECT 0 ORDER BY 1 DESC LIMIT 1`,
	} {
		if n := one(t, d, query); n != 0 {
			t.Errorf("%s: %d", name, n)
		}
	}
	for name, query := range map[string]string{
		"meetings of the teacher today":     `SELECT count(*) FROM meeting m JOIN class c ON c.id = m.class_id JOIN account t ON t.id = c.teacher_id WHERE t.login = 'teacher' AND m.day = '2026-11-23' AND m.state = 'planned'`,
		"rosters the teacher owes":          `SELECT count(*) FROM meeting m JOIN class c ON c.id = m.class_id JOIN account t ON t.id = c.teacher_id WHERE t.login = 'teacher' AND m.day < '2026-11-23' AND m.state = 'planned'`,
		"head-counts":                       `SELECT count(*) FROM attendance WHERE person_id = 0`,
		"reversals":                         `SELECT count(*) FROM reversal`,
		"institutions whose space is known": `SELECT count(*) FROM org WHERE space IS NOT NULL`,
		"institutions whose space is not":   `SELECT count(*) FROM org WHERE space IS NULL`,
		"second pairs of eyes in the community": `SELECT count(*) FROM account t JOIN role_grant g ON g.account_id = t.id WHERE t.login = 'community2'
			AND g.area_id = (SELECT h.area_id FROM role_grant h JOIN account c ON c.id = h.account_id WHERE c.login = 'community')`,
		"synthetic": `SELECT count(*) FROM audit_entry WHERE verb = 'demo:make'`,
	} {
		if n := one(t, d, query); n == 0 {
			t.Errorf("no %s", name)
		}
	}
}

// plausible checks the patterns of age, sex, season and activity.
func plausible(t *testing.T, d *db.DB) {
	rows := one(t, d, "SELECT count(*) FROM attendance")
	between(t, "attendances", float64(rows), 15_000, 26_000)
	persons := one(t, d, "SELECT count(DISTINCT person_id) FROM attendance WHERE person_id <> 0")
	between(t, "attendances a person", float64(rows)/float64(persons), 4, 16)
	old := one(t, d, "SELECT count(*) FROM person WHERE birth_year BETWEEN 1 AND 1966")
	young := one(t, d, "SELECT count(*) FROM person WHERE birth_year BETWEEN 1992 AND 2008")
	between(t, "elders to young adults", float64(old)/float64(young), 2, 6)
	between(t, "share of women", share(t, d, "SELECT count(*) FROM person WHERE sex = 'f'", "person"), 0.58, 0.68)
	between(t, "share of head-counts", share(t, d, "SELECT count(*) FROM attendance WHERE person_id = 0", "attendance"), 0.002, 0.02)
	movers := one(t, d, "SELECT count(*) FROM (SELECT person_id FROM attendance WHERE person_id <> 0 GROUP BY person_id HAVING count(DISTINCT home_id) > 1) x")
	between(t, "share of movers seen", float64(movers)/float64(persons), 0.003, 0.025)
	february := one(t, d, "SELECT count(*) FROM attendance WHERE day BETWEEN 20260201 AND 20260228")
	october := one(t, d, "SELECT count(*) FROM attendance WHERE day BETWEEN 20251001 AND 20251031")
	between(t, "February to October", float64(february)/float64(october), 0.005, 0.3)
	between(t, "attendances on National Day", float64(one(t, d, "SELECT count(*) FROM attendance WHERE day = 20251001")), 0, 0)
}

func share(t testing.TB, d *db.DB, query, table string) float64 {
	return float64(one(t, d, query)) / float64(one(t, d, "SELECT count(*) FROM "+table))
}

func between(t testing.TB, name string, got, lo, hi float64) {
	t.Helper()
	if got < lo || got > hi {
		t.Errorf("%s = %.4g, want between %g and %g", name, got, lo, hi)
	}
}

// TestOtherPack makes a city of another pack: nothing of Beijing is needed.
func TestOtherPack(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	fillCity(t, d, "minimal", demo.Options{Scale: 0.0005, Seed: 1, Today: today})
	if n := one(t, d, "SELECT count(*) FROM attendance"); n < 5_000 {
		t.Errorf("%d attendances", n)
	}
	list, err := demo.Accounts(t.Context(), d.Read)
	if err != nil {
		t.Fatal(err)
	}
	var roles []string
	for _, a := range list {
		roles = append(roles, a.Role)
	}
	if diff := cmp.Diff(account.Roles, slices.Compact(roles)); diff != "" {
		t.Errorf("roles of the accounts (-want +got):\n%s", diff)
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	c := demotest.New(t, d, "minimal").City
	quiet := func(string, int64, int64) {}
	for _, scale := range []float64{0, -1, 1.5} {
		if _, err := demo.Make(t.Context(), c, demo.Options{Scale: scale, Today: today}, quiet); errs.KindOf(err) != errs.Invalid {
			t.Errorf("scale %v: %v, want Invalid", scale, err)
		}
	}
	o := demo.Options{Scale: 0.0005, Today: today}
	if _, err := demo.Make(t.Context(), c, o, quiet); err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Make(t.Context(), c, o, quiet); errs.KindOf(err) != errs.Conflict {
		t.Errorf("second time: %v, want Conflict", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := demo.Make(ctx, demotest.New(t, dbtest.SQLite(t), "minimal").City, o, quiet); err == nil {
		t.Error("an ended context made a city")
	}
}
