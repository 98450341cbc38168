package statistic

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"xuedu/internal/db"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/statistic/internal/gen"
	"xuedu/internal/statistic/rule"
)

// book is a return with all that is kept of it.
type book struct {
	Return
	form       *pack.Form
	rows       []pack.Row
	cells      map[rule.Key]Cell
	notes      []Note
	signed     []signature
	exceptions []Exception
}

type signature struct {
	Signature
	digest string
}

// load reads a return with its cells, notes, signatures and exceptions; NotFound
// if there is none.
func (s *Service) load(ctx context.Context, q db.Querier, id string) (*book, error) {
	list, err := s.list(ctx, q, "r.id = $1", id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, notFound(sql.ErrNoRows, "return")
	}
	b := &book{Return: list[0]}
	b.form = &b.Collection.Form.Form
	for _, step := range []func(context.Context, *gen.Queries) error{b.loadRows, b.loadCells, b.loadNotes, b.loadSignatures, b.loadExceptions} {
		if err := step(ctx, gen.New(q)); err != nil {
			return nil, fmt.Errorf("read return %s: %w", id, err)
		}
	}
	return b, nil
}

func (b *book) loadRows(ctx context.Context, q *gen.Queries) error {
	b.rows = b.form.FixedRows()
	if b.rows != nil {
		return nil
	}
	rows, err := q.Rows(ctx, b.ID)
	for _, r := range rows {
		b.rows = append(b.rows, pack.Row{Code: r.Code, Name: pack.Text{"zh-CN": r.Name}})
	}
	return err
}

func (b *book) loadCells(ctx context.Context, q *gen.Queries) error {
	b.cells = map[rule.Key]Cell{}
	rows, err := q.Cells(ctx, b.ID)
	for _, r := range rows {
		st, _ := formula.ParseState(r.State)
		c := Cell{Key: rule.Key{Row: r.RowCode, Field: r.Field}, State: st, Num: r.Num, Text: r.Text, Origin: r.Origin,
			Version: r.Version, Revised: r.Revised != 0, By: r.UpdatedBy, At: r.UpdatedAt}
		if r.Derived.Valid {
			c.Derived = &r.Derived.Int64
		}
		if old, ok := formula.ParseState(r.ApprovedState); ok && r.ApprovedState != "" {
			c.Approved, c.ApprovedState = &r.Approved, old
		}
		b.cells[c.Key] = c
	}
	return err
}

func (b *book) loadNotes(ctx context.Context, q *gen.Queries) error {
	rows, err := q.Notes(ctx, b.ID)
	for _, r := range rows {
		b.notes = append(b.notes, Note{ID: r.ID, Key: rule.Key{Row: r.RowCode, Field: r.Field}, Kind: r.Kind, Rule: r.Rule,
			Text: r.Text, By: r.Author, At: r.CreatedAt, Done: r.DoneAt.Valid})
	}
	return err
}

func (b *book) loadSignatures(ctx context.Context, q *gen.Queries) error {
	rows, err := q.Signatures(ctx, b.ID)
	for _, r := range rows {
		b.signed = append(b.signed, signature{Signature{Part: r.Part, Name: r.Name, Account: r.Account, At: r.SignedAt, Void: r.VoidedAt.Valid}, r.Digest})
	}
	return err
}

func (b *book) loadExceptions(ctx context.Context, q *gen.Queries) error {
	rows, err := q.Exceptions(ctx, b.ID)
	for _, r := range rows {
		b.exceptions = append(b.exceptions, Exception{ID: r.ID, Key: rule.Key{Row: r.RowCode, Field: r.Field}, Reason: r.Reason,
			AskedBy: r.AskedBy, GrantedBy: r.GrantedBy, Until: r.Until, At: r.CreatedAt, Ended: r.EndedAt.Valid})
	}
	return err
}

// asked calls f for every cell that the form asks, in the order of the sheet.
func (b *book) asked(f func(r pack.Row, fd pack.Field, origin string)) {
	for _, r := range b.rows {
		for _, fd := range b.form.Fields {
			if o := b.form.Origin(r, fd); o != pack.CellNone {
				f(r, fd, o)
			}
		}
	}
}

// cell returns a cell that the form asks, empty if nobody has filled it in.
func (b *book) cell(k rule.Key) Cell {
	c, ok := b.cells[k]
	if !ok {
		c.Key = k
	}
	return c
}

// find returns the row and field of a key; false if the form does not ask it.
func (b *book) find(k rule.Key) (r pack.Row, fd pack.Field, origin string, ok bool) {
	fd, ok = b.form.Field(k.Field)
	i := slices.IndexFunc(b.rows, func(r pack.Row) bool { return r.Code == k.Row })
	if !ok || i < 0 {
		return r, fd, "", false
	}
	origin = b.form.Origin(b.rows[i], fd)
	return b.rows[i], fd, origin, origin != pack.CellNone
}

// returned finds why a cell was sent back: not yet corrected, or corrected since
// the return came back, for a slip in the correction can be mended too.
func (b *book) returned(k rule.Key) (Note, bool) {
	i := slices.IndexFunc(b.notes, func(n Note) bool {
		return n.Key == k && n.Kind == NoteReturn && (!n.Done || !n.At.Before(b.Since))
	})
	if i < 0 {
		return Note{}, false
	}
	return b.notes[i], true
}

// opened returns the exception that opens a cell on a day.
func (b *book) opened(k rule.Key, day string) (Exception, bool) {
	i := slices.IndexFunc(b.exceptions, func(e Exception) bool { return e.Key == k && !e.Ended && e.Until >= day })
	if i < 0 {
		return Exception{}, false
	}
	return b.exceptions[i], true
}

// count sets the numbers of cells.
func (b *book) count() {
	b.All, b.Done, b.Computed = 0, 0, 0
	b.asked(func(r pack.Row, fd pack.Field, origin string) {
		b.All++
		if b.cell(rule.Key{Row: r.Code, Field: fd.Code}).State != formula.NotReported {
			b.Done++
		}
		if origin != pack.CellTyped {
			b.Computed++
		}
	})
	b.Stale, b.Revised = false, 0
	for _, c := range b.cells {
		b.Stale = b.Stale || c.Moved()
		if c.Revised {
			b.Revised++
		}
	}
}

// digest is what a signature stands for: the content of every cell.
func (b *book) digest() string {
	keys := make([]rule.Key, 0, len(b.cells))
	for k := range b.cells {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(x, y rule.Key) int { return cmp.Or(cmp.Compare(x.Row, y.Row), cmp.Compare(x.Field, y.Field)) })
	h := sha256.New()
	for _, k := range keys {
		c := b.cells[k]
		fmt.Fprintf(h, "%q %q %s %d %q\n", k.Row, k.Field, c.State, c.Num, c.Text)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// valid returns the signature of a part that still holds.
func (b *book) valid(part, digest string) *Signature {
	for i := range b.signed {
		if g := &b.signed[i]; g.Part == part && !g.Void && g.digest == digest {
			return &g.Signature
		}
	}
	return nil
}

// list reads returns by a condition over r (form_return) and c (collection).
func (s *Service) list(ctx context.Context, q db.Querier, where string, args ...any) ([]Return, error) {
	return s.listBy(ctx, q, where+" ORDER BY c.sent_at DESC, c.id, r.area_id, r.id", args...)
}

// listSome is list for a query of the caller, the most pressing first if there
// may be at most so many.
func (s *Service) listSome(ctx context.Context, most int, w *wheres) ([]Return, error) {
	if most <= 0 {
		return s.list(ctx, s.DB.Read, w.String(), w.args...)
	}
	return s.listBy(ctx, s.DB.Read, w.String()+" ORDER BY CASE WHEN "+lastDay+" = '' THEN 1 ELSE 0 END, "+lastDay+
		", r.since, r.area_id, r.id LIMIT "+strconv.Itoa(most), w.args...)
}

func (s *Service) listBy(ctx context.Context, q db.Querier, rest string, args ...any) ([]Return, error) {
	rows, err := q.QueryContext(ctx, `SELECT r.id, r.collection_id, r.area_id, r.state, r.desk, r.since, r.due, r.stale, r.version,
		r.submitted_at, r.approved_at, r.reminded_at, r.reminders, r.escalated, r.cells, r.computed, r.done, r.expected, r.reported, r.revised,
		(SELECT count(*) FROM cell_note n WHERE n.return_id = r.id AND n.kind = 'return' AND n.done_at IS NULL)
		FROM form_return r JOIN collection c ON c.id = r.collection_id
		WHERE `+rest, args...)
	if err != nil {
		return nil, fmt.Errorf("list returns: %w", err)
	}
	defer rows.Close()
	var out []Return
	for rows.Next() {
		var r Return
		var stale, prompted, escalated int64
		var submitted, approved, reminded sql.NullTime
		if err := rows.Scan(&r.ID, &r.Collection.ID, &r.AreaID, &r.State, &r.Desk, &r.Since, &r.Due, &stale, &r.Version,
			&submitted, &approved, &reminded, &prompted, &escalated, &r.All, &r.Computed, &r.Done, &r.Expected, &r.Reported, &r.Revised, &r.Open); err != nil {
			return nil, fmt.Errorf("list returns: %w", err)
		}
		r.Stale, r.Prompted, r.Escalated = stale != 0, prompted != 0, escalated != 0
		r.Submitted, r.Approved, r.Reminded = submitted.Time, approved.Time, reminded.Time
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list returns: %w", err)
	}
	return out, s.complete(ctx, q, out)
}

// complete adds the collections, and what follows from the day and the tree.
func (s *Service) complete(ctx context.Context, q db.Querier, list []Return) error {
	known := map[string]Collection{}
	for i := range list {
		r := &list[i]
		c, ok := known[r.Collection.ID]
		if !ok {
			var err error
			if c, err = s.collection(ctx, q, r.Collection.ID); err != nil {
				return err
			}
			known[c.ID] = c
		}
		r.Collection = c
		r.Holder = s.holder(r.Desk, r.AreaID)
		s.lateness(r)
	}
	return nil
}

func (s *Service) lateness(r *Return) {
	today := s.today()
	if r.Desk != "" && r.Due != "" && r.Due < today {
		due, err := time.Parse(time.DateOnly, r.Due)
		if err == nil {
			r.DaysLate = s.Days().Between(due, s.date())
		}
		r.Late, r.Overdue = true, true
	}
	if !r.Submitted.IsZero() && s.dayOf(r.Submitted) > r.Collection.Due {
		r.Late = true
	}
}

func (s *Service) collection(ctx context.Context, q db.Querier, id string) (Collection, error) {
	r, err := gen.New(q).Collection(ctx, id)
	if err != nil {
		return Collection{}, notFound(err, "collection")
	}
	return s.newCollection(ctx, r)
}

func (s *Service) newCollection(ctx context.Context, r gen.Collection) (Collection, error) {
	f, err := s.form(ctx, r.FormID)
	if err != nil {
		return Collection{}, err
	}
	p, err := period.Parse(r.Period)
	if err != nil {
		return Collection{}, err
	}
	return Collection{ID: r.ID, Form: f, Period: p, AreaID: r.AreaID, BaseID: r.BaseID, Due: r.Due, State: r.State, Version: r.Version,
		SentBy: r.SentBy, SentAt: r.SentAt, Changed: r.Changed}, nil
}
