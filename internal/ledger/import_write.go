package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/ledger/internal/gen"
)

// maxCache is how many persons and how many class meetings an import keeps in
// memory; beyond it starts afresh and looks them up again.
const maxCache = 1 << 20

// importWriter turns chunks into transactions. It is for one goroutine.
type importWriter struct {
	im       *importer
	persons  map[string]*knownPerson // by pseudonym
	sessions map[string]int64        // by key
	report   ImportReport
	standIn  int64 // see newNumber
}

// knownPerson is a person's number and what is known of them now.
type knownPerson struct {
	id        int64
	birthYear int64
	sex       string
}

func newImportWriter(im *importer) *importWriter {
	return &importWriter{im: im, persons: map[string]*knownPerson{}, sessions: map[string]int64{}}
}

// take records a chunk, or only checks it where in is nil.
func (w *importWriter) take(ctx context.Context, in inTx, c *importChunk) error {
	w.report.Rows, w.report.Refused, w.report.Read, w.report.Size = c.total, c.bad, c.read, c.all
	if len(c.rows) == 0 {
		return nil
	}
	if len(w.persons) > maxCache {
		clear(w.persons)
	}
	if len(w.sessions) > maxCache {
		clear(w.sessions)
	}
	cw := &chunkWriter{w: w, c: c}
	var err error
	if in == nil {
		err = cw.check(ctx, w.im.s.db.Read)
	} else {
		err = in(ctx, func(b *db.Bulk) error {
			cw.tx = b
			return cw.write(ctx)
		})
		w.report.Recorded += int64(len(c.rows)) - cw.already
	}
	if err != nil {
		return fmt.Errorf("lines %d to %d: %w", c.from, c.to, err)
	}
	w.report.Already += cw.already
	w.report.Persons += cw.newPersons
	w.report.Sessions += cw.newSessions
	slices.SortStableFunc(cw.warnings, func(a, b ImportProblem) int { return cmp.Compare(a.Line, b.Line) })
	w.report.Warned += int64(len(cw.warnings))
	room := maxWarnings - len(w.report.Warnings)
	w.report.Warnings = append(w.report.Warnings, cw.warnings[:min(room, len(cw.warnings))]...)
	return nil
}

// chunkWriter is one transaction of an import.
type chunkWriter struct {
	w                       *importWriter
	tx                      *db.Bulk
	c                       *importChunk
	batch                   int64
	rows                    []*importRow // those to add, in the order of their numbers
	freshFrom, freshTo      int64        // numbers of the meetings that the chunk made
	already                 int64
	newPersons, newSessions int64
	warnings                []ImportProblem
}

func (cw *chunkWriter) write(ctx context.Context) error {
	var err error
	if err = cw.makePersons(ctx); err != nil {
		return err
	}
	if err = cw.makeSessions(ctx); err != nil {
		return err
	}
	im := cw.w.im
	cw.collect()
	first := int64(0)
	if cw.batch, first, err = im.s.takeNumbers(ctx, cw.tx, len(cw.rows)); err != nil {
		return err
	}
	if err := cw.insert(ctx, first); err != nil {
		return err
	}
	if err := cw.changePersons(ctx); err != nil {
		return err
	}
	if int(cw.already) < len(cw.c.rows) { // what adds nothing leaves nothing but its trail
		b := gen.InsertBatchParams{ID: cw.batch, Source: fromImport, File: im.src.Name, FileSha256: im.digest}
		if err := im.s.insertBatch(ctx, cw.tx, b); err != nil {
			return err
		}
	}
	return audit.Append(ctx, cw.tx, im.s.now(), audit.Entry{Verb: "ledger:import", Object: fmt.Sprint("batch:", cw.batch), Detail: map[string]any{
		"file": im.src.Name, "sha256": im.digest, "from_line": cw.c.from, "to_line": cw.c.to,
		"recorded": int64(len(cw.c.rows)) - cw.already, "already": cw.already}})
}

// collect gives the rows their persons and meetings, drops those that the
// chunk holds twice, and sorts: by person, since the ledger's key begins with
// the person and neighbours are inserted several times as fast; within a
// person by line, which is the order of recording.
func (cw *chunkWriter) collect() {
	type pair struct{ person, session int64 }
	seen := make(map[pair]*importRow, len(cw.c.rows))
	cw.rows = make([]*importRow, 0, len(cw.c.rows))
	for i := range cw.c.rows {
		r := &cw.c.rows[i]
		key := pair{r.personID(), r.sessionID}
		if first := seen[key]; first != nil {
			cw.already++
			cw.compare(r, first)
			continue
		}
		seen[key] = r
		cw.rows = append(cw.rows, r)
	}
	slices.SortFunc(cw.rows, func(a, b *importRow) int {
		if c := cmp.Compare(a.personID(), b.personID()); c != 0 {
			return c
		}
		return cmp.Compare(a.line, b.line)
	})
}

// compare warns where a row says something else than the recorded one.
func (cw *chunkWriter) compare(in, old *importRow) {
	for _, v := range []struct {
		col      int
		new, old int64
		text     func(int64) string
	}{
		{colHome, in.home, old.home, cw.w.im.s.codeOf},
		{colPlace, in.place, old.place, cw.w.im.s.codeOf},
		{colDate, int64(in.day), int64(old.day), func(d int64) string { return Day(d).String() }},
		{colTheme, in.theme, old.theme, cw.w.im.themeCode},
		{colMode, in.online, old.online, func(n int64) string { return [2]string{"onsite", "online"}[n&1] }},
		{colMinutes, in.minutes, old.minutes, decimal},
		{colCount, in.heads, old.heads, decimal},
	} {
		if v.new != v.old {
			cw.warn(in.line, v.col, v.text(v.new), "ledger.import.differs", "Old", v.text(v.old))
			return
		}
	}
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func (cw *chunkWriter) warn(line, col int, value, key string, args ...any) {
	cw.warnings = append(cw.warnings, ImportProblem{Line: line, Column: importColumns[col].Name, Value: value, Key: key, Args: args})
}

var attendanceColumns = []string{"id", "person_id", "session_id", "rev", "home_id", "place_id", "day", "theme_id", "online", "minutes", "heads", "batch_id"}

// insert adds the rows under the numbers from id on. Nobody can have recorded
// anything of a meeting that this transaction made, so those rows need no
// comparing and go in faster.
func (cw *chunkWriter) insert(ctx context.Context, id int64) error {
	var batch any = cw.batch
	var fresh, other [][]any
	var rows []*importRow // of other
	width := len(attendanceColumns)
	cells := make([]any, len(cw.rows)*width)
	for i, r := range cw.rows {
		v := cells[i*width : (i+1)*width]
		v[0], v[1], v[2], v[3], v[4], v[5] = id+int64(i), r.personID(), r.sessionID, int64(0), r.home, r.place
		v[6], v[7], v[8], v[9], v[10], v[11] = int64(r.day), r.theme, r.online, r.minutes, r.heads, batch
		if cw.freshFrom <= r.sessionID && r.sessionID < cw.freshTo {
			fresh = append(fresh, v)
			continue
		}
		other, rows = append(other, v), append(rows, r)
	}
	if err := cw.tx.Add(ctx, "attendance", attendanceColumns, fresh); err != nil {
		return err
	}
	known, err := cw.tx.AddNew(ctx, "attendance", attendanceColumns, other)
	if err != nil {
		return err
	}
	old := make([]*importRow, len(known))
	for i, n := range known {
		old[i] = rows[n]
	}
	had := cw.already
	err = cw.compareKnown(ctx, cw.tx, old)
	return allFound(err, "attendance", int(cw.already-had), len(old))
}

// compareKnown reads what the ledger has of these rows and marks those it has.
func (cw *chunkWriter) compareKnown(ctx context.Context, q db.Querier, known []*importRow) error {
	for len(known) > 0 {
		part := known[:min(maxKeys, len(known))]
		known = known[len(part):]
		byPair := make(map[[2]int64]*importRow, len(part))
		var list strings.Builder
		for i, r := range part {
			if i > 0 {
				list.WriteByte(',')
			}
			fmt.Fprintf(&list, "(%d,%d)", r.personID(), r.sessionID)
			byPair[[2]int64{r.personID(), r.sessionID}] = r
		}
		// CROSS JOIN keeps SQLite from reading the ledger first.
		err := each(ctx, q, `WITH k (p, s) AS (VALUES `+list.String()+`)
			SELECT a.person_id, a.session_id, a.home_id, a.place_id, a.day, a.theme_id, a.online, a.minutes, a.heads
			FROM k CROSS JOIN attendance a WHERE a.person_id = k.p AND a.session_id = k.s AND a.rev = 0`, nil, func(rows *sql.Rows) error {
			var p [2]int64
			var old importRow
			if err := rows.Scan(&p[0], &p[1], &old.home, &old.place, &old.day, &old.theme, &old.online, &old.minutes, &old.heads); err != nil {
				return err
			}
			cw.already++
			byPair[p].known = true
			cw.compare(byPair[p], &old)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
