package statistic

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/statistic/form"
	"xuedu/internal/statistic/internal/gen"
	"xuedu/internal/statistic/rule"
	"xuedu/internal/workflow"
)

// Order is what is to be sent out.
type Order struct {
	FormID string
	Period period.Period
	AreaID int64  // only the areas below this one, for a pilot; 0 = the whole city
	Due    string // day; "" = as the form says, from today on
}

// Send sends a form out for a period to every area of its levels: it makes the
// returns and pre-fills every derivable cell; so does the summary of the form,
// if the register has one. It needs form:send; Forbidden with the ground in law
// if one of the forms may not be asked; Conflict if it was sent for that period
// already. step reports progress.
func (s *Service) Send(ctx context.Context, formID string, p period.Period, step func(done, all int)) (Collection, error) {
	return s.SendOrder(ctx, Order{FormID: formID, Period: p}, step)
}

// SendOrder is Send with a day or a part of the city.
func (s *Service) SendOrder(ctx context.Context, o Order, step func(done, all int)) (Collection, error) {
	if step == nil {
		step = func(int, int) {}
	}
	t := s.Tree()
	if o.AreaID == 0 {
		o.AreaID = t.At(0).ID
	}
	if err := s.require(ctx, permSend, t.At(0).ID); err != nil {
		return Collection{}, err
	}
	batches, err := s.prepare(ctx, o)
	if err != nil {
		return Collection{}, err
	}
	all, done := 0, 0
	for _, b := range batches {
		all += len(b.areas)
	}
	err = s.DB.InBulk(ctx, func(tx *sql.Tx, add db.CopyFunc) error {
		w := s.begin(ctx, tx)
		seq, err := db.Next(ctx, tx, counter, 1)
		if err != nil {
			return err
		}
		for _, b := range batches {
			b.coll.Changed = seq
			if err := b.write(ctx, w, add, func(n int) { done += n; step(done, all) }); err != nil {
				return err
			}
		}
		c := batches[0].coll
		return audit.Append(ctx, tx, w.now, audit.Entry{Verb: "form:send", Object: "collection:" + c.ID,
			Detail: map[string]any{"form": c.Form.Code, "version": c.Form.Version, "period": c.Period.Name, "returns": len(batches[0].areas)}})
	})
	if db.IsUnique(err) {
		return Collection{}, errs.New(errs.Conflict, "statistic.sent_before")
	}
	if err != nil {
		return Collection{}, err
	}
	return batches[0].coll, nil
}

// prepare checks an order and computes what the returns begin with, outside of
// any transaction: a form, and the summary of it.
func (s *Service) prepare(ctx context.Context, o Order) ([]*sending, error) {
	f, err := s.Forms.Get(ctx, o.FormID)
	if err != nil {
		return nil, err
	}
	if f.SummaryOf != "" {
		return nil, errs.New(errs.Invalid, "statistic.summary_goes_along")
	}
	first, err := s.prepareOne(ctx, f, o, nil)
	if err != nil {
		return nil, err
	}
	list := []*sending{first}
	forms, err := s.Forms.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, g := range forms {
		if g.SummaryOf != f.Code || g.State == form.Withdrawn {
			continue
		}
		next, err := s.prepareOne(ctx, g, o, first)
		if err != nil {
			return nil, err
		}
		list = append(list, next)
		break
	}
	return list, nil
}

// sending is one collection in the making.
type sending struct {
	coll   Collection
	areas  []int // preorder numbers of those that owe it
	state  workflow.State
	fixed  []pack.Row
	col    derived
	rows   map[int][]RegisterRow            // repeating: by area
	last   map[int64]map[rule.Key]rule.Cell // of fields that are carried, by area id
	expect map[int]int                      // of a summary: returns below
	levels []string                         // of a summary: that answer the form below
}

func (s *Service) prepareOne(ctx context.Context, f form.Form, o Order, base *sending) (*sending, error) {
	if err := s.Forms.Lawful(ctx, f, s.today()); err != nil {
		return nil, err
	}
	if string(o.Period.Kind()) != f.Period {
		return nil, errs.InvalidField("period", "statistic.wrong_period", "Kind", f.Period)
	}
	n, err := gen.New(s.DB.Read).SentBefore(ctx, gen.SentBeforeParams{Code: f.Code, Period: o.Period.Name})
	if err != nil {
		return nil, err
	}
	if n > 0 {
		return nil, errs.New(errs.Conflict, "statistic.sent_before")
	}
	b := &sending{coll: Collection{ID: newID(), Form: f, Period: o.Period, AreaID: o.AreaID, SentBy: audit.From(ctx).Actor, SentAt: s.stamp(), State: stateOpen}}
	if b.coll.Due, err = s.dueOf(f, o); err != nil {
		return nil, err
	}
	if base != nil {
		b.coll.BaseID, b.levels = base.coll.ID, base.coll.Form.Levels
	}
	m, err := s.machine(flowOf(b.coll))
	if err != nil {
		return nil, err
	}
	if _, err := s.machine(collectionFlow); err != nil {
		return nil, err
	}
	b.state, _ = m.State(m.Definition().Start)
	b.areas = s.owing(&f.Form, o)
	if base != nil {
		b.areas, b.expect = base.above(s.Tree(), b.areas)
	}
	if len(b.areas) == 0 {
		return nil, errs.New(errs.Invalid, "statistic.nobody_owes")
	}
	return b, s.fillIn(ctx, b)
}

// stateOpen is the first state of a collection.
const stateOpen = "open"

// dueOf is the day that units owe a form by: the order's, or so many working
// days from today as the form gives.
func (s *Service) dueOf(f form.Form, o Order) (string, error) {
	if o.Due == "" {
		return s.Days().Add(s.date(), max(1, f.DueDays)).Format(time.DateOnly), nil
	}
	if _, err := parseDay(o.Due); err != nil || o.Due < s.today() {
		return "", errs.InvalidField("due", "statistic.until_required")
	}
	return o.Due, nil
}

// owing lists the areas that a form asks: those of its levels in the part of
// the city that the order names which stand on the last day of the period, and
// for summaries those above it too.
func (s *Service) owing(f *pack.Form, o Order) []int {
	t := s.Tree()
	top, ok := t.ByID(o.AreaID)
	if !ok {
		return nil
	}
	var out []int
	for n := range t.Len() {
		a := t.At(n)
		inside := top <= n && n < t.Last(top)
		above := f.SummaryOf != "" && n <= top && top < t.Last(n)
		if (inside || above) && slices.Contains(f.Levels, string(a.Level)) && a.Valid(o.Period.To.String()) {
			out = append(out, n)
		}
	}
	return out
}

// above keeps the areas that have a return of the base below them, and counts
// these.
func (b *sending) above(t *area.Tree, areas []int) (keep []int, expect map[int]int) {
	expect = map[int]int{}
	for _, n := range areas {
		from, _ := slices.BinarySearch(b.areas, n)
		to, _ := slices.BinarySearch(b.areas, t.Last(n))
		if to > from {
			keep = append(keep, n)
			expect[n] = to - from
		}
	}
	return keep, expect
}

// fillIn computes the derived columns, reads the register and last period.
func (s *Service) fillIn(ctx context.Context, b *sending) error {
	f := &b.coll.Form.Form
	b.fixed = f.FixedRows()
	var err error
	if b.col, err = s.derive(ctx, f, b.coll.Period); err != nil {
		return err
	}
	if f.Rows.Kind == "repeating" && f.Rows.From != "" && s.Rows != nil {
		b.rows = make(map[int][]RegisterRow, len(b.areas))
		for _, n := range b.areas {
			rows, err := s.Rows.Rows(ctx, f.Rows.From, s.Tree().At(n).ID, b.coll.Period)
			if err != nil {
				return err
			}
			b.rows[n] = rows
		}
	}
	if slices.ContainsFunc(f.Fields, func(fd pack.Field) bool { return fd.Carry }) {
		b.last, err = s.carried(ctx, f.Code, b.coll.Period)
	}
	return err
}

// carried reads last period's cells of the fields that are carried.
func (s *Service) carried(ctx context.Context, code string, p period.Period) (map[int64]map[rule.Key]rule.Cell, error) {
	before, ok := p.Add(-1)
	if !ok {
		return nil, nil
	}
	list, err := gen.New(s.DB.Read).CollectionOf(ctx, gen.CollectionOfParams{Code: code, Period: before.Name})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	rows, err := s.DB.Read.QueryContext(ctx, `SELECT r.area_id, c.row_code, c.field, c.state, c.num, c.text
		FROM form_return r JOIN return_cell c ON c.return_id = r.id
		WHERE r.collection_id = $1 AND c.origin IN ('typed', 'carried') ORDER BY r.area_id, c.row_code, c.field`, list[0].ID)
	if err != nil {
		return nil, fmt.Errorf("read last period: %w", err)
	}
	defer rows.Close()
	out := map[int64]map[rule.Key]rule.Cell{}
	for rows.Next() {
		var id int64
		var k rule.Key
		var c rule.Cell
		var state string
		if err := rows.Scan(&id, &k.Row, &k.Field, &state, &c.Num, &c.Text); err != nil {
			return nil, fmt.Errorf("read last period: %w", err)
		}
		c.State, _ = formula.ParseState(state)
		if out[id] == nil {
			out[id] = map[rule.Key]rule.Cell{}
		}
		out[id][k] = c
	}
	return out, rows.Err()
}
