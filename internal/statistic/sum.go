package statistic

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/statistic/internal/gen"
	"xuedu/internal/statistic/rule"
	"xuedu/internal/workflow"
)

// A summary of an area sums the return of the area itself, if it owes one, and
// of each area directly below: its summary, or where there is none its return.
// Returns count from their first acceptance on.

// cascade brings the summaries above a return up to date with keys of it, from
// below to the top, and no other summary. With no keys it only looks whether a
// summary is complete now.
func (p *page) cascade(ctx context.Context, from *book, keys []rule.Key, why string) error {
	base := from.Collection.ID
	if from.Collection.BaseID != "" {
		base = from.Collection.BaseID
	}
	sumID, err := p.q.SummaryOf(ctx, base)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	} else if err != nil {
		return fmt.Errorf("find summary: %w", err)
	}
	t := p.Tree()
	nr, ok := t.ByID(from.AreaID)
	if !ok {
		return nil
	}
	if from.Collection.BaseID != "" {
		nr = t.Parent(nr)
	}
	for ; nr >= 0; nr = t.Parent(nr) {
		list, err := p.list(ctx, p.tx, "r.collection_id = $1 AND r.area_id = $2", sumID, t.At(nr).ID)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			continue
		}
		if err := p.resum(ctx, list[0].ID, base, from.form, keys, why); err != nil {
			return err
		}
	}
	return nil
}

// resum computes cells of one summary anew.
func (w *work) resum(ctx context.Context, id, base string, from *pack.Form, keys []rule.Key, why string) error {
	b, err := w.load(ctx, w.tx, id)
	if err != nil {
		return err
	}
	p := &page{work: w, book: b}
	src, err := w.sources(ctx, b, base)
	if err != nil {
		return err
	}
	if err := p.coverage(ctx, src); err != nil {
		return err
	}
	if why == "" {
		why = reasonBelow
	}
	if p.skip, err = w.totalsOf(ctx, p.form, base); err != nil {
		return err
	}
	if err := p.sumKeys(ctx, src, p.summaryKeys(from, keys), why); err != nil {
		return err
	}
	moved := len(p.dirty) > 0
	if err := p.flush(ctx, why); err != nil {
		return err
	}
	return p.react(ctx, moved)
}

// reasonBelow is the reason in the history of a summary's cell where a return
// below was accepted; pages say it in words.
const reasonBelow = "below"

// react makes the moves that are the program's own: a summary whose figures
// moved is to be confirmed again, one that is complete is to be signed.
func (p *page) react(ctx context.Context, moved bool) error {
	m, err := p.machine(summaryFlow)
	if err != nil {
		return err
	}
	move := moveSum
	if moved && p.State != m.Definition().Start {
		move = moveMoved
	}
	st, err := m.Step(ctx, p.State, move, "", workflow.Hand{}, p.guard)
	switch {
	case errs.KindOf(err) == errs.Conflict:
		return nil // not complete, or nothing to react to
	case err != nil:
		return err
	}
	return p.step(ctx, st)
}

// source is a return that a summary sums up.
type source struct {
	id                 string
	summary            bool
	settled            bool // accepted, and nothing moved since
	counts             bool // was accepted once
	expected, reported int
}

// under lists the areas whose summaries (first) and returns (second) the
// summary of area nr sums up.
func under(t *area.Tree, nr int, sum, base *pack.Form) (sums, bases []int64) {
	has := func(f *pack.Form, n int) bool { return slices.Contains(f.Levels, string(t.At(n).Level)) }
	if has(base, nr) {
		bases = append(bases, t.At(nr).ID)
	}
	var down func(n int)
	down = func(n int) {
		for _, c := range t.Children(n) {
			if has(sum, c) {
				sums = append(sums, t.At(c).ID)
				continue
			}
			if has(base, c) {
				bases = append(bases, t.At(c).ID)
			}
			down(c)
		}
	}
	down(nr)
	return sums, bases
}

// sources reads the returns that a summary sums up.
func (w *work) sources(ctx context.Context, b *book, base string) ([]source, error) {
	bc, err := w.collection(ctx, w.tx, base)
	if err != nil {
		return nil, err
	}
	t := w.Tree()
	nr, ok := t.ByID(b.AreaID)
	if !ok {
		return nil, nil
	}
	sums, bases := under(t, nr, b.form, &bc.Form.Form)
	args := []any{b.Collection.ID}
	for _, a := range sums {
		args = append(args, a)
	}
	args = append(args, base)
	for _, a := range bases {
		args = append(args, a)
	}
	cond := "(r.collection_id = $1 AND r.area_id IN (" + orNone(2, len(sums)) + ")) OR (r.collection_id = $" + fmt.Sprint(2+len(sums)) +
		" AND r.area_id IN (" + orNone(3+len(sums), len(bases)) + "))"
	rows, err := w.tx.QueryContext(ctx, `SELECT r.id, r.collection_id, r.state, r.stale, r.approved_at, r.expected, r.reported
		FROM form_return r WHERE `+cond+" ORDER BY r.area_id, r.id", args...)
	if err != nil {
		return nil, fmt.Errorf("read what a summary sums up: %w", err)
	}
	defer rows.Close()
	var out []source
	for rows.Next() {
		var x source
		var coll, state string
		var stale int64
		var approved sql.NullTime
		if err := rows.Scan(&x.id, &coll, &state, &stale, &approved, &x.expected, &x.reported); err != nil {
			return nil, fmt.Errorf("read what a summary sums up: %w", err)
		}
		x.summary, x.counts = coll != base, approved.Valid
		x.settled = approved.Valid && stale == 0 && w.final(x.summary, state)
		out = append(out, x)
	}
	return out, rows.Err()
}

// orNone is marks, or a value that no area has where there is nothing to list.
func orNone(first, n int) string {
	if n == 0 {
		return "-1"
	}
	return marks(first, n)
}

// final reports whether nothing is expected any more in a state.
func (w *work) final(summary bool, state string) bool {
	code := returnFlow
	if summary {
		code = summaryFlow
	}
	m, err := w.machine(code)
	if err != nil {
		return false
	}
	s, _ := m.State(state)
	return s.Final
}

// coverage keeps how many units below owe and were accepted.
func (p *page) coverage(ctx context.Context, src []source) error {
	p.Expected, p.Reported = 0, 0
	for _, x := range src {
		p.Expected += x.expected
		p.Reported += x.reported
	}
	return p.q.SetCoverage(ctx, gen.SetCoverageParams{ID: p.ID, Expected: int64(p.Expected), Reported: int64(p.Reported)})
}

// below reports whether all that a summary sums up is accepted (all), or at
// least whatever of it counts.
func (p *page) below(ctx context.Context, all bool) (bool, error) {
	src, err := p.sources(ctx, p.book, p.Return.Collection.BaseID)
	if err != nil {
		return false, err
	}
	for _, x := range src {
		if !x.settled && (all || x.counts) {
			return false, nil
		}
	}
	return true, nil
}

// summaryKeys maps cells of a return, or of a summary, to those of this
// summary that sum them up.
func (p *page) summaryKeys(from *pack.Form, keys []rule.Key) []rule.Key {
	var out []rule.Key
	for _, k := range keys {
		if p.form.Rows.Kind != "fixed" && from.Code != p.form.Code {
			k.Row = pack.SingleRow
		}
		if _, _, origin, ok := p.find(k); ok && origin == pack.CellSummed && !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}

// totalsOf returns the rows of totals of a return that becomes one line in a
// summary.
func (w *work) totalsOf(ctx context.Context, sum *pack.Form, base string) (map[string]bool, error) {
	if sum.Rows.Kind == "fixed" {
		return nil, nil
	}
	c, err := w.collection(ctx, w.tx, base)
	skip := map[string]bool{}
	for _, r := range c.Form.Rows.Fixed {
		if r.Total {
			skip[r.Code] = true
		}
	}
	return skip, err
}

// sumKeys computes cells from what is summed up.
func (p *page) sumKeys(ctx context.Context, src []source, keys []rule.Key, why string) error {
	if len(keys) == 0 || len(src) == 0 {
		return nil
	}
	sums, err := p.readSums(ctx, src, keys)
	if err == nil {
		err = p.addOwn(ctx, sums)
	}
	if err != nil {
		return err
	}
	for _, k := range keys {
		_, fd, _, _ := p.find(k)
		v := value{}
		if s := sums[k]; s != nil {
			v = s.part()
		}
		if _, err := p.put(k, fd, v, OriginSummed, why); err != nil {
			return err
		}
	}
	return nil
}

// readSums adds up the cells of what counts. A summary counts with what it
// holds; a return from its first acceptance on. Rows of totals of a return that
// becomes one line are left out: they are in the lines already.
func (p *page) readSums(ctx context.Context, src []source, keys []rule.Key) (map[rule.Key]*summing, error) {
	single := p.form.Rows.Kind != "fixed"
	args, fields := []any{}, map[string]bool{}
	summary := map[string]bool{}
	for _, x := range src {
		if x.summary || x.counts {
			args = append(args, x.id)
			summary[x.id] = x.summary
		}
	}
	n := len(args)
	for _, k := range keys {
		if !fields[k.Field] {
			fields[k.Field] = true
			args = append(args, k.Field)
		}
	}
	out := map[rule.Key]*summing{}
	if n == 0 {
		return out, nil
	}
	rows, err := p.tx.QueryContext(ctx, `SELECT return_id, row_code, field, state, num FROM return_cell
		WHERE return_id IN (`+marks(1, n)+`) AND field IN (`+marks(n+1, len(fields))+`) ORDER BY return_id, row_code, field`, args...)
	if err != nil {
		return nil, fmt.Errorf("add up cells: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, state string
		var k rule.Key
		var num int64
		if err := rows.Scan(&id, &k.Row, &k.Field, &state, &num); err != nil {
			return nil, fmt.Errorf("add up cells: %w", err)
		}
		if single && !summary[id] {
			if p.skip[k.Row] {
				continue
			}
			k.Row = pack.SingleRow
		}
		if out[k] == nil {
			out[k] = &summing{}
		}
		st, _ := formula.ParseState(state)
		out[k].add(st, num)
	}
	return out, rows.Err()
}
