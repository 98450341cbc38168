package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/ledger/internal/gen"
	"xuedu/internal/pack"
)

// Entry is one person's attendance of one class meeting, as a roster gives it.
type Entry struct {
	SessionKey string // opaque; the roster's is the meeting's id
	PersonID   int64  // 0 in RecordHeads
	HomeID     int64  // area where the person lives now; 0 in RecordHeads = PlaceID
	PlaceID    int64  // area where the class is
	Day        Day
	Theme      string // pack code
	Online     bool
	Minutes    int64
}

// row is an attendance as it is stored.
type row struct {
	id, person, session, rev int64
	active                   bool
	heads                    int64
}

// Record writes attendances down and returns how many are new. An attendance
// that stands in the ledger already is passed over, so a roster can be saved
// again; one that was reversed is recorded anew. It fails with Invalid if an
// entry breaks a rule or names nobody.
func (s *Service) Record(ctx context.Context, entries []Entry) (int, error) {
	for _, e := range entries {
		if e.PersonID <= 0 {
			return 0, errs.InvalidField("person", "ledger.no_person")
		}
		if err := s.checkEntry(e); err != nil {
			return 0, err
		}
	}
	if len(entries) == 0 {
		return 0, nil
	}
	added := 0
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		if err := checkPersons(ctx, tx, entries); err != nil {
			return err
		}
		w, err := s.open(ctx, tx, entries)
		if err != nil {
			return err
		}
		for _, e := range entries {
			n, err := w.add(ctx, e, 1)
			if err != nil {
				return err
			}
			added += n
		}
		if added == 0 {
			return errNothing
		}
		return w.close(ctx, "ledger:record", "", added)
	})
	if err != nil {
		return 0, ignoreNothing(err)
	}
	return added, nil
}

// RecordHeads sets the number of people at a meeting whom nobody wrote down by
// name. A changed number reverses the old one; 0 takes it away. Setting the
// number that stands there does nothing.
func (s *Service) RecordHeads(ctx context.Context, e Entry, n int64) error {
	if e.PersonID = 0; e.HomeID == 0 {
		e.HomeID = e.PlaceID
	}
	if n < 0 || n > maxHeads {
		return errs.InvalidField("heads", "ledger.import.number", "From", 0, "To", maxHeads)
	}
	if err := s.checkEntry(e); err != nil {
		return err
	}
	return ignoreNothing(s.db.InTx(ctx, func(tx *sql.Tx) error {
		w, err := s.open(ctx, tx, []Entry{e})
		if err != nil {
			return err
		}
		old, ok := w.last[pairKey{0, w.sessions[e.SessionKey]}]
		if ok && old.active && old.heads == n || n == 0 && !(ok && old.active) {
			return errNothing
		}
		const reason = "ledger.reason.counted_again" // a key: shown in the reader's language
		if ok && old.active {
			if err := w.reverse(ctx, old.id, reason); err != nil {
				return err
			}
			old.active = false
			w.last[pairKey{0, old.session}] = old
		}
		if n > 0 {
			if _, err := w.add(ctx, e, n); err != nil {
				return err
			}
		}
		return w.close(ctx, "ledger:count", reason, int(n))
	}))
}

// errNothing rolls a transaction back that turns out to change nothing.
var errNothing = errors.New("nothing to record")

func ignoreNothing(err error) error {
	if errors.Is(err, errNothing) {
		return nil
	}
	return err
}

func (s *Service) checkEntry(e Entry) error {
	switch {
	case e.SessionKey == "" || len(e.SessionKey) > maxSessionKey || hasControl(e.SessionKey):
		return errs.InvalidField("session", "ledger.no_session")
	case e.Day < 19000101 || DayOf(e.Day.Time()) != e.Day:
		return errs.InvalidField("date", "period.bad_day", "Value", int64(e.Day))
	case e.Day > s.lastDay():
		return errs.InvalidField("date", "ledger.import.future")
	case e.Minutes < 1 || e.Minutes > maxMinutes:
		return errs.InvalidField("minutes", "ledger.import.number", "From", 1, "To", maxMinutes)
	case !slices.ContainsFunc(s.pack().Themes, func(t pack.Coded) bool { return t.Code == e.Theme }):
		return errs.InvalidField("theme", "ledger.import.theme")
	}
	if err := checkArea(s.tree(), "place", e.PlaceID); err != nil {
		return err
	}
	return checkArea(s.tree(), "home", e.HomeID)
}

func checkArea(t *area.Tree, field string, id int64) error {
	n, ok := t.ByID(id)
	if !ok {
		return errs.InvalidField(field, "ledger.import.area_unknown", "Code", id)
	}
	if a := t.At(n); area.Street.Below(a.Level) {
		return errs.InvalidField(field, "ledger.import.area_high", "Name", a.Name)
	}
	return nil
}

// checkPersons makes sure that everybody who is recorded exists.
func checkPersons(ctx context.Context, tx db.Querier, entries []Entry) error {
	missing := map[int64]bool{}
	for _, e := range entries {
		missing[e.PersonID] = true
	}
	ids := make([]int64, 0, len(missing))
	for id := range missing {
		ids = append(ids, id)
	}
	err := lookUpIDs(ctx, tx, "SELECT id FROM person WHERE id IN (%s) ORDER BY id", ids, func(rows *sql.Rows) error {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		delete(missing, id)
		return nil
	})
	if err == nil && len(missing) > 0 {
		return errs.InvalidField("person", "ledger.no_person")
	}
	return err
}

// Presence is who was at a meeting.
type Presence struct {
	Persons []int64 // with a standing attendance, in the order given
	Heads   int64   // the anonymous head-count
}

// Present tells which of the persons have a standing attendance of a meeting,
// and its head-count. The ledger has no index by meeting, which would cost
// every import a fifth of its speed: the roster knows whom it lists, walk-ins
// included.
func (s *Service) Present(ctx context.Context, sessionKey string, persons []int64) (Presence, error) {
	var p Presence
	id, err := sessionID(ctx, s.db.Read, sessionKey)
	if err != nil || id == 0 {
		return p, err
	}
	keys := []pairKey{{0, id}}
	for _, n := range persons {
		keys = append(keys, pairKey{n, id})
	}
	last, err := lastRows(ctx, s.db.Read, keys)
	if err != nil {
		return p, err
	}
	for _, k := range keys[1:] {
		if last[k].active {
			p.Persons = append(p.Persons, k.person)
		}
	}
	if heads := last[keys[0]]; heads.active {
		p.Heads = heads.heads
	}
	return p, nil
}

// pairKey is the identity of an attendance.
type pairKey struct{ person, session int64 }

// lastRows returns the newest row of each pair that has one.
func lastRows(ctx context.Context, q db.Querier, keys []pairKey) (map[pairKey]row, error) {
	out := make(map[pairKey]row, len(keys))
	for len(keys) > 0 {
		part := keys[:min(maxKeys, len(keys))]
		keys = keys[len(part):]
		var list strings.Builder
		for i, k := range part {
			if i > 0 {
				list.WriteByte(',')
			}
			fmt.Fprintf(&list, "(%d,%d)", k.person, k.session)
		}
		err := each(ctx, q, `WITH k (p, s) AS (VALUES `+list.String()+`)
			SELECT a.id, a.person_id, a.session_id, a.rev, a.heads, CASE WHEN r.id IS NULL THEN 1 ELSE 0 END
			FROM k CROSS JOIN attendance a LEFT JOIN reversal r ON r.attendance_id = a.id
			WHERE a.person_id = k.p AND a.session_id = k.s ORDER BY a.person_id, a.session_id, a.rev, a.id`, nil, func(rows *sql.Rows) error {
			var r row
			var active int64
			if err := rows.Scan(&r.id, &r.person, &r.session, &r.rev, &r.heads, &active); err != nil {
				return err
			}
			r.active = active == 1
			out[pairKey{r.person, r.session}] = r
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// roster is one transaction that records or reverses by hand.
type roster struct {
	s        *Service
	tx       db.Querier
	themes   map[string]int64
	sessions map[string]int64
	last     map[pairKey]row
	batch    int64
	next     int64 // the next free number
}

// open takes the ledger's numbers, which makes this transaction the only one
// that records, and then reads what stands there.
func (s *Service) open(ctx context.Context, tx db.Querier, entries []Entry) (*roster, error) {
	w := &roster{s: s, tx: tx, sessions: map[string]int64{}}
	var err error
	if w.themes, err = s.themes(ctx, tx); err != nil {
		return nil, err
	}
	keys := make([]pairKey, 0, len(entries))
	for _, e := range entries {
		if w.sessions[e.SessionKey] == 0 {
			if w.sessions[e.SessionKey], err = ensureSession(ctx, tx, e.SessionKey); err != nil {
				return nil, err
			}
		}
		keys = append(keys, pairKey{e.PersonID, w.sessions[e.SessionKey]})
	}
	// A row and a reversal at most for each.
	if w.batch, w.next, err = s.addBatch(ctx, tx, fromRoster, 2*len(keys)); err != nil {
		return nil, err
	}
	w.last, err = lastRows(ctx, tx, keys)
	return w, err
}

func (w *roster) number() int64 {
	w.next++
	return w.next - 1
}

// add records an entry unless it stands there, and returns 1 if it did.
func (w *roster) add(ctx context.Context, e Entry, heads int64) (int, error) {
	r := row{id: w.number(), person: e.PersonID, session: w.sessions[e.SessionKey], active: true, heads: heads}
	key := pairKey{r.person, r.session}
	if old, ok := w.last[key]; ok {
		if old.active {
			return 0, nil
		}
		r.rev = old.rev + 1
	}
	var online int64
	if e.Online {
		online = 1
	}
	err := gen.New(w.tx).InsertAttendance(ctx, gen.InsertAttendanceParams{ID: r.id, PersonID: r.person, SessionID: r.session, Rev: r.rev,
		HomeID: e.HomeID, PlaceID: e.PlaceID, Day: int64(e.Day), ThemeID: w.themes[e.Theme], Online: online, Minutes: e.Minutes,
		Heads: heads, BatchID: w.batch})
	if err != nil {
		return 0, fmt.Errorf("insert attendance: %w", err)
	}
	w.last[key] = r
	return 1, nil
}

func (w *roster) reverse(ctx context.Context, id int64, reason string) error {
	err := gen.New(w.tx).InsertReversal(ctx, gen.InsertReversalParams{ID: w.number(), AttendanceID: id, Reason: reason, BatchID: w.batch})
	if err != nil {
		return fmt.Errorf("insert reversal: %w", err)
	}
	return nil
}

func (w *roster) close(ctx context.Context, verb, reason string, n int) error {
	keys := make([]string, 0, len(w.sessions))
	for k := range w.sessions {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return audit.Append(ctx, w.tx, w.s.now(), audit.Entry{Verb: verb, Object: fmt.Sprint("batch:", w.batch), Reason: reason,
		Detail: map[string]any{"sessions": keys, "rows": n}})
}
