package statistic

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/statistic/internal/gen"
	"xuedu/internal/statistic/rule"
)

// counter numbers the changes of cells. Its row is locked by whoever changes a
// return: the sums of two units that are accepted at once are made one after
// the other.
const counter = "cell"

// work is a change of returns in one transaction.
type work struct {
	*Service
	tx    *sql.Tx
	q     *gen.Queries
	now   time.Time
	actor string
}

// page is one return within a work, with what of it has changed.
type page struct {
	*work
	*book
	changes []gen.InsertChangeParams
	dirty   []rule.Key
	skip    map[string]bool // rows that a summary leaves out

	found    []rule.Finding
	judgedAt int64 // version of the return when it was judged, 0 = not yet
}

// change runs f in a transaction in which nobody else changes returns, and adds
// e to the trail as its last act.
func (s *Service) change(ctx context.Context, e audit.Entry, f func(*work) error) error {
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		if err := f(s.begin(ctx, tx)); err != nil {
			return err
		}
		return audit.Append(ctx, tx, s.stamp(), e)
	})
}

func (s *Service) begin(ctx context.Context, tx *sql.Tx) *work {
	return &work{Service: s, tx: tx, q: gen.New(tx), now: s.stamp(), actor: audit.From(ctx).Actor}
}

// lock waits until nobody else changes returns.
func (w *work) lock(ctx context.Context) error {
	_, err := db.Next(ctx, w.tx, counter, 0)
	return err
}

// open reads a return to change it. It fails with Forbidden where it lies
// outside the caller's areas.
func (w *work) open(ctx context.Context, id, perm string) (*page, error) {
	if err := w.lock(ctx); err != nil {
		return nil, err
	}
	b, err := w.load(ctx, w.tx, id)
	if err != nil {
		return nil, err
	}
	return &page{work: w, book: b}, w.require(ctx, perm, b.AreaID)
}

// withPage is change for one return.
func (s *Service) withPage(ctx context.Context, id, perm string, e audit.Entry, f func(*page) error) error {
	e.Object = "return:" + id
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		p, err := s.begin(ctx, tx).open(ctx, id, perm)
		if err != nil {
			return err
		}
		e.AreaID = p.AreaID
		if err := f(p); err != nil {
			return err
		}
		return audit.Append(ctx, tx, p.now, e)
	})
}

// put changes a cell; it reports whether that is a change at all. A cell that
// was once accepted needs a reason.
func (p *page) put(k rule.Key, fd pack.Field, v value, origin, reason string) (bool, error) {
	c := p.cell(k)
	old := value{c.State, c.Num, c.Text}
	if old == v && (c.Origin == origin || c.Origin != OriginCarried) {
		return false, nil
	}
	if c.Approved != nil && reason == "" {
		return false, errs.New(errs.Invalid, "statistic.reason_required")
	}
	if origin == OriginTyped && c.Origin == OriginDerived && c.State.Known() {
		c.Derived = &old.num
	}
	c.State, c.Num, c.Text, c.Origin = v.state, v.num, v.text, origin
	c.By, c.At, c.Version = p.actor, p.now, p.Version+1
	c.Revised = c.Revised || c.Approved != nil
	p.cells[k] = c
	p.dirty = append(p.dirty, k)
	p.changes = append(p.changes, gen.InsertChangeParams{ReturnID: p.ID, RowCode: k.Row, Field: k.Field,
		Before: old.log(fd), After: v.log(fd), Reason: reason, Actor: p.actor, CreatedAt: p.now})
	return true, nil
}

// flush writes what put has changed, after the totals within the return.
func (p *page) flush(ctx context.Context, reason string) error {
	if len(p.dirty) == 0 {
		return nil
	}
	if err := p.totals(reason); err != nil {
		return err
	}
	first, err := db.Next(ctx, p.tx, counter, int64(len(p.changes)))
	if err != nil {
		return err
	}
	for i, c := range p.changes {
		c.ID = first + int64(i)
		if err := p.q.InsertChange(ctx, c); err != nil {
			return fmt.Errorf("write history of a cell: %w", err)
		}
	}
	for _, k := range p.dirty {
		if err := p.q.PutCell(ctx, p.cells[k].row(p.ID)); err != nil {
			return fmt.Errorf("write cell %v: %w", k, err)
		}
	}
	p.changes = nil
	return p.touch(ctx)
}

// touch gives the return its next version and counts its cells.
func (p *page) touch(ctx context.Context) error {
	p.count()
	p.Version++
	return p.q.TouchReturn(ctx, gen.TouchReturnParams{ID: p.ID, Version: p.Version, Done: int64(p.Done), Computed: int64(p.Computed),
		Cells: int64(p.All), Stale: number(p.Stale), Revised: int64(p.Revised)})
}

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (c Cell) row(returnID string) gen.PutCellParams {
	r := gen.PutCellParams{ReturnID: returnID, RowCode: c.Row, Field: c.Field, State: c.State.String(), Num: c.Num, Text: c.Text,
		Origin: c.Origin, Version: c.Version, Revised: number(c.Revised), UpdatedBy: c.By, UpdatedAt: c.At}
	if c.Derived != nil {
		r.Derived = sql.NullInt64{Int64: *c.Derived, Valid: true}
	}
	if c.Approved != nil {
		r.Approved, r.ApprovedState = *c.Approved, c.ApprovedState.String()
	}
	return r
}

// totals computes the rows of totals of an ordinary form. Those of a summary
// are summed from the returns below like every other row.
func (p *page) totals(reason string) error {
	if p.form.SummaryOf != "" {
		return nil
	}
	for i, r := range p.rows {
		for _, fd := range p.form.Fields {
			if !r.Total || p.form.Origin(r, fd) != pack.CellSummed {
				continue
			}
			k := rule.Key{Row: r.Code, Field: fd.Code}
			if _, err := p.put(k, fd, p.rowsAbove(i, fd), OriginSummed, reason); err != nil {
				return err
			}
		}
	}
	return nil
}

// rowsAbove adds up a field over the rows above a total. It is not reported
// while one of them is not.
func (p *page) rowsAbove(total int, fd pack.Field) value {
	var s summing
	for _, r := range p.rows[:total] {
		if !r.Total && p.form.Asked(r, fd) {
			c := p.cell(rule.Key{Row: r.Code, Field: fd.Code})
			s.add(c.State, c.Num)
		}
	}
	return s.whole()
}

// summing adds up cells and keeps what their states make of the sum.
type summing struct {
	num                                 int64
	values, nils, inapplicable, missing int
}

func (s *summing) add(st formula.State, num int64) {
	switch st {
	case formula.Value:
		s.values++
		s.num += num
	case formula.Nil:
		s.nils++
	case formula.NotApplicable:
		s.inapplicable++
	default:
		s.missing++
	}
}

// whole is the sum where every part is needed.
func (s *summing) whole() value {
	if s.missing > 0 {
		return value{}
	}
	return s.part()
}

// part is the sum of those that are there; the coverage says how many are not.
func (s *summing) part() value {
	switch {
	case s.values > 0:
		return value{state: formula.Value, num: s.num}
	case s.nils > 0:
		return value{state: formula.Nil}
	case s.inapplicable > 0 && s.missing == 0:
		return value{state: formula.NotApplicable}
	}
	return value{}
}

// name is how the caller signs.
func name(ctx context.Context) string {
	if a := account.From(ctx); a.Name != "" {
		return a.Name
	}
	return audit.From(ctx).Actor
}
