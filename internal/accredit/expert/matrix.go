package expert

import (
	"context"
	"slices"
	"strconv"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/errs"
)

// Matrix finds all ties that exclude experts from subjects on the day of the
// rule (P1.7). It is computed anew each time from the register, the pool and
// the edges kept, so that a moved employer or a merged institution shows at
// once. Ids that are no experts are left out.
func (s *Service) Matrix(ctx context.Context, r Rule, experts []string, subjects []Subject) (Matrix, error) {
	return s.MatrixIn(ctx, s.DB.Read, r, experts, subjects)
}

// MatrixIn is Matrix as a transaction sees it.
func (s *Service) MatrixIn(ctx context.Context, q db.Querier, r Rule, ids []string, subjects []Subject) (Matrix, error) {
	if len(ids) == 0 || len(subjects) == 0 {
		return Matrix{}, nil
	}
	if r.Day == "" {
		r.Day = s.Today()
	}
	cut, err := lookBack(r.Day, r.LookBack)
	if err != nil {
		return nil, err
	}
	list, err := someExperts(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	edges, err := someEdges(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	kin, err := s.kin(ctx)
	if err != nil {
		return nil, err
	}
	x := newIndex(s.Tree(), kin, r, subjects)
	m := make(Matrix, len(list))
	for i := range list {
		if row := x.row(&list[i], edges[list[i].ID], cut); len(row) > 0 {
			m[list[i].ID] = row
		}
	}
	return m, nil
}

// lookBack returns the day from which an end still excludes on day: the same
// day years before, or the last day of that month.
func lookBack(day string, years int) (string, error) {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return "", errs.InvalidField("day", "expert.bad_day")
	}
	back := t.AddDate(-years, 0, 0)
	if back.Day() != t.Day() { // 29 February
		back = back.AddDate(0, 0, -back.Day())
	}
	return back.Format(time.DateOnly), nil
}

// kinship knows which institutions stand above which.
type kinship map[string]Org

func (s *Service) kin(ctx context.Context) (kinship, error) {
	list, err := s.Orgs.Orgs(ctx)
	if err != nil {
		return nil, err
	}
	k := make(kinship, len(list))
	for _, o := range list {
		k[o.ID] = o
	}
	return k, nil
}

// line returns an institution and all above it, nearest first.
func (k kinship) line(id string) []string {
	var out []string
	for id != "" && !slices.Contains(out, id) {
		out = append(out, id)
		id = k[id].ParentID
	}
	return out
}

// index finds subjects by what an expert may be tied to.
type index struct {
	rule     Rule
	tree     *area.Tree
	kin      kinship
	subjects []Subject
	byApp    map[string][]int
	byOrg    map[string][]int // the institution itself
	under    map[string][]int // it or one above it
	byStaff  map[string][]int
	byBody   map[string][]int // institution of the recommender
	inArea   map[int64][]int  // the area or one above it
	atLevel  map[int64][]int  // area at the level of the rule
	level    map[int64]int64  // area to the one at the level of the rule, as far as asked
}

func newIndex(t *area.Tree, kin kinship, r Rule, subjects []Subject) *index {
	x := &index{rule: r, tree: t, kin: kin, subjects: subjects, byApp: map[string][]int{}, byOrg: map[string][]int{},
		under: map[string][]int{}, byStaff: map[string][]int{}, byBody: map[string][]int{}, inArea: map[int64][]int{},
		atLevel: map[int64][]int{}, level: map[int64]int64{}}
	for i := range subjects {
		x.add(i, &subjects[i])
	}
	return x
}

func (x *index) add(i int, s *Subject) {
	x.byApp[s.ApplicationID] = append(x.byApp[s.ApplicationID], i)
	if s.OrgID != "" {
		x.byOrg[s.OrgID] = append(x.byOrg[s.OrgID], i)
	}
	for _, id := range x.kin.line(s.OrgID) {
		x.under[id] = append(x.under[id], i)
	}
	for _, a := range s.Staff {
		x.byStaff[a] = append(x.byStaff[a], i)
	}
	for _, o := range s.StaffOrgs {
		x.byBody[o] = append(x.byBody[o], i)
	}
	if at := x.areaAt(s.AreaID); at != 0 {
		x.atLevel[at] = append(x.atLevel[at], i)
	}
	n, ok := x.tree.ByID(s.AreaID)
	for ; ok && n >= 0; n = x.tree.Parent(n) {
		id := x.tree.At(n).ID
		x.inArea[id] = append(x.inArea[id], i)
	}
}

// areaAt returns the area at the level of the rule that holds id, 0 where id
// stands above it or is unknown. Without a level it is the area itself.
func (x *index) areaAt(id int64) int64 {
	if x.rule.Level == "" {
		return id
	}
	if at, ok := x.level[id]; ok {
		return at
	}
	var at int64
	n, ok := x.tree.ByID(id)
	for ; ok && n >= 0; n = x.tree.Parent(n) {
		if string(x.tree.At(n).Level) == x.rule.Level {
			at = x.tree.At(n).ID
			break
		}
	}
	x.level[id] = at
	return at
}

// row is the ties of one expert that exclude, by application.
func (x *index) row(e *Expert, edges []Edge, cut string) map[string][]Edge {
	b := &rowBuilder{x: x, found: map[string][]Edge{}}
	for _, d := range x.derived(e) {
		if x.excludes(d.edge.Kind) {
			b.add(d.edge, d.hits)
		}
	}
	for _, edge := range edges {
		switch {
		case edge.Pinned && edge.State == Cleared:
			b.clear = append(b.clear, edge)
		case edge.State != Holds && edge.State != Ended, !inForce(edge, x.rule.Day, cut):
		case edge.Pinned, x.excludes(edge.Kind):
			b.add(edge, x.hits(edge))
		}
	}
	b.sweep()
	return b.found
}

func (x *index) excludes(kind string) bool { return slices.Contains(x.rule.Kinds, kind) }

// inForce reports whether a tie counts on a day: begun, and not ended before
// the look-back.
func inForce(e Edge, day, cut string) bool {
	return (e.From == "" || e.From <= day) && (e.To == "" || e.To >= cut)
}

// hits returns the subjects that an edge leads to. An edge to an area holds for
// all in it, one to an institution for those below it too.
func (x *index) hits(e Edge) []int {
	switch e.Subject {
	case SubjectApplication:
		return x.byApp[e.SubjectID]
	case SubjectOrg:
		if e.Kind == KindEmployer {
			return x.colleagues(e.SubjectID)
		}
		return x.under[e.SubjectID]
	}
	id := areaID(e.SubjectID)
	if e.Kind == KindWorkArea || e.Kind == KindHomeArea {
		return x.atLevel[nonZero(x.areaAt(id))]
	}
	return x.inArea[id]
}

// colleagues returns the subjects of an institution, of those above and of those
// below it, each once.
func (x *index) colleagues(orgID string) []int {
	var out []int
	for i, id := range x.kin.line(orgID) {
		if i == 0 {
			out = append(out, x.under[id]...)
		} else {
			out = append(out, x.byOrg[id]...)
		}
	}
	return out
}

func areaID(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func nonZero(id int64) int64 {
	if id == 0 {
		return -1
	}
	return id
}
