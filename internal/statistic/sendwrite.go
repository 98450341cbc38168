package statistic

import (
	"context"
	"fmt"

	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/statistic/internal/gen"
	"xuedu/internal/statistic/rule"
)

// chunk is how many returns are written at once: enough for speed, few enough
// for memory and for progress.
const chunk = 500

var returnColumns = []string{"id", "collection_id", "area_id", "state", "desk", "since", "due", "stale", "version", "reminders", "escalated",
	"cells", "computed", "done", "expected", "reported", "flags", "flags_open", "revised"}

var cellColumns = []string{"return_id", "row_code", "field", "state", "num", "text", "origin", "approved_state", "approved", "version", "revised",
	"updated_by", "updated_at"}

var ownColumns = []string{"return_id", "row_code", "field", "num"}

var rowColumns = []string{"return_id", "code", "place", "name"}

// write adds the collection and its returns.
func (b *sending) write(ctx context.Context, w *work, add db.CopyFunc, step func(n int)) error {
	c := b.coll
	err := w.q.InsertCollection(ctx, gen.InsertCollectionParams{ID: c.ID, FormID: c.Form.ID, Period: c.Period.Name, AreaID: c.AreaID, BaseID: c.BaseID,
		Due: c.Due, State: c.State, SentBy: c.SentBy, SentAt: c.SentAt, Changed: c.Changed})
	if err != nil {
		return fmt.Errorf("add collection: %w", err)
	}
	due := ""
	if b.state.Desk != "" {
		due = c.Due
	}
	for from := 0; from < len(b.areas); from += chunk {
		part := b.areas[from:min(from+chunk, len(b.areas))]
		var returns, rows, cells, own [][]any
		for _, nr := range part {
			r := b.one(w, nr)
			returns = append(returns, []any{r.id, c.ID, w.Tree().At(nr).ID, b.state.Code, b.state.Desk, w.now, due, int64(0), int64(1), int64(0), int64(0),
				r.all, r.computed, int64(len(r.cells)), b.expected(nr), int64(0), int64(0), int64(0), int64(0)})
			rows = append(rows, r.rows...)
			cells = append(cells, r.cells...)
			for k, n := range b.col.own(w.Tree(), nr, &c.Form.Form, b.levels) {
				own = append(own, []any{r.id, k.Row, k.Field, n})
			}
		}
		for _, x := range []struct {
			table string
			cols  []string
			rows  [][]any
		}{{"form_return", returnColumns, returns}, {"return_row", rowColumns, rows}, {"return_cell", cellColumns, cells},
			{"return_own", ownColumns, own}} {
			if len(x.rows) == 0 {
				continue
			}
			if err := add(x.table, x.cols, x.rows); err != nil {
				return err
			}
		}
		step(len(part))
	}
	return nil
}

func (b *sending) expected(nr int) int64 {
	if b.coll.BaseID == "" {
		return 1
	}
	return int64(b.expect[nr])
}

// whole reports whether the form was sent to all of area nr. In a summary of an
// area of which a pilot asks a part only, what cannot be added up cannot be told.
func (b *sending) whole(w *work, nr int) bool {
	top, ok := w.Tree().ByID(b.coll.AreaID)
	return !ok || b.coll.BaseID == "" || top <= nr && nr < w.Tree().Last(top)
}

// first is a return in the making.
type first struct {
	id            string
	rows, cells   [][]any
	all, computed int64
}

// one makes the return of one area.
func (b *sending) one(w *work, nr int) first {
	r := first{id: newID()}
	f := &b.coll.Form.Form
	last := b.last[w.Tree().At(nr).ID]
	rows, reg := b.fixed, map[string]map[string]string{}
	for i, x := range b.rows[nr] {
		rows = append(rows, pack.Row{Code: x.Code})
		reg[x.Code] = x.Values
		r.rows = append(r.rows, []any{r.id, x.Code, int64(i), x.Name})
	}
	for _, row := range rows {
		for _, fd := range f.Fields {
			origin := f.Origin(row, fd)
			if origin == pack.CellNone {
				continue
			}
			r.all++
			if origin != pack.CellTyped {
				r.computed++
			}
			v, from, ok := b.col.fill(nr, f, row, fd, reg[row.Code], last)
			if ok && from == OriginDerived && !b.whole(w, nr) {
				v = value{state: formula.NotComputable}
			}
			if !ok {
				continue
			}
			r.cells = append(r.cells, []any{r.id, row.Code, fd.Code, v.state.String(), v.num, v.text, from, "", int64(0), int64(1), int64(0), "system", w.now})
		}
	}
	return r
}

// Refresh computes the derived cells of the returns of a collection that have
// not been handed in anew, and of its summaries, from the registers of now.
// What people typed stays. It needs form:send. It returns how many cells
// changed.
func (s *Service) Refresh(ctx context.Context, id string, step func(done, all int)) (changed int, err error) {
	if err := s.require(ctx, permSend, s.Tree().At(0).ID); err != nil {
		return 0, err
	}
	c, err := s.collection(ctx, s.DB.Read, id)
	if err != nil {
		return 0, err
	}
	f := &c.Form.Form
	col, err := s.derive(ctx, f, c.Period)
	if err != nil {
		return 0, err
	}
	list, err := s.list(ctx, s.DB.Read, "r.collection_id = $1", id)
	if err != nil {
		return 0, err
	}
	for i, r := range list {
		n, err := s.refreshOne(ctx, r, f, col)
		if err != nil {
			return changed, err
		}
		changed += n
		if step != nil {
			step(i+1, len(list))
		}
	}
	return changed, nil
}

func (s *Service) refreshOne(ctx context.Context, r Return, f *pack.Form, col derived) (n int, err error) {
	m, err := s.machine(flowOf(r.Collection))
	if err != nil {
		return 0, err
	}
	st, _ := m.State(r.State)
	if f.SummaryOf == "" && !m.Allows(r.State, actEnter) || st.Final {
		return 0, nil
	}
	nr, ok := s.Tree().ByID(r.AreaID)
	if !ok {
		return 0, nil
	}
	err = s.withPage(ctx, r.ID, permSend, audit.Entry{Verb: "return:refresh"}, func(p *page) error {
		var bad error
		p.asked(func(row pack.Row, fd pack.Field, origin string) {
			k := rule.Key{Row: row.Code, Field: fd.Code}
			c := p.cell(k)
			if _, known := col[k]; !known || origin != pack.CellDerived || c.Origin == OriginTyped || bad != nil {
				return
			}
			v := col[k][nr]
			if v.state == formula.NotReported {
				return
			}
			var did bool
			if did, bad = p.put(k, fd, v, OriginDerived, reasonBelow); did {
				n++
			}
		})
		if bad == nil && f.SummaryOf != "" {
			bad = p.refreshOwn(ctx, col, nr)
		}
		if bad != nil {
			return bad
		}
		return p.flush(ctx, reasonBelow)
	})
	return n, err
}
