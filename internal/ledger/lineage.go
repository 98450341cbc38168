package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/ledger/engine"
)

// Origin is what a figure was counted from: its sums equal the figure, and
// Persons are its distinct participants.
type Origin struct {
	Sessions int64 // distinct class meetings
	Persons  int64 // distinct
	Rows     int64 // attendances of persons
	Heads    int64 // anonymous head-counts
	Minutes  int64 // of persons
	Version  int64 // of the ledger
}

// SessionLine is the part of one class meeting in a figure. A meeting that was
// recorded with several places, days or themes has a line for each.
type SessionLine struct {
	Key     string
	Day     Day
	Place   *area.Area // nil where the tree does not know it
	Theme   string     // code
	Persons int64      // distinct in this line
	Rows    int64
	Heads   int64
	Minutes int64
}

// RowLine is one row of the ledger in a figure. Person is the beginning of the
// pseudonym, "" for a head-count: enough to tell rows apart, not to look
// somebody up elsewhere.
type RowLine struct {
	ID        int64
	Person    string
	Session   string
	Day       Day
	Home      *area.Area
	Place     *area.Area
	Theme     string
	Online    bool
	Minutes   int64
	Heads     int64
	BirthYear int64
	Sex       string
}

// shortPseudonym is how many letters of a pseudonym are shown.
const shortPseudonym = 8

// Origin returns the totals behind the figure of q's area; q.Level is not read.
func (f *Figures) Origin(ctx context.Context, q Query) (Origin, error) {
	l, err := f.lineage(ctx, q)
	if err != nil {
		return Origin{}, err
	}
	return f.origin(ctx, l)
}

func (f *Figures) origin(ctx context.Context, l *lineage) (Origin, error) {
	o := Origin{Version: l.version}
	query := l.with() + ` SELECT count(DISTINCT session_id), count(DISTINCT CASE WHEN person_id <> 0 THEN person_id END),
		` + lineSums + ` FROM hit`
	err := f.db.Read.QueryRowContext(ctx, query).Scan(&o.Sessions, &o.Persons, &o.Rows, &o.Heads, &o.Minutes)
	if err != nil {
		return o, fmt.Errorf("origin of a figure: %w", err)
	}
	return o, nil
}

const lineSums = `CAST(COALESCE(sum(CASE WHEN person_id <> 0 THEN 1 ELSE 0 END), 0) AS BIGINT),
	CAST(COALESCE(sum(CASE WHEN person_id = 0 THEN heads ELSE 0 END), 0) AS BIGINT),
	CAST(COALESCE(sum(CASE WHEN person_id <> 0 THEN minutes ELSE 0 END), 0) AS BIGINT)`

// Sessions returns the class meetings behind the figure of q's area in the
// order of days, at most limit from cursor on ("" = the first), and the cursor
// of the next page, "" after the last.
func (f *Figures) Sessions(ctx context.Context, q Query, cursor string, limit int) (lines []SessionLine, next string, err error) {
	l, err := f.lineage(ctx, q)
	if err != nil {
		return nil, "", err
	}
	at, err := parseCursor(cursor, 4)
	if err != nil {
		return nil, "", err
	}
	query := l.with() + `, line AS (SELECT day, session_id, place_id, theme_id, count(DISTINCT CASE WHEN person_id <> 0 THEN person_id END) AS persons,
		` + named(lineSums) + ` FROM hit` + after(at, "day", "session_id", "place_id", "theme_id") + `
		GROUP BY day, session_id, place_id, theme_id ORDER BY day, session_id, place_id, theme_id LIMIT ` + strconv.Itoa(limit+1) + `)
		SELECT line.day, line.session_id, line.place_id, line.theme_id, line.persons, line.rows_n, line.heads_n, line.minutes_n, s.key, COALESCE(t.code, '')
		FROM line JOIN session s ON s.id = line.session_id LEFT JOIN theme t ON t.id = line.theme_id
		ORDER BY line.day, line.session_id, line.place_id, line.theme_id`
	var last [4]int64
	err = each(ctx, f.db.Read, query, nil, func(rows *sql.Rows) error {
		if len(lines) == limit {
			next = formatCursor(last[:])
			return nil
		}
		var s SessionLine
		err := rows.Scan(&last[0], &last[1], &last[2], &last[3], &s.Persons, &s.Rows, &s.Heads, &s.Minutes, &s.Key, &s.Theme)
		s.Day, s.Place = Day(last[0]), l.area(last[2])
		lines = append(lines, s)
		return err
	})
	return lines, next, err
}

// named gives lineSums' columns names.
func named(sums string) string {
	parts := strings.SplitAfter(sums, "AS BIGINT)")
	for i, n := range []string{" AS rows_n", " AS heads_n", " AS minutes_n"} {
		parts[i] += n
	}
	return strings.Join(parts, "")
}

// Rows returns the rows of the ledger behind the figure of q's area in the
// order of days, paged like Sessions. Who may see them is for the caller to
// decide, and the look must go into the audit trail.
func (f *Figures) Rows(ctx context.Context, q Query, cursor string, limit int) (lines []RowLine, next string, err error) {
	l, err := f.lineage(ctx, q)
	if err != nil {
		return nil, "", err
	}
	at, err := parseCursor(cursor, 2)
	if err != nil {
		return nil, "", err
	}
	query := l.with() + `, line AS (SELECT * FROM hit` + after(at, "day", "id") + ` ORDER BY day, id LIMIT ` + strconv.Itoa(limit+1) + `)
		SELECT line.id, line.day, line.home_id, line.place_id, line.online, line.minutes, line.heads, COALESCE(p.pseudonym, ''), s.key, COALESCE(t.code, ''),
			` + knownOf("line.person_id", "birth_year", l.version) + `, ` + knownOf("line.person_id", "sex", l.version) + `
		FROM line JOIN session s ON s.id = line.session_id LEFT JOIN person p ON p.id = line.person_id LEFT JOIN theme t ON t.id = line.theme_id
		ORDER BY line.day, line.id`
	var last [2]int64
	err = each(ctx, f.db.Read, query, nil, func(rows *sql.Rows) error {
		if len(lines) == limit {
			next = formatCursor(last[:])
			return nil
		}
		r, err := l.scanLine(rows)
		last = [2]int64{int64(r.Day), r.ID}
		lines = append(lines, r)
		return err
	})
	return lines, next, err
}

func (l *lineage) scanLine(rows *sql.Rows) (RowLine, error) {
	var r RowLine
	var home, place, online int64
	var born sql.NullInt64
	var sex sql.NullString
	err := rows.Scan(&r.ID, &r.Day, &home, &place, &online, &r.Minutes, &r.Heads, &r.Person, &r.Session, &r.Theme, &born, &sex)
	r.Home, r.Place, r.Online, r.BirthYear, r.Sex = l.area(home), l.area(place), online != 0, born.Int64, sex.String
	r.Person = r.Person[:min(shortPseudonym, len(r.Person))]
	return r, err
}

// knownOf is what holds of a person: the latest correction, else what was
// recorded first.
func knownOf(person, column string, version int64) string {
	return `COALESCE((SELECT c.` + column + ` FROM person_change c WHERE c.person_id = ` + person + ` AND c.id <= ` + strconv.FormatInt(version, 10) +
		` ORDER BY c.id DESC LIMIT 1), p.` + column + `)`
}

// lineage is a figure's question as SQL. All that is put into the statement
// are numbers of ours and names of columns.
type lineage struct {
	*asked
	version int64
	only    []int64 // the persons that can be in it, unless all is set
	all     bool
}

// fewPersons is up to how many persons are looked up one by one instead of
// going through the ledger.
const fewPersons = 2000

func (f *Figures) lineage(ctx context.Context, q Query) (*lineage, error) {
	f.use.RLock()
	defer f.use.RUnlock()
	q.Level = ""
	a, err := f.check(ctx, q)
	if err != nil {
		return nil, err
	}
	l := &lineage{asked: a, version: f.eng.Last()}
	ask := a.ask
	ask.Root = a.nr
	only, ok := f.eng.Persons(ask, fewPersons)
	l.only, l.all = only, !ok || f.eng.Last() != l.version
	return l, nil
}

func (l *lineage) area(id int64) *area.Area {
	if n, ok := l.tree.ByID(id); ok {
		return l.tree.At(n)
	}
	return nil
}

// with defines hit, the rows of the figure.
func (l *lineage) with() string {
	v := strconv.FormatInt(l.version, 10)
	live := `WITH live AS (SELECT a.* FROM attendance a WHERE a.id <= ` + v + ` AND a.day >= ` + num(l.ask.From) + ` AND a.day <= ` + num(l.ask.To) +
		` AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.attendance_id = a.id AND r.id <= ` + v + `)` + l.persons() + `)`
	at, join := "l.place_id", ""
	if !l.ask.ByPlace {
		live += `, lived AS (SELECT person_id, home_id FROM (SELECT person_id, home_id, row_number() OVER (PARTITION BY person_id ORDER BY day DESC, id DESC) AS n
			FROM live WHERE person_id <> 0) h WHERE n = 1)`
		at, join = "COALESCE(h.home_id, l.home_id)", " LEFT JOIN lived h ON h.person_id = l.person_id"
	}
	hit := `SELECT l.* FROM live l` + join + ` LEFT JOIN person p ON p.id = l.person_id WHERE ` + inAreas(at, l.tree, l.nr) + l.filters()
	if l.Measure != Regular {
		return live + `, hit AS (` + hit + `)`
	}
	return live + `, some AS (` + hit + `), hit AS (SELECT * FROM some WHERE person_id IN (SELECT person_id FROM some GROUP BY person_id
		HAVING ` + l.regular() + `))`
}

// regular is the condition on the rows of one person.
func (l *lineage) regular() string {
	p := l.pack.Params
	var or []string
	if p.RegularSessions > 0 {
		or = append(or, "count(*) >= "+num(p.RegularSessions))
	}
	if n := p.RegularCredits * p.CreditMinutes; n > 0 {
		or = append(or, "sum(minutes) >= "+num(n))
	}
	return strings.Join(append(or, "1 = 0"), " OR ")
}

// persons narrows the rows to the persons that can be in the figure.
func (l *lineage) persons() string {
	if l.all {
		return ""
	}
	ids := append([]int64{0}, l.only...)
	return ` AND ` + inIDs("a.person_id", ids)
}

// filters are the conditions of the question on one row.
func (l *lineage) filters() string {
	var b strings.Builder
	if l.Measure == Regular && !l.Period.IsYear() || l.Measure == Rate && l.By == ByPlace {
		return ` AND 1 = 0` // such a figure is not applicable: nothing is behind it
	}
	switch l.Measure {
	case Attendances:
	case Headcount:
		b.WriteString(` AND l.person_id = 0`)
	default:
		b.WriteString(` AND l.person_id <> 0`)
	}
	if l.ask.Theme != 0 {
		b.WriteString(` AND l.theme_id = ` + num(l.ask.Theme))
	}
	if l.ask.Mode != engine.AnyMode {
		b.WriteString(` AND l.online = ` + num(b2i(l.ask.Mode == engine.Online)))
	}
	if l.Filter.Sex != "" {
		b.WriteString(` AND ` + knownOf("l.person_id", "sex", l.version) + ` = '` + map[engine.Sex]string{engine.Female: "f", engine.Male: "m"}[l.ask.Sex] + `'`)
	}
	if l.Filter.Age != "" {
		b.WriteString(` AND ` + knownOf("l.person_id", "birth_year", l.version) + ` BETWEEN ` + num(l.ask.BornFrom) + ` AND ` + num(l.ask.BornTo))
	}
	return b.String()
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func num[T int | int32 | int64](n T) string { return strconv.FormatInt(int64(n), 10) }

// inAreas is true for the ids of a subtree. Ids mostly follow each other, so
// they are written as ranges.
func inAreas(column string, t *area.Tree, nr int) string {
	ids := make([]int64, 0, t.Last(nr)-nr)
	for n := nr; n < t.Last(nr); n++ {
		ids = append(ids, t.At(n).ID)
	}
	return inIDs(column, ids)
}

func inIDs(column string, ids []int64) string {
	slices.Sort(ids)
	var single, parts []string
	for i := 0; i < len(ids); {
		j := i
		for j+1 < len(ids) && ids[j+1]-ids[j] <= 1 {
			j++
		}
		if j-i < 2 {
			for ; i <= j; i++ {
				single = append(single, num(ids[i]))
			}
			continue
		}
		parts = append(parts, column+" BETWEEN "+num(ids[i])+" AND "+num(ids[j]))
		i = j + 1
	}
	if len(single) > 0 {
		parts = append(parts, column+" IN ("+strings.Join(single, ",")+")")
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// after is the condition that a row comes behind a cursor.
func after(at []int64, columns ...string) string {
	if at == nil {
		return ""
	}
	values := make([]string, len(at))
	for i, v := range at {
		values[i] = num(v)
	}
	return " WHERE (" + strings.Join(columns, ", ") + ") > (" + strings.Join(values, ", ") + ")"
}

func formatCursor(at []int64) string {
	parts := make([]string, len(at))
	for i, v := range at {
		parts[i] = num(v)
	}
	return strings.Join(parts, ".")
}

func parseCursor(s string, n int) ([]int64, error) {
	if s == "" {
		return nil, nil
	}
	parts := strings.Split(s, ".")
	if len(parts) != n {
		return nil, errs.InvalidField("cursor", "figures.bad_cursor")
	}
	at := make([]int64, n)
	for i, p := range parts {
		v, err := strconv.ParseInt(p, 10, 64)
		if err != nil {
			return nil, errs.InvalidField("cursor", "figures.bad_cursor")
		}
		at[i] = v
	}
	return at, nil
}
