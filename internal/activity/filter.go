package activity

import (
	"context"
	"strconv"
	"strings"

	"xuedu/internal/account"
)

// filter gathers the conditions of a list that people narrow down. Text never
// reaches SQL but as an argument; numbers of areas are written out, since a
// subtree may hold more of them than a statement may have arguments.
type filter struct {
	conds []string
	args  []any
}

// arg adds an argument and returns its mark.
func (f *filter) arg(v any) string {
	f.args = append(f.args, v)
	return "$" + strconv.Itoa(len(f.args))
}

// and adds a condition; each ? in it is the mark of the next of args.
func (f *filter) and(cond string, args ...any) {
	for _, a := range args {
		cond = strings.Replace(cond, "?", f.arg(a), 1)
	}
	f.conds = append(f.conds, cond)
}

// like adds a search for text in any of columns, capitals or not.
func (f *filter) like(text string, columns ...string) {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return
	}
	mark := f.arg("%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text) + "%")
	parts := make([]string, 0, len(columns))
	for _, c := range columns {
		parts = append(parts, "lower("+c+") LIKE "+mark+` ESCAPE '\'`)
	}
	f.conds = append(f.conds, "("+strings.Join(parts, " OR ")+")")
}

// in adds a condition on a column that is one of texts.
func (f *filter) in(column string, texts []string) {
	marks := make([]string, 0, len(texts))
	for _, t := range texts {
		marks = append(marks, f.arg(t))
	}
	f.conds = append(f.conds, column+" IN ("+strings.Join(marks, ", ")+")")
}

func (f *filter) where() string {
	if len(f.conds) == 0 {
		return ""
	}
	return "WHERE " + strings.Join(f.conds, " AND ")
}

// subtree returns " column IN (…)" for the areas below areaID, itself
// included, or "" if these are all areas there are.
func (s *Service) subtree(column string, areaID int64) string {
	t := s.Tree()
	n, ok := t.ByID(areaID)
	if !ok {
		return column + " = -1" // an unknown area holds nothing
	}
	if n == 0 && t.Last(n) == t.Len() {
		return ""
	}
	return inNumbers(column, s.idsOf(n, t.Last(n)))
}

func (s *Service) idsOf(first, last int) []int64 {
	t := s.Tree()
	ids := make([]int64, 0, last-first)
	for i := first; i < last; i++ {
		ids = append(ids, t.At(i).ID)
	}
	return ids
}

func inNumbers(column string, ids []int64) string {
	var b strings.Builder
	b.WriteString(column)
	b.WriteString(" IN (-1")
	for _, id := range ids {
		b.WriteByte(',')
		b.WriteString(strconv.FormatInt(id, 10))
	}
	b.WriteByte(')')
	return b.String()
}

// scope narrows a list to what the caller's roles with perm reach: their own
// classes, their institution, their area. class tells whether the statement
// has the classes c, or only the activities a, beside the institutions o.
func (s *Service) scope(ctx context.Context, f *filter, perm string, class bool) {
	all, conds := s.reach(ctx, f, perm)
	if all {
		return
	}
	me := account.From(ctx)
	switch {
	case me.ID == "" || !me.Can(perm):
	case class:
		conds = append(conds, "c.teacher_id = "+f.arg(me.ID))
	default:
		conds = append(conds, "EXISTS (SELECT 1 FROM class x WHERE x.activity_id = a.id AND x.teacher_id = "+f.arg(me.ID)+")")
	}
	f.anyOf(conds)
}

// editScope narrows a list of institutions o to those whose activities the
// caller may change.
func (s *Service) editScope(ctx context.Context, f *filter) {
	if all, conds := s.reach(ctx, f, permEdit); !all {
		f.anyOf(conds)
	}
}

// anyOf adds a condition of which one must hold; of none, nothing is found.
func (f *filter) anyOf(conds []string) {
	if len(conds) == 0 {
		conds = []string{"1 = 0"}
	}
	f.conds = append(f.conds, "("+strings.Join(conds, " OR ")+")")
}

// reach returns the institutions that roles with perm reach, or that they
// reach all.
func (s *Service) reach(ctx context.Context, f *filter, perm string) (all bool, conds []string) {
	me := account.From(ctx)
	for _, g := range wide(me).Grants {
		one := account.Actor{ID: me.ID, Grants: []account.Grant{g}}
		if !one.Can(perm) {
			continue
		}
		if g.OrgID != "" {
			conds = append(conds, "o.id = "+f.arg(g.OrgID))
			continue
		}
		cond := ""
		if g.AreaID != 0 {
			cond = s.subtree("o.area_id", g.AreaID)
		}
		if cond == "" {
			return true, nil
		}
		conds = append(conds, cond)
	}
	return false, conds
}
