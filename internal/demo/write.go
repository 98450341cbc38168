package demo

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"xuedu/internal/activity"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/ledger"
)

const writeRows = 20_000 // of small tables in one transaction

// table writes rows in transactions of writeRows.
func (m *maker) table(ctx context.Context, name string, cols []string, n int, row func(i int) []any) error {
	for first := 0; first < n; first += writeRows {
		last := min(first+writeRows, n)
		rows := make([][]any, 0, last-first)
		for i := first; i < last; i++ {
			if r := row(i); r != nil {
				rows = append(rows, r)
			}
		}
		if err := m.DB.InBulk(ctx, func(_ *sql.Tx, add db.CopyFunc) error { return add(name, cols, rows) }); err != nil {
			return err
		}
	}
	return nil
}

// writeOrgs writes the institutions, from the top down, and their staff.
func (m *maker) writeOrgs(ctx context.Context) (int64, error) {
	m.notify("demo.step.orgs", 0, 0)
	profiles, since := m.planProfiles(), m.registered()
	columns := append([]string{"id", "code", "type", "name", "name_en", "pinyin", "initials", "area_id", "parent_id", "address", "phone", "state", "created_at", "updated_at"}, profileColumns...)
	err := m.table(ctx, "org", columns,
		len(m.orgs), func(i int) []any {
			o := m.orgs[i]
			key, initials := area.Pinyin(o.name)
			var parent any
			if o.parent >= 0 {
				parent = m.orgs[o.parent].id
			}
			return append([]any{o.id, o.code, o.typ, o.name, o.nameEN, key, initials, m.Tree.At(o.nr).ID, parent, m.address(o.nr), "", "active", since, since}, profiles[i]...)
		})
	if err != nil {
		return 0, err
	}
	err = m.table(ctx, "org_history", []string{"id", "org_id", "at", "actor", "verb", "reason", "changes"}, len(m.orgs), func(i int) []any {
		o := m.orgs[i]
		return []any{o.id, o.id, since, audit.From(ctx).Actor, "import", "", "{}"}
	})
	if err != nil {
		return 0, err
	}
	return int64(len(m.orgs)), m.writeAccounts(ctx)
}

// writeAccounts writes the demo accounts, which may sign in, and the teachers
// of the classes, who may not: no password has their hash.
func (m *maker) writeAccounts(ctx context.Context) error {
	all := make([]deskAccount, 0, len(m.teachers)+len(m.desk.accounts))
	for _, t := range m.teachers {
		if !t.hash { // those are among the desk's
			all = append(all, deskAccount{teacher: t, area: -1})
		}
	}
	all = append(all, m.desk.accounts...)
	err := m.table(ctx, "account", []string{"id", "login", "name", "password_hash", "password_at", "must_change", "state", "created_at", "updated_at"}, len(all), func(i int) []any {
		hash := "!"
		if all[i].hash {
			hash = m.PasswordHash
		}
		return []any{all[i].id, all[i].login, all[i].name, hash, m.now, false, "active", m.now, m.now}
	})
	if err != nil {
		return err
	}
	r := m.rng(8)
	return m.table(ctx, "role_grant", []string{"id", "account_id", "role", "area_id", "org_id", "scope", "created_at"}, len(all), func(i int) []any {
		a := all[i]
		var areaID, orgID any
		scope := "city"
		if a.area >= 0 {
			id := m.Tree.At(a.area).ID
			areaID, scope = id, fmt.Sprint("area:", id)
		}
		if a.org >= 0 {
			orgID, scope = m.orgs[a.org].id, "org:"+m.orgs[a.org].id
		}
		role := a.role
		if role == "" {
			role = "teacher"
		}
		return []any{newID(r, m.now), a.id, role, areaID, orgID, scope, m.now}
	})
}

// writeClasses writes activities, classes and meetings, and gives each meeting
// that has been held its number in the ledger, in the order of days.
func (m *maker) writeClasses(ctx context.Context) (int64, error) {
	if err := m.numberSessions(ctx); err != nil {
		return 0, err
	}
	forms := map[string]bool{}
	for _, f := range m.Pack.ActivityForms {
		forms[f.Code] = true
	}
	err := m.table(ctx, "activity", []string{"id", "org_id", "title", "form", "theme", "tags", "summary", "state", "created_at", "updated_at"}, len(m.acts), func(i int) []any {
		a := m.acts[i]
		form := a.form
		if !forms[form] && len(m.Pack.ActivityForms) > 0 {
			form = m.Pack.ActivityForms[0].Code
		}
		since := a.since.AddDate(0, 0, -25)
		return []any{a.id, m.orgs[a.org].id, a.title, form, m.themes[a.theme].code, "[]", m.words.Summaries[a.form], "open", since, since}
	})
	if err != nil {
		return 0, err
	}
	err = m.table(ctx, "class", []string{"id", "activity_id", "name", "teacher_id", "capacity", "mode", "state", "created_at", "updated_at"}, len(m.classes), func(i int) []any {
		c := m.classes[i]
		mode := "onsite"
		if c.online {
			mode = "online"
		}
		return []any{c.id, m.acts[c.act].id, c.name, m.teachers[c.teacher].id, int64(c.capacity), mode, m.stateOf(c), m.now, m.now}
	})
	if err != nil {
		return 0, err
	}
	return int64(len(m.meetings)), m.writeMeetings(ctx)
}

func (m *maker) stateOf(c class) string {
	list := m.meetings[c.first:c.last]
	done, open := 0, 0
	for _, x := range list {
		switch x.state {
		case held:
			done++
		case planned, owed:
			open++
		}
	}
	switch {
	case open == 0:
		return "finished"
	case done == 0:
		return "planned"
	}
	return "running"
}

func (m *maker) numberSessions(ctx context.Context) error {
	var order []int32
	for i, x := range m.meetings {
		if x.state == held {
			order = append(order, int32(i))
		}
	}
	slices.SortStableFunc(order, func(a, b int32) int { return int(m.meetings[a].day - m.meetings[b].day) })
	return m.DB.InTx(ctx, func(tx *sql.Tx) error {
		first, err := db.Next(ctx, tx, "session", int64(len(order)))
		for k, i := range order {
			m.meetings[i].session = first + int64(k)
		}
		return err
	})
}

func (m *maker) writeMeetings(ctx context.Context) error {
	r := m.rng(9)
	rooms := make([]string, len(m.classes))
	for i := range rooms {
		if rooms[i] = pick(r, m.words.Room); m.classes[i].online {
			rooms[i] = m.words.OnlineRoom
		}
	}
	err := m.table(ctx, "meeting", []string{"id", "class_id", "no", "day", "starts", "minutes", "area_id", "room", "state", "reason", "updated_at"}, len(m.meetings), func(i int) []any {
		if i%writeRows == 0 {
			m.notify("demo.step.classes", int64(i), int64(len(m.meetings)))
		}
		x := m.meetings[i]
		c := m.classes[x.class]
		state, reason := "planned", ""
		switch x.state {
		case held:
			state = "held"
		case cancelled:
			state, reason = "cancelled", pick(r, m.words.Cancelled)
		}
		return []any{x.id.String(), c.id, int64(int32(i) - c.first + 1), ledger.Day(x.day).String(), fmt.Sprintf("%02d:%02d", x.starts/60, x.starts%60),
			int64(x.minutes), m.Tree.At(m.orgs[m.acts[c.act].org].nr).ID, rooms[x.class], state, reason, m.now}
	})
	if err != nil {
		return err
	}
	return m.table(ctx, "session", []string{"id", "key"}, len(m.meetings), func(i int) []any {
		if x := m.meetings[i]; x.session != 0 {
			return []any{x.session, x.id.String()}
		}
		return nil
	})
}

// writeLearning streams the residents into the database; one goroutine
// invents them while the other writes.
func (m *maker) writeLearning(ctx context.Context) (int64, error) {
	var first int64
	err := m.DB.InTx(ctx, func(tx *sql.Tx) (err error) {
		first, err = db.Next(ctx, tx, "person", 0)
		return err
	})
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	chunks, failed := make(chan *chunk, 1), make(chan error, 1)
	go func() {
		defer close(chunks)
		failed <- m.learn(ctx, first, chunks)
	}()
	var rows int64
	for c := range chunks {
		if err := m.writeChunk(ctx, c); err != nil {
			cancel()
			for range chunks { // let the other end
			}
			return rows, err
		}
		rows += int64(len(c.rows))
		m.notify("demo.step.learning", rows, max(rows, int64(rowsAtFull*m.opt.Scale)))
	}
	return rows, <-failed
}

var attendanceCols = []string{"id", "person_id", "session_id", "rev", "home_id", "place_id", "day", "theme_id", "online", "minutes", "heads", "batch_id"}

func (a attended) row(id, rev, heads, batch int64) []any {
	return []any{id, a.person, a.session, rev, a.home, a.place, a.day, a.theme, a.online, a.minutes, heads, batch}
}

func (m *maker) writeChunk(ctx context.Context, c *chunk) error {
	for _, r := range c.contacts { // person, home, name, telephone
		sealed, tag, err := m.Seal(r[0].(int64), r[2].(string), r[3].(string))
		if err != nil {
			return err
		}
		r[2], r[3] = sealed, tag
	}
	consent := "demo " + m.now.Format(time.DateOnly)
	for i, r := range c.contacts {
		c.contacts[i] = append(r, consent)
	}
	return m.DB.InBulk(ctx, func(tx *sql.Tx, add db.CopyFunc) error {
		if len(c.persons) > 0 {
			got, err := db.Next(ctx, tx, "person", int64(len(c.persons)))
			if err != nil {
				return err
			}
			if got != c.persons[0][0].(int64) {
				return errors.New("demo: somebody else writes to this city")
			}
		}
		batch, err := m.batch(ctx, tx, add, len(c.rows))
		if err != nil {
			return err
		}
		rows := make([][]any, len(c.rows))
		for i, a := range c.rows {
			rows[i] = a.row(batch+1+int64(i), 0, 1, batch)
			if (a.person*7919+a.session)%4001 == 0 {
				m.wrong = append(m.wrong, wrongRow{id: batch + 1 + int64(i), attended: a})
			}
		}
		return errors.Join(
			add("person", []string{"id", "pseudonym", "birth_year", "sex"}, c.persons),
			add("person_contact", []string{"person_id", "home_id", "sealed", "phone_tag", "consent"}, c.contacts),
			add("learner", []string{"class_id", "person_id", "state", "added_at"}, c.learners),
			add("attendance", attendanceCols, rows))
	})
}

// batch writes down one act of recording n rows and returns its number; those
// of the rows follow it.
func (m *maker) batch(ctx context.Context, tx *sql.Tx, add db.CopyFunc, n int) (int64, error) {
	id, err := db.Next(ctx, tx, "ledger", int64(n)+1)
	if err != nil {
		return 0, err
	}
	return id, add("batch", []string{"id", "source", "file", "file_sha256", "recorded_at", "recorded_by"},
		[][]any{{id, "demo", "", "", m.now, audit.From(ctx).Actor}})
}

// writeCorrections writes the anonymous head-counts of open lectures, and
// reversals with their reasons; half of the reversed rows are written anew.
func (m *maker) writeCorrections(ctx context.Context) (int64, error) {
	r := m.rng(10)
	var heads []wrongRow // id holds the number of heads
	for _, x := range m.meetings {
		c := m.classes[x.class]
		a := m.acts[c.act]
		chance, most := headCount(a.form)
		if x.session == 0 || c.online || r.IntN(100) >= chance {
			continue
		}
		place := m.Tree.At(m.orgs[a.org].nr).ID
		heads = append(heads, wrongRow{id: int64(1 + r.IntN(most)), attended: attended{session: x.session, home: place, place: place, day: x.day,
			theme: m.themes[a.theme].id, minutes: int64(x.minutes)}})
	}
	slices.SortFunc(heads, func(a, b wrongRow) int { return int(a.session - b.session) })
	slices.SortFunc(m.wrong, func(a, b wrongRow) int { return int(a.id - b.id) })
	n := len(heads) + 2*len(m.wrong)
	err := m.DB.InBulk(ctx, func(tx *sql.Tx, add db.CopyFunc) error {
		batch, err := m.batch(ctx, tx, add, n)
		if err != nil {
			return err
		}
		next := batch + 1
		var rows, reversals [][]any
		for _, h := range heads {
			rows = append(rows, h.row(next, 0, h.id, batch))
			next++
		}
		for i, w := range m.wrong {
			reversals = append(reversals, []any{next, w.id, pick(r, m.words.Reversal), batch})
			next++
			if i%2 == 0 {
				w.minutes = max(1, w.minutes/2)
				rows = append(rows, w.row(next, 1, 1, batch))
			}
			next++
		}
		return errors.Join(add("attendance", attendanceCols, rows), add("reversal", []string{"id", "attendance_id", "reason", "batch_id"}, reversals))
	})
	return int64(n), err
}

// headCount is how many of a hundred meetings count heads, and at most how
// many: open lectures often and many, courses now and then a few visitors.
func headCount(form string) (chance, most int) {
	if form == "lecture" {
		return 55, 60
	}
	return 12, 6
}

// finish marks the city as invented and writes the trail.
func (m *maker) finish(ctx context.Context) (int64, error) {
	err := m.DB.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE city SET synthetic = $1", true); err != nil {
			return fmt.Errorf("mark city: %w", err)
		}
		if err := activity.MarkAll(ctx, tx); err != nil {
			return err
		}
		return audit.Append(ctx, tx, m.now, audit.Entry{Verb: "demo:make", Object: "city:" + strings.TrimSpace(m.Pack.Name),
			Detail: map[string]any{"scale": m.opt.Scale, "seed": m.opt.Seed, "today": m.opt.Today.Format(time.DateOnly)}})
	})
	return 0, err
}
