package statistic

import (
	"context"
	"slices"
	"strings"

	"xuedu/internal/area"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/statistic/internal/gen"
	"xuedu/internal/statistic/rule"
)

// A summary adds up returns; but the registers also hold what no return below
// reports, because it belongs to the area itself: the classes of a street's
// own school, of a district's college. That is the area's figure less the
// figures of the areas directly below it. It is taken once, when the form is
// sent out, and added to the sum of the returns.

// hasOwn reports whether a cell of a summary has such a part: a sum of cells
// that are derived below.
func hasOwn(f *pack.Form, r pack.Row, fd pack.Field) bool {
	return f.SummaryOf != "" && f.Origin(r, fd) == pack.CellSummed && fd.Derive != "" && !r.Typed && !strings.HasPrefix(fd.Derive, ofRegister)
}

// own returns the part of area nr itself of every such cell; none where the
// area answers the form below itself (base), and so reports its own.
func (d derived) own(t *area.Tree, nr int, f *pack.Form, base []string) map[rule.Key]int64 {
	if f.SummaryOf == "" || slices.Contains(base, string(t.At(nr).Level)) {
		return nil
	}
	out := map[rule.Key]int64{}
	for _, r := range f.FixedRows() {
		for _, fd := range f.Fields {
			k := rule.Key{Row: r.Code, Field: fd.Code}
			col, known := d[k]
			if !known || !hasOwn(f, r, fd) || col[nr].state != formula.Value {
				continue
			}
			n := col[nr].num
			for _, c := range t.Children(nr) {
				if col[c].state == formula.Value {
					n -= col[c].num
				}
			}
			if n != 0 {
				out[k] = n
			}
		}
	}
	return out
}

// addOwn adds the part of a summary's area itself to its sums.
func (p *page) addOwn(ctx context.Context, sums map[rule.Key]*summing) error {
	rows, err := p.tx.QueryContext(ctx, "SELECT row_code, field, num FROM return_own WHERE return_id = $1 ORDER BY row_code, field", p.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var k rule.Key
		var num int64
		if err := rows.Scan(&k.Row, &k.Field, &num); err != nil {
			return err
		}
		if sums[k] != nil {
			sums[k].add(formula.Value, num)
		}
	}
	return rows.Err()
}

// refreshOwn takes the part of a summary's area itself anew, and sums again.
func (p *page) refreshOwn(ctx context.Context, col derived, nr int) error {
	base, err := p.collection(ctx, p.tx, p.Return.Collection.BaseID)
	if err != nil {
		return err
	}
	if err := p.q.DropOwn(ctx, p.ID); err != nil {
		return err
	}
	for k, n := range col.own(p.Tree(), nr, p.form, base.Form.Levels) {
		if err := p.q.InsertOwn(ctx, gen.InsertOwnParams{ReturnID: p.ID, RowCode: k.Row, Field: k.Field, Num: n}); err != nil {
			return err
		}
	}
	src, err := p.sources(ctx, p.book, base.ID)
	if err != nil {
		return err
	}
	var keys []rule.Key
	p.asked(func(r pack.Row, fd pack.Field, _ string) {
		if hasOwn(p.form, r, fd) {
			keys = append(keys, rule.Key{Row: r.Code, Field: fd.Code})
		}
	})
	return p.sumKeys(ctx, src, keys, reasonBelow)
}
