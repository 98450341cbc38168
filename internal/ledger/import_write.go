package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
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

// take records a chunk, or only counts it where in is nil.
func (w *importWriter) take(ctx context.Context, in inTx, c *chunk) error {
	w.report.Rows, w.report.Refused, w.report.Read, w.report.Size = c.total, c.bad, c.read, c.all
	if in == nil || len(c.rows) == 0 {
		return nil
	}
	if len(w.persons) > maxCache {
		clear(w.persons)
	}
	if len(w.sessions) > maxCache {
		clear(w.sessions)
	}
	var cw *chunkWriter
	err := in(ctx, func(b *db.Bulk) error {
		cw = &chunkWriter{w: w, tx: b, c: c}
		return cw.write(ctx)
	})
	if err != nil {
		return fmt.Errorf("record lines %d to %d: %w", c.from, c.to, err)
	}
	w.report.Recorded += int64(len(c.rows)) - cw.already
	w.report.Already += cw.already
	w.report.Persons += cw.newPersons
	w.report.Sessions += cw.newSessions
	w.report.Warned += int64(len(cw.warnings))
	room := maxWarnings - len(w.report.Warnings)
	w.report.Warnings = append(w.report.Warnings, cw.warnings[:min(room, len(cw.warnings))]...)
	return nil
}

// chunkWriter is one transaction of an import.
type chunkWriter struct {
	w                       *importWriter
	tx                      *db.Bulk
	c                       *chunk
	batch                   int64
	rows                    []recordRow // those to add, in the order of their numbers
	already                 int64
	newPersons, newSessions int64
	warnings                []ImportProblem
}

// recordRow is a row with the numbers of what it names.
type recordRow struct {
	*importRow
	person  *knownPerson // nil = a head-count
	session int64
	known   bool // in the ledger already
}

func (r *recordRow) personID() int64 {
	if r.person == nil {
		return 0
	}
	return r.person.id
}

func (cw *chunkWriter) write(ctx context.Context) error {
	var err error
	if err = cw.findPersons(ctx); err != nil {
		return err
	}
	if err = cw.findSessions(ctx); err != nil {
		return err
	}
	im := cw.w.im
	cw.collect()
	batch := gen.InsertBatchParams{Source: fromImport, File: im.src.Name, FileSha256: im.digest}
	first := int64(0)
	if cw.batch, first, err = im.s.addBatch(ctx, cw.tx, batch, len(cw.rows)); err != nil {
		return err
	}
	if err := cw.insert(ctx, first); err != nil {
		return err
	}
	if err := cw.changePersons(ctx); err != nil {
		return err
	}
	slices.SortStableFunc(cw.warnings, func(a, b ImportProblem) int { return cmp.Compare(a.Line, b.Line) })
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
	seen := make(map[pair]int, len(cw.c.rows))
	cw.rows = make([]recordRow, 0, len(cw.c.rows))
	for i := range cw.c.rows {
		in := &cw.c.rows[i]
		r := recordRow{importRow: in, session: cw.w.sessions[in.session]}
		if in.pseudonym != "" {
			r.person = cw.w.persons[in.pseudonym]
		}
		key := pair{r.personID(), r.session}
		if first, ok := seen[key]; ok {
			cw.already++
			cw.compare(in, cw.rows[first].importRow)
			continue
		}
		seen[key] = len(cw.rows)
		cw.rows = append(cw.rows, r)
	}
	slices.SortFunc(cw.rows, func(a, b recordRow) int {
		if c := cmp.Compare(a.personID(), b.personID()); c != 0 {
			return c
		}
		return cmp.Compare(a.line, b.line)
	})
}

// compare warns where a row says something else than the recorded one.
func (cw *chunkWriter) compare(in, old *importRow) {
	col := -1
	switch {
	case in.home != old.home:
		col = colHome
	case in.place != old.place:
		col = colPlace
	case in.day != old.day:
		col = colDate
	case in.theme != old.theme:
		col = colTheme
	case in.online != old.online:
		col = colMode
	case in.minutes != old.minutes:
		col = colMinutes
	case in.heads != old.heads:
		col = colCount
	default:
		return
	}
	cw.warn(in.line, col, "", "ledger.import.differs")
}

func (cw *chunkWriter) warn(line, col int, value, key string, args ...any) {
	cw.warnings = append(cw.warnings, ImportProblem{Line: line, Column: importColumns[col].Name, Value: value, Key: key, Args: args})
}

var attendanceColumns = []string{"id", "person_id", "session_id", "rev", "home_id", "place_id", "day", "theme_id", "online", "minutes", "heads", "batch_id"}

// insert adds the rows under the numbers from id on.
func (cw *chunkWriter) insert(ctx context.Context, id int64) error {
	var batch any = cw.batch
	cells := make([]any, len(cw.rows)*len(attendanceColumns))
	values := make([][]any, len(cw.rows))
	for i := range cw.rows {
		r := &cw.rows[i]
		v := cells[i*len(attendanceColumns) : (i+1)*len(attendanceColumns)]
		v[0], v[1], v[2], v[3], v[4], v[5] = id+int64(i), r.personID(), r.session, int64(0), r.home, r.place
		v[6], v[7], v[8], v[9], v[10], v[11] = int64(r.day), r.theme, r.online, r.minutes, r.heads, batch
		values[i] = v
	}
	known, err := cw.tx.AddNew(ctx, "attendance", attendanceColumns, values)
	if err != nil {
		return err
	}
	cw.already += int64(len(known))
	for _, i := range known {
		cw.rows[i].known = true
	}
	return cw.compareKnown(ctx, known)
}

// compareKnown reads what the ledger has of the rows that were there before.
func (cw *chunkWriter) compareKnown(ctx context.Context, known []int) error {
	for len(known) > 0 {
		part := known[:min(maxKeys, len(known))]
		known = known[len(part):]
		byPair := make(map[[2]int64]*importRow, len(part))
		var list strings.Builder
		for i, n := range part {
			r := &cw.rows[n]
			if i > 0 {
				list.WriteByte(',')
			}
			fmt.Fprintf(&list, "(%d,%d)", r.personID(), r.session)
			byPair[[2]int64{r.personID(), r.session}] = r.importRow
		}
		// CROSS JOIN keeps SQLite from reading the ledger first.
		rows, err := cw.tx.QueryContext(ctx, `WITH k (p, s) AS (VALUES `+list.String()+`)
			SELECT a.person_id, a.session_id, a.home_id, a.place_id, a.day, a.theme_id, a.online, a.minutes, a.heads
			FROM k CROSS JOIN attendance a WHERE a.person_id = k.p AND a.session_id = k.s AND a.rev = 0`)
		if err != nil {
			return fmt.Errorf("read recorded rows: %w", err)
		}
		for rows.Next() {
			var p [2]int64
			var old importRow
			if err := rows.Scan(&p[0], &p[1], &old.home, &old.place, &old.day, &old.theme, &old.online, &old.minutes, &old.heads); err != nil {
				rows.Close()
				return fmt.Errorf("read recorded rows: %w", err)
			}
			cw.compare(byPair[p], &old)
		}
		if err := rows.Err(); err != nil {
			return fmt.Errorf("read recorded rows: %w", err)
		}
		rows.Close()
	}
	return nil
}
