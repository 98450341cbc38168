package ledger_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/cockroachdb/apd/v3"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/ledger"
	"xuedu/internal/pack"
)

// town is a random ledger written straight into the database, and the plain
// SQL that counts it.
type town struct {
	t    testing.TB
	d    *db.DB
	r    *rand.Rand
	tree *area.Tree
	pack *pack.Pack
	last int64 // number of the ledger
	// what is where
	communities []int64
	home        []int64 // by person, from 1
	live        []int64 // attendance ids that were not reversed
	rev         map[[2]int64]int64
	tables      map[string]bool
}

const townPeople = 9000

func newTown(t testing.TB, d *db.DB) *town {
	w := &town{t: t, d: d, r: rand.New(rand.NewPCG(1, 2)), rev: map[[2]int64]int64{}, tables: map[string]bool{}}
	areas := []area.Area{{ID: 1, Code: "c", Level: area.City}}
	id := int64(1)
	next := func(code string, l area.Level, parent int64) int64 {
		id++
		areas = append(areas, area.Area{ID: id, Code: code, Name: code, Level: l, ParentID: parent})
		return id
	}
	for i := range 4 {
		di := next(fmt.Sprint("d", i), area.District, 1)
		for j := range 5 {
			st := next(fmt.Sprint("d", i, "s", j), area.Street, di)
			for k := range 6 {
				w.communities = append(w.communities, next(fmt.Sprint("d", i, "s", j, "c", k), area.Community, st))
			}
		}
	}
	w.tree = area.NewTree(areas)
	w.pack = &pack.Pack{
		RootArea: "c", Params: pack.Params{RegularSessions: 6, RegularCredits: 12, CreditMinutes: 45},
		Themes:   []pack.Coded{{Code: "t1"}, {Code: "t2"}, {Code: "t3"}, {Code: "t4"}, {Code: "never"}},
		AgeBands: []pack.AgeBand{{Code: "0-17", From: 0, To: 17}, {Code: "18-59", From: 18, To: 59}, {Code: "60-69", From: 60, To: 69}, {Code: "70-79", From: 70, To: 79}, {Code: "80+", From: 80}},
	}
	w.home = make([]int64, townPeople+1)
	for p := 1; p <= townPeople; p++ {
		w.home[p] = w.anywhere()
	}
	return w
}

func (w *town) anywhere() int64 { return w.communities[w.r.IntN(len(w.communities))] }

// people writes persons, themes and sessions.
func (w *town) people() {
	w.bulk(func(add db.CopyFunc) error {
		var rows [][]any
		for p := 1; p <= townPeople; p++ {
			rows = append(rows, []any{int64(p), fmt.Sprintf("%032x", p), w.born(), w.sex()})
		}
		if err := add("person", []string{"id", "pseudonym", "birth_year", "sex"}, rows); err != nil {
			return err
		}
		if err := add("theme", []string{"id", "code"}, [][]any{{int64(1), "t1"}, {int64(2), "t2"}, {int64(3), "t3"}, {int64(4), "t4"}}); err != nil {
			return err
		}
		rows = nil
		for s := 1; s <= townSessions; s++ {
			rows = append(rows, []any{int64(s), fmt.Sprint("k", s)})
		}
		return add("session", []string{"id", "key"}, rows)
	})
}

const townSessions = 20000

func (w *town) born() int64 {
	if w.r.IntN(12) == 0 {
		return 0
	}
	return 1930 + w.r.Int64N(90)
}

func (w *town) sex() string { return []string{"f", "m", "f", ""}[w.r.IntN(4)] }

func (w *town) bulk(f func(db.CopyFunc) error) {
	w.t.Helper()
	err := w.d.InBulk(context.Background(), func(tx *sql.Tx, add db.CopyFunc) error {
		if err := f(add); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO counter (name, next) VALUES ('ledger', $1) ON CONFLICT (name) DO UPDATE SET next = excluded.next`, w.last+1)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) number() int64 { w.last++; return w.last }

// record commits n rows, and reversals and corrections to match.
func (w *town) record(n int) {
	var rows, reversals, changes [][]any
	for range n {
		rows = append(rows, w.row())
		switch w.r.IntN(100) {
		case 0, 1:
			i := w.r.IntN(len(w.live))
			reversals = append(reversals, []any{w.number(), w.live[i], "why", int64(1)})
			w.live[i] = w.live[len(w.live)-1]
			w.live = w.live[:len(w.live)-1]
		case 2:
			changes = append(changes, []any{w.number(), 1 + w.r.Int64N(townPeople), w.born(), w.sex(), int64(1)})
		}
	}
	w.bulk(func(add db.CopyFunc) error {
		if err := add("attendance", []string{"id", "person_id", "session_id", "rev", "home_id", "place_id", "day", "theme_id", "online", "minutes", "heads", "batch_id"}, rows); err != nil {
			return err
		}
		if err := add("reversal", []string{"id", "attendance_id", "reason", "batch_id"}, reversals); err != nil {
			return err
		}
		return add("person_change", []string{"id", "person_id", "birth_year", "sex", "batch_id"}, changes)
	})
}

func (w *town) row() []any {
	id, session := w.number(), 1+w.r.Int64N(townSessions)
	w.live = append(w.live, id)
	p, heads := 1+w.r.Int64N(townPeople), int64(1)
	p = 1 + w.r.Int64N(p) // some come often
	home := w.home[p]
	switch w.r.IntN(400) {
	case 0, 1, 2, 3:
		p, heads, home = 0, 1+w.r.Int64N(200), w.anywhere()
	case 4: // somebody moves
		w.home[p] = w.anywhere()
		home = w.home[p]
	case 5: // or had it written down wrong once
		home = w.anywhere()
	}
	place := home
	if w.r.IntN(2) == 0 {
		place = w.anywhere()
	}
	k := [2]int64{p, session}
	rev := w.rev[k]
	w.rev[k]++
	year, month := []int64{2023, 2024}[w.r.IntN(2)], 1+w.r.Int64N(12)
	minutes := []int64{45, 60, 90, 100, 90, 60}[w.r.IntN(6)]
	if w.r.IntN(5000) == 0 {
		minutes = 4000 // a week's camp
	}
	online := int64(0)
	if w.r.IntN(5) == 0 {
		online = 1
	}
	return []any{id, p, session, rev, home, place, year*10000 + month*100 + 1 + w.r.Int64N(28), 1 + w.r.Int64N(4), online, minutes, heads, int64(1)}
}

// oracle makes the tables that the plain SQL reads.
func (w *town) oracle() {
	w.t.Helper()
	stmts := []string{
		`CREATE TABLE x_live AS SELECT a.* FROM attendance a WHERE NOT EXISTS (SELECT 1 FROM reversal r WHERE r.attendance_id = a.id)`,
		`CREATE INDEX x_live_day ON x_live (day)`,
		`CREATE TABLE x_known (person_id BIGINT PRIMARY KEY, birth_year BIGINT, sex TEXT)`,
		`INSERT INTO x_known SELECT p.id, COALESCE((SELECT c.birth_year FROM person_change c WHERE c.person_id = p.id ORDER BY c.id DESC LIMIT 1), p.birth_year),
			COALESCE((SELECT c.sex FROM person_change c WHERE c.person_id = p.id ORDER BY c.id DESC LIMIT 1), p.sex) FROM person p`,
		`CREATE TABLE x_up (area_id BIGINT PRIMARY KEY, community BIGINT, street BIGINT, district BIGINT, city BIGINT)`,
	}
	w.exec(stmts...)
	w.bulk(func(add db.CopyFunc) error {
		var rows [][]any
		for _, id := range w.communities {
			n, _ := w.tree.ByID(id)
			row := []any{id}
			for ; n >= 0; n = w.tree.Parent(n) {
				row = append(row, w.tree.At(n).ID)
			}
			rows = append(rows, row)
		}
		return add("x_up", []string{"area_id", "community", "street", "district", "city"}, rows)
	})
	w.exec("ANALYZE")
}

func (w *town) exec(stmts ...string) {
	w.t.Helper()
	for _, s := range stmts {
		if _, err := w.d.Write.Exec(s); err != nil {
			w.t.Fatal(err)
		}
	}
}

// period makes a table of the rows of a period, each with the areas it counts
// in and what is known of the person.
func (w *town) period(p ledger.Period, by ledger.By) string {
	name := fmt.Sprint("x_", int64(p.From), "_", int64(p.To), "_", by)
	if w.tables[name] {
		return name
	}
	w.tables[name] = true
	within := fmt.Sprintf("day BETWEEN %d AND %d", p.From, p.To)
	at, from := "w.place_id", "x_live w"
	if by == ledger.ByHome {
		w.exec(`CREATE TABLE ` + name + `_lived AS SELECT person_id, home_id FROM (SELECT person_id, home_id,
			row_number() OVER (PARTITION BY person_id ORDER BY day DESC, id DESC) AS n FROM x_live WHERE ` + within + ` AND person_id <> 0) z WHERE n = 1`)
		w.exec(`CREATE UNIQUE INDEX `+name+`_i ON `+name+`_lived (person_id)`, `ANALYZE `+name+`_lived`)
		at, from = "COALESCE(h.home_id, w.home_id)", from+" LEFT JOIN "+name+"_lived h ON h.person_id = w.person_id"
	}
	w.exec(`CREATE TABLE ` + name + ` AS SELECT w.person_id, t.code AS theme, w.online, w.minutes, w.heads, k.birth_year, k.sex,
		u.community, u.street, u.district, u.city FROM ` + from + ` JOIN theme t ON t.id = w.theme_id LEFT JOIN x_known k ON k.person_id = w.person_id
		JOIN x_up u ON u.area_id = ` + at + ` WHERE w.` + within)
	return name
}

type tally struct{ persons, rows, minutes, heads, regular int64 }

// count answers for all areas of a level with nothing but SQL.
func (w *town) count(q ledger.Query, l area.Level) map[int64]tally {
	w.t.Helper()
	where := "1 = 1"
	if q.Filter.Theme != "" {
		where += " AND theme = '" + q.Filter.Theme + "'"
	}
	if q.Filter.Mode != "" {
		where += fmt.Sprintf(" AND online = %d", map[string]int{"onsite": 0, "online": 1}[q.Filter.Mode])
	}
	if q.Filter.Sex != "" {
		where += " AND sex = '" + q.Filter.Sex + "'"
	}
	if q.Filter.Age != "" {
		b := map[string][2]int{"60-69": {60, 69}, "80+": {80, 999}, "18-59": {18, 59}, "33-44": {33, 44}}[q.Filter.Age]
		where += fmt.Sprintf(" AND birth_year <> 0 AND %d - birth_year BETWEEN %d AND %d", q.Period.To.Year(), b[0], b[1])
	}
	rows, err := w.d.Read.Query(`SELECT at, sum(CASE WHEN person_id <> 0 THEN 1 ELSE 0 END), sum(CASE WHEN person_id <> 0 THEN n ELSE 0 END),
			CAST(sum(CASE WHEN person_id <> 0 THEN m ELSE 0 END) AS BIGINT), CAST(sum(CASE WHEN person_id = 0 THEN h ELSE 0 END) AS BIGINT),
			sum(CASE WHEN person_id <> 0 AND (n >= 6 OR m >= 540) THEN 1 ELSE 0 END)
		FROM (SELECT ` + string(l) + ` AS at, person_id, count(*) AS n, sum(minutes) AS m, sum(heads) AS h FROM ` + w.period(q.Period, q.By) + `
			WHERE ` + where + ` GROUP BY ` + string(l) + `, person_id) z GROUP BY at ORDER BY at`)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	out := map[int64]tally{}
	for rows.Next() {
		var at int64
		var s tally
		if err := rows.Scan(&at, &s.persons, &s.rows, &s.minutes, &s.heads, &s.regular); err != nil {
			w.t.Fatal(err)
		}
		out[at] = s
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (s tally) of(t testing.TB, m ledger.Measure) *apd.Decimal {
	t.Helper()
	n, by := int64(0), int64(1)
	switch m {
	case ledger.Participants:
		n = s.persons
	case ledger.Attendances:
		n = s.rows + s.heads
	case ledger.Headcount:
		n = s.heads
	case ledger.Hours:
		n, by = s.minutes, 60
	case ledger.CreditHours:
		n, by = s.minutes, 45
	case ledger.Regular:
		n = s.regular
	}
	d := new(apd.Decimal)
	c := apd.BaseContext.WithPrecision(60)
	c.Rounding = apd.RoundHalfUp
	if _, err := c.Quo(d, apd.New(n, 0), apd.New(by, 0)); err != nil {
		t.Fatal(err)
	}
	if by == 60 || by == 45 { // at most two places where finite, so rounding to six is exact there
		if _, err := c.Quantize(d, d, -6); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func (w *town) question() (ledger.Query, area.Level) {
	pick := func(s ...string) string { return s[w.r.IntN(len(s))] }
	year, period := pick("2023", "2024"), ""
	switch w.r.IntN(10) {
	case 0, 1:
		period = year
	case 2, 3, 4:
		period = year + "-Q" + pick("1", "2", "3", "4")
	case 5:
		period = year + "-02-" + pick("02", "10") + ".." + year + "-04-" + pick("05", "27")
	case 6:
		period = "2023-11-03..2024-01-31"
	default:
		period = year + "-" + pick("01", "02", "05", "12")
	}
	p, err := ledger.ParsePeriod(period)
	if err != nil {
		w.t.Fatal(err)
	}
	q := ledger.Query{Measure: ledger.Measure(pick("participants", "participants", "attendances", "headcount", "hours", "credit_hours")), Area: "c", Period: p, By: ledger.By(pick("home", "place"))}
	if p.IsYear() && w.r.IntN(2) == 0 {
		q.Measure = ledger.Regular
	}
	q.Filter.Theme = pick("", "", "t1", "t2", "never")
	q.Filter.Mode = pick("", "", "onsite", "online")
	q.Filter.Sex = pick("", "", "", "f", "m")
	q.Filter.Age = pick("", "", "", "60-69", "80+", "18-59", "33-44")
	levels := []area.Level{area.City, area.District, area.Street, area.Community}
	return q, levels[w.r.IntN(4)]
}

func (w *town) figures(snapshot string) *ledger.Figures {
	return ledger.NewFigures(w.d, func() *area.Tree { return w.tree }, func() *pack.Pack { return w.pack },
		func() ledger.Populations { return nobody{} }, ledger.FiguresOptions{City: "town", Snapshot: snapshot, Log: slog.New(slog.NewTextHandler(w.t.Output(), nil))})
}

type nobody struct{}

func (nobody) At(int64, string) (int64, string, string, string, bool) { return 0, "", "", "", false }

// TestFiguresAgainstSQL writes a ledger of 200,000 rows with people who move,
// reversals, head-counts and corrections, while figures follow it through
// restarts, and asks 500 questions of both figures and plain SQL.
func TestFiguresAgainstSQL(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.people()
		w.record(130_000 / share)
		path := filepath.Join(t.TempDir(), "town.engine")
		f := w.figures(path)
		start(t, f)
		for i := range 7 {
			w.record(10_000 / share)
			refresh(t, f)
			if i == 3 {
				closeFigures(t, f) // saves
				f = w.figures(path)
				start(t, f)
			}
		}
		defer closeFigures(t, f)
		w.oracle()
		for i := range 500 / share {
			q, level := w.question()
			w.compare(f, q, level)
			if i%25 == 0 {
				w.compareOrigin(f, q, level)
			}
		}
	})
}

func start(t testing.TB, f *ledger.Figures) {
	t.Helper()
	if err := f.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func refresh(t testing.TB, f *ledger.Figures) {
	t.Helper()
	if err := f.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func closeFigures(t testing.TB, f *ledger.Figures) {
	t.Helper()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func (w *town) compare(f *ledger.Figures, q ledger.Query, level area.Level) {
	w.t.Helper()
	q.Level = level
	got, err := f.Query(context.Background(), q)
	if err != nil {
		w.t.Fatal(err)
	}
	want := w.count(q, level)
	if n := len(w.tree.Below(0, level)); len(got) != n {
		w.t.Fatalf("Query(%+v) has %d areas, want %d", q, len(got), n)
	}
	for _, g := range got {
		if x := want[g.Area.ID].of(w.t, q.Measure); g.State != ledger.Value || g.Value.Cmp(x) != 0 {
			w.t.Fatalf("Query(%+v) at %s = %s %s, want %s", q, g.Area.Code, g.State, &g.Value, x)
		}
	}
}

// compareOrigin opens one of the figures: its sums and pages must add up to it.
func (w *town) compareOrigin(f *ledger.Figures, q ledger.Query, level area.Level) {
	w.t.Helper()
	ctx := context.Background()
	areas := w.tree.Below(0, level)
	at := w.tree.At(areas[w.r.IntN(len(areas))])
	q.Area, q.Measure = at.Code, ledger.Attendances
	want := w.count(q, level)[at.ID]
	o, err := f.Origin(ctx, q)
	if err != nil {
		w.t.Fatal(err)
	}
	if o.Persons != want.persons || o.Rows != want.rows || o.Heads != want.heads || o.Minutes != want.minutes {
		w.t.Fatalf("Origin(%+v) = %+v, want %+v", q, o, want)
	}
	var sum tally
	for cursor := ""; ; {
		lines, next, err := f.Sessions(ctx, q, cursor, 700)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, l := range lines {
			sum.rows, sum.heads, sum.minutes = sum.rows+l.Rows, sum.heads+l.Heads, sum.minutes+l.Minutes
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	people := map[int64]bool{}
	for cursor, i := "", 0; i < 3; i++ {
		lines, next, err := f.Rows(ctx, q, cursor, 500)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, l := range lines {
			if people[l.ID] {
				w.t.Fatalf("Rows(%+v): row %d twice", q, l.ID)
			}
			people[l.ID] = true
		}
		if cursor = next; cursor == "" {
			if int64(len(people)) < o.Rows {
				w.t.Fatalf("Rows(%+v) has %d rows, want at least %d", q, len(people), o.Rows)
			}
			break
		}
	}
	if sum.rows != o.Rows || sum.heads != o.Heads || sum.minutes != o.Minutes {
		w.t.Fatalf("Sessions(%+v) add up to %+v, want %+v", q, sum, o)
	}
}
