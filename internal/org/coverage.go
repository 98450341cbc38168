package org

import (
	"context"
	"slices"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// network is the group of the types that make up the three-level network (P2.1).
const network = "network"

// NetworkLevels returns the levels that the pack's network types serve, from
// the top down.
func (s *Service) NetworkLevels() []area.Level {
	var out []area.Level
	for _, l := range area.Levels {
		if slices.ContainsFunc(s.pack().OrgTypes, func(t pack.OrgType) bool { return t.Group == network && t.Level == string(l) }) {
			out = append(out, l)
		}
	}
	return out
}

// Covered is how many areas of a level have an active network institution of
// that level in them.
type Covered struct {
	Level area.Level
	Have  int
	All   int
}

// Coverage is the coverage of one area's subtree, by level of the network.
type Coverage struct {
	Area   *area.Area
	Levels []Covered
}

// Coverage returns the coverage of the network for an area ("" = the whole
// tree), then for each area directly below it, in preorder. Ended areas are
// not counted. It fails with Invalid on an unknown code.
//
// P2.1: district, street (township) and community (village).
func (s *Service) Coverage(ctx context.Context, code string) ([]Coverage, error) {
	r, err := s.current(ctx)
	if err != nil || r.tree.Len() == 0 {
		return nil, err
	}
	top, err := topOf(r.tree, code)
	if err != nil {
		return nil, err
	}
	has := s.covered(r)
	out := []Coverage{s.coverOne(r.tree, top, has)}
	for _, n := range r.tree.Children(top) {
		if r.tree.At(n).Valid(s.today()) {
			out = append(out, s.coverOne(r.tree, n, has))
		}
	}
	return out, nil
}

func topOf(t *area.Tree, code string) (int, error) {
	if code == "" {
		return 0, nil
	}
	n, ok := t.ByCode(code)
	if !ok {
		return 0, errs.InvalidField("area", "org.no_area", "Code", code)
	}
	return n, nil
}

// Gaps returns the areas of a level below code that no active network
// institution of that level covers, in preorder.
func (s *Service) Gaps(ctx context.Context, code string, level area.Level) ([]*area.Area, error) {
	r, err := s.current(ctx)
	if err != nil || r.tree.Len() == 0 {
		return nil, err
	}
	top, err := topOf(r.tree, code)
	if err != nil {
		return nil, err
	}
	has := s.covered(r)
	var out []*area.Area
	for _, n := range r.tree.Below(top, level) {
		if !has[n] && r.tree.At(n).Valid(s.today()) {
			out = append(out, r.tree.At(n))
		}
	}
	return out, nil
}

func (s *Service) today() string { return s.stamp().Format("2006-01-02") }

// covered tells of each number of the tree whether an active institution of a
// network type of the area's level stands in its subtree.
func (s *Service) covered(r *register) []bool {
	level := map[string]area.Level{}
	for _, t := range s.pack().OrgTypes {
		if t.Group == network {
			level[t.Code] = area.Level(t.Level)
		}
	}
	has := make([]bool, r.tree.Len())
	for i := range r.list {
		o := &r.list[i]
		l, ok := level[o.Type]
		if !ok || o.State != Active {
			continue
		}
		n, ok := r.tree.ByID(o.AreaID)
		for ok && n >= 0 && r.tree.At(n).Level.Below(l) {
			n = r.tree.Parent(n)
		}
		if ok && n >= 0 && r.tree.At(n).Level == l {
			has[n] = true
		}
	}
	return has
}

func (s *Service) coverOne(t *area.Tree, n int, has []bool) Coverage {
	c := Coverage{Area: t.At(n)}
	for _, l := range s.NetworkLevels() {
		k := Covered{Level: l}
		for _, i := range t.Below(n, l) {
			if !t.At(i).Valid(s.today()) {
				continue
			}
			if k.All++; has[i] {
				k.Have++
			}
		}
		c.Levels = append(c.Levels, k)
	}
	return c
}

// CountByType returns how many active institutions of each type an area's
// subtree has ("" = the whole tree), types without any included.
func (s *Service) CountByType(ctx context.Context, code string) (map[string]int, error) {
	res, err := s.List(ctx, Query{Area: code})
	if err != nil {
		return nil, err
	}
	for _, t := range s.pack().OrgTypes {
		if _, ok := res.Types[t.Code]; !ok {
			res.Types[t.Code] = 0
		}
	}
	return res.Types, nil
}
