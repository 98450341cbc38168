package org

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/errs"
)

// groups are the groups of types in the order of lists: what residents look
// for comes first.
var groups = []string{network, "learning", "partner", body}

// body is the group of those who issue and answer for plans. They stand in the
// order in which they were registered, as in the document that names them.
const body = "body"

// register is all institutions as of one change, in the order of lists: by
// group, by area in preorder, by the pack's order of types, by name.
type register struct {
	serial int64
	tree   *area.Tree
	list   []Org
	byCode map[string]*Org
	byID   map[string]*Org
}

// current returns the register, read again if it or the tree has changed.
func (s *Service) current(ctx context.Context) (*register, error) {
	n, err := serial(ctx, s.db.Read)
	if err != nil {
		return nil, err
	}
	if r := s.reg.Load(); r != nil && r.serial == n && r.tree == s.tree() {
		return r, nil
	}
	r, err := s.load(ctx, s.db.Read)
	if err != nil {
		return nil, err
	}
	r.serial = n // read before the rows: at worst they are read once more
	s.reg.Store(r)
	return r, nil
}

func (s *Service) load(ctx context.Context, q db.Querier) (*register, error) {
	list, err := all(ctx, q)
	if err != nil {
		return nil, err
	}
	r := &register{tree: s.tree(), list: list, byCode: make(map[string]*Org, len(list)), byID: make(map[string]*Org, len(list))}
	s.sort(r)
	for i := range r.list {
		r.byCode[r.list[i].Code], r.byID[r.list[i].ID] = &r.list[i], &r.list[i]
	}
	return r, nil
}

func (s *Service) sort(r *register) {
	rank, group := map[string]int{}, map[string]int{}
	for i, t := range s.pack().OrgTypes {
		rank[t.Code], group[t.Code] = i, slices.Index(groups, t.Group)
	}
	byName := func(a, b Org) int {
		if groups[max(0, group[a.Type])] == body {
			return 0
		}
		return cmp.Compare(a.Pinyin, b.Pinyin)
	}
	slices.SortFunc(r.list, func(a, b Org) int {
		an, _ := r.tree.ByID(a.AreaID)
		bn, _ := r.tree.ByID(b.AreaID)
		return cmp.Or(cmp.Compare(group[a.Type], group[b.Type]), cmp.Compare(an, bn), cmp.Compare(rank[a.Type], rank[b.Type]),
			byName(a, b), cmp.Compare(a.ID, b.ID))
	})
}

// under reports whether o is the institution id or stands below it.
func (r *register) under(o *Org, id string) bool {
	for range len(r.list) + 1 {
		if o.ID == id {
			return true
		}
		p, ok := r.byID[o.ParentID]
		if !ok {
			return false
		}
		o = p
	}
	return true // a ring, which nobody may join
}

// Get returns an institution by its code, or NotFound.
func (s *Service) Get(ctx context.Context, code string) (Org, error) {
	r, err := s.current(ctx)
	if err != nil {
		return Org{}, err
	}
	if o, ok := r.byCode[code]; ok {
		return *o, nil
	}
	return Org{}, errs.New(errs.NotFound, "org.not_found")
}

// ByID returns an institution by its id, or NotFound.
func (s *Service) ByID(ctx context.Context, id string) (Org, error) {
	r, err := s.current(ctx)
	if err != nil {
		return Org{}, err
	}
	if o, ok := r.byID[id]; ok {
		return *o, nil
	}
	return Org{}, errs.New(errs.NotFound, "org.not_found")
}

// OrgName returns the Chinese name of an institution by its id, or "".
func (s *Service) OrgName(ctx context.Context, id string) string {
	o, err := s.ByID(ctx, id)
	if err != nil {
		return ""
	}
	return o.Name
}

// OrgByCode returns the id of an institution by its code, or NotFound.
func (s *Service) OrgByCode(ctx context.Context, code string) (string, error) {
	o, err := s.Get(ctx, code)
	return o.ID, err
}

// Query selects institutions. Its zero value selects the first page of all
// that are active.
type Query struct {
	Area  string   // code: its subtree
	Types []string // codes; empty = all
	Text  string   // part of a name, pinyin, initials, or start of a code
	State State    // "" = active; Any = all
	Mine  bool     // only those the caller may change
	Page  int      // from 0
}

// Any selects institutions of every state.
const Any State = "any"

// PageSize is the number of institutions on a page of a list.
const PageSize = 50

// Result is a page of a list.
type Result struct {
	Orgs  []Org
	Total int
	Types map[string]int // how many of each type, were no type chosen
}

// List returns a page of the institutions that q selects, in the order of
// groups, areas, types and names, and counts by type. It fails with Invalid on an
// unknown area or a negative page.
func (s *Service) List(ctx context.Context, q Query) (Result, error) {
	res := Result{Types: map[string]int{}}
	r, err := s.current(ctx)
	if err != nil {
		return res, err
	}
	if q.Page < 0 {
		return res, errs.InvalidField("page", "error.not_a_number")
	}
	match, err := s.matcher(ctx, r, q)
	if err != nil {
		return res, err
	}
	for i := range r.list {
		o := &r.list[i]
		if !match(o) {
			continue
		}
		res.Types[o.Type]++
		if len(q.Types) > 0 && !slices.Contains(q.Types, o.Type) {
			continue
		}
		if res.Total++; res.Total > q.Page*PageSize && len(res.Orgs) < PageSize {
			res.Orgs = append(res.Orgs, *o)
		}
	}
	return res, nil
}

// matcher returns the test of everything in q but the types.
func (s *Service) matcher(ctx context.Context, r *register, q Query) (func(*Org) bool, error) {
	first, last := 0, r.tree.Len()
	if q.Area != "" {
		n, ok := r.tree.ByCode(q.Area)
		if !ok {
			return nil, errs.InvalidField("area", "org.no_area", "Code", q.Area)
		}
		first, last = n, r.tree.Last(n)
	}
	text := strings.ToLower(strings.TrimSpace(q.Text))
	state := q.State
	if state == "" {
		state = Active
	}
	return func(o *Org) bool {
		if state != Any && o.State != state {
			return false
		}
		n, ok := r.tree.ByID(o.AreaID)
		if !ok || n < first || n >= last {
			return false
		}
		return o.found(text) && (!q.Mine || s.CanEdit(ctx, *o))
	}, nil
}

// found reports whether text, in lower case, is in the names, or begins the
// pinyin, the initials or the code.
func (o *Org) found(text string) bool {
	joined := strings.ReplaceAll(text, " ", "")
	return text == "" || strings.Contains(strings.ToLower(o.Name), text) || strings.Contains(strings.ToLower(o.NameEN), text) ||
		strings.HasPrefix(strings.ToLower(o.Code), text) || strings.Contains(o.Initials, joined) ||
		strings.HasPrefix(strings.ReplaceAll(o.Pinyin, " ", ""), joined)
}

// Below returns the active institutions directly below one, by its id.
func (s *Service) Below(ctx context.Context, id string) ([]Org, error) {
	r, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	var out []Org
	for i := range r.list {
		if r.list[i].ParentID == id && r.list[i].State == Active {
			out = append(out, r.list[i])
		}
	}
	return out, nil
}
