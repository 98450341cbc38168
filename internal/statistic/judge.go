package statistic

import (
	"context"
	"fmt"
	"slices"
	"time"

	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/statistic/internal/gen"
	"xuedu/internal/statistic/rule"
	"xuedu/internal/workflow"
)

// findings checks the cells of a return with the rules of its form, beside last
// period's and those of its neighbours.
func (s *Service) findings(ctx context.Context, q db.Querier, b *book) ([]rule.Finding, error) {
	sh := rule.Sheet{Form: *b.form, Rows: b.rows, Cells: map[rule.Key]rule.Cell{}}
	b.asked(func(r pack.Row, fd pack.Field, origin string) {
		k := rule.Key{Row: r.Code, Field: fd.Code}
		c := b.cell(k)
		if c.Origin == "" {
			c.Origin = origin
		}
		sh.Cells[k] = c.plain()
	})
	var err error
	if sh.Last, err = s.last(ctx, q, b); err != nil {
		return nil, err
	}
	if sh.Peers, err = s.peers(ctx, q, b); err != nil {
		return nil, err
	}
	return rule.Check(sh, s.Pack().Params.Validation), nil
}

func (c Cell) plain() rule.Cell {
	return rule.Cell{State: c.State, Num: c.Num, Text: c.Text, Origin: c.Origin, Derived: c.Derived, At: c.At, By: c.By}
}

// last returns the cells of the same area's return of the period before, nil
// if there is none. A newer version of the form counts as the same form.
func (s *Service) last(ctx context.Context, q db.Querier, b *book) (map[rule.Key]rule.Cell, error) {
	before, ok := b.Collection.Period.Add(-1)
	if !ok {
		return nil, nil
	}
	var id string
	rows, err := gen.New(q).CollectionOf(ctx, gen.CollectionOfParams{Code: b.form.Code, Period: before.Name})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	list, err := s.list(ctx, q, "r.collection_id = $1 AND r.area_id = $2", rows[0].ID, b.AreaID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	id = list[0].ID
	cells, err := gen.New(q).Cells(ctx, id)
	out := make(map[rule.Key]rule.Cell, len(cells))
	for _, c := range cells {
		st, _ := formula.ParseState(c.State)
		out[rule.Key{Row: c.RowCode, Field: c.Field}] = rule.Cell{State: st, Num: c.Num, Text: c.Text, Origin: c.Origin, At: c.UpdatedAt, By: c.UpdatedBy}
	}
	return out, err
}

// maxPeers bounds the neighbours that a return is compared with.
const maxPeers = 60

// peers returns the same cells of the areas under the same parent that have
// handed in.
func (s *Service) peers(ctx context.Context, q db.Querier, b *book) (map[rule.Key][]int64, error) {
	t := s.Tree()
	nr, ok := t.ByID(b.AreaID)
	if !ok || t.Parent(nr) < 0 || b.form.Rows.Kind == "repeating" {
		return nil, nil
	}
	var ids []any
	for _, c := range t.Children(t.Parent(nr)) {
		if c != nr && len(ids) < maxPeers {
			ids = append(ids, t.At(c).ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := q.QueryContext(ctx, `SELECT c.row_code, c.field, c.num FROM form_return r JOIN return_cell c ON c.return_id = r.id
		WHERE r.collection_id = $1 AND c.state IN ('value', 'nil') AND r.submitted_at IS NOT NULL AND r.area_id IN (`+marks(2, len(ids))+`)
		ORDER BY r.area_id, c.row_code, c.field`, append([]any{b.Collection.ID}, ids...)...)
	if err != nil {
		return nil, fmt.Errorf("read neighbours: %w", err)
	}
	defer rows.Close()
	out := map[rule.Key][]int64{}
	for rows.Next() {
		var k rule.Key
		var n int64
		if err := rows.Scan(&k.Row, &k.Field, &n); err != nil {
			return nil, fmt.Errorf("read neighbours: %w", err)
		}
		out[k] = append(out[k], n)
	}
	return out, rows.Err()
}

// marks writes n placeholders from $first on.
func marks(first, n int) string {
	b := make([]byte, 0, n*5)
	for i := range n {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = fmt.Appendf(b, "$%d", first+i)
	}
	return string(b)
}

// explained reports whether a soft finding was explained since its cell last
// changed.
func (b *book) explained(f rule.Finding) bool {
	at := b.cell(f.Key).At
	return slices.ContainsFunc(b.notes, func(n Note) bool {
		return n.Kind == NoteExplanation && n.Rule == f.Rule && n.Key == f.Key && !n.At.Before(at)
	})
}

// judge is findings, asked for once for what the cells are now.
func (p *page) judge(ctx context.Context) ([]rule.Finding, error) {
	if p.judgedAt == p.Version {
		return p.found, nil
	}
	list, err := p.findings(ctx, p.tx, p.book)
	if err == nil {
		p.found, p.judgedAt = list, p.Version
	}
	return list, err
}

// judged is the guards "valid" and "explained".
func (p *page) judged(ctx context.Context, name string) (string, error) {
	list, err := p.judge(ctx)
	if err != nil {
		return "", err
	}
	for _, f := range list {
		if name == "valid" && f.Hard || name == "explained" && !f.Hard && !p.explained(f) {
			return "statistic.why." + name, nil
		}
	}
	return "", nil
}

// keepFlags keeps how many findings there were when a return was handed in.
func (p *page) keepFlags(ctx context.Context, st workflow.Step) error {
	if !slices.Contains(st.Does, "submit") || p.form.SummaryOf != "" {
		return nil
	}
	list, err := p.judge(ctx)
	if err != nil {
		return err
	}
	open := 0
	for _, f := range list {
		if !p.explained(f) {
			open++
		}
	}
	return p.q.SetFlags(ctx, gen.SetFlagsParams{ID: p.ID, Flags: int64(len(list)), FlagsOpen: int64(open)})
}

// parseDay reads a day.
func parseDay(s string) (time.Time, error) {
	d, err := period.ParseDay(s)
	if err != nil {
		return time.Time{}, errs.InvalidField("day", "period.bad_day", "Value", s)
	}
	return d.Time(), nil
}
