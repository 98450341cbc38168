package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"xuedu/internal/area"
	"xuedu/internal/plan/internal/gen"
)

// Twice is one holder whose awards are counted by targets of different tasks.
type Twice struct {
	Holder string // as the first award writes it
	Area   *area.Area
	Counts []Count
}

// Count is one award in the count of one target.
type Count struct {
	Target  Target
	Holder  string // as the award writes it
	AwardID string
	From    string // day of the award
}

// CountedTwice finds what is counted under two tasks: holders of the same name,
// in areas of which one holds the other, whose awards in force are counted by
// targets of different clauses. Names are compared without spaces, punctuation,
// width and case. Whether a find is one thing counted twice, people decide.
func (s *Service) CountedTwice(ctx context.Context) ([]Twice, error) {
	rows, err := gen.New(s.DB.Read).AwardsInForce(ctx, s.Today().Format(time.DateOnly))
	if err != nil {
		return nil, fmt.Errorf("read awards: %w", err)
	}
	all, err := newest(ctx, s.DB.Read)
	if err != nil {
		return nil, err
	}
	byKind := map[string][]Target{}
	for _, t := range all {
		if kind, ok := kindOf(t.Measure); ok && t.State == InForce {
			byKind[kind] = append(byKind[kind], t)
		}
	}
	return s.twice(rows, byKind), nil
}

// held is a group of awards of one holder, found by name and place.
type held struct {
	top  int // preorder number of the widest area
	rows []gen.AwardsInForceRow
}

// widest sorts awards so that what holds an area stands before it.
func (s *Service) widest(rows []gen.AwardsInForceRow) {
	nr := func(id int64) int {
		n, _ := s.Tree().ByID(id) // of an unknown area: looked at again below
		return n
	}
	slices.SortStableFunc(rows, func(a, b gen.AwardsInForceRow) int { return nr(a.AreaID) - nr(b.AreaID) })
}

func (s *Service) twice(rows []gen.AwardsInForceRow, byKind map[string][]Target) []Twice {
	s.widest(rows)
	groups := map[string][]*held{}
	var order []*held
	for _, r := range rows {
		n, ok := s.Tree().ByID(r.AreaID)
		if !ok || len(byKind[r.Kind]) == 0 {
			continue
		}
		name := plainName(r.Holder)
		i := slices.IndexFunc(groups[name], func(h *held) bool { return s.onePath(h.top, n) })
		if i < 0 {
			i = len(groups[name])
			h := &held{top: n}
			groups[name], order = append(groups[name], h), append(order, h)
		}
		h := groups[name][i]
		h.rows = append(h.rows, r)
	}
	var out []Twice
	for _, h := range order {
		if t, ok := h.counted(byKind); ok {
			t.Area = s.Tree().At(h.top)
			out = append(out, t)
		}
	}
	return out
}

// counted lists the counts of a group, if tasks differ.
func (h *held) counted(byKind map[string][]Target) (Twice, bool) {
	t := Twice{Holder: h.rows[0].Holder}
	tasks := map[string]bool{}
	for _, r := range h.rows {
		for _, target := range byKind[r.Kind] {
			t.Counts = append(t.Counts, Count{Target: target, Holder: r.Holder, AwardID: r.ID, From: r.ValidFrom})
			tasks[target.Plan+" "+target.Clause] = true
		}
	}
	return t, len(tasks) > 1
}

// onePath reports whether one of two areas holds the other.
func (s *Service) onePath(a, b int) bool {
	if a > b {
		a, b = b, a
	}
	return b < s.Tree().Last(a)
}

// plainName is a name as names are compared.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(name))
}
