package statistic

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/account"
)

// A city has tens of thousands of returns, a desk a few dozen. What a caller may
// see and what lies on their desk is therefore said in SQL, by ids of areas that
// the tree knows.

// wheres collects the conditions of a query over r (form_return) and c
// (collection).
type wheres struct {
	conds []string
	args  []any
}

// arg adds an argument and returns its placeholder.
func (w *wheres) arg(v any) string {
	w.args = append(w.args, v)
	return "$" + strconv.Itoa(len(w.args))
}

func (w *wheres) add(cond string) { w.conds = append(w.conds, cond) }

func (w *wheres) String() string {
	if len(w.conds) == 0 {
		return "1 = 1"
	}
	return strings.Join(w.conds, " AND ")
}

// where is q for the caller in SQL; only what Late means is told afterwards.
func (s *Service) where(ctx context.Context, q ReturnQuery) *wheres {
	w := &wheres{}
	for _, x := range []struct{ cond, v string }{
		{"r.collection_id = ", q.Collection}, {"r.state = ", q.State}, {"c.form_id IN (SELECT id FROM form WHERE code = ", q.Form},
	} {
		if x.v == "" {
			continue
		}
		end := strings.Repeat(")", strings.Count(x.cond, "("))
		w.add(x.cond + w.arg(x.v) + end)
	}
	s.inAreas(ctx, q, w)
	if q.Mine {
		w.add(s.onDesks(s.desksOf(ctx)))
	}
	if q.Mine || q.Owed {
		w.add("r.desk <> ''")
	}
	if q.Overdue {
		w.add("r.desk <> '' AND r.due <> '' AND r.due < " + w.arg(s.today()))
	}
	if q.Late {
		w.add("(r.submitted_at IS NOT NULL OR r.desk <> '' AND r.due <> '' AND r.due < " + w.arg(s.today()) + ")")
	}
	if q.Counts {
		w.add("r.approved_at IS NOT NULL")
	}
	return w
}

// inAreas restricts to what the caller may see and q asks for; nothing is said
// where that is the whole tree.
func (s *Service) inAreas(ctx context.Context, q ReturnQuery, w *wheres) {
	t, sees := s.Tree(), s.sees(ctx)
	from, to := 0, t.Len()
	if q.AreaID != 0 {
		n, ok := t.ByID(q.AreaID)
		if !ok {
			w.add("1 = 0")
			return
		}
		if from, to = n, t.Last(n); q.Own {
			to = n + 1
		}
	}
	var ids []int64
	for n := from; n < to; n++ {
		if sees(n) && (q.Areas == nil || slices.Contains(q.Areas, t.At(n).ID)) {
			ids = append(ids, t.At(n).ID)
		}
	}
	if len(ids) < t.Len() {
		w.add("r.area_id IN (" + idList(ids) + ")")
	}
}

// onDesks is the condition that a return lies on one of these desks.
func (s *Service) onDesks(desks map[int64]bool) string {
	t := s.Tree()
	var units, below []int64
	cond := ""
	for n := range t.Len() {
		if desks[t.At(n).ID] {
			units = append(units, t.At(n).ID)
		}
		if desks[t.At(s.parent(n)).ID] {
			below = append(below, t.At(n).ID)
		}
	}
	if t.Len() > 0 && desks[t.At(0).ID] {
		cond = " OR r.desk = '" + deskCity + "'"
	}
	return "(r.desk = '" + deskUnit + "' AND r.area_id IN (" + idList(units) + ") OR r.desk = '" + deskParent + "' AND r.area_id IN (" + idList(below) + ")" + cond + ")"
}

// idList writes ids of areas; numbers of our own need no placeholders, of which
// databases allow only so many. None is a value that no area has.
func idList(ids []int64) string {
	if len(ids) == 0 {
		return "-1"
	}
	b := make([]byte, 0, 8*len(ids))
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, id, 10)
	}
	return string(b)
}

// escalated counts the returns past their day at the desks directly below
// these, of which those are to know.
func (s *Service) escalated(ctx context.Context, desks map[int64]bool) (n int, err error) {
	t, below := s.Tree(), map[int64]bool{}
	for i := range t.Len() {
		if p := t.Parent(i); p >= 0 && desks[t.At(p).ID] && !desks[t.At(i).ID] {
			below[t.At(i).ID] = true
		}
	}
	w := &wheres{}
	s.inAreas(ctx, ReturnQuery{}, w)
	w.add("r.escalated = 1")
	w.add(s.onDesks(below))
	err = s.DB.Read.QueryRowContext(ctx, "SELECT count(*) FROM form_return r WHERE "+w.String(), w.args...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count what is past its day: %w", err)
	}
	return n, nil
}

// mayRead reports whether the caller reads returns anywhere.
func mayRead(ctx context.Context) bool { return trusted(ctx) || account.From(ctx).Can(permRead) }
