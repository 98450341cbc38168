package accredit

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"xuedu/internal/account"
	"xuedu/internal/area"
	"xuedu/internal/errs"
)

// Filter picks applications; zero fields do not restrict.
type Filter struct {
	Call  string // id
	State string
	Area  int64  // in this subtree
	Org   string // id
	Desk  string
	Text  string // part of the title or the number
	Sort  string // code (default), title, state, since, due, district; -code … turns it round
	After string // id of the last of the page before
	Limit int    // 0 = 50, at most 500
}

// sorts are the columns a list may be sorted by; none may be NULL.
var sorts = map[string]string{"": "code", "code": "code", "title": "title", "state": "state", "since": "since", "due": "due", "district": "district"}

// Applications lists what f picks and the caller may read. It fails with
// Invalid for an unknown order.
func (s *Service) Applications(ctx context.Context, f Filter) ([]Application, error) {
	name, back := strings.CutPrefix(f.Sort, "-")
	column, ok := sorts[name]
	if !ok {
		return nil, errs.InvalidField("sort", "accredit.no_sort")
	}
	b := s.where(ctx, f)
	way, than := "", ">"
	if back {
		way, than = " DESC", "<"
	}
	if f.After != "" {
		b.add(fmt.Sprintf("(a.%s, a.id) %s (SELECT l.%s, l.id FROM application l WHERE l.id = %%s)", column, than, column), f.After)
	}
	limit := min(f.Limit, 500)
	if limit <= 0 {
		limit = 50
	}
	text := `SELECT ` + applicationColumns + applicationTables + b.String() + ` ORDER BY a.` + column + way + `, a.id` + way + fmt.Sprintf(" LIMIT %d", limit)
	list, err := s.query(ctx, text, b.args...)
	for i := range list {
		list[i] = s.shown(ctx, list[i])
	}
	return list, err
}

// CountApplications counts by state what f picks, its state left aside, and the
// caller may read.
func (s *Service) CountApplications(ctx context.Context, f Filter) (map[string]int, error) {
	f.State = ""
	b := s.where(ctx, f)
	rows, err := s.DB.Read.QueryContext(ctx, `SELECT a.state, count(*) FROM application a`+b.String()+` GROUP BY a.state ORDER BY a.state`, b.args...)
	if err != nil {
		return nil, fmt.Errorf("count applications: %w", err)
	}
	defer rows.Close()
	out := map[string]int{}
	for rows.Next() {
		var state string
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			return nil, fmt.Errorf("count applications: %w", err)
		}
		out[state] = n
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("count applications: %w", err)
	}
	return out, nil
}

// where restricts a list of applications.
type where struct {
	conds []string
	args  []any
}

// add adds a condition; each %s of it is a place for one of args.
func (w *where) add(cond string, args ...any) {
	w.conds = append(w.conds, w.fill(cond, args...))
}

func (w *where) fill(cond string, args ...any) string {
	marks := make([]any, len(args))
	for i, a := range args {
		w.args = append(w.args, a)
		marks[i] = fmt.Sprintf("$%d", len(w.args))
	}
	return fmt.Sprintf(cond, marks...)
}

func (w *where) String() string {
	if len(w.conds) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conds, " AND ")
}

func (s *Service) where(ctx context.Context, f Filter) *where {
	w := &where{}
	for _, c := range []struct{ column, value string }{{"call_id", f.Call}, {"state", f.State}, {"org_id", f.Org}, {"desk", f.Desk}} {
		if c.value != "" {
			w.add("a."+c.column+" = %s", c.value)
		}
	}
	if f.Area != 0 {
		w.conds = append(w.conds, s.within(w, f.Area))
	}
	if text := strings.TrimSpace(f.Text); text != "" {
		w.add(`(lower(a.title) LIKE %s ESCAPE '\' OR lower(a.code) LIKE %s ESCAPE '\')`, escaped(text), escaped(text))
	}
	s.scope(ctx, w)
	return w
}

const nothing = "1 = 0"

// within is the condition that an application lies in the subtree of an area.
func (s *Service) within(w *where, id int64) string {
	t := s.Tree()
	nr, ok := t.ByID(id)
	switch {
	case !ok:
		return nothing
	case t.Parent(nr) < 0:
		return "1 = 1"
	case t.At(nr).Level == area.District:
		return w.fill("a.district = %s", id)
	}
	var ids []any
	for n := nr; n < t.Last(nr); n++ {
		ids = append(ids, t.At(n).ID)
	}
	return w.fill("a.area_id IN (%s"+strings.Repeat(", %s", len(ids)-1)+")", ids...)
}

// scope restricts a list to what mayRead allows.
func (s *Service) scope(ctx context.Context, w *where) {
	if operator(ctx) {
		return
	}
	var any []string
	for _, g := range account.From(ctx).Grants {
		perms := account.Permissions(g.Role)
		has := func(perm string) bool { return slices.Contains(perms, perm) }
		switch {
		case g.OrgID != "" && has(PermApply):
			any = append(any, w.fill("a.org_id = %s", g.OrgID))
		case g.OrgID != "":
		case g.AreaID == 0:
			any = append(any, reads(has, "1 = 1")...)
		default:
			any = append(any, reads(has, s.within(w, g.AreaID))...)
		}
	}
	if len(any) == 0 {
		any = []string{nothing}
	}
	w.conds = append(w.conds, "("+strings.Join(any, " OR ")+")")
}

// reads are the conditions under which a role reads applications of a place.
func reads(has func(perm string) bool, place string) (any []string) {
	if has(PermManage) || has(PermCheck) {
		return []string{place}
	}
	if has(PermApply) {
		any = append(any, "(a.org_id = '' AND "+place+")")
	}
	if has(PermRead) {
		any = append(any, "(a.submitted_at IS NOT NULL AND "+place+")")
	}
	return any
}
